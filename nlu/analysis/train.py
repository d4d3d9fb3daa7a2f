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
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from nlu.analysis.cues import CueBook, words_of
from nlu.analysis.embed import shared_embedder
from nlu.analysis.features import Vector, count, cue_vector, hashed_vector, question_vector
from nlu.analysis.forms import asked_vector, form_vector
from nlu.analysis.frame import KINDS, NOTHING, Frame, load_frame
from nlu.analysis.labelled import TRAINING_FOLDER, Row, frame_rows, labelled_rows
from nlu.analysis.model import (
    WEIGHTS_PATH,
    Weights,
    kind_features,
    light_features,
    load_weights,
    probabilities,
    save_weights,
    theme_features,
)
from nlu.analysis.outside import fitted_outside, outside_vector

THEME_C = 1.5
KIND_C = 1.0
CONTENT_C = 3.0
"""Inverse strength of regularisation. Source: cross-validation on our own rows (weights/README.md)."""
SECOND_THEME = 0.20
SECOND_KIND = 0.4
FOLDS = 5
GRID = (0.1, 0.14, 0.18, 0.22, 0.26, 0.3, 0.36, 0.42)
FEW_ROWS = 40
"""Rows of a theme at which its own threshold counts for half."""


Outside = tuple[Vector, Vector]
Scored = tuple[Row, Vector, Vector]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Material:
    """Rows with their features, each of shape (rows, features): for themes, for kinds, and without embedding.

    `outside` holds the matrix and bias of the models of other people's comments.
    """

    rows: Sequence[Row]
    themes: Vector
    kinds: Vector
    light: Vector
    outside: Outside

    def part(self, keep: Sequence[int]) -> Material:
        """The rows with these numbers."""
        at = list(keep)
        return Material([self.rows[i] for i in at], self.themes[at], self.kinds[at], self.light[at], self.outside)


def prepared(rows: Sequence[Row], frame: Frame, outside: Outside | None = None) -> Material:
    """Computes the features of all rows; by default with the outside models that Sayso comes with."""
    if outside is None:
        shipped = load_weights()
        outside = shipped.outside_matrix, shipped.outside_bias
    book, embed = CueBook(frame), shared_embedder()
    themes, kinds, light = [], [], []
    for row in rows:
        words = words_of(row.text)
        cues = cue_vector(count(book.hits(words), 0, len(row.text)), frame)
        hashed, forms, embedding = hashed_vector(words), form_vector(words), embed([row.text])[0]
        beyond = outside_vector(*outside, embedding)
        themes.append(theme_features(embedding, cues, hashed, question_vector(row.question)))
        kinds.append(kind_features(embedding, cues, hashed, forms, asked_vector(row.question, forms), beyond))
        light.append(light_features(cues, hashed, forms))
    return Material(rows, np.array(themes), np.array(kinds), np.array(light), outside)


def fitted(material: Material, frame: Frame, least: Vector | None = None) -> Weights:
    """Fits all models. `least` holds the thresholds of further themes; by default all are `SECOND_THEME`."""
    themes = tuple(theme for theme in frame.themes if theme != NOTHING)
    rows = material.rows
    known = [row.kinds for row in rows]
    theme_matrix, theme_bias = _heads(material.themes, themes, [row.themes for row in rows], THEME_C)
    kind_matrix, kind_bias = _heads(material.kinds, KINDS, known, KIND_C, balanced=True)
    light_matrix, light_bias = _heads(material.light, KINDS, known, KIND_C, balanced=True)
    content = [{"content": any(row.kinds.values())} if len(row.kinds) == len(KINDS) else {} for row in rows]
    content_matrix, content_bias = _heads(material.light, ("content",), content, CONTENT_C, balanced=True)
    return Weights(
        theme_ids=themes,
        theme_matrix=theme_matrix,
        theme_bias=theme_bias,
        theme_least=np.full(len(themes), SECOND_THEME, dtype=np.float32) if least is None else least,
        kind_matrix=kind_matrix,
        kind_bias=kind_bias,
        content_matrix=content_matrix,
        content_bias=content_bias,
        light_matrix=light_matrix,
        light_bias=light_bias,
        outside_matrix=material.outside[0],
        outside_bias=material.outside[1],
        second_kind=SECOND_KIND,
    )


