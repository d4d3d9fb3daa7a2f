"""What a telephone line does to a voice: mu-law, 8 kHz, and a narrow band."""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, sosfilt

from connectors.speech.audio import floats, pcm
from connectors.speech.ports import RATE_HZ, Clip, Samples

LINE_RATE_HZ = 8_000
BAND_HZ = (300, 3_400)
"""The speech band of a telephone line. Source: ITU-T G.712."""

_BIAS, _LOUDEST = 33, 8158
"""Of the 14-bit scale that mu-law compresses. Source: ITU-T G.711, table 2a."""
_BAND = butter(4, BAND_HZ, "bandpass", fs=LINE_RATE_HZ, output="sos")


def encode_mulaw(samples: Samples) -> bytes:
    """Samples of any rate as G.711 mu-law, one byte each."""
    wide = samples.astype(np.int32)
    size = np.minimum(np.abs(wide >> 2), _LOUDEST) + _BIAS
    segment = np.floor(np.log2(size)).astype(np.int32) - 5
    step = (size >> (segment + 1)) & 0x0F
    code = ~((wide < 0) * 0x80 | segment << 4 | step) & 0xFF
    return bytes(code.astype(np.uint8))


def decode_mulaw(sound: bytes) -> Samples:
    """G.711 mu-law as samples of the same rate, shape (bytes,)."""
    return _DECODED[np.frombuffer(sound, np.uint8)]


def as_wav(clip: Clip) -> bytes:
    """A clip as a WAV file of mu-law at 8 kHz: all that a telephone line carried, at 8 kB a second.

    It costs 1 ms a second of sound, where Opus takes 20: a caller waits for nothing else.
    """
    narrow = pcm(soxr.resample(floats(clip.samples), RATE_HZ, LINE_RATE_HZ))
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", LINE_RATE_HZ, 1, subtype="ULAW", format="WAV") as writing:
        writing.write(narrow)
    return file.getvalue()


def telephone(clip: Clip) -> Clip:
    """A clip as it comes over a line: 300 to 3,400 Hz, 8 kHz, mu-law, and back to `RATE_HZ`. For tests and measures."""
    if not len(clip.samples):
        return clip
    narrow = sosfilt(_BAND, soxr.resample(floats(clip.samples), RATE_HZ, LINE_RATE_HZ))
    heard = decode_mulaw(encode_mulaw(pcm(narrow)))
    return Clip(pcm(soxr.resample(floats(heard), LINE_RATE_HZ, RATE_HZ))[: len(clip.samples)])


def _decoding() -> Samples:
    code = ~np.arange(256) & 0xFF
    segment, step = (code >> 4) & 7, code & 0x0F
    size = ((step * 2 + _BIAS) << segment) - _BIAS
    return np.where(code & 0x80, -size * 4, size * 4).astype(np.int16)


_DECODED = _decoding()
