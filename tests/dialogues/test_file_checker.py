"""The checker of the YAML files: bad sample folders prove file, line and remedy."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

import dialogues
from dialogues.checker import check, run_check
from dialogues.said_in_python import COMMON_SLOTS, FLOWS, WORDINGS
from dialogues.script import HERE, default_script


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "en", tmp_path / "en"))


def edit(folder: Path, name: str, old: str, new: str) -> int:
    """Replaces a text once; returns the line where the new text ends."""
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1 + new.rstrip("\n").count("\n")


def test_the_files_that_ship_are_well() -> None:
    assert check() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message", "remedy"),
    [
        ("wordings/topics.yml", "text: What would you like to offer?", "text: [What", "not valid YAML", "quote marks"),
        ("wordings/topics.yml", "ack.fine:\n", "ack.fine: {text: a}\nack.fine:\n", "written twice", "Keep one"),
        (
            "wordings/topics.yml",
            "ack.fine:\n",
            "closing.over: {text: Fine.}\nack.fine:\n",
            "also written in",
            "Keep one",
        ),
        (
            "wordings/topics.yml",
            "  purpose: topic_choice",
            "  purpos: topic_choice",
            "`purpos` is not known",
            "`purpose`",
        ),
        ("wordings/topics.yml", "  expects: choice", "  expects: choise", "`choise` is not known", "`choice`"),
        ("wordings/topics.yml", "{topics}. Which", "{topicks}. Which", "`{topicks}` is not known", "`topics`"),
        ("wordings/topics.yml", "{topics}. Which", "{topics. Which", "bracket", "`{name}`"),
        (
            "wordings/opening.yml",
            "simpler: Can you talk with me now?",
            "simpler: Can the elderly talk now?",
            "talks down",
            "older people",
        ),
        (
            "wordings/repair.yml",
            "text: You are welcome.",
            "text: " + "so " * 18 + "welcome.",
            "sentence of 19 words",
            "Split it",
        ),
        ("flows/opening.yml", "ask: opening.good_time", "ask: opening.god_time", "no wording", "`opening.good_time`"),
        ("flows/opening.yml", "{say: [consent.thanks]}", "{say: [consent.thank]}", "no wording", "`consent.thanks`"),
        ("flows/opening.yml", "{next: take_part_sure}", "{next: take_part_shure}", "no step", "`take_part_sure`"),
        ("flows/opening.yml", "{pause: true}", "{call: saftey}", "no flow", "`safety`"),
        ("flows/opening.yml", "only_if: keep", "only_if: keeep", "`keeep` is not known", "`keep`"),
        ("flows/repair.yml", "ask: human.offer", "ask: human.booked", "waits for no reply", "expects"),
        ("talk.yml", "warm_up,", "warmup,", "no flow `warmup`", "`warm_up`"),
        ("talk.yml", "questions: 12", "questions: 40", "outside the limits", "1 to 12"),
        (
            "guides/meals.yml",
            "open: What is it like when your meal comes?",
            "open: Tell me.",
            "no question",
            "question mark",
        ),
        (
            "guides/meals.yml",
            "services: [meals_on_wheels, meals]",
            "services: [home_care]",
            "also in guide",
            "one guide",
        ),
        ("guides/meals.yml", "id: meals\n", "id: transport\n", "also written in", "own `id`"),
    ],
)
def test_each_fault_is_told_with_file_line_and_remedy(
    folder: Path, name: str, old: str, new: str, message: str, remedy: str
) -> None:
    line = edit(folder, name, old, new)
    problems = check(folder)
    found = [p for p in problems if message in p.message and remedy in p.remedy]
    assert found, [str(p) for p in problems]
    if name != "guides/meals.yml" or "also" not in message:
        assert found[0].file == folder / name
        assert abs(found[0].line - line) <= 1


def test_what_is_missing_is_told(folder: Path) -> None:
    edit(folder, "flows/repair.yml", "        no: {say: [human.any_time]}\n", "")
    edit(folder, "wordings/repair.yml", "  why: Some things are better said to a person.\n", "")
    edit(folder, "wordings/safety.yml", "safety.noted:", "safety.nothing:")
    edit(folder, "wordings/opening.yml", "  serious: true\n  skippable: false\n", "  serious: true\n")
    told = " ".join(f"{p.message} {p.remedy}" for p in check(folder))
    for part in ("no outcome for `no`", "no `why`", "`safety.noted` is missing", "said nowhere", "skippable: false"):
        assert part in told


def test_run_check_says_it_in_one_line_each(folder: Path) -> None:
    edit(folder, "wordings/repair.yml", "text: You are welcome.", "text: Thank you for the feedback.")
    lines: list[str] = []
    assert run_check(lines.append, folder) == 1
    assert any(":" in line and "feedback" in line and "Say" in line for line in lines)
    assert lines[-1] == "1 to put right."


def _python_calls() -> tuple[dict[str, set[str]], set[str], set[str]]:
    """Wordings said by literal id with their slots, prefixes of computed ids, and flows pushed, from the source."""
    said: dict[str, set[str]] = {}
    prefixes: set[str] = set()
    pushed: set[str] = set()
    for file in Path(dialogues.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            constants = [c.value for a in node.args for c in ast.walk(a) if isinstance(c, ast.Constant)]
            if name in {"push", "_push"}:
                pushed |= {c for c in constants if isinstance(c, str)}
            if name in {"say", "render", "_says", "_ask", "misunderstood"}:
                slots = {k.arg for k in node.keywords if k.arg and k.arg != "expects"}
                for text in constants:
                    if isinstance(text, str) and text in default_script().wordings:
                        said.setdefault(text, set()).update(slots)
                    elif isinstance(text, str) and text.endswith("."):
                        prefixes.add(text)
    return said, prefixes, pushed


def test_the_list_of_what_python_says_is_true() -> None:
    said, prefixes, pushed = _python_calls()
    assert set(said) <= set(WORDINGS)
    for wording, slots in said.items():
        assert slots <= WORDINGS[wording], wording
    assert prefixes == {"needs.", "topics."}
    assert pushed <= set(FLOWS)


def test_every_wording_can_be_filled() -> None:
    for name, wording in default_script().wordings.items():
        slots = dict.fromkeys({*COMMON_SLOTS, *WORDINGS.get(name, ())}, "x")
        for text in (wording.text, wording.simpler, wording.keys, *wording.variants):
            assert "{" not in text.format_map(slots)
