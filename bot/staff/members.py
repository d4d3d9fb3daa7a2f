"""Who works with Sayso: inviting, listing, locking, leaving. Coordinators do it, or the command line."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.staff import sessions
from bot.staff.door import StaffDoor, plain_email
from bot.staff.roles import Role, in_order
from bot.staff.views import Member, State
from bot.storage.models import (
    ServiceRow,
    StaffInvitationRow,
    StaffPersonRow,
    StaffRow,
    StaffServiceRow,
)
from dialogues.errors import SaysoError

INVITATION_HOLDS = timedelta(days=7)
CODE_BYTES = 32
LONGEST_NAME_CHARACTERS = 120
LONGEST_EMAIL_CHARACTERS = 254  # RFC 5321
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Members(StaffDoor):
    """The part of `Accounts` about who works with Sayso."""

    async def members(self) -> Sequence[Member]:
        """Everybody who has not left, in the order they were added."""
        query = select(StaffRow.__table__).where(StaffRow.state != State.LEFT).order_by(StaffRow.id)
        async with self._database.read() as connection:
            return [await self._member(connection, row) for row in (await connection.execute(query)).all()]

    async def is_empty(self) -> bool:
        """True while nobody was ever added."""
        async with self._database.read() as connection:
            return not await connection.scalar(select(func.count()).select_from(StaffRow))

    async def invite(
        self, *, name: str, email: str, roles: Collection[Role], services: Collection[str] = (), by: str
    ) -> str:
        """Adds somebody.

        Args:
            name: What they are called, at most 120 characters.
            email: What they will sign in with.
            roles: At least one.
            services: Ids; a provider needs at least one.
            by: Who adds them, as the audit names them.

        Returns:
            The code of an invitation: it opens the account once, within seven days.

        Raises:
            SaysoError: `staff_name`, `staff_email`, `staff_email_known`, `staff_roles`, `staff_services`.
        """
        _check(name, email, roles, services)
        now = self._clock()
        async with self._database.write() as connection:
            email_hash = self._email_hash(email)
            if await self._row_of(connection, email_hash) is not None:
                raise SaysoError("staff_email_known", "Somebody has that e-mail already. Send them a new link instead.")
            known = set(await connection.scalars(select(ServiceRow.id).where(ServiceRow.id.in_(services))))
            if known != set(services):
                raise SaysoError("staff_services", "One of these services is not there. Choose from the list.")
            values = {
                "name": self._keys.encrypt(name.strip()),
                "email": self._keys.encrypt(plain_email(email)),
                "email_hash": email_hash,
                "roles": [str(role) for role in in_order(roles)],
                "state": State.INVITED,
                "created_at": now,
                "updated_at": now,
            }
            added = await connection.execute(insert(StaffRow).values(**values).returning(StaffRow.id))
            staff_id = added.scalar_one()
            for service in sorted(known):
                await connection.execute(insert(StaffServiceRow).values(staff_id=staff_id, service_id=service))
            await self._note(connection, by, "staff_invited", staff_id, roles=values["roles"], services=sorted(known))
            return await self._new_invitation(connection, staff_id)

    async def invite_again(self, staff_id: int, *, by: str) -> str:
        """A new link, for a lost password or telephone, or to open a locked account.

        Until it is used nobody signs in: open sessions end, earlier links no longer work.

        Raises:
            SaysoError: `staff_unknown`.
        """
        async with self._database.write() as connection:
            await self._set_state(connection, staff_id, State.INVITED)
            await self._note(connection, by, "staff_invited_again", staff_id)
            return await self._new_invitation(connection, staff_id)

    async def lock(self, staff_id: int, *, by: str) -> None:
        """Nobody signs in with this account until it gets a new link.

        Raises:
            SaysoError: `staff_unknown`.
        """
        async with self._database.write() as connection:
            await self._set_state(connection, staff_id, State.LOCKED)
            await self._note(connection, by, "staff_locked", staff_id)

    async def remove(self, staff_id: int, *, by: str) -> None:
        """Somebody has left: name, e-mail, password and the rest go; the number in the audit stays.

        Raises:
            SaysoError: `staff_unknown`.
        """
        async with self._database.write() as connection:
            await self._set_state(connection, staff_id, State.LEFT)
            gone = dict.fromkeys(("name", "email", "email_hash", "password_hash", "totp_secret", "totp_step"))
            await connection.execute(update(StaffRow).where(StaffRow.id == staff_id).values(**gone))
            await self._drop_recovery_codes(connection, staff_id)
            for table in (StaffServiceRow, StaffPersonRow):
                await connection.execute(delete(table).where(table.staff_id == staff_id))
            await self._note(connection, by, "staff_left", staff_id)

    async def find(self, email: str) -> Member:
        """Who has that e-mail.

        Raises:
            SaysoError: `staff_unknown`.
        """
        async with self._database.read() as connection:
            query = select(StaffRow.__table__).where(StaffRow.email_hash == self._email_hash(email))
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                raise _unknown()
            return await self._member(connection, row)

    async def assign(self, staff_id: int, participant_id: int, *, by: str) -> None:
        """Gives a volunteer a person to sit with.

        Raises:
            SaysoError: `staff_unknown`.
        """
        async with self._database.write() as connection:
            row = await self._row(connection, staff_id)
            if row is None or Role.VOLUNTEER not in row.roles:
                raise _unknown()
            values = {"staff_id": staff_id, "participant_id": participant_id, "created_at": self._clock()}
            await connection.execute(insert(StaffPersonRow).values(**values))
            await self._note(connection, by, "staff_assigned", staff_id, participant=participant_id)

    async def people_of(self, staff_id: int) -> frozenset[int]:
        """The participants whom a volunteer sits with."""
        query = select(StaffPersonRow.participant_id).where(StaffPersonRow.staff_id == staff_id)
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(query))

    async def _set_state(self, connection: AsyncConnection, staff_id: int, state: State) -> None:
        now = self._clock()
        here = update(StaffRow).where(StaffRow.id == staff_id, StaffRow.state != State.LEFT)
        if not (await connection.execute(here.values(state=state, updated_at=now))).rowcount:
            raise _unknown()
        await sessions.revoke_all(connection, staff_id, now)
        await connection.execute(delete(StaffInvitationRow).where(StaffInvitationRow.staff_id == staff_id))

    async def _new_invitation(self, connection: AsyncConnection, staff_id: int) -> str:
        code, now = secrets.token_urlsafe(CODE_BYTES), self._clock()
        values = {"code_hash": self._code_hash(code), "expires_at": now + INVITATION_HOLDS, "created_at": now}
        await connection.execute(insert(StaffInvitationRow).values(staff_id=staff_id, **values))
        return code


def _check(name: str, email: str, roles: Collection[Role], services: Collection[str]) -> None:
    if not 0 < len(name.strip()) <= LONGEST_NAME_CHARACTERS:
        raise SaysoError("staff_name", f"Give a name of at most {LONGEST_NAME_CHARACTERS} characters.")
    if len(email) > LONGEST_EMAIL_CHARACTERS or not _EMAIL.fullmatch(email.strip()):
        raise SaysoError("staff_email", "Give an e-mail address, like anna@example.org.")
    if not roles:
        raise SaysoError("staff_roles", "Choose at least one role.")
    if Role.PROVIDER in roles and not services:
        raise SaysoError("staff_services", "A provider needs at least one service. Choose one.")


def _unknown() -> SaysoError:
    return SaysoError("staff_unknown", "Nobody like that works here. Look at the list of staff.")
