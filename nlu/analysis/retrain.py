"""An organisation's own coding: the reader's heads for themes and kinds, moved as far as its own rows ask, no further.

The reader itself stays. A head starts from Sayso's and is fitted to the organisation's labelled answers and to the
definitions, examples and counter-examples of its coding frame. A label that a text says nothing about is to stay as
Sayso's head has it for that text: that keeps what is not spoken of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.analysis.coding import Coder
from nlu.analysis.frame import NOTHING, Frame
from nlu.analysis.labelled import Row, frame_rows
from nlu.reader.heads import Floats, Head
from nlu.reader.reader import SIZE, Reader, Reading
from nlu.reader.words import WordHeads

PULL = 0.2
"""How strongly a head is held to where it started: higher is more cautious. Source: development texts."""
OWN_WEIGHT = 3.0
"""A labelled answer counts for so many examples of the frame."""
NEW_BIAS = -2.5
"""Where a theme starts that Sayso does not know: rare until rows speak for it."""
HELD_BACK = 5
"""One row in so many is held back where no held-out file is given."""
MOST_STEPS = 200

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """F1 over labels, 0 to 1: the mean of the labels', and over all decisions."""

    macro: float
    micro: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The old and the new coding on the same held-out rows."""

    rows: int
    old: Mapping[str, Score]
    new: Mapping[str, Score]

    @property
    def is_as_good(self) -> bool:
        """True where the new coding is nowhere worse than the old."""
        return all(
            self.new[name].macro >= self.old[name].macro and self.new[name].micro >= self.old[name].micro
            for name in self.old
        )


def parted(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """(rows to train on, rows held back): one in five, always the same ones."""
    held = [row for row in rows if hashlib.sha256(row.text.encode()).digest()[0] % HELD_BACK == 0]
    return [row for row in rows if row not in held], held


def retrained(rows: Sequence[Row], frame: Frame, reader: Reader, heads: Mapping[str, Head]) -> dict[str, Head]:
    """Heads `theme` and `kind`, fitted to labelled rows and to the frame.

    Args:
        rows: Labelled answers.
        frame: The organisation's coding frame; it may have themes that the heads do not know.
        reader: Reads the texts.
        heads: Where to start from.
    """
    themes = tuple(theme for theme in frame.themes if theme != NOTHING)
    material = [*rows, *frame_rows(frame)]
    vectors = np.stack([reader.read(row.text, row.question).stretch() for row in material])
    weights = np.array([OWN_WEIGHT] * len(rows) + [1.0] * (len(material) - len(rows)))
    return {
        "theme": _fitted(_started(heads["theme"], themes), vectors, [row.themes for row in material], weights),
        "kind": _fitted(heads["kind"], vectors, [row.kinds for row in material], weights),
    }


def compared(
    rows: Sequence[Row], reader: Reader, words: WordHeads, old: Mapping[str, Head], new: Mapping[str, Head]
) -> Comparison:
    """Measures two codings on rows that neither was trained on.

    Args:
        rows: Labelled answers; those without a point are left out.
        reader: Reads the texts.
        words: The second reading, which stays as it is.
        old: Heads now in use.
        new: Heads to judge.
    """
    coded = [(row, reader.read(row.text, row.question)) for row in rows if any(row.kinds.values())]
    before, now = (Coder({**reader.heads, **heads}, words) for heads in (old, new))
    return Comparison(len(coded), _scores(coded, before), _scores(coded, now))


def score(pairs: Iterable[tuple[set[str], set[str]]]) -> Score:
    """F1 of (labelled, found) sets."""
    tally: dict[str, list[int]] = {}
    for wanted, found in pairs:
        for label in wanted | found:
            entry = tally.setdefault(label, [0, 0, 0])
            entry[0 if label in wanted and label in found else 1 if label in found else 2] += 1
    each = [_f1(*entry) for entry in tally.values()]
    if not each:
        return Score(0.0, 0.0)
    return Score(float(np.mean(each)), _f1(*(sum(column) for column in zip(*tally.values(), strict=True))))


def _f1(right: int, extra: int, missed: int) -> float:
    return 2 * right / (2 * right + extra + missed) if right else 0.0


def _scores(rows: Sequence[tuple[Row, Reading]], coder: Coder) -> dict[str, Score]:
    codings = [coder.coded(row.text, reading, 0, len(row.text)) for row, reading in rows]
    labelled = [(row, coding) for (row, _), coding in zip(rows, codings, strict=True)]
    return {
        "themes": score((set(row.main_first), set(coding.themes)) for row, coding in labelled),
        "kinds": score(({name for name, on in row.kinds.items() if on}, set(coding.kinds)) for row, coding in labelled),
    }


def _started(head: Head, labels: tuple[str, ...]) -> Head:
    """The head with these labels: known ones as they are, new ones silent."""
    at = {label: number for number, label in enumerate(head.labels)}
    matrix, bias = np.zeros((len(labels), SIZE), np.float32), np.full(len(labels), NEW_BIAS, np.float32)
    for number, label in enumerate(labels):
        if label in at:
            matrix[number], bias[number] = head.matrix[at[label]], head.bias[at[label]]
    return Head(labels, matrix, bias)


def _fitted(head: Head, vectors: Floats, known: Sequence[Mapping[str, bool]], weights: Wide) -> Head:
    """Each label by itself: logistic loss, and a pull back to where it started."""
    matrix, bias = head.matrix.copy(), head.bias.copy()
    targets = head.each(vectors).astype(np.float64)
    for row, answers in enumerate(known):
        for number, label in enumerate(head.labels):
            if label in answers:
                targets[row, number] = float(answers[label])
    wide = vectors.astype(np.float64)
    for number in range(len(head.labels)):
        start = np.append(head.matrix[number], head.bias[number]).astype(np.float64)
        found = _one(start, wide, targets[:, number], weights)
        matrix[number], bias[number] = found[:-1], found[-1]
    return Head(head.labels, matrix, bias)


def _one(start: Wide, vectors: Wide, wanted: Wide, weights: Wide) -> Wide:
    from scipy.optimize import minimize  # noqa: PLC0415 - needed for training only

    inputs, share = np.hstack([vectors, np.ones((len(vectors), 1))]), weights / weights.sum()

    def objective(held: Wide) -> tuple[float, Wide]:
        scores = inputs @ held
        moved = held - start
        loss = float(share @ (np.logaddexp(0, scores) - wanted * scores)) + PULL / 2 * float(moved @ moved)
        wrong = share * (1 / (1 + np.exp(-np.clip(scores, -30, 30))) - wanted)
        return loss, inputs.T @ wrong + PULL * moved

    return np.asarray(minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS}).x)
