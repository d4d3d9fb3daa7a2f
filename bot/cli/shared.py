"""What commands share."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app import App, open_app
from bot.settings import load_settings

stderr = Console(stderr=True)


def told(line: str) -> None:
    """Progress in plain words: on a terminal one line that changes, in a log a line now and then."""
    if sys.stderr.isatty():
        stderr.print(f"[dim]{line}[/]", end="\r", highlight=False)
    elif not line.startswith(("Still", "Waking")):
        stderr.print(line, highlight=False)


def noted(line: str) -> None:
    """Something to know in plain words, on a line that stays."""
    stderr.print(line, highlight=False, markup=False)


@asynccontextmanager
async def app_aside(folder: Path | None = None, **overrides: Any) -> AsyncIterator[App]:
    """A running Sayso with a database of its own, apart from real conversations.

    Args:
        folder: Where it lives; None for a temporary one.
        overrides: Further settings.
    """
    with tempfile.TemporaryDirectory(prefix="sayso-") as temporary:
        settings = load_settings(data_folder=folder or Path(temporary), database_url="", alerts="", **overrides)
        async with open_app(settings, progress=told) as app:
            yield app
