"""What a call is, and what the phone connector is given: it imports no engine, no database and no recogniser.

A transport (`audiosocket`, `twilio`, `chan_websocket`) makes a `Line` of each call; `call.serve` holds the conversation
over it. Sound is 16 kHz mono PCM both ways, in frames of 20 ms, whatever the transport carries.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from connectors.speech.ports import RATE_HZ, Clip, Recognised, Samples
from dialogues.types import Act, Prompt

CHANNEL = "phone"
FRAME_SECONDS = 0.02
FRAME_SAMPLES = round(RATE_HZ * FRAME_SECONDS)
"""320 samples: what a transport takes and gives at a time."""
KEYS = frozenset("0123456789*#")


class Direction(StrEnum):
    """Who rang."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as its transport knows it.

    Attributes:
        id: The transport's own id of the call; never a number. Part of message ids, so that a turn is stored once.
        direction: Who rang.
        number: The other side's number in E.164 (`+441632960123`); "" where it is withheld or not known. Never logged.
        planned_id: Of an outbound call: the planned call that it carries out; "" otherwise.
    """

    id: str
    direction: Direction = Direction.INBOUND
    number: str = ""
    planned_id: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound that came in, 16 kHz, any length (a transport gives about 20 ms at a time)."""

    samples: Samples


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed, one of `KEYS`."""

    key: str


@dataclass(frozen=True, slots=True)
class Played:
    """Everything sent before the mark of this name was heard, or dropped by `clear`."""

    mark: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over; nothing follows. `broken` where the connection failed, rather than somebody hanging up."""

    broken: bool = False


LineEvent = Sound | Key | Played | HungUp


class Line(Protocol):
    """One call on a transport. Used from one event loop.

    Attributes:
        call: Whose.
        owns_clock: True where the other side buffers and plays in its own time (Twilio): it returns marks and can be
            sent ahead; False where it plays what it gets as it gets it (AudioSocket), so that the sender keeps time.
    """

    call: Call
    owns_clock: bool

    def events(self) -> AsyncIterator[LineEvent]:
        """What comes in, in order; ends after `HungUp`, which always comes, also after `end`. Never raises."""

    async def send(self, frame: Samples) -> None:
        """Plays one frame (`FRAME_SAMPLES`). Does nothing once the call is over; never waits for a slow other side
        longer than a frame: what cannot be sent is dropped."""

    async def clear(self) -> None:
        """Drops what was sent and not yet heard; pending marks are returned (`Played`) or forgotten."""

    async def mark(self, name: str) -> None:
        """Asks for `Played(name)` once all that was sent is heard; at once where the transport knows no marks."""

    async def end(self, *, hand_over: bool = False) -> None:
        """Ends the session's part of the call.

        Args:
            hand_over: True leaves the call up and lets the transport go on with it (the dialplan continues, `<Dial>`);
                False hangs up.
        """


Serve = Callable[[Line], Awaitable[None]]
"""Holds a whole conversation over a line; returns when it is over. A transport calls it once a call."""


# -- the dialogue, as a call sees it ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the person said or keyed.

    Attributes:
        text: The words, or what the keys stand for ("yes", "3"); "" where something was said that nobody made out.
        keyed: True for keys.
        confidence: Of the recogniser, 0 to 1; None for keys.
        continues: True where the person went on before they had heard the reply: it holds all the words, and takes the
            place of the utterance before.
        recognised: How it was heard; None for keys.
        clip: Its sound; None for keys.
    """

    text: str
    keyed: bool = False
    confidence: float | None = None
    continues: bool = False
    recognised: Recognised | None = None
    clip: Clip | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What is said next.

    Attributes:
        prompts: In order; the last one carries the question. None: nothing is said, and the question waits on.
        done: True when nothing more is waited for: the call ends after these prompts.
        hand_over: True when the call goes on with a person after these prompts.
        act: What was understood of the utterance; pace and volume follow it.
        wishes: How the person likes to be spoken to, known from before: slower, faster, louder.
        may_hold: False where the dialogue itself answers "hold on a minute".
    """

    prompts: tuple[Prompt, ...]
    done: bool = False
    hand_over: bool = False
    act: Act | None = None
    wishes: tuple[Act, ...] = ()
    may_hold: bool = True


class Dialogue(Protocol):
    """Who answers the person: the opening of the call, then the engine. Never raises but `SaysoError`."""

    async def begin(self) -> Step:
        """The first words of this part of the call."""

    async def take(self, heard: Utterance) -> Step:
        """Answers an utterance. The words are stored before this returns."""

    async def simpler(self) -> tuple[Prompt, ...]:
        """The question that waits in simpler words, for somebody who says nothing; empty where there are none.
        Nothing is stored as said by the person."""

    async def left(self, *, asked: bool) -> None:
        """The call is over while a question waits: the talk pauses, and can be taken up again.

        Args:
            asked: True where the person was asked and nobody answered; False where the line broke or they hung up.
        """
