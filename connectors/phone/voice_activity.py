"""Whether somebody speaks, as sound comes: Silero's voice activity detector, run from its ONNX file. No PyTorch.

The file comes from the package `silero-vad` (MIT), found without importing it, and is checked by its sum.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from connectors.speech.audio import Floats, floats
from connectors.speech.ports import RATE_HZ, Samples
from dialogues.errors import SaysoError

WINDOW_SAMPLES = 512
WINDOW_SECONDS = WINDOW_SAMPLES / RATE_HZ
"""32 ms: what Silero judges at a time."""

_PACKAGE, _FILE = "silero_vad", "data/silero_vad_16k_op15.onnx"
_SHA256 = "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49"
"""Of silero-vad 6.2.3."""
_CONTEXT_SAMPLES = 64
"""Of the window before, which Silero sees again."""
_STATE_SHAPE = (2, 1, 128)


class SileroModel:
    """The network, without the memory of any call. Many calls, in any threads, share one (17 MB).

    Raises:
        SaysoError: `voice_activity_missing`.
    """

    def __init__(self) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy, and not needed by who imports the constants only

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(str(_located()), options, ["CPUExecutionProvider"])
        self._rate = np.array(RATE_HZ, np.int64)

    def judge(self, window: Floats, state: Floats) -> tuple[float, Floats]:
        """One window with the end of the one before.

        Args:
            window: Shape (576,), -1 to 1.
            state: Shape (2, 1, 128), as returned for the window before; zeros at first.

        Returns:
            The probability that somebody speaks, 0 to 1, and the next state.
        """
        probability, after = self._session.run(None, {"input": window[None], "state": state, "sr": self._rate})
        return float(probability[0, 0]), after


class VoiceActivity:
    """The ear of one call: 4 kB of memory. Used from one thread at a time.

    Sound comes in frames of 20 ms and is judged in windows of 32 ms, so that a frame brings none or one probability,
    and eight frames bring five. Each stands for the `WINDOW_SECONDS` that ended last: count time by probabilities, not
    by frames. What is not judged yet is at most 31.9 ms. A window takes 0.12 ms of one core. Source: measured.

    Args:
        model: Shared with other calls; the process's own where none is given.
    """

    def __init__(self, model: SileroModel | None = None) -> None:
        self._model = model or shared_model()
        self._waiting, self._state = _fresh()

    def feed(self, samples: Samples) -> tuple[float, ...]:
        """Takes the next piece of sound, of any length; returns the probability of speech, 0 to 1, of each window that
        it completes."""
        self._waiting = np.concatenate([self._waiting, floats(samples)])
        judged = []
        while len(self._waiting) >= _CONTEXT_SAMPLES + WINDOW_SAMPLES:
            window = self._waiting[: _CONTEXT_SAMPLES + WINDOW_SAMPLES]
            probability, self._state = self._model.judge(window, self._state)
            self._waiting = self._waiting[WINDOW_SAMPLES:]
            judged.append(probability)
        return tuple(judged)

    def reset(self) -> None:
        """Forgets what it heard."""
        self._waiting, self._state = _fresh()


@lru_cache(maxsize=1)
def shared_model() -> SileroModel:
    """The process's one model, loaded on first use; raises as `SileroModel` does."""
    return SileroModel()


def _fresh() -> tuple[Floats, Floats]:
    return np.zeros(_CONTEXT_SAMPLES, np.float32), np.zeros(_STATE_SHAPE, np.float32)


def _located() -> Path:
    spec = find_spec(_PACKAGE)
    path = Path(next(iter((spec and spec.submodule_search_locations) or ()), ""), _FILE)
    if not path.is_file():
        raise SaysoError("voice_activity_missing", f"The file {_FILE} of silero-vad is missing. Run: make setup")
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        raise SaysoError(
            "voice_activity_missing", f"The file {_FILE} of silero-vad is not the one measured. Reinstall: make setup"
        )
    return path
