"""Writes down recordings, and says how well, where it is told what was said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from bot.cli.shared import stderr
from bot.settings import load_settings
from connectors.speech.ports import Hint, Recogniser
from dialogues.errors import SaysoError
from dialogues.types import Expects

if TYPE_CHECKING:
    from connectors.speech.trials import Recording, Totals, Trial


class GrammarChoice(StrEnum):
    """The grammars that can be tried."""

    YES_NO = "yes_no"
    DIGITS = "digits"


_HINTS = {GrammarChoice.YES_NO: Hint(Expects.YES_NO), GrammarChoice.DIGITS: Hint(Expects.SCALE)}


def transcribe(
    files: Annotated[list[Path] | None, typer.Argument(help="Recordings: Ogg, WAV, FLAC or MP3.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="A table: columns `file`, `text`, `speaker`.")] = None,
    telephone: Annotated[bool, typer.Option("--telephone", help="Send them over a simulated line first.")] = False,
    grammar: Annotated[GrammarChoice | None, typer.Option(help="Expect a yes or no, or a number.")] = None,
    second_pass: Annotated[bool, typer.Option("--second-pass", help="Use the slower, better recogniser.")] = False,
    reference: Annotated[str | None, typer.Option(help="What is said in the recording, to count errors.")] = None,
    halves: Annotated[bool, typer.Option("--halves", help="Also by half of the speakers: tuned on, and not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a recording, and one for all.")] = False,
) -> None:
    """Write down recordings with the recogniser that the settings name, and count word errors."""
    from connectors.speech.trials import is_tuning, totals, tried  # noqa: PLC0415 - slow to import

    recordings = _recordings(files or [], manifest, reference)
    hint = _HINTS[grammar] if grammar else Hint()
    trials = tried(_recogniser(second_pass), recordings, hint, by_telephone=telephone)
    shown = track(trials, "Listening", len(recordings), console=stderr, transient=True, disable=not stderr.is_terminal)
    done = list(shown)
    parts = {"": totals(done)}
    if halves:
        parts["Speakers that thresholds were tuned on"] = totals(t for t in done if is_tuning(t.recording.speaker))
        parts["The other speakers"] = totals(t for t in done if not is_tuning(t.recording.speaker))
    (_as_json if as_json else _as_text)(done, parts)


def _recordings(files: list[Path], table: Path | None, reference: str | None) -> tuple[Recording, ...]:
    from connectors.speech.trials import Recording, manifest  # noqa: PLC0415 - slow to import

    if bool(files) == bool(table):
        raise SaysoError("transcribe_what", "Name recordings, or a table of them with --manifest.")
    if reference is not None and len(files) != 1:
        raise SaysoError("transcribe_what", "--reference goes with one recording; use --manifest for many.")
    return manifest(table) if table else tuple(Recording(path, reference) for path in files)


def _recogniser(is_second_pass: bool) -> Recogniser:
    from connectors.speech.recognisers import live, second_pass  # noqa: PLC0415 - slow to import

    settings = load_settings()
    if not is_second_pass:
        return live(settings.recogniser, settings.models_folder)
    chosen = second_pass(settings.second_pass, settings.models_folder)
    if chosen is None:
        raise SaysoError("second_pass_off", "The second pass is switched off: SAYSO_SECOND_PASS is `none`.")
    return chosen


def _as_text(trials: Iterable[Trial], parts: Mapping[str, Totals]) -> None:
    console = Console()
    for trial in trials:
        console.print(f"[dim]{trial.recording.path.name}[/] {_marked(trial)}", highlight=False, soft_wrap=True)
    for part, sums in parts.items():
        if part:
            console.print(f"{part}:")
        _print_totals(console, sums)


def _print_totals(console: Console, sums: Totals) -> None:
    heard = "1 recording" if sums.recordings == 1 else f"{sums.recordings} recordings"
    console.print(f"{heard}, {sums.seconds:.1f} s, real-time factor {sums.real_time_factor:.2f}.")
    if sums.judged:
        errors, wrong = sums.errors, sums.judged - sums.right - sums.silent
        counts = f"{errors.substituted} heard as another, {errors.left_out} left out, {errors.put_in} put in"
        console.print(f"{errors.count} of {errors.words} words wrong ({counts}): {errors.rate:.1%}.")
        console.print(f"Of {sums.judged}: {sums.right} right, {wrong} not right, {sums.silent} heard as nothing.")


def _marked(trial: Trial) -> str:
    if trial.errors is None or not trial.errors.count:
        return escape(trial.text)
    return f"{escape(trial.text)} [yellow]({trial.errors.count} of {trial.errors.words})[/]"


def _as_json(trials: Iterable[Trial], parts: Mapping[str, Totals]) -> None:
    for trial in trials:
        errors = {} if trial.errors is None else {"errors": trial.errors.count, "words": trial.errors.words}
        row = {"file": str(trial.recording.path), "text": trial.text, "confidence": round(trial.confidence, 3)}
        typer.echo(
            json.dumps(row | {"seconds": round(trial.seconds, 2), "took": round(trial.took_seconds, 3)} | errors)
        )
    for part, sums in parts.items():
        typer.echo(json.dumps(({"part": part} if part else {}) | _summary(sums)))


def _summary(sums: Totals) -> dict[str, object]:
    errors = sums.errors
    return {
        "recordings": sums.recordings,
        "judged": sums.judged,
        "right": sums.right,
        "silent": sums.silent,
        "words": errors.words,
        "substituted": errors.substituted,
        "left_out": errors.left_out,
        "put_in": errors.put_in,
        "word_error_rate": round(errors.rate, 4),
        "real_time_factor": round(sums.real_time_factor, 3),
    }


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(transcribe)
