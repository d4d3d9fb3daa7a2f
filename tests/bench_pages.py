"""How fast the provider's pages are with much in the database: `python -m tests.bench_pages --rows 1000000`.

Invents contributions, loads them in bulk, and asks for the pages over the real application in this process. Every
page is asked for in two ways: as it comes, and with a withdrawal stored before each request, so that nothing that was
worked out before can be used again. Target: overview and theme pages p95 at most 300 ms with a million contributions,
and less than five times as long as with ten thousand.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import os
import platform
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import structlog

from bot.app import App, open_app
from bot.pages import app_of
from bot.records.work import quote_hash
from bot.settings import load_settings

SERVICES = 8
DAYS = 700
POINTS_A_PERSON = (1, 2, 2, 3, 3, 4)
KINDS = ("praise", "problem", "problem", "preference", "suggestion", "need", "offer")
SENTIMENTS = ("positive", "negative", "negative", "mixed", "neutral")
SENSES = (None, None, "security", "continuity", "belonging", "purpose", "achievement", "significance")
WORDS = (
    "they come at four and the tea goes cold nobody rings when late my carer is kind she sits and talks a minute "
    "breakfast toast garden bus hospital door key bath friday pills telephone stairs window light music church"
).split()
PATHS = {
    "overview": "/provider",
    "overview of one service": "/provider?service=bench-3",
    "overview of six months": "/provider?from={since}&to={until}",
    "theme": "/provider/themes/{theme}",
    "theme of one service": "/provider/themes/{theme}?service=bench-3",
    "quotes behind a figure": "/provider/quotes?theme={theme}&mark=negative",
    "quotes with words": "/provider/quotes?q=breakfast+garden",
    "compare": "/provider/compare?service=bench-1&service=bench-2",
    "queue": "/provider/check",
}


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def people(rows: int, themes: list[str], random: Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Invented people: participant, conversation and contributions as rows to insert."""
    weights = [1 / (place + 2) for place in range(len(themes))]
    made = 0
    for person in itertools.count(1):
        points = min(random.choice(POINTS_A_PERSON), rows - made)
        if not points:
            return
        made += points
        at = _moment(now - timedelta(days=random.uniform(0, DAYS)))
        talk = str(uuid.UUID(int=random.getrandbits(128), version=4))
        service = f"bench-{min(int(random.expovariate(0.5)), SERVICES - 1)}"
        keep, quote = int(random.random() < 0.94), int(random.random() < 0.8)
        contributions = []
        for number in range(points):
            text = " ".join(random.choices(WORDS, k=random.randint(5, 16)))
            kept = text if keep else None
            coded = list(dict.fromkeys(random.choices(themes, weights, k=random.choice((1, 1, 2)))))
            status = random.choices(("confirmed", "corrected", "heard", "withdrawn"), (88, 5, 4, 3))[0]
            words = None if status == "withdrawn" else kept
            contributions.append(
                (
                    *(talk, service, f"p{number}", 2 * number + 1, 0, len(text), words, words, quote_hash(text)),
                    *(json.dumps([random.choice(KINDS)]), json.dumps(coded), random.choice(SENTIMENTS), 1.0),
                    *(random.choice(SENSES), random.choice((None, 2, 3, 5)), status),
                    *("proxy" if person % 16 == 5 else "own", int(random.random() < 0.95), at, at),
                )
            )
        yield (person, f"bench-{person}", at), (talk, person, service, keep, quote, at, at), contributions


