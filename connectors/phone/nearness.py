"""Whether speech is the caller's, into the receiver, or fainter: a television, or somebody else in the room."""

from __future__ import annotations

from collections import deque

import numpy as np

from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS
from connectors.speech.audio import floats
from connectors.speech.ports import RATE_HZ, Samples
from connectors.speech.telephone import BAND_HZ

NEAR_DB = 14.0
"""What is fainter than the caller by this much is not the caller. Source: 35 recordings, ten people, by telephone:
of a caller at their usual level 99 % is near, of 6 dB quieter 95 %; of speech 15 dB fainter 40 %, of 20 dB 6 %."""
LET_GO_SECONDS = 6.0
"""After this much fainter speech, with none near, the caller is taken to have become quieter."""
SILENT_DBFS = -75.0
"""The least that a floor can be; below is no sound at all."""

_SWELL = round(0.5 / FRAME_SECONDS)
"""A frame is judged by the swell that it belongs to: voices sink by 20 dB and more between syllables."""
_CLICK = 3
"""What is loud for less than this many frames is a click."""
_ABOVE_FLOOR_DB, _BELOW_CALLER_DB = 3.0, 6.0
"""Near is above the floor; but what is so little fainter than the caller is always near."""
_LEAST_LEARNT = round(0.2 / FRAME_SECONDS)
_MOST_LEARNT = round(30 / FRAME_SECONDS)
_LOUDER_DB, _QUIETER = 3.0, 0.5
"""An utterance raises the caller's level by this much at most, so that one shout does not shut out what follows; of
how much quieter it is, half is taken over."""
_FLOOR_RISES, _FLOOR_FALLS = 0.01, 0.2

_WINDOW = np.hanning(FRAME_SAMPLES).astype(np.float32)
_HERTZ = np.fft.rfftfreq(FRAME_SAMPLES, 1 / RATE_HZ)
_VOICE = slice(int(np.searchsorted(_HERTZ, BAND_HZ[0])), int(np.searchsorted(_HERTZ, BAND_HZ[1], "right")))
_SCALE = 2 / (FRAME_SAMPLES * float(np.sum(_WINDOW**2)))


class Nearness:
    """Learns how loud one call's caller is, and tells near speech from far. Used from one thread at a time.

    Until an utterance was accepted everything is near. A talker who keeps a level, whatever was heard before, is far
    for `let_go_seconds` of speech at most, and for 0.04 s more where it begins.

    Args:
        near_db: How much fainter than the caller's usual level is still near.
        let_go_seconds: How much fainter speech, with none near, makes it forget the caller's level.
    """

    def __init__(self, near_db: float = NEAR_DB, let_go_seconds: float = LET_GO_SECONDS) -> None:
        self._near_db = near_db
        self._let_go = round(let_go_seconds / FRAME_SECONDS)
        self._caller: float | None = None
        self._floor = SILENT_DBFS
        self._recent: deque[float] = deque(maxlen=_SWELL)
        self._learnt: deque[float] = deque(maxlen=_MOST_LEARNT)
        self._far = 0

    @property
    def caller_dbfs(self) -> float | None:
        """The caller's usual level, dB of full scale in the voice band, over the swells of their speech; None where
        it is not known."""
        return self._caller

    @property
    def floor_dbfs(self) -> float:
        """The level between words, dB of full scale in the voice band."""
        return self._floor

    def hear(self, frame: Samples, *, speaks: bool) -> bool:
        """Takes every frame that comes in, in order.

        Args:
            frame: `FRAME_SAMPLES`, 16 kHz.
            speaks: Whether voice activity finds speech in it.

        Returns:
            Whether it is speech, and near.
        """
        level = frame_level(frame)
        self._recent.append(level)
        if not speaks:
            gap = max(level, SILENT_DBFS) - self._floor
            self._floor += gap * (_FLOOR_RISES if gap > 0 else _FLOOR_FALLS)
            return False
        swell = sorted(self._recent)[-_CLICK:][0]
        if swell >= self._least():
            self._far = 0
            self._learnt.append(swell)
            return True
        self._far += 1
        if self._far >= self._let_go:
            self._forget()
        return False

    def accept(self) -> None:
        """The utterance since the last `accept` or `reject` was the caller's: its level counts. Less than 0.2 s of
        speech teaches nothing."""
        if len(self._learnt) >= _LEAST_LEARNT:
            level = float(np.median(self._learnt))
            change = level - (level if self._caller is None else self._caller)
            self._caller = level - change + (min(change, _LOUDER_DB) if change > 0 else change * _QUIETER)
        self._learnt.clear()

    def reject(self) -> None:
        """The utterance was not the caller's, or nothing was made out: its level does not count."""
        self._learnt.clear()

    def _least(self) -> float:
        """The faintest swell that is near."""
        if self._caller is None:
            return -np.inf
        audible = min(self._floor + _ABOVE_FLOOR_DB, self._caller - _BELOW_CALLER_DB)
        return max(self._caller - self._near_db, audible)

    def _forget(self) -> None:
        self._caller = None
        self._far = 0
        self._learnt.clear()


def frame_level(frame: Samples) -> float:
    """The level of one frame of `FRAME_SAMPLES` in the band of a telephone, dB of full scale, about -100 at least."""
    bins = np.fft.rfft(floats(frame) * _WINDOW)[_VOICE]
    return float(10 * np.log10(np.vdot(bins, bins).real * _SCALE + 1e-10))
