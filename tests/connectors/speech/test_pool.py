"""Recognition beside the event loop: bounded, fair about waiting, and ended cleanly."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

import pytest

from connectors.speech.pool import GIVES_WAY, Listeners
from connectors.speech.ports import Clip, Hint, Listening, Recognised
from dialogues.errors import SaysoError
from dialogues.types import Expects
from tests.connectors.speech.sounds import silence


class SlowRecogniser:
    """Hears nothing but how long a clip is, when it is let; records what it got."""

    name = "slow"

    def __init__(self, held: bool = False) -> None:
        self.heard: list[tuple[float, Hint]] = []
        self.threads: set[str] = set()
        self.let = threading.Event()
        if not held:
            self.let.set()

    def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
        self.threads.add(threading.current_thread().name)
        assert self.let.wait(10)
        self.heard.append((clip.seconds, hint))
        return Recognised(f"{clip.seconds:.0f} seconds", recogniser=self.name)

    def listen(self, hint: Hint = Hint()) -> Listening:  # noqa: B008 - frozen
        raise NotImplementedError


async def test_clips_are_heard_with_their_hints() -> None:
    recogniser = SlowRecogniser()
    listeners = Listeners(recogniser, workers=2)
    hint = Hint(Expects.YES_NO)
    assert (await listeners.recognise(silence(3), hint)).text == "3 seconds"
    assert recogniser.heard == [(3.0, hint)]
    assert all(name.startswith("listener") for name in recogniser.threads)
    assert listeners.name == "slow"
    await listeners.close()


async def test_the_loop_goes_on_while_clips_are_heard() -> None:
    recogniser = SlowRecogniser(held=True)
    listeners = Listeners(recogniser, workers=1)
    hearing = asyncio.create_task(listeners.recognise(silence()))
    started = time.monotonic()
    await asyncio.sleep(0.05)
    assert time.monotonic() - started < 1
    assert not hearing.done()
    recogniser.let.set()
    await hearing
    await listeners.close()


async def test_a_full_queue_says_when_to_come_again() -> None:
    recogniser = SlowRecogniser(held=True)
    listeners = Listeners(recogniser, workers=1, waiting=1)
    hearing = [asyncio.create_task(listeners.recognise(silence(20))) for _ in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(SaysoError, match="Try again in 7 s") as caught:
        await listeners.recognise(silence())
    assert caught.value.code == "speech_busy"
    assert not caught.value.permanent
    recogniser.let.set()
    await asyncio.gather(*hearing)
    assert (await listeners.recognise(silence())).text == "1 seconds"
    await listeners.close()


async def test_how_long_to_wait() -> None:
    recogniser = SlowRecogniser(held=True)
    listeners = Listeners(recogniser, workers=2)
    assert listeners.expected_wait_seconds() == 0
    hearing = [asyncio.create_task(listeners.recognise(silence(10))) for _ in range(4)]
    await asyncio.sleep(0.01)
    assert listeners.expected_wait_seconds() == pytest.approx(20 * 0.15)
    assert listeners.expected_wait_seconds(10) == pytest.approx(30 * 0.15)
    recogniser.let.set()
    await asyncio.gather(*hearing)
    assert listeners.expected_wait_seconds() == 0
    assert 0 < listeners.expected_wait_seconds(10) < 1.5
    await listeners.close()


async def test_a_caller_who_went_leaves_his_place() -> None:
    recogniser = SlowRecogniser(held=True)
    listeners = Listeners(recogniser, workers=1, waiting=1)
    hearing = asyncio.create_task(listeners.recognise(silence(1)))
    gone = asyncio.create_task(listeners.recognise(silence(2)))
    await asyncio.sleep(0.01)
    gone.cancel()
    await asyncio.sleep(0.01)
    after = asyncio.create_task(listeners.recognise(silence(3)))
    recogniser.let.set()
    await asyncio.gather(hearing, after)
    assert [seconds for seconds, _ in recogniser.heard] == [1.0, 3.0]
    await listeners.close()


async def test_closing_drops_what_waits() -> None:
    recogniser = SlowRecogniser(held=True)
    listeners = Listeners(recogniser, workers=1)
    hearing = [asyncio.create_task(listeners.recognise(silence())) for _ in range(3)]
    await asyncio.sleep(0.05)
    closing = asyncio.create_task(listeners.close())
    await asyncio.sleep(0.05)
    recogniser.let.set()
    await closing
    ends = await asyncio.gather(*hearing, return_exceptions=True)
    assert isinstance(ends[0], Recognised)
    assert [getattr(end, "code", None) for end in ends[1:]] == ["speech_closed"] * 2
    assert len(recogniser.heard) == 1
    with pytest.raises(SaysoError, match="switched off"):
        await listeners.recognise(silence())


async def test_a_fault_is_the_callers_and_no_more() -> None:
    class Broken(SlowRecogniser):
        def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
            raise SaysoError("model_broken", "Run: sayso models verify")

    listeners = Listeners(Broken(), workers=1, waiting=0)
    for _ in range(3):
        with pytest.raises(SaysoError, match="verify"):
            await listeners.recognise(silence())
    await listeners.close()


@pytest.mark.skipif(sys.platform != "linux", reason="niceness of threads is Linux's")
async def test_work_that_gives_way_runs_in_nicer_threads() -> None:
    class Asked(SlowRecogniser):
        def recognise(self, clip: Clip, hint: Hint = Hint()) -> Recognised:  # noqa: B008 - frozen
            return Recognised(str(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))

    usual = os.getpriority(os.PRIO_PROCESS, 0)
    for gives_way, niceness in ((False, usual), (True, max(usual, GIVES_WAY))):
        listeners = Listeners(Asked(), workers=1, gives_way=gives_way)
        heard = await listeners.recognise(silence(0.01))
        await listeners.close()
        assert int(heard.text) == niceness
