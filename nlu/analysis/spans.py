"""Where points begin and end: the likeliest course of the reader's marks over the words of an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.reader.reader import Reading

Floats = npt.NDArray[np.float32]
Place = tuple[int, int]
MARKS = ("outside", "begins", "inside")
OUTSIDE, BEGINS, INSIDE = range(3)
MAX_POINT_WORDS = 35
"""Longest quote. Source: the point's definition, the smallest stretch that stands on its own."""
LEAST_WORDS = 2
"""A shorter stretch is no point, unless it is all there is."""
SMALL_WORDS = 3
"""A shorter stretch goes with a neighbour that is near."""
NEARBY_WORDS = 2
"""Unmarked words between two halves of a stretch that may be bridged."""
KEEP = 0.4
"""The chance of standing outside counts for so much: a word too many is better than half a point.
Source: development texts."""
_CONDITIONS = frozenset(
    "when whenever if because as since while whilst after before until though although unless".split()
)
"""A short stretch that begins with one of these is half a point: the other half follows."""
MOST_CONDITION_WORDS = 6
CLAUSE_REST_WORDS = 4
"""So many words at most are added to end a clause."""
_STARTERS = frozenset(
    "i im ive id ill they theyre theyd she shes shed he hes hed it its itd we were weve you youre there theres that "
    "thats this and but so because cos or if when while then well oh no yes aye mind only though although anyway now "
    "what who my our the a an not i'm i've i'd i'll they're she's he's it's we're you're there's that's".split()
)
"""What a new clause may begin with."""
TAIL_WORDS = 3
"""So few words between a stretch and the next, or the end, belong to it."""
_TURNING = frozenset(
    "not never no nobody nothing nowt none dont don't doesnt doesn't didnt didn't isnt isn't arent aren't wasnt wasn't "
    "cant can't couldnt couldn't wont won't wouldnt wouldn't if unless without hardly i they she he it we you do does "
    "did is are was were has have had can could will would should".split()
)
"""What turns the sense of the words after it, or is what they are said of: never left outside."""
_UNFINISHED = frozenset(
    "the a an my your his her our their me these those some any no every to of for with in on at by from into about "
    "like as than is are was were be been being am do does did has have had can could will would should must not never "
    "too very more if when i we they she he it".split()
)
"""A stretch never ends with one of these."""
_STOPS = ".,;:!?-\"'()"
_WORD = re.compile(r"\S+")
_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Marked:
    """A word with the probabilities of `MARKS`, in lower case without stops, and its last sign."""

    start: int
    end: int
    marks: Floats
    form: str = ""
    last: str = ""

    @property
    def ends(self) -> bool:
        """Whether a sentence ends with it."""
        return self.last in (".", "!", "?", ";")


def marked(text: str, reading: Reading, chances: Floats) -> list[Marked]:
    """The words of a text with their marks; stops and commas go with the word before them.

    Args:
        text: The text that was read.
        reading: Its reading.
        chances: Shape (pieces, 3), probabilities of `MARKS` for each piece.
    """
    words, at = [], 0
    places = reading.places
    for match in _WORD.finditer(text):
        while at < len(places) and places[at][1] <= match.start():
            at += 1
        until = at
        while until < len(places) and places[until][0] < match.end():
            until += 1
        spoken = [n for n in range(at, until) if any(char.isalnum() for char in text[slice(*places[n])])]
        if spoken:
            outside, begins = float(chances[spoken, OUTSIDE].mean()), float(chances[spoken[0], BEGINS])
            inside = max(_FLOOR, 1 - outside - begins)
            marks = np.array([outside, begins, inside], dtype=np.float32)
            said = match.group()
            words.append(Marked(match.start(), match.end(), marks, said.lower().strip(_STOPS), said[-1]))
    return words


def decoded(words: Sequence[Marked]) -> list[Place]:
    """The places of the points, in order, never overlapping, each of at most `MAX_POINT_WORDS` words."""
    found: list[Place] = []
    runs = _runs(words, _course(words))
    for number, (first, last) in enumerate(runs):
        low = runs[number - 1][1] if number else 0
        high = runs[number + 1][0] if number + 1 < len(runs) else len(words)
        for a, b in _short_enough(words, *_whole(words, first, last, low, high)):
            found.append((words[a].start, words[b - 1].end))
    return found


