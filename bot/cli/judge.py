"""Commands that judge: JSON Lines in, JSON Lines out, so that anybody can measure Sayso on their own data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.app import Understood, analysis, redactor, start_nlu
from bot.cli.shared import told
from bot.evaluation.commands import analyse_row, screen_row, understand_row
from bot.evaluation.evaluate import as_json, evaluate, show
from bot.evaluation.measures import Report
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


@asynccontextmanager
async def _parsing() -> AsyncIterator[Callable[[Row], Awaitable[Row]]]:
    """Understands rows; the nlu server is started by the first one."""
    parser = Understood()
    starting = asyncio.Lock()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(parser.close)

        async def understood(row: Row) -> Row:
            async with starting:
                if parser.endpoint is None:
                    await start_nlu(load_settings(), parser, stack, told)
            return await understand_row(row, parser)

        yield understood


async def _analysed(row: Row) -> Row:
    return await analyse_row(row, analysis())


async def _screened(row: Row) -> Row:
    return await screen_row(row, screen, redactor())


def understand(source: Source = "-", out: Target = "-", parallel: Annotated[int, typer.Option(min=1)] = 4) -> None:
    """Understand acts. Rows: {id, text, context, context_kind} → {id, act, confidence, value}."""

    async def work() -> int:
        async with _parsing() as understood:
            return await map_rows(source, out, understood, parallel=parallel)

    _finish(asyncio.run(work()))


def analyse(source: Source = "-", out: Target = "-") -> None:
    """Find and code the points of answers. Rows: {id, text, question} → {id, points, kinds, themes, sentiment}."""
    _finish(asyncio.run(map_rows(source, out, _analysed, parallel=1)))


def screen_command(source: Source = "-", out: Target = "-") -> None:
    """Screen for danger and concern, and hide identities. Rows: {id, text} → {id, level, type, redacted, ...}."""
    _finish(asyncio.run(map_rows(source, out, _screened, parallel=1)))


def evaluate_command(
    source: Source,
    kind: Annotated[str | None, typer.Option(help="acts, feedback, safeguarding or privacy; else found out.")] = None,
    gold: Annotated[Path | None, typer.Option(help="A file with the labels, where SOURCE holds predictions.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Compare predictions with labels; rows without predictions are predicted first."""

    async def work() -> tuple[Report, int]:
        async with _parsing() as understood:
            predictors = {
                "acts": understood,
                "feedback": _analysed,
                "safeguarding": _screened,
                "privacy": _screened,
            }
            return await evaluate(source, kind=kind, gold=gold, predictors=predictors)

    report, code = asyncio.run(work())
    if json:
        typer.echo(as_json(report))
    else:
        show(report, Console())
    _finish(code)


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
