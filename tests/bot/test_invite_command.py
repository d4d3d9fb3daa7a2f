"""`sayso invite`, and what `sayso serve` says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from dialogues.errors import SaysoError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("SAYSO_DATABASE_URL", "")
    monkeypatch.setenv("SAYSO_TELEGRAM_TOKEN", "")


def test_a_service_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(SaysoError, match=r"no service 'wrong'.* home_care, care_home, day_centre") as caught:
        run("invite", "--service", "wrong")
    assert caught.value.code == "service_unknown"


def test_an_invitation_is_a_code() -> None:
    said = run("invite", "--service", "meals")
    assert "The code is" in said
    assert "/start" in said


def test_the_help_of_serve_names_telegram() -> None:
    assert "Telegram" in run("serve", "--help")
