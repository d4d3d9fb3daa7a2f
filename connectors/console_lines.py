"""Reads lines of standard input without holding up the event loop: from a keyboard, a pipe or a file."""

from __future__ import annotations

import asyncio
import codecs
import os
import threading
from collections.abc import Awaitable, Callable

ReadLine = Callable[[], Awaitable[str | None]]
"""Gives the next line without its end; None when there are no more."""

STDIN = 0
CHUNK_BYTES = 65_536


def stdin_lines(file_descriptor: int = STDIN) -> ReadLine:
    """Reads a file descriptor in a thread of its own, so that Ctrl-C is heard while it waits.

    The thread is a daemon and uses the bare descriptor: a read that never returns cannot keep the program from ending.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    started = False

    async def read_line() -> str | None:
        nonlocal started
        if not started:
            started = True
            loop = asyncio.get_running_loop()
            arguments = (file_descriptor, lines, loop)
            threading.Thread(target=_pump, args=arguments, name="stdin", daemon=True).start()
        line = await lines.get()
        if line is None:
            lines.put_nowait(None)  # the end stays the end
        return line

    return read_line


def _pump(file_descriptor: int, lines: asyncio.Queue[str | None], loop: asyncio.AbstractEventLoop) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest = ""
    try:
        while chunk := os.read(file_descriptor, CHUNK_BYTES):
            *whole, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in whole:
                loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\r"))
    except (OSError, RuntimeError):
        pass  # a closed terminal ends the input; a loop that has gone reads no more
    finally:
        _finish(lines, loop, rest + decoder.decode(b"", final=True))


def _finish(lines: asyncio.Queue[str | None], loop: asyncio.AbstractEventLoop, rest: str) -> None:
    try:
        if rest:
            loop.call_soon_threadsafe(lines.put_nowait, rest)
        loop.call_soon_threadsafe(lines.put_nowait, None)
    except RuntimeError:
        pass  # the loop has gone, and so has everybody who would read
