"""The colours: high contrast in light and in dark."""

from __future__ import annotations

import re

import pytest

from connectors.web import STATIC_FOLDER

BODY_TEXT = 7.0
"""Source: WCAG 2.2, success criterion 1.4.6 (enhanced contrast)."""
EDGES = 3.0
"""Source: WCAG 2.2, success criterion 1.4.11 (non-text contrast)."""

PAIRS = [
    ("ink", "paper", BODY_TEXT),
    ("soft-ink", "paper", BODY_TEXT),
    ("ink", "sayso", BODY_TEXT),
    ("soft-ink", "sayso", BODY_TEXT),
    ("ink", "you", BODY_TEXT),
    ("soft-ink", "you", BODY_TEXT),
    ("ink", "panel", BODY_TEXT),
    ("accent", "paper", BODY_TEXT),
    ("on-accent", "accent", BODY_TEXT),
    ("notice", "paper", BODY_TEXT),
    ("line", "paper", EDGES),
    ("focus", "paper", EDGES),
    ("focus", "panel", EDGES),
]


def schemes() -> list[dict[str, str]]:
    style = (STATIC_FOLDER / "site.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(scheme: int, front: str, back: str, least: float) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[front], colours[back]) >= least
