"""The spoken part of the demo: a person's answers become real voice notes, and are heard, answered and recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from connectors.questions import context_of
from connectors.telegram import NoteRecogniser, NoteSpeaker
from dialogues.types import Expects, Hearing, Prompt, Purpose, Reply, Turn, TurnHandler

SPOKEN_WORDS = 6
"""Shorter replies are tapped, not spoken."""
PACE = 165


class VoiceNotes:
    """An engine whose longer turns go through a voice and a recogniser on the way; implements `TurnHandler`.

    Args:
        handler: The engine.
        recogniser: Hear the notes.
        speaker: Speaks for the person.
        tell: Told what was heard.
    """

    def __init__(
        self, handler: TurnHandler, recogniser: NoteRecogniser, speaker: NoteSpeaker, tell: Callable[[str], None]
    ) -> None:
        self._handler = handler
        self._recogniser = recogniser
        self._speaker = speaker
        self._tell = tell
        self._question: Prompt | None = None

    async def start(
        self,
        *,
        service: str,
        channel: str,
        preferred_name: str = "",
        resume_code: str = "",
        identity: str = "",
        greeted: bool = False,
    ) -> Reply:
        """Opens the conversation."""
        return self._asked(
            await self._handler.start(
                service=service,
                channel=channel,
                preferred_name=preferred_name,
                resume_code=resume_code,
                identity=identity,
                greeted=greeted,
            )
        )

    async def handle_turn(self, turn: Turn) -> Reply:
        """Speaks the words, hears them, hands in what was heard; then listens again."""
        spoken = await self._spoken(turn.text)
        if spoken is None:
            return self._asked(await self._handler.handle_turn(turn))
        sound, seconds = spoken
        note = await self._recogniser.hear(sound, context_of(self._question))
        self._tell(f"a voice note of {seconds:.0f} seconds; heard: “{note.text}”")
        heard = replace(turn, text=note.text, confidence=note.confidence, hearing=note.hearing)
        reply = self._asked(await self._handler.handle_turn(heard))
        again = None if note.second else await self._recogniser.hear_again(sound)
        if again is not None and again.text:
            self._tell(f"heard again, more slowly: “{again.text}”")
            await self._handler.hear_again(turn.conversation_id, turn.message_id, again.text, again.hearing)
        return reply

    async def hear_again(self, conversation_id: str, message_id: str, text: str, hearing: Hearing) -> None:
        """Passes it on."""
        await self._handler.hear_again(conversation_id, message_id, text, hearing)

    async def last_prompts(self, conversation_id: str) -> Reply:
        """What was said last."""
        return await self._handler.last_prompts(conversation_id)

    async def _spoken(self, text: str) -> tuple[bytes, float] | None:
        if len(text.split()) < SPOKEN_WORDS:
            return None
        return await self._speaker.say([Prompt("demo", text, Expects.NONE, Purpose.WARM_UP)], PACE)

    def _asked(self, reply: Reply) -> Reply:
        self._question = reply.prompts[-1] if reply.prompts else None
        return reply
