"""The one text that travels to the nlu server: kind, question, utterance. Rasa's parse endpoint takes nothing but text.

Plain strings and the standard library only: the nlu environment runs Python 3.10 and knows nothing of `dialogues`.
"""

from __future__ import annotations

import re

MARK = "¦"
SEPARATOR = f" {MARK} "
KINDS = ("open", "probe", "yes_no", "scale", "choice", "beans", "read_back", "none")
DEFAULT_KIND = "open"
EDGE_WORDS = 60
"""Words kept from each end of a long utterance: an act is announced at its start or its end."""
EDGE_CHARACTERS = 600
"""Characters kept from each end of what is left: sixty long words."""

_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+|" + MARK)
_PARTS = 3


def clean(text: str) -> str:
    """The text on one line, without control characters, lone surrogates and separators."""
    return " ".join(_UNWANTED.sub(" ", text).split())


def encode(utterance: str, question: str = "", kind: str = DEFAULT_KIND) -> str:
    """Packs an utterance with the question just asked.

    Args:
        utterance: The person's words, of any length; only the first and last 60 words travel.
        question: The words of the last prompt; may be empty.
        kind: One of `KINDS`; anything else counts as `open`.

    Returns:
        `"{kind} ¦ {question} ¦ {utterance}"`, one line, never starting with a slash.
    """
    known = kind if kind in KINDS else DEFAULT_KIND
    return SEPARATOR.join((known, clean(question), shorten(_without_trigger(clean(utterance)))))


def decode(text: str) -> tuple[str, str, str]:
    """Unpacks what `encode` packed.

    Returns:
        (utterance, question, kind). A text without separators is an utterance under an open, empty question.
    """
    parts = [part.strip() for part in text.split(MARK, _PARTS - 1)]
    if len(parts) == _PARTS and parts[0] in KINDS:
        return clean(parts[2]), clean(parts[1]), parts[0]
    return _without_trigger(clean(text)), "", DEFAULT_KIND


def utterance_start(text: str) -> int:
    """Offset in an encoded text at which the utterance starts (0 for a text without separators)."""
    parts = text.split(MARK, _PARTS - 1)
    if len(parts) < _PARTS or parts[0].strip() not in KINDS:
        return 0
    tail = parts[2]
    return len(text) - len(tail) + (len(tail) - len(tail.lstrip()))


def shorten(utterance: str, edge_words: int = EDGE_WORDS) -> str:
    """The first and last `edge_words` words of a long utterance, a short one as it is."""
    words = utterance.split()
    if len(words) > 2 * edge_words:
        utterance = " ".join((*words[:edge_words], *words[-edge_words:]))
    if len(utterance) > 2 * EDGE_CHARACTERS:  # no words, but endless letters
        utterance = f"{utterance[:EDGE_CHARACTERS].strip()} {utterance[-EDGE_CHARACTERS:].strip()}"
    return utterance


def _without_trigger(utterance: str) -> str:
    return utterance.lstrip("/ ")
