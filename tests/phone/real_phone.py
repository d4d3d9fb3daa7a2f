"""A real telephone (baresip), driven over its control connection while it is in a call."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
import wave
from typing import Any

import numpy as np
import soxr
from certificates import Authority
from phone_root import SHARED
from real_asterisk import CALLER_ADDRESS, OUR_NUMBER, RealAsterisk, gone

from connectors.speech.ports import RATE_HZ, Samples

LINE_HZ = 8_000


class Phone:
    """A telephone that nobody here wrote: baresip, over TLS and SRTP.

    Args:
        asterisk: Where it rings.
        address: Its own, on loopback; one telephone each.
        number: Its own, in E.164; "" withholds it.
        answers: True picks up by itself.
        encrypts: False speaks without SRTP.
        trusted: False shows a certificate that nobody here signed.
    """

    def __init__(
        self,
        asterisk: RealAsterisk,
        *,
        address: str = CALLER_ADDRESS,
        number: str = "",
        answers: bool = False,
        encrypts: bool = True,
        trusted: bool = True,
    ) -> None:
        self._run = asterisk.run
        self._address = address
        self._name = f"phone-{address}"
        self._folder = self._run.folder / self._name
        self._folder.mkdir()
        self._seen = f"{SHARED}/{self._name}"
        self._tokens, self._sounds = itertools.count(1), itertools.count(1)
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.events: list[tuple[float, dict[str, Any]]] = []
        self._happened = asyncio.Condition()
        self._speech("start", np.zeros(0, np.int16))
        authority = asterisk.authority if trusted else Authority(self._folder)
        authority.issue(address, self._folder / "own.pem", self._folder / "own.pem")
        user = number or "anonymous"
        extra = ";answermode=auto" * answers + ";mediaenc=srtp" * encrypts
        (self._folder / "accounts").write_text(
            f"<sip:{user}@{address};transport=tls>;regint=0;audio_codecs=pcma,pcmu{extra}\n"
        )
        (self._folder / "contacts").write_text("")
        (self._folder / "config").write_text(self._config())

    def _config(self) -> str:
        modules = "\n".join(f"module {name}.so" for name in ("g711", "aufile", "srtp"))
        applications = "\n".join(f"module_app {name}.so" for name in ("account", "menu", "ctrl_tcp"))
        return f"""
poll_method epoll
sip_listen {self._address}:5070
sip_certificate {self._seen}/own.pem
sip_cafile {SHARED}/ca.pem
sip_verify_server yes
net_interface {self._address}
module_path /usr/lib/baresip/modules
{modules}
{applications}
ctrl_tcp_listen {self._address}:4444
audio_source aufile,{self._seen}/start.wav
audio_player aufile,{self._seen}/heard.wav
audio_alert aufile,/dev/null
audio_srate {LINE_HZ}
audio_channels 1
rtp_ports 23000-23400
"""

    async def start(self) -> None:
        """Switches the telephone on."""
        output = (self._folder / "baresip.out").open("wb")
        command = self._run.command("baresip", "-f", self._seen)
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
        output.close()
        async with asyncio.timeout(20):
            while True:
                try:
                    reader, self._writer = await asyncio.open_connection(self._address, 4444)
                    break
                except OSError:
                    if self._process.returncode is not None:
                        raise RuntimeError((self._folder / "baresip.out").read_text()) from None
                    await asyncio.sleep(0.05)
        self._listening = asyncio.create_task(self._listen(reader))

    async def stop(self) -> None:
        """Switches it off; a call is hung up."""
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await gone(self._process)
        if self._writer:
            self._writer.close()
        if self._listening:
            await self._listening

    async def dial(self, number: str = OUR_NUMBER) -> None:
        """Rings a number at Asterisk."""
        await self._do("dial", f"sip:{number}@127.0.0.1:5061;transport=tls")

    async def answered(self, seconds: float = 20) -> float:
        """Waits until the call is up; when that was, on the monotonic clock."""
        return await self.happened("CALL_ESTABLISHED", seconds)

    async def ended(self, seconds: float = 20) -> float:
        """Waits until the call is over."""
        return await self.happened("CALL_CLOSED", seconds)

    async def happened(self, kind: str, seconds: float = 20) -> float:
        """Waits for an event of baresip; when it first was."""
        async with asyncio.timeout(seconds), self._happened:
            while True:
                for at, event in self.events:
                    if event["type"] == kind:
                        return at
                await self._happened.wait()

    async def say(self, samples: Samples, *, rate_hz: int = RATE_HZ) -> None:
        """Speaks into the call from now on, and is silent afterwards (for ten minutes). What was being said is cut."""
        name = f"say-{next(self._sounds)}"
        self._speech(name, soxr.resample(samples, rate_hz, LINE_HZ))
        await self._do("ausrc", f"aufile,{self._seen}/{name}.wav")

    async def keys(self, keys: str) -> None:
        """Presses keys, each for a fifth of a second."""
        for key in keys:
            await self._do("sndcode", key)
            await asyncio.sleep(0.2)
            await self._do("sndcode", "\x04")
            await asyncio.sleep(0.1)

    async def hang_up(self) -> None:
        """Puts the receiver down."""
        await self._do("hangup")

    def heard(self) -> Samples:
        """What the person at this telephone has heard in the latest call, 16 kHz; sample 0 is when the sound began.
        Readable while the call goes on."""
        path = self._folder / "heard.wav"
        content = path.read_bytes()[44:] if path.exists() else b""
        narrow = np.frombuffer(content[: len(content) // 2 * 2], "<i2")
        return soxr.resample(narrow, LINE_HZ, RATE_HZ) if len(narrow) else np.zeros(0, np.int16)

    def _speech(self, name: str, samples: Samples) -> None:
        with wave.open(str(self._folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(LINE_HZ)
            file.writeframes(samples.astype("<i2").tobytes() + bytes(2 * LINE_HZ * 600))

    async def _do(self, command: str, parameters: str = "") -> str:
        assert self._writer is not None
        token = str(next(self._tokens))
        reply = self._replies[token] = asyncio.get_running_loop().create_future()
        text = json.dumps({"command": command, "params": parameters, "token": token}).encode()
        self._writer.write(b"%d:%b," % (len(text), text))
        async with asyncio.timeout(10):
            answer = await reply
        if not answer["ok"]:
            raise RuntimeError(f"baresip would not {command}: {answer['data']}")
        return str(answer["data"])

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                said = json.loads((await reader.readexactly(size + 1))[:-1])
                if said.get("event"):
                    async with self._happened:
                        self.events.append((time.monotonic(), said))
                        self._happened.notify_all()
                else:
                    self._replies.pop(said.get("token", ""), asyncio.get_running_loop().create_future()).set_result(
                        said
                    )
