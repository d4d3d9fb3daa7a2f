"""How loud a clip is, and whether anybody speaks in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from connectors.speech.audio import Floats, floats
from connectors.speech.ports import RATE_HZ, Clip

FRAME_SECONDS = 0.03

_FRAME = round(RATE_HZ * FRAME_SECONDS)
_VOICE_HZ = (250, 3_800)
_LEAST_DBFS = -60.0
_LEAST_RANGE_DB = 6.0
"""Speech swells and sinks, from syllable to syllable; silence, steady noise and hum do not.

Source: measured in the voice band, from the quietest tenth to the third loudest frame. 255 clips of speech, by
telephone too, span 6.7 dB or more, but for three digits cut to 0.14 s; made noise, tones and hum span 5.9 dB at most.
"""
_ABOVE_FLOOR_DB = 5.0
_LOUD_FRAMES = 3
"""What is loud for less than this is a click."""
_SILENT_DBFS = -75.0
"""Below is no sound at all, as between the words of a machine; the noise of a room is measured without it."""


def rms(clip: Clip) -> float:
    """Root mean square of the whole clip, 0 to 1 of full scale."""
    return float(np.sqrt(np.mean(floats(clip.samples) ** 2))) if len(clip.samples) else 0.0


def speech_seconds(clip: Clip) -> float:
    """About how long somebody speaks in a clip, by level alone: 0.0 for silence, steady noise and hum.

    A cough or a door still counts: what this tells is that there was no speech.
    """
    return float(np.count_nonzero(speech_frames(clip)) * FRAME_SECONDS)


def speech_frames(clip: Clip) -> NDArray[np.bool_]:
    """Which frames of `FRAME_SECONDS` hold speech, shape (frames,); a last frame that is not full is left out."""
    levels = voice_levels(clip)
    audible = np.sort(levels[levels > _SILENT_DBFS])
    if not len(audible):
        return np.zeros(len(levels), np.bool_)
    floor, top = float(np.percentile(audible, 10)), float(audible[-min(_LOUD_FRAMES, len(audible))])
    if top < _LEAST_DBFS or top - floor < _LEAST_RANGE_DB:
        return np.zeros(len(levels), np.bool_)
    speaks: NDArray[np.bool_] = levels > max(floor + _ABOVE_FLOOR_DB, _LEAST_DBFS)
    return speaks


def voice_levels(clip: Clip) -> Floats:
    """The level of each frame in the band of the voice, dB of full scale, shape (frames,), -100 at least."""
    count = len(clip.samples) // _FRAME
    window = np.hanning(_FRAME).astype(np.float32)
    frames = floats(clip.samples[: count * _FRAME]).reshape(count, _FRAME) * window
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE_HZ)
    voice = (hertz >= _VOICE_HZ[0]) & (hertz <= _VOICE_HZ[1])
    power = np.sum(np.abs(np.fft.rfft(frames, axis=1)[:, voice]) ** 2, axis=1)
    levels: Floats = 10 * np.log10(power * 2 / (_FRAME * np.sum(window**2)) + 1e-10)
    return levels
