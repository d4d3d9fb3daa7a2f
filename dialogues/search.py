"""Proves by search that no state of the talk is a dead end.

Breadth first over classes of states: flow and step, what lies below, failures, consents, how many points, paused. From
each class one state meets every kind of reply, through the real `advance`, and every transition is checked. Then a
person who co-operates reaches the end from each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialogues.digressions import ALWAYS
from dialogues.manager import Outcome, advance, begin
from dialogues.script import Script
from dialogues.state import State, from_json, to_json
from dialogues.types import (
    Act,
    BeansPlaced,
    ConsentAnswered,
    Ended,
    EndReason,
    Expects,
    Level,
    Point,
    PointHeard,
    Prompt,
    Purpose,
    Scope,
    Screening,
    Understanding,
    Voice,
)

MAX_STATES = 6000
MAX_FAULTS = 20
TURNS_TO_THE_END = 80
"""A whole talk with every topic, all probes and six points takes fewer."""
_START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
_OVERLAYS = {
    "call_offer",
    "safety",
    "urgent",
    "rest",
    "restart",
    "withdraw_all",
    "take_back",
    "stop_sure",
    "second_hearing",
}
_CONSENT = {
    Scope.TAKE_PART: Purpose.CONSENT_TAKE_PART,
    Scope.KEEP: Purpose.CONSENT_KEEP,
    Scope.QUOTE: Purpose.CONSENT_QUOTE,
    Scope.CONTACT: Purpose.CONSENT_CONTACT,
}
_YES = {Act.AFFIRM, Act.AFFIRM_BUT}


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of reply, with the time that passes before it."""

    name: str
    heard: Understanding
    wait: timedelta = timedelta(seconds=5)


@dataclass(slots=True)
class Found:
    """What a search found.

    Attributes:
        complete: Whether every class of states was seen within `MAX_STATES`.
    """

    states: int = 0
    transitions: int = 0
    complete: bool = True
    faults: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        seen = f"{self.states} kinds of states, {self.transitions} transitions"
        if self.faults:
            return f"{seen}: {len(self.faults)} faults."
        if not self.complete:
            return f"{seen}: no dead end, but the search stopped at its limit."
        return f"{seen}: no dead end; from every one a person can stop at once, or go on to the end."


def search(script: Script, service_kind: str | None = None) -> Found:
    """Searches the states of the talk.

    Args:
        script: The flows and wordings to prove.
        service_kind: Of the guide used; None for the first guide.
    """
    found = Found()
    kind = service_kind or next(iter(script.guides.values())).services[0]
    opened = begin(script, service_kind=kind, organisation="Dales Care", name="Winnie", now=_START, code="ABCD-EFGH")
    if opened.state.over:
        found.faults.append("the talk is over before it begins")
        return found
    seen = {_class(opened.state, script): opened.state}
    waiting = deque(seen)
    while waiting and len(found.faults) < MAX_FAULTS:
        state = seen[waiting.popleft()]
        for move in _moves(state):
            outcome = _try(found, state, move, script)
            if outcome is None or outcome.state.over:
                continue
            key = _class(outcome.state, script)
            if key not in seen and len(seen) < MAX_STATES:
                seen[key] = outcome.state
                waiting.append(key)
            elif key not in seen:
                found.complete = False
    found.states = len(seen)
    _all_reach_the_end(found, seen, script)
    return found


def _class(state: State, script: Script) -> tuple[Any, ...]:
    """The class of a state. States of one class are taken to behave alike."""
    if state.over:
        return ("over",)
    top = state.top
    base = next((f.flow for f in reversed(state.stack) if f.flow not in _OVERLAYS), "")
    keep = state.consents.get(Scope.KEEP)
    count = len(state.live_points)
    few = keep is False or bool(state.taken_back)
    points = min(count, 1) if few or top.flow not in {"topics", "beans"} else min(count, 3)
    if top.flow == "topics" and points == 2:
        points = 1  # whether there are one or two matters to the beans only
    if state.paused_at is not None:
        return ("paused", top.flow, top.step)
    if state.failures or state.repeats:
        return (top.flow, top.step, state.failures, 0 if state.failures else min(state.repeats, 2))
    if top.flow in _OVERLAYS:
        return (top.flow, top.step, base)
    own = any(p.voice is not Voice.PROXY for p in state.live_points)
    kept = (points, own, bool(state.taken_back), keep)
    return (top.flow, top.step, *kept, *_progress(state, script, few))


