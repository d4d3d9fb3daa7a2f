"""Made sound that is no speech, and voices to speak: what a telephone line brings. Deterministic."""

from __future__ import annotations

import shutil
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from connectors.speech.audio import floats, pcm
from connectors.speech.ports import RATE_HZ, Clip, Samples
from connectors.speech.telephone import telephone
from connectors.speech.voices.espeak import EspeakVoice
from connectors.speech.voices.hibari import HibariVoice

Wave = NDArray[np.float64]

KEYS = {
    key: (low, high)
    for low, row in ((697, "123"), (770, "456"), (852, "789"), (941, "*0#"))
    for key, high in zip(row, (1209, 1336, 1477), strict=True)
}
"""The two tones of each key, Hz. Source: ITU-T Q.23."""
SENTENCES = (
    "They come at four and I am not hungry until six, so it goes in the bin.",
    "My daughter lives a long way off, and the bus stopped running in the spring.",
    "I like a proper cup of tea and somebody who sits down for five minutes.",
    "It is a different face every week, and I have to explain it all again.",
    "The garden is what keeps me going, even if I only look at it.",
    "Nobody told me that the visit had been moved to the afternoon.",
)
PROMPTS = (
    "What matters most to you about the people who come to help you?",
    "You said that the meals come too early. Is that right?",
    "Thank you. Take all the time that you like. Would you tell me a little more about that?",
    "Hello. I am Sayso, a computer that listens. This call is about the help that you get at home.",
)


def times(seconds: float) -> Wave:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def at_level(wave: Wave, dbfs: float) -> Samples:
    """A wave brought to a level, as root mean square of its loud half."""
    power = np.sort(wave**2)[len(wave) // 2 :]
    return pcm(wave / np.sqrt(power.mean() + 1e-20) * 10 ** (dbfs / 20))


def noise(seconds: float, seed: int = 1) -> Wave:
    return np.random.default_rng(seed).normal(0, 1, round(seconds * RATE_HZ))


def resonant(wave: Wave, *hertz: float, width: float = 150.0) -> Wave:
    """A wave through the formants of a throat."""
    radius = np.exp(-np.pi * width / RATE_HZ)
    return sum(
        lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * f / RATE_HZ), radius**2], wave) for f in hertz
    )


def voicing(seconds: float, hertz: float, seed: int = 1, *, rough: float = 0.05) -> Wave:
    """The pulses of a voice; `rough` lets them wander."""
    wander = np.cumsum(np.random.default_rng(seed).normal(0, rough, round(seconds * RATE_HZ))) * 0.05
    phase = np.cumsum(np.full(round(seconds * RATE_HZ), hertz / RATE_HZ)) + wander
    return np.diff(np.floor(phase), prepend=0.0)


def cough(seconds: float = 0.25, seed: int = 1, *, voiced: bool = True) -> Wave:
    """A burst, then breath that dies away; with a short groan at its end where `voiced`."""
    span = times(seconds)
    breath = resonant(noise(seconds, seed), 700, 1_300, 2_600, width=500)
    shape = np.minimum(1, span / 0.008) * (np.exp(-span / 0.05) + 0.35 * np.exp(-span / (seconds / 2)))
    made = breath / breath.std() * shape
    if voiced:
        groan = resonant(voicing(seconds, 130, seed, rough=1.0), 600, 1_100, 2_400)
        made += groan / groan.std() * 0.3 * np.clip(np.sin(np.pi * (span / seconds - 0.35) / 0.65), 0, 1)
    return made


def laughter(seconds: float = 2.0, seed: int = 1, *, a_second: float = 4.5) -> Wave:
    """Bursts of breath and voice, as in "ha ha ha"."""
    span = times(seconds)
    puffs = resonant(noise(seconds, seed), 800, 1_500, 2_700, width=400)
    voice = resonant(voicing(seconds, 210, seed, rough=0.3), 800, 1_400, 2_600)
    beat = span * a_second % 1
    breath, ha = np.where(beat < 0.4, np.sin(np.pi * beat / 0.4), 0), np.where((beat > 0.3) & (beat < 0.8), 1.0, 0)
    return (puffs / puffs.std() * 0.5 * breath + voice / voice.std() * ha) * np.exp(-span / seconds)


