"""`sayso themes`: the old coding stays until the new one is as good; what was done can be undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.themes import themes
from dialogues.errors import SaysoError
from nlu.analysis.labelled import TRAINING_FOLDER
from nlu.analysis.points import HEADS

OWN = "the swimming baths are shut of a monday, week {n}"


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Labelled answers whose theme is always the same, and not the one Sayso would give."""
    made = [
        {"text": OWN.format(n=n), "question": "How is it?", "kinds": ["problem"], "themes": ["cost_and_money"]}
        for n in range(120)
    ]
    return written(tmp_path / "own.jsonl", made)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(themes, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return f"{result.exit_code} {result.output}"


def test_a_better_coding_is_taken_and_can_be_undone(rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "coding"
    assert run("train", str(rows), "--out", str(folder)).startswith("0 ")
    assert (folder / HEADS).exists()
    assert "held-out rows" in run("evaluate", str(rows), "--folder", str(folder))
    assert run("undo", "--folder", str(folder)).startswith("0 ")
    assert not (folder / HEADS).exists()
    with pytest.raises(SaysoError, match="no coding of your own"):
        run("undo", "--folder", str(folder))


def test_a_worse_coding_is_refused(rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "coding"
    sample = [line for path in sorted(TRAINING_FOLDER.glob("answers.jsonl")) for line in path.open(encoding="utf-8")]
    heldout = tmp_path / "heldout.jsonl"
    heldout.write_text("".join(sample[:150]), encoding="utf-8")
    turned = [{**json.loads(line), "kinds": ["offer"], "themes": ["sleep_and_night_time"]} for line in sample[150:400]]
    wrong = written(tmp_path / "wrong.jsonl", turned)
    said = run("train", str(wrong), "--heldout", str(heldout), "--out", str(folder))
    assert said.startswith("1 ")
    assert "the old one stays" in said
    assert not (folder / HEADS).exists()


def test_too_few_rows_are_said(tmp_path: Path) -> None:
    few = written(tmp_path / "few.jsonl", [{"text": "the soup", "kinds": ["praise"], "themes": ["food_and_drink"]}])
    with pytest.raises(SaysoError, match="Label more answers"):
        run("train", str(few), "--out", str(tmp_path / "coding"))


def test_training_again_keeps_the_one_before(rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "coding"
    run("train", str(rows), "--out", str(folder))
    first = (folder / HEADS).read_bytes()
    run("train", str(rows), "--out", str(folder))
    run("undo", "--folder", str(folder))
    assert (folder / HEADS).read_bytes() == first
