"""The act classifier: sentence embeddings ++ word and character TF-IDF ++ cues, and a linear model over them.

Trained with scipy, kept and run as plain arrays (no pickles). Importable in both environments.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.features import GROUPS, character_pieces, cues, word_pieces

Floats = npt.NDArray[np.float32]
Example = tuple[str, str, str]
"""(utterance, question, kind)"""

EMBEDDING_SIZE = 384
MOST_STEPS = 300
_GROUP_NAMES = tuple(sorted(set(GROUPS.values())))
_ARRAYS = "act_model.npz"
_WORDS = "act_model.json"


@dataclass(frozen=True)
class ModelSettings:
    """How the classifier is built. Source: chosen on grouped held-out folds by `python -m nlu.crossval`.

    Attributes:
        c: Inverse strength of the regularisation.
        embedding_scale: Length of the utterance's embedding vector.
        question_scale: Length of the question's embedding vector.
        group_scale: Length of the utterance's embedding in the block of its group of kinds.
        word_scale: Length of the word pieces' TF-IDF vector.
        character_scale: Length of the character pieces' TF-IDF vector.
        cue_scale: Weight of a cue.
        min_count: Pieces seen in fewer examples are dropped.
        tolerance: Fitting ends when no weight's gradient is larger.
    """

    c: float = 3.0
    embedding_scale: float = 3.0
    question_scale: float = 1.5
    group_scale: float = 1.5
    word_scale: float = 3.0
    character_scale: float = 3.0
    cue_scale: float = 0.4
    min_count: int = 2
    tolerance: float = 3e-4


@dataclass
class Vectorizer:
    """Pieces and cues to numbers: TF-IDF with sublinear counts, one unit vector a block."""

    settings: ModelSettings = field(default_factory=ModelSettings)
    index: dict[str, int] = field(default_factory=dict)
    idf: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    def fit(self, examples: Sequence[Example]) -> None:
        """Learns which pieces there are and how rare each is."""
        seen: Counter[str] = Counter()
        for example in examples:
            seen.update({piece for block in _blocks(example) for piece in block})
        kept = sorted(piece for piece, count in seen.items() if count >= self.settings.min_count)
        self.index = {piece: number for number, piece in enumerate(kept)}
        total = len(examples)
        self.idf = np.array([math.log((1 + total) / (1 + seen[piece])) + 1 for piece in kept], dtype=np.float32)

    @property
    def size(self) -> int:
        """How many numbers the sparse part has."""
        return len(self.index)

    def sparse(self, example: Example) -> tuple[npt.NDArray[np.int64], Floats]:
        """(positions, values) of an example's pieces and cues."""
        words, characters, held = _blocks(example)
        parts = [
            self._tf_idf(words, self.settings.word_scale),
            self._tf_idf(characters, self.settings.character_scale),
            self._flags(held),
        ]
        return np.concatenate([p for p, _ in parts]), np.concatenate([v for _, v in parts])

    def dense(self, utterance: Floats, question: Floats, kind: str) -> Floats:
        """The embeddings: utterance, question, and the utterance again in the block of its group of kinds."""
        blocks = np.zeros((len(_GROUP_NAMES), EMBEDDING_SIZE), dtype=np.float32)
        blocks[_GROUP_NAMES.index(GROUPS.get(kind, "talk"))] = utterance * self.settings.group_scale
        return np.concatenate(
            [utterance * self.settings.embedding_scale, question * self.settings.question_scale, blocks.ravel()]
        ).astype(np.float32)

    def _tf_idf(self, counts: Counter[str], scale: float) -> tuple[npt.NDArray[np.int64], Floats]:
        known = [(self.index[piece], 1 + math.log(count)) for piece, count in counts.items() if piece in self.index]
        positions = np.array([position for position, _ in known], dtype=np.int64)
        values = np.array([value for _, value in known], dtype=np.float32) * self.idf[positions]
        norm = float(np.linalg.norm(values))
        return positions, (values * (scale / norm) if norm else values).astype(np.float32)

    def _flags(self, held: Counter[str]) -> tuple[npt.NDArray[np.int64], Floats]:
        positions = np.array([self.index[cue] for cue in held if cue in self.index], dtype=np.int64)
        return positions, np.full(len(positions), self.settings.cue_scale, dtype=np.float32)