def fill(file: Path, rows: int, themes: list[str]) -> None:
    """Loads invented people into a database that has its tables."""
    now = datetime.now(UTC)
    random = Random(1)
    with sqlite3.connect(file) as connection:
        for number in range(SERVICES):
            connection.execute(
                "INSERT INTO service (id, name, kind, organisation, sample, created_at) VALUES (?, ?, ?, '', 0, ?)",
                (f"bench-{number}", f"Bench {number}", "home_care", _moment(now)),
            )
        invented = people(rows, themes, random, now)
        while some := list(itertools.islice(invented, 20_000)):
            connection.executemany(
                "INSERT INTO participant (id, pseudonym, access_needs, sample, created_at) VALUES (?, ?, '{}', 0, ?)",
                [person for person, _, _ in some],
            )
            connection.executemany(
                "INSERT INTO conversation (id, participant_id, service_id, channels, status, end_reason, state, "
                "last_reply, dialogue_version, resume_code, turn_count, consent_take_part, consent_keep, "
                "consent_quote, beans_abstained, words_erased, sample, created_at, updated_at) "
                "VALUES (?1, ?2, ?3, '[\"phone\"]', 'ended', 'closing', '{}', '{}', 'bench', ?1, 4, 1, ?4, ?5, 0, 0, 0,"
                " ?6, ?7)",
                [talk for _, talk, _ in some],
            )
            connection.executemany(
                'INSERT INTO contribution (conversation_id, service_id, point_id, turn_number, start, "end", quote, '
                "quote_redacted, quote_hash, kinds, themes, sentiment, confidence, sense, beans, status, voice, "
                "redaction_checked, created_at, updated_at, sample) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                [point for _, _, points in some for point in points],
            )
    connection.close()


def _p95_ms(seconds: list[float]) -> float:
    return round(1000 * sorted(seconds)[min(len(seconds) - 1, int(0.95 * len(seconds)))], 1)


@dataclass(slots=True)
class Times:
    """Seconds of one kind of request: by the clock, and of this process on the processors."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def p95_ms(self) -> dict[str, float]:
        """Both in milliseconds."""
        return {"clock": _p95_ms(self.clock), "processor": _p95_ms(self.processor)}


async def _withdraw_one(app: App, number: int) -> None:
    async with app.database.write() as connection:
        await connection.exec_driver_sql(
            "UPDATE contribution SET status = 'withdrawn', quote = NULL, quote_redacted = NULL "
            "WHERE id = (SELECT id FROM contribution WHERE status = 'confirmed' AND id > ? LIMIT 1)",
            (number * 7 + 1,),
        )


async def ask(app: App, theme: str, times: int) -> dict[str, dict[str, dict[str, float]]]:
    """p95 in milliseconds of every page: the first time, as it comes, and after a change each time."""
    now = datetime.now(UTC).date()
    since = (now - timedelta(days=180)).isoformat()
    transport = httpx.ASGITransport(app=app_of(app), client=("127.0.0.1", 50_000))
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=120) as client:
        for page, pattern in PATHS.items():
            path = pattern.format(theme=theme, since=since, until=now)
            kinds = {"first": Times(), "as it comes": Times(), "after a change": Times()}
            for number in range(times):
                for name, taken in kinds.items():
                    if name == "first" and number:
                        continue
                    if name == "after a change":
                        await _withdraw_one(app, number)
                    clock, processor = time.perf_counter(), time.process_time()
                    answer = await client.get(path)
                    taken.clock.append(time.perf_counter() - clock)
                    taken.processor.append(time.process_time() - processor)
                    assert answer.status_code == 200, (path, answer.status_code)
                    await asyncio.sleep(0.1)  # the pages' own limit of requests is not what is measured
            found[page] = {name: taken.p95_ms() for name, taken in kinds.items()}
    return found


async def measure(rows: int, times: int, folder: Path) -> dict[str, Any]:
    """Fills a database, unless the folder has one, and asks for its pages."""
    settings = load_settings(data_folder=folder, database_url="", demo=True, nlu=False)
    is_new = not (folder / "sayso.db").exists()
    async with open_app(settings) as app:
        themes = list(app.analysis.frame.themes)
    started = time.perf_counter()
    if is_new:
        fill(folder / "sayso.db", rows, themes)
    filled = time.perf_counter() - started
    async with open_app(settings) as app:
        started = time.perf_counter()
        await app.insights.warm()
        first = time.perf_counter() - started
        pages = await ask(app, themes[0], times)
    return {"rows": rows, "filled_s": filled, "first_reading_s": first, "pages_p95_ms": pages}


def main() -> None:
    """Measures once for each number of rows."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    reader.add_argument("--times", type=int, default=40)
    reader.add_argument("--folder", type=Path, help="keeps the databases here, for another run")
    chosen = reader.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as passing:
        folders = {rows: (chosen.folder or Path(passing)) / str(rows) for rows in chosen.rows}
        found = [asyncio.run(measure(rows, chosen.times, folder)) for rows, folder in folders.items()]
    sys.stdout.write(
        json.dumps({"machine": platform.platform(), "load": os.getloadavg(), "measured": found}, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
