"""The terminal conversation, line by line."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Sequence

import pytest
from rich.console import Console
from talking import CODE, SCRIPT, FakeHandler

from connectors.console import chat, option_hints, spoken_option
from connectors.console_lines import ReadLine, stdin_lines
from dialogues.errors import SaysoError
from dialogues.types import Voice


def typed(lines: Sequence[str | BaseException]) -> ReadLine:
    """A keyboard: gives the lines in turn, raises what is to be raised, then ends."""
    left = list(lines)

    async def read_line() -> str | None:
        if not left:
            return None
        line = left.pop(0)
        if isinstance(line, BaseException):
            raise line
        return line

    return read_line


async def run(handler: FakeHandler, *lines: str | BaseException, **more: str) -> tuple[bool, str]:
    screen = Console(file=io.StringIO(), width=80, highlight=False)
    took_place = await chat(
        handler, service="home", resume_code=handler.resume_code, console=screen, read_line=typed(lines), **more
    )
    return took_place, " ".join(screen.file.getvalue().split())


@pytest.fixture
def handler() -> FakeHandler:
    return FakeHandler()


async def test_a_whole_conversation(handler: FakeHandler) -> None:
    took_place, shown = await run(handler, "yes", "Meals", "They come at four.", "7", "That is right", "never read")
    assert took_place
    assert [turn.text for turn in handler.turns] == ["yes", "Meals", "They come at four.", "7", "That is right"]
    assert {turn.channel for turn in handler.turns} == {"console"}
    assert "within twenty working days" in shown


async def test_options_are_told_before_their_keys_and_a_key_says_its_option(handler: FakeHandler) -> None:
    _, shown = await run(handler, "1", "2")
    assert "for yes, type 1" in shown
    assert "for the people who help me, type 1" in shown
    assert [turn.text for turn in handler.turns] == ["Yes", "Meals"]


@pytest.mark.parametrize(("line", "said"), [("1", "Yes"), ("2", "No"), ("3", "3"), ("11", "11"), ("yes", "yes")])
def test_only_a_key_alone_is_an_option(line: str, said: str) -> None:
    assert spoken_option(line, SCRIPT[0]) == said


def test_numbers_stay_numbers_under_beans() -> None:
    assert spoken_option("1", SCRIPT[3]) == "1"
    assert spoken_option("1", None) == "1"
    assert option_hints(SCRIPT[3]) == []


async def test_commands_are_the_consoles_own(handler: FakeHandler) -> None:
    _, shown = await run(handler, "/help", "/HELP", "/again", "/voice", "/voice loud", "", "   ", "/quit", "not read")
    assert handler.turns == []
    assert shown.count("Would you like to take part?") == 2
    assert "says whose words you type" in shown
    assert "Please type /voice own" in shown
    assert "Please type something" in shown


@pytest.mark.parametrize("line", ["/unknown", "/helpme", "/", "they never stop to talk", "quit", "<b>", "[bold]x[/]"])
async def test_anything_else_is_an_answer(handler: FakeHandler, line: str) -> None:
    await run(handler, line)
    assert [turn.text for turn in handler.turns] == [line]


async def test_the_voice_changes_what_follows(handler: FakeHandler) -> None:
    await run(handler, "yes", "/voice proxy", "Meals", "/voice own", "Hot ones")
    assert [turn.voice for turn in handler.turns] == [Voice.OWN, Voice.PROXY, Voice.OWN]


@pytest.mark.parametrize("end", ["/quit", KeyboardInterrupt(), asyncio.CancelledError(), None])
async def test_leaving_is_kind_and_says_the_code(handler: FakeHandler, end: str | BaseException | None) -> None:
    lines = ["yes"] if end is None else ["yes", end]
    took_place, shown = await run(handler, *lines)
    assert took_place
    assert "We stop here for now." in shown
    assert CODE in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RuntimeError("Winnie said it"), "Something went wrong."),
        (SaysoError("database_busy", "Please try again.", permanent=False), "Please try again."),
    ],
)
async def test_a_fault_is_told_and_the_talk_goes_on(handler: FakeHandler, failure: BaseException, words: str) -> None:
    screen = Console(file=io.StringIO(), width=80)
    lines = iter(["yes", "yes", None])

    async def read_line() -> str | None:
        if not handler.turns and not screen.file.getvalue().count(words):
            handler.failures.append(failure)
        return next(lines)

    assert await chat(handler, service="home", console=screen, read_line=read_line)
    assert words in screen.file.getvalue()
    assert "Winnie said it" not in screen.file.getvalue()
    assert [turn.text for turn in handler.turns] == ["yes"]


async def test_a_start_that_fails_is_told(handler: FakeHandler) -> None:
    took_place, shown = await run(handler, taking_up="NOPE-NOPE")
    assert not took_place
    assert "We do not know that code." in shown


async def test_a_code_takes_the_talk_up(handler: FakeHandler) -> None:
    await run(handler, "yes")
    _, shown = await run(handler, taking_up=CODE)
    assert "What would you like to talk about?" in shown


async def test_words_are_shown_as_they_are(handler: FakeHandler) -> None:
    _, shown = await run(handler, "[red]cold dinners[/red]", "/again")
    assert "[red]cold dinners[/red]" in shown


async def test_lines_come_from_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, "yes\r\nit’s cold\n".encode() + b"\xff broken\nlast without end")
    os.close(writing)
    read_line = stdin_lines(reading)
    lines = [await read_line() for _ in range(6)]
    os.close(reading)
    assert lines == ["yes", "it’s cold", "\ufffd broken", "last without end", None, None]


async def test_a_line_in_two_parts_is_one_line() -> None:
    reading, writing = os.pipe()
    read_line = stdin_lines(reading)
    first = asyncio.ensure_future(read_line())
    word = "café\n".encode()
    for part in (word[:4], word[4:]):
        os.write(writing, part)
        await asyncio.sleep(0)
    assert await first == "café"
    os.close(writing)
    assert await read_line() is None
    os.close(reading)
