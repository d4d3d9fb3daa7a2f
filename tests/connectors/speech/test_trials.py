"""Trying a recogniser on recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.speech.measure import Errors
from connectors.speech.ports import Clip, Hint, Listening, Recognised
from connectors.speech.trials import Recording, manifest, totals, tried
from dialogues.errors import SaysoError
from dialogues.types import Expects
from tests.connectors.speech.sounds import recorded, tone


class Scripted:
    """Says what it is told; records what it heard."""

    name = "scripted"

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.heard: list[tuple[Clip, Hint]] = []

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        self.heard.append((clip, hint))
        return Recognised(self.texts[len(self.heard) - 1], confidence=0.5, recogniser=self.name)

    def listen(self, hint: Hint = Hint()) -> Listening:  # noqa: B008 - frozen
        raise NotImplementedError


@pytest.fixture
def recordings(tmp_path: Path) -> tuple[Recording, ...]:
    made = []
    for name, text in (("a", "one two three"), ("b", "zero"), ("c", "no"), ("d", None)):
        path = tmp_path / f"{name}.wav"
        path.write_bytes(recorded(tone(0.5)))
        made.append(Recording(path, text))
    return tuple(made)


def test_errors_are_counted_and_meaning_is_seen(recordings: tuple[Recording, ...]) -> None:
    scripted = Scripted("one two", "nought", "", "anything")
    trials = list(tried(scripted, recordings, Hint(Expects.SCALE)))
    assert [trial.right for trial in trials] == [False, True, False, False]
    sums = totals(trials)
    assert sums.errors == Errors(5, 1, 2, 0)
    assert (sums.recordings, sums.judged, sums.right, sums.silent) == (4, 3, 1, 1)
    assert sums.seconds == pytest.approx(2.0)
    assert 0 <= sums.real_time_factor < 1
    assert scripted.heard[0][1] == Hint(Expects.SCALE)


def test_a_telephone_line_lies_between(recordings: tuple[Recording, ...]) -> None:
    near, far = Scripted(*"abcd"), Scripted(*"abcd")
    list(tried(near, recordings[:1], Hint()))
    list(tried(far, recordings[:1], Hint(), by_telephone=True))
    assert near.heard[0][0].seconds == far.heard[0][0].seconds
    assert near.heard[0][0].samples.tolist() != far.heard[0][0].samples.tolist()


def test_a_table_of_recordings(tmp_path: Path) -> None:
    table = tmp_path / "manifest.tsv"
    table.write_text('file\ttext\tage\na.wav\tsaid "so"\t70\nsub/b.wav\t\t\n', encoding="utf-8")
    assert manifest(table) == (Recording(tmp_path / "a.wav", 'said "so"'), Recording(tmp_path / "sub/b.wav", ""))
    table.write_text("file\na.wav\n", encoding="utf-8")
    assert manifest(table) == (Recording(tmp_path / "a.wav", None),)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match=r"a\.wav"):
        list(tried(Scripted(), [Recording(tmp_path / "a.wav")], Hint()))
    with pytest.raises(SaysoError, match=r"m\.tsv"):
        manifest(tmp_path / "m.tsv")
    (tmp_path / "m.tsv").write_text("name,text\n", encoding="utf-8")
    with pytest.raises(SaysoError, match="names the columns"):
        manifest(tmp_path / "m.tsv")
