"""The built-in rules: what Sayso understands while the nlu server is away.

Short, whole utterances only. Anything longer, or not listed, is an answer: content is never taken for a command.
"""

from __future__ import annotations

import re

from dialogues.types import Act, Context, Expects, Understanding
from nlu.encoding import clean, shorten
from nlu.patterns import BARE_PATTERNS, BUT, COMMAND_PATTERNS, NO, SOFT, YES
from nlu.values import keypad_act, refine

CONFIDENCE_LISTED = 0.9
CONFIDENCE_OTHERWISE = 0.5
MAX_COMMAND_WORDS = 9
"""Longest utterance that a rule may take for a command."""


def _carrying(words: str) -> re.Pattern[str]:
    """A yes or no, and then a limit, a condition or an exception."""
    return re.compile(rf"^\W*(?:(?:oh|well)\W+)?(?:{words})\b\W+(?:{SOFT}\W+)*{BUT}\b.+", re.IGNORECASE | re.DOTALL)


_COMMANDS = tuple((Act(act), pattern) for act, pattern in COMMAND_PATTERNS.items())
_BARE = tuple((Act(act), pattern) for act, pattern in BARE_PATTERNS.items())
_CARRYING = ((Act.AFFIRM_BUT, _carrying(YES)), (Act.DENY_BUT, _carrying(NO)))
_YES_NO_KINDS = frozenset({Expects.YES_NO, Expects.READ_BACK})


class RuleParser:
    """Understands acts by the built-in rules; implements `dialogues.types.Parser`."""

    async def parse(self, text: str, context: Context) -> Understanding:
        """Act, confidence and value of an utterance, marked as degraded; never raises."""
        return understand_by_rules(text, context)


def understand_by_rules(text: str, context: Context) -> Understanding:
    """What the rules make of an utterance."""
    key = keypad_act(text, context)
    if key is not None:
        return Understanding(text=text, act=key, degraded=True)
    said = shorten(clean(text))
    matched = match_act(said, context.kind)
    act, value = refine(said, matched or Act.ANSWER, context)
    confidence = CONFIDENCE_OTHERWISE if matched is None and value is None else CONFIDENCE_LISTED
    return Understanding(text=text, act=act, confidence=confidence, value=value, degraded=True)


def match_act(text: str, kind: Expects) -> Act | None:
    """The act whose listed words make up the whole utterance; None for content."""
    said = clean(text).replace("’", "'")
    if not said:
        return None
    if len(said.split()) <= MAX_COMMAND_WORDS:
        for act, pattern in (*_BARE, *_COMMANDS) if kind in _YES_NO_KINDS else (*_COMMANDS, *_BARE):
            if pattern.match(said):
                return act
    if kind in _YES_NO_KINDS:
        return next((act for act, pattern in _CARRYING if pattern.match(said)), None)
    return None
