"""A fresh Asterisk, a stand-in for Sayso, and telephones, for each test that is marked `phone`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from phone_root import why_not
from real_asterisk import SECRET, RealAsterisk
from real_phone import Phone
from stand_ins import SaysoStandIn

MakePhone = Callable[..., Awaitable[Phone]]


@pytest.fixture(scope="session")
def possible() -> None:
    """Skips, with the reason, where there is no real telephone."""
    if reason := why_not():
        pytest.skip(f"NO REAL TELEPHONE: {reason}")


@pytest.fixture
async def asterisk(possible: None, tmp_path: Path) -> AsyncIterator[RealAsterisk]:
    """Asterisk with the shipped configuration, started. Afterwards its log is looked through for numbers."""
    real = RealAsterisk(tmp_path)
    await real.start()
    yield real
    await real.stop()
    log = real.log()
    assert "Asterisk 2" in log, "the log is written"
    assert not re.search(r"\+?44\d{6,}|0044\d{6,}|01632\d+", log), "a telephone number is in the log"
    assert SECRET not in log


@pytest.fixture
async def sayso(possible: None) -> AsyncIterator[SaysoStandIn]:
    """The stand-in, listening."""
    stand_in = SaysoStandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def make_phone(asterisk: RealAsterisk) -> AsyncIterator[MakePhone]:
    """Makes telephones (`Phone`'s own arguments) and switches them on, and off at the end."""
    made: list[Phone] = []

    async def make(**arguments: Any) -> Phone:
        made.append(Phone(asterisk, **arguments))
        await made[-1].start()
        return made[-1]

    yield make
    for phone in made:
        await phone.stop()