def _progress(state: State, script: Script, few: bool) -> tuple[Any, ...]:
    """How far the top flow is."""
    data, limits = state.top.data, script.talk.limits
    match state.top.flow:
        case "topics":
            full = state.questions >= limits.questions or len(state.topics_done) >= limits.topics
            if few:
                return (full,)
            return (bool(data.get("laddered")), bool(data.get("easier")) and state.top.step == "open", full)
        case "beans":
            return (min(len(data.get("placed", {})), 2),)
        case "read_back":
            done = data.get("done", [])
            return (min(len([p for p in state.live_points if p.id not in done]), 2),)
        case _:
            return (bool(data.get("call_offered")),)


# -- kinds of replies -----------------------------------------------------------------------------------------


def _point(quote: str, label: str, kind: str = "problem") -> Point:
    return Point(0, len(quote), quote, (kind,), ("food_and_drink",), "negative", label=label)


_LATE = _point("the tea call comes late", "the tea call")
_NAMES = _point("I would show them how to knit", "showing how to knit", "offer")


def _heard(act: Act, text: str = "", **rest: Any) -> Understanding:
    return Understanding(text or act.value, act, **rest)


_CONCERN = Screening(Level.CONCERN, "neglect", ((0, 3),))
_FIXED: tuple[Move, ...] = (
    *(Move(act.value, _heard(act)) for act in Act),
    Move("one point", _heard(Act.ANSWER, _LATE.quote, points=(_LATE,))),
    Move("two points", _heard(Act.ANSWER, _LATE.quote, points=(_LATE, _NAMES))),
    Move("yes with a point", _heard(Act.AFFIRM_BUT, _LATE.quote, points=(_LATE,))),
    Move("point by a proxy", _heard(Act.ANSWER, _LATE.quote, points=(_LATE,), voice=Voice.PROXY)),
    Move("yes by a proxy", _heard(Act.AFFIRM, voice=Voice.PROXY)),
    Move("words of a command with a point", _heard(Act.STOP, "they never stop", points=(_LATE,))),
    *(Move(f"number {n}", _heard(Act.ANSWER, str(n), value=n)) for n in (0.0, 4.0, 10.0, 11.0, 2.5, -1.0)),
    Move("not a number", _heard(Act.ANSWER, "nan", value=float("nan"))),
    Move("nothing", replace(_heard(Act.ANSWER), text="")),
    Move("blanks", replace(_heard(Act.AFFIRM), text="  ")),
    Move("danger", _heard(Act.ANSWER, "chest pain", screening=Screening(Level.IMMEDIATE, "danger_health"))),
    Move("concern", _heard(Act.ANSWER, "he shouts", screening=_CONCERN)),
    Move("no, with a concern", _heard(Act.DENY, "no, he shouts", screening=_CONCERN)),
    Move("perhaps a stop", replace(_heard(Act.STOP, "that is about it"), confidence=0.5)),
    Move("stop, with a concern", _heard(Act.STOP, "stop, he shouts", screening=_CONCERN)),
    Move("cannot wait", _heard(Act.ANSWER, "nobody came", cannot_wait=True, points=(_LATE,))),
    Move("take all back", _heard(Act.TAKE_BACK, "take back everything")),
    Move("take one back", _heard(Act.TAKE_BACK, "take back the tea call", value="tea call")),
    Move("take back the unknown", _heard(Act.TAKE_BACK, "take back the bus", value="bus")),
    Move("late, not later", _heard(Act.CORRECT, "no, I said late, not later", value="late")),
    Move("after nine minutes", _heard(Act.ANSWER, "yes it is so"), timedelta(minutes=9)),
    Move("after fifteen days", _heard(Act.GREET, "hello"), timedelta(days=15)),
)


def _moves(state: State) -> Iterator[Move]:
    """All kinds of replies, with those that the present question's options make possible."""
    yield from _FIXED
    question = state.prompts[-1] if state.prompts else None
    for option in question.options if question and question.expects is not Expects.BEANS else ():
        yield Move(f"option {option.value}", _heard(Act.ANSWER, option.label, value=option.value))
    if question and question.expects is Expects.BEANS:
        labels = [p.point.label for p in state.live_points]
        for first in (10.0, 5.0, 9.0):
            pairs = tuple(zip(labels, (first, 10.0 - first), strict=False))
            yield Move(f"beans {pairs}", _heard(Act.ANSWER, "seven and three", value=pairs))


# -- checking -------------------------------------------------------------------------------------------------


def _try(found: Found, state: State, move: Move, script: Script) -> Outcome | None:
    found.transitions += 1
    now = (state.paused_at or state.started_at) + move.wait
    heard = replace(move.heard, turn_number=len(state.history) + 1)
    try:
        outcome = advance(state, heard, script, now)
        faults = list(faults_of(state, heard, outcome))
    except Exception as error:  # whatever breaks is what the search is for
        outcome, faults = None, [f"{type(error).__name__}: {error}"]
    where = f"{state.top.flow}/{state.top.step or 'first'} on `{move.name}`"
    found.faults.extend(f"{where}: {fault}" for fault in faults)
    return outcome


