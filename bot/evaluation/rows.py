"""The JSON Lines contract: a bad line is reported with its number, the rest goes on, order is kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.evaluation.fields import Row, RowError
from dialogues.errors import SaysoError

Work = Callable[[Row], Awaitable[Row]]
STANDARD = "-"
"""Stands for standard input or output."""


@dataclass(slots=True)
class Faults:
    """Reports bad lines on standard error and remembers that there were some."""

    console: Console = field(
        default_factory=lambda: Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    )
    lines: list[int] = field(default_factory=list)

    def report(self, line: int, error: Exception) -> None:
        """Says which line was left out and why; never what it holds."""
        self.lines.append(line)
        why = error.message if isinstance(error, SaysoError) else f"It could not be handled ({type(error).__name__})."
        self.console.print(f"Line {line}: {why}")

    @property
    def exit_code(self) -> int:
        """1 where a line was bad, else 0."""
        return 1 if self.lines else 0


def parse_line(line: bytes) -> Row:
    """One line as an object.

    Raises:
        RowError: Where it is not UTF-8, no JSON, or no object.
    """
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise RowError("It is not UTF-8. Save the file as UTF-8.") from None
    except (ValueError, RecursionError):
        raise RowError("It is not JSON. Put one JSON object on each line.") from None
    if not isinstance(value, dict):
        raise RowError("It is not a JSON object. Put one JSON object on each line.")
    return value


def dump_line(row: Row) -> str:
    """A row as one line with its line end; characters as they are wherever UTF-8 can hold them."""
    line = json.dumps(row, ensure_ascii=False, separators=(", ", ": "))
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(row)
    return f"{line}\n"


def read_rows(source: str | Path, faults: Faults) -> list[tuple[int, Row]]:
    """All good rows with their line numbers; bad lines are reported.

    Raises:
        SaysoError: `file_unreadable`.
    """
    rows = []
    with _reading(source) as lines:
        for number, line in _numbered(lines):
            try:
                rows.append((number, parse_line(line)))
            except RowError as error:
                faults.report(number, error)
    return rows


def write_rows(target: Path, rows: Iterable[Row]) -> None:
    """Writes a whole file, or nothing of it."""
    with writing(target) as out:
        out.writelines(dump_line(row) for row in rows)


async def map_rows(source: str | Path, target: str | Path, work: Work, *, parallel: int = 4) -> int:
    """Maps each row of a file to a row of another, in the same order.

    Args:
        source: A path, or `-` for standard input.
        target: A path, or `-` for standard output. A file appears whole, at the end.
        work: Makes the output row; a `SaysoError` of it makes the line a bad one.
        parallel: Rows under way at a time, from 1.

    Returns:
        The exit code: 1 where a line was bad, else 0.

    Raises:
        SaysoError: `file_unreadable`, `file_unwritable`.
    """
    faults = Faults()
    waiting: deque[tuple[int, asyncio.Task[Row]]] = deque()
    with _reading(source) as lines, writing(target) as out, progress("rows") as advance:
        numbered = _numbered(lines)
        try:
            while (item := await asyncio.to_thread(next, numbered, None)) is not None:
                waiting.append((item[0], asyncio.create_task(_worked(work, item[1]))))
                if len(waiting) >= max(1, parallel):
                    await _finish(waiting, out, faults)
                    advance()
            while waiting:
                await _finish(waiting, out, faults)
                advance()
        finally:
            for _, task in waiting:
                task.cancel()
    return faults.exit_code


async def _worked(work: Work, line: bytes) -> Row:
    return await work(parse_line(line))


async def _finish(waiting: deque[tuple[int, asyncio.Task[Row]]], out: IO[str], faults: Faults) -> None:
    number, task = waiting.popleft()
    try:
        row = await task
    except Exception as error:
        faults.report(number, error)
        return
    out.write(dump_line(row))
    out.flush()


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines from 1, without the empty ones."""
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip(b" \t\r\n\xef\xbb\xbf"))


@contextmanager
def _reading(source: str | Path) -> Iterator[Iterable[bytes]]:
    if str(source) == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        opened = Path(source).open("rb")  # noqa: SIM115 - closed below; only the opening may fail with this message
    except OSError:
        raise SaysoError("file_unreadable", f"I cannot read {source}. Check the path.") from None
    with opened:
        yield opened


@contextmanager
def writing(target: str | Path) -> Iterator[IO[str]]:
    """Standard output for `-`, else a file that replaces the old one only when all went well."""
    if str(target) == STANDARD:
        yield sys.stdout
        return
    path = Path(target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError:
        raise SaysoError("file_unwritable", f"I cannot write {path}. Check the path.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            yield out
        Path(name).chmod(0o600)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


@contextmanager
def progress(what: str, total: int | None = None, *, shown: bool = True) -> Iterator[Callable[[], Any]]:
    """A bar on standard error where that is a terminal; gives what moves it on by one."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
