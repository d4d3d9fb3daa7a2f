"""The connector's own words keep the rules for wordings."""

from __future__ import annotations

import pytest

from connectors.telegram import words
from dialogues.lint import lint


@pytest.mark.parametrize("text", words.EVERYTHING_SAID)
def test_wordings_keep_the_rules(text: str) -> None:
    said = text.replace("{text}", "they come at four").replace("{seconds}", "ten")
    parts = [part for part in said.split("\n") if part and not part.startswith("/")]
    found = [finding for part in parts for finding in lint(part, question_allowed=True, serious=False)]
    assert not found


def test_the_menu_fits_telegram() -> None:
    for name, what in words.COMMANDS:
        assert name.isalpha()
        assert 3 <= len(what) <= 256
