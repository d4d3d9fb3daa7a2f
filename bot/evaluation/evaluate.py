"""`sayso evaluate`: compares predictions with labels, and says what the difference is worth."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.evaluation.fields import Row, RowError
from bot.evaluation.labels import READERS, is_predicted, kind_of
from bot.evaluation.measures import MEASURES, Report
from bot.evaluation.metrics import Figure
from bot.evaluation.rows import Faults, progress, read_rows
from dialogues.errors import SaysoError

Predictor = Callable[[Row], Awaitable[Row]]


def with_gold(predicted: Sequence[Row], gold: Sequence[Row]) -> list[Row]:
    """Rows of predictions with the labels of another file, joined by `id`.

    Raises:
        SaysoError: `gold_missing`, where a prediction has no labelled row.
    """
    labelled = {row.get("id"): row for row in gold}
    absent = sum(row.get("id") not in labelled for row in predicted)
    if absent:
        raise SaysoError("gold_missing", f"{absent} rows have no labelled row with the same id. Check the two files.")
    return [{**labelled[row.get("id")], **row, "gold": labelled[row.get("id")]} for row in predicted]


async def evaluate(
    source: str | Path,
    *,
    kind: str | None = None,
    gold: str | Path | None = None,
    predictors: Mapping[str, Predictor] | None = None,
) -> tuple[Report, int]:
    """Measures a file.

    Args:
        source: A path, or `-`: rows with labels, and with predictions where `predictors` are not to be run.
        kind: acts, feedback, safeguarding or privacy; None finds out by the first row.
        gold: A file with the labels, joined by `id`, where `source` holds predictions only.
        predictors: By kind: makes the output row of a labelled row that has no prediction yet.

    Returns:
        The figures, and the exit code: 1 where a line was bad, else 0.

    Raises:
        SaysoError: `file_unreadable`, `file_empty`, `kind_unknown`, `gold_missing`, `predictor_missing`.
    """
    faults = Faults()
    numbered = read_rows(source, faults)
    if gold is not None:
        labelled = [row for _, row in read_rows(gold, faults)]
        joined = with_gold([row for _, row in numbered], labelled)
        numbered = [(number, row) for (number, _), row in zip(numbered, joined, strict=True)]
    if not numbered:
        raise SaysoError("file_empty", "There is no row to measure. Check the file.")
    chosen = kind or kind_of(numbered[0][1])
    if chosen not in MEASURES:
        raise SaysoError("kind_unknown", f"The kind must be one of: {', '.join(MEASURES)}.")
    rows = await _predicted(numbered, chosen, (predictors or {}).get(chosen), faults)
    if not rows:
        raise SaysoError("file_empty", "There is no row left to measure. Mend the lines named above.")
    return MEASURES[chosen](rows), faults.exit_code


async def _predicted(
    numbered: Sequence[tuple[int, Row]], kind: str, predictor: Predictor | None, faults: Faults
) -> list[Row]:
    """The good rows, each with a prediction; one after the other, so that timings stay honest."""
    rows = []
    with progress(kind, len(numbered)) as advance:
        for number, row in numbered:
            try:
                whole = row if is_predicted(row, kind) else await _predict(row, predictor)
                READERS[kind](whole)
                rows.append(whole)
            except RowError as error:
                faults.report(number, error)
            advance()
    return rows


async def _predict(row: Row, predictor: Predictor | None) -> Row:
    if predictor is None:
        raise SaysoError("predictor_missing", "The rows hold labels but no predictions. Run the command first.")
    return await predictor(row)


def show(report: Report, console: Console) -> None:
    """Prints the figures with their 95 % intervals, then a table for each set of labels."""
    top = Table("figure", "value", "95 % interval", "rows", title=report.kind)
    for name, figure in report.figures.items():
        top.add_row(name.replace("_", " "), *_cells(figure))
    console.print(top)
    for name, labels in report.labels.items():
        columns = list(next(iter(labels.values()), {}))
        below = Table(name.replace("_", " "), *columns)
        for label, values in labels.items():
            below.add_row(label, *(_number(values[column]) for column in columns))
        console.print(below)


def as_json(report: Report) -> str:
    """The figures as indented JSON."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2)


def _cells(figure: Figure) -> tuple[str, str, str]:
    values = figure.as_json()
    between = "" if values["low"] is None else f"{_number(values['low'])} to {_number(values['high'])}"
    return _number(values["value"]), between, str(figure.rows)


def _number(value: float | int | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
