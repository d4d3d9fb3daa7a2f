"""Our own loudness: steps of gain that never clip, an end without a click, and a line that is never dead."""

from __future__ import annotations

import line_sounds as made
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from connectors.phone.loudness import COMFORT_DBFS, FADE_SECONDS, GAINS_DB, PEAK, Comfort, faded, louder
from connectors.phone.ports import FRAME_SAMPLES
from connectors.phone.voice_activity import VoiceActivity
from connectors.speech.levels import speech_seconds
from connectors.speech.ports import RATE_HZ, Clip

ANY_SOUND = arrays(np.int16, st.integers(0, 700), elements=st.integers(-32_768, 32_767))
LOUDEST = PEAK * 32_768


def decibels(sound: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean((sound / 32_768) ** 2)) + 1e-9))


@given(ANY_SOUND, st.floats(-60, 60))
def test_never_louder_than_the_peak(sound: np.ndarray, gain: float) -> None:
    out = louder(sound, gain)
    assert out.dtype == np.int16
    assert np.abs(out.astype(int)).max(initial=0) <= LOUDEST + 0.5


@given(ANY_SOUND, st.sampled_from(GAINS_DB), st.integers(0, 700))
def test_frames_fit_together(sound: np.ndarray, gain: int, cut: int) -> None:
    pieces = np.concatenate([louder(sound[:cut], gain), louder(sound[cut:], gain)])
    assert np.array_equal(pieces, louder(sound, gain))


@given(st.sampled_from(GAINS_DB))
def test_louder_in_is_louder_out(gain: int) -> None:
    assert np.all(np.diff(louder(np.arange(-32_768, 32_768).astype(np.int16), gain).astype(int)) >= 0)


@pytest.mark.parametrize("gain", GAINS_DB)
def test_faint_sound_gets_the_whole_gain(gain: int) -> None:
    faint = made.at_level(made.tone(1, 500), -30)
    assert decibels(louder(faint, gain)) - decibels(faint) == pytest.approx(gain, abs=0.05)


def test_our_voice_gets_louder_by_each_step() -> None:
    steps = [decibels(louder(made.said(made.PROMPTS[0]), gain)) for gain in GAINS_DB]
    assert steps[1] - steps[0] > 3
    assert steps[2] - steps[1] > 2.5


def test_a_cut_does_not_click() -> None:
    cut = round(0.0123 * RATE_HZ)
    whole = made.at_level(made.tone(0.2, 500), -10)
    ended = np.concatenate([whole[:cut], faded(whole[cut : cut + FRAME_SAMPLES])])
    abrupt = np.concatenate([whole[:cut], np.zeros(FRAME_SAMPLES, np.int16)])
    assert np.abs(np.diff(ended.astype(int))).max() <= np.abs(np.diff(whole.astype(int))).max() * 1.01
    assert np.abs(np.diff(abrupt.astype(int))).max() > 3 * np.abs(np.diff(whole.astype(int))).max()


@given(ANY_SOUND)
def test_a_fade_begins_as_it_was_and_ends_in_silence(sound: np.ndarray) -> None:
    out, length = faded(sound), round(FADE_SECONDS * RATE_HZ)
    assert len(out) == len(sound)
    assert np.array_equal(out[:1], sound[:1])
    assert not out[length:].any()
    assert np.all(np.abs(out.astype(int)) <= np.abs(sound.astype(int)))


def test_comfort_is_steady_faint_and_no_speech() -> None:
    sound = np.concatenate([frame for line in [Comfort()] for frame in (line.frame(320) for _ in range(500))])
    assert decibels(sound) == pytest.approx(COMFORT_DBFS, abs=0.3)
    levels = [decibels(sound[at : at + 1_600]) for at in range(0, len(sound), 1_600)]
    assert max(levels) - min(levels) < 1.5
    heard = made.on_line(sound)
    assert heard.any()
    assert speech_seconds(Clip(heard)) == 0
    assert max(VoiceActivity().feed(heard)) < 0.3


@given(st.lists(st.integers(0, 70_000), max_size=8))
def test_comfort_is_the_same_in_any_pieces(lengths: list[int]) -> None:
    line = Comfort()
    pieces = np.concatenate([np.zeros(0, np.int16), *(line.frame(length) for length in lengths)])
    assert np.array_equal(pieces, Comfort().frame(sum(lengths)))


@given(ANY_SOUND)
def test_sound_over_comfort(sound: np.ndarray) -> None:
    noise = Comfort().frame(len(sound)).astype(int)
    assert np.array_equal(Comfort().under(sound), np.clip(sound + noise, -32_768, 32_767))
