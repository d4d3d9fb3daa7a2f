"""Where the lines and bars of charts go. Pure geometry; templates draw it as SVG with a title, words and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.insights import Share

WIDTH, HEIGHT = 600, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 16, 44
BAR_HEIGHT, BAR_GAP = 30, 34
GRID = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Mark:
    """One period: a point with the line that says how unsure it is. `y`, `low`, `high` are None where hidden."""

    label: str
    x: float
    y: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """Shares over time, 0 to 100 percent from bottom to top. `lines` join neighbours that are both shown."""

    marks: tuple[Mark, ...]
    lines: tuple[tuple[float, float, float, float], ...]
    grid: tuple[tuple[int, float], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, as long as its value against the largest. `pattern` 0 to 3 tells it from others without colour."""

    label: str
    shown: str
    y: int
    length: float
    pattern: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars below each other."""

    bars: tuple[Bar, ...]
    width: int
    height: int


def trend(labels: Sequence[str], shares: Sequence[Share | None]) -> Trend:
    """A trend; periods without a share stay as a gap."""
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    marks = [
        _mark(label, LEFT + step * (place + 0.5), each)
        for place, (label, each) in enumerate(zip(labels, shares, strict=True))
    ]
    lines = tuple((a.x, a.y, b.x, b.y) for a, b in pairwise(marks) if a.y is not None and b.y is not None)
    return Trend(tuple(marks), lines, tuple((percent, _height(percent / 100)) for percent in GRID))


def bars(values: Sequence[tuple[str, str, int, int]]) -> Bars:
    """Bars of (label, value in words, value, pattern)."""
    largest = max((value for _, _, value, _ in values), default=0) or 1
    made = [
        Bar(label, shown, place * (BAR_HEIGHT + BAR_GAP), round((WIDTH - RIGHT) * value / largest, 1), pattern)
        for place, (label, shown, value, pattern) in enumerate(values)
    ]
    return Bars(tuple(made), WIDTH, len(made) * (BAR_HEIGHT + BAR_GAP))


def _mark(label: str, x: float, share: Share | None) -> Mark:
    if share is None:
        return Mark(label, round(x, 1))
    return Mark(label, round(x, 1), _height(share.middle), _height(share.low), _height(share.high))


def _height(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)
