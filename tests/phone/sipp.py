"""Many calls at once by sipp, a load tester that nobody here wrote."""

from __future__ import annotations

import asyncio
from pathlib import Path

from phone_root import SHARED
from real_asterisk import LOAD_ADDRESS, OUR_NUMBER, RealAsterisk
from stand_ins import tone

from connectors.speech.telephone import encode_mulaw

_SCENARIO = Path(__file__).with_name("ten_calls.xml")


async def ring_many(asterisk: RealAsterisk, *, calls: int, seconds: float) -> str:
    """Makes calls at once, each saying a tone of 700 Hz for some seconds, then hangs up.

    Returns:
        "" where every call went through; else what sipp said.
    """
    folder = asterisk.run.folder / "sipp"
    folder.mkdir()
    (folder / "words.ulaw").write_bytes(encode_mulaw(tone(700, 1.0)))
    seen = f"{SHARED}/{folder.name}"
    text = _SCENARIO.read_text(encoding="utf-8")
    text = text.replace("[sound]", f"{seen}/words.ulaw").replace("[hold]", str(round(seconds * 1000)))
    (folder / _SCENARIO.name).write_text(text, encoding="utf-8")
    command = asterisk.run.command(
        *("sipp", "127.0.0.1:5060", "-sf", f"{seen}/{_SCENARIO.name}", "-s", OUR_NUMBER),
        *("-i", LOAD_ADDRESS, "-mi", LOAD_ADDRESS, "-min_rtp_port", "30000", "-max_rtp_port", "30200"),
        *("-m", str(calls), "-l", str(calls), "-r", str(calls), "-timeout", "60", "-timeout_error"),
        *("-nostdin", "-trace_err", "-error_file", f"{seen}/errors.log"),
    )
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return "" if process.returncode == 0 else output.decode()[-3000:]
