"""`make demo`: a real conversation becomes contributions, in front of your eyes."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.app import App, open_app
from bot.cli.run import serve_pages
from bot.cli.spoken import VoiceNotes
from bot.evaluation.people import Persona
from bot.evaluation.play import Stage, play
from bot.evaluation.played import Played
from bot.evaluation.rows import Faults, read_rows
from bot.evaluation.simulate import RecordsReader, read_personas
from bot.samples.sample_data import load_sample_data
from bot.settings import load_settings
from bot.speech import Speech, open_speech
from dialogues.types import Prompt, TurnHandler

PEOPLE = Path(__file__).resolve().parents[1] / "samples" / "people.jsonl"
SPEAKS = "D2"
"""Who of them sends voice notes."""
PAUSE_SECONDS = 0.25
"""Between turns on a terminal, so that the talk can be read; none in a script."""


async def play_demo(*, stay: bool, port: int | None, tell: Callable[[str], None]) -> None:
    """Plays the sample people, shows what became of it, then serves the pages.

    Args:
        stay: False ends after the play.
        port: Port for the pages; None for the setting.
        tell: Told of progress.
    """
    console = Console()
    with tempfile.TemporaryDirectory(prefix="sayso-demo-") as folder:
        overrides = {"port": port} if port else {}
        settings = load_settings(
            data_folder=Path(folder),
            database_url="",
            demo=True,
            alerts="",
            organisation="Keighley Home Support",
            **overrides,
        )
        async with open_app(settings, progress=tell) as app:
            console.print("\nThree people of ours talk with Sayso. The words are invented; everything else is real.\n")
            async with open_speech(settings, app.script) as speech:
                for persona in read_personas(PEOPLE, Faults()):
                    await _one(app, persona, console, speech if persona.persona_id == SPEAKS else None)
            if stay:
                await _serve(app, console)


async def _one(app: App, persona: Persona, console: Console, speech: Speech | None) -> None:
    about = _profiles()[persona.persona_id]
    console.rule(f"[bold]{about['name']}[/], {about['age']}, {about['setting']}: {about['manner_of_speech']}")

    async def slowly() -> None:
        await asyncio.sleep(PAUSE_SECONDS if sys.stdout.isatty() else 0)

    def show(persona_id: str, speaker: str, words: str, prompt: Prompt | None) -> None:
        sayso = speaker == "bot"
        who = "Sayso" if sayso else persona.name
        console.print(Text(f"{who:>9}: ", style="cyan" if sayso else "bold") + Text(words))

    def heard(line: str) -> None:
        console.print(Text(f"{'':>11}({line})", style="dim italic"))

    handler: TurnHandler = app.engine
    if speech is not None and speech.note_recogniser is not None and speech.note_speaker is not None:
        console.print(f"{persona.name} speaks: a machine voice reads the longer answers, and they are really heard.\n")
        handler = VoiceNotes(app.engine, speech.note_recogniser, speech.note_speaker, heard)
    for lack in speech.missing if speech is not None else ():
        console.print(f"[yellow]{lack}[/] Until then {persona.name} types.\n", highlight=False)
    stage = Stage(handler, RecordsReader(app.records), on_turn=show, clock=app.clock)
    played = await play(persona, stage)
    await slowly()
    console.print(_contributions(played))


def _profiles() -> dict[str, dict[str, Any]]:
    """Who the sample people are."""
    return {row["id"]: row["profile"] for _, row in read_rows(PEOPLE, Faults())}


def _contributions(played: Played) -> Panel:
    table = Table("quote", "kind", "theme", "feeling", "beans", "status", expand=True, show_lines=True)
    for row in played.contribution_rows():
        table.add_row(
            Text(f'"{row["quote"]}"'),
            ", ".join(row["kinds"]),
            ", ".join(theme.replace("_", " ") for theme in row["themes"]),
            row["sentiment"],
            "" if row["beans"] is None else str(row["beans"]),
            row["status"],
        )
    return Panel(table, title="What became of it", border_style="green")


async def _serve(app: App, console: Console) -> None:
    counts = await load_sample_data(app.database)
    address = f"http://{app.settings.host}:{app.settings.port}"
    console.print(
        Panel(
            f"Talk with Sayso yourself:     [bold]{address}/talk[/]\n"
            f"What a provider sees:         [bold]{address}/provider[/]\n\n"
            f"The provider's page shows {counts.contributions} sample contributions of {counts.people} invented "
            "people, marked as such.\nNothing of this demo is kept. Ctrl-C stops it.",
            title="Now look for yourself",
            border_style="blue",
        )
    )
    await serve_pages(app)
