"""Reads the training examples of `data/<language>/*.yml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nlu.encoding import decode

DATA = Path(__file__).parent / "data" / "en"
_ANNOTATION = re.compile(r"\[([^\]]*)\]\([^)]*\)|\[([^\]]*)\]\{[^}]*\}")


def read_examples(folder: Path = DATA) -> list[tuple[tuple[str, str, str], str]]:
    """((utterance, question, kind), act) of every example, files in order of their names.

    Raises:
        ValueError: A file holds no list under `nlu`.
    """
    found = []
    for path in sorted(folder.glob("*.yml")):
        for entry in _entries(path):
            for line in str(entry.get("examples", "")).splitlines():
                if line.startswith("- "):
                    found.append((decode(_plain(line[2:])), str(entry["intent"])))
    return found


def _entries(path: Path) -> list[dict[str, Any]]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - not needed where examples come from Rasa

    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    entries = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError(f"{path.name}: write a list under 'nlu:'")  # noqa: TRY004 - the file is wrong
    return [entry for entry in entries if isinstance(entry, dict) and "intent" in entry]


def _plain(example: str) -> str:
    return _ANNOTATION.sub(lambda match: match.group(1) or match.group(2) or "", example)
