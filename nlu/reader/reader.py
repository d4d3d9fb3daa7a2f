"""`Reader`: the one way in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from nlu.reader.heads import Floats, Head, load_heads
from nlu.reader.pieces import Pieces, Place, Window, kept

WEIGHTS = Path(__file__).parent / "weights"
SIZE = 384
"""Numbers of a piece's vector."""


class ReaderMissing(RuntimeError):
    """A file of the reader is missing or damaged."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was read.

    Attributes:
        places: Place in the text (code points) of each piece.
        pieces: What each piece means where it stands, shape (pieces, 384).
        first: The vector of the whole first window, shape (384,).
    """

    places: tuple[Place, ...]
    pieces: Floats
    first: Floats

    def stretch(self, start: int = 0, end: int | None = None) -> Floats:
        """The mean vector, shape (384,), of the pieces that touch `text[start:end]`; of all where there are none."""
        inside = [n for n, (a, b) in enumerate(self.places) if b > start and (end is None or a < end)]
        if not len(self.pieces):
            return self.first
        return np.asarray((self.pieces[inside] if inside else self.pieces).mean(axis=0), dtype=np.float32)

    def whole(self) -> Floats:
        """The vector of the text as one utterance, shape (768,)."""
        return np.concatenate([self.first, self.stretch()])


class Reader:
    """Reads texts. Safe to share between threads; no network.

    Args:
        folder: Where the weights are.

    Raises:
        ReaderMissing: A file is missing or damaged.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy, and not needed by who imports the types only

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self.heads: dict[str, Head] = load_heads(folder / "heads.npz")
            self._pieces = Pieces(folder / "tokenizer.json")
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "reader.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # each library has errors of its own; the remedy is the same
            raise ReaderMissing(f"The reader in {folder.name} cannot be used: check out the project again.") from error

    def read(self, text: str, question: str = "", *, capitals: bool = False) -> Reading:
        """Reads a text of any length, in windows.

        Args:
            text: The words.
            question: What they answer; may be empty.
            capitals: Whether capitals tell something, as in names.
        """
        windows = list(self._pieces.windows(text, question, capitals=capitals))
        places: list[Place] = []
        vectors: list[Floats] = []
        first = np.zeros(SIZE, dtype=np.float32)
        for number, (window, (begin, end)) in enumerate(zip(windows, kept(windows), strict=True)):
            hidden = self._hidden(window)
            if number == 0:
                first = hidden[0]
            places += window.places[begin:end]
            vectors.append(hidden[window.begin + begin : window.begin + end])
        return Reading(tuple(places), np.concatenate(vectors), first)

    def _hidden(self, window: Window) -> Floats:
        ids = np.array([window.ids], dtype=np.int64)
        feed = {
            "ids": ids,
            "mask": np.ones(ids.shape, dtype=np.float32),
            "types": np.array([window.capitals], dtype=np.int64),
        }
        return np.asarray(self._session.run(None, feed)[0][0], dtype=np.float32)


@lru_cache(maxsize=1)
def shared_reader() -> Reader:
    """The one reader of the process, loaded on first use."""
    return Reader()


def files(folder: Path = WEIGHTS) -> Iterator[tuple[str, str]]:
    """(name, SHA-256) of each file that a reading depends on."""
    for path in sorted(folder.glob("*")):
        if path.suffix in {".onnx", ".npz", ".json"}:
            yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
