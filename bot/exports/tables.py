"""CSV and JSON Lines: one quote a row."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from bot.exports.model import About, Released

COLUMNS = ("quote", "i_statement", "kinds", "sentiment", "sense", "beans", "voice", "month", "service", "sample")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""How cells begin that a spreadsheet may run. Source: OWASP "CSV Injection"; the wide forms are for Asian settings."""

_UNSEEN = " \u00a0\ufeff\u200b"
"""What a spreadsheet may pass over before a formula."""


class CsvWriter:
    """Writes CSV (RFC 4180, UTF-8): a 0/1 column for each theme of the view; cells never start a formula.

    Args:
        out: An open file.
        bom: True starts with a byte order mark, by which Excel knows UTF-8.
    """

    def __init__(self, out: BinaryIO, *, bom: bool = False) -> None:
        self._out = out
        self._bom = bom
        self._themes: tuple[str, ...] = ()

    def begin(self, about: About) -> None:
        """Writes the header."""
        self._themes = about.themes
        if self._bom:
            self._out.write(codecs.BOM_UTF8)
        self._write([[*COLUMNS, *(f"theme_{theme}" for theme in self._themes)]])

    def add(self, quotes: Sequence[Released]) -> None:
        """Writes rows."""
        self._write([_row(quote, self._themes) for quote in quotes])

    def end(self) -> None:
        """Nothing stands after the rows."""

    def _write(self, rows: Sequence[Sequence[str | int]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._out.write(text.getvalue().encode())


class JsonLinesWriter:
    """Writes one JSON object a line for each quote, UTF-8."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def begin(self, about: About) -> None:
        """Nothing stands before the lines."""

    def add(self, quotes: Sequence[Released]) -> None:
        """Writes lines."""
        self._out.write("".join(json.dumps(asdict(quote), ensure_ascii=False) + "\n" for quote in quotes).encode())

    def end(self) -> None:
        """Nothing stands after the lines."""


def safe_cell(text: str) -> str:
    """The text as a spreadsheet cell that is never taken for a formula."""
    return "'" + text if text.startswith(_FORMULA) or text.lstrip(_UNSEEN).startswith(_FORMULA) else text


def _row(quote: Released, themes: Sequence[str]) -> list[str | int]:
    return [
        safe_cell(quote.quote),
        safe_cell(quote.i_statement or ""),
        safe_cell(" ".join(quote.kinds)),
        safe_cell(quote.sentiment),
        safe_cell(quote.sense or ""),
        "" if quote.beans is None else quote.beans,
        safe_cell(quote.voice),
        quote.month or "",
        safe_cell(quote.service or ""),
        int(quote.sample),
        *(int(theme in quote.themes) for theme in themes),
    ]
