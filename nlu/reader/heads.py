"""What is asked of a reading: linear heads over its vectors, kept as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to a vector.

    Attributes:
        labels: The possible answers.
        matrix: Shape (labels, numbers of the vector).
        bias: Shape (labels,).
    """

    labels: tuple[str, ...]
    matrix: Floats
    bias: Floats

    def scores(self, vectors: Floats) -> Floats:
        """Raw scores, shape (..., labels)."""
        return np.asarray(vectors @ self.matrix.T + self.bias, dtype=np.float32)

    def one_of(self, vectors: Floats) -> Floats:
        """Probabilities, shape (..., labels), that add up to 1: exactly one label is right."""
        scores = self.scores(vectors)
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)

    def each(self, vectors: Floats) -> Floats:
        """Probabilities, shape (..., labels), each by itself: any number of labels may be right."""
        scores = np.clip(self.scores(vectors), -30.0, 30.0)
        return np.asarray(1.0 / (1.0 + np.exp(-scores)), dtype=np.float32)


_LABELS = "_labels"


def save_heads(heads: Mapping[str, Head], path: Path) -> None:
    """Writes heads as compressed arrays of half precision."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, head in heads.items():
        arrays[f"{name}{_LABELS}"] = np.asarray(head.labels)
        arrays[f"{name}_matrix"] = head.matrix.astype(np.float16)
        arrays[f"{name}_bias"] = head.bias.astype(np.float32)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy's stub takes the names for its own option


def load_heads(path: Path) -> dict[str, Head]:
    """Reads what `save_heads` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return {
            name: Head(
                tuple(str(label) for label in stored[f"{name}{_LABELS}"]),
                stored[f"{name}_matrix"].astype(np.float32),
                stored[f"{name}_bias"].astype(np.float32),
            )
            for name in (key.removesuffix(_LABELS) for key in stored.files if key.endswith(_LABELS))
        }
