"""Whether what comes in is our own voice coming back over the line.

Of what was played, the stretch that resembles most what was heard is looked for (normalised cross-correlation, by FFT),
and the path of the echo between the two is fitted by least squares. What the path explains of the power heard is the
likeness: near 1 for an echo, near 0.5 with a person as loud as the echo, lower for a person alone.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_toeplitz
from scipy.signal import firwin, lfilter

from connectors.phone.resampling import Halver
from connectors.speech.audio import Floats, floats
from connectors.speech.ports import RATE_HZ, Samples
from connectors.speech.telephone import BAND_HZ, LINE_RATE_HZ

HEARD_SECONDS = 0.4
"""What is judged at a time: the sound of a syllable or two."""
MAX_LAG_SECONDS = 0.8
LEAST_LIKENESS = 0.68
"""What is explained less is no echo. Source: measured; of 2,345 judgements of real people
alone the most is 0.59, the 99th percentile 0.39; an echo from a room has 0.72 or more, 19 times of 20."""

_MARGIN, _MOST_LIKENESS = 0.12, 0.86
"""An echo is about as like as the call's echoes are as a rule: 0.98 by a line, 0.83 from a room. What is less like by
the margin holds a person too."""
_RISES, _FALLS = 0.3, 0.04
"""How fast that rule is learnt. It falls slowly, so that a person who talks over the echo does not teach it."""
_LEAST_SECONDS = 0.1
_HEARD = round(HEARD_SECONDS * LINE_RATE_HZ)
_MAX_LAG = round(MAX_LAG_SECONDS * LINE_RATE_HZ)
_PATH, _BEFORE = 256, 64
"""Taps of the echo's path: 32 ms, what a line smears and a room begins with; 8 ms of them before the best lag."""
_NEAR = 40
"""The lag is looked for first within 5 ms of where it was."""
_MAX_GAIN = 2.0
"""An echo is no louder than what was played; twice leaves room for what the filters do."""
_LEAST_POWER = 10.0**-7
"""-70 dB of full scale, in the band: below, nothing was played that could come back."""
_FRAME = round(0.02 * LINE_RATE_HZ)
_NOISE_RATIO = 1.2
"""Of the mean of steady noise to its quietest sixth, frame by frame. Source: measured, in the line's band."""
_BAND = firwin(63, BAND_HZ, pass_zero=False, fs=LINE_RATE_HZ)
_SHAPE = np.convolve(_BAND, [1.0, -0.9]).astype(np.float32)
"""The band of the line, with the fall of a voice's spectrum taken back: whole vowels resemble one another less so."""


