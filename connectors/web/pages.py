"""Turns replies into what the chat page shows: messages, buttons, helpers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialogues.types import Expects, Prompt, Purpose, Reply, Voice

TEMPLATES_FOLDER = Path(__file__).parent / "templates"
STATIC_FOLDER = Path(__file__).parent / "static"

ALL_BEANS = 10
SCALE = range(1, 6)

HELPERS: Mapping[str, str] = {
    "again": "Say that again",
    "why": "Why do you ask?",
    "skip": "Skip",
    "stop": "Stop",
}
"""The helpers under every question, by the name of their button; the words are what is said to Sayso."""

VOICES: Mapping[Voice, str] = {
    Voice.OWN: "My own words",
    Voice.RELAYED: "I type what they say",
    Voice.INTERPRETED: "I translate what they say",
    Voice.PROXY: "I speak for them",
}

SAYSO_SPEAKERS = frozenset({"sayso", "bot", "system"})


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said, on the page. `is_latest` marks the first thing Sayso said last."""

    is_sayso: bool
    text: str
    is_latest: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """The buttons under a question; `is_numbers` sets them in a row of small squares."""

    labels: tuple[str, ...]
    is_numbers: bool


def choices(reply: Reply) -> Choices:
    """The buttons for the question that the last prompt carries."""
    if not reply.prompts:
        return Choices((), False)
    prompt = reply.prompts[-1]
    labels = tuple(option.label for option in prompt.options) or _numbers(prompt)
    return Choices(labels, bool(labels) and all(label.isdecimal() for label in labels))


def _numbers(prompt: Prompt) -> tuple[str, ...]:
    if prompt.expects is Expects.BEANS:
        return tuple(str(n) for n in range(ALL_BEANS + 1))
    if prompt.expects is Expects.SCALE:
        return tuple(str(n) for n in SCALE)
    return ()


def messages(transcript: Sequence[tuple[str, str]], reply: Reply) -> list[Message]:
    """The whole conversation; the last prompts alone where there is no transcript."""
    pairs = [(speaker.lower() in SAYSO_SPEAKERS, text) for speaker, text in transcript if text]
    return mark_latest([Message(*pair) for pair in pairs] or new_messages("", reply))


def new_messages(said: str, reply: Reply) -> list[Message]:
    """What one turn adds to the page."""
    answered = " ".join(prompt.text for prompt in reply.prompts)
    spoken = [Message(is_sayso=False, text=said), Message(is_sayso=True, text=answered)]
    return [message for message in spoken if message.text]


def mark_latest(shown: Sequence[Message]) -> list[Message]:
    """Marks the first of the machine's last messages, where reading goes on."""
    first = len(shown)
    while first and shown[first - 1].is_sayso:
        first -= 1
    return [Message(m.is_sayso, m.text, is_latest=index == first) for index, m in enumerate(shown)]


def is_safety(reply: Reply) -> bool:
    """True when the last words were about danger: then the page offers help instead of thanks."""
    return bool(reply.prompts) and reply.prompts[-1].purpose is Purpose.SAFETY


def environment(*more_folders: Path) -> Environment:
    """Templates of the web chat, and of further folders that build on its base page; everything is escaped."""
    folders = [*more_folders, TEMPLATES_FOLDER]
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(env: Environment, template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Renders a page that no cache keeps: a shared tablet must not show the last person's words."""
    html = env.get_template(template).render(values)
    return HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})


def version(*folders: Path) -> str:
    """Changes with the files, so that a browser takes up a new style or script at once."""
    return str(max(int(file.stat().st_mtime) for folder in folders for file in folder.iterdir()))
