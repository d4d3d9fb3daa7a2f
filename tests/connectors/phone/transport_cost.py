"""Prints the processor time that a call costs its transport: `python tests/connectors/phone/transport_cost.py [calls]`.

Sayso's side is measured alone; Asterisk's is another process, in real time. *Idle* takes 50 frames a second in and
sends none; *echo* sends each back. No recognition, no speech.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[3]))

from asterisk_peer import TRANSPORTS, Exchange, exchange

from connectors.phone.ports import Line, Sound

SECONDS = 10.0


def ring(pipe: Connection, transport: str, calls: int) -> None:
    """Asterisk: rings, speaks, and says how many frames it heard a call and second."""

    async def speak() -> None:
        both = Exchange()
        both.ports = pipe.recv()
        peers = [await both.ring(transport) for _ in range(calls)]
        sound = np.random.default_rng(1).integers(-9_000, 9_000, peers[0].rate_hz // 50).astype(np.int16)
        begun, number = time.monotonic(), 0
        while not pipe.poll():
            for peer in peers:
                await peer.say(sound)
            number += 1
            await asyncio.sleep(max(0.0, begun + number * 0.02 - time.monotonic()))
        heard = sum(peer.frames_heard for peer in peers) / calls / (time.monotonic() - begun)
        pipe.send(heard)
        for peer in peers:
            await peer.hang_up()

    asyncio.run(speak())


async def measure(transport: str, calls: int, echoes: bool) -> tuple[float, float]:
    """(processor ms a call and second, frames heard a call and second)."""

    async def serve(line: Line) -> None:
        async for event in line.events():
            if echoes and isinstance(event, Sound):
                await line.send(event.samples)

    here, there = multiprocessing.Pipe()
    async with exchange(serve) as sayso:
        asterisk = multiprocessing.get_context("spawn").Process(target=ring, args=(there, transport, calls))
        asterisk.start()
        here.send(sayso.ports)
        await asyncio.sleep(5)
        processor, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(SECONDS)
        spent = (time.process_time() - processor) / (time.monotonic() - wall) / calls * 1_000
        here.send("enough")
        heard = await asyncio.to_thread(here.recv)
        await asyncio.to_thread(asterisk.join)
    return spent, heard


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    for transport in TRANSPORTS:
        for echoes in (False, True):
            spent, heard = asyncio.run(measure(transport, calls, echoes))
            name = f"{transport}, {'echo' if echoes else 'idle'}"
            print(f"{name:36} {spent:5.1f} ms a call and second ({calls} calls, {heard:.0f} frames a second heard)")


if __name__ == "__main__":
    main()
