"""What Asterisk's dialplan and Sayso tell each other about a call, besides its sound.

AudioSocket carries an id and nothing else, and leaves nothing behind: `AudioSocket()` sets no variable, and where the
other side ended it the dialplan goes on at its next priority, whether that side hung up or died. So the dialplan speaks
to Sayso twice by HTTP (`func_curl`), with the number in the body and never in the address:

    exten => 100,1,Answer()
     same => n,Set(ID=${UUID()})
     same => n,Set(TOLD=${CURL(<announce>,id=${ID}&number=${URIENCODE(${CALLERID(num)})})})
     same => n,AudioSocket(${ID},127.0.0.1:9092)
     same => n,Set(NEXT=${CURL(<next>,id=${ID})})
     same => n,GotoIf($["${NEXT}" = "hang_up"]?done)
     same => n,Dial(PJSIP/person,30)
     same => n(done),Hangup()

It holds for Asterisk 20.14, 22.4, 23.0 and later (asterisk/asterisk pull request 1138). Before, `AudioSocket()`
hung up at its end, always: nothing is handed over there. `Dial(WebSocket/...,,g)` and `Dial(AudioSocket/...,,g)` go on
at the next priority in the same way. Source: `apps/app_audiosocket.c`, `channels/chan_websocket.c`.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Generic, TypeVar

import structlog

from connectors.phone.ports import Call

EXPIRE_SECONDS = 120.0
MAX_ENTRIES = 1_000
LOOKUP_SECONDS = 5.0

Lookup = Callable[[str], Call | Awaitable[Call]]
"""Whose call it is, by the transport's id."""

log = structlog.get_logger(__name__)

_Value = TypeVar("_Value")


class Next(StrEnum):
    """What the dialplan does after Sayso's part."""

    HAND_OVER = "hand_over"
    """The call goes on, with a person."""
    HANG_UP = "hang_up"
    """It is over."""
    UNKNOWN = ""
    """Sayso did not come to its end: it failed, was full, or was stopped. A dialplan had better find a person."""


class _Register(Generic[_Value]):
    """Values by call, for a while. The oldest goes where there are too many."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._entries: OrderedDict[str, tuple[float, _Value]] = OrderedDict()

    def __len__(self) -> int:
        self._forget()
        return len(self._entries)

    def put(self, call_id: str, value: _Value) -> None:
        self._entries.pop(call_id.lower(), None)
        self._entries[call_id.lower()] = self._now() + EXPIRE_SECONDS, value
        self._forget()

    def get(self, call_id: str) -> _Value | None:
        self._forget()
        found = self._entries.get(call_id.lower())
        return found[1] if found else None

    def _forget(self) -> None:
        now = self._now()
        while self._entries:
            oldest = next(iter(self._entries))
            if len(self._entries) <= MAX_ENTRIES and self._entries[oldest][0] > now:
                return
            del self._entries[oldest]


class Announced:
    """Calls that the dialplan told of before their sound comes. Kept for `EXPIRE_SECONDS`, at most `MAX_ENTRIES`.

    Args:
        now: Seconds, rising.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._calls = _Register[Call](now)

    def __len__(self) -> int:
        """How many are kept now."""
        return len(self._calls)

    def announce(self, call: Call) -> None:
        """A call is about to come; its id is the UUID that the transport will have. Told again, the later counts."""
        self._calls.put(call.id, call)

    def __call__(self, call_id: str) -> Call:
        """A `Lookup`: the call of this id; an inbound call of an unknown number where nothing was told."""
        return self._calls.get(call_id) or Call(call_id)


class Ended:
    """How Sayso's part of each call ended, for the dialplan to ask. Kept like `Announced`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._next = _Register[Next](now)

    def note(self, call_id: str, *, hand_over: bool) -> None:
        """Sayso's part is over. A transport tells it before it lets go of the call."""
        self._next.put(call_id, Next.HAND_OVER if hand_over else Next.HANG_UP)

    def next(self, call_id: str) -> Next:
        """What the dialplan does with the call now."""
        return self._next.get(call_id) or Next.UNKNOWN


async def looked_up(lookup: Lookup, call_id: str) -> Call:
    """Whose call it is. Never raises: a call of which nothing is known is better than none."""
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            found = lookup(call_id)
            return found if isinstance(found, Call) else await found
    except Exception as error:
        log.warning("call_lookup_failed", error=type(error).__name__)
        return Call(call_id)
