"""`screen`: rules first, the learned scorer as a second opinion, and never an exception."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from bot.safeguarding.library import library
from bot.safeguarding.rules import Hit, find_hits, has_excuse
from bot.safeguarding.scope import find
from bot.safeguarding.scorer import Opinion, scorer
from bot.safeguarding.text import BREAK, NormalText, normalise
from dialogues.types import Level, Screening

# Source: cross-validation on the project's own rows, `python -m bot.safeguarding.train`; see docs/safeguarding.md.
WEAK_NEEDS = 0.3  # a weak pattern counts when the scorer is at least so sure of an alert
ALONE_NEEDS = 0.6  # the scorer on its own raises a concern from here
SURE_NEEDS = 0.85  # ... and below this it is a hint for a person to look at; the talk goes on
DANGER_NEEDS = 0.8  # ... and immediate danger when so sure of that
LEARNED_WORDS = 60  # a longer text is scored piece by piece
LEARNED_PIECES = 12  # at most so many pieces are scored; the rules see all of a text
CLAUSE_WORDS = 4
LONGEST_EVIDENCE = 6  # places

_log = logging.getLogger(__name__)


def screen(text: str) -> Screening:
    """Screens one turn for danger now and for possible abuse, neglect or despair.

    Looks at all of the text, in bounded time. Never raises, reads no network, and may be called from any thread. It
    decides nothing: a person does.

    Args:
        text: The words of a turn, typed or recognised; any length.

    Returns:
        Level, type, evidence as (start, end) places in `text`, and whether a provider's staff are accused.
    """
    try:
        return _screen(text)
    except Exception as error:  # a screen that fails must not take the turn with it; the manager is told by the log
        _log.error("safeguarding screen failed: %s", type(error).__name__)
        return Screening()


def _screen(text: str) -> Screening:
    normal = normalise(text)
    if not normal.words:
        return Screening()
    hits = find_hits(normal)
    danger = [hit for hit in hits if hit.strong and hit.pattern.level is Level.IMMEDIATE]
    if danger:
        return _from_hits(normal, danger, Level.IMMEDIATE)
    pieces = list(_pieces(normal, hits))
    opinions = _opinions(text, normal, pieces)
    if not opinions:  # the scorer is not to be had: weak patterns then count, for missing one is worse
        return _from_hits(normal, hits, _level(hits)) if hits else Screening()
    best = max(range(len(opinions)), key=lambda index: opinions[index].alert)
    counting = [hit for hit in hits if hit.strong or opinions[best].alert >= WEAK_NEEDS]
    if counting:
        return _from_hits(normal, counting, _level(counting))
    return _learned(normal, pieces[best], opinions[best])


def _level(hits: Sequence[Hit]) -> Level:
    return Level.IMMEDIATE if any(hit.pattern.level is Level.IMMEDIATE for hit in hits) else Level.CONCERN


def _from_hits(text: NormalText, hits: Sequence[Hit], level: Level) -> Screening:
    telling = [hit for hit in hits if hit.pattern.level is level]
    types = [hit.pattern.category for hit in sorted(telling, key=lambda hit: hit.strong, reverse=True)]
    main = max(types, key=types.count)
    evidence = _merged([text.span(hit.first, hit.last) for hit in telling])
    return Screening(level, main, evidence, _accuses_staff(text, main))


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged[:LONGEST_EVIDENCE])


def _accuses_staff(text: NormalText, category: str) -> bool:
    """Staff words near an accusation. On the safe side: an alert that goes around a provider harms nobody."""
    if category in _NOT_ABOUT_STAFF:
        return False
    return bool(find(library().staff, text))


_NOT_ABOUT_STAFF = frozenset(
    {
        "danger_fall",
        "danger_health",
        "danger_fire_gas",
        "danger_suicide",
        "self_neglect",
        "suicidal_thoughts",
        "despair",
    }
)


def _pieces(text: NormalText, hits: Sequence[Hit]) -> Iterator[tuple[int, int]]:
    """Word ranges to score: of a long text those with patterns in them, then the first and the last ones."""
    ranges = [(at, min(at + LEARNED_WORDS, len(text.words))) for at in range(0, len(text.words), LEARNED_WORDS)]
    if len(ranges) <= LEARNED_PIECES:
        yield from ranges
        return
    telling = [r for r in ranges if any(r[0] <= hit.first < r[1] for hit in hits)]
    rest = [r for pair in zip(ranges, reversed(ranges), strict=True) for r in pair]
    yield from list(dict.fromkeys([*telling, *rest]))[:LEARNED_PIECES]


def _opinions(text: str, normal: NormalText, pieces: Sequence[tuple[int, int]]) -> list[Opinion]:
    try:
        learned = scorer()
        spans = [normal.span(first, last) for first, last in pieces]
        return [learned.opinion(text[start:end]) for start, end in spans]
    except Exception as error:  # the rules alone then screen; missing data packages are reported once at the start
        _log.warning("safeguarding scorer not available: %s", type(error).__name__)
        return []


def _learned(text: NormalText, piece: tuple[int, int], opinion: Opinion) -> Screening:
    spoken = NormalText(text.words[piece[0] : piece[1]])
    if opinion.alert < ALONE_NEEDS or has_excuse(spoken):
        return Screening()
    level = Level.IMMEDIATE if opinion.immediate >= DANGER_NEEDS else Level.CONCERN
    category = opinion.type if level is Level.IMMEDIATE or not opinion.type.startswith("danger_") else "other"
    sure = level is Level.IMMEDIATE or opinion.alert >= SURE_NEEDS
    return Screening(level, category, (_best_clause(spoken, opinion),), _accuses_staff(spoken, category), sure)


def _best_clause(text: NormalText, opinion: Opinion) -> tuple[int, int]:
    begin = text.words[0].start  # the scorer read the text from here
    places = [text.span(first, last) for first, last in _clauses(text)]
    start, end = scorer().most_telling(opinion, [(a - begin, b - begin) for a, b in places])
    return begin + start, begin + end


def _clauses(text: NormalText) -> Iterator[tuple[int, int]]:
    """Word ranges between full stops and joining words, not shorter than a few words."""
    start = 0
    for index, word in enumerate(text.words):
        if (word.norm == BREAK or word.norm in _JOINS) and index - start >= CLAUSE_WORDS:
            yield start, index
            start = index + 1 if word.norm == BREAK else index
    if start < len(text.words):
        yield start, len(text.words)


_JOINS = frozenset({"and", "but", "because", "so", "then"})
