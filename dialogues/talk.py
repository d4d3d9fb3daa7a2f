"""The working context of one `advance`: collects what is said and what happened, and keeps the stack in order.

It lives only inside the manager's pure functions; outside, there are only frozen states.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from dialogues.script import DEFAULT_OPTIONS, Guide, Outcome, Script, Wording
from dialogues.state import Frame, Heard, State
from dialogues.types import (
    AllWithdrawn,
    CallbackRequested,
    Ended,
    EndReason,
    Event,
    Expects,
    NeedRecorded,
    Option,
    Paused,
    PointHeard,
    PointWithdrawn,
    Prompt,
    Restarted,
    Status,
    Understanding,
    Voice,
)

ROOT = "talk"
SIMPLER_AFTER = 2
"""Failures, or repeats, after which simpler words are used."""
RESPONSE_WORKING_DAYS = 20
"""When a provider has to decide. Source: the product's rules for providers (bank holidays not yet counted)."""


class FlowLogic(Protocol):
    """How a flow asks and takes. Logic objects hold no state; the frame does."""

    def question(self, talk: Talk) -> Prompt | None:
        """The question of the present step, or None when the flow has nothing more to ask."""

    def take(self, talk: Talk, heard: Understanding) -> None:
        """Takes a reply: moves the frame, says, emits."""

    def skip(self, talk: Talk) -> None:
        """Moves past the present question without an answer."""


