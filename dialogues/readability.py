"""How hard a text is to read: words, sentences, syllables and the Flesch-Kincaid grade. Needs no word list.

Source: J. P. Kincaid et al., "Derivation of new readability formulas", Naval Technical Training Command, 1975.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|\d+")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
_GROUPS = re.compile(r"[aeiouy]+")
_SPLIT = re.compile(
    r"ia(?!l|n|r|ge|b)|ia(?=n?t|te)|io(?!n|us)|iu|eo(?!n|us|p)|ua(?!l|r|g)|ual|uou|uie|[aeiou]ing$|yin|ria|nea"
)
"""Vowel groups that are spoken as two syllables: re-ly-ing, us-u-al, ra-di-o."""
_SILENT_E = re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[aeiou])e$")
_SILENT_ES_ED = re.compile(r"(?<![aeioutd])ed$|(?<![aeiouscxzhg])es$|(?<!ca)(?<!tw)(?<!di)(?<!sh)hes$(?<![cs]hes)")
_EXCEPTIONS = {
    **dict.fromkeys("evening evenings centre safety maybe business diet tired mr near nearly".split(), 2),
    **dict.fromkeys("everything anyone serious easier earlier idea nearest recipe".split(), 3),
    **{"everybody": 4, "near": 1, "mrs": 2},
}
_COMPOUND_E = re.compile(r"(?<=[aeiou][a-z])e(?=(?:ly|ful|ment|less|body|where|thing|times|one|time)s?$)")


def words(text: str) -> list[str]:
    """The words of a text, numbers included."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with at least one word. "8.30" does not end a sentence."""
    return [part.strip() for part in _SENTENCE_END.split(text) if words(part)]


def syllables(word: str) -> int:
    """About how many syllables a word has, at least 1; a number of n digits counts n, at most 4."""
    if word.isdigit():
        return min(len(word), 4)
    if word.lower() in _EXCEPTIONS:
        return _EXCEPTIONS[word.lower()]
    text = re.sub(r"(?<=[dst])n['’]t$", "den", word.lower())  # did-n't is two, don't is one
    text = re.sub(r"['’](?=[a-z])", "", text)
    text = _COMPOUND_E.sub("", text)
    text = _SILENT_ES_ED.sub("", text) or text
    text = _SILENT_E.sub("", text) or text
    count = len(_GROUPS.findall(text)) + len(_SPLIT.findall(text))
    return max(1, count)


def grade(text: str) -> float:
    """Flesch-Kincaid grade (years of school, United States); 0.0 for a text without words."""
    found, parts = words(text), sentences(text)
    if not found:
        return 0.0
    per_sentence = len(found) / max(1, len(parts))
    return 0.39 * per_sentence + 11.8 * sum(map(syllables, found)) / len(found) - 15.59
