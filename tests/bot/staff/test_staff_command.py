"""`sayso staff`: the first person, the list, locking."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from dialogues.errors import SaysoError

ANN = ("--name", "Ann", "--email", "ann@example.org")
PAT = ("--name", "Pat", "--email", "pat@example.org", "--role", "provider")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["staff", *arguments], env={"COLUMNS": "200"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("SAYSO_DATABASE_URL", "")


def test_the_first_person_coordinates_and_gets_a_link() -> None:
    assert "Nobody yet" in run("list")
    said = run("add", *ANN, "--address", "https://sayso.example.org/")
    assert "The first person is a coordinator" in said
    assert re.search(r"https://sayso\.example\.org/staff/invitation/[\w-]{43}\n", said)
    assert re.search(r"Ann .* ann@example\.org .* Coordinator .* invited", run("list"))


def test_further_people_have_the_roles_they_are_given() -> None:
    run("add", *ANN)
    said = run("add", *PAT, "--role", "volunteer", "--service", "home_care")
    assert "coordinator" not in said
    assert re.search(r"Pat .* Provider, Volunteer .* home_care .* invited", run("list"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "needs at least one service"),
        (("--service", "moon"), "not there"),
        (("--address", "sayso.org"), "https://"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_stored(more: tuple[str, ...], words: str) -> None:
    run("add", *ANN)
    with pytest.raises(SaysoError, match=words):
        run("add", *PAT, *more)
    assert "Pat" not in run("list")


def test_locking_a_new_link_and_leaving() -> None:
    run("add", *ANN)
    assert "signed out everywhere" in run("lock", "--email", "ANN@example.org")
    assert "locked" in run("list")
    assert "/staff/invitation/" in run("link", "--email", "ann@example.org")
    assert "invited" in run("list")
    run("lock", "--email", "ann@example.org", "--left")
    assert "Nobody yet" in run("list")
    with pytest.raises(SaysoError, match="Nobody like that"):
        run("lock", "--email", "ann@example.org")
