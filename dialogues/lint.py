"""Lints one wording: short, plain, British, one question, no leading, no ageism. Pure; each rule is one function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dialogues import word_lists
from dialogues.readability import grade, sentences, syllables, words

MAX_GRADE = 6.0
MAX_SENTENCE_WORDS = 15
MAX_OPTIONS = 3
"""Source for these three: the product's wording rules."""
MIN_WORDS_FOR_GRADE = 10
"""Below this one long word decides the grade, so short texts are held to `MAX_SYLLABLES_SHORT` a word instead."""
MAX_SYLLABLES_SHORT = 4

SAMPLES: dict[str, str] = {
    "name": ", Winnie",
    "who": "Winnie",
    "service": "the surgery and the hospital",
    "people": "the service",
    "organisation": "Dales Home Care",
    "urgent": "Please ring your care office now.",
    "code": "ABCD-EFGH",
    "date": "21 December",
    "days": "14",
    "topics": "the meals, how they come or the choice you have",
    "topic": "the help they give",
    "question": "What matters most to you about your meals?",
    "why": "It helps the service see why it matters.",
    "left": "seven",
    "label": "the tea call",
    "labels": "the tea call, the office and the same carer",
    "counts": "seven, two and one",
    "said": "this",
    "quote": "this",
    "note": "this",
}
"""What each slot may hold. Slots with the person's own words (said, quote, note) count as one word: they are exempt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change in a wording: which rule, what is wrong, what to write instead."""

    rule: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Case:
    text: str
    question_allowed: bool
    serious: bool


def slots_of(text: str) -> tuple[str, ...]:
    """The `{slots}` of a wording, in order."""
    return tuple(re.findall(r"\{(\w*)\}", text))


def filled(text: str) -> str:
    """A wording with a plausible sample in every known slot; unknown slots stay."""
    return re.sub(r"\{(\w+)\}", lambda m: SAMPLES.get(m[1], m[0]), text)


def lint(text: str, *, question_allowed: bool, serious: bool, quoted: tuple[str, ...] = ()) -> list[Finding]:
    """Checks one wording.

    Args:
        text: The words as written, with or without `{slots}`.
        question_allowed: Whether a reply is waited for.
        serious: Whether warmth must not turn into cheer.
        quoted: The person's own words within the text; exempt.

    Returns:
        What to change, empty for a good wording.
    """
    for words_of_theirs in quoted:
        text = text.replace(words_of_theirs, "this") if words_of_theirs else text
    case = _Case(filled(text), question_allowed, serious)
    return [finding for rule in _RULES for finding in rule(case)]


def _long_sentences(case: _Case) -> Iterator[Finding]:
    for sentence in sentences(case.text):
        count = len(words(sentence))
        if count > MAX_SENTENCE_WORDS:
            start = " ".join(sentence.split()[:4])
            yield Finding(
                "long_sentence",
                f"sentence of {count} words",
                f'Split it ("{start} ..."): at most {MAX_SENTENCE_WORDS} words.',
            )


def _hard_to_read(case: _Case) -> Iterator[Finding]:
    found = words(case.text)
    hardest = sorted(dict.fromkeys(found), key=syllables, reverse=True)[:3]
    if len(found) < MIN_WORDS_FOR_GRADE:
        for word in hardest:
            if syllables(word) > MAX_SYLLABLES_SHORT:
                yield Finding("hard_word", f'"{word}" is a long word', "Use a shorter word.")
        return
    level = grade(case.text)
    if level > MAX_GRADE:
        yield Finding(
            "hard_to_read",
            f"reading grade {level:.1f}, more than {MAX_GRADE:.0f}",
            f"Use shorter words and sentences; the longest words are: {', '.join(hardest)}.",
        )


def _questions(case: _Case) -> Iterator[Finding]:
    count = case.text.count("?")
    if count > 1:
        yield Finding("one_question", f"{count} questions in one wording", "Ask one thing; put the rest elsewhere.")
    elif count and not case.question_allowed:
        yield Finding(
            "question_unheard", "a question, but no reply is waited for", "Make it a statement, or set `expects`."
        )


def _options(case: _Case) -> Iterator[Finding]:
    keys = re.findall(r"\bpress(?:ing)?\s+(\d|star|hash|\*|#)", case.text, re.IGNORECASE)
    if len(keys) > MAX_OPTIONS:
        yield Finding("options", f"{len(keys)} options", f"Offer at most {MAX_OPTIONS}.")
    found = re.search(
        r"\bpress\s+(?:\d|star|hash|\*|#)\s+(?:for|to|if)\b|\b\d\s+(?:for|means)\s+\w+", case.text, re.IGNORECASE
    )
    if found:
        yield Finding(
            "option_first", f'the key comes before the option ("{found[0]}")', 'Write "For yes, press 1", option first.'
        )


def _spelling(case: _Case) -> Iterator[Finding]:
    for word in words(case.text):
        british = word_lists.british(word.lower())
        if british:
            yield Finding("spelling", f'"{word}" is not British spelling', f'Write "{british}".')


def _ageism(case: _Case) -> Iterator[Finding]:
    yield from _phrases(case, word_lists.AGEIST, "ageism", "talks down to older people")


def _leading(case: _Case) -> Iterator[Finding]:
    yield from _phrases(case, word_lists.LEADING, "leading", "pushes the person towards an answer")


def _jargon(case: _Case) -> Iterator[Finding]:
    yield from _phrases(case, word_lists.JARGON, "jargon", "is office language")


def _false_feeling(case: _Case) -> Iterator[Finding]:
    yield from _phrases(case, word_lists.FALSE_FEELING, "false_feeling", "claims what a machine cannot know")


def _cheer(case: _Case) -> Iterator[Finding]:
    if case.serious and "!" in case.text:
        yield Finding("cheer", "an exclamation mark in a serious wording", "End the sentence with a full stop.")


def _phrases(case: _Case, listed: dict[str, str], rule: str, why: str) -> Iterator[Finding]:
    lowered = case.text.lower().replace("’", "'")
    for phrase, remedy in listed.items():
        found = re.search(rf"(?<![\w'-])(?:{phrase})(?![\w-])", lowered)
        if found:
            yield Finding(rule, f'"{found[0]}" {why}', remedy)


_RULES: tuple[Callable[[_Case], Iterator[Finding]], ...] = (
    _long_sentences,
    _hard_to_read,
    _questions,
    _options,
    _spelling,
    _ageism,
    _leading,
    _jargon,
    _false_feeling,
    _cheer,
)
