"""Timings, as ratios in one run: `make bench`.

A text turn through engine, real nlu and SQLite is held against a bare `/model/parse` of the same words, one after the
other, so that both see the same machine. Target: median at most a bare parse + 40 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
import structlog

from bot.app import open_app
from bot.settings import load_settings
from dialogues.manager import context_of
from dialogues.state import from_json
from dialogues.types import Reply, Turn
from nlu.encoding import encode

SAID = {
    "yes_no": ["yes", "aye go on", "yes please", "all right then"],
    "open": [
        "they come at four and i'm not hungry while six so it goes in the bin",
        "The girls are lovely but they never have time to sit down for a minute.",
        "i'd like somebody to ring me when they're going to be late",
        "my bath is on a friday and i've told them i want it of a morning",
    ],
    "beans": ["two", "three", "one"],
    "read_back": ["that's right", "yes"],
    "choice": ["the first one"],
}


def said(reply: Reply, number: int) -> str:
    """Something a person might say to this prompt."""
    expects = reply.prompts[-1].expects.value if reply.prompts else "open"
    kind = {"probe": "open", "scale": "beans"}.get(expects, expects)
    lines = SAID.get(kind, SAID["open"])
    return lines[number % len(lines)]


async def measure(turns: int) -> dict[str, float]:
    """Seconds of bare parses and whole turns, taken one after the other."""
    bare: list[float] = []
    whole: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_folder=Path(folder))
        async with (
            open_app(settings, progress=lambda line: print(line, file=sys.stderr)) as app,
            httpx.AsyncClient() as http,
        ):
            endpoint = app.parser.endpoint
            assert endpoint is not None, "no nlu server"
            reply = await app.engine.start(service="home_care", channel="api")
            for number in range(turns):
                if reply.done:
                    reply = await app.engine.start(service="home_care", channel="api")
                text = said(reply, number)
                context = context_of(from_json(dict((await app.records.conversation(reply.conversation_id)).state)))
                started = time.perf_counter()
                answer = await http.post(
                    f"{endpoint.url}/model/parse?token={endpoint.token}",
                    json={"text": encode(text, context.question, context.kind.value)},
                )
                answer.raise_for_status()
                bare.append(time.perf_counter() - started)
                turn = Turn(reply.conversation_id, f"b{number}", text, app.clock(), channel="api")
                started = time.perf_counter()
                reply = await app.engine.handle_turn(turn)
                whole.append(time.perf_counter() - started)
    bare, whole = bare[10:], whole[10:]
    return {
        "turns": len(whole),
        "bare_parse_median_ms": 1000 * statistics.median(bare),
        "turn_median_ms": 1000 * statistics.median(whole),
        "turn_p95_ms": 1000 * statistics.quantiles(whole, n=20)[-1],
        "difference_of_medians_ms": 1000 * (statistics.median(whole) - statistics.median(bare)),
        "ratio_of_medians": statistics.median(whole) / statistics.median(bare),
    }


def main() -> None:
    """Prints the figures; exit code 1 where the target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--turns", type=int, default=300)
    options.add_argument("--json", action="store_true")
    arguments = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = asyncio.run(measure(arguments.turns))
    if arguments.json:
        print(json.dumps(figures))
    else:
        print(f"Machine: {platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
        for name, value in figures.items():
            print(f"  {name.replace('_', ' '):28} {value:8.2f}")
    met = figures["difference_of_medians_ms"] <= 40
    print(f"Target (turn median at most bare parse + 40 ms): {'met' if met else 'MISSED'}")
    raise SystemExit(0 if met else 1)


if __name__ == "__main__":
    main()
