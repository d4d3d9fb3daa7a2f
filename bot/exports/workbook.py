"""An Excel workbook: a page to read first, the counts, the quotes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bot.exports.model import About, Released
from bot.exports.notes import notes
from bot.exports.tables import COLUMNS
from bot.insights import Cell
from dialogues.errors import SaysoError

MOST_QUOTES = 1_048_575
"""Rows of an Excel sheet, less the header. Source: Microsoft, "Excel specifications and limits"."""

_WIDTHS = {"quote": 70, "i_statement": 45, "kinds": 20, "sentiment": 12, "sense": 14, "service": 24}
"""In characters; other columns are as wide as ten."""

_A4 = 9


class WorkbookWriter:
    """Writes XLSX in rows, so that memory does not grow. Words are always text, never a formula or a link.

    Args:
        out: An open file that can seek.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._rows = 0
        self._themes: tuple[str, ...] = ()

    def begin(self, about: About) -> None:
        """Writes the first two sheets, and the header of the quotes."""
        self._folder = tempfile.TemporaryDirectory(prefix="sayso-export-")  # XlsxWriter's rows; only we may look
        options = {
            "constant_memory": True,
            "tmpdir": self._folder.name,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = Workbook(self._out, options)
        self._book.set_properties({"title": "What people said", "author": "Sayso", "created": about.at})
        self._words = self._book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        self._plain = self._book.add_format({"valign": "top"})
        self._head = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._themes = about.themes
        self._write_notes(about)
        self._write_counts(about)
        self._quotes = self._sheet("Quotes", [*COLUMNS, *map(about.name, about.themes)])
        for number, name in enumerate(COLUMNS):
            self._quotes.set_column(number, number, _WIDTHS.get(name, 10))
        if self._themes:
            self._quotes.set_column(len(COLUMNS), len(COLUMNS) + len(self._themes) - 1, 14)

    def add(self, quotes: Sequence[Released]) -> None:
        """Writes rows.

        Raises:
            SaysoError: `export_too_long`.
        """
        if self._rows + len(quotes) > MOST_QUOTES:
            raise SaysoError("export_too_long", "An Excel sheet holds 1,048,575 quotes. Choose CSV, or fewer months.")
        for quote in quotes:
            self._rows += 1
            self._write_quote(self._rows, quote)

    def end(self) -> None:
        """Puts the filters on, and the workbook together."""
        last = len(COLUMNS) + len(self._themes) - 1
        self._quotes.autofilter(0, 0, max(self._rows, 1), last)
        self._book.close()
        self._folder.cleanup()

    def _sheet(self, name: str, header: Sequence[str] = ()) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")
        if header:
            sheet.set_landscape()
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)
            for number, title in enumerate(header):
                sheet.write_string(0, number, title, self._head)
        return sheet

    def _write_notes(self, about: About) -> None:
        sheet = self._sheet("Read me")
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        for row, (title, text) in enumerate(notes(about)):
            sheet.write_string(row, 0, title, self._head)
            sheet.write_string(row, 1, text, self._words)

    def _write_counts(self, about: About) -> None:
        sheet = self._sheet("Counts", ["what", "which", "people", "beans"])
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 45)
        sheet.set_column(2, 3, 16)
        row = 0
        for row, (what, which, people, beans) in enumerate(_counts(about), start=1):
            for column, text in enumerate((what, which, people)):
                sheet.write_string(row, column, text, self._plain)
            if beans is not None:
                sheet.write_number(row, 3, beans, self._plain)
        sheet.autofilter(0, 0, max(row, 1), 3)

    def _write_quote(self, row: int, quote: Released) -> None:
        texts = {
            "quote": quote.quote,
            "i_statement": quote.i_statement,
            "kinds": " ".join(quote.kinds),
            "sentiment": quote.sentiment,
            "sense": quote.sense,
            "voice": quote.voice,
            "month": quote.month,
            "service": quote.service,
        }
        numbers = {"beans": quote.beans, "sample": int(quote.sample)}
        for column, name in enumerate(COLUMNS):
            if text := texts.get(name):
                self._quotes.write_string(row, column, text, self._words)
            elif (number := numbers.get(name)) is not None:
                self._quotes.write_number(row, column, number, self._plain)
        for column, theme in enumerate(self._themes, start=len(COLUMNS)):
            self._quotes.write_number(row, column, int(theme in quote.themes), self._plain)


def _counts(about: About) -> Iterable[tuple[str, str, str, int | None]]:
    overview = about.overview
    if overview is None:
        return
    yield "all", "people heard", overview.people_heard.text, None
    yield "all", "others spoke for them (in no other count)", overview.proxies.text, None
    yield "all", "not confirmed (in no other count)", overview.unconfirmed.text, None
    for theme in overview.themes:
        yield "theme", about.name(theme.theme), theme.people.text, theme.beans
    cells: dict[str, Iterable[tuple[str, Cell]]] = {
        "kind": overview.kinds.items(),
        "sentiment": overview.sentiments.items(),
        "sense": overview.senses.items(),
    }
    for what, several in cells.items():
        for name, cell in several:
            yield what, name, cell.text, None
