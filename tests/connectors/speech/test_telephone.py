"""The telephone line: mu-law as the standard has it, and the band of a line."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.speech.levels import rms
from connectors.speech.ports import RATE_HZ, Clip
from connectors.speech.telephone import decode_mulaw, encode_mulaw, telephone
from tests.connectors.speech.sounds import noise, tone

NEGATIVE_ZERO = 0x7F


@given(st.binary(max_size=300))
def test_every_byte_comes_back(sound: bytes) -> None:
    plain = sound.replace(bytes([NEGATIVE_ZERO]), b"\xff")
    assert encode_mulaw(decode_mulaw(sound)) == plain


@given(st.lists(st.integers(-32768, 32767), max_size=100))
def test_what_is_lost_is_small_beside_how_loud_it_is(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    lost = np.abs(decode_mulaw(encode_mulaw(samples)).astype(int) - samples)
    assert np.all(lost <= (np.abs(samples.astype(int)) + 132) / 32 + 8)  # half a step, of 14 bits (ITU-T G.711)


def test_louder_stays_louder() -> None:
    heard = decode_mulaw(encode_mulaw(np.arange(-32768, 32768).astype(np.int16)))
    assert np.all(np.diff(heard.astype(int)) >= 0)


def test_it_is_the_mulaw_of_everybody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip("audioop")  # gone in Python 3.13
    samples = np.arange(-32768, 32768).astype(np.int16)
    assert encode_mulaw(samples) == audioop.lin2ulaw(samples.tobytes(), 2)
    assert decode_mulaw(bytes(range(256))).tobytes() == audioop.ulaw2lin(bytes(range(256)), 2)


@pytest.mark.parametrize(
    ("hertz", "least", "most"), [(50, 0, 0.02), (1000, 0.9, 1.1), (3000, 0.8, 1.1), (5000, 0, 0.02), (7000, 0, 0.02)]
)
def test_a_line_carries_its_band_and_no_more(hertz: float, least: float, most: float) -> None:
    sent = tone(1.0, hertz)
    assert least <= rms(telephone(sent)) / rms(sent) <= most


@pytest.mark.parametrize("length", [0, 1, 479, 16_001])
def test_a_line_takes_no_time(length: int) -> None:
    sent = Clip(noise(2.0).samples[:length])
    assert len(telephone(sent).samples) == pytest.approx(length, abs=1)
    assert RATE_HZ == 16_000
