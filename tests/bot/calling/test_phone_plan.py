"""The commands about planned calls, as staff type them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.calling.code_words import WORDS, new_code_word
from bot.cli import phone_plan
from dialogues.errors import SaysoError
from dialogues.readability import syllables

NUMBER = "01632 960123"


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("SAYSO_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("SAYSO_ORGANISATION", "Dales Home Care")
    monkeypatch.setenv("SAYSO_CONTACT", "01632 960777")
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()
    phone_plan.add_to(app)
    return app


def run(app: typer.Typer, *words: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, list(words), input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def plan(app: typer.Typer, *more: str) -> str:
    day = ("--on", "2099-06-02", "--from", "10:00", "--until", "12:00")
    return run(app, "plan", "--name", "Doris", "--number", NUMBER, *day, *more)


def test_a_call_is_planned_and_the_letter_is_told(phone: typer.Typer) -> None:
    shown = plan(phone, "--code-word", "bluebell")
    for fact in ("Doris", "Home care", "Dales Home Care", "bluebell", "01632 960777"):
        assert fact in shown
    assert "on Tuesday 2 June, between 10:00 and 12:00" in shown
    assert "960123" not in shown


def test_a_code_word_is_made_up(phone: typer.Typer) -> None:
    shown = plan(phone)
    assert len([word for word in WORDS if f" {word} " in shown]) == 1


def test_what_is_left_out_is_asked_for(phone: typer.Typer) -> None:
    shown = run(phone, "plan", typed=f"Doris\n{NUMBER}\n2099-06-02\n10:00\n12:00\n")
    assert "Planned:" in shown


def test_the_list_keeps_numbers_to_itself(phone: typer.Typer) -> None:
    plan(phone)
    listed = run(phone, "planned")
    assert "Tue 02 Jun 10:00" in listed
    assert "Doris" not in listed
    assert "960123" not in listed
    assert "+441632960123" in run(phone, "planned", "--show")


def test_a_call_is_cancelled_by_the_beginning_of_its_id(phone: typer.Typer) -> None:
    found = re.search(r"Planned: (\S{8})", plan(phone))
    assert found is not None
    assert "It is cancelled" in run(phone, "cancel", found[1])
    assert "cancelled" in run(phone, "planned", "--all")
    for unknown in (found[1], "nothing"):
        with pytest.raises(SaysoError, match="no such planned call"):
            run(phone, "cancel", unknown)


def test_contact_stops_and_is_taken_up_again(phone: typer.Typer) -> None:
    plan(phone)
    assert "cancelled: 1" in run(phone, "stop-contact", "--number", NUMBER, "--reason", "died")
    with pytest.raises(SaysoError, match="not rung"):
        plan(phone)
    assert "planned again" in run(phone, "stop-contact", "--number", NUMBER, "--undo")
    assert "was not stopped" in run(phone, "stop-contact", "--number", NUMBER, "--undo")
    assert "Tue 02 Jun" in run(phone, "planned")


@pytest.mark.parametrize(
    "wrong", [("--on", "2 June"), ("--from", "ten"), ("--until", "09:00"), ("--from", "21:00", "--until", "23:00")]
)
def test_a_slot_that_cannot_be_is_told(phone: typer.Typer, wrong: tuple[str, ...]) -> None:
    with pytest.raises(SaysoError) as caught:
        plan(phone, *wrong)
    assert caught.value.code == "slot_invalid"


def test_code_words_are_plain() -> None:
    assert len(set(WORDS)) == len(WORDS) >= 30
    assert {syllables(word) for word in WORDS} == {2}
    assert new_code_word() in WORDS
