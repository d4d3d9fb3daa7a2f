"""What the docs say exists: settings, commands, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli.main import app
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`SAYSO_([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_command_teaches() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert {
        "serve",
        "chat",
        "check",
        "demo",
        "simulate",
        "evaluate",
        "understand",
        "analyse",
        "screen",
        "export",
    } <= set(commands)
    for name, command in commands.items():
        assert command.help, f"{name} has no help"


@pytest.mark.parametrize("document", PAGES, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


def test_locks_name_no_host() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name
