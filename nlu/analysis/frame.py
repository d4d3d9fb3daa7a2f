"""The coding frame: what a coordinator may edit, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dialogues.errors import SaysoError

FRAME_PATH = Path(__file__).with_name("coding_frame.yml")
SECTIONS = ("themes", "kinds", "sentiments", "senses")
MIN_EXAMPLES = 12
MIN_COUNTER_EXAMPLES = 3
NOTHING = "nothing_to_say"
GENERAL = "general_praise_or_thanks"

KINDS = ("praise", "problem", "preference", "suggestion", "need", "offer")
SENTIMENTS = ("positive", "negative", "mixed", "neutral")
SENSES = ("security", "continuity", "belonging", "purpose", "achievement", "significance")
_FIXED = {"kinds": KINDS, "sentiments": SENTIMENTS, "senses": SENSES}
_TEXTS = ("plain", "definition")
_LISTS = {"examples": MIN_EXAMPLES, "counter_examples": MIN_COUNTER_EXAMPLES, "cues": 0}


@dataclass(frozen=True, slots=True)
class Entry:
    """One theme, kind, sentiment or sense.

    Attributes:
        id: Stable id.
        plain: A few plain words that can be said aloud.
        definition: What belongs and what does not.
        examples: Things people say that belong.
        counter_examples: Things that only look as if they belong.
        cues: Words and phrases that point here, in the notation explained at the top of the file.
    """

    id: str
    plain: str
    definition: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The whole coding frame; each mapping keeps the order of the file."""

    themes: Mapping[str, Entry]
    kinds: Mapping[str, Entry]
    sentiments: Mapping[str, Entry]
    senses: Mapping[str, Entry]

    def section(self, name: str) -> Mapping[str, Entry]:
        """The entries of `themes`, `kinds`, `sentiments` or `senses`."""
        found: Mapping[str, Entry] = getattr(self, name)
        return found


def load_frame(path: Path | None = None) -> Frame:
    """Reads and checks a coding frame.

    Args:
        path: A YAML file; None for the one that comes with Sayso.

    Raises:
        SaysoError: Saying file, line and remedy, when the file cannot be read or does not hold what it must.
    """
    return _default_frame() if path is None else _loaded(path)


@lru_cache(maxsize=1)
def _default_frame() -> Frame:
    return _loaded(FRAME_PATH)


def _loaded(path: Path) -> Frame:
    try:
        text = path.read_text(encoding="utf-8")
        raw = YAML(typ="safe").load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SaysoError("frame_unreadable", f"{path.name}: cannot be read; check that it is a UTF-8 file.") from error
    except YAMLError as error:
        raise _problem(path, _line_of_error(error), "is not valid YAML; check indents, colons and brackets") from error
    return _Checker(path, text).frame(raw)


def _line_of_error(error: YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return mark.line + 1 if mark is not None else 1


def _problem(path: Path, line: int, remedy: str) -> SaysoError:
    return SaysoError("frame_invalid", f"{path.name}, line {line}: {remedy}.")


@dataclass(frozen=True, slots=True)
class _Checker:
    path: Path
    text: str

    def frame(self, raw: Any) -> Frame:
        if not isinstance(raw, dict):
            raise _problem(self.path, 1, "must hold `themes`, `kinds`, `sentiments` and `senses`")
        sections = {name: self._section(raw, name) for name in SECTIONS}
        if NOTHING not in sections["themes"] or GENERAL not in sections["themes"]:
            raise _problem(self.path, self._line("themes"), f"themes must include `{NOTHING}` and `{GENERAL}`")
        return Frame(**sections)

    def _section(self, raw: dict[str, Any], name: str) -> dict[str, Entry]:
        body = raw.get(name)
        if not isinstance(body, dict) or not body:
            raise _problem(self.path, self._line(name), f"`{name}` is missing or empty; add its entries")
        expected = _FIXED.get(name)
        if expected and set(body) != set(expected):
            raise _problem(self.path, self._line(name), f"`{name}` must be exactly {', '.join(expected)}")
        return {key: self._entry(name, key, value) for key, value in body.items()}

    def _entry(self, section: str, key: Any, value: Any) -> Entry:
        line = self._line(section, key)
        if not isinstance(key, str) or not key.replace("_", "").isalnum() or key.lower() != key:
            raise _problem(self.path, line, "an id must be lower-case letters, digits and _")
        if not isinstance(value, dict):
            raise _problem(self.path, line, f"`{key}` must have {', '.join((*_TEXTS, *_LISTS))}")
        unknown = set(value) - set(_TEXTS) - set(_LISTS)
        if unknown:
            raise _problem(self.path, line, f"`{key}` has unknown parts; write only {', '.join((*_TEXTS, *_LISTS))}")
        texts = {name: self._words(section, key, name, value.get(name)) for name in _TEXTS}
        lists = {name: self._list(section, key, name, value.get(name), least) for name, least in _LISTS.items()}
        return Entry(
            id=key,
            plain=texts["plain"],
            definition=texts["definition"],
            examples=lists["examples"],
            counter_examples=lists["counter_examples"],
            cues=lists["cues"],
        )

    def _words(self, section: str, key: str, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise _problem(self.path, self._line(section, key), f"`{key}` needs a `{name}` in words")
        return value.strip()

    def _list(self, section: str, key: str, name: str, value: Any, least: int) -> tuple[str, ...]:
        line = self._line(section, key, name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise _problem(self.path, line, f"`{name}` of `{key}` must be a list of words; put quotes around odd ones")
        if len(value) < least:
            raise _problem(self.path, line, f"`{name}` of `{key}` has {len(value)}; write at least {least}")
        return tuple(item.strip() for item in value)

    def _line(self, *keys: object) -> int:
        """The line of a nested key (1 upwards); the nearest parent's when it is not there."""
        found, start = 1, 0
        lines = self.text.splitlines()
        for depth, key in enumerate(keys):
            wanted = " " * (2 * depth) + f"{key}:"
            number = next((n for n in range(start, len(lines)) if lines[n].startswith(wanted)), None)
            if number is None:
                break
            found, start = number + 1, number + 1
        return found
