"""Plays conversations through the pure manager, with understandings given by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialogues.manager import Outcome, advance, begin
from dialogues.script import default_script
from dialogues.state import from_json, to_json
from dialogues.types import Act, Event, Expects, Point, Prompt, Screening, Understanding, Voice

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def point(quote: str, label: str, kind: str = "problem", **changes: Any) -> Point:
    made = Point(0, len(quote), quote, (kind,), ("food_and_drink",), "negative", label=label)
    return replace(made, **changes)


class Player:
    """One conversation. The state goes through JSON at every turn, as it does in the product."""

    def __init__(self, service: str = "home_care", name: str = "Winnie") -> None:
        self.now = NOW
        self.turn = 0
        self.events: list[Event] = []
        self.outcome: Outcome = begin(
            default_script(),
            service_kind=service,
            organisation="Keighley Home Support",
            name=name,
            now=self.now,
            code="ABCD-EFGH",
        )

    def say(
        self,
        act: Act | str,
        text: str = "",
        *,
        value: Any = None,
        points: tuple[Point, ...] = (),
        screening: Screening | None = None,
        cannot_wait: bool = False,
        voice: Voice = Voice.OWN,
        seconds: float = 5,
        confidence: float = 1.0,
    ) -> Outcome:
        self.now += timedelta(seconds=seconds)
        self.turn += 1
        heard = Understanding(
            text or Act(act).value,
            Act(act),
            confidence,
            value=value,
            points=points,
            screening=screening or Screening(),
            cannot_wait=cannot_wait,
            voice=voice,
            turn_number=self.turn,
        )
        state = from_json(to_json(self.outcome.state))
        self.outcome = advance(state, heard, default_script(), self.now)
        self.events.extend(self.outcome.events)
        return self.outcome

    @property
    def question(self) -> Prompt:
        return self.outcome.prompts[-1]

    @property
    def words(self) -> str:
        return " ".join(p.text for p in self.outcome.prompts)

    def until(self, wording: str, limit: int = 40) -> Player:
        """Answers kindly until a wording is asked."""
        for _ in range(limit):
            if self.question.id.startswith(wording) or self.outcome.done:
                break
            self.cooperate()
        assert self.question.id.startswith(wording), self.question.id
        return self

    def cooperate(self) -> Outcome:
        expects = self.question.expects
        if expects in {Expects.YES_NO, Expects.READ_BACK}:
            no = self.question.purpose.value in {"anything_else", "offer", "about_you"}
            return self.say("deny" if no else "affirm", "no" if no else "yes")
        if expects is Expects.BEANS:
            return self.say("answer", "five", value=5.0)
        if expects is Expects.CHOICE:
            return self.say("answer", value=self.question.options[0].value)
        number = len(self.outcome.state.points)
        said = f"they come late on day {number}"
        return self.say("answer", said, points=(point(said, f"the late call {number}"),))

    def of(self, kind: type[Event]) -> list[Any]:
        return [e for e in self.events if isinstance(e, kind)]
