"""Accounts for tests, and short cuts through what takes several steps."""

from __future__ import annotations

from collections.abc import Sequence

from storing import Clock

from bot.staff import Accounts, Opened, Role, SignIn, Stage
from bot.staff.totp import STEP_SECONDS, code_at
from bot.storage import Database, Keys

PASSWORD = "four calm herons nest"
HOME_ADDRESS = "192.0.2.7"


class Desk:
    """Accounts, and short cuts through what takes several steps."""

    def __init__(self, accounts: Accounts, database: Database, keys: Keys, clock: Clock) -> None:
        self.accounts, self.database, self.keys, self.clock = accounts, database, keys, clock
        self.secrets: dict[str, str] = {}

    async def invite(self, name: str, *roles: Role, services: Sequence[str] = ()) -> str:
        email = f"{name.lower()}@example.org"
        return await self.accounts.invite(name=name, email=email, roles=roles, services=services, by="console")

    async def join(self, name: str, *roles: Role, services: Sequence[str] = ()) -> str:
        """Invited, with a password, enrolled where the role asks for it; gives the token of an open session."""
        opened = await self.accounts.accept(await self.invite(name, *roles, services=services), PASSWORD)
        assert opened is not None
        return await self.enrol(name, opened.token) if opened.stage is Stage.ENROL else opened.token

    async def enrol(self, name: str, token: str) -> str:
        sign_in = await self.look(token)
        self.secrets[name] = await self.accounts.offer_second_step(sign_in)
        done = await self.accounts.confirm_second_step(sign_in, self.code(name))
        assert done is not None
        self.recovery = done[1]
        return done[0].token

    def code(self, name: str, steps: int = 0) -> str:
        return code_at(self.secrets[name], int(self.clock().timestamp()) // STEP_SECONDS + steps)

    async def look(self, token: str) -> SignIn:
        found = await self.accounts.signed_in(token)
        assert found is not None
        return found

    async def sign_in(self, name: str, password: str = PASSWORD, address: str = HOME_ADDRESS) -> object:
        return await self.accounts.sign_in(f"{name.lower()}@example.org", password, address=address)

    async def opened(self, name: str) -> Opened:
        """The first step, right."""
        answer = await self.sign_in(name)
        assert isinstance(answer, Opened)
        return answer