class EchoJudge:
    """Knows what one call played, and judges what it hears. One call's own; used from one thread at a time.

    Costs 0.06 ms a frame played, about 1 ms a judgement, and 46 kB. Source: measured.
    """

    def __init__(self) -> None:
        self._halver = Halver()
        self._past = np.zeros(len(_SHAPE) - 1, np.float32)
        self._played = np.zeros(_HEARD + _MAX_LAG + _PATH, np.float32)
        self._lag: int | None = None
        self._usual = LEAST_LIKENESS

    @property
    def lag_seconds(self) -> float | None:
        """How long after it was played the last echo came; None where none was found yet."""
        return None if self._lag is None else self._lag / LINE_RATE_HZ

    def played(self, samples: Samples) -> None:
        """Takes what sounds on the line now, 16 kHz, any length: silence too, and in real time, so that its end is
        the moment at which `likeness` is asked. Where a line is sent ahead, call it when a frame is due to be heard."""
        shaped, self._past = lfilter(_SHAPE, 1.0, floats(self._halver.feed(samples)), zi=self._past)
        self._played = np.concatenate([self._played, shaped.astype(np.float32)])[-len(self._played) :]

    def is_echo(self, samples: Samples) -> bool:
        """Whether what was heard is our own voice alone; arguments as for `likeness`."""
        likeness = self.likeness(samples)
        if likeness < LEAST_LIKENESS:
            return False
        is_echo = likeness >= min(self._usual - _MARGIN, _MOST_LIKENESS)
        self._usual += (_RISES if likeness > self._usual else _FALLS) * (likeness - self._usual)
        return is_echo

    def likeness(self, samples: Samples) -> float:
        """How much of what was heard is explained by what was played, 0 to 1.

        Args:
            samples: The last `HEARD_SECONDS` that came in, 16 kHz, up to now; of more the end counts, and less than
                0.1 s is never an echo.
        """
        if len(samples) < _LEAST_SECONDS * RATE_HZ:
            return 0.0
        shaped = lfilter(_SHAPE, 1.0, floats(Halver().feed(samples)))
        heard = shaped[len(_SHAPE) :][-_HEARD:].astype(np.float32)
        if not heard.any():
            return 0.0
        if self._lag is not None:
            near = self._explained(heard, max(0, self._lag - _NEAR), self._lag + _NEAR)
            if near >= LEAST_LIKENESS:
                return near
        return self._explained(heard, 0, _MAX_LAG)

    def _explained(self, heard: Floats, first: int, last: int) -> float:
        """The likeness at the best lag of a range; remembers the lag of an echo."""
        lag = first + _best(heard, self._back(len(heard), last, first))
        start = max(0, lag - _BEFORE)
        likeness = _fitted(heard, self._back(len(heard), start + _PATH - 1, start))
        if likeness >= LEAST_LIKENESS:
            self._lag = lag
        return likeness

    def _back(self, length: int, oldest: int, newest: int) -> Floats:
        """What was played from `length + oldest` samples ago to `newest` samples ago."""
        end = len(self._played) - newest
        return self._played[end - length - (oldest - newest) : end]


def _best(heard: Floats, played: Floats) -> int:
    """How many samples before the end of `played` the stretch ends that resembles most what was heard."""
    size = 1 << (len(played) + len(heard) - 1).bit_length()
    product = np.fft.rfft(played, size) * np.conj(np.fft.rfft(heard, size))
    alike = np.fft.irfft(product, size)[: len(played) - len(heard) + 1]
    sums = np.concatenate([[0.0], np.cumsum(played.astype(np.float64) ** 2)])
    power = sums[len(heard) :] - sums[: -len(heard)]
    likeness = np.abs(alike) / np.sqrt(np.maximum(power, _LEAST_POWER * len(heard)))
    return len(likeness) - 1 - int(np.argmax(likeness))


def _fitted(heard: Floats, played: Floats) -> float:
    """Share of the power heard that a path of `_PATH` taps explains.

    Args:
        played: `_PATH - 1` samples longer than `heard`; the last tap ends where it ends.
    """
    power = float(np.mean(played**2))
    if power < _LEAST_POWER or np.mean(heard**2) > _MAX_GAIN**2 * power:
        return 0.0
    size = 1 << len(played).bit_length()
    spectrum, other = np.fft.rfft(played, size), np.fft.rfft(heard, size)
    own = np.fft.irfft(np.abs(spectrum) ** 2, size)[:_PATH] * len(heard) / len(played)
    cross = np.fft.irfft(spectrum * np.conj(other), size)[:_PATH]
    own[0] *= 1.01
    path = solve_toeplitz(own, cross)
    rest = heard - np.convolve(played, path[::-1], "valid")
    return _share(_powers(heard), _powers(rest))


def _powers(sound: Floats) -> Floats:
    """Power of each frame of 20 ms."""
    count = len(sound) // _FRAME
    powers: Floats = np.mean(sound[: count * _FRAME].reshape(count, _FRAME) ** 2, axis=1)
    return powers


def _share(heard: Floats, rest: Floats) -> float:
    """What is explained, without the steady noise of the line: the quietest frames of what is left."""
    noise = _NOISE_RATIO * float(np.mean(np.sort(rest)[: max(1, len(rest) // 6)]))
    left, whole = max(0.0, float(np.mean(rest)) - noise), float(np.mean(heard)) - noise
    return float(np.clip(1 - left / whole, 0, 1)) if whole > noise / 4 else 0.0
