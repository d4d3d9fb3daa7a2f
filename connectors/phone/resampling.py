"""Changes the rate of sound as it comes, without a click at the seams.

Telephone lines run at 8 or 16 kHz, so a half-band filter is all that is needed; it holds back 3 ms. Source: measured,
`soxr.ResampleStream` gives 20 ms frames of 8 kHz back in blocks of 59 ms at its lowest usable quality ("LQ").
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.signal import firwin

from connectors.speech.audio import pcm
from connectors.speech.ports import RATE_HZ, Samples

_TAPS = firwin(95, 0.485, window=("kaiser", 5.5)).astype(np.float32)
"""Passes up to 3.4 kHz (-0.1 dB), and lets nothing through from 4.3 kHz (-50 dB). 47 samples at 16 kHz: 3 ms."""


class Resampler(Protocol):
    """One direction of one call. Keeps what it needs of the past, so that pieces fit together."""

    def feed(self, samples: Samples) -> Samples:
        """The next piece at the other rate, int16, shape (samples,)."""


class Doubler:
    """8 kHz to 16 kHz."""

    def __init__(self) -> None:
        self._past = np.zeros(len(_TAPS) // 2, np.float32)

    def feed(self, samples: Samples) -> Samples:
        """Twice as many samples."""
        if not len(samples):
            return samples
        known = np.concatenate([self._past, samples * np.float32(2 / 32_768)])
        self._past = known[len(samples) :]
        made = np.empty(2 * len(samples), np.float32)
        made[::2] = np.convolve(known, _TAPS[::2], "valid")
        made[1::2] = np.convolve(known[1:], _TAPS[1::2], "valid")
        return pcm(made)


class Halver:
    """16 kHz to 8 kHz."""

    def __init__(self) -> None:
        self._past = np.zeros(len(_TAPS) - 1, np.float32)
        self._odd = 0

    def feed(self, samples: Samples) -> Samples:
        """Half as many samples; of an odd number, the one left over counts with the next piece."""
        if not len(samples):
            return samples
        known = np.concatenate([self._past, samples * np.float32(1 / 32_768)])
        self._past = known[len(samples) :]
        made = pcm(np.convolve(known, _TAPS, "valid")[self._odd :: 2])
        self._odd = (self._odd + len(samples)) % 2
        return made


class _Same:
    def feed(self, samples: Samples) -> Samples:
        return samples


def to_line(line_hz: int) -> Resampler:
    """From the session's rate to a line's.

    Args:
        line_hz: 8,000 or 16,000.
    """
    return _resampler(line_hz, Halver)


def from_line(line_hz: int) -> Resampler:
    """From a line's rate to the session's."""
    return _resampler(line_hz, Doubler)


def _resampler(line_hz: int, other: type[Doubler] | type[Halver]) -> Resampler:
    if line_hz == RATE_HZ:
        return _Same()
    if line_hz * 2 == RATE_HZ:
        return other()
    raise ValueError(f"a line has 8000 or 16000 Hz, not {line_hz}")


def silence(seconds: float) -> Samples:
    """Nothing at all, 16 kHz."""
    return np.zeros(round(seconds * RATE_HZ), np.int16)
