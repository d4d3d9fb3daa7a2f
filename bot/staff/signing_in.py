"""Signing in and out: the password, then a code; sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import codes
from bot.staff import sessions, totp, tries
from bot.staff.door import StaffDoor
from bot.staff.roles import Role, needs_second_step
from bot.staff.views import Opened, Refused, SignIn, Stage, State, who
from bot.storage.models import StaffRecoveryRow, StaffRow, StaffSessionRow

NOBODY = "unknown"
"""Who in the audit, where an e-mail belongs to no account."""


class SigningIn(StaffDoor):
    """The part of `Accounts` about sessions."""

    async def sign_in(self, email: str, password: str, *, address: str) -> Opened | Refused:
        """The first step.

        Unknown e-mails, wrong passwords and accounts that are not open get the same answer after the same work.

        Args:
            email: What they sign in with.
            password: Theirs.
            address: The network address it comes from; kept as a keyed hash.
        """
        email_hash = self._email_hash(email)
        keys = self._try_keys(email_hash, address)
        async with self._database.write() as connection:
            wait = await tries.reserve(connection, keys, self._clock())
            row = await self._row_of(connection, email_hash)
        kept = row.password_hash if row else None
        is_right = await self._passwords.is_right(kept, password)
        if wait:
            return Refused(wait)
        async with self._database.write() as connection:
            now = self._clock()
            row = await self._row_of(connection, email_hash)
            if row is None or not is_right or row.password_hash != kept or row.state != State.ACTIVE:
                by = who(row.id) if row else NOBODY
                await self._note(connection, by, "staff_sign_in_failed", row.id if row else None)
                return Refused()
            stage = _next_stage(row)
            await (tries.clear if stage is Stage.OPEN else tries.take_back)(connection, keys)
            await sessions.forget_old(connection, now)
            await tries.forget_old(connection, now)
            return await self._open(connection, row.id, stage)

    async def confirm_code(self, sign_in: SignIn, code: str, *, address: str) -> Opened | Refused:
        """The second step: a code of the app, or a recovery code; each works once. The token changes."""
        staff_id = sign_in.member.staff_id
        async with self._database.write() as connection:
            now = self._clock()
            keys = self._try_keys(self._email_hash(sign_in.member.email), address)
            wait = await tries.reserve(connection, keys, now)
            if wait:
                return Refused(wait)
            row = await self._row(connection, staff_id)
            if row is None or row.state != State.ACTIVE or not await self._is_waiting(connection, sign_in, now):
                return Refused()
            if not await self._uses_up(connection, row, code, now):
                await self._note(connection, who(staff_id), "staff_code_failed", staff_id)
                return Refused()
            await tries.clear(connection, keys)
            await sessions.revoke(connection, sign_in.session_id, now)
            return await self._open(connection, staff_id, Stage.OPEN)

    async def signed_in(self, token: str) -> SignIn | None:
        """Whose session a token opens; None for a made-up, ended or forgotten one."""
        if not token:
            return None
        now = self._clock()
        async with self._database.read() as connection:
            query = select(StaffSessionRow.__table__).where(
                StaffSessionRow.token_hash == sessions.hash_of(self._keys, token)
            )
            session = (await connection.execute(query)).one_or_none()
            if session is None or not sessions.is_alive(session, now):
                return None
            found = select(StaffRow.__table__).where(StaffRow.id == session.staff_id)
            row = (await connection.execute(found)).one()
            if row.state != State.ACTIVE:
                return None
            member = await self._member(connection, row)
        if now - session.seen_at >= sessions.SEEN_EVERY:
            async with self._database.write() as connection:
                await sessions.note_seen(connection, session.id, now)
        return SignIn(session.id, member, Stage(session.stage))

    async def sign_out(self, sign_in: SignIn) -> None:
        """Ends this session."""
        async with self._database.write() as connection:
            await sessions.revoke(connection, sign_in.session_id, self._clock())
            await self._note(connection, sign_in.member.who, "staff_signed_out", sign_in.member.staff_id)

    async def sign_out_everywhere(self, sign_in: SignIn) -> None:
        """Ends every session of the account, this one too."""
        async with self._database.write() as connection:
            await sessions.revoke_all(connection, sign_in.member.staff_id, self._clock())
            await self._note(connection, sign_in.member.who, "staff_signed_out_everywhere", sign_in.member.staff_id)

    async def sessions_open(self, staff_id: int) -> int:
        """In how many browsers somebody is signed in."""
        async with self._database.read() as connection:
            return await sessions.count_open(connection, staff_id, self._clock())

    async def _open(self, connection: AsyncConnection, staff_id: int, stage: Stage) -> Opened:
        if stage is Stage.OPEN:
            await self._note(connection, who(staff_id), "staff_signed_in", staff_id)
        return await sessions.start(connection, self._keys, staff_id, stage, self._clock())

    async def _is_waiting(self, connection: AsyncConnection, sign_in: SignIn, now: datetime) -> bool:
        """True while the session still waits for its code: of two answers at once the second comes too late."""
        query = select(StaffSessionRow.__table__).where(StaffSessionRow.id == sign_in.session_id).with_for_update()
        session = (await connection.execute(query)).one_or_none()
        return session is not None and session.stage == Stage.CODE and sessions.is_alive(session, now)

    async def _uses_up(self, connection: AsyncConnection, row: Row[Any], code: str, now: datetime) -> bool:
        """Whether the code is right and was not used; from now on it is."""
        if not row.totp_secret:
            return False
        secret = self._keys.decrypt(row.totp_secret)
        step = totp.matching_step(secret, code, now.timestamp(), after=row.totp_step)
        if step is not None:
            await connection.execute(update(StaffRow).where(StaffRow.id == row.id).values(totp_step=step))
            return True
        if not codes.normalise_code(code):
            return False
        mine = (StaffRecoveryRow.staff_id == row.id, StaffRecoveryRow.code_hash == self._recovery_hash(code))
        here = update(StaffRecoveryRow).where(*mine, StaffRecoveryRow.used_at.is_(None)).values(used_at=now)
        is_used = bool((await connection.execute(here)).rowcount)
        if is_used:
            await self._note(connection, who(row.id), "staff_recovery_code_used", row.id)
        return is_used


def _next_stage(row: Row[Any]) -> Stage:
    """What follows a right password."""
    if row.totp_secret:
        return Stage.CODE
    return Stage.ENROL if needs_second_step(Role(role) for role in row.roles) else Stage.OPEN
