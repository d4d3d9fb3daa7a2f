"""kill -9 at random points: nothing acknowledged is missing, nothing is doubled, the same question is asked again."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from killing import AppProcess, Talker, kill_repeatedly

from bot.records import Records
from bot.storage.database import Database
from bot.storage.keys import Keys


async def check(folder: Path, people: list[Talker]) -> tuple[int, int]:
    """Compares what was acknowledged with what is stored; returns how many turns and points there are."""
    database = await Database.open(f"sqlite:///{folder / 'sayso.db'}")
    records = Records(database, Keys.load(folder), lambda text: text, lambda: datetime.now(UTC))
    turns = points = 0
    try:
        for person in people:
            assert not person.differing, "a message sent again got another question"
            for conversation, messages in person.acknowledged.items():
                stored = await records.message_ids(conversation, asked_by="test")
                assert len(stored) == len(set(stored)), "a message is stored twice"
                missing = [m for m in messages if m not in stored]
                assert not missing, f"{len(missing)} acknowledged messages are missing"
                turns += len(messages)
                points += await check_points(records, conversation)
    finally:
        await database.close()
    return turns, points


async def check_points(records: Records, conversation: str) -> int:
    """Every quote reproduces from its turn, turns are numbered without a gap, points are unique."""
    transcript = await records.transcript(conversation, asked_by="test")
    assert [t.number for t in transcript] == list(range(len(transcript)))
    texts = {t.number: t.text for t in transcript}
    contributions = await records.contributions(conversation, asked_by="test")
    ids = [c.point_id for c in contributions]
    assert len(ids) == len(set(ids))
    for point in contributions:
        text = texts[point.turn_number]
        assert text is not None
        assert text[point.start : point.end] == point.quote
    return len(ids)


@pytest.mark.real
async def test_ten_kills(tmp_path: Path, nlu_server) -> None:  # type: ignore[no-untyped-def]
    app = AppProcess(tmp_path, nlu_server.url, nlu_server.token)
    people = await kill_repeatedly(app, 10, seed=1)
    turns, points = await check(tmp_path, people)
    assert turns > 50
    assert points > 0
    assert sum(p.duplicates for p in people) > 0


@pytest.mark.real
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
async def test_two_hundred_kills(tmp_path: Path, nlu_server, seed: int) -> None:  # type: ignore[no-untyped-def]
    """Four times fifty; the nlu server is killed too, at twelve of the two hundred, and comes back by itself."""

    def kill_nlu(number: int) -> None:
        if number % 20 == 5 and nlu_server.process_id is not None:
            os.kill(nlu_server.process_id, signal.SIGKILL)

    app = AppProcess(tmp_path, nlu_server.url, nlu_server.token)
    people = await kill_repeatedly(app, 50, seed=seed, besides=kill_nlu)
    turns, points = await check(tmp_path, people)
    print(f"\n50 kills: {turns} acknowledged turns and {points} points, none lost, none doubled")
    assert turns > 250
