"""What tests of exports share."""

from __future__ import annotations

import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "insights"))  # its generator of points

from storing import Clock, contributes

from bot.exports import Exports, Format
from bot.insights import Filters
from bot.records import Records
from bot.storage import Database

NAMES = {"food_and_drink": "food and drink", "cost_and_money": "money", "continuity_of_staff": "the same people"}
FORMULA = '=HYPERLINK("http://example.org","tea")'

Exported = Callable[..., Awaitable[bytes]]


@pytest.fixture
def exports(database: Database, clock: Clock) -> Exports:
    return Exports(database, clock, names=NAMES, wording="abc123", trust_redaction=True)


@pytest.fixture
async def heard(records: Records) -> Records:
    """Eleven people at one service; one of them likes formulas."""
    for index in range(6):
        await contributes(records, f"the tea is cold, Angela, {index}")
    await contributes(records, FORMULA, themes=("food_and_drink", "cost_and_money"), kinds=("problem", "need"))
    for index in range(4):
        await contributes(records, f"the bill is wrong {index}", themes=("cost_and_money",))
    return records


@pytest.fixture
def exported(exports: Exports) -> Exported:
    async def export(format: Format, filters: Filters | None = None, **options: Any) -> bytes:
        file = io.BytesIO()
        await exports.write(format, file, filters or Filters("home"), asked_by="Alice", **options)
        return file.getvalue()

    return export
