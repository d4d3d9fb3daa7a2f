"""`sayso export`."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli.main import app
from bot.samples.sample_data import load_sample_data
from bot.storage import Database
from bot.storage.models import AuditRow
from dialogues.errors import SaysoError


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["export", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("SAYSO_DATABASE_URL", "")
    monkeypatch.setenv("SAYSO_TRUST_REDACTION", "true")
    asyncio.run(_fill(tmp_path))


async def _fill(folder: Path) -> None:
    database = await Database.open(f"sqlite:///{folder}/sayso.db")
    await load_sample_data(database)
    await database.close()


async def _audited(folder: Path) -> list[tuple[str, str, str]]:
    database = await Database.open(f"sqlite:///{folder}/sayso.db")
    async with database.read() as connection:
        rows = (await connection.execute(select(AuditRow.__table__).order_by(AuditRow.id))).all()
    await database.close()
    return [(row.who, row.action, row.subject) for row in rows]


def test_csv_goes_to_standard_output(tmp_path: Path) -> None:
    lines = run().stdout.splitlines()
    assert lines[0].startswith("quote,i_statement,kinds,")
    assert len(lines) > 100
    assert asyncio.run(_audited(tmp_path)) == [("command line", "export", "all services")]


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "quotes.xlsx"
    told = run("--format", "xlsx", "--out", str(path)).stderr
    assert "quotes: " in told
    assert path.stat().st_mode & 0o777 == 0o600
    assert zipfile.is_zipfile(path)
    before = path.read_bytes()
    with pytest.raises(SaysoError, match="--force"):
        run("--format", "csv", "--out", str(path))
    assert path.read_bytes() == before
    run("--format", "csv", "--bom", "--out", str(path), "--force")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfquote,")


def test_one_service_and_some_months() -> None:
    everything = run("--format", "jsonl").stdout.splitlines()
    one = [json.loads(line) for line in run("--format", "jsonl", "--service", "sample-elm-court").stdout.splitlines()]
    assert 0 < len(one) < len(everything)
    assert {row["service"] for row in one} == {"sample-elm-court"}
    assert all(row["sample"] for row in one)
    assert run("--format", "jsonl", "--to", "2001-02-03").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2026-05-01", "--to", "2026-04-01"), "Swap"),
        (("--service", "nowhere"), "no such service"),
        (("--out", "/nowhere/quotes.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_told(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(SaysoError, match=words):
        run(*arguments)


def test_an_unknown_format_is_told() -> None:
    assert run("--format", "pdf").exit_code == 2
