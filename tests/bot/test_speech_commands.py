"""`sayso models` and `sayso transcribe`: what they show, and what they say when something is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import models as models_command
from bot.cli.main import app
from connectors.speech import recognisers
from connectors.speech.ports import Clip, Hint, Listening, Recognised
from dialogues.errors import SaysoError
from dialogues.types import Expects
from tests.connectors.speech.sounds import recorded, tone


class Scripted:
    """Says one thing, whatever it hears."""

    name = "scripted"

    def __init__(self, text: str = "one [two] four") -> None:
        self.text = text
        self.hints: list[Hint] = []

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        self.hints.append(hint)
        return Recognised(self.text, confidence=0.5, recogniser=self.name)

    def listen(self, hint: Hint = Hint()) -> Listening:  # noqa: B008 - frozen
        raise NotImplementedError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAYSO_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path / "models"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    made = Scripted()
    monkeypatch.setattr(recognisers, "live", lambda choice, folder: made)
    monkeypatch.setattr(recognisers, "second_pass", lambda choice, folder: made if choice != "none" else None)
    return made


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    path.write_bytes(recorded(tone(0.5)))
    return path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return f"{result.exit_code} {result.output}"


def test_the_list_tells_what_is_here(folder: Path) -> None:
    said = run("models", "list")
    assert said.count("│ no ") == 3
    assert "whisper-base" in said
    assert "LGPL-3.0-only" in said


def test_fetch_takes_what_the_settings_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Path]] = []

    def fake(name: str, place: Path, progress: object) -> Path:
        asked.append((name, place))
        return place / name

    monkeypatch.setattr(models_command, "fetch", fake)
    monkeypatch.setenv("SAYSO_SECOND_PASS", "none")
    run("models", "fetch")
    assert asked == [("vosk-en", folder), ("vosk-small", folder)]
    asked.clear()
    run("models", "fetch", "whisper-base", "--folder", "elsewhere")
    assert asked == [("whisper-base", Path("elsewhere"))]
    asked.clear()
    run("models", "fetch", "--all")
    assert len(asked) == 3
    with pytest.raises(SaysoError, match="no model 'vosk-fr'"):
        run("models", "fetch", "vosk-fr")


def test_verify_names_what_is_missing(folder: Path) -> None:
    assert run("models", "verify").startswith("0 ")
    said = run("models", "verify", "vosk-en")
    assert said.startswith("1 ")
    assert "not fetched" in said


def test_a_recording_is_written_down_and_judged(folder: Path, scripted: Scripted, recording: Path) -> None:
    said = run("transcribe", str(recording), "--reference", "one two three four", "--telephone", "--grammar", "digits")
    assert "a.wav one [two] four (1 of 4)" in said
    assert "1 of 4 words wrong (0 heard as another, 1 left out, 0 put in): 25.0%" in said
    assert "1 recording, 0." in said
    assert scripted.hints == [Hint(Expects.SCALE)]


def test_without_a_reference_there_is_no_judgement(folder: Path, scripted: Scripted, recording: Path) -> None:
    said = run("transcribe", str(recording), "--second-pass")
    assert "a.wav one [two] four" in said
    assert "wrong" not in said


def test_a_table_as_json(folder: Path, scripted: Scripted, recording: Path) -> None:
    table = recording.parent / "m.tsv"
    table.write_text("file\ttext\na.wav\tone two four\n", encoding="utf-8")
    lines = [
        json.loads(line) for line in run("transcribe", "--manifest", str(table), "--json")[2:].splitlines() if line
    ]
    assert lines[0]["text"] == "one [two] four"
    assert lines[0]["errors"] == 0
    assert lines[1]["word_error_rate"] == 0.0
    assert lines[1]["right"] == 1


def test_by_half_of_the_speakers(folder: Path, scripted: Scripted, recording: Path) -> None:
    table = recording.parent / "m.tsv"
    rows = ["file\ttext\tspeaker", "a.wav\tone two four\tgeorge", "a.wav\tone two\tlucas", "a.wav\tone\tlucas"]
    table.write_text("\n".join(rows), encoding="utf-8")
    said = run("transcribe", "--manifest", str(table), "--halves")
    whole, _, parts = said.partition("tuned on:")
    tuned, _, others = parts.partition("The other speakers:")
    assert [("3 recordings" in whole), ("1 recording," in tuned), ("2 recordings" in others)] == [True] * 3
    last = json.loads(run("transcribe", "--manifest", str(table), "--halves", "--json").splitlines()[-1])
    assert (last["part"], last["recordings"], last["words"]) == ("The other speakers", 2, 3)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name recordings"),
        (("a.wav", "--manifest", "m.tsv"), "Name recordings"),
        (("a.wav", "b.wav", "--reference", "x"), "goes with one recording"),
        (("a.wav",), "sayso models fetch vosk-en"),
        (("a.wav", "--second-pass"), "sayso models fetch whisper-base"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(SaysoError, match=says):
        run("transcribe", *arguments)


def test_the_second_pass_can_be_off(folder: Path, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_SECOND_PASS", "none")
    with pytest.raises(SaysoError, match="switched off"):
        run("transcribe", "a.wav", "--second-pass")
