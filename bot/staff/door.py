"""What every part of the accounts has: the database, the keys, the clock, passwords, and the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import codes
from bot.staff import tries
from bot.staff.passwords import Passwords
from bot.staff.roles import Role, in_order
from bot.staff.views import Member, State, who
from bot.storage import audit
from bot.storage.database import Database
from bot.storage.keys import Keys
from bot.storage.models import StaffRecoveryRow, StaffRow, StaffServiceRow

RECOVERY_CODES = 10


def plain_email(email: str) -> str:
    """An e-mail address as it is compared: without blanks around it, in small letters."""
    return email.strip().casefold()


class StaffDoor:
    """The shared inside of `Accounts`; see there for the arguments."""

    def __init__(
        self, database: Database, keys: Keys, clock: Callable[[], datetime], passwords: Passwords | None = None
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._passwords = passwords or Passwords()

    def _email_hash(self, email: str) -> str:
        return self._keys.pseudonym("staff_email", plain_email(email))

    def _code_hash(self, code: str) -> str:
        return self._keys.pseudonym("staff_invitation", code)

    def _recovery_hash(self, code: str) -> str:
        return self._keys.pseudonym("staff_recovery", codes.normalise_code(code))

    def _try_keys(self, email_hash: str, address: str) -> tuple[str, str]:
        """Under what failed sign-ins are counted: the account, known or not, and the network address."""
        return (
            self._keys.pseudonym("sign_in_email", email_hash),
            self._keys.pseudonym("sign_in_address", tries.network(address)),
        )

    async def _row(self, connection: AsyncConnection, staff_id: int) -> Row[Any] | None:
        query = select(StaffRow.__table__).where(StaffRow.id == staff_id).with_for_update()
        return (await connection.execute(query)).one_or_none()

    async def _row_of(self, connection: AsyncConnection, email_hash: str) -> Row[Any] | None:
        query = select(StaffRow.__table__).where(StaffRow.email_hash == email_hash).with_for_update()
        return (await connection.execute(query)).one_or_none()

    async def _member(self, connection: AsyncConnection, row: Row[Any]) -> Member:
        query = select(StaffServiceRow.service_id).where(StaffServiceRow.staff_id == row.id)
        services = await connection.scalars(query.order_by(StaffServiceRow.service_id))
        return Member(
            staff_id=row.id,
            name=self._keys.decrypt(row.name) if row.name else "",
            email=self._keys.decrypt(row.email) if row.email else "",
            roles=in_order(Role(role) for role in row.roles),
            state=State(row.state),
            services=tuple(services),
            has_second_step=row.totp_secret is not None,
        )

    async def _new_recovery_codes(self, connection: AsyncConnection, staff_id: int) -> tuple[str, ...]:
        """Ten fresh codes in place of any others; only their hashes stay."""
        await self._drop_recovery_codes(connection, staff_id)
        fresh = tuple(codes.new_resume_code() for _ in range(RECOVERY_CODES))
        rows = [{"staff_id": staff_id, "code_hash": self._recovery_hash(code)} for code in fresh]
        await connection.execute(insert(StaffRecoveryRow), rows)
        return fresh

    async def _drop_recovery_codes(self, connection: AsyncConnection, staff_id: int) -> None:
        await connection.execute(delete(StaffRecoveryRow).where(StaffRecoveryRow.staff_id == staff_id))

    async def _note(
        self, connection: AsyncConnection, by: str, action: str, staff_id: int | None, **detail: Any
    ) -> None:
        """Adds to the audit; never passwords, codes, names or e-mails."""
        subject = who(staff_id) if staff_id is not None else "unknown"
        await audit.append(connection, who=by, action=action, subject=subject, at=self._clock(), detail=detail)
