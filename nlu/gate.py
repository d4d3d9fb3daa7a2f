"""The gate: a command counts only when the classifier is sure and the utterance is short, or very sure; else it is
content.

Plain strings and the standard library only (it runs in the nlu environment, and in the cross-validation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANSWER = "answer"
REPLIES = frozenset({ANSWER, "affirm", "deny", "affirm_but", "deny_but", "partial", "dont_know"})
"""Acts that reply to the question: never gated."""
COSTLY = frozenset({"stop", "skip", "take_back", "restart", "go_back", "pause", "goodbye"})
"""Commands that lose something when they are wrongly obeyed."""


@dataclass(frozen=True)
class GateSettings:
    """How sure is sure enough (probabilities of its being a command at all, 0 to 1).

    Source: chosen on grouped held-out folds of `data/en` by `python -m nlu.crossval --gate`.

    Attributes:
        short: For a command in at most `short_words` words.
        long: For a command in more words than that.
        costly_extra: Added to both when the likeliest command is in `COSTLY`.
        short_words: Longest utterance that counts as short.
    """

    short: float = 0.55
    long: float = 0.55
    costly_extra: float = 0.05
    short_words: int = 12


def gate(ranking: Sequence[tuple[str, float]], words: int, settings: GateSettings | None = None) -> tuple[str, float]:
    """The act that counts. First: command or reply? Then the likeliest of that side.

    Adding up the commands' probabilities finds a command whose kind is in doubt ("stop" or "pause"), and keeps content
    apart from a command that merely leads a broken field.

    Args:
        ranking: (act, probability), most likely first; not empty; every act in it, or at least the likely ones.
        words: How many words the utterance has.
        settings: Thresholds; the defaults when None.

    Returns:
        (act, its probability).
    """
    settings = settings or GateSettings()
    commands = [pair for pair in ranking if pair[0] not in REPLIES]
    replies = [pair for pair in ranking if pair[0] in REPLIES] or [(ANSWER, 0.0)]
    if not commands:
        return replies[0]
    needed = settings.short if words <= settings.short_words else settings.long
    if commands[0][0] in COSTLY:
        needed += settings.costly_extra
    return commands[0] if sum(p for _, p in commands) >= needed else replies[0]
