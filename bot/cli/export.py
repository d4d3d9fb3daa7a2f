"""The command that hands out what was heard: `sayso export`."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.app import utc_now
from bot.cli.phone_plan import WHO
from bot.cli.shared import stderr
from bot.exports import Exports, Format, whole_file
from bot.insights import Filters
from bot.settings import Settings, load_settings
from bot.storage.database import Database
from dialogues.errors import SaysoError
from dialogues.script import default_script
from nlu.analysis.frame import Frame, load_frame
from nlu.analysis.points import FRAME


def export(
    out: Annotated[str, typer.Option("--out", "-o", help="Where to write; - is standard output.")] = "-",
    format: Annotated[Format, typer.Option(help="For spreadsheets, Excel, programs, or health records.")] = Format.CSV,
    service: Annotated[str | None, typer.Option(help="One service; all by default.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the whole month is taken.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; the whole month is taken.")
    ] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Start CSV with a byte order mark, as Excel likes it.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the quotes that may be shown, through the same rules as the provider's page.

    The file is for you alone (rights 0600) and appears when it is whole. Each export is noted in the audit.
    """
    if since and until and since > until:
        raise SaysoError("period_reversed", "The first day is after the last day. Swap --from and --to.")
    if out == "-" and format is Format.XLSX and sys.stdout.isatty():
        raise SaysoError("export_to_terminal", "A terminal cannot show Excel files. Name a file with --out.")
    filters = Filters(service, since and since.date(), until and until.date())
    with _target(out, force) as file:
        quotes = asyncio.run(_export(format, file, filters, bom=bom))
    told = "1 quote" if quotes == 1 else f"{quotes:,} quotes"
    stderr.print(f"{told}{'' if out == '-' else f': {out}'}", highlight=False, markup=False)


@contextmanager
def _target(out: str, force: bool) -> Iterator[BinaryIO]:
    if out != "-":
        with whole_file(Path(out), force=force) as file:
            yield file
        return
    with tempfile.TemporaryFile() as file:
        yield file
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


async def _export(format: Format, file: BinaryIO, filters: Filters, *, bom: bool) -> int:
    settings = load_settings()
    database = await Database.open(settings.database)
    try:
        exports = Exports(
            database,
            utc_now,
            names={theme: entry.plain for theme, entry in _frame(settings).themes.items()},
            wording=default_script().version,
            trust_redaction=settings.trust_redaction,
        )
        with _bar() as bar:
            task = bar.add_task("Quotes", total=None)
            return await exports.write(
                format,
                file,
                filters,
                asked_by=WHO,
                bom=bom,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    finally:
        await database.close()


def _frame(settings: Settings) -> Frame:
    own = settings.coding_folder / FRAME
    return load_frame(own if own.exists() else None)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal)


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(export)
