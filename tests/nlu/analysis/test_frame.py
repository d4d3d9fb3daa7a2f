"""The coding frame: what it must hold, and what a broken one says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialogues.errors import SaysoError
from nlu.analysis.frame import FRAME_PATH, MIN_COUNTER_EXAMPLES, MIN_EXAMPLES, SECTIONS, load_frame

FRAME = FRAME_PATH.read_text(encoding="utf-8")


def test_every_entry_has_enough_examples_and_a_plain_name() -> None:
    frame = load_frame()
    for section in SECTIONS:
        for entry in frame.section(section).values():
            assert len(entry.examples) >= MIN_EXAMPLES, entry.id
            assert len(entry.counter_examples) >= MIN_COUNTER_EXAMPLES, entry.id
            assert 1 <= len(entry.plain.split()) <= 5, entry.id


def test_no_example_stands_in_two_themes() -> None:
    themes = load_frame().themes.values()
    examples = [text.lower() for entry in themes for text in entry.examples]
    assert len(examples) == len(set(examples))


def test_the_frame_has_twenty_seven_themes() -> None:
    assert len(load_frame().themes) == 27


@pytest.mark.parametrize(
    ("spoil", "line_of", "says"),
    [
        (lambda text: text.replace("  food_and_drink:", "  Food and drink:"), "  Food and drink:", "lower-case"),
        (lambda text: text.replace("    plain: the food\n", "", 1), "  food_and_drink:", "plain"),
        (
            lambda text: text.replace("    plain: the food\n", "    plan: the food\n", 1),
            "  food_and_drink:",
            "unknown parts",
        ),
        (lambda text: text.replace("  praise:\n", "  applause:\n", 1), "kinds:", "exactly"),
        (lambda text: text.replace("themes:\n", "thames:\n", 1), "version: 1", "missing"),
        (
            lambda text: text.replace("    - No comment.\n", "    - no\n", 1).replace("- no\n", "- 7\n"),
            "",
            "list of words",
        ),
    ],
)
def test_a_spoilt_frame_is_refused_with_its_line(
    tmp_path: Path, spoil: Callable[[str], str], line_of: str, says: str
) -> None:
    broken = spoil(FRAME)
    path = tmp_path / "frame.yml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(SaysoError) as caught:
        load_frame(path)
    assert caught.value.message.startswith("frame.yml, line ")
    assert says in caught.value.message
    if line_of and line_of != "version: 1":
        assert f"line {broken.splitlines().index(line_of) + 1}:" in caught.value.message


def test_too_few_examples_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "frame.yml"
    path.write_text(
        FRAME.replace("    - the dinners are stone cold\n", "").replace("    - the bread is like a doorstop\n", "")
    )
    with pytest.raises(SaysoError, match="write at least 12"):
        load_frame(path)


@pytest.mark.parametrize("content", ["themes: [", "just words", "", "- a\n- b"])
def test_a_file_that_is_no_frame_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "frame.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SaysoError, match=r"frame\.yml, line \d+"):
        load_frame(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match="cannot be read"):
        load_frame(tmp_path / "none.yml")
