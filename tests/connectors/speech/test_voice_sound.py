"""Loudness, edges and pauses, on made sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.speech.ports import RATE_HZ, Clip
from connectors.speech.voices.pacing import FASTEST, FLOOR, SLOWEST, pause_seconds, speed_for, word_rate
from connectors.speech.voices.sound import (
    CEILING,
    TARGET_LEVEL,
    Wave,
    finished,
    joined,
    silence,
    speech_level,
    without_tail,
)


def hum(seconds: float = 1.0, level: float = 0.1, rate_hz: int = RATE_HZ) -> Wave:
    """A steady 200 Hz tone."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * 200 * times)).astype(np.float32)


def as_wave(clip: Clip) -> Wave:
    return (clip.samples / 32768).astype(np.float32)


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 48_000])
def test_one_loudness_whatever_comes_in(level: float, rate_hz: int) -> None:
    clip = finished(hum(1.0, level, rate_hz), rate_hz)
    assert clip.seconds == pytest.approx(1.0, abs=0.1)
    assert 20 * np.log10(speech_level(as_wave(clip)) / TARGET_LEVEL) == pytest.approx(0, abs=1.0)


def test_silence_around_speech_goes() -> None:
    still = np.zeros(RATE_HZ, np.float32)
    clip = finished(np.concatenate([still, hum(), still]), RATE_HZ)
    assert clip.seconds == pytest.approx(1.09, abs=0.03)


def test_edges_are_soft() -> None:
    edge = np.abs(finished(hum(), RATE_HZ).samples.astype(int))
    assert edge[0] == 0
    assert edge[-1] == 0
    assert edge[:32].max() < edge[400:800].max() / 5


def test_peaks_are_bent_and_never_cut() -> None:
    wave = hum(1.0, 0.02)
    wave[4000:4040] = 1.0
    assert np.abs(finished(wave, RATE_HZ).samples).max() <= CEILING * 32768


@settings(deadline=None)
@given(st.lists(st.floats(width=32), max_size=2000))
def test_any_numbers_make_a_clip(numbers: list[float]) -> None:
    clip = finished(np.array(numbers, np.float32), RATE_HZ)
    assert np.abs(clip.samples.astype(int)).max(initial=0) <= CEILING * 32768 + 1


def test_nothing_stays_nothing() -> None:
    assert finished(np.zeros(0, np.float32), 0).seconds == 0
    assert finished(np.zeros(9000, np.float32), 24_000).seconds == 0
    assert joined(()).seconds == 0
    assert silence(-1).seconds == 0


def test_the_tail_goes_and_the_rest_stays() -> None:
    said = finished(hum(), RATE_HZ)
    whole = joined((said, silence(0.5)))
    assert whole.seconds == pytest.approx(said.seconds + 0.5)
    assert without_tail(whole).seconds == pytest.approx(said.seconds, abs=0.01)


def test_words_have_a_floor_and_pauses_take_up_the_rest() -> None:
    assert word_rate(110) == word_rate(130) == FLOOR
    assert word_rate(190) > word_rate(150) > FLOOR
    assert pause_seconds("six words are in this one", 2.0, 110) == pytest.approx(6 * 60 / 110 - 2.0)


def test_a_faster_pace_has_shorter_pauses() -> None:
    pauses = [pause_seconds("six words are in this one", 1.9, pace) for pace in range(SLOWEST, FASTEST + 1, 5)]
    assert pauses == sorted(pauses, reverse=True)
    assert pauses[0] > 2 * pauses[-1]


@pytest.mark.parametrize(("asked", "taken"), [(0, 110), (90, 110), (250, 190)])
def test_a_pace_beyond_the_range_is_brought_into_it(asked: int, taken: int) -> None:
    assert word_rate(asked) == word_rate(taken)
    assert pause_seconds("One two.", 1.0, asked) == pause_seconds("One two.", 1.0, taken)


@pytest.mark.parametrize(("said_seconds", "pause"), [(0.0, 0.8), (0.5, 0.3), (0.7, 0.29), (9.0, 0.29)])
def test_a_pause_is_never_too_short_to_breathe(said_seconds: float, pause: float) -> None:
    assert pause_seconds("One two.", said_seconds, 150) == pytest.approx(pause)


def test_a_pause_has_an_end() -> None:
    assert pause_seconds("word " * 80, 1.0, SLOWEST) == 2.0


def test_a_voices_own_speed() -> None:
    measured = ((0.5, 100.0), (1.0, 200.0))
    assert [speed_for(rate, measured) for rate in (50, 150, 999)] == [0.5, 0.75, 1.0]
