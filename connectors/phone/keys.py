"""What pressed keys mean for the question that waits."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.phone.words import AGAIN, PERSON, SKIP
from dialogues.types import Expects, Prompt

NUMBERS = frozenset({Expects.SCALE, Expects.BEANS})
_ALWAYS = {"0": PERSON, "*": AGAIN, "#": SKIP}


@dataclass(slots=True)
class Keys:
    """Gathers keys into one meaning.

    Attributes:
        pressed: Digits of a number so far.
        at: When the last one was pressed.
    """

    pressed: str = ""
    at: float = 0.0

    def press(self, key: str, now: float, question: Prompt | None) -> str | None:
        """Takes a key; returns what it means, or None where more may follow.

        A number is whole after a pause, or at `#`. A lone 0 means a person, except where a number is asked for.
        """
        if question is None or question.expects not in NUMBERS:
            return _ALWAYS.get(key) or _option(key, question)
        if key == "#" and self.pressed:
            return self.whole()
        if key in {"*", "#"}:
            return _ALWAYS[key]
        self.pressed += key
        self.at = now
        if self.pressed == "00":
            self.pressed = ""
            return PERSON
        return self.whole() if int(self.pressed) >= 2 else None

    def is_due(self, now: float, pause: float) -> bool:
        """True where a number waits and nothing more comes."""
        return bool(self.pressed) and now - self.at >= pause

    def whole(self) -> str:
        """The number so far, done with."""
        number, self.pressed = str(int(self.pressed)), ""
        return number


def _option(key: str, question: Prompt | None) -> str:
    """The label of the option with this key; the key itself where it stands for none."""
    options = question.options if question else ()
    return next((option.label for option in options if option.key == key), key)
