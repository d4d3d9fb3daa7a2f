"""Finding the coding frame's cue phrases in an answer, once, with their places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from nlu.analysis.frame import SECTIONS, Frame

MAX_GAP_WORDS = 3
GAP = "..."
_WORD = re.compile(r"[^\W_]+(?:['\u2018\u2019`][^\W_]+)*'?")
_APOSTROPHES = str.maketrans("", "", "'\u2018\u2019`")
_BREAK = re.compile(r"[.?!,;:\n\u2013\u2014]|\s-\s")
_OPENERS = frozenset("and or just please well then maybe perhaps oh so aye yes but er um".split())
NEGATIONS = frozenset(
    "not no never nothing nobody none nowt isnt arent aint wasnt werent dont doesnt didnt cant cannot couldnt wont "
    "wouldnt "
    "havent hasnt hadnt hardly scarcely without neither nor".split()
)
NEGATION_REACH_WORDS = 3
SUPPOSITION_REACH_WORDS = 3
_RESULTS = frozenset(("then", "and", "but", "i", "im", "ring"))
_SUBJECTS = frozenset(("i", "they", "she", "he", "we", "it"))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the answer: its bare form (lower case, no apostrophes) and its place in the text."""

    form: str
    start: int
    end: int
    opens: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue that was found.

    `negated` is True where a negation stands shortly before it, `supposed` where "if" does: "if she's late".
    """

    section: str
    id: str
    start: int
    end: int
    negated: bool = False
    supposed: bool = False


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, in order; `opens` marks the start of a clause as far as punctuation and openers show it."""
    found: list[Word] = []
    last_end, opens = 0, True
    for match in _WORD.finditer(text):
        form = match.group().lower().translate(_APOSTROPHES)
        opens = not found or bool(_BREAK.search(text, last_end, match.start())) or (found[-1].form in _OPENERS)
        found.append(Word(form, match.start(), match.end(), opens))
        last_end = match.end()
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Cue:
    section: str
    id: str
    parts: tuple[str, ...]
    opening: bool


class CueBook:
    """All cues of a frame, indexed by their first word. Immutable once built."""

    def __init__(self, frame: Frame) -> None:
        self._exact: dict[str, list[_Cue]] = defaultdict(list)
        self._stems: dict[str, list[_Cue]] = defaultdict(list)
        for cue in _all_cues(frame):
            first = cue.parts[0]
            (self._stems if first.endswith("*") else self._exact)[first.rstrip("*")].append(cue)
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def hits(self, words: tuple[Word, ...]) -> tuple[Hit, ...]:
        """Every cue found in the words, without those that lie inside a longer cue of the same section."""
        found = [hit for i in range(len(words)) for hit in self._at(words, i)]
        return tuple(hit for hit in found if not any(_inside(hit, other) for other in found))

    def _at(self, words: tuple[Word, ...], i: int) -> Iterable[Hit]:
        form = words[i].form
        candidates = list(self._exact.get(form, ()))
        for length in self._stem_lengths:
            if length <= len(form):
                candidates.extend(self._stems.get(form[:length], ()))
        for cue in candidates:
            end = None if cue.opening and not words[i].opens else _match(cue.parts, words, i)
            if end is not None:
                yield Hit(
                    cue.section, cue.id, words[i].start, words[end - 1].end, _negated(words, i), _supposed(words, i)
                )


def _all_cues(frame: Frame) -> Iterable[_Cue]:
    for section in SECTIONS:
        for entry in frame.section(section).values():
            for cue in entry.cues:
                for parts in _expanded(cue.removeprefix("^")):
                    yield _Cue(section, entry.id, parts, cue.startswith("^"))


def _expanded(cue: str) -> Iterable[tuple[str, ...]]:
    options = [part.lower().translate(_APOSTROPHES).split("/") for part in cue.split()]
    return (tuple(choice) for choice in product(*options) if choice and choice[0] not in ("", GAP, "*"))


def _match(parts: tuple[str, ...], words: tuple[Word, ...], at: int) -> int | None:
    """The index after the last matching word, or None."""
    if not parts:
        return at
    if parts[0] == GAP:
        ends = (_match(parts[1:], words, at + gap) for gap in range(MAX_GAP_WORDS + 1))
        return next((end for end in ends if end is not None), None)
    if at >= len(words) or not _fits(parts[0], words[at].form):
        return None
    return _match(parts[1:], words, at + 1)


def _fits(part: str, form: str) -> bool:
    return form.startswith(part[:-1]) if part.endswith("*") else form == part


def _negated(words: tuple[Word, ...], i: int) -> bool:
    """True where a negation of the same clause stands shortly before; a cue that begins with its own is left alone."""
    if words[i].form in NEGATIONS:
        return False
    for k in range(i - 1, max(-1, i - 1 - NEGATION_REACH_WORDS), -1):
        if words[k + 1].opens or words[k].form in _SUBJECTS:
            return False
        if words[k].form in NEGATIONS:
            return not (words[k].form == "not" and words[k + 1].form == "only")
    return False


def _supposed(words: tuple[Word, ...], i: int) -> bool:
    """True in "if she's late": nothing of the kind is said to happen."""
    before = [word.form for word in words[max(0, i - SUPPOSITION_REACH_WORDS) : i]]
    return "if" in before and not any(form in _RESULTS for form in before[before.index("if") + 1 :])


def _inside(hit: Hit, other: Hit) -> bool:
    if hit.section != other.section or hit.id == other.id:
        return False
    return other.start <= hit.start and hit.end <= other.end and other.end - other.start > hit.end - hit.start
