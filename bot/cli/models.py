"""Commands on the speech models: what there is, fetch it, verify it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.cli.shared import stderr
from bot.settings import Settings, load_settings
from connectors.speech.catalogue import CATALOGUE, SECOND_OPINION, known
from connectors.speech.fetching import Progress as Steps
from connectors.speech.models import fetch, is_present, verify
from connectors.speech.recognisers import GENERAL

models = typer.Typer(help="Fetch and verify the speech models.", no_args_is_help=True)
Names = Annotated[list[str] | None, typer.Argument(help="Names of `sayso models list`; none: what the settings name.")]
Folder = Annotated[Path | None, typer.Option(help="Where models lie; else SAYSO_MODELS, else .cache/models.")]


@models.command("list")
def list_models(folder: Folder = None) -> None:
    """Show the models that Sayso knows, and which of them are here."""
    settings, place = load_settings(), _place(folder)
    table = Table("model", "what for", "licence", "MB", "here", "in use", title=str(place))
    for model in CATALOGUE:
        here = "yes" if is_present(model.name, place) else "no"
        used = "yes" if model.name in _wanted(settings) else ""
        table.add_row(model.name, model.purpose, model.licence, f"{model.size_bytes / 1e6:.0f}", here, used)
    Console().print(table)


@models.command("fetch")
def fetch_models(
    names: Names = None,
    folder: Folder = None,
    every: Annotated[bool, typer.Option("--all", help="All that there are.")] = False,
) -> None:
    """Fetch models, verify them, and put them in place. What is here already is left alone."""
    place = _place(folder)
    for name in _chosen(names, every):
        if is_present(name, place):
            stderr.print(f"{name} is here already.", highlight=False)
            continue
        with _shown() as progress:
            made = fetch(name, place, progress)
        stderr.print(f"{name} is in {made}", highlight=False, soft_wrap=True)


@models.command("verify")
def verify_models(names: Names = None, folder: Folder = None) -> None:
    """Compare every byte of the models that are here with what it should be."""
    place, wrong = _place(folder), 0
    for name in names or [model.name for model in CATALOGUE if is_present(model.name, place)]:
        faults = verify(known(name).name, place)
        wrong += len(faults)
        Console().print(
            f"{name}: {'in order' if not faults else 'not in order: ' + ', '.join(faults)}", highlight=False
        )
    if wrong:
        Console().print(f"Remove the model's folder from {place}, then run: sayso models fetch", soft_wrap=True)
        raise typer.Exit(1)


def _place(folder: Path | None) -> Path:
    return folder or load_settings().models_folder


def _wanted(settings: Settings) -> list[str]:
    wanted = {settings.recogniser or GENERAL, settings.second_pass, SECOND_OPINION}
    return [model.name for model in CATALOGUE if model.name in wanted]


def _chosen(names: list[str] | None, every: bool) -> list[str]:
    if every:
        return [model.name for model in CATALOGUE]
    return [known(name).name for name in names] if names else _wanted(load_settings())


@contextmanager
def _shown() -> Iterator[Steps]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, done: int, whole: int) -> None:
            bar.update(task, description=what, completed=done, total=whole or None)

        yield step


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(models, name="models")
