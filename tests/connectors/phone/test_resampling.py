"""Rates are changed as sound comes: the same in pieces as at once, with the voice kept and nothing added."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.phone.resampling import Doubler, Halver, from_line, to_line

SECOND = np.arange(16_000) / 16_000


def tone(hertz: float, rate: int = 16_000) -> np.ndarray:
    return (8_000 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)).astype(np.int16)


def decibels(sound: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound[400:-400].astype(float) ** 2)) / 8_000 * np.sqrt(2) + 1e-9))


@pytest.mark.parametrize("hertz", [300, 1_000, 2_500, 3_400])
def test_the_voice_goes_through_both_ways(hertz: int) -> None:
    assert abs(decibels(Halver().feed(tone(hertz)))) < 0.5
    assert abs(decibels(Doubler().feed(tone(hertz, 8_000)))) < 0.5


@pytest.mark.parametrize("hertz", [4_500, 5_500, 7_000])
def test_what_a_line_cannot_carry_does_not_come_back_as_noise(hertz: int) -> None:
    assert decibels(Halver().feed(tone(hertz))) < -45


def test_no_mirror_image_above_the_line() -> None:
    heard = Doubler().feed(tone(3_000, 8_000)).astype(float)
    spectrum = np.abs(np.fft.rfft(heard[400:-400] * np.hanning(len(heard) - 800)))
    hertz = np.fft.rfftfreq(len(heard) - 800, 1 / 16_000)
    assert 20 * np.log10(spectrum[hertz > 4_500].max() / spectrum.max()) < -45


@given(st.lists(st.integers(0, 700), min_size=1, max_size=30))
def test_pieces_fit_together(lengths: list[int]) -> None:
    sound = np.random.default_rng(1).integers(-9_000, 9_000, sum(lengths)).astype(np.int16)
    for whole, parts in ((Halver(), Halver()), (Doubler(), Doubler())):
        cuts = np.split(sound, np.cumsum(lengths)[:-1])
        pieces = np.concatenate([parts.feed(cut) for cut in cuts])
        once = whole.feed(sound)
        assert len(pieces) == len(once)
        assert np.max(np.abs(pieces.astype(int) - once.astype(int)), initial=0) <= 1


def test_a_line_at_our_rate_is_left_as_it_is() -> None:
    assert to_line(16_000).feed(tone(440)).tolist() == from_line(16_000).feed(tone(440)).tolist() == tone(440).tolist()


def test_other_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="8000 or 16000"):
        to_line(44_100)
