"""Sound as it comes in and goes out: decoding, encoding, resampling."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from connectors.speech.ports import RATE_HZ, Clip, Samples
from dialogues.errors import SaysoError

MAX_SECONDS = 600.0
MAX_BYTES = 20 * 1024 * 1024
"""The largest file that Telegram hands to a bot. Source: Telegram Bot API, getFile."""

_RATES_HZ = range(4_000, 384_001)
_OPUS_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
_BLOCK_VALUES = 65_536
"""Values (frames times channels) decoded at once, so that a small file cannot unpack into much memory."""

FULL_SCALE = 32768.0

Floats = NDArray[np.float32]


class Resampler:
    """Brings sound of another rate to `RATE_HZ`, piece by piece. One stream's own; not shared between threads.

    It holds back up to 60 ms. Source: soxr's "LQ" measured, 8 kHz to 16 kHz; "HQ" holds back 200 ms.

    Args:
        rate_hz: The rate that comes in, 4,000 to 384,000.
    """

    def __init__(self, rate_hz: int) -> None:
        self._same = rate_hz == RATE_HZ
        self._stream = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32", quality="LQ")

    def feed(self, samples: Samples) -> Samples:
        """Takes the next piece at the incoming rate, shape (samples,); returns what is ready, perhaps nothing."""
        return samples if self._same else self._pushed(samples, last=False)

    def finish(self) -> Samples:
        """The rest, at the end of the stream."""
        return _none() if self._same else self._pushed(_none(), last=True)

    def _pushed(self, samples: Samples, last: bool) -> Samples:
        return pcm(self._stream.resample_chunk(floats(samples), last=last))


def decode(sound: bytes) -> Clip:
    """Any common recording (Ogg/Opus, WAV, FLAC, MP3) as a clip. Blocks for about 2 ms a second of sound.

    Raises:
        SaysoError: `audio_empty`, `audio_too_large`, `audio_too_long` or `audio_unreadable`.
    """
    if not sound:
        raise SaysoError("audio_empty", "The recording is empty. Record it again.")
    if len(sound) > MAX_BYTES:
        megabytes = MAX_BYTES // 1024**2
        raise SaysoError("audio_too_large", f"The recording is larger than {megabytes} MB. Send it in shorter pieces.")
    try:
        with soundfile.SoundFile(io.BytesIO(sound)) as file:
            samples = np.concatenate([_none(), *_decoded(file)])
    except (soundfile.LibsndfileError, ValueError, TypeError) as error:
        raise _unreadable() from error
    if not len(samples):
        raise SaysoError("audio_empty", "The recording has no sound in it. Record it again.")
    return Clip(samples)


def encode(clip: Clip, rate_hz: int = 48_000) -> bytes:
    """A clip as Ogg/Opus, mono.

    Args:
        rate_hz: 8,000, 12,000, 16,000, 24,000 or 48,000; Telegram plays 48,000 everywhere.
    """
    if rate_hz not in _OPUS_RATES_HZ:
        raise ValueError(f"Opus knows no {rate_hz} Hz, only {_OPUS_RATES_HZ}")
    made = io.BytesIO()
    with soundfile.SoundFile(made, "w", rate_hz, 1, format="OGG", subtype="OPUS") as file:
        file.write(soxr.resample(floats(clip.samples), RATE_HZ, rate_hz))
    return made.getvalue()


def floats(samples: Samples) -> Floats:
    """Samples as numbers of -1 to 1."""
    return (samples / FULL_SCALE).astype(np.float32)


def pcm(values: NDArray[np.floating]) -> Samples:
    """Numbers of -1 to 1 as samples; what is louder is clipped, what is no number is silence."""
    scaled = np.nan_to_num(values * FULL_SCALE, nan=0.0, posinf=FULL_SCALE, neginf=-FULL_SCALE)
    whole: Samples = np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    return whole


def _decoded(file: soundfile.SoundFile) -> Iterator[Samples]:
    if file.samplerate not in _RATES_HZ:
        raise _unreadable()
    resampler, most = Resampler(file.samplerate), int(MAX_SECONDS * file.samplerate)
    size, read = max(1, _BLOCK_VALUES // file.channels), 0
    while len(block := file.read(size, dtype="float32", always_2d=True)):
        read += len(block)
        if read > most:
            minutes = int(MAX_SECONDS // 60)
            raise SaysoError("audio_too_long", f"The recording is longer than {minutes} minutes. Send it in parts.")
        yield resampler.feed(pcm(block.mean(axis=1)))
    yield resampler.finish()


def _unreadable() -> SaysoError:
    return SaysoError("audio_unreadable", "The recording cannot be read. Send it as Ogg, WAV, FLAC or MP3.")


def _none() -> Samples:
    return np.zeros(0, np.int16)
