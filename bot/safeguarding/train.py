"""Rebuilds the learned scorer from `training/*.jsonl`: `python -m bot.safeguarding.train`.

The same rows give the same weights. Prints cross-validated figures (ten parts, seed 0) of the scorer alone, and of the
rules and the scorer together, from which the thresholds in `screen.py` were chosen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.safeguarding.embedding import embedder
from bot.safeguarding.rules import find_hits, has_excuse
from bot.safeguarding.scorer import LEVELS, SCALE, WEIGHTS, plain
from bot.safeguarding.text import normalise
from dialogues.types import Level

ROWS = Path(__file__).parent / "training"
SEED = 0
Array = NDArray[Any]


def read_rows(folder: Path = ROWS) -> list[dict[str, str]]:
    """The training rows: id, text, style, level, type."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines if line.strip()]


def features(rows: Sequence[dict[str, str]]) -> Array:
    """Scaled embeddings, shape (rows, 384)."""
    model = embedder()
    return np.stack([model.embed(plain(normalise(row["text"]))) for row in rows]).astype(np.float64) * SCALE


def _fit(inputs: Array, labels: Array) -> LogisticRegression:
    return LogisticRegression(C=0.3, max_iter=3000, class_weight="balanced", random_state=SEED).fit(inputs, labels)


def cross_validated(inputs: Array, levels: Array) -> Array:
    """Out-of-fold level probabilities, shape (rows, 3)."""
    probabilities = np.zeros((len(levels), len(LEVELS)))
    for train, test in StratifiedKFold(10, shuffle=True, random_state=SEED).split(inputs, levels):
        probabilities[test] = _fit(inputs[train], levels[train]).predict_proba(inputs[test])
    return probabilities


def save(inputs: Array, rows: Sequence[dict[str, str]], levels: Array, path: Path = WEIGHTS) -> None:
    """Fits both models on all rows and writes the weights."""
    level = _fit(inputs, levels)
    alerts = levels > 0
    kinds = _fit(inputs[alerts], np.asarray([row["type"] for row in rows])[alerts])
    path.parent.mkdir(exist_ok=True)
    np.savez(
        path,
        level_weights=level.coef_.astype(np.float32),
        level_bias=level.intercept_.astype(np.float32),
        type_weights=kinds.coef_.astype(np.float32),
        type_bias=kinds.intercept_.astype(np.float32),
        types=np.asarray(kinds.classes_, dtype="U24"),
    )


def _report(rows: Sequence[dict[str, str]], levels: Array, probabilities: Array) -> list[str]:
    hits = [find_hits(normalise(row["text"])) for row in rows]
    strong = np.asarray([any(hit.strong for hit in found) for found in hits])
    weak = np.asarray([bool(found) for found in hits]) & ~strong
    danger = np.asarray([any(h.strong and h.pattern.level is Level.IMMEDIATE for h in found) for found in hits])
    alert = 1 - probabilities[:, 0]
    excused = np.asarray([has_excuse(normalise(row["text"])) for row in rows])
    lines = [f"rules, strong: {_shares(strong, levels)}; danger {_shares(danger, levels)}"]
    for threshold in (0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95):
        learned = (alert >= threshold) & ~excused
        both = strong | (weak & (alert >= 0.3)) | learned
        lines.append(f"learned >= {threshold}: {_shares(learned, levels)}; together {_shares(both, levels)}")
    return lines


def _shares(alerts: Array, levels: Array) -> str:
    return ", ".join(f"{name} {alerts[levels == number].mean():.3f}" for number, name in enumerate(LEVELS))


def main() -> None:
    """Trains, saves, and prints the figures."""
    rows = read_rows()
    levels = np.asarray([LEVELS.index(row["level"]) for row in rows])
    inputs = features(rows)
    sys.stdout.write("\n".join(_report(rows, levels, cross_validated(inputs, levels))) + "\n")
    save(inputs, rows, levels)


if __name__ == "__main__":
    main()
