"""What a question asks for: it decides the kind of words that do not show their own ("the food", "Sundays")."""

from __future__ import annotations

import re

from nlu.analysis.cues import words_of

MOST_BARE_WORDS = 4
_ASKS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("offer", r"\boffer\b|show others|could (?:you )?(?:give|show|teach)|like to (?:give|show|teach)"),
        ("suggestion", r"\bbetter\b|improve|\bchange\b|different"),
        ("problem", r"bother|worr|wrong|difficult|gets in the way|not so (?:good|well)|upset|annoy"),
        ("preference", r"\bmatters?\b|important"),
        ("praise", r"\bgood\b|like (?:about|best)|works? well|enjoy|stay as it is"),
    )
)
_FINITE = re.compile(
    r"\b(?:i|im|ive|id|ill|they|theyre|she|shes|he|hes|it|its|we|you|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should|theres|thats|cant|dont|doesnt|never|not|no|wont|isnt|arent|too|always)\b"
)


def asked_kind(question: str, quote: str) -> str | None:
    """The kind that the question gives to bare words; None where they are not bare, or nothing is asked for."""
    words = words_of(quote)
    if not words or len(words) > MOST_BARE_WORDS or _FINITE.search(" ".join(word.form for word in words)):
        return None
    return next((kind for kind, pattern in _ASKS if pattern.search(question)), None)
