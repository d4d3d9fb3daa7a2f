"""Rebuilds the learned scorer: `python -m bot.safeguarding.train`.

It learns from `training/*.jsonl`, and, as background, from the ordinary utterances that acts and points are trained on:
without them it takes every unusual sentence for a hint. The same rows give the same weights. Prints cross-validated
figures (ten parts, seed 0) of rules and scorer together, from which the thresholds in `screen.py` were chosen.
"""

from __future__ import annotations

import json
import re
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
from dialogues.script import read_yaml
from dialogues.types import Level

ROWS = Path(__file__).parent / "training"
PROJECT = Path(__file__).parents[2]
SEED = 0
STRENGTH = 0.1
"""Inverse of the regularisation; chosen with `BACKGROUND_SHARE` by cross-validation."""
BACKGROUND_SHARE = 1.0
"""The background weighs as much, all together, as so many times the labelled rows."""
Array = NDArray[Any]
_ENTITY = re.compile(r"\[([^\]]+)\]\(\w+\)")


def read_rows(folder: Path = ROWS) -> list[dict[str, str]]:
    """The training rows: id, text, style, level, type."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines if line.strip()]


def read_background(project: Path = PROJECT) -> list[dict[str, str]]:
    """Ordinary utterances, each once: what acts are trained on, and the answers that points are trained on."""
    texts: set[str] = set()
    for path in sorted((project / "nlu" / "data" / "en").glob("*.yml")):
        for intent in read_yaml(path)["nlu"]:
            lines = (line.removeprefix("- ") for line in intent["examples"].splitlines() if line.strip())
            texts.update(_ENTITY.sub(r"\1", line).rpartition(" ¦ ")[2] for line in lines)
    for path in sorted((project / "nlu" / "analysis" / "training").glob("*.jsonl")):
        texts.update(json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [{"text": text, "level": "none", "type": ""} for text in sorted(texts)]


def features(rows: Sequence[dict[str, str]]) -> Array:
    """Scaled embeddings, shape (rows, 384)."""
    model = embedder()
    return np.stack([model.embed(plain(normalise(row["text"]))) for row in rows]).astype(np.float64) * SCALE


def _fit(inputs: Array, levels: Array, background: Array) -> LogisticRegression:
    labelled = max(1, int((~background).sum()))
    weights = np.where(background, BACKGROUND_SHARE * labelled / max(1, int(background.sum())), 1.0)
    model = LogisticRegression(C=STRENGTH, max_iter=3000, random_state=SEED)
    return model.fit(inputs, levels, sample_weight=weights)


def cross_validated(inputs: Array, levels: Array, background: Array) -> Array:
    """Out-of-fold level probabilities, shape (rows, 3)."""
    probabilities = np.zeros((len(levels), len(LEVELS)))
    groups = levels * 2 + background
    for train, test in StratifiedKFold(10, shuffle=True, random_state=SEED).split(inputs, groups):
        probabilities[test] = _fit(inputs[train], levels[train], background[train]).predict_proba(inputs[test])
    return probabilities


def save(inputs: Array, rows: Sequence[dict[str, str]], levels: Array, background: Array, path: Path = WEIGHTS) -> None:
    """Fits both models on all rows and writes the weights."""
    level = _fit(inputs, levels, background)
    alerts = levels > 0
    types = np.asarray([row["type"] for row in rows])[alerts]
    kinds = LogisticRegression(C=0.3, max_iter=3000, class_weight="balanced", random_state=SEED)
    kinds.fit(inputs[alerts], types)
    path.parent.mkdir(exist_ok=True)
    np.savez(
        path,
        level_weights=level.coef_.astype(np.float32),
        level_bias=level.intercept_.astype(np.float32),
        type_weights=kinds.coef_.astype(np.float32),
        type_bias=kinds.intercept_.astype(np.float32),
        types=np.asarray(kinds.classes_, dtype="U24"),
    )


def _report(rows: Sequence[dict[str, str]], levels: Array, background: Array, probabilities: Array) -> list[str]:
    hits = [find_hits(normalise(row["text"])) for row in rows]
    strong = np.asarray([any(hit.strong for hit in found) for found in hits])
    weak = np.asarray([bool(found) for found in hits]) & ~strong
    danger = np.asarray([any(h.strong and h.pattern.level is Level.IMMEDIATE for h in found) for found in hits])
    alert = 1 - probabilities[:, 0]
    excused = np.asarray([has_excuse(normalise(row["text"])) for row in rows])
    lines = [f"rules, strong: {_shares(strong, levels, background)}; danger {_shares(danger, levels, background)}"]
    for threshold in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        learned = (alert >= threshold) & ~excused
        both = strong | (weak & (alert >= 0.3)) | learned
        lines.append(f"with learned >= {threshold}: {_shares(both, levels, background)}")
    return lines


def _shares(alerts: Array, levels: Array, background: Array) -> str:
    parts = [(name, (levels == number) & ~background) for number, name in enumerate(LEVELS)]
    return ", ".join(f"{name} {alerts[rows].mean():.3f}" for name, rows in [*parts, ("background", background)])


def main() -> None:
    """Trains, saves, and prints the figures."""
    labelled, ordinary = read_rows(), read_background()
    rows = [*labelled, *ordinary]
    background = np.arange(len(rows)) >= len(labelled)
    levels = np.asarray([LEVELS.index(row["level"]) for row in rows])
    inputs = features(rows)
    figures = _report(rows, levels, background, cross_validated(inputs, levels, background))
    sys.stdout.write("\n".join([f"{len(labelled)} labelled rows, {len(ordinary)} of background", *figures]) + "\n")
    save(inputs, rows, levels, background)


if __name__ == "__main__":
    main()
