"""Asterisk's AudioSocket: a TCP server that makes a `Line` of each connection.

It works with the dialplan's `AudioSocket(uuid,host:port)`, always 8 kHz, and with
`Dial(AudioSocket/host:port/uuid/c(slin))`, or `c(slin16)` for 16 kHz. Keys come from Asterisk 20.14, 22.4 and
23.0 on. Who rings, and what follows a call, is in `asterisk`. There is no authentication, so it listens where only this
machine or a private network can reach it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from connectors.phone.asterisk import Ended, Lookup, looked_up
from connectors.phone.audiosocket_line import AudioSocketLine
from connectors.phone.ports import Call, Serve
from dialogues.errors import SaysoError

PORT = 9092
MAX_CALLS = 20
PATIENCE_SECONDS = 5.0
GRACE_SECONDS = 5.0
_MAX_STRANGERS = 64
"""Connections that have not said who they are yet."""
_PRIVATE = tuple(
    ipaddress.ip_network(each)
    for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)
"""Source: RFC 1122, RFC 1918, RFC 4193, RFC 4291."""

log = structlog.get_logger(__name__)


class AudioSocketServer:
    """Takes calls. Made by `serving`.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, serve: Serve, lookup: Lookup, ended: Ended, max_calls: int, patience_seconds: float) -> None:
        self.port = 0
        self._serve, self._lookup, self._ended = serve, lookup, ended
        self._max_calls, self._patience_seconds = max_calls, patience_seconds
        self._lines: set[AudioSocketLine] = set()
        self._calls: dict[asyncio.Task[None], AudioSocketLine] = {}

    @property
    def calls(self) -> int:
        """How many calls there are now, those included whose conversation is still being put away."""
        return len(self._calls)

    async def start(self, host: str, port: int) -> None:
        """Listens.

        Raises:
            SaysoError: `audiosocket_port` where the address cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._answer, host, port)
        except OSError as error:
            raise SaysoError(
                "audiosocket_port",
                f"The phone line cannot listen on port {port} of {host}. Stop what uses it, or choose another.",
            ) from error
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self, grace_seconds: float) -> None:
        """Takes no more calls, ends those there are, and waits for their conversations to be put away."""
        self._server.close()
        for line in tuple(self._lines):
            line.close()
        for cancel, seconds in ((False, grace_seconds), (True, 1.0)):
            if self._calls:
                for task in self._calls if cancel else ():
                    task.cancel()
                await asyncio.wait(tuple(self._calls), timeout=seconds)
        for line in tuple(self._lines):
            line.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._server.wait_closed()

    def _answer(self) -> asyncio.BaseProtocol:
        if len(self._lines) >= self._max_calls + _MAX_STRANGERS:
            return _Refused()
        line = AudioSocketLine(self._came, self._lines.discard, self._ended, self._patience_seconds)
        self._lines.add(line)
        return line

    def _came(self, line: AudioSocketLine) -> None:
        if self.calls >= self._max_calls:
            log.warning("audiosocket_full", calls=self.calls)
            line.close()
            return
        task = asyncio.get_running_loop().create_task(self._hold(line))
        self._calls[task] = line
        task.add_done_callback(self._calls.pop)

    async def _hold(self, line: AudioSocketLine) -> None:
        try:
            line.call = await looked_up(self._lookup, line.id)
            await self._serve(line)
            await line.end()
        except Exception as error:
            log.warning("audiosocket_call_failed", error=type(error).__name__)
        finally:
            line.close()
            line.report()


class _Refused(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


@asynccontextmanager
async def serving(
    serve: Serve,
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    lookup: Lookup = Call,
    ended: Ended | None = None,
    max_calls: int = MAX_CALLS,
    patience_seconds: float = PATIENCE_SECONDS,
    grace_seconds: float = GRACE_SECONDS,
    exposed: bool = False,
) -> AsyncIterator[AudioSocketServer]:
    """Takes calls as long as the context lasts; then ends those there are.

    Args:
        serve: Holds each conversation. Where it raises, its own call ends and the dialplan is told `Next.UNKNOWN`.
        host: A loopback or private address, or a name of one.
        port: 0 for any that is free.
        lookup: Whose call it is, by UUID; `asterisk.Announced` is one. By default an inbound call of unknown number.
        ended: Where ends are noted for the dialplan.
        max_calls: At a time; one more is closed at once.
        patience_seconds: How long a connection may take to send its UUID.
        grace_seconds: How long conversations have at the end.
        exposed: True listens on any address. Whoever reaches the port can then talk as any caller.

    Raises:
        SaysoError: `audiosocket_exposed` where the address is neither loopback nor private, `audiosocket_port` where
            it cannot be listened on.
    """
    if not exposed:
        await _check_private(host)
    server = AudioSocketServer(serve, lookup, ended or Ended(), max_calls, patience_seconds)
    await server.start(host, port)
    try:
        yield server
    finally:
        await server.stop(grace_seconds)


async def _check_private(host: str) -> None:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host or None, None, type=socket.SOCK_STREAM)
    except OSError:
        found = []
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found] if host else []
    if not addresses or not all(any(address in network for network in _PRIVATE) for address in addresses):
        raise SaysoError(
            "audiosocket_exposed",
            f"The phone line would listen on {host or 'every address'}, and AudioSocket asks nobody who they are. "
            "Give it 127.0.0.1 or a private address, or say that it may be exposed.",
        )
