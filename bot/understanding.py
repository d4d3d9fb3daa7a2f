"""Understands a turn: the safeguarding screen first, the act by the nlu server, then the points of an answer."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import replace
from typing import Protocol

from dialogues.types import Act, Context, Level, Parser, Point, Purpose, Screening, Understanding, Voice

MAX_CHARACTERS = 20_000
"""Longer turns are cut here for understanding; the stored text is the cut one, and the person is told."""
CONTENT_ACTS = {Act.ANSWER, Act.AFFIRM_BUT, Act.DENY_BUT, Act.PARTIAL, Act.CORRECT}
CHAT_ACTS = {Act.AFFIRM, Act.DENY, Act.THANKS, Act.GREET, Act.OFF_TOPIC, Act.DONT_KNOW, Act.GOODBYE}
CONTENT_PURPOSES = {
    Purpose.TOPIC_CHOICE,
    Purpose.TOPIC_OPEN,
    Purpose.PROBE,
    Purpose.LADDER,
    Purpose.ANYTHING_ELSE,
    Purpose.OFFER,
}
CHAT_WORDS = 6
"""From so many words on, a yes, thanks or chat may carry content too."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")


class Screen(Protocol):
    """The safeguarding screen."""

    def __call__(self, text: str) -> Screening: ...


class PointFinder(Protocol):
    """The analysis of answers."""

    def points(self, text: str, question: str) -> tuple[Point, ...]: ...

    def fresh(self, points: tuple[Point, ...], known: tuple[Point, ...]) -> tuple[Point, ...]:
        """The points that are new, with labels that differ from those known."""

    def cannot_wait(self, text: str) -> bool: ...


def clean(text: str) -> str:
    """The text as it is stored: no control characters, composed Unicode, at most `MAX_CHARACTERS`.

    A leading slash is kept in the words; the nlu encoding takes it off where it would be a command to Rasa.
    """
    storable = text.encode("utf-8", "replace").decode("utf-8")  # a lone half of a surrogate pair cannot be stored
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", storable))[:MAX_CHARACTERS].strip()


class Understander:
    """Understands turns; stateless between them.

    Args:
        parser: The nlu client (falls back to the built-in rules by itself).
        screen: Safeguarding screen; pure, at most 10 ms.
        analysis: Finds points; pure, at most 25 ms for one answer.
    """

    def __init__(self, parser: Parser, screen: Screen, analysis: PointFinder) -> None:
        self._parser = parser
        self._screen = screen
        self._analysis = analysis

    async def understand(
        self, text: str, context: Context, purpose: Purpose | None, *, voice: Voice, known: tuple[Point, ...]
    ) -> Understanding:
        """Understands one turn.

        Args:
            text: The cleaned words.
            context: The question just asked.
            purpose: Its purpose; None where there was no question.
            voice: Whose words.
            known: Points of the conversation so far, so that one said twice counts once.

        Returns:
            The understanding; `turn_number` is set by the engine.
        """
        if not text:
            return Understanding("", Act.ANSWER, 0.0, voice=voice)
        screening, parsed = await asyncio.gather(
            asyncio.to_thread(self._screen, text), self._parser.parse(text, context)
        )
        heard = replace(parsed, text=text, voice=voice, screening=screening)
        if screening.level is Level.IMMEDIATE:
            return heard
        return await asyncio.to_thread(self._structure, heard, context, purpose, known)

    def _structure(
        self, heard: Understanding, context: Context, purpose: Purpose | None, known: tuple[Point, ...]
    ) -> Understanding:
        wait = heard.act in CONTENT_ACTS and self._analysis.cannot_wait(heard.text)
        if not _may_hold_points(heard, purpose):
            return replace(heard, cannot_wait=wait)
        found = self._analysis.points(heard.text, context.question)
        return replace(heard, points=self._analysis.fresh(found, known), cannot_wait=wait)


def _may_hold_points(heard: Understanding, purpose: Purpose | None) -> bool:
    if purpose not in CONTENT_PURPOSES or (purpose is Purpose.TOPIC_CHOICE and heard.value is not None):
        return False
    if heard.act in CONTENT_ACTS:
        return True
    return heard.act in CHAT_ACTS and len(heard.text.split()) >= CHAT_WORDS
