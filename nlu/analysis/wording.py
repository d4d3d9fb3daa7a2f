"""Re-wording a quote for the read-back: "I'm not hungry" becomes "you are not hungry". Nothing is added."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacy.tokens import Span, Token

from nlu.analysis import labels
from nlu.analysis.cues import words_of
from nlu.analysis.orders import is_order
from nlu.analysis.parsing import parsed

MAX_READ_BACK_WORDS = 30
_FILLERS = (
    r"(?:well|oh|ooh|eh|er+|erm|um+|uh|ah|and|but|so|then|aye|yes|yeah|now(?=\s*,)|ee|anyway|sorry|mind you|you know|i "
    r"mean|like i say|you see|look|right|also"
    r"|no(?=\s*[,.;:!?]|\s+(?:i|im|ive|it|its|they|theyre|she|shes|he|hes|we|you|well|no|the|that|thats|not)\b))"
)
_NOT_FILLER = (
    r"(?!\s+(?:choice|one|body|way|say|idea|hot|bus|need|that|long|far|many|much|good|more|matter|after|at|hand|leg|side|arm|eye|ear"
    r"|foot|cooked|done|kept|looked|run|made|enough|through|round|away|forward|old|up|in|out))"
)
_LEADING = re.compile(
    rf"^(?:[\s,.;:\-\u2013\u2014\u2026!?]+|{_FILLERS}\b{_NOT_FILLER}(?=[\s,.;:\-\u2026]))+", re.IGNORECASE
)
_TRAILING = re.compile(
    r"(?:[\s,;:\-\u2013\u2014\u2026]+|(?<=[\s,])(?:you know|and|but|so|or|er+|um+|erm|love|pet|duck|hinny|and "
    r"that|because|anyway|(?<=[,.] )dear|(?<=[,.] )well)"
    r"(?<!\bi love)(?<!\bto love)(?<!\bdo love)(?<!\bwe love)(?<!\bthey love)(?<!\bso "
    r"well)(?<!\bas well)(?<!\bvery well)(?<!\breally love)(?<!\bget well))+$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"([.?!]\s+)([a-z])")
_HESITATIONS = re.compile(r"\b(?:er+m?|um+|uh)\b[\s,]*", re.IGNORECASE)

_I_FORMS = {
    "i": ("you",),
    "i'm": ("you", "are"),
    "im": ("you", "are"),
    "i've": ("you", "have"),
    "ive": ("you", "have"),
    "i'd": ("you'd",),
    "id": ("you'd",),
    "i'll": ("you'll",),
    "my": ("your",),
    "mine": ("yours",),
    "myself": ("yourself",),
    "meself": ("yourself",),
}
_AGREEING = {
    "am": "are",
    "was": "were",
    "wasn't": "weren't",
    "wasnt": "weren't",
    "is": "are",
    "has": "have",
    "isn't": "aren't",
    "isnt": "aren't",
    "hasn't": "haven't",
    "hasnt": "haven't",
}
_CAPITALS = frozenset(
    "polish english welsh irish scottish scots british indian chinese caribbean jamaican african nigerian ghanaian "
    "somali pakistani bengali bangladeshi italian greek turkish german french spanish portuguese romanian ukrainian "
    "russian jewish muslim christian hindu sikh catholic methodist quaker halal kosher urdu punjabi gujarati bengali "
    "cantonese mandarin yiddish gaelic monday tuesday wednesday thursday friday saturday sunday mondays tuesdays "
    "wednesdays thursdays fridays saturdays sundays january february march april june july august september october "
    "november december christmas easter eid diwali god".split()
)
"""First words that keep their capital."""
_POLITE = frozenset(("please", "just", "well", "and", "but", "oh", "so", "then"))
_ONLY_AFTER_I = frozenset(("is", "has", "isn't", "isnt", "hasn't", "hasnt"))
"""Verbs that agree with "I" in dialect only, and there stand right after it."""
_UNSURE_WORDS = frozenset("our ours ourselves us we we'd we've we're we'll weve ill".split())
_SAYING = frozenset("said says say saying asked told tells reckons reckoned goes shouts shouted wrote writes".split())
_ADDRESSES = frozenset(
    "love hen duck pet hinny dear darling mate son lad lass flower petal bach cariad sir madam".split()
)
_ADDRESSED = re.compile(
    r"\b(?:yours?|yourselves|thank you|ta|cheers|you (?:lot|folk|people)|please"
    r"|(?:for|to|with|at|of|from|love|if) you)\b"
    r"|\?\s*$|\bi (?:say|ask|tell|beg|shall|should)\b"
    r"|^(?:am|shall|may|can|could|do|does|did|will|would) (?:i|we)\b"
    r"|\b(?:who|where|why|how|what) (?:do|does|did|am|is|are|can|could|will|would|should|shall) (?:i|we)\b"
    r"|\bhave (?:i|we)\b|\bhelps? you\b|\bif (?:you|your)\b",
    re.IGNORECASE,
)
"""Said to the hearer, asked, or said as one's own word: read back, it would turn on the person."""
LEAST_READ_BACK_WORDS = 3
"""Shorter words have no sense of their own after "You said"."""
_UNSURE = re.compile(
    r"[\"\u201c\u201d\u00ab\u00bb]|\b(?:(?:could|can|would|will|do|did|have|are|should) you|(?:tell|thank|ask|told"
    r"|ring) (?:you|yourself)|you lot"
    r"|you could|i (?:goes|go) (?:no|yes|well|look)|call(?:s|ed|ing)? me (?:my|me)"
    r"|you (?:can|may) (?:go|carry|come|take|write|put|ask|ring|stop|start))\b",
    re.IGNORECASE,
)
_OBJECT_VERBS = frozenset(
    "give gives gave given tell show shows showed send sends sent ask asks asked help helps helped let lets leave "
    "leaves left".split()
)
_AFTER_OBJECT = frozenset(
    "and but or so because cos when while if as that up down out in off on over round back away again about for from "
    "to of with at by into without like than too all every each a an the my his her their this these those some any "
    "no nothing anything everything what who how i he she it they you we is was were would could will do did has had "
    "not never always just only still now then there here home alone twice once before after through first last "
    "next yesterday today tomorrow properly well right wrong wait feel sit go get know think stay see look laugh cry "
    "wet sad happy old poorly waiting sat stood lying".split()
)
"""After these "me" is the one it is done to."""
_BEFORE_OWNED = frozenset(
    (
        "",
        *"on in with of at by from into and but or all through about over under off up down like near wash washes "
        "washed brush brushes cut cuts hurt hurts broke lost lose does did".split(),
    )
)
"""Before dialect "me" for "my": nothing is given to anybody there."""
_TIMES = frozenset(
    "sunday monday tuesday wednesday thursday friday saturday sundays mondays tuesdays wednesdays thursdays fridays "
    "saturdays morning mornings night nights afternoon evening christmas easter week month year time times".split()
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_FIRST_PERSON = re.compile(r"\b(?:i|i['\u2019](?:m|ve|d|ll)|im|ive)\b", re.IGNORECASE)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Moves the edges of a stretch inwards, past fillers and loose joiners; start equals end when nothing is left."""
    piece = text[start:end]
    lead = _LEADING.match(piece)
    begin = lead.end() if lead else 0
    if begin >= len(piece.rstrip()):
        begin = len(piece) - len(piece.lstrip())
    tail = _TRAILING.search(piece, begin)
    finish = tail.start() if tail and tail.start() > begin else len(piece.rstrip())
    return start + begin, start + max(begin, finish)


def read_back(quote: str, kinds: Sequence[str] = ()) -> str | None:
    """A faithful second-person re-wording of a quote.

    Args:
        quote: The person's words.
        kinds: Kinds of the point; they do not change the words.

    Returns:
        Words that fit after "You said:", without a full stop; None when unsure, and then the quote is the thing to say.
    """
    del kinds
    return read_back_of(quote, parsed(quote)[:]) if quote.strip() else None


def read_back_of(quote: str, tokens: Span) -> str | None:
    """`read_back` for a quote that is parsed already; `tokens` are its tokens."""
    start, end = trimmed(quote, 0, len(quote))
    words = _WORD.findall(quote[start:end])
    if not LEAST_READ_BACK_WORDS <= len(words) <= MAX_READ_BACK_WORDS or _doubtful(quote, words):
        return None
    if _commands(tokens):
        return None
    pieces = _shifted(quote, start, end, _tokens_at(tokens, quote))
    if pieces is None:
        return None
    said = _HESITATIONS.sub("", "".join(pieces))
    said = re.sub(r"\s+", " ", said).strip(" ,;:-").rstrip(".!?")
    said = re.sub(r"\b(you|your)((?:[\s,]+\1)+)\b", r"\1", said, flags=re.IGNORECASE)
    return _SENTENCE.sub(lambda match: match.group(1) + match.group(2).upper(), _lowered(said)) or None


def i_statement(quote: str) -> str | None:
    """A first-person statement in the person's own words: part of the quote, exactly; None when it has no "I"."""
    return i_statement_of(quote)


def i_statement_of(quote: str) -> str | None:
    """See `i_statement`."""
    start, end = trimmed(quote, 0, len(quote))
    found = quote[start:end]
    return found if _FIRST_PERSON.search(found) else None


def _doubtful(quote: str, words: Sequence[str]) -> bool:
    forms = [word.lower().replace("\u2019", "'") for word in words]
    if _reported(forms) or not _UNSURE_WORDS.isdisjoint(forms):
        return True
    if "you" in forms and ({*_I_FORMS, "me"} & set(forms)):
        return True  # one of them is the hearer, or anybody: side by side they would become one
    bare = quote.replace("\u2019", "'").strip()
    return bool(_UNSURE.search(bare) or _ADDRESSED.search(bare))


def _reported(forms: Sequence[str]) -> bool:
    """True where somebody else is said to say "I": whose "I" it is cannot be told."""
    for n, form in enumerate(forms):
        speaker = set(forms[max(0, n - 3) : n])
        later = set(forms[n + 1 :]) & ({*_I_FORMS, "me"} - {"myself"})
        if form in _SAYING and later and (not speaker & set(_I_FORMS) or _ADDRESSES & set(forms[n + 1 :])):
            return True
    return False


def _commands(tokens: Span) -> bool:
    """True where the words ask for something to be done: "give me ..." must not become "give you ..."."""
    words = words_of(tokens.text)
    if words and words[0].form != "you" and is_order(words):
        return True
    first = next((token for token in tokens if token.is_alpha and token.lower_ not in _POLITE), None)
    return first is not None and first.tag_ in ("VB", "VBP") and _subject(first) is None


def _tokens_at(tokens: Span, quote: str) -> dict[int, Token]:
    """Tokens by their offset in the quote; a span that was widened to whole tokens still lines up on its end."""
    if len(tokens) == 0:
        return {}
    place = tokens.text.find(quote)
    base = tokens.start_char + max(0, place)
    return {token.idx - base: token for token in tokens}


def _shifted(quote: str, start: int, end: int, tokens: dict[int, Token]) -> list[str] | None:
    """The quote in pieces, persons shifted; None where a word cannot be decided."""
    pieces, last, previous = [], start, ""
    for match in _WORD.finditer(quote, start, end):
        form = match.group().lower().replace("\u2019", "'")
        if form in _I_FORMS and previous == "me":
            return None  # "they leave me I fall": two persons would run into one
        new = _second_person(form, previous, tokens.get(match.start()))
        if new is None:
            return None
        pieces += [quote[last : match.start()], match.group() if new == form else new]
        last, previous = match.end(), form
    return [*pieces, quote[last:end]]


def _second_person(form: str, previous: str, token: Token | None) -> str | None:
    if form in _I_FORMS:
        return " ".join(_I_FORMS[form])
    if form == "me":
        return _me(previous, token)
    if form in _ONLY_AFTER_I:
        return _AGREEING[form] if previous == "i" else form
    if form in _AGREEING:
        subject = _subject(token)
        if subject is None:
            return None
        return _AGREEING[form] if subject in _I_FORMS else form
    return form


def _me(previous: str, token: Token | None) -> str | None:
    """ "me" is "you", or in dialect "your" before a noun; None where it could be either."""
    if token is None:
        return None
    following = token.nbor(1) if token.i + 1 < len(token.doc) else None
    if following is None or following.is_punct or following.lower_ in _AFTER_OBJECT:
        return "you"
    if following.lower_ == "own":
        return "your"
    if not _noun_ahead(following):
        return None
    if previous in _OBJECT_VERBS:
        return "you" if following.tag_ not in ("NN", "NNS") else None
    return "your" if previous in _BEFORE_OWNED and following.lower_ not in _TIMES else None


def _noun_ahead(token: Token) -> bool:
    """True before "hands" and "bad hand"; a determiner, a pronoun or a preposition means that no noun is owned."""
    if token.pos_ in ("NOUN", "PROPN"):
        return True
    return token.pos_ in ("ADJ", "NUM") and token.i + 1 < len(token.doc) and token.nbor(1).pos_ == "NOUN"


def _subject(token: Token | None) -> str | None:
    """The form of a verb's subject, looked up through helping verbs and joined verbs; None when not found."""
    verb = token
    for _ in range(4):
        if verb is None:
            return None
        own = next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass", "expl")), None)
        if own is not None:
            return str(own.lower_)
        verb = verb.head if verb.dep_ in ("aux", "auxpass", "conj") and verb.head is not verb else None
    return None


def _lowered(said: str) -> str:
    """A lower-case start; words that are all in capitals become lower case."""
    first = said.split(" ", 1)[0]
    if first.isupper() and len(first) > 1:
        return said.lower() if said.isupper() else said
    return said if first.lower() in _CAPITALS or not first.isalpha() else said[:1].lower() + said[1:]


def label(quote: str, themes: Sequence[str]) -> str:
    """A plain short noun phrase that names a point ("How many beans for ...?").

    Args:
        quote: The person's words.
        themes: Themes of the point, main one first.

    Returns:
        At most five words, without names and first-person words; the theme's plain name when no noun stands out.
    """
    return labels.label(quote, themes)
