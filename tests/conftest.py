"""Fixtures for all tests: one real nlu server, shared by everything that is marked `real`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
import structlog

from nlu.paths import NluPaths
from nlu.server import NluServer, ServerSettings
from nlu.training import ensure_model


@pytest.fixture(autouse=True)
def _logs_as_they_come() -> Iterator[None]:
    """A command that was run in a test leaves no logging set-up behind."""
    yield
    structlog.reset_defaults()


class SharedNluServer:
    """A supervised nlu server in an event loop of its own, so that tests with loops of their own can share it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nlu-server", daemon=True)
        settings = ServerSettings(check_every_seconds=1.0)
        self._server = NluServer(ensure_model(), settings=settings)

    def start(self) -> None:
        self._thread.start()
        self._run(self._server.start())

    def stop(self) -> None:
        self._run(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=180)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def token(self) -> str:
        return self._server.token

    @property
    def process_id(self) -> int | None:
        return self._server.process_id

    @property
    def starts(self) -> int:
        return self._server.starts


@pytest.fixture(scope="session")
def nlu_server() -> Iterator[SharedNluServer]:
    """The one real nlu server of this run, with `.url` and `.token`; trained first where that is needed."""
    if not NluPaths().python.exists():
        pytest.skip("no nlu environment: run make setup")
    server = SharedNluServer()
    server.start()
    yield server
    server.stop()
