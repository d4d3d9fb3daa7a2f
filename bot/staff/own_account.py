"""What somebody does about their own account: taking up an invitation, the password, the second step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.staff import passwords, sessions, totp, tries
from bot.staff.roles import needs_second_step
from bot.staff.signing_in import SigningIn
from bot.staff.views import Member, Opened, Refused, SignIn, Stage, State
from bot.storage.models import StaffInvitationRow, StaffRow, StaffSessionRow
from dialogues.errors import SaysoError


class OwnAccount(SigningIn):
    """The part of `Accounts` for the holder of an account."""

    async def invited(self, code: str) -> Member | None:
        """Whom an invitation is for; None where it is used, too old or made up."""
        async with self._database.read() as connection:
            query = select(StaffRow.__table__).join(StaffInvitationRow, StaffInvitationRow.staff_id == StaffRow.id)
            row = (await connection.execute(query.where(*self._unused(code)))).one_or_none()
            return await self._member(connection, row) if row is not None else None

    async def accept(self, code: str, password: str) -> Opened | None:
        """Takes an invitation up, with a password of one's own; an earlier password and second step go.

        Returns:
            A new session; None where the invitation is used, too old or made up.

        Raises:
            SaysoError: `password_weak`.
        """
        _check(password)
        kept = await self._passwords.hash(password)
        now = self._clock()
        async with self._database.write() as connection:
            use = update(StaffInvitationRow).where(*self._unused(code)).values(used_at=now)
            staff_id = await connection.scalar(use.returning(StaffInvitationRow.staff_id))
            row = await self._row(connection, staff_id) if staff_id is not None else None
            if row is None or row.state != State.INVITED:
                return None
            values = {"state": State.ACTIVE, "password_hash": kept, "totp_secret": None, "totp_step": None}
            await self._change(connection, row.id, **values)
            await self._drop_recovery_codes(connection, row.id)
            await sessions.revoke_all(connection, row.id, now)
            await tries.clear(connection, self._try_keys(row.email_hash or "", "")[:1])
            await self._note(connection, f"staff:{row.id}", "staff_joined", row.id)
            member = await self._member(connection, row)
            stage = Stage.ENROL if needs_second_step(member.roles) else Stage.OPEN
            return await self._open(connection, row.id, stage)

    async def change_password(self, sign_in: SignIn, current: str, new: str, *, address: str) -> Opened | Refused:
        """Takes a new password; every session ends, and this browser gets a new one.

        Raises:
            SaysoError: `password_weak`.
        """
        _check(new)
        staff_id = sign_in.member.staff_id
        keys = self._try_keys(self._email_hash(sign_in.member.email), address)
        async with self._database.write() as connection:
            wait = await tries.reserve(connection, keys, self._clock())
            row = await self._row(connection, staff_id)
        before = row.password_hash if row else None
        is_right = await self._passwords.is_right(before, current)
        if wait or not is_right:
            return Refused(wait)
        kept = await self._passwords.hash(new)
        async with self._database.write() as connection:
            row = await self._row(connection, staff_id)
            if row is None or row.state != State.ACTIVE or row.password_hash != before:
                return Refused()
            await tries.clear(connection, keys)
            await self._change(connection, staff_id, password_hash=kept)
            await sessions.revoke_all(connection, staff_id, self._clock())
            await self._note(connection, sign_in.member.who, "staff_password_changed", staff_id)
            return await sessions.start(connection, self._keys, staff_id, Stage.OPEN, self._clock())

    async def offer_second_step(self, sign_in: SignIn) -> str:
        """The secret to put into an authenticator app, in base 32; the same until it is confirmed or the session ends.

        Raises:
            SaysoError: `second_step_on` where there is one already, which only a new invitation takes away.
        """
        async with self._database.write() as connection:
            await self._require_no_second_step(connection, sign_in)
            here = StaffSessionRow.id == sign_in.session_id
            offered = await connection.scalar(select(StaffSessionRow.totp_offered).where(here))
            if offered:
                return self._keys.decrypt(offered)
            secret = totp.new_secret()
            sealed = self._keys.encrypt(secret)
            await connection.execute(update(StaffSessionRow).where(here).values(totp_offered=sealed))
            return secret

    async def confirm_second_step(self, sign_in: SignIn, code: str) -> tuple[Opened, tuple[str, ...]] | None:
        """Turns the second step on, once the app shows the right code. The token changes.

        Returns:
            A new session, and ten recovery codes that are shown once; None where the code is wrong.

        Raises:
            SaysoError: `second_step_on`.
        """
        staff_id, now = sign_in.member.staff_id, self._clock()
        async with self._database.write() as connection:
            await self._require_no_second_step(connection, sign_in)
            here = (StaffSessionRow.id == sign_in.session_id, StaffSessionRow.revoked_at.is_(None))
            offered = await connection.scalar(select(StaffSessionRow.totp_offered).where(*here))
            secret = self._keys.decrypt(offered) if offered else ""
            step = totp.matching_step(secret, code, now.timestamp()) if secret else None
            if step is None:
                return None
            await self._change(connection, staff_id, totp_secret=self._keys.encrypt(secret), totp_step=step)
            fresh = await self._new_recovery_codes(connection, staff_id)
            await self._note(connection, sign_in.member.who, "staff_second_step_on", staff_id)
            await sessions.revoke(connection, sign_in.session_id, now)
            if sign_in.stage is Stage.ENROL:
                return await self._open(connection, staff_id, Stage.OPEN), fresh
            return await sessions.start(connection, self._keys, staff_id, Stage.OPEN, now), fresh

    async def _require_no_second_step(self, connection: AsyncConnection, sign_in: SignIn) -> None:
        row = await self._row(connection, sign_in.member.staff_id)
        if row is None or row.state != State.ACTIVE or row.totp_secret is not None:
            raise SaysoError("second_step_on", "The second step is on. Ask a coordinator for a new link to change it.")

    def _unused(self, code: str) -> tuple[Any, ...]:
        return (
            StaffInvitationRow.code_hash == self._code_hash(code),
            StaffInvitationRow.used_at.is_(None),
            StaffInvitationRow.expires_at > self._clock(),
        )

    async def _change(self, connection: AsyncConnection, staff_id: int, **values: Any) -> None:
        here = update(StaffRow).where(StaffRow.id == staff_id)
        await connection.execute(here.values(**values, updated_at=self._clock()))


def _check(password: str) -> None:
    lacks = passwords.problem(password)
    if lacks:
        raise SaysoError("password_weak", lacks)
