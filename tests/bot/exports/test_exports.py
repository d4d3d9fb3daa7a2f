"""Exports show what insights show, and do no harm in a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from storing import consents, contributes

from bot.exports import Exports, Format, whole_file
from bot.exports.exports import MOST_WAITING
from bot.exports.tables import safe_cell
from bot.insights import Filters
from bot.records import Records
from bot.storage import Database
from bot.storage.models import AuditRow
from dialogues.errors import SaysoError
from dialogues.types import Voice

Exported = Callable[..., Awaitable[bytes]]
FORMULA = '=HYPERLINK("http://example.org","tea")'
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


async def test_csv_is_one_quote_a_row_with_theme_columns(heard: Records, exported: Exported) -> None:
    rows = csv_rows(await exported(Format.CSV))
    assert len(rows) == 11
    by_quote = {row["quote"]: row for row in rows}
    assert by_quote["'" + FORMULA]["theme_food_and_drink"] == "1"
    assert by_quote["'" + FORMULA]["theme_cost_and_money"] == "1"
    assert by_quote["'" + FORMULA]["kinds"] == "problem need"
    tea = by_quote["the tea is cold, [name], 3"]
    assert (tea["theme_cost_and_money"], tea["voice"], tea["beans"], tea["sample"]) == ("0", "own", "", "0")
    assert {(row["service"], row["month"]) for row in rows} == {("home", "2026-05")}


async def test_a_byte_order_mark_for_excel(heard: Records, exported: Exported) -> None:
    plain, marked = await exported(Format.CSV), await exported(Format.CSV, bom=True)
    assert marked == b"\xef\xbb\xbf" + plain


async def test_json_lines_hold_the_same(heard: Records, exported: Exported) -> None:
    found = [json.loads(line) for line in (await exported(Format.JSONL)).decode().splitlines()]
    assert len(found) == 11
    (formula,) = (record for record in found if record["quote"] == FORMULA)
    assert formula["themes"] == ["food_and_drink", "cost_and_money"]
    assert formula["service"] == "home"
    assert {key for record in found for key in record} == {
        *("quote", "i_statement", "themes", "kinds", "sentiment", "sense", "beans", "voice", "month", "service"),
        "sample",
    }


def sheets(data: bytes) -> dict[str, tuple[ElementTree.Element, list[list[str]]]]:
    """The sheets of a workbook, and the text of their cells."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = [each.get("name", "") for each in _xml(parts, "workbook").iter(f"{SHEET}sheet")]
        trees = [_xml(parts, f"worksheets/sheet{number}") for number, _ in enumerate(names, start=1)]
    return {
        name: (tree, [_texts(row) for row in tree.iter(f"{SHEET}row")]) for name, tree in zip(names, trees, strict=True)
    }


