"""Rendered sentences on disk. Only fixed wordings are kept: what holds a person's words or name is never written.

A file is FLAC (lossless: a hit gives the same samples) with its SHA-256 behind it. It is put in place in one step, with
rights 0600; a damaged one counts as missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import soundfile
import structlog

from connectors.speech.ports import RATE_HZ, Clip
from dialogues.types import Prompt

LIMIT_BYTES = 256 * 1024 * 1024
"""Source: hibari at one pace takes 7.7 MB for 187 sentences; all wordings of one language are about 260."""
REVISION = 1
"""Of how sound is finished and pauses are set; a higher one makes every file anew."""
SUFFIX = ".flac"
DIGEST_BYTES = hashlib.sha256().digest_size

_log = structlog.get_logger(__name__)


class PromptCache:
    """Keeps rendered sentences by their words, voice and pace. Safe to share between threads and processes.

    Args:
        folder: Made with rights 0700 when first written to.
        limit_bytes: Above it the files that were used longest ago go.
    """

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._fixed: frozenset[str] = frozenset()

    def know(self, sentences: Iterable[str]) -> None:
        """Takes sentences that are the same for everybody: these, and no others, are kept."""
        self._fixed |= frozenset(sentences)

    def keeps(self, prompt: Prompt, sentence: str) -> bool:
        """Whether a sentence of a prompt is one to keep: a fixed one, of a prompt without the person's own words."""
        return not prompt.quoted and sentence in self._fixed

    def get(self, sentence: str, voice: str, words_a_minute: int) -> Clip | None:
        """The clip as it was put; None when it is not there, or damaged."""
        file = self._file(sentence, voice, words_a_minute)
        try:
            clip = _unpacked(file.read_bytes())
            os.utime(file)  # used just now
        except OSError:
            return None
        except (ValueError, soundfile.LibsndfileError):
            _log.warning("voice_cache_damaged", file=file.name)
            return None
        return clip

    def put(self, sentence: str, voice: str, words_a_minute: int, clip: Clip) -> None:
        """Keeps a clip, unless it is empty. A full or locked disk is logged, and is no reason to be silent."""
        if not len(clip.samples):
            return
        try:
            self._write(self._file(sentence, voice, words_a_minute), _packed(clip))
            self._make_room()
        except OSError as error:
            _log.warning("voice_cache_not_written", reason=type(error).__name__)

    def _file(self, sentence: str, voice: str, words_a_minute: int) -> Path:
        key = json.dumps([REVISION, sentence, voice, words_a_minute])
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}{SUFFIX}"

    def _write(self, file: Path, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="new-")  # rights 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.replace(name, file)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise

    def _make_room(self) -> None:
        files = sorted(self._used(), reverse=True)
        total = 0
        for _, size, file in files:
            total += size
            if total > self._limit_bytes:
                file.unlink(missing_ok=True)

    def _used(self) -> Iterable[tuple[int, int, Path]]:
        """(last use in ns, bytes, file) of every file; others may remove some meanwhile."""
        for file in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                stat = file.stat()
                yield stat.st_mtime_ns, stat.st_size, file


def _packed(clip: Clip) -> bytes:
    made = io.BytesIO()
    soundfile.write(made, clip.samples, RATE_HZ, format="FLAC", subtype="PCM_16")
    return made.getvalue() + hashlib.sha256(made.getvalue()).digest()


def _unpacked(content: bytes) -> Clip:
    sound, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
    if hashlib.sha256(sound).digest() != digest:
        raise ValueError("not as it was written")
    return Clip(soundfile.read(io.BytesIO(sound), dtype="int16")[0])
