"""Messages that arrive together belong to one turn.

People on a messenger send a thought in two or three pieces. A piece that comes within the window of its channel, or
while the turn before it still waits for its place, is joined to that turn instead of answering the next question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from dialogues.types import Reply, Turn

Handle = Callable[[tuple[Turn, ...]], Awaitable[Reply]]


@dataclass(slots=True)
class _Batch:
    turns: list[Turn]
    reply: asyncio.Future[Reply]
    last_at: float
    closed: bool = False


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: _Batch | None = None
    users: int = 0


class Inbox:
    """Joins and serialises the messages of each conversation within this process.

    Args:
        handle: Handles one batch.
        windows: Seconds to wait for further pieces, by channel; 0 where a page or program waits for each reply.
        longest_seconds: However many pieces come, a batch is handled after so long.
    """

    def __init__(self, handle: Handle, windows: Mapping[str, float], longest_seconds: float = 6.0) -> None:
        self._handle = handle
        self._windows = windows
        self._longest_seconds = longest_seconds
        self._lines: dict[str, _Line] = {}

    async def put(self, turn: Turn) -> Reply:
        """Hands in one message and returns the reply to the turn that it became part of.

        `joined` is set on the reply to every piece but the first, so that it is sent once.
        """
        line = self._lines.setdefault(turn.conversation_id, _Line())
        line.users += 1
        try:
            batch = line.waiting
            if batch is not None and not batch.closed and _joins(batch, turn):
                batch.last_at = asyncio.get_running_loop().time()
                return replace(await asyncio.shield(batch.reply), joined=True)
            return await self._lead(line, turn)
        finally:
            line.users -= 1
            if line.users == 0:
                self._lines.pop(turn.conversation_id, None)

    async def _lead(self, line: _Line, turn: Turn) -> Reply:
        loop = asyncio.get_running_loop()
        batch = _Batch([turn], loop.create_future(), loop.time())
        line.waiting = batch
        try:
            await self._wait(batch, self._window_seconds(turn))
            async with line.lock:
                batch.closed = True
                if line.waiting is batch:
                    line.waiting = None
                reply = await self._handle(tuple(batch.turns))
        except BaseException as error:
            batch.closed = True
            if line.waiting is batch:
                line.waiting = None
            if not batch.reply.done():
                batch.reply.set_exception(error)
                batch.reply.exception()  # whoever waits gets it; nobody waiting is no fault
            raise
        if not batch.reply.done():
            batch.reply.set_result(reply)
        return reply

    def _window_seconds(self, turn: Turn) -> float:
        """How long further pieces are waited for: not after a change, nor after a voice note, which is whole."""
        return 0.0 if turn.amends or turn.hearing is not None else self._windows.get(turn.channel, 0.0)

    async def _wait(self, batch: _Batch, window_seconds: float) -> None:
        if window_seconds <= 0:
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._longest_seconds
        while (  # noqa: ASYNC110 - waits for time to pass, not for a condition
            until := min(batch.last_at + window_seconds, deadline)
        ) > loop.time():
            await asyncio.sleep(until - loop.time())  # each piece that comes moves `until` on


def _joins(batch: _Batch, turn: Turn) -> bool:
    """Adds a further piece to a batch that waits, or changes one that is in it; False where it stands for itself."""
    if turn.amends:
        for place, piece in enumerate(batch.turns):
            if piece.message_id == turn.amends:
                batch.turns[place] = replace(piece, text=turn.text, hearing=turn.hearing or piece.hearing)
                return True
        return False
    if batch.turns[0].voice is not turn.voice or batch.turns[0].amends:
        return False
    if all(piece.message_id != turn.message_id for piece in batch.turns):  # the same message twice is one piece
        batch.turns.append(turn)
    return True


def joined(turns: tuple[Turn, ...]) -> Turn:
    """One turn made of several pieces; the id is that of the first."""
    if len(turns) == 1:
        return turns[0]
    return replace(turns[0], text="\n".join(t.text for t in turns if t.text.strip()))
