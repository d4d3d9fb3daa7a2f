"""What the act classifier sees of an utterance in its context, besides the sentence embeddings. Standard library only.

Word and character pieces, marked by place and by the kind of question, and cues for what a matcher of words would miss:
speech that is quoted or told, who is addressed, whether something is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

GROUPS = {
    "open": "talk",
    "probe": "talk",
    "none": "talk",
    "yes_no": "yes_no",
    "read_back": "read_back",
    "scale": "number",
    "beans": "number",
    "choice": "choice",
}
"""Kinds of question that make people answer alike."""

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[?!*#]")
_CHARACTER_SIZES = (2, 3, 4, 5)
_EDGE = 3
_LENGTHS = (1, 2, 3, 5, 8, 12, 20, 40)

_CUES = {
    "told": r"\b(?:said|says|say to|saying|told|tells|telling|asked|asks|asking|shouts?|shouted|goes|reckons?|heard)\b|"
    r"\b(?:they|we|who|people|everyone|folk|lads|lasses|girls|carers|staff|nurses)\s+(?:all |always |just |"
    r"only |will |'ll )?(?:say|tell|ask|shout|go)\b",
    "told_by_others": r"\b(?:she|he|they|we|the \w+|our \w+|my \w+|everyone|nobody|people|"
    r"somebody)\s+(?:\w+\s+)?(?:said|says?|told|tells?|asks?|asked|never|always|just|used)\b",
    "i_said": r"\b(?:i said|i says|i told (?:her|him|them|'em)|i asked|i tell (?:her|him|them|'em))\b",
    "told_you": r"\b(?:i (?:just )?(?:said|told) (?:you|that|it)|what i (?:just )?said|i've (?:just )?(?:said|"
    r"told you)|i meant|i never said|i didn't say|you (?:said|wrote|put|got|have)|you've (?:got|put|"
    r"written))\b",
    "you_asked": r"\b(?:can|could|will|would|do|did|are|have|may|might) (?:you|ya|yer|thee|yous)\b",
    "asks_for_self": r"\b(?:can|could|may|shall|might) (?:i|we)\b|\blet me\b|\blet's\b",
    "you": r"\b(?:you|your|you're|you'll|you've|yer|thee|tha|ya)\b",
    "machine": r"\b(?:machine|robot|computer|recording|recorded|this call|this thing|this talk|interview|questions?)\b",
    "others": r"\b(?:she|he|they|them|her|him|their|carers?|staff|lass(?:es)?|nurses?|girls?|lads?|driver|"
    r"doctor|daughter|son|husband|wife)\b",
    "i_want": r"\b(?:i want|i'd like|i would like|i need|i wish|i'd rather|i prefer|i don't want)\b",
    "past": r"\b(?:was|were|had|used to|did|came|went|got|took|gave|yesterday|last (?:week|year|month|night))\b",
    "habit": r"\b(?:never|always|every|often|usually|sometimes|mostly|each|most of|all the time)\b",
    "but": r"\b(?:but|only|except|though|although|mind you|unless|as long as|so long as|provided|if|"
    r"apart from|just not|depends)\b",
    "negated": r"\b(?:not|no|never|nowt|none|nobody|n't|\w+n't|dont|cant|wont|didnt|isnt|wasnt)\b",
    "question_word": r"^\W*(?:and |so |but |well |now |oh )*(?:what|who|why|where|when|how|which|is|are|do|"
    r"does|will|can|could)\b",
    "yes_first": r"^\W*(?:oh |well |er |um |ooh )*(?:yes|yeah|yep|aye|yer|ok|okay|right|course|of course|i do|"
    r"i am|go on|sure|certainly|all right|alright)\b",
    "no_first": r"^\W*(?:oh |well |er |um |ooh )*(?:no|nope|nah|nay|not|never|i don't|i dont|i'd rather not)\b",
    "imperative_first": r"^\W*(?:please |just |now |well |oh |right |hey |no |yes )*(?:stop|say|speak|talk|"
    r"tell|take|leave|skip|go|wait|hang|hold|repeat|cross|rub|scrub|delete|forget|put|give|ring|call|get|move|"
    r"slow|start|change|read|let|pass|end|turn|don't|never mind)\b",
    "number": r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|none|half|zero|nought)\b",
    "again": r"\b(?:again|once more|repeat|pardon|eh|come again|missed|catch|hear)\b",
    "later": r"\b(?:later|tomorrow|another (?:day|time)|next week|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|back|after)\b",
}
_CUES |= {
    "for_others": r"^\W*(?:please |just |well |oh |then |and |aye |yes |no )*(?:tell|let|give|get|make|stop|send|"
    r"ask|leave|keep|put|teach|show|pay|train|slow|hurry|speed|have)\s+(?:them|'em|him|her|us|the|my|me|our|that|"
    r"those|their|folk|people|somebody|someone|a|an|some|more)\b",
    "about_this": r"\b(?:that|this|it)(?: (?:one|bit|question|last bit|out|back|down|again|up|along))?\W*$",
    "to_machine": r"\b(?:you(?:'re| are)? (?:\w+ )?(?:too|so|going|talk|speak|go|rattle|gabble)|(?:will|can|could) you|"
    r"your (?:voice|questions?|words))\b",
    "only_yes": r"^\W*(?:yes|yeah|yep|aye|ok|okay|right|sure)\W+(?:\w+\W*){0,2}$",
}
_CUE_PATTERNS = {name: re.compile(pattern) for name, pattern in _CUES.items()}


def normal(text: str) -> str:
    """Lower case, straight apostrophes, one space."""
    return " ".join(text.lower().replace("’", "'").replace("`", "'").split())


def word_pieces(utterance: str, kind: str) -> Iterator[str]:
    """Words, pairs and triples, edges, and edges under this kind of question."""
    words = _TOKEN.findall(normal(utterance))
    group = GROUPS.get(kind, "talk")
    for size in (1, 2, 3):
        for index in range(len(words) - size + 1):
            yield " ".join(words[index : index + size])
    for size in range(1, _EDGE + 1):
        if len(words) >= size:
            yield "^" + " ".join(words[:size])
            yield "$" + " ".join(words[-size:])
            yield f"{group}:^" + " ".join(words[:size])
    if 0 < len(words) <= _LENGTHS[3]:
        yield f"{group}:=" + " ".join(words)
    for word in set(words):
        yield f"{group}:{word}"


def character_pieces(utterance: str) -> Iterator[str]:
    """Runs of two to five letters inside each word, its edges marked."""
    for word in normal(utterance).split():
        padded = f" {word} "
        for size in _CHARACTER_SIZES:
            for index in range(len(padded) - size + 1):
                yield padded[index : index + size]


def cues(utterance: str, question: str, kind: str) -> Iterator[str]:
    """Names of the cues that hold, each also under its group of kinds."""
    text = normal(utterance)
    group = GROUPS.get(kind, "talk")
    words = len(text.split())
    length = sum(words > limit for limit in _LENGTHS)
    held = [name for name, pattern in _CUE_PATTERNS.items() if pattern.search(text)]
    held += [f"length_{length}"]
    held += ["asks"] * ("?" in text) + ["cries"] * ("!" in text) + ["shares_words"] * _shares_words(text, question)
    asked = _asked(question)
    yield f"kind_{kind}"
    yield f"asked_{asked}"
    yield from (f"{asked}:{piece}" for piece in _first_words(text))
    yield f"group_{group}"
    for name in held:
        yield name
        yield f"{group}:{name}"
        yield f"{asked}:{name}"
    for name in held:  # what is told at length, asked briefly, ...
        yield f"{length}:{name}"


def _asked(question: str) -> str:
    """The first two words of the question itself: what would, how many, is that."""
    sentences = [part for part in re.split(r"[.!?:]\s*", normal(question)) if part]
    return "_".join(_TOKEN.findall(sentences[-1])[:2]) if sentences else ""


def _first_words(text: str) -> Iterator[str]:
    words = _TOKEN.findall(text)
    yield from ("^" + " ".join(words[:size]) for size in (1, 2) if len(words) >= size)


def _shares_words(text: str, question: str) -> bool:
    asked = {word for word in _TOKEN.findall(normal(question)) if len(word) > 3}
    return bool(asked & set(_TOKEN.findall(text)))