def _blocks(example: Example) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Counts of word pieces, character pieces and cues; prefixes keep the three apart in one vocabulary."""
    utterance, question, kind = example
    return (
        _counted("w", word_pieces(utterance, kind)),
        _counted("c", character_pieces(utterance)),
        _counted("q", cues(utterance, question, kind)),
    )


def _counted(prefix: str, pieces: Iterator[str]) -> Counter[str]:
    return Counter(f"{prefix}|{piece}" for piece in pieces)


@dataclass
class ActModel:
    """A trained classifier.

    Attributes:
        vectorizer: Makes the numbers.
        acts: The acts, in the order of the rows below.
        weights: (acts, dense + sparse).
        bias: (acts,).
    """

    vectorizer: Vectorizer
    acts: tuple[str, ...]
    weights: Floats
    bias: Floats

    def ranking(self, example: Example, utterance: Floats, question: Floats) -> list[tuple[str, float]]:
        """(act, probability), most likely first. The embeddings have length 1, shape (384,)."""
        dense = self.vectorizer.dense(utterance, question, example[2])
        positions, values = self.vectorizer.sparse(example)
        scores = self.weights[:, : len(dense)] @ dense + self.weights[:, len(dense) + positions] @ values + self.bias
        odds = np.exp(scores - scores.max())
        ranked = sorted(zip(self.acts, (odds / odds.sum()).tolist(), strict=True), key=lambda pair: -pair[1])
        return [(act, float(p)) for act, p in ranked]

    def save(self, folder: Path) -> None:
        """Writes arrays and vocabulary."""
        np.savez_compressed(
            folder / _ARRAYS, weights=self.weights.astype(np.float16), bias=self.bias, idf=self.vectorizer.idf
        )
        words = {
            "acts": self.acts,
            "pieces": list(self.vectorizer.index),
            "settings": self.vectorizer.settings.__dict__,
        }
        (folder / _WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ActModel:
        """Reads what `save` wrote."""
        words: dict[str, Any] = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            weights, bias, idf = (arrays[name].astype(np.float32) for name in ("weights", "bias", "idf"))
        index = {piece: number for number, piece in enumerate(words["pieces"])}
        vectorizer = Vectorizer(ModelSettings(**words["settings"]), index, idf)
        return cls(vectorizer, tuple(words["acts"]), weights, bias)


def train(
    examples: Sequence[Example],
    acts: Sequence[str],
    utterances: Iterable[Floats],
    questions: Iterable[Floats],
    settings: ModelSettings | None = None,
) -> ActModel:
    """Fits a classifier.

    Args:
        examples: Utterances in their contexts.
        acts: The act of each.
        utterances: The embedding of each utterance, length 1.
        questions: The embedding of each question, length 1 (or zeros for none).
        settings: How to build it; the defaults when None.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - scipy is needed for training only

    vectorizer = Vectorizer(settings or ModelSettings())
    vectorizer.fit(examples)
    dense = np.stack([vectorizer.dense(u, q, e[2]) for u, q, e in zip(utterances, questions, examples, strict=True)])
    rows = [vectorizer.sparse(example) for example in examples]
    starts = np.cumsum([0, *(len(positions) for positions, _ in rows)])
    sparse = csr_matrix(
        (np.concatenate([v for _, v in rows]), np.concatenate([p for p, _ in rows]), starts),
        shape=(len(rows), vectorizer.size),
    )
    known = tuple(sorted(set(acts)))
    weights, bias = _fit(dense, sparse, [known.index(act) for act in acts], _weights(acts, known), vectorizer.settings)
    return ActModel(vectorizer, known, weights, bias)


def _fit(
    dense: Floats, sparse: Any, targets: Sequence[int], importance: Floats, settings: ModelSettings
) -> tuple[Floats, Floats]:
    """Multinomial logistic regression by L-BFGS: (weights, bias)."""
    from scipy.optimize import minimize  # noqa: PLC0415

    count, width, size = len(importance), dense.shape[1], dense.shape[1] + sparse.shape[1]
    row = np.arange(len(targets))
    share = importance[np.asarray(targets)]
    penalty = 1 / (settings.c * float(share.sum()))
    share = share / share.sum()
    transposed = sparse.T.tocsr()

    def objective(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        held = flat.reshape(count, size + 1)
        weights = held.astype(np.float32)
        scores = dense @ weights[:, :width].T + sparse @ np.ascontiguousarray(weights[:, width:-1].T) + weights[:, -1]
        scores -= scores.max(axis=1, keepdims=True)
        sums = np.log(np.exp(scores).sum(axis=1))
        loss = float(share @ (sums - scores[row, targets])) + penalty / 2 * float((held[:, :-1] ** 2).sum())
        wrong = np.exp(scores - sums[:, np.newaxis])
        wrong[row, targets] -= 1
        wrong *= share[:, np.newaxis]
        slope = np.hstack([wrong.T @ dense, (transposed @ wrong).T, wrong.sum(axis=0)[:, np.newaxis]]).astype(float)
        slope[:, :-1] += penalty * held[:, :-1]
        return loss, slope.ravel()

    options = {"maxiter": MOST_STEPS, "gtol": settings.tolerance}
    found = minimize(objective, np.zeros(count * (size + 1)), jac=True, method="L-BFGS-B", options=options)
    fitted = found.x.reshape(count, size + 1).astype(np.float32)
    return fitted[:, :-1], fitted[:, -1]


def _weights(acts: Sequence[str], known: Sequence[str]) -> Floats:
    """Rarer acts weigh more, by the square root: half-way to balanced. In the order of `known`."""
    counts = Counter(acts)
    mean = sum(counts.values()) / len(counts)
    return np.array([math.sqrt(mean / counts[act]) for act in known], dtype=np.float32)
