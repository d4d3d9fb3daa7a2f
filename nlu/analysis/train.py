"""Rebuilds the coding weights: `python -m nlu.analysis.train [--measure] [--rows FILE ...] [--out FILE]`.

Deterministic: the same texts give the same weights.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from nlu.analysis.cues import CueBook, words_of
from nlu.analysis.embed import shared_embedder
from nlu.analysis.features import Vector, count, cue_vector, hashed_vector, question_vector
from nlu.analysis.frame import KINDS, NOTHING, Frame, load_frame
from nlu.analysis.labelled import TRAINING_FOLDER, Row, frame_rows, labelled_rows
from nlu.analysis.model import WEIGHTS_PATH, Weights, full_features, light_features, probabilities, save_weights

THEME_C = 1.5
KIND_C = 1.0
CONTENT_C = 3.0
"""Inverse strength of regularisation. Source: cross-validation on our own rows (weights/README.md)."""
SECOND_THEME = 0.20
SECOND_KIND = 0.45
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Material:
    """Rows with their features: `full` (rows, features), `light` (rows, features without embedding)."""

    rows: Sequence[Row]
    full: Vector
    light: Vector

    def part(self, keep: Sequence[int]) -> Material:
        """The rows with these numbers."""
        return Material([self.rows[i] for i in keep], self.full[list(keep)], self.light[list(keep)])


def prepared(rows: Sequence[Row], frame: Frame) -> Material:
    """Computes the features of all rows."""
    book, embed = CueBook(frame), shared_embedder()
    full, light = [], []
    for row in rows:
        words = words_of(row.text)
        cues = cue_vector(count(book.hits(words), 0, len(row.text)), frame)
        hashed = hashed_vector(words)
        full.append(full_features(embed([row.text])[0], cues, hashed, question_vector(row.question)))
        light.append(light_features(cues, hashed))
    return Material(rows, np.array(full), np.array(light))


def fitted(material: Material, frame: Frame) -> Weights:
    """Fits all models."""
    themes = tuple(theme for theme in frame.themes if theme != NOTHING)
    rows = material.rows
    theme_matrix, theme_bias = _heads(material.full, themes, [row.themes for row in rows], THEME_C)
    kind_matrix, kind_bias = _heads(material.full, KINDS, [row.kinds for row in rows], KIND_C)
    content = [{"content": any(row.kinds.values())} if len(row.kinds) == len(KINDS) else {} for row in rows]
    content_matrix, content_bias = _heads(material.light, ("content",), content, CONTENT_C, balanced=True)
    return Weights(
        themes,
        theme_matrix,
        theme_bias,
        kind_matrix,
        kind_bias,
        content_matrix,
        content_bias,
        SECOND_THEME,
        SECOND_KIND,
    )


def _heads(
    features: Vector, labels: Sequence[str], known: Sequence[Mapping[str, bool]], c: float, *, balanced: bool = False
) -> tuple[Vector, Vector]:
    """One logistic regression a label, each on the rows where that label is known."""
    matrix, bias = [], []
    for label in labels:
        keep = [i for i, answers in enumerate(known) if label in answers]
        wanted = np.array([known[i][label] for i in keep])
        model = LogisticRegression(C=c, max_iter=2000, class_weight="balanced" if balanced else None)
        model.fit(features[keep], wanted)
        matrix.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return np.array(matrix, dtype=np.float32), np.array(bias, dtype=np.float32)


def cross_validated(material: Material, frame: Frame, folds: int = FOLDS) -> list[tuple[Row, Vector, Vector]]:
    """Theme and kind probabilities of every labelled answer, by models that have not seen it."""
    gold = [i for i, row in enumerate(material.rows) if row.gold]
    order = np.random.default_rng(7).permutation(gold)
    found = []
    for fold in range(folds):
        held = set(order[fold::folds].tolist())
        weights = fitted(material.part([i for i in range(len(material.rows)) if i not in held]), frame)
        for i in sorted(held):
            x = material.full[i]
            themes = probabilities(weights.theme_matrix, weights.theme_bias, x)
            found.append((material.rows[i], themes, probabilities(weights.kind_matrix, weights.kind_bias, x)))
    return found


def scores(pairs: Iterable[tuple[set[str], set[str]]]) -> tuple[float, float]:
    """(macro-F1, micro-F1) of (gold, predicted) label sets."""
    tally: dict[str, list[int]] = {}
    for gold, predicted in pairs:
        for label in gold | predicted:
            entry = tally.setdefault(label, [0, 0, 0])
            entry[0 if label in gold and label in predicted else 1 if label in predicted else 2] += 1
    each = [_f1(*entry) for entry in tally.values()]
    return float(np.mean(each)) if each else 0.0, _f1(*(sum(column) for column in zip(*tally.values(), strict=True)))


def micro_interval(pairs: Sequence[tuple[set[str], set[str]]], draws: int = 400) -> tuple[float, float]:
    """95 % bootstrap interval of micro-F1, drawn over answers."""
    random = np.random.default_rng(7)
    drawn = [scores([pairs[i] for i in random.integers(0, len(pairs), len(pairs))])[1] for _ in range(draws)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def _f1(right: int, extra: int, missed: int) -> float:
    return 2 * right / (2 * right + extra + missed) if right else 0.0


def chosen(labels: Sequence[str], found: Vector, least: float, most: int) -> tuple[str, ...]:
    """The best label and up to `most` - 1 others of at least `least`, best first."""
    order = np.argsort(-found, kind="stable")[:most]
    return tuple(labels[k] for n, k in enumerate(order) if n == 0 or found[k] >= least)


def report(material: Material, frame: Frame, say: Callable[[str], object]) -> None:
    """Says the cross-validated figures."""
    themes = [theme for theme in frame.themes if theme != NOTHING]
    found = [entry for entry in cross_validated(material, frame) if any(entry[0].kinds.values())]
    theme_pairs = [(set(row.main_first), set(chosen(themes, t, SECOND_THEME, 3))) for row, t, _ in found]
    main = np.mean([chosen(themes, t, 1.0, 1)[0] in row.main_first for row, t, _ in found])
    kind_pairs = [
        ({k for k, on in row.kinds.items() if on}, set(chosen(KINDS, k, SECOND_KIND, 2))) for row, _, k in found
    ]
    say(f"answers {len(found)}, folds {FOLDS}")
    for name, pairs in (("themes", theme_pairs), ("kinds", kind_pairs)):
        macro, micro = scores(pairs)
        low, high = micro_interval(pairs)
        say(f"{name}: macro-F1 {macro:.3f}, micro-F1 {micro:.3f} (95 % {low:.3f} to {high:.3f})")
    say(f"first theme among the labelled ones: {main:.3f}")


def train(frame: Frame, rows: Iterable[Path], out: Path, say: Callable[[str], object], *, measure: bool) -> Weights:
    """Trains on labelled files and the frame's examples, and writes the weights.

    Raises:
        SaysoError: When a file holds what it must not, with its line.
    """
    material = prepared([*labelled_rows(rows, frame), *frame_rows(frame, CueBook(frame))], frame)
    if measure:
        report(material, frame, say)
    weights = fitted(material, frame)
    save_weights(weights, out)
    return weights


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.analysis.train", description=__doc__)
    parser.add_argument("--frame", type=Path, help="another coding frame")
    parser.add_argument("--rows", type=Path, nargs="*", help="labelled answers instead of Sayso's own")
    parser.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    parser.add_argument("--measure", action="store_true", help="cross-validate first and say the figures")
    options = parser.parse_args(arguments)
    rows = options.rows or sorted(TRAINING_FOLDER.glob("*.jsonl"))
    train(
        load_frame(options.frame),
        rows,
        options.out,
        lambda line: sys.stdout.write(line + "\n"),
        measure=options.measure,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
