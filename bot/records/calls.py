"""Planned calls: claiming what is due, and writing down how it went. Names and numbers are stored encrypted only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.call_log import CallLog
from bot.records.call_views import FIRST_TALK, KINDS, TALKS, CallPlan, Next, PlannedCall
from bot.records.numbers import e164
from bot.records.stopping import Stopping
from bot.storage.keys import Keys
from bot.storage.models import ConversationRow, DoNotCallRow, PlannedCallRow, ServiceRow
from dialogues.errors import SaysoError

CLAIM_SECONDS = 60.0
"""How long a worker holds a call that it has not dialled; a dead worker's calls are free again after it."""
DIAL_SECONDS = 600.0
"""How long a dialled call may stay without a word from its transport before it counts as lost."""
Decide = Callable[[PlannedCall], Next]
_PLANNED, _CALLING = PlannedCallRow.state == "planned", PlannedCallRow.state == "calling"


class Calls(CallLog, Stopping):
    """The part of `Records` about calls."""

    async def plan_call(self, plan: CallPlan, at: datetime, *, asked_by: str) -> str:
        """Plans a call; returns its id, which says nothing about anybody.

        Args:
            plan: What was agreed.
            at: When it is due first.
            asked_by: Who plans it, for the audit.

        Raises:
            SaysoError: `number_invalid`, `number_stopped`, `service_unknown`, `conversation_unknown`, `kind_unknown`.
        """
        if plan.kind not in KINDS:
            raise SaysoError("kind_unknown", f"A call is one of: {', '.join(KINDS)}.")
        number, planned_id, now = e164(plan.number), str(uuid.uuid4()), self._clock()
        number_hash = self._number_hash(number)
        async with self._database.write() as connection:
            if await connection.scalar(select(ServiceRow.id).where(ServiceRow.id == plan.service)) is None:
                raise SaysoError("service_unknown", "There is no such service. Set it up first, or choose another.")
            if await self._is_stopped(connection, number_hash):
                raise SaysoError("number_stopped", "Somebody asked that this number is not rung. See `stop-contact`.")
            whose = None
            if plan.conversation_id:
                whose = await self._participant_of(connection, plan.conversation_id)
            values = {
                "id": planned_id,
                "service_id": plan.service,
                "participant_id": whose,
                "conversation_id": plan.conversation_id or None,
                "kind": plan.kind,
                "preferred_name": self._sealed(plan.preferred_name),
                "number": self._keys.encrypt(number),
                "number_hash": number_hash,
                "code_word": self._sealed(plan.code_word),
                "window_start": plan.window_start,
                "window_end": plan.window_end,
                "may_leave_message": plan.may_leave_message,
                "next_at": at,
                "created_at": now,
                "updated_at": now,
            }
            await connection.execute(insert(PlannedCallRow).values(**values))
            await self._audit(connection, asked_by, "plan_call", planned_id)
        return planned_id

    async def due_calls(self, now: datetime, *, at_once: int) -> list[PlannedCall]:
        """Takes due calls for `CLAIM_SECONDS`, the earliest first. Taking is no try.

        Args:
            now: The time now.
            at_once: How many calls there may be at once, those that go on included.
        """
        async with self._database.read() as connection:  # most looks find nothing: they need no write lock
            if (await connection.execute(due(now, 1, lock=False))).first() is None:
                return []
        until = now + timedelta(seconds=CLAIM_SECONDS)
        async with self._database.write() as connection:
            held = _CALLING | (_PLANNED & (PlannedCallRow.claimed_until >= now))
            busy = await connection.scalar(select(func.count()).select_from(PlannedCallRow).where(held))
            rows = (await connection.execute(due(now, max(0, at_once - int(busy or 0))))).all()
            claimed = update(PlannedCallRow).where(PlannedCallRow.id.in_([row.id for row in rows]))
            await connection.execute(claimed.values(claimed_until=until))
        return [view(row, self._keys, claimed_until=until) for row in rows]

    async def begin_dialling(
        self, claimed: PlannedCall, check: Callable[[PlannedCall], Next | None]
    ) -> PlannedCall | None:
        """The last look before it rings: from here on it counts as a try.

        Args:
            claimed: From `due_calls`.
            check: Tells what becomes of the call where it may not be dialled now; None where it may.

        Returns:
            The call; None where it must not be dialled: it was stopped, cancelled, or another worker has it.
        """
        now = self._clock()
        async with self._database.write() as connection:
            row = await self._held(connection, claimed.planned_id)
            if row is None or row.state != "planned" or row.claimed_until != claimed.claimed_until:
                return None
            planned = view(row, self._keys)
            other = await self._not_now(connection, row) or check(planned)
            if other is not None:
                await self._change(connection, planned, other, None)
                return None
            values = {"state": "calling", "tries": row.tries + 1, "dialled_at": now, "call_id": None}
            lease = {"claimed_until": now + timedelta(seconds=DIAL_SECONDS), "updated_at": now}
            here = update(PlannedCallRow).where(PlannedCallRow.id == row.id)
            await connection.execute(here.values(**values, **lease))
            return view(row, self._keys, **values, **lease)

    async def dialled(self, planned: PlannedCall, call_id: str) -> bool:
        """Remembers the transport's id of the try; False where the try is over already, or was stopped."""
        here = (PlannedCallRow.id == planned.planned_id, _CALLING, PlannedCallRow.tries == planned.tries)
        async with self._database.write() as connection:
            noted = update(PlannedCallRow).where(*here).values(call_id=call_id[:200])
            return bool((await connection.execute(noted)).rowcount)

    async def call_is_over(self, planned_id: str, call_id: str, until: datetime) -> None:
        """The transport says that the call ended; what was said in it is told apart, at the latest `until`."""
        here = (PlannedCallRow.id == planned_id, _CALLING, _same_call(call_id))
        async with self._database.write() as connection:
            await connection.execute(update(PlannedCallRow).where(*here).values(claimed_until=until))

    async def note_outcome(self, planned_id: str, outcome: str, decide: Decide, *, call_id: str = "") -> Next | None:
        """Writes down how a try went, and what follows from it, once.

        Args:
            planned_id: Which planned call.
            outcome: How it went, at most 16 characters.
            decide: Tells what follows; called inside the transaction.
            call_id: The transport's id; a try that is not the latest one changes nothing. "" for the latest.

        Returns:
            What becomes of the call; None where the outcome is known, or belongs to an earlier try.
        """
        async with self._database.write() as connection:
            row = await self._held(connection, planned_id)
            if row is None or row.state != "calling" or (call_id and row.call_id not in {None, call_id[:200]}):
                return None
            planned = view(row, self._keys)
            after = decide(planned)
            if after.state == "planned":
                after = await self._not_now(connection, row) or after
            await self._change(connection, planned, after, outcome)
        return after

    async def overdue_calls(self, now: datetime) -> list[PlannedCall]:
        """Calls that were dialled and of which nothing more was heard."""
        query = select(PlannedCallRow.__table__).where(_CALLING, PlannedCallRow.claimed_until < now)
        async with self._database.read() as connection:
            return [view(row, self._keys) for row in (await connection.execute(query)).all()]

    async def next_call_at(self) -> datetime | None:
        """When there is something to do next; None when nothing is planned."""
        held = or_(_CALLING, PlannedCallRow.claimed_until > PlannedCallRow.next_at)
        free_at = case((held, PlannedCallRow.claimed_until), else_=PlannedCallRow.next_at)
        async with self._database.read() as connection:
            moment: datetime | None = await connection.scalar(select(func.min(free_at)).where(_PLANNED | _CALLING))
            return moment

    async def planned_call(self, planned_id: str) -> PlannedCall:
        """One planned call, for the call itself.

        Raises:
            SaysoError: `call_unknown`.
        """
        query = select(PlannedCallRow.__table__).where(PlannedCallRow.id == planned_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise _unknown()
        return view(row, self._keys)

    async def planned_calls(self, *, asked_by: str, every: bool = False) -> list[PlannedCall]:
        """The planned calls, the earliest first; `every` includes those that are over."""
        await self._note_access(asked_by, "read_planned_calls", "all" if every else "open")
        query = select(PlannedCallRow.__table__).order_by(PlannedCallRow.next_at, PlannedCallRow.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query if every else query.where(_PLANNED | _CALLING))).all()
        return [view(row, self._keys) for row in rows]

    async def cancel_call(self, planned_id: str, *, asked_by: str) -> None:
        """Cancels a planned call, and forgets whom it was for.

        Raises:
            SaysoError: `call_unknown` where there is none that waits.
        """
        gone = {"preferred_name": None, "number": None, "number_hash": None, "code_word": None}
        here = update(PlannedCallRow).where(PlannedCallRow.id == planned_id, _PLANNED | _CALLING)
        async with self._database.write() as connection:
            values = {"state": "cancelled", "claimed_until": None, "updated_at": self._clock()}
            if not (await connection.execute(here.values(**values, **gone))).rowcount:
                raise _unknown()
            await self._audit(connection, asked_by, "cancel_call", planned_id)

    # -- inside -----------------------------------------------------------------------------------------------

    async def _held(self, connection: AsyncConnection, planned_id: str) -> Row[Any] | None:
        query = select(PlannedCallRow.__table__).where(PlannedCallRow.id == planned_id).with_for_update()
        return (await connection.execute(query)).one_or_none()

    async def _not_now(self, connection: AsyncConnection, row: Row[Any]) -> Next | None:
        """Why a call must not be made, whatever its slot: nobody to ring, not wanted, or nothing left to resume."""
        if row.number is None or await self._is_stopped(connection, row.number_hash):
            return Next("cancelled")
        status = select(ConversationRow.status).where(ConversationRow.id == row.conversation_id)
        if row.kind in TALKS and await connection.scalar(status) == "ended":
            return Next("done" if row.kind == FIRST_TALK else "cancelled")
        return None

    async def _change(self, connection: AsyncConnection, call: PlannedCall, after: Next, outcome: str | None) -> None:
        values: dict[str, Any] = {"state": after.state, "claimed_until": None, "updated_at": self._clock()}
        if outcome is not None:
            values["last_outcome"] = outcome
        if after.at is not None:
            values["next_at"] = after.at
        if after.window is not None:
            values["window_start"], values["window_end"] = after.window
        if not after.counts:
            values["tries"] = max(0, call.tries - 1)
        here = update(PlannedCallRow).where(PlannedCallRow.id == call.planned_id)
        await connection.execute(here.values(**values))

    def _sealed(self, text: str) -> str | None:
        return self._keys.encrypt(text) if text else None


