"""Messages that arrive together belong to one turn, and turns of a conversation wait for each other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.inbox import Inbox, joined
from dialogues.types import Hearing, Reply, Turn, Voice

AT = datetime(2026, 3, 2, tzinfo=UTC)


def turn(text: str, conversation: str = "c", channel: str = "telegram", voice: Voice = Voice.OWN) -> Turn:
    return Turn(conversation, f"m-{text}", text, AT, voice, channel)


class Handler:
    def __init__(self, seconds: float = 0.0) -> None:
        self.batches: list[list[str]] = []
        self.running: set[str] = set()
        self.most_at_once = 0
        self.seconds = seconds

    async def __call__(self, turns: tuple[Turn, ...]) -> Reply:
        conversation = turns[0].conversation_id
        assert conversation not in self.running, "two turns of one conversation at once"
        self.running.add(conversation)
        self.most_at_once = max(self.most_at_once, len(self.running))
        await asyncio.sleep(self.seconds)
        self.running.discard(conversation)
        self.batches.append([t.text for t in turns])
        return Reply(conversation, ())


async def test_pieces_within_the_window_are_one_turn() -> None:
    handler = Handler()
    inbox = Inbox(handler, {"telegram": 0.1})
    first = asyncio.create_task(inbox.put(turn("they come late")))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(inbox.put(turn("and in a rush")))
    one, other = await first, await second
    assert (one.joined, other.joined) == (False, True)
    assert replace(other, joined=False) == one
    assert handler.batches == [["they come late", "and in a rush"]]


async def test_pages_do_not_wait() -> None:
    handler = Handler()
    inbox = Inbox(handler, {"telegram": 60})
    await asyncio.wait_for(inbox.put(turn("yes", channel="web")), 1)
    await asyncio.wait_for(inbox.put(turn("no", channel="web")), 1)
    assert handler.batches == [["yes"], ["no"]]


async def test_what_comes_while_a_turn_waits_for_its_place_joins_it() -> None:
    handler = Handler(seconds=0.1)
    inbox = Inbox(handler, {})
    tasks = [asyncio.create_task(inbox.put(turn("a")))]
    await asyncio.sleep(0.02)
    tasks += [asyncio.create_task(inbox.put(turn(text))) for text in ("b", "c", "d")]
    await asyncio.gather(*tasks)
    assert handler.batches == [["a"], ["b", "c", "d"]]


async def test_another_voice_is_another_turn() -> None:
    handler = Handler()
    inbox = Inbox(handler, {"telegram": 0.05})
    await asyncio.gather(inbox.put(turn("mine")), inbox.put(turn("hers", voice=Voice.PROXY)))
    assert sorted(handler.batches) == [["hers"], ["mine"]]


async def test_conversations_do_not_wait_for_each_other() -> None:
    handler = Handler(seconds=0.05)
    inbox = Inbox(handler, {})
    await asyncio.gather(*(inbox.put(turn("x", conversation=str(n))) for n in range(20)))
    assert handler.most_at_once == 20
    assert len(handler.batches) == 20


async def test_pieces_without_end_are_handled_in_time() -> None:
    handler = Handler()
    inbox = Inbox(handler, {"telegram": 0.1}, longest_seconds=0.3)
    tasks = []
    for number in range(12):
        tasks.append(asyncio.create_task(inbox.put(turn(str(number)))))
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    assert len(handler.batches) >= 2
    assert [text for batch in handler.batches for text in batch] == [str(n) for n in range(12)]


async def test_a_fault_reaches_all_who_wait_and_the_next_turn_is_served() -> None:
    calls = 0

    async def handle(turns: tuple[Turn, ...]) -> Reply:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("database is locked")
        return Reply(turns[0].conversation_id, ())

    inbox = Inbox(handle, {"telegram": 0.05})
    results = await asyncio.gather(inbox.put(turn("a")), inbox.put(turn("b")), return_exceptions=True)
    assert all(isinstance(r, OSError) for r in results)
    assert (await inbox.put(turn("c"))).conversation_id == "c"


@pytest.mark.parametrize(
    ("texts", "whole"),
    [(["a"], "a"), (["a", "b"], "a\nb"), (["", "b"], "b"), (["a", "  ", "c"], "a\nc")],
)
def test_joined(texts: list[str], whole: str) -> None:
    assert joined(tuple(turn(t) for t in texts)).text == whole


async def test_the_same_message_twice_in_the_window_is_one_piece() -> None:
    handler = Handler()
    inbox = Inbox(handler, {"telegram": 0.05})
    same = turn("they come late")
    await asyncio.gather(inbox.put(same), inbox.put(same))
    assert [len(batch) for batch in handler.batches] == [1]


@pytest.mark.parametrize("whole", [{"hearing": Hearing("live")}, {"amends": "m-before"}], ids=["note", "change"])
async def test_what_is_whole_is_answered_at_once(whole: dict[str, Any]) -> None:
    inbox = Inbox(Handler(), {"telegram": 30.0})
    async with asyncio.timeout(1):
        await inbox.put(replace(turn("they come late"), **whole))
