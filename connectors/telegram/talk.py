"""One private chat: what comes in becomes turns, and replies go out, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog
from telegram.constants import ChatAction
from telegram.error import TelegramError

from connectors.questions import context_of, spoken_option
from connectors.telegram import words
from connectors.telegram.client import BotClient
from connectors.telegram.incoming import Command, Incoming, Pressed, Said, Spoke, Unsupported, message_id_of
from connectors.telegram.keyboards import AMEND, VOICE_OFF, VOICE_ON, choice_keys, under_note, voice_choice
from connectors.telegram.ports import CHANNEL, Chat, ChatStore, HeardNote, NoteRecogniser, NoteSpeaker
from dialogues.errors import SaysoError
from dialogues.types import Act, Expects, Prompt, Purpose, Reply, Turn, TurnHandler

SLOWEST, FASTEST, STEP = 110, 190, 20
"""Pace of the voice in words a minute, and how much a wish changes it."""
LONG_WAIT_SECONDS = 6.0
_PACE = {Act.SLOWER: -STEP, Act.FASTER: STEP}
_SOUND_WORDS = {
    "audio_too_long": words.TOO_LONG,
    "audio_too_large": words.TOO_LONG,
    "audio_unreadable": words.NOT_A_SOUND,
    "audio_empty": words.NO_WORDS,
    "speech_busy": words.TOO_BUSY,
    "speech_missing": words.CANNOT_LISTEN,
}

log = structlog.get_logger(__name__)
Background = Callable[[Awaitable[None]], object]


@dataclass(frozen=True, slots=True)
class ChatDependencies:
    """What every chat is given.

    Attributes:
        handler: Answers turns.
        store: Remembers chats.
        client: Sends.
        recogniser: Hears voice notes; None where no recogniser is to be had.
        speaker: Speaks; None where there is no voice.
        background: Runs work beside the talk, and holds on to it.
    """

    handler: TurnHandler
    store: ChatStore
    client: BotClient
    recogniser: NoteRecogniser | None
    speaker: NoteSpeaker | None
    background: Background


class ChatTalk:
    """Serves one chat. `prepare` runs for one update after the other; what it returns may run beside the next.

    Args:
        address: The chat.
        given: What it is given.
    """

    def __init__(self, address: int, given: ChatDependencies) -> None:
        self._address = address
        self._given = given
        self._sent: Reply | None = None
        self._sending = asyncio.Lock()

    async def prepare(self, incoming: Incoming) -> Awaitable[None] | None:
        """Does what has to be done in order; returns the rest: handing in the turn, and answering."""
        chat = await self._given.store.chat(self._address)
        match incoming:
            case Command():
                return self._command(incoming, chat)
            case Pressed():
                return self._pressed(incoming, chat)
            case Unsupported():
                return self._unsupported(chat)
            case Spoke():
                return await self._listened(incoming, chat)
            case Said():
                return await self._said(incoming, chat)
        return None

    # -- words ------------------------------------------------------------------------------------------------

    async def _said(self, said: Said, chat: Chat) -> Awaitable[None]:
        if not chat.conversation_id:
            return self._choose(said.text)
        text = said.text.strip()
        if len(text) == 1:
            text = spoken_option(text, await self._question(chat))
        return self._turn(chat, said, text, amends=said.amends or await self._amended(chat))

    async def _amended(self, chat: Chat) -> str:
        """The message that this one takes the place of; that holds for one message only."""
        if chat.amends:
            await self._given.store.keep(self._address, replace(chat, amends=""))
        return chat.amends

    async def _turn(
        self, chat: Chat, incoming: Incoming, text: str, *, amends: str = "", note: HeardNote | None = None
    ) -> None:
        turn = Turn(
            chat.conversation_id,
            incoming.message_id,
            text,
            incoming.at,
            channel=CHANNEL,
            confidence=note.confidence if note else None,
            hearing=note.hearing if note else None,
            amends=amends,
        )
        async with self._given.client.at_work(self._address):
            reply = await self._given.handler.handle_turn(turn)
        await self._answer(reply)

    async def _answer(self, reply: Reply) -> None:
        """Sends a reply once: not for every piece of a turn, nor twice after a restart."""
        async with self._sending:
            if reply.joined or (reply.duplicate and _same(reply, self._sent)):
                return
            chat = await self._given.store.chat(self._address)
            chat = await self._paced(chat, reply)
            await self._given.client.prompts(self._address, reply.prompts or (_over(),))
            self._sent = reply
        if chat.by_voice:
            await self._speak(reply.prompts, chat)

    async def _paced(self, chat: Chat, reply: Reply) -> Chat:
        change = 0 if reply.act is None or reply.duplicate else _PACE.get(reply.act, 0)
        pace = min(FASTEST, max(SLOWEST, chat.words_a_minute + change))
        if pace == chat.words_a_minute:
            return chat
        chat = replace(chat, words_a_minute=pace)
        await self._given.store.keep(self._address, chat)
        return chat

    async def _speak(self, prompts: tuple[Prompt, ...], chat: Chat) -> None:
        if self._given.speaker is None or not prompts:
            return
        async with self._given.client.at_work(self._address, ChatAction.RECORD_VOICE):
            spoken = await self._given.speaker.say(prompts, chat.words_a_minute)
        try:
            if spoken is not None:
                await self._given.client.voice(self._address, *spoken)
        except TelegramError as error:  # the words have been read; they are not sent again for the voice's sake
            log.warning("voice_not_sent", error=type(error).__name__)

    # -- voice notes ------------------------------------------------------------------------------------------

    async def _listened(self, spoke: Spoke, chat: Chat) -> Awaitable[None]:
        """Hears a note before anything later is handled; the words are shown before the answer."""
        if not chat.conversation_id:
            return self._choose("")
        if spoke.too_long:
            return self._sorry(words.TOO_LONG, chat)
        if self._given.recogniser is None:
            return self._sorry(words.CANNOT_LISTEN, chat)
        wait = self._given.recogniser.expected_wait_seconds(spoke.seconds)
        if wait > LONG_WAIT_SECONDS:
            await self._given.client.text(self._address, words.LISTENING.format(seconds=round(wait)))
        context = context_of(await self._question(chat))
        try:
            async with self._given.client.at_work(self._address):
                audio = await self._given.client.download(spoke.file_id)
                note = await self._given.recogniser.hear(audio, context)
        except SaysoError as error:
            log.warning("note_not_heard", error=error.code)
            return self._sorry(_SOUND_WORDS.get(error.code, words.NOT_A_SOUND), chat)
        if not note.text:
            return self._sorry(words.NOT_MADE_OUT if note.doubtful else words.NO_WORDS, chat)
        return self._heard(spoke, chat, note, audio, await self._amended(chat))

    async def _heard(self, spoke: Spoke, chat: Chat, note: HeardNote, audio: bytes, amends: str) -> None:
        keys = under_note(spoke.shown_id, by_voice=chat.by_voice)
        shown = words.HEARD.format(text=note.text)
        await self._given.client.text(self._address, shown, keys, answers=spoke.shown_id)
        await self._turn(chat, spoke, note.text, amends=amends, note=note)
        if not note.second:
            self._given.background(self._again(chat.conversation_id, spoke.message_id, audio))

    async def _again(self, conversation_id: str, message_id: str, audio: bytes) -> None:
        """The second pass, beside the talk."""
        if self._given.recogniser is None:
            return
        second = await self._given.recogniser.hear_again(audio)
        if second is not None and second.text:
            await self._given.handler.hear_again(conversation_id, message_id, second.text, second.hearing)

    # -- commands and buttons ---------------------------------------------------------------------------------

    async def _command(self, command: Command, chat: Chat) -> None:
        match command.name:
            case "start":
                await self._start(command, chat)
            case "help":
                await self._given.client.text(self._address, words.HELP)
            case "voice":
                await self._switch_voice(chat, by_voice=not chat.by_voice)
            case "stop" if chat.conversation_id:
                await self._turn(chat, command, "stop")
            case _:
                await self._again_or_help(chat)

    async def _start(self, command: Command, chat: Chat) -> None:
        if command.rest:
            await self._by_code(command.rest)
            return
        last = await self._given.handler.last_prompts(chat.conversation_id) if chat.conversation_id else None
        if last is not None and not last.done and last.prompts:
            await self._given.client.prompts(self._address, last.prompts)
            return
        await self._choose("")

    async def _by_code(self, code: str) -> None:
        invitation = await self._given.store.invitation(code)
        if invitation is None:
            await self._given.client.text(self._address, words.CODE_WRONG)
            return
        await self._begin(invitation.service, invitation.preferred_name, invitation.resume_code)

    async def _choose(self, text: str) -> None:
        """Before a talk: the service is chosen, unless there is only one."""
        services = await self._given.store.services()
        chosen = [service for service in services if service.name.casefold() == text.strip().casefold()]
        if not services:
            await self._given.client.text(self._address, words.INVITED_ONLY)
        elif chosen or len(services) == 1:
            await self._begin((chosen or list(services))[0].id)
        else:
            said = words.CHOOSE_AGAIN if text else words.CHOOSE
            await self._given.client.text(self._address, said, choice_keys([service.name for service in services]))

    async def _begin(self, service: str, preferred_name: str = "", resume_code: str = "") -> None:
        reply = await self._given.handler.start(
            service=service,
            channel=CHANNEL,
            preferred_name=preferred_name,
            resume_code=resume_code,
            identity=f"{CHANNEL}:{self._address}",
        )
        chat = await self._given.store.chat(self._address)
        chat = replace(chat, conversation_id=reply.conversation_id, amends="")
        await self._given.store.keep(self._address, chat)
        how = f"{words.HOW_TO} {words.PRIVATE}"
        await self._given.client.text(self._address, how, voice_choice(by_voice=chat.by_voice))
        await self._answer(reply)

    async def _pressed(self, pressed: Pressed, chat: Chat) -> None:
        await self._given.client.acknowledge(pressed.query_id)
        if pressed.data in {VOICE_ON, VOICE_OFF}:
            await self._switch_voice(chat, by_voice=pressed.data == VOICE_ON)
        elif pressed.data.startswith(AMEND) and pressed.data.removeprefix(AMEND).isdecimal():
            amends = message_id_of(self._address, int(pressed.data.removeprefix(AMEND)))
            await self._given.store.keep(self._address, replace(chat, amends=amends))
            await self._given.client.text(self._address, words.SAY_AGAIN)

    async def _switch_voice(self, chat: Chat, *, by_voice: bool) -> None:
        if by_voice and self._given.speaker is None:
            await self._given.client.text(self._address, words.NO_VOICE)
            return
        chat = replace(chat, by_voice=by_voice)
        await self._given.store.keep(self._address, chat)
        await self._given.client.text(self._address, words.SPEAKS_NOW if by_voice else words.TEXT_NOW)
        if by_voice and chat.conversation_id:
            await self._speak((await self._given.handler.last_prompts(chat.conversation_id)).prompts, chat)

    # -- ways on ----------------------------------------------------------------------------------------------

    async def _unsupported(self, chat: Chat) -> None:
        await self._sorry(words.ONLY_WORDS, chat)

    async def _sorry(self, said: str, chat: Chat) -> None:
        """A kind word, and the question again where there is one."""
        await self._given.client.text(self._address, said)
        await self._again_or_help(chat)

    async def _again_or_help(self, chat: Chat) -> None:
        if not chat.conversation_id:
            await self._choose("")
            return
        question = await self._question(chat)
        if question is None:
            await self._given.client.text(self._address, words.OVER)
        else:
            await self._given.client.prompts(self._address, (question,))

    async def _question(self, chat: Chat) -> Prompt | None:
        """The question that waits; None when the talk is over."""
        last = await self._given.handler.last_prompts(chat.conversation_id)
        return last.prompts[-1] if last.prompts and not last.done else None

    async def went_wrong(self) -> None:
        """Says that something failed, where even that can be said."""
        try:
            await self._given.client.text(self._address, words.WENT_WRONG)
        except TelegramError:
            log.warning("telegram_unreachable")


def _same(reply: Reply, sent: Reply | None) -> bool:
    return sent is not None and reply.prompts == sent.prompts


def _over() -> Prompt:
    """What is said in a conversation whose words are erased."""
    return Prompt("telegram.over", words.OVER, Expects.NONE, Purpose.CLOSING)