def working_days_after(start: datetime, days: int) -> datetime:
    """The day that lies so many working days (Monday to Friday) after the start."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def plain_date(day: datetime) -> str:
    """A date as it is said: "21 December"."""
    return f"{day.day} {day:%B}"


class Talk:
    """Collects the outcome of one turn."""

    def __init__(self, state: State, script: Script, now: datetime) -> None:
        self.state = state
        self.script = script
        self.now = now
        self.events: list[Event] = []
        self.said: list[Prompt] = []

    # -- words ------------------------------------------------------------------------------------------------

    @property
    def guide(self) -> Guide:
        return self.script.guides[self.state.guide]

    def say(self, wording_id: str, **slots: Any) -> None:
        """Says a wording that waits for no reply."""
        self.said.append(self.render(wording_id, expects=Expects.NONE, **slots))

    def render(self, wording_id: str, *, expects: Expects | None = None, **slots: Any) -> Prompt:
        """Fills a wording; variants take turns; a second repeat and misunderstandings get simpler words."""
        wording = self.script.wordings[wording_id]
        prompt_id, text = self._choose(wording_id, wording, asked=expects is None)
        filled = text.format_map({**self._slots(), **slots})
        quoted = tuple(str(v) for k, v in slots.items() if k in {"said", "quote", "note"})
        return Prompt(
            id=prompt_id,
            text=filled.strip(),
            expects=expects or wording.expects,
            purpose=wording.purpose,
            options=self._options(wording) if expects is None else (),
            serious=wording.serious,
            quoted=quoted,
        )

    def _choose(self, wording_id: str, wording: Wording, *, asked: bool) -> tuple[str, str]:
        if asked and wording.keys and self.state.failures >= self.script.talk.limits.misunderstandings:
            return f"{wording_id}.keys", wording.keys
        if asked and wording.simpler and max(self.state.failures, self.state.repeats) >= SIMPLER_AFTER:
            return f"{wording_id}.simpler", wording.simpler
        if wording.variants:
            turns = (wording.text, *wording.variants)
            if asked:  # the same words until the question is answered
                return wording_id, turns[self.state.heard_count % len(turns)]
            self.state = replace(self.state, acks=self.state.acks + 1)
            return wording_id, turns[self.state.acks % len(turns)]
        return wording_id, wording.text

    @staticmethod
    def _options(wording: Wording) -> tuple[Option, ...]:
        own = tuple(Option(c.label, c.value, c.key) for c in wording.options)
        return own or DEFAULT_OPTIONS.get(wording.expects, ())

    def _slots(self) -> dict[str, Any]:
        state, guide = self.state, self.guide
        return {
            "name": f", {state.name}" if state.name else "",
            "service": guide.name,
            "people": guide.people,
            "organisation": state.organisation,
            "urgent": guide.urgent,
            "code": state.code,
            "date": plain_date(working_days_after(self.now, RESPONSE_WORKING_DAYS)),
            "days": self.script.talk.limits.resume_days,
        }

    # -- events and stack -------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def move(self, step: str, **data: Any) -> None:
        """Moves the top frame to a step."""
        self.state = replace(self.state.with_top(self.state.top.at(step, **data)), failures=0, repeats=0)

    def push(self, flow: str, **data: Any) -> None:
        """Puts a flow on top; what is below waits."""
        self.state = replace(self.state, stack=(*self.state.stack, Frame(flow, "", data)), failures=0, repeats=0)

    def finish(self) -> None:
        """Leaves the top flow. When only the root is left, the next flow of the talk begins."""
        self.state = replace(self.state, stack=self.state.stack[:-1], failures=0, repeats=0)
        if self.state.stack and self.state.top.flow == ROOT:
            self._next_flow()

    def _next_flow(self) -> None:
        index = int(self.state.top.data["index"]) + 1
        order = self.script.talk.order
        if index >= len(order):
            self.end(EndReason.CLOSING)
            return
        self.state = replace(self.state, stack=(Frame(ROOT, "", {"index": index}), Frame(order[index])))

    def start_at(self, flow: str) -> None:
        """Begins the talk at one of its flows."""
        index = self.script.talk.order.index(flow)
        self.state = replace(self.state, stack=(Frame(ROOT, "", {"index": index}), Frame(flow)), failures=0, repeats=0)

    def _restart(self) -> None:
        self.emit(Restarted())
        self.state = replace(self.state, points=(), questions=0, topics_done=(), history=())
        self.start_at("topics")

    def end(self, reason: EndReason) -> None:
        self.emit(Ended(reason))
        self.forget_taken_back()
        self.state = replace(self.state, stack=(), history=())

    def pause(self) -> None:
        self.say("repair.paused")
        self.emit(Paused(self.script.talk.limits.resume_days))
        self.state = replace(self.state, paused_at=self.now)

    # -- points -----------------------------------------------------------------------------------------------

    def record_points(self, heard: Understanding) -> int:
        """Takes up the points of a reply; returns how many are new."""
        number = self.state.heard_count
        fresh = [
            Heard(f"p{number + i}", heard.turn_number, heard.voice, point, point.read_back or point.quote)
            for i, point in enumerate(heard.points, 1)
        ]
        for new in fresh:
            self.emit(PointHeard(new.id, new.turn_number, new.voice, new.point))
        self.state = replace(self.state, points=(*self.state.points, *fresh), heard_count=number + len(fresh))
        return len(fresh)

    def forget_taken_back(self) -> None:
        """Lets go of points taken back: from here on nothing brings them back."""
        self.state = replace(self.state, points=self.state.live_points, taken_back=())

    def withdraw(self, point_ids: tuple[str, ...]) -> None:
        """Takes points out, at once; "go back" undoes it."""
        for point_id in point_ids:
            self.emit(PointWithdrawn(point_id))
            self.state = self.state.with_point(replace(self.state.point(point_id), status=Status.WITHDRAWN))
        self.state = replace(self.state, taken_back=point_ids)

    def bring_back(self, point_ids: tuple[str, ...]) -> None:
        for point_id in point_ids:
            self.emit(PointWithdrawn(point_id, undone=True))
            self.state = self.state.with_point(replace(self.state.point(point_id), status=Status.HEARD))
        self.state = replace(self.state, taken_back=())

    def own_points(self) -> tuple[Heard, ...]:
        """Live points in the person's own voice (relayed and interpreted too): a proxy's are kept apart."""
        return tuple(p for p in self.state.live_points if p.voice is not Voice.PROXY)

    # -- repair -----------------------------------------------------------------------------------------------

    def misunderstood(self, logic: FlowLogic, words: str = "repair.sorry", **slots: Any) -> None:
        """Three failures path: sorry, simpler words, keys, then past the question with a call-back offered."""
        failures = self.state.failures + 1
        if failures > self.script.talk.limits.misunderstandings:
            self._past(logic)
            return
        self.state = replace(self.state, failures=failures)
        self.say(words, **slots)

    def _past(self, logic: FlowLogic) -> None:
        """Past a question that was not understood, with a call by a person offered.

        Nobody counts as declining because they were not understood: there the call is offered first, and the
        question waits below it.
        """
        before, said, events = self.state, len(self.said), len(self.events)
        logic.skip(self)
        if Ended(EndReason.DECLINED) in self.events[events:] and not before.top.data.get("call_offered"):
            del self.said[said:], self.events[events:]
            self.state = before.with_top(before.top.at(before.top.step, call_offered=True))
        if self.state.stack and not self.state.paused_at and before.top.flow != "call_offer":
            self.push("call_offer")

    def apply(self, outcome: Outcome, next_step: str | None) -> None:
        """Carries out an outcome of a collecting step.

        Args:
            outcome: What follows.
            next_step: The step after the present one, None at the last.
        """
        for wording_id in outcome.say:
            self.say(wording_id)
        for need, value in outcome.need.items():
            self.emit(NeedRecorded(need, value))
            if need == "helper":
                self.state = replace(self.state, overheard=True)
        if outcome.callback:
            self.emit(CallbackRequested(outcome.callback, outcome.urgent))
        if outcome.withdraw_all:
            self.emit(AllWithdrawn())
            self.state = replace(self.state, points=(), name="")
        if outcome.end:
            self.end(outcome.end)
            return
        if outcome.restart:
            self._restart()
            return
        if outcome.next or (next_step and not outcome.finish):
            self.move(outcome.next or next_step or "")
        else:
            self.finish()
        if outcome.call and self.state.stack:
            self.push(outcome.call)
        if outcome.pause and self.state.stack:
            self.pause()
