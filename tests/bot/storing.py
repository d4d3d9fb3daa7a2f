"""What tests of storage share: a clock that moves only when told, and small builders of conversations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.records import Records
from dialogues.types import ConsentAnswered, Event, Point, PointConfirmed, PointHeard, Scope, Voice

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def redact(text: str) -> str:
    """A stand-in with one rule, so that tests see what was redacted."""
    return text.replace("Angela", "[name]")


async def opened(records: Records, *, service: str = "home", name: str = "Winnie", identity: str | None = None) -> str:
    """Opens a conversation and returns its id."""
    conversation = await records.open_conversation(
        service=service,
        channel="api",
        preferred_name=name,
        dialogue_version="1",
        state={"step": "opening"},
        reply={"prompts": []},
        identity=identity,
    )
    return conversation.conversation_id


async def say(records: Records, conversation_id: str, text: str, *events: Event, status: str = "open") -> int:
    """One turn of the person with its events, as the engine stores it."""
    async with records.unit(conversation_id) as unit:
        number = await unit.add_turn(speaker="person", text=text, message_id=f"m{unit.turn_count}")
        for event in events:
            await unit.record(event, at=NOW)
        await unit.save(state={"last": text}, reply={"prompts": []}, status=status)
    return number


def consents(*, take_part: bool = True, keep: bool = True, quote: bool = True) -> tuple[ConsentAnswered, ...]:
    """Answers to the first three consent questions."""
    answers = {Scope.TAKE_PART: take_part, Scope.KEEP: keep, Scope.QUOTE: quote}
    return tuple(ConsentAnswered(scope, answer, f"consent.{scope}", "1") for scope, answer in answers.items())


def point(text: str, quote: str, **values: object) -> Point:
    """A point whose span is where the quote stands in the text."""
    start = text.index(quote)
    known: dict[str, object] = {"kinds": ("problem",), "themes": ("food_and_drink",), "sentiment": "negative"}
    return Point(start=start, end=start + len(quote), quote=quote, **(known | values))  # type: ignore[arg-type]


def heard(
    number: int, text: str, quote: str, point_id: str = "p1", voice: Voice = Voice.OWN, **values: object
) -> PointHeard:
    """The event of a point in a turn."""
    return PointHeard(point_id, number, voice, point(text, quote, **values))


async def contributes(
    records: Records,
    quote: str,
    *,
    service: str = "home",
    confirmed: bool = True,
    voice: Voice = Voice.OWN,
    identity: str | None = None,
    given: tuple[ConsentAnswered, ...] | None = None,
    **values: object,
) -> str:
    """A whole small conversation with one point; returns its id."""
    conversation_id = await opened(records, service=service, identity=identity)
    events: list[Event] = [*(consents() if given is None else given), heard(0, quote, quote, voice=voice, **values)]
    if confirmed:
        events.append(PointConfirmed("p1"))
    await say(records, conversation_id, quote, *events)
    return conversation_id
