"""What a call session asks for. Pure data: `call` carries it out."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.phone.ports import Utterance
from connectors.speech.ports import Hint
from dialogues.types import Prompt


@dataclass(frozen=True, slots=True)
class Begin:
    """Ask the dialogue for its first words; give them to `CallSession.answered`."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak, after what is being said already; then call `CallSession.said` with the number.

    Attributes:
        number: Which one.
        prompts: In order.
        words_a_minute: Pace, 110 to 190.
        gain_db: How much louder than usual.
    """

    number: int
    prompts: tuple[Prompt, ...]
    words_a_minute: int
    gain_db: float


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop speaking at once; `said` is not called."""


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody begins to speak: hear from a little before now.

    Attributes:
        hint: What is likely to be said.
        began_at: When the speech began, seconds since the call began.
    """

    hint: Hint
    began_at: float


@dataclass(frozen=True, slots=True)
class Guess:
    """The turn will probably end in a moment: work out what was said so far, ahead."""


@dataclass(frozen=True, slots=True)
class Close:
    """The utterance is over: give what was heard to `CallSession.heard`.

    Attributes:
        guessed: True where nothing was said since the last `Guess`.
    """

    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """It was no utterance: forget it."""


@dataclass(frozen=True, slots=True)
class Submit:
    """Ask the dialogue; give its answer to `CallSession.answered`, or call `failed`."""

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Simpler:
    """Ask the dialogue for simpler words; give them to `CallSession.simpler`."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Tell the dialogue that the call ends while a question waits."""

    asked: bool


@dataclass(frozen=True, slots=True)
class End:
    """End the call."""

    hand_over: bool = False


Action = Begin | Say | Hush | Open | Guess | Close | Drop | Submit | Simpler | Leave | End
