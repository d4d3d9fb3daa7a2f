"""The line of the double: an HTTP server on a free port of the loopback, which can be cut."""

from __future__ import annotations

import asyncio

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_CLOSING_SECONDS = 2.0


class Line:
    """An HTTP server that can go away and come back on its port.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._config = uvicorn.Config(
            app,
            http=H11Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            timeout_keep_alive=75,
            proxy_headers=False,
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Listens; on the same port as before, if it did before."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._connection, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def _connection(self) -> H11Protocol:
        return H11Protocol(self._config, self._state, {})

    async def cut(self) -> None:
        """Listens no more, and drops every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in [*self._state.connections]:
            connection.transport.abort()
        if tasks := [*self._state.tasks]:
            await asyncio.wait(tasks, timeout=_CLOSING_SECONDS)

    def drop(self, scope: Scope, *, at_once: bool) -> None:
        """Drops the connection of one request; what was sent already arrives, unless at once."""
        for connection in [*self._state.connections]:
            if isinstance(connection, H11Protocol) and connection.client == scope["client"]:
                connection.transport.abort() if at_once else connection.transport.close()
