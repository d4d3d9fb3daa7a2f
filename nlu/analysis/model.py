"""The trained linear models: one logistic score per theme and kind. Plain arrays, no pickles."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from dialogues.errors import SaysoError
from nlu.analysis.features import Vector

WEIGHTS_PATH = Path(__file__).with_name("weights") / "coding.npz"
FORMAT = 2

EMBEDDING_SCALE = 2.0
CUE_SCALE = 0.5
HASH_SCALE = 0.5
QUESTION_SCALE = 0.4
FORM_SCALE = 0.7
ASKED_SCALE = 0.7
"""Weights of the feature groups. Source: cross-validation on our own rows (weights/README.md)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What `train` writes and `points` reads.

    Attributes:
        theme_ids: Themes in the order of the rows of `theme_matrix`, shape (themes,).
        theme_matrix: Shape (themes, features of `theme_features`).
        theme_bias: Shape (themes,).
        theme_least: Shape (themes,): least probability, 0 to 1, of each as a second or third theme.
        kind_matrix: Shape (6, features of `kind_features`), kinds in the order of `frame.KINDS`.
        kind_bias: Shape (6,).
        content_matrix: Shape (1, features without embedding): is there a point in these words?
        content_bias: Shape (1,).
        light_matrix: Shape (6, features without embedding): kinds of single clauses, for cutting only.
        light_bias: Shape (6,).
        outside_matrix: Shape (1, 384): pleased or not, see `outside`.
        outside_bias: Shape (1,).
        second_kind: Least probability of a second kind, 0 to 1.
    """

    theme_ids: tuple[str, ...]
    theme_matrix: Vector
    theme_bias: Vector
    theme_least: Vector
    kind_matrix: Vector
    kind_bias: Vector
    content_matrix: Vector
    content_bias: Vector
    light_matrix: Vector
    light_bias: Vector
    outside_matrix: Vector
    outside_bias: Vector
    second_kind: float


def theme_features(embedding: Vector, cues: Vector, hashed: Vector, asked: Vector) -> Vector:
    """Joins the feature groups for themes. `asked` is `question_vector`."""
    parts = (EMBEDDING_SCALE * embedding, CUE_SCALE * cues, HASH_SCALE * hashed, QUESTION_SCALE * asked)
    return np.concatenate(parts).astype(np.float32)


def kind_features(
    embedding: Vector, cues: Vector, hashed: Vector, forms: Vector, leaning: Vector, outside: Vector
) -> Vector:
    """Joins the feature groups for kinds. `leaning` is `asked_vector`: the question counts for little."""
    parts = (EMBEDDING_SCALE * embedding, CUE_SCALE * cues, HASH_SCALE * hashed, FORM_SCALE * forms)
    return np.concatenate((*parts, ASKED_SCALE * leaning, outside)).astype(np.float32)


def light_features(cues: Vector, hashed: Vector, forms: Vector) -> Vector:
    """Joins the feature groups that cost next to nothing, for judging clauses."""
    return np.concatenate((CUE_SCALE * cues, hashed, FORM_SCALE * forms)).astype(np.float32)


def probabilities(matrix: Vector, bias: Vector, features: Vector) -> Vector:
    """Logistic scores, shape (labels,), each 0 to 1."""
    scores = np.clip(matrix @ features + bias, -30.0, 30.0)
    return np.asarray(1.0 / (1.0 + np.exp(-scores)), dtype=np.float32)


def save_weights(weights: Weights, path: Path = WEIGHTS_PATH) -> None:
    """Writes weights as a compressed .npz of half-precision arrays."""
    arrays = {name: np.asarray(getattr(weights, name)) for name in _names()}
    small = {n: a.astype(np.float16) if n.endswith("matrix") else a for n, a in arrays.items()}
    np.savez_compressed(path, allow_pickle=False, format=np.array(FORMAT), **small)


def load_weights(path: Path = WEIGHTS_PATH) -> Weights:
    """Reads weights.

    Raises:
        SaysoError: When the file is missing or of another format.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = int(stored["format"])
            values = {name: stored[name] for name in _names()}
    except (OSError, KeyError, ValueError) as error:
        raise SaysoError(
            "weights_unreadable", f"{path.name} cannot be used: run `python -m nlu.analysis.train`."
        ) from error
    if found != FORMAT:
        raise SaysoError("weights_unreadable", f"{path.name} is of an old format: run `python -m nlu.analysis.train`.")
    return _typed(values)


def _names() -> tuple[str, ...]:
    return tuple(item.name for item in fields(Weights))


def _typed(values: dict[str, np.ndarray]) -> Weights:
    matrices = {
        n: np.asarray(v, dtype=np.float32) for n, v in values.items() if n.endswith(("matrix", "bias", "least"))
    }
    return Weights(
        theme_ids=tuple(str(item) for item in values["theme_ids"]),
        second_kind=float(values["second_kind"]),
        **matrices,
    )
