"""What an export holds, and what its reader is told about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.insights import Filters, Overview

Progress = Callable[[int, int], None]
"""Told how many quotes of how many were looked at."""


class Format(StrEnum):
    """The formats. `fhir` is FHIR R4 and R4B: a Bundle of a Questionnaire and its QuestionnaireResponses."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    FHIR = "fhir"

    @property
    def media_type(self) -> str:
        """The content type of a file."""
        return _MEDIA_TYPES[self]

    @property
    def suffix(self) -> str:
        """How file names end, with the dot."""
        return ".json" if self is Format.FHIR else f".{self}"


_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson",
    Format.FHIR: "application/fhir+json",
}


@dataclass(frozen=True, slots=True)
class Released:
    """A person's words, redacted, with leave to quote them; nothing in it says who.

    Attributes:
        themes: Those of its themes that the view shows, main one first.
        kinds: praise, problem, preference, suggestion, need, offer.
        beans: 0 to 10; None where there are none, or where the sums would tell of fewer than five people.
        month: `2026-05`; None where the month's own view does not show every theme of the quote.
        service: Id; None where the service's own view does not show every theme of the quote.
        sample: True for invented words.
    """

    quote: str
    i_statement: str | None
    themes: tuple[str, ...]
    kinds: tuple[str, ...]
    sentiment: str
    sense: str | None
    beans: int | None
    voice: str
    month: str | None
    service: str | None
    sample: bool


@dataclass(frozen=True, slots=True)
class About:
    """What is known before the first quote is written.

    Attributes:
        filters: The view, in whole months.
        at: When the export is made, UTC.
        wording: Version of Sayso's texts, 12 hex digits.
        checked: True when a person has checked the redaction of every quote.
        names: Plain names of themes, by id, in the order of the coding frame.
        themes: Ids of the themes that the view shows, in that order.
        overview: The counts of the view; None for formats without counts.
    """

    filters: Filters
    at: datetime
    wording: str
    checked: bool
    names: Mapping[str, str]
    themes: tuple[str, ...]
    overview: Overview | None = None

    def name(self, theme: str) -> str:
        """A theme in plain words, with a capital."""
        name = self.names.get(theme) or theme.replace("_", " ")
        return name[:1].upper() + name[1:]


class Writer(Protocol):
    """Writes one export. Called from one thread at a time, in the order begin, add (any number), end."""

    def begin(self, about: About) -> None:
        """Writes what stands before the quotes."""

    def add(self, quotes: Sequence[Released]) -> None:
        """Writes quotes."""

    def end(self) -> None:
        """Writes what stands after them. The file stays open."""
