"""Exports show what insights show, and do no harm in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest
from storing import contributes

from bot.exports import export
from bot.exports.tables import safe_cell
from bot.insights import Filters, Insights
from bot.records import Records
from bot.storage import Database
from dialogues.errors import SaysoError

HOME = Filters("home")
FORMULA = '=HYPERLINK("http://example.org","tea")'


@pytest.fixture
async def insights(records: Records, database: Database) -> Insights:
    for index in range(6):
        await contributes(records, f"the tea is cold, Angela, {index}")
    await contributes(records, FORMULA, themes=("food_and_drink", "cost_and_money"), kinds=("problem", "need"))
    for index in range(4):
        await contributes(records, f"the bill is wrong {index}", themes=("cost_and_money",))
    return Insights(database, trust_redaction=True)


async def test_csv_is_one_quote_a_row_with_theme_columns(insights: Insights) -> None:
    rows = list(csv.DictReader(io.StringIO(await export("csv", insights, HOME))))
    assert len(rows) == 11
    by_quote = {row["quote"]: row for row in rows}
    assert by_quote["'" + FORMULA]["theme_food_and_drink"] == "1"
    assert by_quote["'" + FORMULA]["theme_cost_and_money"] == "1"
    assert by_quote["'" + FORMULA]["kinds"] == "problem need"
    assert by_quote["the tea is cold, [name], 3"]["theme_cost_and_money"] == "0"
    assert {row["service"] for row in rows} == {"home"}


async def test_json_lines_hold_the_same(insights: Insights) -> None:
    records = [json.loads(line) for line in (await export("jsonl", insights, HOME)).splitlines()]
    assert len(records) == 11
    assert {"quote": FORMULA, "themes": ["food_and_drink", "cost_and_money"]}.items() <= next(
        record for record in records if record["quote"] == FORMULA
    ).items()
    assert all("conversation" not in key for record in records for key in record)


async def test_hidden_themes_are_not_exported(records: Records, database: Database) -> None:
    for index in range(4):
        await contributes(records, f"the bill is wrong {index}", themes=("cost_and_money",))
    text = await export("csv", Insights(database, trust_redaction=True), HOME)
    assert "bill" not in text
    assert "cost_and_money" not in text


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "|calc", "%x"])
def test_cells_that_would_be_formulas_are_defused(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "tea = cold", "half past 4", "'quoted'", "£5"])
def test_other_cells_stay(text: str) -> None:
    assert safe_cell(text) == text


async def test_an_unknown_format_is_refused(database: Database) -> None:
    with pytest.raises(SaysoError, match="csv, jsonl"):
        await export("pdf", Insights(database), HOME)
