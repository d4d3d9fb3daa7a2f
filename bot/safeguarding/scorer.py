"""The learned second opinion: logistic regression over sentence embeddings. Weights and card: `model/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.safeguarding.embedding import embedder
from bot.safeguarding.text import BREAK, NormalText

WEIGHTS = Path(__file__).parent / "model" / "weights.npz"
SCALE = 6.0  # unit vectors are scaled before the regression: with it, the usual C of 1 fits
LEVELS = ("none", "concern", "immediate")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the learned scorer thinks of a text.

    Attributes:
        concern: Probability of concern, 0 to 1.
        immediate: Probability of danger now, 0 to 1.
        type: The likeliest type, should there be an alert.
    """

    concern: float
    immediate: float
    type: str

    @property
    def alert(self) -> float:
        """Probability of any alert, 0 to 1."""
        return self.concern + self.immediate


def plain(text: NormalText) -> str:
    """The form of a text that the scorer is trained on and used with."""
    return " ".join(word.norm for word in text.words if word.norm != BREAK)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max())
    share: NDArray[np.float64] = powers / powers.sum()
    return share


class Scorer:
    """Two linear models: level (three classes) and type (of alerts)."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        with np.load(path, allow_pickle=False) as stored:
            self._level = (stored["level_weights"], stored["level_bias"])
            self._type = (stored["type_weights"], stored["type_bias"])
            self._types = [str(name) for name in stored["types"]]
            self._immediate = np.asarray([name.startswith("danger_") for name in self._types])

    def opinion(self, text: str) -> Opinion:
        """Scores one text of at most some forty words (see `plain`)."""
        vector = embedder().embed(text).astype(np.float64) * SCALE
        level = _softmax(self._level[0] @ vector + self._level[1])
        types = self._type[0] @ vector + self._type[1]
        fitting = self._immediate if level[2] >= level[1] else ~self._immediate
        best = int(np.argmax(np.where(fitting, types, -np.inf)))
        return Opinion(float(level[1]), float(level[2]), self._types[best])


@lru_cache(maxsize=1)
def scorer() -> Scorer:
    """The one scorer of the process."""
    return Scorer()
