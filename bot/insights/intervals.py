"""How sure a share is, and whether two shares differ. Pure, and on published cells alone, so it gives nothing away."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from bot.insights.model import Brief, Change, Share
from bot.insights.suppression import STEP, Cell

Z = 1.959964  # 95 %


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's score interval at 95 % for a share.

    Source: Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    share = part / whole
    spread = Z * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole))
    middle, scale = share + Z * Z / (2 * whole), 1 + Z * Z / whole
    low, high = max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
    return min(low, share), max(high, share)  # rounding takes the ends past the share at 0 and 1


def share(part: Cell, whole: Cell) -> Share | None:
    """The share of one cell in another that holds it; None where either is hidden."""
    if part.value is None or whole.value is None:
        return None
    most, all_of_them = _highest(part), _highest(whole)
    low, _ = wilson(min(part.value, all_of_them), all_of_them)
    _, high = wilson(min(most, whole.value), whole.value)
    return Share(low, min(1.0, (part.value + most) / (whole.value + all_of_them)), high)


def _highest(cell: Cell) -> int:
    return (cell.value or 0) + (STEP - 1 if cell.rounded else 0)


def differences(before: Brief, now: Brief) -> list[Change]:
    """The themes, then the feelings, whose share differs between two views for sure; the widest gap first."""
    return [
        *_differences("theme", before, now, before.themes, now.themes),
        *_differences("sentiment", before, now, before.sentiments, now.sentiments),
    ]


def _differences(
    about: str, before: Brief, now: Brief, first: Mapping[str, Cell], second: Mapping[str, Cell]
) -> list[Change]:
    found = []
    for name in first.keys() & second.keys():
        old, new = share(first[name], before.people_heard), share(second[name], now.people_heard)
        if old is not None and new is not None and new.differs(old):
            found.append(Change(about, name, old, new))
    return sorted(found, key=lambda change: (-abs(change.now.middle - change.before.middle), change.name))
