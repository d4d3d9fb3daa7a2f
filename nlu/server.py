"""Starts the nlu server as a child of the app, watches it, and starts it again when it dies.

The token is made anew for each start and goes to the child by standard input; standard input stays open, and when it
closes, because
the app has stopped or was killed, the child ends by itself. To keep an nlu server of its own, give the app an
`NluEndpoint` instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import structlog

from dialogues.errors import SaysoError
from nlu.paths import NluPaths, process_environment

log = structlog.get_logger(__name__)

Progress = Callable[[str], None]
HOST = "127.0.0.1"
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
HEALTHY_AFTER_SECONDS = 300.0
"""After so long without a fault the pauses begin again with the shortest."""


@dataclass(frozen=True, slots=True)
class NluEndpoint:
    """Where an nlu server listens, and its token (never logged)."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Times, in seconds, and the number of failed checks after which the server counts as hung."""

    ready_timeout_seconds: float = 120.0
    check_every_seconds: float = 5.0
    check_timeout_seconds: float = 3.0
    failed_checks: int = 3
    stop_timeout_seconds: float = 5.0
    first_pause_seconds: float = FIRST_PAUSE_SECONDS


def next_pause(pause_seconds: float, healthy_seconds: float) -> float:
    """The pause before the next start: doubled up to a minute, the shortest again after five healthy minutes."""
    if healthy_seconds >= HEALTHY_AFTER_SECONDS:
        return FIRST_PAUSE_SECONDS
    return min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)


class NluServer:
    """A supervised nlu server.

    Args:
        model: A model made by `nlu.training.ensure_model`.
        paths: Where things are.
        settings: Times.
        log_file: Where the server's own output goes (warnings and errors only, no message text); None drops it.
    """

    def __init__(
        self,
        model: Path,
        paths: NluPaths | None = None,
        settings: ServerSettings | None = None,
        log_file: Path | None = None,
    ) -> None:
        self._model = model
        self._paths = paths or NluPaths()
        self._settings = settings or ServerSettings()
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._endpoint: NluEndpoint | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.starts = 0

    @property
    def endpoint(self) -> NluEndpoint:
        """Where the server listens now; it stays the same over restarts.

        Raises:
            SaysoError: It was not started (`nlu_not_started`).
        """
        if self._endpoint is None:
            raise SaysoError("nlu_not_started", "The nlu server was not started. Call start() first.")
        return self._endpoint

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return self.endpoint.url

    @property
    def token(self) -> str:
        """The token that requests must carry."""
        return self.endpoint.token

    @property
    def process_id(self) -> int | None:
        """The server's process id; None while it is not running."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self, progress: Progress | None = None) -> NluEndpoint:
        """Starts the server, waits until it answers, and begins to watch it.

        Args:
            progress: Called with a line for people now and then.

        Raises:
            SaysoError: `nlu_environment_missing`, or `nlu_not_ready` when it does not answer in time.
        """
        self._paths.require_environment()
        self._endpoint = NluEndpoint(f"http://{HOST}:{_free_port()}", secrets.token_urlsafe(32))
        await self._launch()
        try:
            await self._until_ready(progress or (lambda line: None))
        except BaseException:
            await self._end_process()
            raise
        self._watcher = asyncio.create_task(self._watch(), name="nlu-watch")
        return self.endpoint

    async def stop(self) -> None:
        """Ends the watching and the server with all its children. May be called twice."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        await self._end_process()

    async def __aenter__(self) -> NluServer:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def _launch(self) -> None:
        port = self.endpoint.url.rsplit(":", 1)[1]
        command = self._paths.command(
            "run", "--enable-api", "-i", HOST, "-p", port, "-m", str(self._model),
            "--token-from-stdin", "--end-with-stdin",
        )  # fmt: skip
        output = self._log_file.open("ab") if self._log_file else None
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=self._paths.project, env=process_environment(), stdin=asyncio.subprocess.PIPE,
                stdout=output or asyncio.subprocess.DEVNULL, stderr=output or asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        finally:
            if output:
                output.close()
        self.starts += 1
        assert self._process.stdin is not None  # noqa: S101 - opened with a pipe above
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(f"{self.endpoint.token}\n".encode())
            await self._process.stdin.drain()

    async def _until_ready(self, tell: Progress) -> None:
        started = time.monotonic()
        told = 0.0
        while (seconds := time.monotonic() - started) < self._settings.ready_timeout_seconds:
            if self.process_id is None:
                raise SaysoError(
                    "nlu_not_ready", "The nlu server ended while it was starting. See its log.", permanent=False
                )
            if await check_health(self.endpoint, self._settings.check_timeout_seconds):
                return
            if seconds - told >= 1:
                told = seconds
                tell(f"Waking up the understanding of speech: {seconds:.0f} seconds.")
            await asyncio.sleep(0.1)
        raise SaysoError("nlu_not_ready", "The nlu server did not answer in time. See its log.", permanent=False)

    async def _watch(self) -> None:
        """Restarts the server for ever, with growing pauses."""
        pause = self._settings.first_pause_seconds
        while True:
            since = time.monotonic()
            await self._until_fault()
            healthy = time.monotonic() - since
            if healthy >= HEALTHY_AFTER_SECONDS:
                pause = self._settings.first_pause_seconds
            log.warning("nlu_restart", pause_seconds=pause, starts=self.starts)
            await self._end_process()
            await asyncio.sleep(pause)
            pause = next_pause(pause, healthy)
            try:
                await self._launch()
                await self._until_ready(lambda line: None)
            except (SaysoError, OSError) as error:
                log.warning("nlu_restart_failed", error=type(error).__name__)

    async def _until_fault(self) -> None:
        """Returns when the process has ended or has failed several checks in a row."""
        failed = 0
        while failed < self._settings.failed_checks:
            if await self._ended_within(self._settings.check_every_seconds):
                return
            healthy = await check_health(self.endpoint, self._settings.check_timeout_seconds)
            failed = 0 if healthy else failed + 1

    async def _ended_within(self, seconds: float) -> bool:
        if self._process is None:
            return True
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self._settings.stop_timeout_seconds)
        except TimeoutError:
            pass
        finally:
            _signal_group(process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), self._settings.stop_timeout_seconds)
        if process.stdin is not None:
            process.stdin.close()


async def check_health(endpoint: NluEndpoint, timeout_seconds: float = 3.0) -> bool:
    """True when the server answers, accepts the token, and has a model loaded."""
    try:
        async with httpx.AsyncClient(timeout=timeout_seconds, trust_env=False) as client:
            reply = await client.get(f"{endpoint.url}/status", params={"token": endpoint.token})
            return reply.status_code == httpx.codes.OK and bool(reply.json().get("model_id"))
    except (httpx.HTTPError, ValueError):
        return False


def _signal_group(process_id: int, number: signal.Signals) -> None:
    """Signals the process group, whose leader is the process that we started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process_id, number)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])