def faults_of(before: State, heard: Understanding, outcome: Outcome) -> Iterator[str]:
    """What is wrong with one transition; nothing for a good one.

    Args:
        before: The state that met the reply.
        heard: The reply.
        outcome: What `advance` made of it.
    """
    yield from _faults_of_words(outcome)
    yield from _faults_of_events(before, heard, outcome)
    if from_json(to_json(outcome.state)) != outcome.state:
        yield "the state does not survive storage"
    if heard.act is Act.STOP and heard.text.strip() and not outcome.state.over and not _asks_whether(before, outcome):
        yield "stop does not end the talk"


def _asks_whether(before: State, outcome: Outcome) -> bool:
    """A doubtful stop is asked about, once."""
    return before.top.flow != "stop_sure" and any(p.id.startswith("closing.stop_sure") for p in outcome.prompts)


def _faults_of_words(outcome: Outcome) -> Iterator[str]:
    if not outcome.prompts or not all(p.text.strip() for p in outcome.prompts):
        yield "nothing is said"
        return
    *before, last = outcome.prompts
    if not outcome.done and last.expects is Expects.NONE:
        yield f"`{last.id}` leaves the person without a question"
    for prompt in before:
        if prompt.expects is not Expects.NONE:
            yield f"`{prompt.id}` asks before the last word"
        if _questions(prompt):
            yield f"`{prompt.id}` holds a second question"
    if _questions(last) > 1:
        yield f"`{last.id}` asks two things"


def _questions(prompt: Prompt) -> int:
    text = prompt.text
    for theirs in prompt.quoted:
        text = text.replace(theirs, "")
    return text.count("?")


def _faults_of_events(before: State, heard: Understanding, outcome: Outcome) -> Iterator[str]:
    asked = before.prompts[-1].purpose if before.prompts else None
    for event in outcome.events:
        if isinstance(event, ConsentAnswered) and event.answer:
            own = heard.voice is not Voice.PROXY and heard.act in _YES and bool(heard.text.strip())
            if not own or asked is not _CONSENT[event.scope]:
                yield f"consent to {event.scope} without a yes to its question"
        if isinstance(event, PointHeard) and heard.act in ALWAYS:
            yield "a command is kept as a point"
        if isinstance(event, BeansPlaced):
            total = sum(number for _, number in event.beans)
            if event.abstained == bool(event.beans) or (event.beans and total != 10):
                yield f"{total} beans"


# -- the way to the end ---------------------------------------------------------------------------------------


def cooperative(question: Prompt) -> Understanding:
    """The reply of a person who wants to get through: yes, a point where one is asked for, a number of beans."""
    if question.purpose in {Purpose.ANYTHING_ELSE, Purpose.OFFER}:
        return _heard(Act.DENY, "no")
    if question.expects in {Expects.YES_NO, Expects.READ_BACK}:
        ends = question.id.startswith(("take_back.everything", "restart.sure"))
        return _heard(Act.DENY if ends else Act.AFFIRM, "no" if ends else "yes")
    if question.expects is Expects.BEANS:
        return (
            _heard(Act.AFFIRM, "yes", value=None)
            if question.id.startswith(("beans.last", "beans.top"))
            else _heard(Act.ANSWER, "two", value=2.0)
        )
    if question.expects is Expects.CHOICE and question.options:
        return _heard(Act.ANSWER, question.options[0].label, value=question.options[0].value)
    return _heard(Act.ANSWER, _LATE.quote, points=(_LATE,))


def _all_reach_the_end(found: Found, seen: dict[tuple[Any, ...], State], script: Script) -> None:
    """Follows the co-operative person from every state until the end, or a state from which the end was reached."""
    good: set[tuple[Any, ...]] = set()
    for start, first in seen.items():
        state, path = first, [start]
        for _ in range(TURNS_TO_THE_END):
            if state.over or path[-1] in good:
                good.update(path)
                break
            now = (state.paused_at or state.started_at) + timedelta(seconds=5)
            outcome = advance(state, cooperative(state.prompts[-1]), script, now)
            found.transitions += 1
            if any(isinstance(e, Ended) and e.reason is not EndReason.CLOSING for e in outcome.events):
                found.faults.append(f"{state.top.flow}/{state.top.step}: a willing person is sent away")
                break
            state = outcome.state
            path.append(_class(state, script))
        else:
            found.faults.append(f"{first.top.flow}/{first.top.step or 'first'}: the end is not reached")
