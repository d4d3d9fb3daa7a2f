"""Fixtures for tests of calling: a planner and its dialler."""

from __future__ import annotations

import pytest
from ringing import FakeDialler, planner
from storing import Clock

from bot.calling import CallPlanner
from bot.records import Records


@pytest.fixture
def dialler() -> FakeDialler:
    return FakeDialler()


@pytest.fixture
def calls(records: Records, dialler: FakeDialler, clock: Clock) -> CallPlanner:
    return planner(records, dialler, clock)
