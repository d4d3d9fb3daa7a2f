"""Short names for points: what people hear when they put their beans on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spacy.tokens import Span, Token

from dialogues.types import Point
from nlu.analysis.cues import CueBook, words_of
from nlu.analysis.frame import Frame, load_frame
from nlu.analysis.parsing import parsed

MAX_LABEL_WORDS = 5
_OWN = frozenset(("my", "me", "mine"))
_VAGUE = frozenset(
    "thing things lot time times day days week weeks month months year years way bit one ones o'clock minute minutes "
    "hour hours half quarter "
    "morning mornings afternoon evening monday tuesday wednesday thursday friday saturday sunday january february "
    "march april may june july "
    "august september october november december love pet duck hinny dear christmas easter people person folk somebody "
    "someone nobody "
    "anybody everybody anything something nothing everything lots sort kind end side top bottom rest trouble need "
    "hand hands use word words "
    "name life world mind heart head matter sense point god goodness heaven pounds pound penny age house home place "
    "works work job fault "
    "mother father wife husband son daughter sister brother niece nephew grandson granddaughter lad lads soul body "
    "man woman "
    "yesterday today tomorrow tonight last next other another same whole altogether fortnight while course change "
    "idea".split()
)
_EVALUATIVE = frozenset(
    "good bad nice lovely grand horrible awful terrible great best worst better worse poor cold late early new old "
    "little big only same "
    "different right wrong whole proper smashing champion decent wet dirty kind rude bloody blooming blessed lonely "
    "own second third first last "
    "next other many few such much more less most two three four five six seven eight nine ten".split()
)
_KIND_WORDS = {
    "praise": "what is good about",
    "problem": "what is wrong with",
    "preference": "how you like",
    "suggestion": "your idea about",
    "need": "what you need with",
    "offer": "your offer about",
}


def label(quote: str, themes: Sequence[str]) -> str:
    """See `wording.label`."""
    frame = load_frame()
    return label_of(parsed(quote)[:], themes, CueBook(frame)) or plain_label(themes, frame)


def label_of(tokens: Span, themes: Sequence[str], book: CueBook) -> str:
    """The noun phrase of parsed words that best names their theme; an empty string when none stands out."""
    best, best_score = "", 0.0
    for place, head in enumerate(token for token in tokens if token.tag_ in ("NN", "NNS")):
        words = _phrase(head, tokens)
        score = _score(words, head, themes, book) - 0.05 * place
        if words and score > best_score:
            best, best_score = " ".join(words), score
    return best


def plain_label(themes: Sequence[str], frame: Frame) -> str:
    """The plain name of the first theme that the frame knows."""
    return next((frame.themes[theme].plain for theme in themes if theme in frame.themes), "what you said")


def distinct_labels(points: Sequence[Point]) -> tuple[str, ...]:
    """One label a point, no two alike: doubles are told apart by their themes, their kinds, and at last by number."""
    frame = load_frame()
    taken: set[str] = set()
    found = []
    for point in points:
        chosen = next((name for name in _candidates(point, frame) if name and name not in taken), "")
        if not chosen:
            chosen = next(
                name for n in range(2, len(points) + 2) if (name := f"{point.label}, number {n}") not in taken
            )
        taken.add(chosen)
        found.append(chosen)
    return tuple(found)


def _candidates(point: Point, frame: Frame) -> Iterable[str]:
    yield point.label
    for theme in point.themes:
        if theme in frame.themes:
            yield frame.themes[theme].plain
    for kind in point.kinds:
        yield f"{_KIND_WORDS.get(kind, 'what you said about')} {point.label}"


def _phrase(head: Token, tokens: Span) -> list[str]:
    """Determiner, describing words and the noun itself; empty when the noun will not do."""
    word = head.lower_
    if word in _VAGUE or not head.is_alpha or head.ent_type_ == "PERSON" or len(word) < 3:
        return []
    before = [
        t
        for t in _left_of(head, tokens)
        if t.dep_ in ("compound", "amod", "nmod") and t.lower_ not in _EVALUATIVE | _VAGUE
    ]
    if any(token.pos_ == "PROPN" or token.tag_ == "NNP" for token in before):
        before = []
    described = [token.lower_ for token in before if token.is_alpha][-3:]
    return [_determiner(head, tokens), *described, word]


def _in_simile(head: Token) -> bool:
    """True for the pudding in "like a pudding on a shelf": nobody wants beans on it."""
    return any(head.doc[i].lower_ == "like" and head.doc[i].tag_ == "IN" for i in range(max(0, head.i - 4), head.i))


def _left_of(head: Token, tokens: Span) -> list[Token]:
    """The words right before a noun, as far as they belong to it."""
    found: list[Token] = []
    i = head.i - 1
    while i >= tokens.start and head.doc[i].head == head and head.doc[i].dep_ in ("compound", "amod", "nmod"):
        found.insert(0, head.doc[i])
        i -= 1
    return found


def _determiner(head: Token, tokens: Span) -> str:
    left = [child.lower_ for child in head.children if child.i < head.i and child.i >= tokens.start]
    return "your" if _OWN & set(left) else "the"


def _score(words: Sequence[str], head: Token, themes: Sequence[str], book: CueBook) -> float:
    if not words:
        return 0.0
    cued = {hit.id for hit in book.hits(words_of(" ".join(words))) if hit.section == "themes"}
    shared = 2.0 if themes and themes[0] in cued else 1.0 if cued & set(themes) else 0.0
    owned = any(child.dep_ in ("det", "poss") for child in head.children)
    placed = {"nsubj": 0.5, "nsubjpass": 0.5, "dobj": 0.4, "ROOT": 0.4, "attr": 0.2, "pobj": 0.1}.get(head.dep_, 0.0)
    subject = owned and head.dep_ in ("nsubj", "nsubjpass")
    if _in_simile(head) or not (shared or subject):
        return 0.0
    return shared + 0.4 * owned + placed + 0.2 * (len(words) > 2)
