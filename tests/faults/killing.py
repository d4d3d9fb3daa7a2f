"""Kills the app with SIGKILL while people talk with it, starts it again, and checks what is left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECRET = "kill-test-secret-token"
READY_SECONDS = 90
SAID = {
    "yes_no": ["yes", "aye go on then", "yes please"],
    "choice": ["the first one", "1"],
    "beans": ["three", "two", "4"],
    "read_back": ["that's right", "yes that's it"],
}
ANSWERS = [
    "they come at four and i'm not hungry while six so it goes in the bin",
    "The girls are lovely but they never stop to talk.",
    "i'd like it if somebody rang when they are going to be late",
    "my bath is on a friday and i would rather have it of a morning",
    "the bread is always hard and nobody does anything about it",
]


class AppProcess:
    """The real app, as a process that can be killed."""

    def __init__(self, folder: Path, nlu_url: str, nlu_token: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SAYSO_DATA_FOLDER": str(folder),
            "SAYSO_PORT": str(self.port),
            "SAYSO_NLU_URL": nlu_url,
            "SAYSO_NLU_TOKEN": nlu_token,
            "SAYSO_API_TOKENS": f"kill:converse:{SECRET}",
        }
        self.process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        with (self.folder / "app.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(READY_SECONDS * 10):
                if self.process.returncode is not None:
                    raise AssertionError(
                        f"the app ended at the start:\n{(self.folder / 'app.log').read_text()[-3000:]}"
                    )
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"{self.url}/readyz", timeout=2)).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError("the app did not get ready")

    async def kill(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@dataclass
class Talker:
    """One person at the API, who sends a message again until it is answered."""

    app: AppProcess
    random: random.Random
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    conversation: str = ""
    prompts: list[dict[str, Any]] = field(default_factory=list)
    last: tuple[str, str] | None = None
    duplicates: int = 0
    differing: list[str] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        headers = {"Authorization": f"Bearer {SECRET}"}
        async with httpx.AsyncClient(base_url=f"{self.app.url}/api/v1", headers=headers, trust_env=False) as http:
            while not stop.is_set():
                if not self.conversation:
                    await self._open(http, stop)
                else:
                    await self._turn(http, stop)

    async def _open(self, http: httpx.AsyncClient, stop: asyncio.Event) -> None:
        answer = await self._send(http, "/conversations", {"service": "home_care"}, stop)
        if answer:
            self.conversation = answer["conversation_id"]
            self.prompts = answer["prompts"]
            self.acknowledged[self.conversation] = []

    async def _turn(self, http: httpx.AsyncClient, stop: asyncio.Event) -> None:
        body = {"text": self._says(), "message_id": uuid.UUID(int=self.random.getrandbits(128)).hex}
        path = f"/conversations/{self.conversation}/turns"
        answer = await self._send(http, path, body, stop)
        if answer is None:
            return
        self.acknowledged[self.conversation].append(body["message_id"])
        if self.random.random() < 0.2:
            await self._send_again(http, path, body, answer, stop)
        self.prompts = answer["prompts"]
        if answer["done"]:
            self.conversation = ""

    async def _send_again(
        self, http: httpx.AsyncClient, path: str, body: dict[str, Any], first: dict[str, Any], stop: asyncio.Event
    ) -> None:
        """The same message once more, perhaps after a kill: the same question has to come back."""
        again = await self._send(http, path, body, stop)
        if again is not None:
            self.duplicates += 1
            if [p["id"] for p in again["prompts"]] != [p["id"] for p in first["prompts"]]:
                self.differing.append(body["message_id"])

    async def _send(
        self, http: httpx.AsyncClient, path: str, body: dict[str, Any], stop: asyncio.Event
    ) -> dict[str, Any] | None:
        while not stop.is_set():
            try:
                answer = await http.post(path, json=body, timeout=10)
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code in {429, 503}:
                await asyncio.sleep(0.2)
                continue
            assert answer.status_code in {200, 201}, (
                f"{path.rpartition('/')[2]}: {answer.status_code} {answer.text[:300]}"
            )
            result: dict[str, Any] = answer.json()
            return result
        return None

    def _says(self) -> str:
        expects = self.prompts[-1]["expects"] if self.prompts else "open"
        return self.random.choice(SAID.get(expects, ANSWERS))


async def kill_repeatedly(
    app: AppProcess,
    kills: int,
    *,
    seed: int,
    talkers: int = 4,
    longest: float = 1.5,
    besides: Callable[[int], None] = lambda number: None,
) -> list[Talker]:
    """Lets people talk, and kills the app at random points.

    Args:
        app: Not started yet; it is stopped at the end.
        kills: How many times.
        seed: Of all randomness.
        talkers: People at once.
        longest: Seconds of talk before a kill, at most.
        besides: Called with the number of each kill, for a further fault.
    """
    chance = random.Random(seed)
    stop = asyncio.Event()
    people = [Talker(app, random.Random(seed * 100 + n)) for n in range(talkers)]
    await app.start()
    tasks = [asyncio.create_task(p.run(stop)) for p in people]
    try:
        for number in range(kills):
            await asyncio.sleep(chance.uniform(0.02, longest))
            besides(number)
            await app.kill()
            await app.start()
            if (number + 1) % 10 == 0:
                print(f"  {number + 1} of {kills} kills", flush=True)
            failed = next((t for t in tasks if t.done()), None)
            if failed:
                failed.result()
        await asyncio.sleep(1.0)
    finally:
        stop.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await app.kill()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return people