def _xml(parts: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(parts.read(f"xl/{name}.xml"))  # noqa: S314 - our own file


def _texts(row: ElementTree.Element) -> list[str]:
    return ["".join(cell.itertext()) for cell in row.iter(f"{SHEET}c")]


async def test_the_workbook_has_something_to_read_first_counts_and_quotes(heard: Records, exported: Exported) -> None:
    found = sheets(await exported(Format.XLSX))
    assert list(found) == ["Read me", "Counts", "Quotes"]
    notes = dict(found["Read me"][1])
    assert notes["Period"] == "all time"
    assert notes["Made on"] == "04 May 2026, 10:00 UTC"
    assert "abc123" in notes["Wording"]
    assert "fewer than five" in notes["Small numbers"]
    assert "not every quote was checked" in notes["Redaction"]
    counts = [row[:3] for row in found["Counts"][1]]
    assert ["theme", "Food and drink", "7"] in counts
    assert ["theme", "The same people", "fewer than 5"] in counts
    header, *rows = found["Quotes"][1]
    assert header[-2:] == ["Food and drink", "Money"]
    assert len(rows) == 11
    assert FORMULA in {row[0] for row in rows}


async def test_the_workbook_is_ready_to_look_through_and_print(heard: Records, exported: Exported) -> None:
    tree, rows = sheets(await exported(Format.XLSX))["Quotes"]
    (pane,) = tree.iter(f"{SHEET}pane")
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    (found,) = tree.iter(f"{SHEET}autoFilter")
    assert found.get("ref") == f"A1:L{len(rows)}"
    assert {setup.get("orientation") for setup in tree.iter(f"{SHEET}pageSetup")} == {"landscape"}
    assert len(list(tree.iter(f"{SHEET}col"))) > 3
    assert not list(tree.iter(f"{SHEET}f"))
    assert not list(tree.iter(f"{SHEET}hyperlink"))


async def test_the_bundle_is_valid_fhir(heard: Records, exported: Exported) -> None:
    text = (await exported(Format.FHIR)).decode()
    bundle = Bundle.model_validate_json(text)
    questionnaire, *responses = [entry.resource for entry in bundle.entry]
    assert len(responses) == 11
    asked = {item.linkId: item for item in questionnaire.item}
    options = {
        link: {(option.valueCoding.system, option.valueCoding.code) for option in item.answerOption or ()}
        for link, item in asked.items()
    }
    for response in responses:
        assert response.questionnaire == f"{questionnaire.url}|{questionnaire.version}"
        for item in response.item:
            assert item.linkId in asked
            for answer in item.answer:
                coding = answer.valueCoding
                assert coding is None or (coding.system, coding.code) in options[item.linkId]
    assert len({entry.fullUrl for entry in bundle.entry}) == 12


async def test_the_bundle_says_nothing_of_who(heard: Records, exported: Exported) -> None:
    _, *responses = json.loads(await exported(Format.FHIR))["entry"]
    for entry in responses:
        assert set(entry["resource"]) == {"resourceType", "questionnaire", "status", "item"}
    items = {item["linkId"]: item["answer"] for item in responses[0]["resource"]["item"]}
    assert items["month"] == [{"valueDate": "2026-05"}]
    assert items["service"] == [{"valueString": "home"}]
    assert items["themes"][0]["valueCoding"]["system"] == "urn:sayso:theme"


async def test_an_empty_export_is_valid_too(records: Records, exported: Exported) -> None:
    assert len(Bundle.model_validate_json(await exported(Format.FHIR)).entry) == 1
    assert csv_rows(await exported(Format.CSV)) == []
    assert await exported(Format.JSONL) == b""
    assert "fewer than 5" in sheets(await exported(Format.XLSX))["Counts"][1][1]


@pytest.mark.parametrize("format", list(Format))
async def test_what_is_hidden_is_in_no_format(
    records: Records, database: Database, exports: Exports, format: Format
) -> None:
    for index in range(4):
        await contributes(records, f"the bill is wrong {index}", themes=("cost_and_money",))
    for refused in (
        {"given": consents(quote=False)},
        {"given": consents(keep=False)},
        {"given": consents(take_part=False)},
        {"voice": Voice.PROXY},
        {"confirmed": False},
    ):
        for index in range(6):
            await contributes(records, f"never this {index}", **refused)  # type: ignore[arg-type]
    for index in range(6):
        await contributes(records, f"the pie is fine {index}")
    unchecked = Exports(database, exports._clock, names={}, wording="1")
    for made, quotes in ((exports, 6), (unchecked, 0)):
        file = io.BytesIO()
        assert await made.write(format, file, asked_by="Alice") == quotes
        text = file.getvalue()
        if format is Format.XLSX:
            text = json.dumps([rows for _, rows in sheets(text).values()]).encode()
        assert (b"pie is fine" in text) is (quotes > 0)
        assert b"bill" not in text
        assert b"never this" not in text


async def test_every_export_is_in_the_audit(heard: Records, exported: Exported, database: Database) -> None:
    await exported(Format.CSV)
    await exported(Format.FHIR, Filters())
    async with database.read() as connection:
        rows = (await connection.execute(select(AuditRow.__table__).order_by(AuditRow.id))).all()
    assert [(row.who, row.action, row.subject) for row in rows] == [
        ("Alice", "export", "home"),
        ("Alice", "export", "all services"),
    ]
    assert rows[0].detail == {"format": "csv", "from": None, "to": None, "quotes": 11}


async def test_an_unknown_service_is_refused(records: Records, exported: Exported) -> None:
    with pytest.raises(SaysoError, match="no such service"):
        await exported(Format.CSV, Filters("nowhere"))


async def test_progress_is_told(heard: Records, exported: Exported) -> None:
    told: list[tuple[int, int]] = []
    await exported(Format.CSV, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (11, 11)


async def test_exports_take_turns_and_few_may_wait(heard: Records, exported: Exported) -> None:
    asked = [exported(Format.JSONL) for _ in range(MOST_WAITING + 3)]
    made = await asyncio.gather(*asked, return_exceptions=True)
    busy = [each for each in made if isinstance(each, SaysoError)]
    assert [error.code for error in busy] == ["exports_busy"] * 2
    assert not busy[0].permanent
    assert len({each for each in made if isinstance(each, bytes)}) == 1
    assert await exported(Format.JSONL) in made


UNSEEN = st.text(st.sampled_from(" \u00a0\ufeff\u200b"), max_size=3)


@given(UNSEEN, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝"]), st.text())
def test_cells_that_would_be_formulas_are_defused(before: str, sign: str, after: str) -> None:
    text = before + sign + after
    assert safe_cell(text) == "'" + text


@given(st.text())
def test_no_cell_begins_like_a_formula_and_no_word_is_lost(text: str) -> None:
    cell = safe_cell(text)
    assert not re.match("[=+\\-@\t\r]", cell)
    assert cell in {text, "'" + text}
    assert safe_cell(cell) == cell


@pytest.mark.parametrize("text", ["", "tea = cold", "half past 4", "'quoted'", "£5"])
def test_other_cells_stay(text: str) -> None:
    assert safe_cell(text) == text


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    with whole_file(path) as file:
        file.write(b"tea")
        assert not path.exists()
    assert path.read_bytes() == b"tea"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def write(path: Path, words: bytes, *, force: bool = False, meanwhile: Callable[[], None] = lambda: None) -> None:
    with whole_file(path, force=force) as file:
        file.write(words)
        meanwhile()


def test_a_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_bytes(b"old")

    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(path, b"half", force=True, meanwhile=fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    path, late = tmp_path / "quotes.csv", tmp_path / "late.csv"
    path.write_bytes(b"old")
    with pytest.raises(SaysoError, match="--force"):
        write(path, b"new")
    with pytest.raises(SaysoError, match="cannot be written"):
        write(tmp_path / "no" / "quotes.csv", b"new")
    with pytest.raises(SaysoError, match="--force"):
        write(late, b"new", meanwhile=lambda: late.write_bytes(b"quicker") and None)
    assert (path.read_bytes(), late.read_bytes()) == (b"old", b"quicker")
    write(path, b"new", force=True)
    assert path.read_bytes() == b"new"


def test_formats_know_their_files() -> None:
    told: dict[Any, str] = {format: format.suffix for format in Format}
    assert told == {Format.CSV: ".csv", Format.XLSX: ".xlsx", Format.JSONL: ".jsonl", Format.FHIR: ".json"}
    assert Format.FHIR.media_type == "application/fhir+json"
