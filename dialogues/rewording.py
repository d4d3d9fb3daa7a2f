"""Corrects a read-back by the person's own words: "no, I said *late*, not *later*". Pure text, no models."""

from __future__ import annotations

import re

_LEAD = re.compile(
    r"^(?:(?:oh|ah|well|er+|um+|no+|nope|nay|sorry|pardon|yes|yeah|aye|but|and|actually|love|dear|pet|hinny|duck|hen)\b[\s,.!;:-]*)+",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"^(?:it (?:was|were|wasn't|is)\s+)?(?:what )?i (?:said|meant|told you|did say)(?: that| it was| it were)?\s+"
    r"|^you(?:'ve| have)? (?:put|wrote|written|said|got)(?: down)?\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,.!;:-]+(?:i said|i meant|that's what i said|love|dear|pet|please|thank you)[\s.!]*$", re.IGNORECASE
)
_Y_NOT_X = re.compile(r"^(?P<right>.+?)[\s,;.-]+(?:and |it's )?not\s+(?P<wrong>.+?)\s*[.!]*$", re.IGNORECASE)
_NOT_X_Y = re.compile(
    r"^not\s+(?P<wrong>.+?)(?:[,;.-]+\s*|\s+)(?:but|it's|it was|it were|i said|i meant)\s+(?P<right>.+?)\s*[.!]*$",
    re.IGNORECASE,
)
_X_I_SAID_Y = re.compile(r"^(?P<wrong>.+?)[\s,;.?!-]+i (?:said|meant)\s+(?P<right>.+?)\s*[.!]*$", re.IGNORECASE)


def essence(note: str) -> str:
    """The content of a correction: "no love, it were the tea call I said" → "the tea call"."""
    text = _LEAD.sub("", note.strip())
    text = _TAIL.sub("", text)
    text = re.sub(r"^(?:it (?:was|were|is)|it's|that's|that was)\s+", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^(?:what )?i (?:said|meant)\s+(?:that\s+)?", "", text, flags=re.IGNORECASE)
    return text.strip(" .,!;:-")


def _pair(note: str) -> tuple[str, str] | None:
    """(wrong, right) named in a correction, or None."""
    text = _LEAD.sub("", note.strip())
    for pattern in (_NOT_X_Y, _X_I_SAID_Y, _Y_NOT_X):
        match = pattern.match(_SAID.sub("", text) if pattern is _Y_NOT_X else text)
        if match:
            wrong = _SAID.sub("", match["wrong"]).strip(" .,!;:-'\"*")
            right = _SAID.sub("", match["right"]).strip(" .,!;:-'\"*")
            right = re.sub(r"^(?:it's|it was|it were)\s+", "", right, flags=re.IGNORECASE)
            wrong = re.sub(r"^(?:it's|it was|it were)\s+", "", wrong, flags=re.IGNORECASE)
            if wrong and right and wrong.lower() != right.lower():
                return wrong, right
    return None


def reword(said: str, note: str) -> str | None:
    """Puts a correction into a read-back.

    Args:
        said: The read-back as it stood.
        note: What the person said about it.

    Returns:
        The corrected read-back, or None where the words to replace are not in it (then the note itself is read back).
    """
    pair = _pair(note)
    if pair is None:
        return None
    wrong, right = pair
    pattern = re.compile(rf"(?<!\w){re.escape(wrong)}(?!\w)", re.IGNORECASE)
    if len(pattern.findall(said)) != 1:
        return None
    return pattern.sub(lambda _: right, said)
