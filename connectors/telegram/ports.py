"""What the Telegram connector is given: it imports no engine, no database and no recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.ports import ServiceChoice
from dialogues.types import Context, Hearing, Prompt

CHANNEL = "telegram"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update, as it came: its id, and the JSON of the Bot API."""

    update_id: int
    payload: str


@dataclass(frozen=True, slots=True)
class Chat:
    """What is remembered of a private chat.

    Attributes:
        conversation_id: The conversation that goes on in it; "" before the first.
        by_voice: Whether Sayso answers by voice too.
        words_a_minute: Pace of the voice, 110 to 190.
        amends: Id of the message that the next one takes the place of; "" for none.
    """

    conversation_id: str = ""
    by_voice: bool = False
    words_a_minute: int = 150
    amends: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a code opens: a talk about a service, or an earlier conversation."""

    service: str
    preferred_name: str = ""
    resume_code: str = ""


class ChatStore(Protocol):
    """Keeps updates until they are done with, and knows which conversation goes on in which chat."""

    async def take_in(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Stores updates, all or none; returns those that were not known before."""

    async def waiting(self) -> list[Arrival]:
        """Updates that were stored and are not done with, oldest first."""

    async def done(self, update_id: int) -> None:
        """The update was answered: its words go, its id stays."""

    async def chat(self, address: int) -> Chat:
        """The chat at an address; a new one where there was none."""

    async def keep(self, address: int, chat: Chat) -> None:
        """Remembers a chat."""

    async def block(self, address: int, blocked: bool) -> None:
        """The person blocked the bot, or took that back."""

    async def invitation(self, code: str) -> Invitation | None:
        """What a code opens; None for one that does not fit, is used up or too old. Uses it."""

    async def services(self) -> Sequence[ServiceChoice]:
        """The services to choose from without a code; empty where people come by invitation only."""


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A voice note, heard.

    Attributes:
        text: The words; "" where there are none, or none to be believed.
        confidence: Of the recogniser, 0 to 1.
        hearing: How it was heard, with the sound.
        second: True where the second pass has heard it already, because the live one made out nothing, or was not sure.
        doubtful: True where there were sounds like words that two recognisers could not make out.
    """

    text: str
    confidence: float
    hearing: Hearing
    second: bool = False
    doubtful: bool = False


class NoteRecogniser(Protocol):
    """Hears voice notes."""

    async def hear(self, audio: bytes, context: Context) -> HeardNote:
        """The words of a note; text "" where there are none.

        Raises:
            SaysoError: what was wrong with the sound (`audio_...`), or `speech_busy`, `speech_missing`.
        """

    async def hear_again(self, audio: bytes) -> HeardNote | None:
        """The second, better and slower hearing; None where there is none to be had."""

    def expected_wait_seconds(self, note_seconds: float) -> float:
        """About how long until a note of this length that came now were heard."""


class NoteSpeaker(Protocol):
    """Speaks prompts."""

    async def say(self, prompts: Sequence[Prompt], words_a_minute: int) -> tuple[bytes, float] | None:
        """The prompts as Ogg/Opus, with the length in seconds; None where there is no voice."""
