"""How a call behaves: every pause, limit and patience in one place, in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogues.types import Expects, Prompt, Purpose

END_OF_TURN: Mapping[Expects, float] = {
    Expects.OPEN: 2.5,
    Expects.PROBE: 2.2,
    Expects.YES_NO: 0.7,
    Expects.READ_BACK: 0.9,
    Expects.SCALE: 1.0,
    Expects.CHOICE: 1.0,
    Expects.BEANS: 1.2,
    Expects.NONE: 1.5,
}
"""Silence that ends a turn. Source: the product's plan: 1.5, narrative questions 2.5 to 3.5, yes and no 0.7."""
_UNFINISHED = frozenset(
    "and but so because cos or if when then the a an my his her their our to of for with at in on um er erm".split()
)
"""Whoever stops on one of these means to go on."""
_PROTECTED = frozenset(
    {
        Purpose.CONSENT_TAKE_PART,
        Purpose.CONSENT_KEEP,
        Purpose.CONSENT_QUOTE,
        Purpose.CONSENT_CONTACT,
        Purpose.SAFETY,
        Purpose.FOLLOW_UP,
    }
)


@dataclass(frozen=True, slots=True)
class Manners:
    """The turn policy's figures.

    Attributes:
        end_of_turn: Silence that ends a turn, by what the question expects.
        slowest: The most that an unhurried speaker stretches that by (2.5 s becomes 3.5 s).
        unfinished: How much longer than that we wait after "and", "because", "um".
        onset: Speech that opens the ear; less is a click.
        mumble: Speech that counts as an attempt to say something, though nobody made out a word.
        barge_in: Speech within the last `barge_in_within` that stops our own voice. It begins to count about 0.1 s
            late, once it is known to be no echo.
        still_going: Speech that begins so soon in our reply goes on with what was said before it.
        cough: Silence after shorter speech while we talk: it was no barge-in.
        tail: An answer that begins so shortly before our last word counts.
        ahead: So long before the end of a turn the answer is already being worked out.
        too_long: A turn is closed after so much, by what the question expects: a television never stops.
        reprompts: Silence before the same words, the simpler words, "take your time", and the offer to ring back.
        last_wait: Silence after that offer before the call ends.
        moment: Silence while we think before "one moment".
        moments: And again after so much more.
        held: Silence between kind words while the person is away from the phone.
        holds: How often, before the offer to ring back.
        digits: Pause after a key before a number counts as whole.
        pick_up: Silence after an outbound call is answered before we say "hello?".
        pick_ups: How often.
        answered_pause: Silence after the person's "hello" before we speak.
        call: A call is offered another day after so long.
        more: And again after so much more.
        longest_call: A call ends after so much, whatever is said: a television never hangs up.
        goodbye: The longest that anything is waited for once goodbye is said.
        stays: Silence between kind words after danger, while we stay on the line.
        stay_times: How often.
    """

    end_of_turn: Mapping[Expects, float] = field(default_factory=lambda: END_OF_TURN)
    slowest: float = 1.4
    unfinished: float = 1.5
    onset: float = 0.08
    mumble: float = 0.3
    barge_in: float = 0.32
    barge_in_within: float = 0.6
    still_going: float = 1.2
    cough: float = 0.5
    tail: float = 0.7
    ahead: float = 0.4
    too_long: Mapping[Expects, float] = field(
        default_factory=lambda: {Expects.OPEN: 180.0, Expects.PROBE: 180.0, Expects.NONE: 60.0}
    )
    too_long_else: float = 20.0
    reprompts: tuple[float, ...] = (8.0, 10.0, 12.0, 12.0)
    last_wait: float = 12.0
    moment: float = 2.5
    moments: float = 12.0
    held: float = 45.0
    holds: int = 4
    digits: float = 1.5
    pick_up: float = 4.0
    pick_ups: int = 3
    answered_pause: float = 0.6
    call: float = 30 * 60.0
    more: float = 10 * 60.0
    longest_call: float = 90 * 60.0
    goodbye: float = 30.0
    stays: float = 25.0
    stay_times: int = 8

    def patience(self, expects: Expects, words: str, stretch: float) -> float:
        """Silence that ends this turn.

        Args:
            expects: What the question expects.
            words: The words so far.
            stretch: 1.0 to `slowest`: how unhurried the person speaks.
        """
        pause = self.end_of_turn.get(expects, 1.5) * stretch
        return pause * self.unfinished if words.rpartition(" ")[2] in _UNFINISHED else pause

    def longest(self, expects: Expects) -> float:
        """A turn is closed after so much."""
        return self.too_long.get(expects, self.too_long_else)


def is_protected(prompt: Prompt) -> bool:
    """True for words that nobody may talk over: consent, safety, and whom to ring now."""
    return prompt.serious and prompt.purpose in _PROTECTED
