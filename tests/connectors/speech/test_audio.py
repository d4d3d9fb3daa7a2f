"""Decoding, encoding and resampling: what came in comes out, at one rate, and nothing grows without bound."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.speech import audio
from connectors.speech.audio import Resampler, decode, encode, floats, pcm
from connectors.speech.ports import RATE_HZ, Clip, Samples
from dialogues.errors import SaysoError
from tests.connectors.speech.sounds import recorded, tone


def loudest_hertz(clip: Clip) -> float:
    spectrum = np.abs(np.fft.rfft(clip.samples * np.hanning(len(clip.samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(clip.samples))


@pytest.mark.parametrize(
    ("format_", "subtype"),
    [
        ("WAV", "PCM_16"),
        ("WAV", "FLOAT"),
        ("WAV", "ULAW"),
        ("FLAC", "PCM_16"),
        ("OGG", "OPUS"),
        ("OGG", "VORBIS"),
        ("MP3", None),
    ],
)
def test_common_recordings_are_read(format_: str, subtype: str | None) -> None:
    clip = decode(recorded(tone(1.5), format_, subtype))
    assert clip.seconds == pytest.approx(1.5, abs=0.1)
    assert loudest_hertz(clip) == pytest.approx(440, abs=3)
    assert clip.samples.dtype == np.int16


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_any_number_of_channels(rate_hz: int, channels: int) -> None:
    file = io.BytesIO()
    one = tone(1.0, rate_hz=rate_hz).samples
    soundfile.write(file, np.column_stack([one] * channels), rate_hz, format="WAV")
    clip = decode(file.getvalue())
    assert len(clip.samples) == pytest.approx(RATE_HZ, abs=2)
    assert loudest_hertz(clip) == pytest.approx(440, abs=3)


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_what_is_encoded_can_be_decoded(rate_hz: int) -> None:
    clip = decode(encode(tone(2.0), rate_hz))
    assert clip.seconds == pytest.approx(2.0, abs=0.05)
    assert loudest_hertz(clip) == pytest.approx(440, abs=3)


def test_opus_has_few_rates() -> None:
    with pytest.raises(ValueError, match="44100"):
        encode(tone(), 44_100)


def header_only() -> bytes:
    return recorded(Clip(np.zeros(0, np.int16)))


def too_long() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(8_000 * 601, np.int16), 8_000, format="FLAC")
    return file.getvalue()


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (lambda: b"", "audio_empty"),
        (header_only, "audio_empty"),
        (lambda: b"these are no sounds" * 50, "audio_unreadable"),
        (lambda: recorded(tone(), "OGG", "OPUS")[:40], "audio_unreadable"),
        (lambda: bytes(audio.MAX_BYTES + 1), "audio_too_large"),
        (too_long, "audio_too_long"),
    ],
)
def test_what_cannot_be_used_is_said_plainly(sound: Callable[[], bytes], code: str) -> None:
    with pytest.raises(SaysoError) as caught:
        decode(sound())
    assert caught.value.code == code
    assert caught.value.permanent
    assert caught.value.message.endswith(".")


def test_a_wild_rate_in_a_header_is_refused() -> None:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(100, np.int16), 2_000_000_000, format="WAV")
    with pytest.raises(SaysoError, match="cannot be read"):
        decode(file.getvalue())


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_bytes_do_more_than_be_refused(sound: bytes) -> None:
    for start in (b"", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"OggS\x00", b"fLaC", b"\xff\xfb\x90"):
        with contextlib.suppress(SaysoError):
            assert len(decode(start + sound).samples)


def test_a_cut_recording_keeps_its_beginning() -> None:
    sound = recorded(tone(4.0), "OGG", "OPUS")
    assert 0.5 < decode(sound[: len(sound) // 2]).seconds < 3.5


def in_pieces(samples: Samples, cuts: list[int], rate_hz: int) -> Samples:
    resampler = Resampler(rate_hz)
    pieces = np.split(samples, sorted(cut % (len(samples) + 1) for cut in cuts))
    return np.concatenate([*(resampler.feed(piece) for piece in pieces), resampler.finish()])


@given(
    st.integers(0, 30_000),
    st.lists(st.integers(0, 100_000), max_size=8),
    st.sampled_from([8_000, 11_025, 16_000, 44_100, 48_000]),
)
@settings(max_examples=60, deadline=None)
def test_a_stream_gives_as_much_as_it_takes_however_it_is_cut(length: int, cuts: list[int], rate_hz: int) -> None:
    samples = np.random.default_rng(length).integers(-9_000, 9_000, length).astype(np.int16)
    made = in_pieces(samples, cuts, rate_hz)
    assert abs(len(made) - length * RATE_HZ / rate_hz) <= 1
    assert np.array_equal(made, in_pieces(samples, [], rate_hz))


@pytest.mark.parametrize(("rate_hz", "most_seconds"), [(8_000, 0.07), (48_000, 0.07), (16_000, 0.0)])
def test_a_stream_holds_little_back(rate_hz: int, most_seconds: float) -> None:
    resampler = Resampler(rate_hz)
    samples = tone(1.0, rate_hz=rate_hz).samples
    ready = sum(len(resampler.feed(samples[at : at + rate_hz // 50])) for at in range(0, rate_hz, rate_hz // 50))
    assert 0 <= RATE_HZ - ready <= most_seconds * RATE_HZ


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_samples_survive_being_numbers(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    assert np.array_equal(pcm(floats(samples)), samples)


def test_what_is_too_loud_is_clipped_and_no_number_is_silence() -> None:
    assert pcm(np.array([2.0, -2.0, np.nan, np.inf, -np.inf])).tolist() == [32767, -32768, 0, 32767, -32768]
