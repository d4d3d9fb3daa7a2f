"""Invents people and their conversations as rows of the tables. Pure: the same seed invents the same people."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.records.work import quote_hash
from bot.samples.quotes import Saying, deal, redacted, spoken
from dialogues.types import Scope, Status, Voice

SERVICES = (
    ("sample-home-support", "Harbour Home Support (sample data)", "home_care", 56),
    ("sample-elm-court", "Elm Court (sample data)", "care_home", 40),
    ("sample-tuesday-club", "Tuesday Club (sample data)", "day_centre", 26),
)
"""Id, name, kind of guide, and how many invented people speak about it."""
DAYS = 270  # about nine months
QUESTION = "What matters most to you about this service?"
_OPENINGS = ("", "", "Well. ", "Ooh, now. ", "I'll tell you what. ", "Let me think. ", "Aye. ", "It's like this. ")
_CLOSINGS = (".", ".", ". That's all.", ". So there you are.", ". I'd best not go on.", ". You asked.")


@dataclass(slots=True)
class Rows:
    """Rows to insert, by table."""

    services: list[dict[str, Any]] = field(default_factory=list)
    participants: list[dict[str, Any]] = field(default_factory=list)
    conversations: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    contributions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Person:
    """One invented person's one conversation."""

    number: int
    conversation_id: str
    service: str
    at: datetime
    voice: Voice
    consents: dict[Scope, bool]
    finished: bool


def invent(seed: int, now: datetime) -> Rows:
    """Invents all services, people and what they said.

    Args:
        seed: Chooses the people; the same seed and moment give the same rows.
        now: The last day of the nine months, UTC.
    """
    random = Random(seed)
    rows = Rows()
    numbers = itertools.count(1)
    for service, name, kind, people in SERVICES:
        values = {"id": service, "name": name, "kind": kind, "organisation": "Invented", "sample": True}
        rows.services.append({**values, "created_at": now - timedelta(days=DAYS)})
        sayings = deal(kind, random)
        for _ in range(people):
            person = _person(next(numbers), service, random, now)
            _add_person(rows, person, now)
            if person.consents[Scope.TAKE_PART]:
                _add_points(rows, person, list(itertools.islice(sayings, random.choice((2, 3, 3, 3, 4)))), random)
    return rows


def _person(number: int, service: str, random: Random, now: datetime) -> _Person:
    voices = {Voice.PROXY: number % 16 == 5, Voice.RELAYED: number % 14 == 3, Voice.INTERPRETED: number % 29 == 7}
    yes = {
        Scope.TAKE_PART: number % 60 != 20,
        Scope.KEEP: number % 18 != 11,
        Scope.QUOTE: random.random() < 0.85,
        Scope.CONTACT: random.random() < 0.6,
    }
    at = now - timedelta(days=random.uniform(1, DAYS - 1), hours=random.uniform(0, 8))
    voice = next((voice for voice, chosen in voices.items() if chosen), Voice.OWN)
    conversation_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
    return _Person(number, conversation_id, service, at, voice, yes, finished=number % 15 != 8)


def _add_person(rows: Rows, person: _Person, now: datetime) -> None:
    mark = f"sample-{person.number:04}"
    rows.participants.append({"pseudonym": mark, "access_needs": {}, "sample": True, "created_at": person.at})
    declined = not person.consents[Scope.TAKE_PART]
    answered = {Scope.TAKE_PART: False} if declined else person.consents
    reason = "declined" if declined else ("closing" if person.finished else "stopped")
    rows.conversations.append(
        {
            "id": person.conversation_id,
            "pseudonym": mark,
            "service_id": person.service,
            "channels": ["phone" if person.number % 3 else "telegram"],
            "status": "ended",
            "end_reason": reason,
            "state": {},
            "last_reply": {},
            "dialogue_version": "sample",
            "resume_code": mark,
            **{f"consent_{scope}": answered.get(scope) for scope in Scope},
            "turn_count": 0,
            "words_erased": answered.get(Scope.KEEP) is not True,
            "sample": True,
            "ended_at": min(now, person.at + timedelta(minutes=9)),
            "created_at": person.at,
            "updated_at": person.at,
        }
    )
    rows.consents += [_consent(person, mark, scope, answer) for scope, answer in answered.items()]


