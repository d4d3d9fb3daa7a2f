"""The JSON Lines contract."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.fields import RowError
from bot.evaluation.rows import dump_line, map_rows, parse_line
from dialogues.errors import SaysoError


async def shout(row: dict[str, Any]) -> dict[str, Any]:
    await asyncio.sleep(0.002 * (3 - row["id"] % 4))  # later rows may be ready first
    if row.get("text") == "bad":
        raise RowError('The field "text" is odd.')
    if row.get("text") == "secret":
        raise ValueError("secret words")
    return {**row, "text": row["text"].upper()}


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_order_and_unknown_fields_are_kept(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "new" / "out.jsonl"
    source.write_text(lines(*({"id": n, "text": "é", "more": [n]} for n in range(9))), encoding="utf-8")
    assert await map_rows(source, target, shout, parallel=4) == 0
    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert written == [{"id": n, "text": "É", "more": [n]} for n in range(9)]
    assert "É" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"{not json", "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"id": 7, "text": "bad"}', '"text" is odd'),
        (b'{"id": 7, "text": "secret"}', "ValueError"),
        (b"[" * 100_000, "not JSON"),
    ],
)
async def test_a_bad_line_is_reported_by_number_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: bytes, why: str
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b'{"id": 1, "text": "a"}\n\n' + bad + b'\n{"id": 2, "text": "b"}')
    assert await map_rows(source, target, shout, parallel=2) == 1
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == [1, 2]
    told = capsys.readouterr().err
    assert told.startswith("Line 3: ")
    assert why in told
    assert "secret" not in told


async def test_standard_input_and_output(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    raw = io.BytesIO(b'\xef\xbb\xbf{"id": 1, "text": "a"}\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(raw))
    assert await map_rows("-", "-", shout) == 0
    assert json.loads(capsys.readouterr().out) == {"id": 1, "text": "A"}


async def test_a_missing_file_is_said_in_plain_words_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SaysoError) as raised:
        await map_rows(tmp_path / "no.jsonl", tmp_path / "out.jsonl", shout)
    assert raised.value.code == "file_unreadable"
    assert names(tmp_path) == []


async def test_a_broken_run_leaves_the_old_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines({"id": 1, "text": "a"}))
    target.write_text("old")

    async def interrupted(row: dict[str, Any]) -> dict[str, Any]:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await map_rows(source, target, interrupted)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["in.jsonl", "out.jsonl"]


async def test_no_more_rows_are_under_way_than_allowed(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(lines(*({"id": n} for n in range(12))))
    now, most = 0, 0

    async def counted(row: dict[str, Any]) -> dict[str, Any]:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return row

    assert await map_rows(source, tmp_path / "out.jsonl", counted, parallel=3) == 0
    assert most == 3


def test_half_characters_can_still_be_written() -> None:
    row = parse_line(b'{"id": 1, "extra": "\\ud83d"}')
    assert json.loads(dump_line(row).encode()) == row
