"""What both sides of an opening share: where it stands, what was heard, and how a question is asked again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.phone import opening_words as say
from connectors.phone.opening_values import HandOver, Result, StartTalk, StopReason
from connectors.phone.opening_words import Question
from connectors.phone.signs import Sign, plain
from connectors.phone.words import PUTTING_THROUGH
from dialogues.types import Act, Prompt, Value

KEYS_AFTER, LAST = 2, 3
"""Misunderstandings in a row: after two the keys are offered, at the third something else is done."""

STOPS: dict[Sign, tuple[StopReason, Prompt]] = {
    Sign.DIED: (StopReason.DIED, say.DIED),
    Sign.WRONG_NUMBER: (StopReason.WRONG_NUMBER, say.WRONG_NUMBER),
    Sign.DO_NOT_RING: (StopReason.ASKED, say.ASKED),
    Sign.MOVED: (StopReason.MOVED, say.MOVED),
    Sign.HOSPITAL: (StopReason.HOSPITAL, say.HOSPITAL),
}
"""What stops contact, and what is said then. Of several the first decides."""

_AGREES = frozenset({Act.AFFIRM, Act.AFFIRM_BUT})
_NEGATES = frozenset("no not dont cant wont never nowt nothing isnt wasnt couldnt shouldnt doesnt didnt".split())
_LONGEST = {
    **dict.fromkeys((Act.STOP, Act.GOODBYE, Act.PAUSE, Act.GREET, Act.THANKS, Act.SKIP), 6),
    **dict.fromkeys((Act.REPEAT, Act.SLOWER, Act.FASTER, Act.LOUDER, Act.EXPLAIN, Act.PRIVACY, Act.WHATS_NEXT), 9),
}
"""Words of the longest utterance that may be such an act."""
_YES, _NO = frozenset({"yes", "yeah", "aye", "yep"}), frozenset({"no", "nope", "nay", "nah"})


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance, understood."""

    text: str
    act: Act
    signs: frozenset[Sign]
    value: Value = None

    @property
    def says_yes(self) -> bool:
        """True where "yes" is the first word."""
        return self._first in _YES

    @property
    def says_no(self) -> bool:
        """True where "no" is the first word."""
        return self._first in _NO

    @property
    def is_yes(self) -> bool:
        """True for yes, for yes with a condition, and for "yes" with more behind it."""
        return self.act in _AGREES or (self.act is Act.ANSWER and self.says_yes)

    @property
    def is_no(self) -> bool:
        """True for no, and for "no" with more behind it."""
        return self.act in {Act.DENY, Act.DENY_BUT} or (self.act is Act.ANSWER and self.says_no)

    @property
    def _first(self) -> str:
        return plain(self.text).partition(" ")[0]


@dataclass(frozen=True, slots=True)
class State:
    """Where an opening stands.

    Attributes:
        place: What is being asked, a name of the side's own.
        question: The question that waits.
        said: What is said now, the question last.
        failures: Misunderstandings in a row.
        told: How often it was told what the call is about.
        name: The name that somebody gave who rang.
        candidates: Ids of the talks that may be meant, the likeliest first.
        keys: Keys of a code so far.
        codes: How often a code was refused.
        page: Which services are offered.
        result: What came of it.
    """

    place: str = ""
    question: Question | None = None
    said: tuple[Prompt, ...] = ()
    failures: int = 0
    told: int = 0
    name: str = ""
    candidates: tuple[str, ...] = ()
    keys: str = ""
    codes: int = 0
    page: int = 0
    result: Result | None = None

    @property
    def is_over(self) -> bool:
        """True when the call ends after what is said now."""
        return self.result is not None and not isinstance(self.result, StartTalk | HandOver)

    @property
    def is_handed_over(self) -> bool:
        """True when the call goes on with a person."""
        return isinstance(self.result, HandOver)


def ask(state: State, place: str, question: Question, *before: Prompt) -> State:
    """Asks something new."""
    return replace(state, place=place, question=question, said=(*before, question.prompt), failures=0)


def end(state: State, result: Result, *said: Prompt) -> State:
    """The opening is over."""
    return replace(state, said=said, result=result)


def hand_over(state: State) -> State:
    """A person is asked for."""
    return end(state, HandOver(), PUTTING_THROUGH)


def again(state: State, *before: Prompt) -> State:
    """The same question, in the same words; that is no misunderstanding."""
    question = (state.question.prompt,) if state.question else ()
    return replace(state, said=(*before, *question))


def not_caught(state: State) -> State | None:
    """What is said after a misunderstanding; None at the third in a row."""
    failures = state.failures + 1
    if failures >= LAST or state.question is None:
        return None
    asked = state.question.with_keys if failures >= KEYS_AFTER else state.question.prompt
    return replace(state, said=(say.SORRY, asked), failures=failures)


def plausible(act: Act, said: str, found: frozenset[Sign]) -> Act:
    """The act, or `answer` where the words do not bear it: the parser was made for talks, not for who picks up."""
    words = plain(said).replace("dont mind", "").split()
    if act is Act.HUMAN and Sign.PERSON not in found:
        return Act.ANSWER
    if act in _AGREES and _NEGATES & set(words) and not _YES & set(words[:1]):
        return Act.ANSWER
    if len(words) > _LONGEST.get(act, len(words)):
        return Act.ANSWER
    return act


def by_sign(state: State, heard: Heard) -> State | None:
    """What is answered alike everywhere, by what was said; None for the rest."""
    if Sign.REAL in heard.signs:
        return again(state, say.COMPUTER)
    if heard.act is Act.HUMAN:
        return hand_over(state)
    if Sign.RELAY in heard.signs:
        return again(state, say.RELAY)
    return None


def by_act(state: State, heard: Heard) -> State | None:
    """The same words again, for whoever did not catch them; None for the rest."""
    if heard.act in {Act.REPEAT, Act.SLOWER, Act.FASTER, Act.LOUDER}:
        return again(state)
    return None
