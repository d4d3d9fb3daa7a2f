"""Lists that the name recogniser works with. Words and names are written for this project and may be edited."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent


@lru_cache(maxsize=8)
def words(name: str) -> frozenset[str]:
    """The words of `name`.txt, without its comments.

    Args:
        name: `given_names`, `ambiguous_names`, `surnames` or `not_names`.
    """
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def not_people() -> re.Pattern[str]:
    """Public figures, characters, brands and sayings, for lower case text."""
    phrases = YAML(typ="safe").load((_FOLDER / "not_people.yml").read_text(encoding="utf-8"))["phrases"]
    return re.compile(r"\b(?:" + "|".join(sorted(phrases, key=len, reverse=True)) + r")\b")
