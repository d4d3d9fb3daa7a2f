"""A second, better hearing of something spoken: used before the read-back, proposed after it, never slipped in.

Recognisers that hear live make mistakes; a slower one listens again. What the person has not yet confirmed is put
right at once. What they confirmed stands, until they themselves choose the other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dialogues.state import Heard, SecondHearing, State
from dialogues.talk import Talk
from dialogues.types import (
    Act,
    HearingSettled,
    Point,
    PointConfirmed,
    PointHeard,
    PointReheard,
    PointWithdrawn,
    Prompt,
    Status,
    Understanding,
    Voice,
)

SAME_WORDS = 0.3
"""Share of common words from which a point of the second hearing is taken for one of the first."""
FLOW = "second_hearing"
BROUGHT_BACK_IN = frozenset({"about_you", "closing"})
"""Flows before which a changed meaning is put to the person, when no pause came first."""


class Verdict(StrEnum):
    """What becomes of a second hearing; the words are those of the records."""

    SAME = "same"  # nothing that matters differs
    USED = "used"  # in time: it is what will be read back
    PROPOSED = "proposed"  # too late and different: the person will be asked


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which point of the second hearing is which of the first."""

    pairs: tuple[tuple[Heard, Point], ...]
    gone: tuple[Heard, ...]
    new: tuple[Point, ...]

    @property
    def same_meaning(self) -> bool:
        """True where every point has its partner, about the same theme and with the same feeling."""
        return not self.gone and not self.new and all(_same_meaning(old.point, new) for old, new in self.pairs)


def paired(old: Sequence[Heard], new: Sequence[Point]) -> Pairing:
    """Pairs points by the words they share, the closest first."""
    scores = sorted(
        ((_shared(heard.point.quote, point.quote), i, j) for i, heard in enumerate(old) for j, point in enumerate(new)),
        reverse=True,
    )
    partner: dict[int, int] = {}
    for score, i, j in scores:
        if score >= SAME_WORDS and i not in partner and j not in partner.values():
            partner[i] = j
    return Pairing(
        tuple((old[i], new[j]) for i, j in sorted(partner.items())),
        tuple(heard for i, heard in enumerate(old) if i not in partner),
        tuple(point for j, point in enumerate(new) if j not in partner.values()),
    )


def weigh(state: State, second: SecondHearing) -> tuple[Verdict, State]:
    """Decides what becomes of a second hearing, without changing any point.

    Returns:
        The verdict, and the state; it keeps the hearing where the person has to be asked.
    """
    old = tuple(p for p in state.live_points if p.turn_number == second.turn_number)
    pairing = paired(old, second.points)
    untouched = all(p.status is Status.HEARD and p.beans is None for p in old)
    if old and (untouched or (pairing.same_meaning and all(p.status is Status.HEARD for p in old))):
        return Verdict.USED, state
    if pairing.same_meaning:
        return Verdict.SAME, state
    return Verdict.PROPOSED, replace(state, second_hearings=(*state.second_hearings, second))


def take_up(talk: Talk, second: SecondHearing, *, settled: str, confirmed: bool) -> None:
    """Puts the second hearing in the place of the first: words, spans and coding.

    Args:
        talk: The talk.
        second: What was heard the second time.
        settled: How the records call what became of it.
        confirmed: True when the person has just chosen these words.
    """
    talk.emit(HearingSettled(second.turn_number, settled))
    old = tuple(p for p in talk.state.live_points if p.turn_number == second.turn_number)
    pairing = paired(old, second.points)
    for heard, point in pairing.pairs:
        kept = replace(point, label=heard.point.label) if heard.beans is not None else point
        talk.emit(PointReheard(heard.id, kept))
        changed = replace(heard, point=kept, said=kept.read_back or kept.quote)
        talk.state = talk.state.with_point(_confirmed(talk, changed) if confirmed else changed)
    for heard in pairing.gone:
        talk.emit(PointWithdrawn(heard.id))
    gone = {heard.id for heard in pairing.gone}
    talk.state = replace(talk.state, points=tuple(p for p in talk.state.points if p.id not in gone))
    for point in pairing.new:
        _add(talk, second, point, old[0].voice if old else Voice.OWN, confirmed=confirmed)


def bring_back(talk: Talk) -> None:
    """Puts the question on the stack where a changed meaning waits to be settled."""
    if talk.state.second_hearings and not talk.state.over and talk.state.top.flow != FLOW:
        talk.push(FLOW)


class SecondHearings:
    """Asks which of two hearings is right, one at a time."""

    def question(self, talk: Talk) -> Prompt | None:
        if not talk.state.second_hearings:
            return None
        second = talk.state.second_hearings[0]
        return talk.render("second_hearing.which", quote=second.before.strip(" .,;"), said=second.text.strip(" .,;"))

    def take(self, talk: Talk, heard: Understanding) -> None:
        if heard.act is Act.AFFIRM:
            take_up(talk, talk.state.second_hearings[0], settled="accepted", confirmed=True)
            talk.say("second_hearing.changed")
            self._next(talk)
        elif heard.act in {Act.DENY, Act.SKIP, Act.DONT_KNOW}:
            self.skip(talk)
        else:
            talk.misunderstood(self)

    def skip(self, talk: Talk) -> None:
        """Leaves the words that were confirmed."""
        talk.emit(HearingSettled(talk.state.second_hearings[0].turn_number, "refused"))
        talk.say("second_hearing.left")
        self._next(talk)

    @staticmethod
    def _next(talk: Talk) -> None:
        talk.state = replace(talk.state, second_hearings=talk.state.second_hearings[1:])
        if talk.state.second_hearings:
            talk.move("")
        else:
            talk.finish()


def _add(talk: Talk, second: SecondHearing, point: Point, voice: Voice, *, confirmed: bool) -> None:
    number = talk.state.heard_count + 1
    heard = Heard(f"p{number}", second.turn_number, voice, point, point.read_back or point.quote)
    talk.emit(PointHeard(heard.id, heard.turn_number, voice, point))
    talk.state = replace(talk.state, heard_count=number)
    heard = _confirmed(talk, heard) if confirmed else heard
    talk.state = replace(talk.state, points=(*talk.state.points, heard))


def _confirmed(talk: Talk, heard: Heard) -> Heard:
    talk.emit(PointConfirmed(heard.id))
    return replace(heard, status=Status.CONFIRMED)


def _same_meaning(one: Point, other: Point) -> bool:
    return one.themes[0] == other.themes[0] and one.sentiment == other.sentiment


def _shared(one: str, other: str) -> float:
    """Share of the words that both have (Jaccard), 0 to 1."""
    first, second = set(one.lower().split()), set(other.lower().split())
    return len(first & second) / max(1, len(first | second))
