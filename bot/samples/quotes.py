"""Reads the invented quotes and says each of them in one of its ways."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ruamel.yaml import YAML

FILE = Path(__file__).parent / "sample_quotes.yml"
_SLOT = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing that invented people say.

    Attributes:
        texts: Every way to say it, in a fixed order; names stand in angle brackets.
    """

    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    sense: str | None
    texts: tuple[str, ...]


def sayings(kind_of_service: str) -> list[Saying]:
    """The sayings for `home_care`, `care_home` or `day_centre`."""
    themes = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))[kind_of_service]
    return [_saying(theme, row) for theme, rows in themes.items() for row in rows]


def deal(kind_of_service: str, random: Random) -> Iterator[tuple[Saying, str]]:
    """Sayings in rounds, each round every saying once in a way not used before; ends when all ways are used."""
    piles = [(saying, random.sample(saying.texts, len(saying.texts))) for saying in sayings(kind_of_service)]
    while piles:
        random.shuffle(piles)
        for saying, texts in piles:
            yield saying, texts.pop()
        piles = [pile for pile in piles if pile[1]]


def spoken(text: str) -> str:
    """As it was said, with the names."""
    return _NAME.sub(r"\1", text)


def redacted(text: str) -> str:
    """As it may be shown, without them."""
    return _NAME.sub("[name]", text)


def _saying(theme: str, row: list[str]) -> Saying:
    kinds, sentiment, sense, text, further = row
    return Saying(tuple(kinds.split()), (theme, *further.split()), sentiment, sense or None, tuple(_ways(text)))


def _ways(text: str) -> Iterator[str]:
    parts = _SLOT.split(text)  # plain, slot, plain, slot, ..., plain
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return ("".join(chosen) for chosen in itertools.product(*choices))
