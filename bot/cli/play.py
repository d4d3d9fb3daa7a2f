"""Commands that play people: simulate, demo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.demo import play_demo
from bot.cli.shared import app_aside, told
from bot.evaluation.play import Stage
from bot.evaluation.simulate import RecordsReader, simulate

ROOT = Path(__file__).resolve().parents[2]
OWN_PEOPLE = ROOT / "tests" / "evaluation" / "heldout" / "personas.jsonl"


def simulate_command(
    personas: Annotated[str, typer.Option(help="JSON Lines of simulated people; - is standard input.")] = str(
        OWN_PEOPLE
    ),
    out: Annotated[Path, typer.Option(help="Folder for transcripts, contributions, alerts and the summary.")] = Path(
        "simulation"
    ),
    parallel: Annotated[int, typer.Option(min=1, help="Conversations at a time.")] = 4,
) -> None:
    """Let simulated people talk with the real engine, and measure what became of what they said."""
    _finish(asyncio.run(_simulate(personas, out, parallel)))


async def _simulate(personas: str, out: Path, parallel: int) -> int:
    async with app_aside() as app:
        stage = Stage(app.engine, RecordsReader(app.records), clock=app.clock)
        figures, code = await simulate(personas, out, stage, parallel=parallel)
    table = Table("figure", "value", title=f"{out}")
    for name, value in figures.items():
        if not isinstance(value, list | dict):
            table.add_row(name.replace("_", " "), f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)
    return code


def demo(
    exit: Annotated[bool, typer.Option("--exit", help="End after the play; for scripts.")] = False,
    port: Annotated[int | None, typer.Option(help="Port for the pages.")] = None,
) -> None:
    """Three people talk with Sayso; then the web chat and the provider's page are served, with sample data."""
    asyncio.run(play_demo(stay=not exit, port=port, tell=told))


def _finish(code: int) -> None:
    if code:
        raise typer.Exit(code)


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("simulate")(simulate_command)
    app.command()(demo)
