"""The second reading: which words and parts of words are there, whatever their order.

A linear model over them is a poor reader alone, but errs elsewhere than the reader does: the mean of both is better
than either. Made by `python -m tools.reader.words`; the app only (the nlu server's classifier has words of its own).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.reader.heads import Floats, Head
from nlu.reader.reader import WEIGHTS, ReaderMissing

FILE = "words.npz"
WORDS, LETTERS = (1, 2), (2, 5)
"""Lengths of the runs of words and of letters."""
TASKS = ("theme", "kind", "sentiment")
_LOST = re.compile(r"['’]")
_STEP = 127


def plain(text: str) -> str:
    """Lower case, without apostrophes: typed and recognised words alike."""
    return _LOST.sub("", text.lower())


def vectorizers(vocabularies: tuple[list[str], list[str]] | None = None) -> tuple[TfidfVectorizer, TfidfVectorizer]:
    """The two counters, of words and of letters; with fixed vocabularies, or to be fitted."""
    words, letters = vocabularies or (None, None)
    return (
        TfidfVectorizer(ngram_range=WORDS, vocabulary=words, sublinear_tf=True, preprocessor=plain, min_df=2),
        TfidfVectorizer(
            analyzer="char_wb", ngram_range=LETTERS, vocabulary=letters, sublinear_tf=True, preprocessor=plain, min_df=3
        ),
    )


@dataclass(frozen=True, slots=True)
class WordHeads:
    """What the words speak for.

    Attributes:
        counters: Of words and of letters.
        heads: Heads `theme`, `kind` and `sentiment` over what they count.
    """

    counters: tuple[TfidfVectorizer, TfidfVectorizer]
    heads: Mapping[str, Head]

    def count(self, text: str) -> csr_matrix:
        """The words and letters of a text, one row."""
        return csr_matrix(hstack([counter.transform([text]) for counter in self.counters]))

    def labels(self, name: str) -> tuple[str, ...]:
        """The labels of a head, in the order of its probabilities."""
        return self.heads[name].labels

    def each(self, name: str, counted: csr_matrix) -> Floats:
        """Probabilities of the labels of a head, each by itself."""
        return self.heads[name].each(_dense(counted))

    def one_of(self, name: str, counted: csr_matrix) -> Floats:
        """Probabilities of the labels of a head that add up to 1."""
        return self.heads[name].one_of(_dense(counted))


def _dense(counted: csr_matrix) -> Floats:
    return np.asarray(counted.toarray()[0], dtype=np.float32)


def save_words(words: WordHeads, path: Path) -> None:
    """Writes vocabularies, and weights in steps of one 127th of a label's greatest."""
    arrays: dict[str, np.ndarray] = {}
    for name, counter in zip(("words", "letters"), words.counters, strict=True):
        known = sorted(counter.vocabulary_, key=counter.vocabulary_.get)
        arrays[f"{name}_known"] = np.frombuffer("\n".join(known).encode(), dtype=np.uint8)
        arrays[f"{name}_rarity"] = counter.idf_.astype(np.float16)
    for name, head in words.heads.items():
        scale = np.abs(head.matrix).max(axis=1, keepdims=True) / _STEP
        arrays[f"{name}_labels"] = np.asarray(head.labels)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
        arrays[f"{name}_matrix"] = np.round(head.matrix / scale).astype(np.int8)
        arrays[f"{name}_bias"] = head.bias.astype(np.float32)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy's stub takes the names for its own option


def load_words(path: Path = WEIGHTS / FILE) -> WordHeads:
    """Reads what `save_words` wrote.

    Raises:
        ReaderMissing: The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            words, letters = (bytes(stored[f"{name}_known"]).decode().split("\n") for name in ("words", "letters"))
            counters = vectorizers((words, letters))
            for counter, name in zip(counters, ("words", "letters"), strict=True):
                counter.idf_ = stored[f"{name}_rarity"].astype(np.float64)
            heads = {
                name: Head(
                    tuple(str(label) for label in stored[f"{name}_labels"]),
                    stored[f"{name}_matrix"].astype(np.float32) * stored[f"{name}_scale"],
                    stored[f"{name}_bias"],
                )
                for name in TASKS
            }
    except (OSError, KeyError, ValueError) as error:
        raise ReaderMissing(f"{path.name} cannot be used: check out the project again.") from error
    return WordHeads(counters, heads)


@lru_cache(maxsize=1)
def shared_words() -> WordHeads:
    """The one of the process, loaded on first use."""
    return load_words()
