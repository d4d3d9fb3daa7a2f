"""The terminal conversation as a program of its own, at a real terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, sys
sys.path[:0] = {paths!r}
from talking import FakeHandler
from connectors.console import chat
handler = FakeHandler()
took_place = asyncio.run(chat(handler, service="home", resume_code=handler.resume_code))
print("TOOK PLACE", took_place, [turn.text for turn in handler.turns], "THE END")
"""
ROOT = Path(__file__).parents[3]
PATHS = [str(ROOT), str(ROOT / "tests" / "connectors" / "web")]
LONGEST_WAIT_SECONDS = 30.0
CTRL_C = b"\x03"
CTRL_D = b"\x04"


def read_until(terminal: int, words: str) -> str:
    """What the terminal shows, until the words have come."""
    shown, until = "", time.monotonic() + LONGEST_WAIT_SECONDS
    while words not in shown:
        assert time.monotonic() < until, f"never shown: {words}; but: {shown}"
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 10_000).decode(errors="replace")
            except OSError:
                break
    return shown


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_by_a_key_is_kind(key: bytes) -> None:
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests that run in the background inherit a deaf Ctrl-C
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM.format(paths=PATHS)])  # noqa: S606 - this very Python
    read_until(terminal, "You: ")
    os.write(terminal, b"1\n")
    read_until(terminal, "What would you like to talk about?")
    os.write(terminal, key)
    shown = read_until(terminal, "THE END")
    assert "We stop here for now." in shown
    assert "K7HM-4TWD" in shown
    assert "TOOK PLACE True ['Yes']" in shown
    assert "Traceback" not in shown
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