def keys(pressed: str, seconds: float = 0.1, gap: float = 0.1) -> Wave:
    parts = [
        part
        for key in pressed
        for part in (sum(np.sin(2 * np.pi * f * times(seconds)) for f in KEYS[key]), np.zeros(round(gap * RATE_HZ)))
    ]
    return np.concatenate(parts)


def tone(seconds: float, *hertz: float) -> Wave:
    return sum(np.sin(2 * np.pi * f * times(seconds)) for f in hertz)


def hum(seconds: float) -> Wave:
    """Of the mains: what of it a telephone lets through are its harmonics."""
    return sum(np.sin(2 * np.pi * 50 * n * times(seconds)) / n for n in range(1, 16))


def clicks(seconds: float, a_second: float = 3.0) -> Wave:
    wave = np.zeros(round(seconds * RATE_HZ))
    wave[:: round(RATE_HZ / a_second)] = 1.0
    return lfilter([1.0], [1, -0.9], wave)


def knocks(seconds: float, a_second: float = 2.0) -> Wave:
    """A stick on the floor, a door, a dropped receiver."""
    beat = times(seconds) % (1 / a_second)
    return np.exp(-beat / 0.03) * (np.sin(2 * np.pi * 320 * beat) + 0.5 * np.sin(2 * np.pi * 870 * beat))


def music(seconds: float, seed: int = 1) -> Wave:
    """Three-part chords, one in half a second, with overtones and vibrato."""
    chords = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
    span = times(seconds)
    made = np.zeros(len(span))
    for index in range(int(np.ceil(seconds / 0.5))):
        inside = (span >= index * 0.5) & (span < (index + 1) * 0.5)
        local = span[inside] - index * 0.5
        chord = chords[(index + seed) % len(chords)]
        made[inside] = sum(
            np.sin(2 * np.pi * f * n * local + 0.3 * np.sin(2 * np.pi * 5 * local)) / n**1.5
            for f in chord
            for n in range(1, 6)
        ) * np.exp(-local / 0.6)
    return made


@lru_cache(maxsize=1)
def our_voice() -> HibariVoice:
    return HibariVoice()


@lru_cache(maxsize=64)
def said(text: str, accent: str = "", pace: int = 150) -> Samples:
    """Words as samples: by our own voice, or by espeak with an accent and variant (`en-gb+f3`)."""
    if accent and shutil.which("espeak-ng"):
        return EspeakVoice(accent).speak(text, pace).samples
    return our_voice().speak(text, pace).samples


def pitched(samples: Samples, factor: float) -> Samples:
    """The same words by a smaller (above 1) or larger person: faster or slower, and so higher or lower."""
    steps = np.arange(0, len(samples) - 1, factor)
    return pcm(np.interp(steps, np.arange(len(samples)), floats(samples)))


def speaker(index: int) -> Samples:
    """Words of somebody who is not our voice: espeak's where it is installed, else ours pitched."""
    text = SENTENCES[index % len(SENTENCES)]
    accents = ("en-gb", "en-gb+f3", "en-gb-scotland+m4", "en-gb-x-rp+f2", "en-us+m7")
    if shutil.which("espeak-ng"):
        return said(text, accents[index % len(accents)])
    return pitched(said(text), (0.75, 0.85, 1.15, 1.3)[index % 4])


def babble(seconds: float, voices: int = 5) -> Wave:
    """Several people at once, as from a television in the next room."""
    made = np.zeros(round(seconds * RATE_HZ))
    for index in range(voices):
        one = floats(speaker(index)).astype(np.float64)
        one = np.tile(one, len(made) // len(one) + 2)[index * 7_000 : index * 7_000 + len(made)]
        made += one / one.std()
    return made


def on_line(samples: Samples) -> Samples:
    return telephone(Clip(samples)).samples


def padded(samples: Samples, before: float, after: float) -> Samples:
    """With a quiet line around it: noise of -65 dBFS."""
    line = noise(before + after + len(samples) / RATE_HZ, 99)[: round((before + after) * RATE_HZ) + len(samples)]
    made = 10 ** (-65 / 20) * line
    start = round(before * RATE_HZ)
    made[start : start + len(samples)] += floats(samples)
    return pcm(made)
