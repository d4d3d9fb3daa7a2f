"""`python -m tools.reader.words [--out FILE]`: makes the second reading (`nlu/reader/words.py`).

From the training texts, in two minutes; the app's environment is enough.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from nlu.analysis.frame import KINDS, NOTHING, SENTIMENTS, load_frame
from nlu.reader.heads import Head
from nlu.reader.reader import WEIGHTS
from nlu.reader.words import FILE, WordHeads, save_words, vectorizers
from tools.reader import texts

KEPT = 16_000
"""Words and runs of letters kept: those with the greatest weights in a first fit."""
STRENGTH = {"theme": 10.0, "kind": 10.0, "sentiment": 6.0}
"""Inverse of the regularisation. Source: development texts."""


def main() -> int:
    """Makes and writes it."""
    parser = argparse.ArgumentParser(prog="python -m tools.reader.words", description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS / FILE)
    parser.add_argument("--kept", type=int, default=KEPT)
    options = parser.parse_args()
    made = make(options.kept, lambda line: sys.stderr.write(line + "\n"))
    save_words(made, options.out)
    return 0


def make(kept: int, say: Callable[[str], object]) -> WordHeads:
    """Fits all heads twice: on everything, then on what had the greatest weights."""
    coded = list(_coded())
    said = [text for text, _ in coded]
    counters = vectorizers()
    full = csr_matrix(hstack([counter.fit_transform(said) for counter in counters]))
    tasks = _tasks([coding for _, coding in coded])
    say(f"{len(coded)} stretches, {full.shape[1]} words and runs of letters")
    first = {name: _head(name, full, *task) for name, task in tasks.items()}
    weight = np.max([np.abs(head.matrix).max(axis=0) for head in first.values()], axis=0)
    chosen = np.sort(np.argsort(-weight)[:kept])
    border = len(counters[0].vocabulary_)
    names = [sorted(counter.vocabulary_, key=counter.vocabulary_.get) for counter in counters]
    words, letters = [n for n in chosen if n < border], [n - border for n in chosen if n >= border]
    smaller = vectorizers(([names[0][n] for n in words], [names[1][n] for n in letters]))
    for old, new, keep in zip(counters, smaller, (words, letters), strict=True):
        new.idf_ = old.idf_[keep]
    counted = csr_matrix(hstack([counter.transform(said) for counter in smaller]))
    say(f"{len(chosen)} kept")
    heads = {name: _head(name, counted, *task) for name, task in tasks.items()}
    return WordHeads(smaller, heads)


Task = tuple[Sequence[str], np.ndarray]
"""Labels; targets, shape (rows, labels)."""


def _coded() -> list[tuple[str, texts.Coded]]:
    """Every answer, and its points where it has several."""
    found: list[tuple[str, texts.Coded]] = []
    for answer in texts.answers():
        found.append((answer.text, answer.whole))
        points = answer.points or ()
        if len(points) > 1:
            found += [(answer.text[slice(*point.place)], point) for point in points]
    return found


def _tasks(coded: Sequence[texts.Coded]) -> dict[str, Task]:
    themes = [theme for theme in load_frame().themes if theme != NOTHING]
    return {
        "theme": (themes, np.array([[theme in each.themes for theme in themes] for each in coded])),
        "kind": (KINDS, np.array([[kind in each.kinds for kind in KINDS] for each in coded])),
        "sentiment": (SENTIMENTS, np.array([[each.sentiment == s for s in SENTIMENTS] for each in coded])),
    }


def _head(name: str, counted: csr_matrix, labels: Sequence[str], targets: np.ndarray) -> Head:
    """Themes and kinds each by themselves; of sentiments one is right."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "sentiment":
            model = LogisticRegression(C=STRENGTH[name], max_iter=1000)
            model.fit(counted, targets.argmax(axis=1))
            return Head(tuple(labels), model.coef_.astype(np.float32), model.intercept_.astype(np.float32))
        each = [
            LogisticRegression(C=STRENGTH[name], max_iter=300, solver="liblinear", random_state=0).fit(counted, column)
            for column in targets.T
        ]
    matrix = np.stack([model.coef_[0] for model in each]).astype(np.float32)
    return Head(tuple(labels), matrix, np.array([model.intercept_[0] for model in each], dtype=np.float32))


if __name__ == "__main__":
    raise SystemExit(main())