def _consent(person: _Person, mark: str, scope: Scope, answer: bool) -> dict[str, Any]:
    return {
        "conversation_id": person.conversation_id,
        "pseudonym": mark,
        "scope": str(scope),
        "answer": answer,
        "wording": f"consent.{scope}",
        "wording_version": "sample",
        "at": person.at,
    }


def _add_points(rows: Rows, person: _Person, said: list[tuple[Saying, str]], random: Random) -> None:
    statuses = [_status(person, random) for _ in said]
    live = [index for index, status in enumerate(statuses) if status in (Status.CONFIRMED, Status.CORRECTED)]
    beans = dict(zip(live, _ten_beans(len(live), random), strict=True)) if len(live) > 1 else {}
    for index, ((saying, text), status) in enumerate(zip(said, statuses, strict=True)):
        point = _point(person, index, saying, text, status, beans.get(index))
        rows.contributions.append(point)
        rows.turns += _turns(person, index, point, text, random)
        rows.conversations[-1]["turn_count"] = 2 * index + 2
        if not person.consents[Scope.KEEP] or status == Status.WITHDRAWN:
            point |= {"quote": None, "quote_redacted": None, "context_redacted": None}


def _status(person: _Person, random: Random) -> Status:
    if not person.finished:
        return Status.HEARD
    return random.choices((Status.CONFIRMED, Status.CORRECTED, Status.HEARD, Status.WITHDRAWN), (88, 6, 3, 3))[0]


def _ten_beans(points: int, random: Random) -> list[int]:
    cuts = sorted(random.randint(0, 10) for _ in range(points - 1))
    return [after - before for before, after in itertools.pairwise([0, *cuts, 10])]


def _point(person: _Person, index: int, saying: Saying, text: str, status: Status, beans: int | None) -> dict[str, Any]:
    quote = spoken(text)
    return {
        "conversation_id": person.conversation_id,
        "service_id": person.service,
        "point_id": f"p{index + 1}",
        "turn_number": 2 * index + 1,
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "quote_redacted": redacted(text),
        "quote_hash": quote_hash(quote),
        "kinds": list(saying.kinds),
        "themes": list(saying.themes),
        "sentiment": saying.sentiment,
        "confidence": 1.0,
        "sense": saying.sense,
        "beans": beans,
        "status": str(status),
        "status_before": str(Status.CONFIRMED) if status == Status.WITHDRAWN else None,
        "voice": str(person.voice),
        "redaction_checked": person.number % 20 != 4,
        "sample": True,
        "created_at": person.at + timedelta(minutes=index + 1),
        "updated_at": person.at + timedelta(minutes=index + 1),
    }


def _turns(person: _Person, index: int, point: dict[str, Any], text: str, random: Random) -> Iterator[dict[str, Any]]:
    """The question and the answer; sets where in the answer the quote stands."""
    opening = random.choice(_OPENINGS)
    closing = random.choice(_CLOSINGS)
    answer: str | None = opening + spoken(text) + closing
    point["start"], point["end"] = len(opening), len(opening) + point["end"]
    around = f"{opening}{point['quote_redacted']}{closing}"
    point["context_redacted"] = around if opening and point["redaction_checked"] else None
    if not person.consents[Scope.KEEP] or point["status"] == Status.WITHDRAWN:
        answer = None
    question = QUESTION if index == 0 else "Is there anything else?"
    for offset, speaker, words, voice in ((0, "bot", question, Voice.OWN), (1, "person", answer, person.voice)):
        yield {
            "conversation_id": person.conversation_id,
            "number": 2 * index + offset,
            "speaker": speaker,
            "voice": str(voice),
            "text": words,
            "act": "answer" if speaker == "person" else None,
            "at": point["created_at"],
        }
