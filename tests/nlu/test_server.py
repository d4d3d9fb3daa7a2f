from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from dialogues.errors import SaysoError
from nlu.paths import NluPaths
from nlu.server import NluEndpoint, NluServer, ServerSettings, check_health, next_pause

if TYPE_CHECKING:
    from tests.conftest import SharedNluServer

QUICK = ServerSettings(
    ready_timeout_seconds=10,
    check_every_seconds=0.1,
    check_timeout_seconds=0.5,
    stop_timeout_seconds=1,
    first_pause_seconds=0.05,
)

# Stands in for Rasa: reads the token, answers /status, ends with standard input, as rasa_process.py does.
FAKE = """
import http.server, json, os, sys, threading, pathlib
port = int(sys.argv[sys.argv.index("-p") + 1])
token = sys.stdin.readline().strip()
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        right = self.path == f"/status?token={token}"
        hung = pathlib.Path("hung").exists()
        self.send_response(200 if right and not hung else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"model_id": "m"}).encode())
    def log_message(self, *args): pass
pathlib.Path("arguments").write_text(" ".join(sys.argv))
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def paths(tmp_path: Path) -> NluPaths:
    """An nlu project whose `rasa` is the stand-in above."""
    (tmp_path / "rasa_process.py").write_text(FAKE)
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to(sys.executable)
    return NluPaths(project=tmp_path, environment=tmp_path / "env", models=tmp_path / "models")


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("pause", "healthy", "expected"),
    [(1, 0, 2), (2, 299, 4), (32, 10, 60), (60, 10, 60), (60, 300, 1)],
)
def test_pauses_grow_and_begin_again(pause: float, healthy: float, expected: float) -> None:
    assert next_pause(pause, healthy) == expected


async def test_it_starts_answers_and_stops(paths: NluPaths, tmp_path: Path) -> None:
    told: list[str] = []
    server = NluServer(tmp_path / "model", paths, QUICK)
    endpoint = await server.start(told.append)
    assert await check_health(endpoint)
    assert not await check_health(NluEndpoint(endpoint.url, "wrong"))
    assert endpoint.token not in (tmp_path / "arguments").read_text()
    process_id = server.process_id
    await server.stop()
    await server.stop()
    assert server.process_id is None
    assert process_id is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


async def test_a_dead_server_is_started_again_at_the_same_place(paths: NluPaths, tmp_path: Path) -> None:
    async with NluServer(tmp_path / "model", paths, QUICK) as server:
        endpoint, first = server.endpoint, server.process_id
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: server.process_id not in {None, first})
        async with asyncio.timeout(10):
            while not await check_health(endpoint):
                await asyncio.sleep(0.02)
        assert server.endpoint == endpoint
        assert server.starts == 2


async def test_a_hung_server_is_replaced(paths: NluPaths, tmp_path: Path) -> None:
    async with NluServer(tmp_path / "model", paths, QUICK) as server:
        first = server.process_id
        (tmp_path / "hung").touch()
        await until(lambda: server.process_id not in {None, first})
        (tmp_path / "hung").unlink()


async def test_a_server_that_ends_at_once_is_reported(paths: NluPaths, tmp_path: Path) -> None:
    (tmp_path / "rasa_process.py").write_text("raise SystemExit(1)")
    with pytest.raises(SaysoError) as caught:
        await NluServer(tmp_path / "model", paths, QUICK).start()
    assert caught.value.code == "nlu_not_ready"


async def test_a_missing_environment_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match="make setup"):
        await NluServer(tmp_path / "model", NluPaths(environment=tmp_path / "none")).start()


def test_an_unstarted_server_has_no_endpoint(tmp_path: Path) -> None:
    with pytest.raises(SaysoError):
        _ = NluServer(tmp_path / "model").url


def test_no_module_of_nlu_hides_the_standard_library() -> None:
    """Rasa puts nlu/ first on the import path."""
    assert not {path.stem for path in NluPaths().project.glob("*")} & set(sys.stdlib_module_names)


async def test_the_child_ends_when_its_parent_is_killed(paths: NluPaths, tmp_path: Path) -> None:
    script = f"""
import asyncio, pathlib, sys
sys.path.insert(0, {str(NluPaths().project.parent)!r})
from nlu.paths import NluPaths
from nlu.server import NluServer
async def main():
    p = pathlib.Path({str(tmp_path)!r})
    server = NluServer(p / "model", NluPaths(project=p, environment=p / "env", models=p / "models"))
    await server.start()
    print(server.process_id, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    parent = await asyncio.to_thread(
        subprocess.Popen, [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(await asyncio.wait_for(asyncio.to_thread(parent.stdout.readline), 20))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await until(lambda: not _alive(child))


def _alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.real
async def test_the_real_server_wants_its_token_and_hides_it(nlu_server: SharedNluServer) -> None:
    assert await check_health(NluEndpoint(nlu_server.url, nlu_server.token))
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{nlu_server.url}/model/parse", json={"text": "hello"})).status_code == 401
    assert nlu_server.process_id is not None
    shown = [Path(f"/proc/{nlu_server.process_id}/{name}") for name in ("cmdline", "environ")]
    contents = await asyncio.to_thread(lambda: [path.read_bytes() for path in shown])
    assert not any(nlu_server.token.encode() in content for content in contents)