def due(now: datetime, limit: int, *, lock: bool = True) -> Select[Any]:
    """Planned calls whose time has come and whom nobody holds; locked, skipping those that others lock."""
    free = or_(PlannedCallRow.claimed_until.is_(None), PlannedCallRow.claimed_until < now)
    stopped = PlannedCallRow.number_hash.in_(select(DoNotCallRow.number_hash))
    query = select(PlannedCallRow.__table__).where(_PLANNED, PlannedCallRow.next_at <= now, free, ~stopped)
    query = query.order_by(PlannedCallRow.next_at, PlannedCallRow.id).limit(limit)
    return query.with_for_update(skip_locked=True) if lock else query


def view(row: Row[Any], keys: Keys, **changes: Any) -> PlannedCall:
    """A copy of the row, with its changes."""
    now = {**row._mapping, **changes}

    def opened(column: str) -> str:
        return keys.decrypt(now[column]) if now[column] else ""

    return PlannedCall(
        planned_id=now["id"],
        service=now["service_id"],
        kind=now["kind"],
        preferred_name=opened("preferred_name"),
        number=opened("number"),
        code_word=opened("code_word"),
        conversation_id=now["conversation_id"] or "",
        window_start=now["window_start"],
        window_end=now["window_end"],
        may_leave_message=now["may_leave_message"],
        state=now["state"],
        tries=now["tries"],
        next_at=now["next_at"],
        claimed_until=now["claimed_until"],
        dialled_at=now["dialled_at"],
        call_id=now["call_id"] or "",
        last_outcome=now["last_outcome"] or "",
    )


def _same_call(call_id: str) -> Any:
    return or_(PlannedCallRow.call_id.is_(None), PlannedCallRow.call_id == call_id[:200])


def _unknown() -> SaysoError:
    return SaysoError("call_unknown", "There is no such planned call. Run: sayso phone planned")
