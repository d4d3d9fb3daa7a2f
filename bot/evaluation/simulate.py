"""`sayso simulate`: plays many personas at once against the real engine and writes the folder of outcomes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.fields import RowError
from bot.evaluation.people import Persona, persona_of
from bot.evaluation.play import Stage, play
from bot.evaluation.played import Played
from bot.evaluation.rows import Faults, progress, read_rows, write_rows, writing
from bot.evaluation.scoring import summary
from bot.records import Records
from bot.records.views import AlertView, ContributionView, TurnView

ASKED_BY = "simulate"


class RecordsReader:
    """Looks up outcomes in the records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def contributions(self, conversation_id: str) -> Sequence[ContributionView]:
        return await self._records.contributions(conversation_id, asked_by=ASKED_BY)

    async def alerts(self, conversation_id: str) -> Sequence[AlertView]:
        """Oldest first."""
        alerts = await self._records.alerts(asked_by=ASKED_BY)
        return [alert for alert in reversed(alerts) if alert.conversation_id == conversation_id]

    async def transcript(self, conversation_id: str) -> Sequence[TurnView]:
        return await self._records.transcript(conversation_id, asked_by=ASKED_BY)

    async def ending(self, conversation_id: str) -> str | None:
        seen = await self._records.conversation(conversation_id)
        return "paused" if seen.status == "paused" else seen.end_reason


def read_personas(source: str | Path, faults: Faults) -> list[Persona]:
    """All usable personas of a file; bad lines are reported.

    Raises:
        SaysoError: `file_unreadable`.
    """
    personas = []
    for number, row in read_rows(source, faults):
        try:
            personas.append(persona_of(row))
        except RowError as error:
            faults.report(number, error)
    return personas


async def play_all(
    personas: Sequence[Persona], stage: Stage, *, parallel: int = 4, on_done: Callable[[], Any] = lambda: None
) -> list[Played]:
    """Plays all personas, each in its own conversation.

    Args:
        personas: Who speaks.
        stage: Where.
        parallel: Conversations at a time, from 1.
        on_done: Called after each conversation.

    Returns:
        The played conversations, in the order of the personas.
    """
    places = asyncio.Semaphore(max(1, parallel))

    async def one(persona: Persona) -> Played:
        async with places:
            played = await play(persona, stage)
        on_done()
        return played

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(persona)) for persona in personas]
    return [task.result() for task in tasks]


def write_outcome(folder: Path, conversations: Sequence[Played]) -> dict[str, Any]:
    """Writes `transcripts.jsonl`, `contributions.jsonl`, `alerts.jsonl` and `summary.json`; returns the summary.

    Raises:
        SaysoError: `file_unwritable`.
    """
    write_rows(folder / "transcripts.jsonl", (played.transcript_row() for played in conversations))
    write_rows(folder / "contributions.jsonl", (row for p in conversations for row in p.contribution_rows()))
    write_rows(folder / "alerts.jsonl", (row for p in conversations for row in p.alert_rows()))
    figures = summary(conversations)
    with writing(folder / "summary.json") as out:
        out.write(f"{json.dumps(figures, ensure_ascii=False, indent=2)}\n")
    return figures


async def simulate(source: str | Path, folder: Path, stage: Stage, *, parallel: int = 4) -> tuple[dict[str, Any], int]:
    """Plays a file of personas and writes the outcome.

    Args:
        source: A path, or `-` for standard input.
        folder: Where the four files go; made where it is missing.
        stage: The engine, and how to look up what it stored.
        parallel: Conversations at a time.

    Returns:
        The summary, and the exit code: 1 where a line was bad, else 0.

    Raises:
        SaysoError: `file_unreadable`, `file_unwritable`.
    """
    faults = Faults()
    personas = read_personas(source, faults)
    with progress("conversations", len(personas), shown=stage.on_turn is None) as advance:
        conversations = await play_all(personas, stage, parallel=parallel, on_done=advance)
    return write_outcome(folder, conversations), faults.exit_code
