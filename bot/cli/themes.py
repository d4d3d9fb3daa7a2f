"""Commands on the coding frame: train an organisation's own coding, and measure one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.settings import load_settings
from dialogues.errors import SaysoError
from nlu.analysis.frame import Frame, load_frame
from nlu.analysis.labelled import Row, labelled_rows
from nlu.analysis.points import FRAME, HEADS
from nlu.analysis.retrain import Comparison, compared, parted, retrained
from nlu.reader.heads import Head, load_heads, save_heads
from nlu.reader.reader import shared_reader
from nlu.reader.words import shared_words

BEFORE = "coding.before.npz"
LEAST_ROWS, LEAST_HELD = 50, 20
_FIGURES = (("themes", "macro"), ("themes", "micro"), ("kinds", "macro"), ("kinds", "micro"))

themes = typer.Typer(help="Train the coding on your own labelled answers, and measure it.", no_args_is_help=True)
Rows = Annotated[
    list[Path], typer.Argument(help="Labelled answers: {text, question, kinds, themes, sentiment} a line.")
]
FrameFile = Annotated[
    Path | None, typer.Option("--frame", help="Your coding frame: definitions, examples, counter-examples.")
]


@themes.command()
def train(
    rows: Rows,
    frame: FrameFile = None,
    heldout: Annotated[
        Path | None, typer.Option(help="Labelled answers to judge by; else one row in five is held back.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A folder; else the one Sayso reads.")] = None,
) -> None:
    """Train on your rows. The old coding stays until the new one is at least as good on the held-out rows."""
    folder = out or load_settings().coding_folder
    known, start = _frame(frame, folder), _heads(folder)
    training = labelled_rows(rows, known)
    training, held = (training, labelled_rows([heldout], known)) if heldout else parted(training)
    if len(training) < LEAST_ROWS or len(held) < LEAST_HELD:
        raise SaysoError(
            "rows_few",
            f"{len(training)} rows to train on and {len(held)} to judge by: at least {LEAST_ROWS} and {LEAST_HELD}"
            " are needed. Label more answers.",
        )
    console = Console(stderr=True)
    with console.status(f"Reading {len(training)} answers and the coding frame ..."):
        new = retrained(training, known, shared_reader(), start)
        comparison = compared(held, shared_reader(), shared_words(), start, new)
    Console().print(_table(comparison))
    if not comparison.is_as_good:
        Console().print("The new coding is worse somewhere: the old one stays. More rows may help.")
        raise typer.Exit(1)
    _install(folder, new, frame)
    Console().print(f"The new coding is in {folder}. Restart Sayso to use it. To undo: sayso themes undo")


@themes.command()
def evaluate(rows: Rows, frame: FrameFile = None, folder: Annotated[Path | None, typer.Option()] = None) -> None:
    """Measure the coding in use on labelled answers that it was not trained on."""
    place = folder or load_settings().coding_folder
    heads, known = _heads(place), _frame(frame, place)
    held: list[Row] = list(track(labelled_rows(rows, known), "Reading", console=Console(stderr=True), transient=True))
    Console().print(_table(compared(held, shared_reader(), shared_words(), shared_reader().heads, heads)))


@themes.command()
def undo(folder: Annotated[Path | None, typer.Option()] = None) -> None:
    """Go back to the coding before the last training."""
    place = folder or load_settings().coding_folder
    before, now = place / BEFORE, place / HEADS
    if before.exists():
        before.replace(now)
    elif now.exists():
        now.unlink()
    else:
        raise SaysoError("coding_none", f"There is no coding of your own in {place}; Sayso's own is in use.")
    Console().print("The coding before the last training is back. Restart Sayso to use it.")


def _frame(given: Path | None, folder: Path) -> Frame:
    kept = folder / FRAME
    return load_frame(given or (kept if kept.exists() else None))


def _heads(folder: Path) -> dict[str, Head]:
    own = folder / HEADS
    return shared_reader().heads | (load_heads(own) if own.exists() else {})


def _install(folder: Path, heads: dict[str, Head], frame: Path | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fresh, now = folder / f"new-{HEADS}", folder / HEADS
    save_heads(heads, fresh)
    if now.exists():
        now.replace(folder / BEFORE)
    fresh.replace(now)
    if frame is not None and frame.resolve() != (folder / FRAME).resolve():
        (folder / FRAME).write_text(frame.read_text(encoding="utf-8"), encoding="utf-8")


def _table(comparison: Comparison) -> Table:
    table = Table("figure", "before", "now", title=f"{comparison.rows} held-out rows")
    for name, figure in _FIGURES:
        old, new = getattr(comparison.old[name], figure), getattr(comparison.new[name], figure)
        table.add_row(f"{name} {figure}-F1", f"{old:.3f}", f"{new:.3f}")
    return table


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(themes, name="themes")
