"""The state of one conversation: plain, frozen, and stored as JSON between turns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from dialogues.types import Point, Prompt, Scope, Status, Voice


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow on the stack.

    Attributes:
        flow: Its name.
        step: Where it is.
        data: What it needs to remember while it runs; JSON values only, never changed in place.
    """

    flow: str
    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def at(self, step: str, **data: Any) -> Frame:
        """The same frame at another step, with data added."""
        return Frame(self.flow, step, {**self.data, **data})


@dataclass(frozen=True, slots=True)
class Heard:
    """A point in this conversation, with where it stands.

    Attributes:
        said: The read-back as last agreed; starts as the point's re-wording or quote.
    """

    id: str
    turn_number: int
    voice: Voice
    point: Point
    said: str
    status: Status = Status.HEARD
    beans: int | None = None

    @property
    def live(self) -> bool:
        return self.status is not Status.WITHDRAWN


@dataclass(frozen=True, slots=True)
class SecondHearing:
    """What a second recogniser made of a turn, where the person has to choose.

    Attributes:
        before: The words as first heard.
        text: The words as heard again.
        points: The points in `text`.
    """

    turn_number: int
    before: str
    text: str
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Everything the manager knows of one conversation.

    Attributes:
        stack: Flows, the current one last. Empty when the conversation is over.
        history: Earlier stacks, for "go back", newest last.
        points: The points; withdrawn ones only as long as "go back" can undo it.
        heard_count: How many points there ever were, for their ids.
        consents: Latest answer for each scope.
        failures: Misunderstandings in a row at the present question.
        repeats: "Say that again" in a row at the present question.
        questions: Substantive questions asked (open, probe, ladder).
        taken_back: Points of the last "take back", for undo.
        prompts: What was said last; its last one is the present question.
        rest_offered: Whether the rest has been offered.
        safety_asked: Whether the person was asked what they would like to happen about a concern.
        overheard: Whether somebody else may hear: by phone, and with a helper.
        detoured_from: The question that digressions led away from and back to.
        detours: How many in a row.
        acks: Counter that turns the variants.
        second_hearings: Differences between two hearings that the person has to settle.
    """

    service: str
    guide: str
    organisation: str
    name: str
    started_at: datetime
    stack: tuple[Frame, ...] = ()
    history: tuple[tuple[Frame, ...], ...] = ()
    points: tuple[Heard, ...] = ()
    consents: dict[Scope, bool] = field(default_factory=dict)
    heard_count: int = 0
    failures: int = 0
    repeats: int = 0
    questions: int = 0
    topics_done: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    paused_at: datetime | None = None
    rest_offered: bool = False
    safety_asked: bool = False
    overheard: bool = False
    detoured_from: str = ""
    detours: int = 0
    acks: int = 0
    pace: str = ""
    code: str = ""
    second_hearings: tuple[SecondHearing, ...] = ()

    @property
    def over(self) -> bool:
        return not self.stack

    @property
    def top(self) -> Frame:
        return self.stack[-1]

    @property
    def live_points(self) -> tuple[Heard, ...]:
        return tuple(p for p in self.points if p.live)

    def with_top(self, frame: Frame) -> State:
        return replace(self, stack=(*self.stack[:-1], frame))

    def with_point(self, changed: Heard) -> State:
        return replace(self, points=tuple(changed if p.id == changed.id else p for p in self.points))

    def point(self, point_id: str) -> Heard:
        return next(p for p in self.points if p.id == point_id)


_ADAPTER = TypeAdapter(State)


def to_json(state: State) -> dict[str, Any]:
    """The state as JSON values."""
    result: dict[str, Any] = _ADAPTER.dump_python(state, mode="json")
    return result


def from_json(data: dict[str, Any]) -> State:
    """The state from JSON values.

    Raises:
        pydantic.ValidationError: where the data is not a state.
    """
    return _ADAPTER.validate_python(data)
