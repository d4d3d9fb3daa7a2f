"""What other people's comments teach: pleased or not, fitted to published comments, one feature of our own models.

The comments are 109,767 of Nottinghamshire Healthcare NHS Foundation Trust (MIT licence), each an answer to "what was
good" or "what could be improved". Only weights are kept. Source: weights/README.md.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
from sklearn.linear_model import LogisticRegression

from dialogues.errors import SaysoError
from nlu.analysis.embed import shared_embedder
from nlu.analysis.features import Vector

PLEASED = "what_good"
MIN_WORDS, MAX_WORDS = 3, 35
"""Length of the comments used. Source: the length of a point, `segment.MAX_POINT_WORDS`."""
MOST = 3500
"""Comments taken of each question."""
STRENGTH = 2.0
SEED = 2
_NO_CHANGE = re.compile(
    r"^\W*(?:nothing|none|no|n/?a|don'?t know|everything|all|nil|not sure|unsure|not applicable)\b"
    r"|cannot think|can't think|happy with|keep up|no improve",
    re.IGNORECASE,
)
_UNSORTED = ("Other", "Too many surveys")


def outside_vector(matrix: Vector, bias: Vector, embedding: Vector) -> Vector:
    """Pleased or not, -2 to 2. Shape: (1,)."""
    return np.asarray(np.clip((matrix @ embedding + bias) / 2.0, -2.0, 2.0), dtype=np.float32)


def fitted_outside(path: Path) -> tuple[Vector, Vector]:
    """Fits the model to a file of comments.

    Args:
        path: JSON Lines, gzipped, of `{text, question, category}`.

    Returns:
        Matrix, shape (1, 384), and bias, shape (1,).

    Raises:
        SaysoError: When the file cannot be read or holds something else.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        pairs = list(_taken(rows))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SaysoError("rows_invalid", f"{path.name}: give gzipped lines of {{text, question, category}}.") from error
    if len({pleased for _, pleased in pairs}) < 2:
        raise SaysoError("rows_invalid", f"{path.name}: give comments on what was good and on what to improve.")
    model = LogisticRegression(C=STRENGTH, max_iter=600)
    model.fit(_embedded([text for text, _ in pairs]), [pleased for _, pleased in pairs])
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)


def _taken(rows: Sequence[dict[str, str]]) -> Iterator[tuple[str, bool]]:
    """Comments with content and of fitting length, drawn alike for both questions."""
    taken: Counter[bool] = Counter()
    for row in Random(SEED).sample(rows, len(rows)):
        pleased = row["question"] == PLEASED
        fits = MIN_WORDS <= len(row["text"].split()) <= MAX_WORDS and row["category"] not in _UNSORTED
        if fits and taken[pleased] < MOST and not _NO_CHANGE.search(row["text"]):
            taken[pleased] += 1
            yield row["text"], pleased


def _embedded(texts: Sequence[str]) -> Vector:
    return shared_embedder()(texts)
