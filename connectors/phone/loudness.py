"""How loud we are on the line: louder by steps, never clipped, cut off without a click, and never quite silent."""

from __future__ import annotations

import numpy as np

from connectors.speech.audio import Floats, floats, pcm
from connectors.speech.ports import RATE_HZ, Samples

GAINS_DB = (0, 4, 8)
"""The steps of "speak up"."""
PEAK = 10 ** (-1 / 20)
"""The loudest sample that goes out: -1 dB of full scale."""
FADE_SECONDS = 0.01
COMFORT_DBFS = -65.0
"""Of the noise between prompts. A line of zeros sounds dead, and people say "Hello?"; this is heard as an open line,
and lies below the -60 dBFS at which `levels.speech_frames` begins to hear a voice."""

_KNEE = 0.5
"""Up to half of full scale nothing but the gain is changed; above, peaks are bent."""
_FADE = round(RATE_HZ * FADE_SECONDS)
_COMFORT_SECONDS = 4
_SMOOTH = np.array([0.25, 0.5, 0.25])


def louder(samples: Samples, gain_db: float) -> Samples:
    """Samples with a gain, softly limited to `PEAK`: sample by sample, so that frames fit together.

    Args:
        samples: 16 kHz, any length.
        gain_db: -60 to 60; `GAINS_DB` as a rule. At 0 only what is louder than half of full scale is touched.
    """
    wave = floats(samples) * np.float32(10 ** (gain_db / 20))
    size = np.abs(wave)
    over, room = np.maximum(size - _KNEE, 0), PEAK - _KNEE
    return pcm(np.sign(wave) * (np.minimum(size, _KNEE) + room * np.tanh(over / room)))


def faded(samples: Samples) -> Samples:
    """The last piece of a prompt that is cut off: down to nothing in `FADE_SECONDS`, and silent after.

    Args:
        samples: What would have been played next, 16 kHz, any length; less than 10 ms is faded over its length.
    """
    length = min(_FADE, len(samples))
    curve = np.zeros(len(samples), np.float32)
    curve[:length] = np.cos(np.linspace(0, np.pi / 2, length, dtype=np.float32)) ** 2
    return pcm(floats(samples) * curve)


class Comfort:
    """The quiet noise of one call's line: smooth, steady, and the same every time.

    Four seconds that come round again without a seam; nobody hears a pattern in them at this level.
    """

    def __init__(self) -> None:
        self._at = 0

    def frame(self, count: int) -> Samples:
        """The next samples, shape (count,)."""
        places = (self._at + np.arange(count)) % len(_COMFORT)
        self._at = (self._at + count) % len(_COMFORT)
        return _COMFORT[places]

    def under(self, samples: Samples) -> Samples:
        """Sound with the noise beneath it, so that the line does not change between words and waiting."""
        noise = self.frame(len(samples)).astype(np.int32)
        summed: Samples = np.clip(samples.astype(np.int32) + noise, -32_768, 32_767).astype(np.int16)
        return summed


def _comfort() -> Samples:
    white = np.random.default_rng(1).normal(0, 1, _COMFORT_SECONDS * RATE_HZ)
    ends = np.concatenate([white[-1:], white, white[:1]])
    soft: Floats = np.convolve(ends, _SMOOTH, "valid").astype(np.float32)
    return pcm(soft / soft.std() * 10 ** (COMFORT_DBFS / 20))


_COMFORT = _comfort()
