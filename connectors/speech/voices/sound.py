"""Finishing a voice's raw sound: 16 kHz, trimmed, one loudness, soft edges. Pure; arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import soxr
from numpy.typing import NDArray

from connectors.speech.audio import pcm
from connectors.speech.ports import RATE_HZ, Clip

Wave = NDArray[np.float32]
"""Mono sound, shape (samples,), about -1 to 1."""

TARGET_LEVEL = 10 ** (-23 / 20)
"""Level of speech (RMS of the frames that hold speech), 1 being full scale.
Chosen, not measured: 2 dB above what hibari gives, with room for its peaks."""
CEILING = 10 ** (-1 / 20)
KNEE = 0.5
"""Above the knee peaks are bent, so that none passes the ceiling. Source: 25 of 210 of our sentences pass it."""
MAX_GAIN = 10.0
"""More would only raise the noise of a sound that holds no speech."""
WILDEST = 8.0
"""No engine's sound passes it by right; what does is cut before anything is squared."""
FRAME_SECONDS = 0.02
SPEECH_RANGE_DB = 30.0
"""Frames within this range of the loudest count as speech. Chosen, not measured."""
SILENCE_DB = 50.0
LEAD_SECONDS = 0.03
TAIL_SECONDS = 0.06
FADE_SECONDS = 0.02


def silence(seconds: float) -> Clip:
    """Nothing, for so long (0 or more)."""
    return Clip(np.zeros(max(0, round(seconds * RATE_HZ)), np.int16))


def joined(clips: Iterable[Clip]) -> Clip:
    """Clips one after another."""
    parts = [clip.samples for clip in clips]
    return Clip(np.concatenate(parts)) if parts else silence(0)


def without_tail(clip: Clip) -> Clip:
    """The clip without the silence at its end: a question ends when its last word does."""
    return Clip(np.trim_zeros(clip.samples, "b"))


def finished(wave: Wave, rate_hz: int) -> Clip:
    """A voice's raw sound, ready to be played or encoded.

    Args:
        wave: Shape (samples,); anything that is not a number counts as silence.
        rate_hz: Its rate.

    Returns:
        Mono PCM at `RATE_HZ`; empty where the wave is silent.
    """
    clean = np.clip(np.nan_to_num(np.asarray(wave, np.float32), posinf=0.0, neginf=0.0), -WILDEST, WILDEST)
    if rate_hz != RATE_HZ and clean.size:
        clean = soxr.resample(clean, rate_hz, RATE_HZ)
    return Clip(pcm(faded(levelled(trimmed(clean)))))


def trimmed(wave: Wave) -> Wave:
    """The wave without the silence around it, but for a short lead and tail."""
    levels = _levels(wave)
    loud = np.nonzero(levels > levels.max(initial=1e-5) * 10 ** (-SILENCE_DB / 20))[0]
    if not loud.size:
        return wave[:0]
    frame = round(FRAME_SECONDS * RATE_HZ)
    start = max(0, loud[0] * frame - round(LEAD_SECONDS * RATE_HZ))
    return wave[start : (loud[-1] + 1) * frame + round(TAIL_SECONDS * RATE_HZ)]


def speech_level(wave: Wave) -> float:
    """RMS of the frames that hold speech, 0 to 1; 0 for silence."""
    levels = _levels(wave)
    loudest = float(levels.max(initial=0.0))
    if loudest == 0.0:
        return 0.0
    speech = levels[levels >= loudest * 10 ** (-SPEECH_RANGE_DB / 20)]
    return float(np.sqrt(np.mean(speech**2)))


def levelled(wave: Wave) -> Wave:
    """The wave at the target level, its highest peaks bent under the ceiling."""
    level = speech_level(wave)
    if level == 0.0:
        return wave
    louder = wave * min(MAX_GAIN, TARGET_LEVEL / level)
    over = np.abs(louder) - KNEE
    room = CEILING - KNEE
    bent = np.sign(louder) * (KNEE + room * np.tanh(over / room))
    return np.where(over > 0, bent, louder).astype(np.float32)


def faded(wave: Wave) -> Wave:
    """The wave with soft edges, so that no click is heard where clips meet."""
    length = min(round(FADE_SECONDS * RATE_HZ), len(wave) // 2)
    ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    out = wave.copy()
    out[:length] *= ramp
    out[len(out) - length :] *= ramp[::-1]
    return out


def _levels(wave: Wave) -> Wave:
    """RMS of each frame; the last one may be short."""
    frame = round(FRAME_SECONDS * RATE_HZ)
    padded = np.pad(wave, (0, -len(wave) % frame))
    return np.asarray(np.sqrt(np.mean(padded.reshape(-1, frame) ** 2, axis=1)), np.float32)
