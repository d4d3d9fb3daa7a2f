"""Fakes: a persona to play, prompts, and an engine that follows a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.evaluation.people import Persona, persona_of
from bot.evaluation.played import Played, SimContribution, SimTurn
from bot.records.views import AlertView, ContributionView, TurnView
from dialogues.errors import SaysoError
from dialogues.types import Act, Expects, Option, Prompt, Purpose, Reply, Turn

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def persona_row(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "T1",
        "profile": {"name": "Olive", "service": "home_care"},
        "brief": [
            _point("P1", "problem", "the bins are never put out", "A1"),
            _point("P2", "suggestion", "put a rota on the fridge", "A2", only_if_probed=True),
            _point("P3", "offer", "i could sort the rota myself", "A3"),
        ],
        "behaviours": [],
        "answers": [
            {"answer_id": "A1", "text": "the bins are never put out of a tuesday", "points": ["P1"]},
            {
                "answer_id": "A2",
                "text": "put a rota on the fridge",
                "points": ["P2"],
                "only_if_probed": True,
                "follows": "A1",
            },
            {"answer_id": "A3", "text": "i could sort the rota myself", "points": ["P3"]},
        ],
        "yes": "aye",
        "no": "no ta",
        "skip": "leave it",
        "confirm": "thats it",
        "correct": "no the bins not the pins",
        "scale": "six",
        "safeguarding": None,
    }
    return {**row, **changes}


def _point(point_id: str, kind: str, quote: str, answer: str, **changes: Any) -> dict[str, Any]:
    point = {"point_id": point_id, "kind": kind, "themes": ["food_and_drink"], "sentiment": "negative", "gist": quote}
    return {**point, "must_quote_substring": quote, "in_answer": answer, **changes}


def persona(**changes: Any) -> Persona:
    return persona_of(persona_row(**changes))


def behaviour(kind: str, text: str = "", **changes: Any) -> dict[str, Any]:
    return {"type": kind, "when": "", "text": text or kind, "trigger": "always", **changes}


def ask(purpose: str, expects: str = "open", text: str = "And?", prompt_id: str = "", **changes: Any) -> Prompt:
    made = Prompt(prompt_id or f"{purpose}.q", text, Expects(expects), Purpose(purpose))
    return replace(made, **changes)


YES_NO = (Option("Yes", "yes", "1"), Option("No", "no", "2"))


def contribution(said: str, /, turn: int | None = 1, **changes: Any) -> SimContribution:
    made = SimContribution(
        turn, 0, len(said), said, ("problem",), ("food_and_drink",), "negative", None, "confirmed", "own", None
    )
    return replace(made, **changes)


def played(person: Persona | None = None, said: Sequence[str] = ("A1",), **changes: Any) -> Played:
    """A conversation in which some answers were given, each after a question: the k-th is turn 2k + 1."""
    person = person or persona()
    turns: list[SimTurn] = []
    for answer_id in said:
        answer = person.answer(answer_id)
        assert answer is not None
        turns.append(SimTurn(len(turns), "bot", "And?", "open", "topic_open", prompt_id="topics.open"))
        turns.append(SimTurn(len(turns), "participant", answer.text, what="answer", answer_id=answer_id, seconds=0.1))
    return replace(Played(person, "c1", True, "closing", tuple(turns)), **changes)


class ScriptedEngine:
    """Asks a list of replies in turn; each is a list of prompts, or an error to raise once."""

    def __init__(self, *steps: Sequence[Prompt] | SaysoError, act: Act = Act.ANSWER) -> None:
        self.steps = list(steps)
        self.act = act
        self.turns: list[Turn] = []
        self.started: list[dict[str, str]] = []

    async def start(self, **given: str) -> Reply:
        self.started.append(given)
        return self._next()

    async def handle_turn(self, turn: Turn) -> Reply:
        self.turns.append(turn)
        return self._next()

    async def last_prompts(self, conversation_id: str) -> Reply:
        raise NotImplementedError

    def _next(self) -> Reply:
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, SaysoError):
            raise step
        done = bool(step) and step[-1].expects is Expects.NONE and step[-1].purpose is Purpose.CLOSING
        return Reply("c1", tuple(step), done=done, act=self.act)


class FakeReader:
    """What the records would hold, with endings that are told one after the other."""

    def __init__(
        self,
        *endings: str | None,
        stored: Sequence[TurnView] = (),
        points: Sequence[ContributionView] = (),
        raised: Sequence[AlertView] = (),
    ) -> None:
        self.endings = list(endings)
        self.stored, self.points, self.raised = stored, points, raised

    async def contributions(self, conversation_id: str) -> Sequence[ContributionView]:
        return self.points

    async def alerts(self, conversation_id: str) -> Sequence[AlertView]:
        return self.raised

    async def transcript(self, conversation_id: str) -> Sequence[TurnView]:
        return self.stored

    async def ending(self, conversation_id: str) -> str | None:
        return self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]


def stored_turn(number: int, text: str, speaker: str = "person") -> TurnView:
    return TurnView(number, speaker, "own", text, "answer", None, False, None, None, None, NOW)


def stored_point(turn_number: int, start: int, quote: str) -> ContributionView:
    return ContributionView(
        conversation_id="c1",
        point_id="p1",
        turn_number=turn_number,
        start=start,
        end=start + len(quote),
        quote=quote,
        quote_redacted=quote,
        quote_hash="",
        label="the bins",
        kinds=("problem",),
        themes=("food_and_drink",),
        sentiment="negative",
        sense=None,
        sense_quote=None,
        i_statement=None,
        read_back=None,
        correction_note=None,
        beans=10,
        status="confirmed",
        voice="own",
        service="home_care",
        redaction_checked=False,
        created_at=NOW,
    )


def stored_alert(turn_number: int, evidence: tuple[tuple[int, int], ...]) -> AlertView:
    return AlertView(
        1, "c1", "home_care", turn_number, "concern", "neglect", "", evidence, False, None, "open", NOW, None, None
    )