def _heads(
    features: Vector, labels: Sequence[str], known: Sequence[Mapping[str, bool]], c: float, *, balanced: bool = False
) -> tuple[Vector, Vector]:
    """One logistic regression a label, each on the rows where that label is known."""
    matrix, bias = [], []
    for label in labels:
        keep = [i for i, answers in enumerate(known) if label in answers]
        wanted = np.array([known[i][label] for i in keep])
        weight = "balanced" if balanced else None
        model = LogisticRegression(C=c, max_iter=2000, class_weight=weight, solver="liblinear", random_state=0)
        model.fit(features[keep], wanted)
        matrix.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return np.array(matrix, dtype=np.float32), np.array(bias, dtype=np.float32)


def cross_validated(material: Material, frame: Frame, folds: int = FOLDS) -> list[Scored]:
    """Theme and kind probabilities of every labelled answer, by models that have not seen it."""
    gold = [i for i, row in enumerate(material.rows) if row.gold]
    order = np.random.default_rng(7).permutation(gold)
    found = []
    for fold in range(folds):
        held = set(order[fold::folds].tolist())
        weights = fitted(material.part([i for i in range(len(material.rows)) if i not in held]), frame)
        for i in sorted(held):
            themes = probabilities(weights.theme_matrix, weights.theme_bias, material.themes[i])
            kinds = probabilities(weights.kind_matrix, weights.kind_bias, material.kinds[i])
            found.append((material.rows[i], themes, kinds))
    return found


def thresholds(found: Sequence[Scored], ids: Sequence[str]) -> Vector:
    """For each theme the least probability with the best F1, drawn towards `SECOND_THEME` where rows are few."""
    least = []
    for k, theme in enumerate(ids):
        gold = np.array([theme in row.main_first for row, _, _ in found])
        given = np.array([float(scored[k]) for _, scored, _ in found])
        best = max(GRID, key=lambda at: (_f1(*_tally(gold, given >= at)), -abs(at - SECOND_THEME)))
        weight = gold.sum() / (gold.sum() + FEW_ROWS)
        least.append(weight * best + (1 - weight) * SECOND_THEME)
    return np.array(least, dtype=np.float32)


def _tally(gold: Flags, given: Flags) -> tuple[int, int, int]:
    return int((gold & given).sum()), int((given & ~gold).sum()), int((gold & ~given).sum())


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


def chosen(labels: Sequence[str], found: Vector, least: float | Vector, most: int) -> tuple[str, ...]:
    """The best label and up to `most` - 1 others of at least `least` (one for all, or one each), best first."""
    order = np.argsort(-found, kind="stable")[:most]
    at = np.broadcast_to(np.asarray(least), found.shape)
    return tuple(labels[k] for n, k in enumerate(order) if n == 0 or found[k] >= at[k])


def report(found: Sequence[Scored], frame: Frame, say: Callable[[str], object]) -> None:
    """Says the cross-validated figures; the thresholds of one half of the answers are measured on the other."""
    themes = [theme for theme in frame.themes if theme != NOTHING]
    halves = (found[::2], found[1::2])
    theme_pairs = [
        (set(row.main_first), set(chosen(themes, scored, least, 3)))
        for half, least in zip(halves, (thresholds(other, themes) for other in reversed(halves)), strict=True)
        for row, scored, _ in half
    ]
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


def train(
    frame: Frame,
    rows: Iterable[Path],
    out: Path,
    say: Callable[[str], object],
    *,
    measure: bool,
    outside: Path | None = None,
) -> Weights:
    """Trains on labelled files and the frame's examples, and writes the weights.

    Args:
        frame: The coding frame.
        rows: Files of labelled answers.
        out: Where the weights go.
        say: Takes a line of figures.
        measure: Whether to say the cross-validated figures.
        outside: Published comments to fit the outside models to; None to keep those that Sayso comes with.

    Raises:
        SaysoError: When a file holds what it must not, with its line.
    """
    models = fitted_outside(outside) if outside else None
    material = prepared([*labelled_rows(rows, frame), *frame_rows(frame, CueBook(frame))], frame, models)
    found = [entry for entry in cross_validated(material, frame) if any(entry[0].kinds.values())]
    if measure:
        report(found, frame, say)
    weights = fitted(material, frame, thresholds(found, [theme for theme in frame.themes if theme != NOTHING]))
    save_weights(weights, out)
    return weights


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.analysis.train", description=__doc__)
    parser.add_argument("--frame", type=Path, help="another coding frame")
    parser.add_argument("--rows", type=Path, nargs="*", help="labelled answers instead of Sayso's own")
    parser.add_argument("--outside", type=Path, help="published comments to fit the outside models to")
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
        outside=options.outside,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
