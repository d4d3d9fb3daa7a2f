"""A typed conversation in a terminal, for trying Sayso out and for volunteers at a keyboard."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from connectors.console_lines import ReadLine, stdin_lines
from connectors.questions import spoken_option
from dialogues.errors import SaysoError
from dialogues.types import Expects, Prompt, Reply, Turn, TurnHandler, Voice

CHANNEL = "console"
TURN_TIMEOUT_SECONDS = 30.0
WIDEST_COLUMNS = 80

HELP = """These work at any time:
  /again    shows the last question once more
  /voice    says whose words you type: own, relayed, interpreted or proxy
  /quit     leaves; you can carry on later
  /help     shows this
Anything else is your answer. You can also type: skip, why do you ask, stop."""
VOICES = "Please type /voice own, /voice relayed, /voice interpreted or /voice proxy."
WENT_WRONG = "Something went wrong. Please type that again."
START_FAILED = "We could not start just now. Please try again in a minute."

ResumeCode = Callable[[str], Awaitable[str | None]]
"""Gives the code that takes a conversation up again, or None where there is none to show."""


async def chat(
    handler: TurnHandler,
    *,
    service: str,
    preferred_name: str = "",
    taking_up: str = "",
    resume_code: ResumeCode | None = None,
    console: Console | None = None,
    read_line: ReadLine | None = None,
) -> bool:
    """Talks until the conversation is over or the person leaves. Leaving by any key is kind, never an error.

    Args:
        handler: Answers the turns.
        service: The service to talk about.
        preferred_name: How the person likes to be called; empty when not given.
        taking_up: The code of an earlier conversation to carry on with; empty for a new one.
        resume_code: Gives the code to carry on later; asked once, right after the start.
        console: Where to write; the terminal by default.
        read_line: Gives the next line, None at the end; standard input by default.

    Returns:
        True when a conversation took place, False when none could be opened.
    """
    screen = console or default_console()
    talk = _Talk(handler, screen, read_line or stdin_lines(), resume_code)
    try:
        return await talk.run(service, preferred_name, taking_up)
    except (asyncio.CancelledError, KeyboardInterrupt):
        talk.say_leaving()
        return talk.is_open


class _Talk:
    def __init__(
        self, handler: TurnHandler, screen: Console, read_line: ReadLine, resume_code: ResumeCode | None
    ) -> None:
        self._handler = handler
        self._screen = screen
        self._read_line = read_line
        self._resume_code = resume_code
        self._conversation_id = ""
        self._code = ""
        self._voice = Voice.OWN
        self._question: Prompt | None = None

    @property
    def is_open(self) -> bool:
        return bool(self._conversation_id)

    async def run(self, service: str, preferred_name: str, taking_up: str) -> bool:
        reply = await self._waiting(
            self._handler.start(service=service, channel=CHANNEL, preferred_name=preferred_name, resume_code=taking_up),
            START_FAILED,
        )
        if reply is None:
            return False
        self._conversation_id = reply.conversation_id
        self._code = taking_up or await self._ask_code()
        self._note("Type your answer and press Enter. Type /help for help.")
        self._show(reply)
        while not reply.done:
            line = await self._next_line()
            if line is None or line.strip().lower() == "/quit":
                self.say_leaving()
                return True
            reply = await self._take(line.strip()) or reply
        self._say_code("If you stopped for a rest, come back with the code")
        return True

    async def _next_line(self) -> str | None:
        self._screen.print(Text("You: ", style="bold"), end="")
        line = await self._read_line()
        if not sys.stdin.isatty():  # piped lines are shown, so that the output reads as a conversation
            self._screen.print(Text(line or ""))
        return line

    async def _take(self, line: str) -> Reply | None:
        """Runs a console command, or hands the line on; gives the reply where there is one."""
        command, _, rest = line.partition(" ")
        match command.lower():
            case "":
                self._note("Please type something. Or type skip.")
            case "/help":
                self._note(HELP)
            case "/again":
                await self._show_again()
            case "/voice":
                self._set_voice(rest.strip().lower())
            case _:
                return await self._answer(line)
        return None

    async def _answer(self, line: str) -> Reply | None:
        turn = Turn(
            self._conversation_id,
            str(uuid.uuid4()),
            spoken_option(line, self._question),
            datetime.now(UTC),
            self._voice,
            CHANNEL,
        )
        reply = await self._waiting(self._handler.handle_turn(turn), WENT_WRONG)
        if reply is not None:
            self._show(reply)
        return reply

    async def _show_again(self) -> None:
        reply = await self._waiting(self._handler.last_prompts(self._conversation_id), WENT_WRONG)
        if reply is not None:
            self._show(reply)

    def _set_voice(self, name: str) -> None:
        if name not in set(Voice):
            self._note(VOICES)
            return
        self._voice = Voice(name)
        self._note(f"From now on, what you type counts as {self._voice.value}.")

    async def _waiting(self, asked: Awaitable[Reply], failure: str) -> Reply | None:
        """Waits for a reply and shows that Sayso is busy; a fault is told in plain words, never as a traceback."""
        busy = self._screen.status("Sayso is typing") if self._screen.is_terminal else nullcontext()
        try:
            with busy:
                async with asyncio.timeout(TURN_TIMEOUT_SECONDS):
                    return await asked
        except SaysoError as error:
            self._note(error.message)
        except Exception:  # whatever fails, the person hears something they can act on
            self._note(failure)
        return None

    def _show(self, reply: Reply) -> None:
        for prompt in reply.prompts:
            self._screen.print()
            self._screen.print(Text("Sayso: ", style="bold cyan").append(prompt.text, style="not bold default"))
        if reply.prompts:
            self._question = reply.prompts[-1]
            for hint in option_hints(self._question):
                self._screen.print(Text(f"  {hint}"))
        self._screen.print()

    def _note(self, words: str) -> None:
        self._screen.print(Text(words, style="italic"))

    def say_leaving(self) -> None:
        """Says that nothing is lost, and how to carry on."""
        self._screen.print()
        if self.is_open:
            self._note("We stop here for now. Thank you for your time.")
            self._say_code("To carry on later, use the code")

    def _say_code(self, words: str) -> None:
        if self._code:
            self._screen.print(Text(f"{words} ").append(self._code, style="bold"))

    async def _ask_code(self) -> str:
        if self._resume_code is None:
            return ""
        try:
            async with asyncio.timeout(TURN_TIMEOUT_SECONDS):
                return await self._resume_code(self._conversation_id) or ""
        except Exception:  # a missing code must not spoil the conversation
            return ""


def option_hints(question: Prompt) -> list[str]:
    """How to answer with one key: "for yes, type 1"."""
    if question.expects in {Expects.BEANS, Expects.SCALE}:
        return [] if not question.options else ["type " + ", ".join(option.key for option in question.options)]
    return [f"for {option.label[:1].lower()}{option.label[1:]}, type {option.key}" for option in question.options]


def default_console() -> Console:
    """A console of a width that is easy to read."""
    screen = Console(highlight=False)
    return Console(highlight=False, width=min(screen.width, WIDEST_COLUMNS), file=sys.stdout)
