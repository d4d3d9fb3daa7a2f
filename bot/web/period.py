"""The view that a caller of the API asks for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from bot.web.errors import ApiError
from bot.web.ports import Filters

LONGEST_ID_CHARACTERS = 200

Service = Annotated[str | None, Query(max_length=LONGEST_ID_CHARACTERS, description="Id of one service.")]
Start = Annotated[date | None, Query(alias="from", description="First day counted.")]
End = Annotated[date | None, Query(alias="to", description="Last day counted.")]


def filters_of(service: str | None, start: date | None, end: date | None) -> Filters:
    """The filters.

    Raises:
        ApiError: `period_reversed`.
    """
    if start and end and start > end:
        raise ApiError(422, "period_reversed", "The first day is after the last day. Swap from and to.")
    return Filters(service or None, start, end)
