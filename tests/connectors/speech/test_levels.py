"""Whether somebody speaks: not in silence, steady noise or hum."""

from __future__ import annotations

import numpy as np
import pytest

from connectors.speech.audio import pcm
from connectors.speech.levels import rms, speech_frames, speech_seconds
from connectors.speech.ports import RATE_HZ, Clip
from connectors.speech.telephone import telephone
from tests.connectors.speech.sounds import babble, joined, noise, silence, tone


def rumble(seconds: float) -> Clip:
    steps = np.random.default_rng(3).normal(0, 1, round(seconds * RATE_HZ))
    return Clip(pcm(np.cumsum(steps) / 3000))


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 3.0])
@pytest.mark.parametrize(
    "made",
    [silence, noise, tone, rumble, lambda s: noise(s, 0.3), lambda s: noise(s, 0.0005), lambda s: tone(s, 50)],
    ids=["silence", "noise", "tone", "rumble", "loud", "faint", "hum"],
)
def test_nobody_speaks(made, seconds: float) -> None:  # type: ignore[no-untyped-def]
    clip = made(seconds)
    assert speech_seconds(clip) == 0.0
    assert speech_seconds(telephone(clip)) == 0.0


@pytest.mark.parametrize("level", [0.01, 0.2, 0.9])
@pytest.mark.parametrize("background", [0.0, 0.0005])
def test_somebody_speaks(level: float, background: float) -> None:
    said = joined(silence(0.5), babble(2.0, level), silence(0.5))
    clip = Clip(said.samples + noise(3.0, background).samples)
    assert 0.7 < speech_seconds(clip) < 2.1
    assert 0.5 < speech_seconds(telephone(clip)) < 2.1


def test_where_somebody_speaks() -> None:
    speaks = np.flatnonzero(speech_frames(joined(silence(1.0), babble(1.0), silence(1.0)))) * 0.03
    assert 0.95 < speaks[0] < 1.15
    assert 1.7 < speaks[-1] < 2.05


def test_a_word_in_long_silence() -> None:
    quiet = Clip(noise(10.0, 0.0005).samples)
    for around in (silence(10.0), quiet):
        assert 0.1 < speech_seconds(joined(around, babble(0.4), around)) < 0.5


def test_noise_between_stretches_of_no_sound_at_all() -> None:
    assert speech_seconds(joined(silence(1.0), noise(2.0), silence(1.0))) == 0.0


def test_how_loud() -> None:
    assert rms(silence()) == 0.0
    assert rms(Clip(np.zeros(0, np.int16))) == 0.0
    assert rms(tone(level=0.5)) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
