"""Shares and F1 with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 20261123
"""Fixed, so that the same rows give the same interval."""

Indices = NDArray[np.intp]
Statistic = Callable[[Indices], float]
Table = NDArray[np.bool_]
LabelFigures = dict[str, dict[str, float | int | None]]
"""Label → figure name → figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; NaN where there was nothing to count.

    Attributes:
        rows: How many rows it rests on.
    """

    value: float
    low: float
    high: float
    rows: int

    def as_json(self) -> dict[str, float | int | None]:
        """Rounded; NaN becomes null."""
        names = {"value": self.value, "low": self.low, "high": self.high}
        return {**{k: None if np.isnan(v) else round(v, 4) for k, v in names.items()}, "rows": self.rows}


def bootstrap(rows: int, statistic: Statistic, *, resamples: int = RESAMPLES, seed: int = SEED) -> Figure:
    """A statistic with its 95 % percentile interval over resampled rows.

    Args:
        rows: How many rows there are; indices run from 0.
        statistic: The figure over rows given by their indices; NaN where it is not defined.
        resamples: How many samples are drawn.
        seed: Of the random generator.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if rows == 0:
        return Figure(np.nan, np.nan, np.nan, 0)
    random = np.random.default_rng(seed)
    drawn = np.array([statistic(random.integers(0, rows, rows)) for _ in range(resamples)])
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
    return Figure(float(statistic(np.arange(rows))), float(low), float(high), rows)


def share(hits: Sequence[bool], among: Sequence[bool] | None = None) -> Figure:
    """The share of rows with a hit, among those that count; the others are left out before resampling."""
    counted = hits if among is None else [hit for hit, counts in zip(hits, among, strict=True) if counts]
    values = np.array(counted, dtype=float)
    return bootstrap(len(values), lambda rows: float(values[rows].mean()))


def ratio(parts: Sequence[int], wholes: Sequence[int]) -> Figure:
    """The sum of parts over the sum of wholes, resampled by row."""
    part, whole = np.array(parts, dtype=float), np.array(wholes, dtype=float)
    return bootstrap(len(part), lambda rows: _divided(float(part[rows].sum()), float(whole[rows].sum())))


def macro_f1(gold: Table, predicted: Table) -> Figure:
    """Mean F1 over the labels that occur in gold or prediction; tables are rows by labels."""
    return bootstrap(len(gold), lambda rows: _macro(gold[rows], predicted[rows]))


def micro_f1(gold: Table, predicted: Table) -> Figure:
    """F1 over all decisions; tables are rows by labels."""
    return bootstrap(len(gold), lambda rows: _micro(gold[rows], predicted[rows]))


def table(rows: Sequence[Sequence[str]], labels: Sequence[str]) -> Table:
    """Rows of labels as a table of true and false."""
    return np.array([[label in row for label in labels] for row in rows], dtype=bool).reshape(len(rows), len(labels))


def by_label(gold: Table, predicted: Table, labels: Sequence[str]) -> LabelFigures:
    """Precision, recall, F1 and number of gold rows for each label."""
    found: LabelFigures = {}
    for index, label in enumerate(labels):
        hits, misses, extra = _counts(gold[:, index : index + 1], predicted[:, index : index + 1])
        values = {
            "precision": _divided(float(hits[0]), float(hits[0] + extra[0])),
            "recall": _divided(float(hits[0]), float(hits[0] + misses[0])),
            "f1": _divided(2.0 * float(hits[0]), float(2 * hits[0] + misses[0] + extra[0])),
        }
        rounded = {name: None if np.isnan(value) else round(value, 4) for name, value in values.items()}
        found[label] = {**rounded, "rows": int(hits[0] + misses[0])}
    return found


def _counts(gold: Table, predicted: Table) -> tuple[Indices, Indices, Indices]:
    """True positives, false negatives and false positives by label."""
    return (gold & predicted).sum(axis=0), (gold & ~predicted).sum(axis=0), (~gold & predicted).sum(axis=0)


def _macro(gold: Table, predicted: Table) -> float:
    hits, misses, extra = _counts(gold, predicted)
    among = 2 * hits + misses + extra
    return float((2 * hits[among > 0] / among[among > 0]).mean()) if (among > 0).any() else np.nan


def _micro(gold: Table, predicted: Table) -> float:
    hits, misses, extra = _counts(gold, predicted)
    return _divided(2.0 * float(hits.sum()), float((2 * hits + misses + extra).sum()))


def _divided(part: float, whole: float) -> float:
    return part / whole if whole else float(np.nan)
