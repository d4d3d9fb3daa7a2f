"""Loads the editable patterns (`patterns/en/*.yml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.safeguarding.language import Compiled, PatternError, compile_pattern
from dialogues.types import Level

FOLDER = Path(__file__).parent / "patterns" / "en"
_SHARED = ("words", "scope")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way in which something may be said.

    Attributes:
        name: `category/id`, for tests and logs.
        strong: Enough on its own; a weak one needs the learned scorer to agree.
    """

    name: str
    category: str
    level: Level
    strong: bool
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class Category:
    """One file: its patterns, and the sentences it is tested with."""

    name: str
    level: Level
    patterns: tuple[Pattern, ...]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """All that the rules know.

    Attributes:
        categories: In the order of their danger (immediate first), then by name.
        scope: Name of a group of cues (idioms, fiction, past, ...) to its patterns.
        staff: Words for a provider's staff.
    """

    categories: tuple[Category, ...]
    scope: dict[str, tuple[Compiled, ...]]
    staff: Compiled


def _read(path: Path) -> dict[str, Any]:
    loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    if not isinstance(loaded, dict):
        raise PatternError(
            "pattern_file_unreadable", f"{path.name}: write `category:` and `patterns:` at the top level"
        )
    return loaded


def _strengths(source: str, strong: bool, level: Level) -> list[tuple[str, bool]]:
    """A pattern that ends in `[words]` is strong with one of them and weak without; danger is strong either way."""
    head, bracket, tail = source.rpartition("[")
    if level is Level.IMMEDIATE or not (strong and bracket and head.strip() and source.rstrip().endswith("]")):
        return [(source, strong)]
    return [(f"{head}({tail.rstrip()[:-1]})", True), (head, False)]


def _category(path: Path, words: dict[str, list[str]]) -> Category:
    data = _read(path)
    level = Level(data["level"])
    patterns = tuple(
        Pattern(f"{data['category']}/{entry['id']}", data["category"], level, strong, compile_pattern(source, words))
        for entry in data["patterns"]
        for written in entry["say"]
        for source, strong in _strengths(written, entry.get("strength", "strong") == "strong", level)
    )
    return Category(data["category"], level, patterns, tuple(data["examples"]), tuple(data["counter_examples"]))


@lru_cache(maxsize=1)
def library() -> Library:
    """The patterns, read once.

    Raises:
        PatternError: A file cannot be read; the message says which pattern.
    """
    words: dict[str, list[str]] = _read(FOLDER / "words.yml")["words"]
    scope = {
        name: tuple(compile_pattern(source, words) for source in sources)
        for name, sources in _read(FOLDER / "scope.yml").items()
    }
    paths = sorted(path for path in FOLDER.glob("*.yml") if path.stem not in _SHARED)
    categories = sorted(
        (_category(path, words) for path in paths), key=lambda c: (c.level is not Level.IMMEDIATE, c.name)
    )
    staff_words = [*words["staff"], *words["staff_only"]]
    return Library(tuple(categories), scope, compile_pattern(" | ".join(staff_words), words))
