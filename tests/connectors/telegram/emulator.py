"""Somebody else's emulator of the Telegram Bot API: the npm package telegram-test-api, for a second opinion.

It is installed on demand into `.cache/telegram-test-api` of the checkout, from `npm/package-lock.json`, which has the
version and the hash of every package. Where node or npm is missing, or npm cannot reach a registry, tests skip and
say so. `npm/server.js` starts it and says what it puts right.

Of the Bot API it has getMe, getUpdates, sendMessage, editMessageText, editMessageReplyMarkup, deleteMessage,
setWebhook and deleteWebhook; and answerCallbackQuery, setMyCommands, sendChatAction and leaveChat give True. It has no
files and no voice. An update is forgotten as soon as it is delivered: offsets mean nothing to it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
from bot_api_wire import NO_CERTIFICATES, Json

HERE = Path(__file__).parent / "npm"
HOME = Path(__file__).parents[3] / ".cache" / "telegram-test-api"
_LOCK = "package-lock.json"
_INSTALL_SECONDS = 240
_START_SECONDS = 30
_LOOK_AGAIN_SECONDS = 0.05


class EmulatorMissingError(Exception):
    """It cannot be had here; the message says why, and what helps."""


def install() -> Path:
    """Installs the package unless this very version is there.

    Returns:
        The folder with `node_modules`.

    Raises:
        EmulatorMissingError: No node, no npm or no registry.
        RuntimeError: What npm got is not what was locked.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        raise EmulatorMissingError("no node or npm, so no Telegram emulator; Debian: apt install nodejs npm")
    installed = HOME / _LOCK
    if installed.exists() and installed.read_bytes() == (HERE / _LOCK).read_bytes():
        return HOME
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME.parent) as folder:
        fresh = Path(folder) / HOME.name
        fresh.mkdir()
        shutil.copy(HERE / "package.json", fresh)
        shutil.copy(HERE / _LOCK, fresh)
        _npm_ci(fresh)
        shutil.rmtree(HOME, ignore_errors=True)
        fresh.rename(HOME)
    return HOME


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise EmulatorMissingError(f"npm took more than {_INSTALL_SECONDS} s, so no Telegram emulator") from None
    if "EINTEGRITY" in done.stderr:
        raise RuntimeError("npm got something else than what was locked for the Telegram emulator")
    if done.returncode:
        said = done.stderr.strip().splitlines()[:1]
        raise EmulatorMissingError(f"npm ci failed, so no Telegram emulator: {' '.join(said)}")


class Emulator:
    """The emulator as a process of its own; it ends with this one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> None:
        """Starts it on a free port.

        Raises:
            EmulatorMissingError: It cannot be had here.
            RuntimeError: It does not start.
        """
        home = install()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._process = subprocess.Popen(
            ["node", str(HERE / "server.js"), str(self.port), str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        assert self._process.stderr is not None
        self._process.kill()
        raise RuntimeError(f"the Telegram emulator did not start: {self._process.stderr.read()[-500:]}")

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(timeout=10)
            if self._process.stderr is not None:
                self._process.stderr.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """For `telegram.Bot`."""
        return f"{self.url}/bot"

    def user(self, token: str, user_id: int = 1, first_name: str = "Doris") -> EmulatorUser:
        """Somebody in a private chat with the bot of this token; any token is a bot."""
        return EmulatorUser(self.url, token, user_id, first_name)


class EmulatorUser:
    """The user's side, in plain HTTP; see `lib/modules/telegramClient.js` of the package."""

    def __init__(self, url: str, token: str, user_id: int, first_name: str) -> None:
        self._url, self._token, self.id = url, token, user_id
        self._names = {"first_name": first_name, "username": f"user{user_id}"}

    async def says(self, text: str) -> None:
        """Types."""
        await self._post("sendMessage", {**self._head(), "text": text})

    async def commands(self, text: str) -> None:
        """Types a command, such as `/start`."""
        length = len(text.split(maxsplit=1)[0])
        entities = [{"type": "bot_command", "offset": 0, "length": length}]
        await self._post("sendCommand", {**self._head(), "text": text, "entities": entities})

    async def presses(self, data: str, message_id: int = 1, text: str = "") -> None:
        """Presses an inline button with this callback data under a message of the bot."""
        head = self._head()
        message = {"message_id": message_id, "date": head["date"], "chat": head["chat"], "text": text}
        await self._post("sendCallback", {**head, "message": message, "data": data})

    async def hears(self, timeout: float = 10.0) -> list[Json]:  # noqa: ASYNC109
        """The bot's messages that were not fetched yet, each with its parameters as `message`.

        Raises:
            AssertionError: None came in time.
        """
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            got = await self._post("getUpdates", {"token": self._token, "chatId": self.id})
            if got["result"]:
                return list(got["result"])
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise AssertionError(f"nothing heard within {timeout:g} s")

    def _head(self) -> Json:
        person: Json = {"id": self.id, **self._names}
        return {
            "botToken": self._token,
            "date": int(time.time()),
            "from": {**person, "is_bot": False},
            "chat": {**person, "type": "private"},
        }

    async def _post(self, path: str, body: Json) -> Json:
        async with httpx.AsyncClient(base_url=self._url, trust_env=False, verify=NO_CERTIFICATES) as client:
            answer = await client.post(f"/{path}", json=body)
            answer.raise_for_status()
            got: Json = answer.json()
            return got