def content(words: Sequence[Marked]) -> float:
    """How likely it is that there is a point at all: the greatest probability of a word being in one, 0 to 1."""
    return max((1.0 - float(word.marks[OUTSIDE]) for word in words), default=0.0)


def most_likely(words: Sequence[Marked]) -> list[Place]:
    """One place where none is sure: all of a short answer, else the stretch with the likeliest words."""
    if not words:
        return []
    if len(words) <= MAX_POINT_WORDS:
        return [(words[0].start, words[-1].end)]
    inside = [1.0 - float(word.marks[OUTSIDE]) for word in words]
    first = max(range(len(words) - MAX_POINT_WORDS + 1), key=lambda n: sum(inside[n : n + MAX_POINT_WORDS]))
    return [(words[first].start, words[first + MAX_POINT_WORDS - 1].end)]


def _course(words: Sequence[Marked]) -> list[int]:
    """The likeliest marks of all words; "inside" never follows "outside". Viterbi (1967)."""
    if not words:
        return []
    scores = np.log(np.maximum(np.array([word.marks for word in words], dtype=np.float64), _FLOOR))
    scores[:, OUTSIDE] += np.log(KEEP)
    best = scores[0].copy()
    best[INSIDE] = -np.inf
    back = []
    for row in scores[1:]:
        ways = np.repeat(best[:, np.newaxis], len(MARKS), axis=1)
        ways[OUTSIDE, INSIDE] = -np.inf
        back.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + row
    course = [int(best.argmax())]
    for pointers in reversed(back):
        course.append(int(pointers[course[-1]]))
    return course[::-1]


def _runs(words: Sequence[Marked], course: Sequence[int]) -> list[tuple[int, int]]:
    """(first, last exclusive) word of each stretch; slivers and conditions go with a neighbour that is near."""
    runs: list[tuple[int, int]] = []
    for n, mark in enumerate(course):
        if mark == BEGINS:
            runs.append((n, n + 1))
        elif mark == INSIDE:
            runs[-1] = (runs[-1][0], n + 1)
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        before = joined[-1] if joined else (0, 0)
        small = min(last - first, before[1] - before[0]) < SMALL_WORDS
        half = before[1] - before[0] <= MOST_CONDITION_WORDS and words[before[0]].form in _CONDITIONS
        if joined and (small or half) and first - before[1] <= NEARBY_WORDS:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [run for run in joined if run[1] - run[0] >= LEAST_WORDS] or joined


def _whole(words: Sequence[Marked], first: int, last: int, low: int, high: int) -> tuple[int, int]:
    """A stretch with what it cannot do without: a "not" before it, the end of its phrase, a last word or two.

    Args:
        words: The words of the answer.
        first: First word of the stretch.
        last: One past its last word.
        low: Where the stretch before ends.
        high: Where the stretch after begins.
    """
    if last < high and high - last <= TAIL_WORDS and not words[last - 1].ends:
        last = high
    while last < high and words[last - 1].form in _UNFINISHED and not words[last - 1].ends:
        last += 1
    last = _clause_end(words, last, high)
    while first > low and not words[first - 1].ends and words[first - 1].form in _TURNING:
        first -= 1
    return first, last


def _clause_end(words: Sequence[Marked], last: int, high: int) -> int:
    """Where the clause ends that a stretch breaks off in, if that is near: else where the stretch ends."""
    end = last
    while end < high and not words[end - 1].ends and words[end].form not in _STARTERS:
        end += 1
        if end - last > CLAUSE_REST_WORDS:
            return last
    return end


def _short_enough(words: Sequence[Marked], first: int, last: int) -> list[tuple[int, int]]:
    """Cuts a stretch that is too long where a point most likely begins."""
    if last - first <= MAX_POINT_WORDS:
        return [(first, last)]
    low, high = first + LEAST_WORDS + 1, last - LEAST_WORDS - 1
    at = max(range(low, high), key=lambda n: float(words[n].marks[BEGINS]) - 0.002 * abs(2 * n - first - last))
    return [*_short_enough(words, first, at), *_short_enough(words, at, last)]
