"""Commands that judge: JSON Lines in, JSON Lines out, so that anybody can measure Sayso on their own data."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.app import Tools, Understood, start_nlu, tools
from bot.cli.shared import told
from bot.evaluation.commands import analyse_row, screen_row, understand_row
from bot.evaluation.evaluate import as_json, evaluate, show
from bot.evaluation.rows import map_rows
from bot.safeguarding import screen
from bot.settings import load_settings
from dialogues import checker

Row = dict[str, Any]
Source = Annotated[str, typer.Argument(help="A JSON Lines file, or - for standard input.")]
Target = Annotated[str, typer.Option("--out", "-o", help="Where to write; - is standard output.")]


def _finish(code: int) -> None:
    if code:
        raise typer.Exit(code)


async def _with_parser(work: Callable[[Understood], Awaitable[int]]) -> int:
    parser = Understood()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(parser.close)
        await start_nlu(load_settings(), parser, stack, told)
        return await work(parser)


def understand(source: Source = "-", out: Target = "-", parallel: Annotated[int, typer.Option(min=1)] = 4) -> None:
    """Understand acts. Rows: {id, text, context, context_kind} → {id, act, confidence, value}."""

    async def work(parser: Understood) -> int:
        return await map_rows(source, out, lambda row: understand_row(row, parser), parallel=parallel)

    _finish(asyncio.run(_with_parser(work)))


def analyse(source: Source = "-", out: Target = "-") -> None:
    """Find and code the points of answers. Rows: {id, text, question} → {id, points, kinds, themes, sentiment}."""
    analysis = tools().analysis
    _finish(asyncio.run(map_rows(source, out, lambda row: analyse_row(row, analysis), parallel=1)))


def screen_command(source: Source = "-", out: Target = "-") -> None:
    """Screen for danger and concern, and hide identities. Rows: {id, text} → {id, level, type, redacted, ...}."""
    redactor = tools().redactor
    _finish(asyncio.run(map_rows(source, out, lambda row: screen_row(row, screen, redactor), parallel=1)))


def evaluate_command(
    source: Source,
    kind: Annotated[str | None, typer.Option(help="acts, feedback, safeguarding or privacy; else found out.")] = None,
    gold: Annotated[Path | None, typer.Option(help="A file with the labels, where SOURCE holds predictions.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Compare predictions with labels; rows without predictions are predicted first."""

    async def work(parser: Understood) -> int:
        heavy: Tools = tools()
        report, code = await evaluate(
            source,
            kind=kind,
            gold=gold,
            predictors={
                "acts": lambda row: understand_row(row, parser),
                "feedback": lambda row: analyse_row(row, heavy.analysis),
                "safeguarding": lambda row: screen_row(row, screen, heavy.redactor),
                "privacy": lambda row: screen_row(row, screen, heavy.redactor),
            },
        )
        if json:
            typer.echo(as_json(report))
        else:
            show(report, Console())
        return code

    _finish(asyncio.run(_with_parser(work)))


def check() -> None:
    """Check all dialogue files: form, references, wording, and that no state is a dead end."""
    _finish(checker.run_check(typer.echo))


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(understand)
    app.command()(analyse)
    app.command("screen")(screen_command)
    app.command("evaluate")(evaluate_command)
    app.command()(check)
