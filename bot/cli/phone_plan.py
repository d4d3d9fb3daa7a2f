"""Commands about calls that are agreed: plan, list, cancel, and numbers that are not to be rung."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from bot.app import hours, utc_now
from bot.calling.code_words import new_code_word
from bot.calling.planner import plan_call
from bot.records import CallPlan, PlannedCall, Records
from bot.records.call_views import FIRST_TALK, KINDS
from bot.services import default_services
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from bot.storage.keys import Keys
from dialogues.errors import SaysoError
from dialogues.script import default_script

WHO = "command line"
"""Who asks, in the audit."""

Reason = StrEnum("Reason", ["asked", "died", "hospital", "moved", "wrong_number"])
Number = Annotated[
    str, typer.Option(prompt="Telephone number", help="As written in the letter; asked for if left out.")
]


def plan(
    name: Annotated[str, typer.Option(prompt="The name they like", help="How the person likes to be called.")],
    number: Number,
    on: Annotated[str, typer.Option(prompt="Day (2026-12-01)", help="The agreed day, year-month-day.")],
    start: Annotated[str, typer.Option("--from", prompt="From (10:00)", help="From when it may ring, local time.")],
    end: Annotated[str, typer.Option("--until", prompt="Until (12:00)", help="Until when.")],
    last_day: Annotated[
        str, typer.Option(help="The last day, where any time from the first to the last is agreed.")
    ] = "",
    service: Annotated[str, typer.Option(help="What to talk about, e.g. home_care, care_home, meals.")] = "home_care",
    kind: Annotated[str, typer.Option(help=f"Why: {', '.join(KINDS)}.")] = FIRST_TALK,
    conversation: Annotated[str, typer.Option(help="The talk to take up again, by its id.")] = "",
    code_word: Annotated[str, typer.Option(help="Stands in the letter; made up if left out.")] = "",
    message: Annotated[bool, typer.Option("--message", help="They agreed to a message on their machine.")] = False,
) -> None:
    """Plan a call that a person agreed to, and show what their letter has to say."""
    settings = load_settings()
    zone = ZoneInfo(settings.time_zone)
    agreed = CallPlan(
        service,
        number,
        _moment(on, start, zone),
        _moment(last_day or on, end, zone),
        preferred_name=name.strip(),
        code_word=code_word.strip() or new_code_word(),
        kind=kind,
        conversation_id=conversation,
        may_leave_message=message,
    )
    _run(settings, lambda records: _plan(settings, records, agreed, zone))


def planned(
    show: Annotated[
        bool, typer.Option("--show", help="With names, numbers and code words; noted in the audit.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
) -> None:
    """List the planned calls."""
    settings = load_settings()
    _run(settings, lambda records: _list(records, ZoneInfo(settings.time_zone), show=show, every=every))


def cancel(planned_id: Annotated[str, typer.Argument(help="From the list; its beginning is enough.")]) -> None:
    """Cancel a planned call, and forget whom it was for."""
    _run(load_settings(), lambda records: _cancel(records, planned_id))


def stop_contact(
    number: Number,
    reason: Annotated[Reason, typer.Option(help="Why.")] = Reason.asked,
    undo: Annotated[bool, typer.Option("--undo", help="It was said in error: ring again.")] = False,
) -> None:
    """Ring a number no more: planned calls, reminders and call-backs of its people stop at once."""
    _run(load_settings(), lambda records: _stop(records, number, reason, undo=undo))


def add_to(phone: typer.Typer) -> None:
    """Adds the commands to `sayso phone`."""
    phone.command()(plan)
    phone.command()(planned)
    phone.command()(cancel)
    phone.command("stop-contact")(stop_contact)


# -- what they do ---------------------------------------------------------------------------------------------------


async def _plan(settings: Settings, records: Records, agreed: CallPlan, zone: ZoneInfo) -> None:
    planned_id = await plan_call(records, agreed, hours(settings), utc_now(), asked_by=WHO)
    about = await records.service(agreed.service)
    letter = Table("for the letter", "", title=f"Planned: {planned_id}")
    letter.add_row("to", agreed.preferred_name)
    letter.add_row("about", about.name)
    letter.add_row("from", about.organisation)
    letter.add_row("we ring", _slot(agreed.window_start, agreed.window_end, zone))
    letter.add_row("code word", f"[bold]{agreed.code_word}[/]")
    letter.add_row("to check, ring", settings.contact or "not set: SAYSO_CONTACT is a number to ring")
    Console().print(letter)
    Console().print("Sayso says the code word first, once the person is on the telephone.", highlight=False)


async def _list(records: Records, zone: ZoneInfo, *, show: bool, every: bool) -> None:
    personal = ("name", "number", "code word") if show else ()
    table = Table("id", "due", "why", "about", "tries", "state", "last time", *personal)
    for call in await records.planned_calls(asked_by=WHO, every=every):
        about = (call.preferred_name, call.number, call.code_word) if show else ()
        table.add_row(call.planned_id[:8], *_row(call, zone), *about)
    Console().print(table)


async def _cancel(records: Records, beginning: str) -> None:
    found = [c for c in await records.planned_calls(asked_by=WHO) if beginning and c.planned_id.startswith(beginning)]
    if len(found) != 1:
        raise SaysoError("call_unknown", "There is no such planned call, or more than one. Run: sayso phone planned")
    await records.cancel_call(found[0].planned_id, asked_by=WHO)
    Console().print("It is cancelled. The name and the number are deleted.")


async def _stop(records: Records, number: str, reason: str, *, undo: bool) -> None:
    if undo:
        again = await records.take_up_contact(number, asked_by=WHO)
        said = "Calls that were stopped are planned again." if again else "This number was not stopped."
    else:
        count = await records.stop_contact(number, reason, asked_by=WHO)
        said = f"This number is not rung any more. Planned calls cancelled: {count}."
    Console().print(said, highlight=False)


def _row(call: PlannedCall, zone: ZoneInfo) -> tuple[str, ...]:
    due = f"{call.next_at.astimezone(zone):%a %d %b %H:%M}" if call.state == "planned" else ""
    return due, call.kind, call.service, str(call.tries), call.state, call.last_outcome


def _slot(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.date() == last.date():
        return f"on {first:%A} {first.day} {first:%B}, between {first:%H:%M} and {last:%H:%M}"
    return f"between {first:%A} {first.day} {first:%B}, {first:%H:%M}, and {last:%A} {last.day} {last:%B}, {last:%H:%M}"


def _moment(day: str, clock: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day.strip()), time.fromisoformat(clock.strip()), zone).astimezone(
            UTC
        )
    except ValueError:
        raise SaysoError("slot_invalid", "A day is like 2026-12-01, a time like 10:00. Write them so.") from None


def _run(settings: Settings, work: Callable[[Records], Coroutine[None, None, None]]) -> None:
    async def opened() -> None:
        async with _records(settings) as records:
            await work(records)

    asyncio.run(opened())


@asynccontextmanager
async def _records(settings: Settings) -> AsyncIterator[Records]:
    keys = Keys.load(
        settings.data_folder, value=settings.encryption_keys.get_secret_value(), file=settings.encryption_key_file
    )
    database = await Database.open(settings.database)
    try:
        records = Records(database, keys, lambda text: text, utc_now)
        for each in default_services(default_script(), settings.organisation):
            await records.ensure_service(each.id, name=each.name, kind=each.kind, organisation=each.organisation)
        yield records
    finally:
        await database.close()
