"""Tries a recogniser on recordings, and measures it."""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.speech.audio import decode
from connectors.speech.grammar import Grammar, grammar_for
from connectors.speech.measure import Errors, total, word_errors
from connectors.speech.ports import Hint, Recogniser
from connectors.speech.telephone import telephone
from dialogues.errors import SaysoError


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording to try a recogniser on.

    Attributes:
        path: Its file.
        reference: What was said; None where nobody wrote it down.
        speaker: Who speaks; "" where nobody noted it.
    """

    path: Path
    reference: str | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a recogniser made of a recording.

    Attributes:
        errors: Against the reference; None without one.
        right: True without an error, or where both mean the same in the grammar ("aye" and "yes").
        seconds: How long the recording is.
        took_seconds: Of the clock, for recognition alone.
    """

    recording: Recording
    text: str
    confidence: float
    errors: Errors | None
    right: bool
    seconds: float
    took_seconds: float


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of trials.

    Attributes:
        right: Recordings with a reference that were heard right.
        silent: Recordings with a reference in which nothing was heard.
        judged: Recordings with a reference.
    """

    recordings: int
    errors: Errors
    right: int
    silent: int
    judged: int
    seconds: float
    took_seconds: float

    @property
    def real_time_factor(self) -> float:
        """Seconds of work a second of sound."""
        return self.took_seconds / self.seconds if self.seconds else 0.0


def tried(
    recogniser: Recogniser, recordings: Iterable[Recording], hint: Hint, *, by_telephone: bool = False
) -> Iterator[Trial]:
    """Recognises recordings one by one.

    Args:
        by_telephone: Each is sent over a simulated telephone line first.

    Raises:
        SaysoError: `recording_missing`, or an audio code.
    """
    grammar = grammar_for(hint, lambda word: True)
    for recording in recordings:
        clip = decode(_bytes(recording.path))
        clip = telephone(clip) if by_telephone else clip
        started = time.perf_counter()
        heard = recogniser.recognise(clip, hint)
        took = time.perf_counter() - started
        errors = None if recording.reference is None else word_errors(recording.reference, heard.text)
        right = errors is not None and (not errors.count or _same(grammar, recording.reference or "", heard.text))
        yield Trial(recording, heard.text, heard.confidence, errors, right, clip.seconds, took)


def totals(trials: Iterable[Trial]) -> Totals:
    """Adds trials up."""
    done = tuple(trials)
    judged = [(trial, trial.errors) for trial in done if trial.errors is not None]
    return Totals(
        recordings=len(done),
        errors=total(errors for _, errors in judged),
        right=sum(trial.right for trial, _ in judged),
        silent=sum(not trial.text for trial, _ in judged),
        judged=len(judged),
        seconds=sum(trial.seconds for trial in done),
        took_seconds=sum(trial.took_seconds for trial in done),
    )


def manifest(path: Path) -> tuple[Recording, ...]:
    """Reads a table of recordings: tab-separated; its first row names `file` and may name `text` and `speaker`.

    Raises:
        SaysoError: `manifest_wrong`, `recording_missing`.
    """
    if not path.is_file():
        raise SaysoError("recording_missing", f"There is no file {path}.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if "file" not in (rows.fieldnames or ()):
            message = f"{path} does not begin with a row that names the columns `file` and `text`, parted by tabs."
            raise SaysoError("manifest_wrong", message)
        return tuple(Recording(path.parent / row["file"], row.get("text"), row.get("speaker") or "") for row in rows)


def is_tuning(speaker: str) -> bool:
    """True for the half of the speakers on which thresholds are tuned; see `short_answers`."""
    return int(hashlib.sha256(speaker.encode()).hexdigest()[0], 16) % 2 == 0


def _same(grammar: Grammar | None, said: str, heard: str) -> bool:
    meaning = grammar.meaning(said) if grammar else None
    return grammar is not None and meaning is not None and meaning == grammar.meaning(heard)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise SaysoError("recording_missing", f"There is no file {path}.")
    return path.read_bytes()
