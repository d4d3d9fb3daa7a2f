"""The gate: a command counts only when the classifier is sure enough; else it is content.

How sure depends on what a mistake costs. After an open question people talk, in any form ("leave it in a flask"): a
command wrongly obeyed loses their words, or the conversation. After a yes-or-no question, a number or a read-back,
content is rare, and the mistake is soon put right. Plain strings and the standard library only (it runs in the nlu
environment, and in the cross-validation).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ANSWER = "answer"
REPLIES = frozenset({ANSWER, "affirm", "deny", "affirm_but", "deny_but", "partial", "dont_know"})
"""Acts that reply to the question: never gated."""
COSTLY = frozenset({"stop", "skip", "take_back", "restart", "go_back", "pause", "goodbye"})
"""Commands that lose something when they are wrongly obeyed."""
SELDOM = frozenset({"faster", "restart", "my_data"})
"""Commands that hardly anybody gives: one counts only when it is likelier than all else together."""
SELDOM_NEEDS = 0.5
ENDING = frozenset({"stop", "pause", "goodbye"})
"""Commands that end the talk: they count only when together they are likely, else the next likeliest command does."""
ENDING_NEEDS = 0.5
TALK = frozenset({"open", "probe", "none"})
"""Kinds of question that are answered with content."""
_ANYTHING_ELSE = re.compile(r"\b(?:any|some)thing (?:else|more|you would like to (?:add|offer|show))\b", re.IGNORECASE)


@dataclass(frozen=True)
class GateSettings:
    """How sure is sure enough (probabilities of its being a command at all, 0 to 1).

    Source: chosen on the development texts (docs/evaluation.md).

    Attributes:
        talk: For a command after a question of `TALK`.
        talk_costly: The same when the likeliest command is in `COSTLY`.
        asked: For any command after another kind of question.
    """

    talk: float = 0.55
    talk_costly: float = 0.7
    asked: float = 0.5


def gate(
    ranking: Sequence[tuple[str, float]], kind: str, settings: GateSettings | None = None, *, question: str = ""
) -> tuple[str, float]:
    """The act that counts. First: command or reply? Then the likeliest of that side.

    Adding up the commands' probabilities finds a command whose kind is in doubt ("stop" or "pause"), and keeps content
    apart from a command that merely leads a broken field.

    Args:
        ranking: (act, probability), most likely first; not empty; every act in it, or at least the likely ones.
        kind: What the question expected, one of `encoding.KINDS`.
        settings: Thresholds; the defaults when None.
        question: The question; "anything else?" is answered with content, whatever its form.

    Returns:
        (act, its probability).
    """
    commands = [pair for pair in ranking if pair[0] not in REPLIES]
    ending = sum(p for act, p in commands if act in ENDING)

    def doubtful(act: str, p: float) -> bool:
        return (act in SELDOM and p < SELDOM_NEEDS) or (act in ENDING and ending < ENDING_NEEDS)

    commands.sort(key=lambda pair: (doubtful(*pair), -pair[1]))
    replies = [pair for pair in ranking if pair[0] in REPLIES] or [(ANSWER, 0.0)]
    if not commands:
        return replies[0]
    talk = kind in TALK or _ANYTHING_ELSE.search(question) is not None
    needed = _needed(commands[0][0], talk, settings or GateSettings())
    return commands[0] if sum(p for _, p in commands) >= needed else replies[0]


def _needed(command: str, talk: bool, settings: GateSettings) -> float:
    if not talk:
        return settings.asked
    return settings.talk_costly if command in COSTLY else settings.talk
