"""eSpeak NG through its program: a plain voice that always starts. The fallback, and the tests' synthetic caller."""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import soundfile

from connectors.speech.voices.base import SentenceVoice
from connectors.speech.voices.sound import Wave
from dialogues.errors import SaysoError

PROGRAM = "espeak-ng"
ACCENT = "en-gb-x-rp"
"""Source: over a telephone line Whisper base misread 22 % of the words of eight of our prompts; of `en-gb`, 30 %."""
TIMEOUT_SECONDS = 10.0
"""Source: 236 characters take 18 ms of processor time, 52 ms on a busy machine; after this long it hangs."""
HEADER_BYTES = 44


class EspeakVoice(SentenceVoice):
    """Speaks with the `espeak-ng` program. The words go in by a pipe: a command line can be read by other users.

    Args:
        accent: Its voice, British as a rule (`espeak-ng --voices=en` lists them).
        program: Name or path of the program.

    Raises:
        SaysoError: `voice_missing`.
    """

    measured = ((100.0, 136.0), (140.0, 189.0), (180.0, 240.0), (240.0, 314.0))
    """Source: 103 sentences of `dialogues/en/wordings`. Its own "words a minute" are not ours: our words are short."""

    def __init__(self, accent: str = ACCENT, program: str = PROGRAM) -> None:
        found = shutil.which(program)
        if found is None:
            raise SaysoError("voice_missing", f"The program {PROGRAM} is not here. Debian: apt install {PROGRAM}.")
        self._command = (found, "-v", accent, "--stdin", "--stdout", "-s")
        self.name = f"espeak:{accent}-{_version(found)}"
        self._check(accent)

    def _wave(self, sentence: str, speed: float) -> tuple[Wave, int]:
        unmarked = sentence.replace("[[", "[ [")  # its markup for phonemes
        done = _run((*self._command, str(round(speed))), unmarked.encode())
        if len(done) <= HEADER_BYTES:
            return np.zeros(0, np.float32), 0
        wave, rate_hz = soundfile.read(io.BytesIO(done), dtype="float32")
        return wave, rate_hz

    def _check(self, accent: str) -> None:
        try:
            self.speak("Ready.")
        except SaysoError:
            message = f"{PROGRAM} does not speak with the voice {accent}. Use one that `{PROGRAM} --voices=en` lists."
            raise SaysoError("voice_missing", message) from None


def _version(found: str) -> str:
    words = _run((found, "--version"), b"").decode().split()
    return next((word for word in words if word[0].isdigit()), "0")


def _run(command: tuple[str, ...], said: bytes) -> bytes:
    """Runs the program.

    Raises:
        SaysoError: `voice_failed`, without the words.
    """
    try:
        done = subprocess.run(command, input=said, capture_output=True, timeout=TIMEOUT_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{PROGRAM} did not speak ({type(error).__name__}). Try again; if it stays so, install it anew."
        raise SaysoError("voice_failed", message, permanent=False) from None
    return done.stdout
