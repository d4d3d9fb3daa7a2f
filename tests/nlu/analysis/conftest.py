"""One analysis for all tests: loading it takes a second."""

from __future__ import annotations

import pytest

from nlu.analysis.points import Analysis


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    return Analysis()
