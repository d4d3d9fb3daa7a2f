"""CSV and JSON Lines: one quote a row, through the same suppression and consents as every page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import TextIO

from bot.insights import Filters, Insights, Quote
from dialogues.errors import SaysoError

FORMATS = ("csv", "jsonl")
_COLUMNS = ("quote", "i_statement", "kinds", "sentiment", "sense", "voice", "service", "sample")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")  # Source: OWASP "CSV Injection"


async def export(format: str, insights: Insights, filters: Filters) -> str:
    """Exports as text.

    Args:
        format: `csv` or `jsonl`.
        insights: What may be shown.
        filters: The view.

    Raises:
        SaysoError: `format_unknown`.
    """
    if format not in FORMATS:
        raise SaysoError("format_unknown", f"There is no such format. Choose one of: {', '.join(FORMATS)}.")
    out = io.StringIO(newline="")
    await (write_csv if format == "csv" else write_json_lines)(insights, out, filters)
    return out.getvalue()


async def write_csv(insights: Insights, out: TextIO, filters: Filters | None = None) -> int:
    """Writes one quote a row, with a 0/1 column for each theme shown; cells never start a formula.

    Args:
        insights: What may be shown.
        out: Text file, opened with `newline=""`.
        filters: The view; None for everything.

    Returns:
        The number of quotes.
    """
    quotes = await insights.all_quotes(filters or Filters())
    themes = sorted({theme for quote in quotes for theme in quote.themes})
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, *(f"theme_{theme}" for theme in themes)])
    writer.writerows(_row(quote, themes) for quote in quotes)
    return len(quotes)


async def write_json_lines(insights: Insights, out: TextIO, filters: Filters | None = None) -> int:
    """Writes one JSON object a line for each quote; returns how many."""
    quotes = await insights.all_quotes(filters or Filters())
    for quote in quotes:
        out.write(json.dumps(_record(quote), ensure_ascii=False) + "\n")
    return len(quotes)


def safe_cell(text: str) -> str:
    """The text as a spreadsheet cell that is never taken for a formula."""
    return "'" + text if text.lstrip(" \u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _row(quote: Quote, themes: Sequence[str]) -> list[str | int]:
    texts = (
        quote.quote,
        quote.i_statement or "",
        " ".join(quote.kinds),
        quote.sentiment,
        quote.sense or "",
        quote.voice,
        quote.service or "",
    )
    return [*map(safe_cell, texts), int(quote.sample), *(int(theme in quote.themes) for theme in themes)]


def _record(quote: Quote) -> dict[str, object]:
    return {
        "quote": quote.quote,
        "i_statement": quote.i_statement,
        "themes": list(quote.themes),
        "kinds": list(quote.kinds),
        "sentiment": quote.sentiment,
        "sense": quote.sense,
        "voice": quote.voice,
        "service": quote.service,
        "sample": quote.sample,
    }
