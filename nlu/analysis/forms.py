"""The form of what is said, as far as it shows the kind of point: an order, a wish, a lack, an offer, a verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from nlu.analysis.cues import Word
from nlu.analysis.features import Vector, question_kind

_OPENERS = frozenset(
    "well oh and but so just please then maybe perhaps yes aye no er um ah like also mind you see only or".split()
)
_AND = frozenset(("and", "or"))
_ORDERS = frozenset(
    "put text ring let give stand send tell ask leave make turn move keep have get bring show teach write open close "
    "shut fix mend stop start use wait knock come sit stay talk speak listen look check read phone call print warm "
    "cut swap pay hire train employ share stick hang paint build lower raise change try take pop say warn explain "
    "treat fetch offer cook serve wash wear introduce invite book plan set sort clean add lift slow answer remember "
    "learn help walk park salt fit lend lock label repeat drop pick find hold bake mark allow see".split()
)
_NOT_ORDERED = frozenset("i they she he it is was were are of and for".split())
_GIVE = (
    r"(?:come (?:and|in)|go (?:and|in)|learn|teach|show|help|give|play|read|run|mend|make|bake|sew|knit|lend|bring"
    r"|sit with|tell them|talk to|take them|sing|write|cook|paint|fix|organise|start|judge|peel|look (?:over|after)"
    r"|have a word|do (?:the|it|them|their|a bit|some|anybodys)|lead|plant|dig|volunteer|pass on)"
)
_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "could_they",
        r"\b(?:could|can|couldnt|cant|why dont|why cant|why doesnt) (?:they|she|he|we|you|it|somebody"
        r"|someone|there|the)\b|\b(?:why not|what about|how about|whats to stop)\b",
    ),
    (
        "should",
        r"\b(?:should|ought|it wants|wants (?:a|an|some|more|\w+ing)|you want (?:a|an|to)|they want (?:a|to|more)"
        r"|would (?:be|help|do|save)|itd (?:be|help)|better if|would it hurt|costs nothing|instead of)\b",
    ),
    (
        "if_they",
        r"^(?:(?:well|and|but|just|maybe|or|even) )*if (?:they|theyd|he|hed|she|shed|somebody|someone|only|there"
        r"|we|the)\b|\bif only\b",
    ),
    ("liking", r"\bi (?:do |just |only |really |always |still )*(?:like|prefer|want|wish|fancy)\b"),
    ("would_like", r"\b(?:id|i would|i should) (?:\w+ )?(?:like|love|rather|sooner|prefer)\b|\bwould suit\b"),
    ("dislike", r"\bi (?:do )?(?:dont|do not|cant|didnt) (?:really )?(?:like|want|hold with|care for|abide|mind)\b"),
    ("missing", r"\b(?:i (?:do )?miss|any more|anymore|no longer|used to|stopped|took away|taken away|got rid)\b"),
    ("so_long", r"\b(?:so long as|as long as|all i (?:ask|want)|thats all i|what matters|means the world|important)\b"),
    (
        "gerund",
        r"^(?:(?:well|just|oh|and|but) )*(?:not )?(?:being|having|to be|to have|to see|knowing|getting|to get"
        r"|that (?:they|she|he|it|someone|somebody)|somebody|someone)\b",
    ),
    (
        "cannot",
        r"\bi (?:cant|cannot|can not|carnt|canna|cannae|couldnt) (?:even |really )?(?!fault|complain|grumble"
        r"|praise|speak|thank|say|abide|stand)\w+",
    ),
    (
        "lack",
        r"\b(?:ive|i have|ive got|got) (?:no|nobody|not got|none)\b|\bi havent (?:a|an|got|any|one)\b"
        r"|\b(?:nobody|no one|theres nobody|theres no one|somebody|someone) to\b"
        r"|\bnobody (?:will|can|comes our)\b|\bi (?:do )?need\b|\bcould do with\b|\ba hand\b|\bunless\b",
    ),
    (
        "offer",
        rf"\b(?:id|ill|i could|i would|i will|we could|we can|i dont mind|i wouldnt mind|happy to|glad to"
        rf"|willing to|let me|could i) (?:\w+ )?{_GIVE}",
    ),
    ("able", rf"\bi (?:can|still|used to|play|was) ?(?:still )?{_GIVE}?|\b(?:can|may) have\b|\bfor nothing\b"),
    (
        "no_fault",
        r"\b(?:never (?:once |ever )?(?:rush\w*|late|forget\w*|forgot|miss\w*|let\w*|leaves? without|put|too"
        r"|looked|run out|feel)|not (?:once|a sore|too proud)|no (?:trouble|quarrel|fault|bother|rush|worry)"
        r"|cant (?:fault|speak highly)|dont rush|doesnt rush|without (?:being asked|me asking|fail)"
        r"|couldnt (?:ask|manage without)|nothing is too|sleep (?:right )?through)\b",
    ),
    ("never", r"\b(?:never|nobody|nothing|nowt|no one|hardly|none|nowhere)\b"),
    (
        "not",
        r"\b(?:not|isnt|arent|aint|wasnt|werent|dont|doesnt|didnt|cant|cannot|couldnt|wont|wouldnt|havent|hasnt"
        r"|hadnt|no|without)\b",
    ),
    (
        "bad_end",
        r"\b(?:(?:what|that) (?:gets|bothers|worries|upsets) me|the (?:trouble|problem|pity|shame)|not right"
        r"|no good|cant be right|not fair|isnt right|not on|fed up|like (?:a (?:dog|child|bairn|baby|parcel|number"
        r"|tramp|sack|prison|cat|pudding|nuisance|sideboard|bad)|an animal))\b",
    ),
    (
        "good_end",
        r"\b(?:(?:the|a) (?:good|best|nice|great) (?:bit|thing|part|one|of)|(?:what|and) i like (?:that|about|it"
        r"|them)|i like (?:that|how)|bless (?:her|him|them)|fair play|how it should be|comfort|never forget it|the best"
        r"|keeps? (?:me|us) going)\b",
    ),
    ("they_let", r"\b(?:they|she|he) (?:let|lets) (?:me|us|you)\b"),
    ("not_let", r"\b(?:wont|dont|never|doesnt|not|arent) (?:be )?(?:let|allowed)\b"),
    ("for_me", r"\b(?:she|he|they) (?:\w+ ){0,3}(?:for me|to me|me a|me my|with me|after me)\b"),
    ("always", r"\b(?:always|every (?:morning|time|week|day)|rain or shine|on the dot)\b"),
    ("they", r"^(?:(?:well|and|but|oh|so) )*(?:they|theyre|she|shes|he|hes|them|the \w+ (?:is|are|comes|takes|has))\b"),
    ("it_is", r"^(?:(?:well|and|but|oh|so) )*(?:it|its|theres|there|thats)\b"),
    ("past", r"\b(?:was|were|came|had|took|said|told|left|lost|broke|forgot|kept|went|sat)\b"),
    ("spell", r"\b(?:hours?|weeks?|months?|years?|forty minutes|all (?:day|night))\b"),
    ("too", r"\btoo \w+|\bonly (?:one|two|ten|five)\b"),
    ("turned", r"\b(?:but|though|only|mind|pity|shame|except)\b"),
    ("condition", r"\bif (?:shes|hes|theyre|im|youre|you|i)\b"),
)
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _PATTERNS)
_FINITE = re.compile(
    r"\b(?:i|im|ive|id|ill|they|theyre|she|shes|he|hes|it|its|we|you|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should|theres|thats|cant|dont|doesnt|never|wont|isnt|arent|comes?|keeps?|takes?|puts?)\b"
)
NAMES = (*(name for name, _ in _PATTERNS), "order", "bare", "short")
_ASKS = ("offer", "better", "bothers", "matters", "good", "mean")


def is_order(words: Sequence[Word]) -> bool:
    """True where the words, or a sentence in them, ask for something to be done: "put a lid on it"."""
    begins = True
    for n, word in enumerate(words):
        begins = n == 0 or (begins and words[n - 1].form in _OPENERS) or _after_stop(words, n)
        if not begins or word.form in _OPENERS:
            continue
        at = n + 1 if word.form in ("dont", "never", "always", "do") else n
        following = words[at + 1].form if at + 1 < len(words) else ""
        if at < len(words) and words[at].form in _ORDERS and following not in _NOT_ORDERED:
            return True
    return False


def _after_stop(words: Sequence[Word], n: int) -> bool:
    return words[n].opens and words[n - 1].form not in _OPENERS | _AND


def form_vector(words: Sequence[Word]) -> Vector:
    """Which forms are found, one number each: those of `NAMES`. Shape: (len(NAMES),)."""
    said = " ".join(word.form for word in words)
    found = [float(pattern.search(said) is not None) for _, pattern in _COMPILED]
    bare = not _FINITE.search(said)
    return np.array([*found, float(is_order(words)), float(bare), float(len(words) <= 3)], dtype=np.float32)


def asked_vector(question: str, forms: Vector) -> Vector:
    """What the question asks for, but only where the words do not show their own kind. Shape: (len(_ASKS),).

    "What would make it better?" says little about "the soup comes up lukewarm", and much about "a clock".
    An offer that was asked for is the exception.
    """
    asked = question_kind(question)
    open_words = bool(forms[NAMES.index("bare")] or forms[NAMES.index("gerund")])
    counts = (asked == name and (open_words or name == "offer") for name in _ASKS)
    return np.array([float(each) for each in counts], dtype=np.float32)
