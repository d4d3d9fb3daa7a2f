"""Cutting an answer into clauses, and gathering clauses into stretches that stand as one point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from nlu.analysis.features import Counts

MAX_POINT_WORDS = 35
"""Longest quote aimed at. Source: the point's definition, the smallest stretch that stands on its own."""
SHORT_ANSWER_WORDS = 35
"""Up to here, clauses that say nothing by themselves stay with their neighbours."""
LEAST_CLAUSE_WORDS = 3
CONTRAST_WORDS = 4
"""Shortest clause after "but" that can be a point of its own."""
THEME_SHIFT_WORDS = 18
"""From here on, clauses about different things part."""

_STOPS = frozenset(".?!;:\u2026\u2014\n")
_SUBJECTS = frozenset(
    "i they she he it we you there that this nobody everybody everyone somebody id im ive ill theyre its shes hes "
    "theres thats".split()
)
_SUBJECT_DEPS = frozenset(("nsubj", "nsubjpass", "expl"))
_HELD = frozenset(
    "that because cause cos if when whenever while whilst till until as since before after where what who whom how "
    "why which whether than "
    "like think thinks thought say says said know knows knew see wish hope reckon suppose tell tells told mean means "
    "sure glad "
    "can could do does did will would should might n't nt have has had "
    "of to for with in on at by from about into over under through without the a an my your his her their our no "
    "every each "
    "so-called not never and/or wonder feel felt once unless although though lest provided is are was were be been "
    "am".split()
)
_SUBORDINATORS = frozenset(
    "if when whenever because since while whilst after before as unless although though once until till".split()
)
_JOINERS = frozenset(("and", "or", "so", "but", "only", "then", "anyway", "anyhow", "mind", "well", "now"))
_CONTRASTS = (
    "but|only|except|mind you|the only thing|only thing|then again|the trouble is|trouble is|although|though|"
    "however|the other one|the other|another thing|what gets me|what bothers me|then theres|"
    "then there's|still and all|shame about|pity about|it is just|its just|it's just"
).split("|")
_TURNS = (
    "could they|could she|could he|could we|could you|could it|couldn't they|couldnt they|can they not|"
    "why don't|why dont|why not|why can't|why cant|what i would like|what i'd like|what id like|how about|"
    "what about|i do miss|i'd like|id like|i would like|i would prefer|i'd prefer|id prefer|i'd rather|"
    "id rather|i just want|i could|i'd do|id do|and then|i don't mind|i dont mind|they ought to|they should|"
    "let us|if they|if she could|if he could|if somebody|the trouble|it wants|"
    "what worries me|what i miss|i'll tell you what|i tell you what|what i say is|could he not|could she not|"
    "could it not|could we not|somebody should|someone should|"
    "somebody ought|they want to|they oughta|you want|it wouldnt hurt|it wouldn't hurt|and another|the thing is"
).split("|")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the text.

    Attributes:
        contrast: It starts with "but" or the like.
        stop: A full stop or the like stands before it.
        formula: It is politeness and nothing else ("can't complain").
        kind: Its kind, where that is plain without reading the rest; else an empty string.
    """

    start: int
    end: int
    words: int
    counts: Counts
    contrast: bool
    stop: bool
    formula: bool
    kind: str = ""


Counter = Callable[[int, int], Counts]
Formula = Callable[[int, int], bool]
Judge = Callable[[int, int], str]


def clauses(doc: Doc, counter: Counter, is_formula: Formula, judge: Judge) -> list[Clause]:
    """The clauses of a parsed answer, in order, covering all its words.

    Args:
        doc: The parsed answer.
        counter: Counts the cues between two offsets.
        is_formula: Whether there is only politeness between two offsets.
        judge: The kind of what stands between two offsets, or an empty string when unsure.
    """
    starts = sorted(_starts(doc))
    found = []
    for first, following in zip(starts, [*starts[1:], len(doc)], strict=True):
        span = doc[first:following]
        size = sum(1 for token in span if not token.is_punct and not token.is_space)
        if size:
            start, end = span.start_char, span.end_char
            found.append(
                Clause(
                    start,
                    end,
                    size,
                    counter(start, end),
                    _contrast(doc, first),
                    _stop_before(doc, first),
                    is_formula(start, end),
                    judge(start, end) if size >= LEAST_CLAUSE_WORDS else "",
                )
            )
    return found


def _starts(doc: Doc) -> set[int]:
    starts = {0}
    current = 0
    subjects = 0
    for token in doc:
        i = token.i
        if i == 0:
            subjects += _is_subject(token)
            continue
        if _stop_before(doc, i) or _turn(doc, i):
            begin = i
        elif _is_subject(token):
            subjects += 1
            begin = _clause_start(doc, token, current, subjects)
        else:
            continue
        if begin > current and (_stop_before(doc, begin) or _stands(doc, current, begin)):
            starts.add(begin)
            current, subjects = begin, int(_is_subject(token))
    return starts


def _stands(doc: Doc, start: int, end: int) -> bool:
    """True for words that can be left to stand: with a verb, or a few before a plain contrast."""
    return _has_verb(doc, start, end) or (end - start >= LEAST_CLAUSE_WORDS and _begins(doc, end, _CONTRASTS))


def _has_verb(doc: Doc, start: int, end: int) -> bool:
    """True where a verb stands that is not the relative clause's: in "the lad that brings / it" there is none yet."""
    verbs = sum(1 for token in doc[start:end] if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass"))
    relatives = sum(1 for token in doc[start + 1 : end] if _relative(token))
    return verbs > relatives


def _relative(token: Token) -> bool:
    return token.lower_ in ("that", "who", "which", "as") and token.nbor(-1).pos_ in ("NOUN", "PROPN", "PRON")


def _stop_before(doc: Doc, i: int) -> bool:
    return i > 0 and doc[i - 1].text[-1:] in _STOPS and not doc[i].is_punct and len(doc[i - 1].text) in (1, 3)


def _turn(doc: Doc, i: int) -> bool:
    """True where words that open a new move begin: a contrast, or a wish, an idea, an offer."""
    word, before = doc[i].lower_, doc[i - 1].lower_
    if word == "but":
        return before not in ("all", "nothing", "anything", "none") and i + 2 < len(doc)
    if before in _HELD or (word == "if" and before not in _JOINERS) or _ends_soon(doc, i):
        return False
    return word not in ("only", "though") and (_begins(doc, i, _TURNS) or _begins(doc, i, _CONTRASTS))


def _ends_soon(doc: Doc, i: int) -> bool:
    """True for a tail of fewer than three words: "that's all / it wants" is no clause of its own."""
    ahead = doc[i : i + LEAST_CLAUSE_WORDS]
    return len(ahead) < LEAST_CLAUSE_WORDS or any(token.text[-1:] in _STOPS for token in ahead)


def _contrast(doc: Doc, i: int) -> bool:
    """True where a contrast opens a clause, perhaps after "well" or "oh"."""
    return any(
        _begins(doc, k, _CONTRASTS) for k in (i, i + 1) if k < len(doc) and (k == i or doc[i].lower_ in _JOINERS)
    )


def _begins(doc: Doc, i: int, phrases: Sequence[str]) -> bool:
    ahead = doc[i : i + 5].text.lower().replace("\u2019", "'")
    return any(ahead == phrase or ahead.startswith(phrase + " ") for phrase in phrases)


def _is_subject(token: Token) -> bool:
    if token.dep_ in _SUBJECT_DEPS and token.head.pos_ in ("VERB", "AUX", "ADJ", "NOUN", "PROPN"):
        return token.head.i > token.i
    return token.lower_ in _SUBJECTS and _verb_follows(token)


def _verb_follows(token: Token) -> bool:
    if token.i + 1 >= len(token.doc):
        return False
    after = token.nbor(1)
    return after.tag_ in ("VBZ", "VBP", "VBD", "MD") or after.lower_ in (
        "never",
        "always",
        "just",
        "do",
        "'m",
        "'s",
        "m",
        "s",
    )


def _clause_start(doc: Doc, subject: Token, current: int, subjects: int) -> int:
    """Where the clause of this subject begins, or 0 where it belongs to the clause that is under way."""
    begin = subject.left_edge.i if subject.dep_ in _SUBJECT_DEPS and subject.left_edge.i > current else subject.i
    if subject.dep_ in _SUBJECT_DEPS and _is_embedded(subject):
        return 0
    if begin == 0 or doc[begin - 1].lower_ in _HELD or _in_condition(doc, current, subjects):
        return 0
    while begin - 1 > current and doc[begin - 1].lower_ in _JOINERS:
        begin -= 1
    return 0 if doc[begin - 1].lower_ in _HELD else begin


def _is_embedded(subject: Token) -> bool:
    verb = subject.head
    if verb.dep_ == "relcl" and subject.lower_ in ("that", "who", "which"):
        return True
    if verb.dep_ == "relcl" and subject.pos_ == "PRON":
        joined = subject.i > 0 and subject.nbor(-1).lower_ in _JOINERS
        whole = any(child.dep_ in ("dobj", "attr", "acomp", "xcomp") and child.i > verb.i for child in verb.children)
        return not joined and not whole
    if verb.dep_ in ("relcl", "acl", "csubj", "pcomp"):
        return True
    if verb.dep_ == "ccomp" and verb.head.i == subject.left_edge.i - 1:
        return True
    if verb.dep_ in ("ccomp", "advcl", "xcomp") and verb.head.i < subject.i:
        return verb.head.lower_ in _HELD or any(child.dep_ == "mark" for child in verb.children)
    return False


def _in_condition(doc: Doc, current: int, subjects: int) -> bool:
    """In "when it is wet they come late" the second subject does not start a new clause."""
    first = current
    while first + 1 < len(doc) and doc[first].lower_ in _JOINERS:
        first += 1
    return doc[first].lower_ in _SUBORDINATORS and subjects <= 2


def gathered(parts: Sequence[Clause]) -> list[list[Clause]]:
    """Gathers neighbouring clauses about the same thing.

    A new stretch starts where praise turns to problem or back, where a wish, an idea, a need or an offer begins or
    ends, where a long answer changes its subject, or where the stretch would grow too long.
    """
    total = sum(part.words for part in parts)
    groups: list[list[Clause]] = []
    for part in parts:
        if not groups or _parts_ways(groups[-1], part, total):
            groups.append([part])
        elif _size(groups[-1]) + part.words > MAX_POINT_WORDS:
            groups[-1:] = _divided([*groups[-1], part])
        else:
            groups[-1].append(part)
    return groups


def _size(group: Sequence[Clause]) -> int:
    return sum(part.words for part in group)


def _divided(group: list[Clause]) -> list[list[Clause]]:
    """Cuts a stretch that is too long: at its last full stop or contrast, else before its last clause."""
    cuts = [n for n in range(1, len(group)) if group[n].stop or group[n].contrast]
    fitting = [n for n in cuts if _size(group[n:]) <= MAX_POINT_WORDS]
    at = fitting[-1] if fitting else len(group) - 1
    return [group[:at], group[at:]]


def _parts_ways(group: list[Clause], part: Clause, total: int) -> bool:
    if part.formula or group[-1].formula:
        return True
    old, new = _joined(group), part.counts
    agreeing = old.polarity * new.polarity > 0
    if part.contrast and part.words >= CONTRAST_WORDS and _size(group) >= LEAST_CLAUSE_WORDS and not agreeing:
        return True
    if _kinds_differ(group, part):
        return True
    silent_old, silent_new = _silent(old), _silent(new)
    if silent_old or silent_new:
        return total > SHORT_ANSWER_WORDS and silent_old and not silent_new and not _leans_on(part)
    if old.polarity * new.polarity < 0 or _kinds_part(old, new):
        return True
    shifted = bool(old.themes and new.themes) and not set(old.themes) & set(new.themes)
    return total > THEME_SHIFT_WORDS and shifted and (part.contrast or part.stop)


def _kinds_differ(group: Sequence[Clause], part: Clause) -> bool:
    """True where both sides are long enough, and plainly of different kinds."""
    before = group[-1].kind
    return bool(part.kind and before and part.kind != before) and _size(group) >= LEAST_CLAUSE_WORDS


def _kinds_part(old: Counts, new: Counts) -> bool:
    """A wish, idea, need or offer parts from what is another kind; praise and problem part by their polarity."""
    if new.strong and not old.strong:
        return bool(old.polarity)
    if old.strong and not new.strong:
        return new.polarity < 0 or (new.polarity > 0 and "offer" not in old.strong)
    return bool(new.strong and old.strong) and not new.strong & old.strong


def _silent(counts: Counts) -> bool:
    return not counts.polarity and not counts.strong


def _leans_on(part: Clause) -> bool:
    return part.words < 4


def _joined(group: Sequence[Clause]) -> Counts:
    themes: dict[str, float] = {}
    kinds: dict[str, float] = {}
    for item in group:
        for target, source in ((themes, item.counts.themes), (kinds, item.counts.kinds)):
            for key, value in source.items():
                target[key] = target.get(key, 0.0) + value
    return Counts(themes, kinds, sum(item.counts.feeling for item in group))
