"""What is said aloud for what is written: pure text, British, the same for every voice."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from connectors.speech.voices.sentences import sentences
from connectors.speech.voices.spoken_numbers import AMOUNT_RULES, CODE_RULES, Rule, rule
from connectors.speech.voices.spoken_times import CLOCK_RULES, DATE_RULES
from connectors.speech.voices.spoken_words import QUOTES, WORD_RULES
from dialogues.types import Option, Prompt

UNSPOKEN = frozenset("So Sk Cs Co Cn Cf Cc Me".split())
"""Unicode categories that are shown and not said: emojis, symbols, control characters."""
KEPT = frozenset("°\n")
KEYS = {"*": "star", "#": "hash"}
SLOT = re.compile(r"\{\w*\}")
FILLED = "Slotslot"
"""Stands in a slot; no word of any language."""

MARK_RULES: tuple[Rule, ...] = (
    rule(r"https?://(?:www\.)?|\bwww\.", ""),
    rule(r"(?<=\w)\.(?=(?:org|com|net|co|uk|gov|nhs)\b)", " dot "),
    rule(r"[‘’]", "'"),
    rule(rf"([.!?])[{QUOTES}']+\.", r"\1"),
    rule(rf"[{QUOTES}]|(?<!\w)'|'(?!\w)", ""),
    rule(r"(?m)^\s*[-*•]\s+", ""),
    rule(r"[/*_~^|\\<>{}\[\]]+", " "),
    rule(r"\s*[—–]\s*|\s+-+\s+|\s*[()•]\s*", ", "),
    rule(r"\s*…\s*(?=[a-z\d])", ", "),
    rule(r"\s*…", "."),
    rule(r"(?<=[^\s.,;:!?])\s*\n\s*", ". "),
)
TIDY_RULES: tuple[Rule, ...] = (
    rule(r"\s+", " "),
    rule(r" (?=[,.;:!?](?:\s|[,.;:!?]|$))", ""),
    rule(r"[,;:](?:[,;: ]*[,;:])+", ","),
    rule(r"[,;: ]+([.!?])(?!\d)", r"\1"),
    rule(r"([.!?])[.!?,;:]+", r"\1"),
    rule(r"([.!?]) [.,;:!?]+(?= |$)", r"\1"),
    rule(r"^[\s,.;:!?-]+|[\s,;:-]+$", ""),
)
EVEN_RULES: tuple[Rule, ...] = (
    rule(r"[^\S\n]+", " "),
    rule(r" ?\n[ \n]*", "\n"),
    rule(r"\.{2,}|…[.…]*", "…"),
)
"""First of all: no run of the same sign, so that no later rule takes long over one."""
RULES = (*EVEN_RULES, *CODE_RULES, *DATE_RULES, *AMOUNT_RULES, *CLOCK_RULES, *WORD_RULES, *MARK_RULES, *TIDY_RULES)


def spoken(text: str) -> str:
    """The words that are said for a text.

    Args:
        text: As written, any language, any length.

    Returns:
        One line of words, numbers and punctuation; "" where there is nothing to say.
    """
    said = _sayable(text)
    for pattern, words in RULES:
        said = pattern.sub(words, said)
    return said if any(map(str.isalnum, said)) else ""


def prompt_sentences(prompt: Prompt, *, phone: bool = False) -> tuple[str, ...]:
    """The sentences that are said for a prompt, in order.

    Args:
        prompt: Its options are said only on the phone, and only where its words do not name the keys already.
        phone: Whether the person has keys and no buttons.
    """
    names_keys = any(f"press {option.key}" in prompt.text for option in prompt.options)
    options = prompt.options if phone and not names_keys else ()
    return tuple(part for text in (prompt.text, *map(_option, options)) for part in sentences(spoken(text)))


def fixed_sentences(prompt: Prompt) -> tuple[str, ...]:
    """The sentences of a wording that are the same for everybody, its options among them.

    Args:
        prompt: A wording as it is written: sentences with a `{slot}` in them are left out.
    """
    as_said = replace(prompt, text=SLOT.sub(f" {FILLED}", prompt.text))
    return tuple(sentence for sentence in prompt_sentences(as_said, phone=True) if FILLED not in sentence)


def _option(option: Option) -> str:
    return f"For {option.label.strip(' .')}, press {KEYS.get(option.key, option.key)}."


def _sayable(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(c if c in KEPT or unicodedata.category(c) not in UNSPOKEN else " " for c in composed)
