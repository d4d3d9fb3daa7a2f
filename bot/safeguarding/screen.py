"""`screen`: rules first, the learned scorer as a second opinion, and never an exception."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from bot.safeguarding.library import library
from bot.safeguarding.rules import Hit, find_hits, has_excuse
from bot.safeguarding.scope import find
from bot.safeguarding.scorer import Opinion, scorer
from bot.safeguarding.text import BREAK, NormalText, Word, normalise
from dialogues.types import Level, Screening

# How sure of an alert the scorer must be. Source: development texts; see docs/safeguarding.md.
DANGER_PATTERN_NEEDS = 0.05  # for a strong pattern of danger to count
STRONG_NEEDS = 0.05  # for another strong pattern to count
WEAK_NEEDS = 0.3  # for a weak pattern to count
ALONE_NEEDS = 0.3  # to raise a concern on its own
EXCUSED_NEEDS = 0.98  # ... where an idiom, a story, long ago, ... is in the text too
SENTENCE_NEEDS = 0.8  # for one sentence by itself to raise what the whole text does not
SURE_NEEDS = 0.75  # below this a concern of its own is a hint for a person to look at; the talk goes on
DANGER_NEEDS = 0.8  # of danger now, to raise that
LEARNED_WORDS = 60  # a longer text is scored piece by piece
LEARNED_PIECES = 12  # at most so many pieces are scored; the rules see all of a text
CLAUSE_WORDS = 4
SENTENCE_WORDS = 3
NEARBY_WORDS = 12  # words before and after a strong pattern that are read with it, where no sentence ends
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
    pieces = list(_pieces(normal, hits))
    opinions = _opinions(text, normal, pieces)
    if not opinions:  # the scorer is not to be had: weak patterns then count, for missing one is worse
        return _from_hits(normal, hits, _level(hits)) if hits else Screening()
    best = max(range(len(opinions)), key=lambda index: opinions[index].alert)
    counting = [hit for hit in hits if max(opinions[best].alert, _nearby(text, normal, hit)) >= _needs(hit)]
    if counting and (_level(counting) is Level.IMMEDIATE or opinions[best].immediate < DANGER_NEEDS):
        return _from_hits(normal, counting, _level(counting))
    learned = _learned(normal, pieces[best], opinions[best])
    if learned.level is not Level.IMMEDIATE and not counting:
        learned = _sentence(text, normal) or learned
    return (
        learned if learned.level is not Level.NONE or not counting else _from_hits(normal, counting, _level(counting))
    )


def _sentence(text: str, normal: NormalText) -> Screening | None:
    """The most telling sentence by itself, where the scorer is very sure of it: danger hides among praise."""
    sentences = list(_sentences(normal))[:LEARNED_PIECES]
    if len(sentences) < 2:
        return None
    opinions = _opinions(text, normal, sentences)
    if not opinions:
        return None
    best = max(range(len(opinions)), key=lambda index: opinions[index].alert)
    return _learned(normal, sentences[best], opinions[best]) if opinions[best].alert >= SENTENCE_NEEDS else None


def _sentences(text: NormalText) -> Iterator[tuple[int, int]]:
    """Word ranges between full stops, of at least a few words."""
    start = 0
    for index, word in enumerate((*text.words, Word(BREAK, 0, 0))):
        if word.norm == BREAK:
            if index - start >= SENTENCE_WORDS:
                yield start, index
            start = index + 1


def _nearby(text: str, normal: NormalText, hit: Hit) -> float:
    """How sure the scorer is of an alert in the sentence of a strong pattern: praise around it must not lower it."""
    if not hit.strong:
        return 0.0
    first, last = hit.first, hit.last
    while first > 0 and hit.first - first < NEARBY_WORDS and normal.words[first - 1].norm != BREAK:
        first -= 1
    while last < len(normal.words) and last - hit.last < NEARBY_WORDS and normal.words[last].norm != BREAK:
        last += 1
    start, end = normal.span(first, last)
    opinions = _opinions(text[start:end], normal, [(first, last)], start)
    return max((opinion.alert for opinion in opinions), default=1.0)


def _needs(hit: Hit) -> float:
    if not hit.strong:
        return WEAK_NEEDS
    return DANGER_PATTERN_NEEDS if hit.pattern.level is Level.IMMEDIATE else STRONG_NEEDS


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


def _opinions(text: str, normal: NormalText, pieces: Sequence[tuple[int, int]], begin: int = 0) -> list[Opinion]:
    """An opinion on each piece; `begin` is where `text` begins in the whole."""
    try:
        learned = scorer()
        spans = [normal.span(first, last) for first, last in pieces]
        return [learned.opinion(text[start - begin : end - begin]) for start, end in spans]
    except Exception as error:  # the rules alone then screen; missing data packages are reported once at the start
        _log.warning("safeguarding scorer not available: %s", type(error).__name__)
        return []


def _learned(text: NormalText, piece: tuple[int, int], opinion: Opinion) -> Screening:
    spoken = NormalText(text.words[piece[0] : piece[1]])
    if opinion.alert < (EXCUSED_NEEDS if has_excuse(spoken) else ALONE_NEEDS):
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
