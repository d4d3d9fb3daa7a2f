"""Made sound: tones, noise, and something that swells and sinks like speech."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from connectors.speech.audio import pcm
from connectors.speech.ports import RATE_HZ, Clip


def tone(seconds: float = 1.0, hertz: float = 440.0, level: float = 0.3, rate_hz: int = RATE_HZ) -> Clip:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return Clip(pcm(level * np.sin(2 * np.pi * hertz * times)))


def noise(seconds: float = 1.0, level: float = 0.05, seed: int = 1) -> Clip:
    return Clip(pcm(np.random.default_rng(seed).normal(0, level, round(seconds * RATE_HZ))))


def silence(seconds: float = 1.0) -> Clip:
    return Clip(np.zeros(round(seconds * RATE_HZ), np.int16))


def babble(seconds: float = 1.0, level: float = 0.2) -> Clip:
    """A voice-like sound: harmonics of 140 Hz in syllables, four a second."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    voice = sum(np.sin(2 * np.pi * 140 * n * times) / n for n in range(1, 12))
    return Clip(pcm(level * voice * np.clip(np.sin(2 * np.pi * 4 * times), 0.001, 1)))


def joined(*clips: Clip) -> Clip:
    return Clip(np.concatenate([clip.samples for clip in clips]))


def recorded(clip: Clip, format_: str = "WAV", subtype: str | None = None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, clip.samples, RATE_HZ, format=format_, subtype=subtype)
    return file.getvalue()
