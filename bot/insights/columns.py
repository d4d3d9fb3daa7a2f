"""Facts as columns, so that a million of them are counted in a moment. Pure; no words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, ClassVar, NamedTuple, Self, cast

import numpy as np
from numpy.typing import NDArray

from bot.insights.model import Filters, PointFacts

KEPT, CONFIRMED, PROXY, SAMPLE, QUOTABLE, CHECKED = (1 << bit for bit in range(6))
NO_BEANS = -1
_HASH_DIGITS = 15  # hexadecimal; as many as fit into 63 bits

Ints = NDArray[Any]
Mask = NDArray[np.bool_]


class Coding(NamedTuple):
    """How a point is coded. A million points share a few thousand of these."""

    themes: tuple[str, ...]
    kinds: tuple[str, ...]
    sentiment: str
    sense: str | None


class Shared:
    """Gives equal values the same small number. Only grows, so that columns of different moments fit together."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._codes: dict[Any, int] = {}
        self._known: dict[str, Ints] = {}

    def code(self, value: Any) -> int:
        """The number of a value; a new one for a value not seen before."""
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
        return code

    def mapped(self, name: str, make: Callable[[Any], int], dtype: Any = np.bool_) -> Ints:
        """What `make` gives for every value, remembered by name; to be indexed with a column of numbers."""
        known = self._known.get(name, np.zeros(0, dtype=dtype))
        if len(known) < len(self.values):
            more = [make(value) for value in self.values[len(known) :]]
            known = self._known[name] = np.concatenate([known, np.array(more, dtype=dtype)])
        return known


@dataclass(frozen=True, slots=True)
class Book:
    """The shared values that the numbers in columns stand for."""

    services: Shared
    codings: Shared
    answers: Shared  # about-you answers of one talk, as pairs of question and answer

    @classmethod
    def new(cls) -> Book:
        """An empty book."""
        return cls(Shared(), Shared(), Shared())

    def with_theme(self, theme: str, *, as_main: bool = False) -> Mask:
        """Which codings have a theme, or have it first."""
        name = f"main theme {theme}" if as_main else f"theme {theme}"
        return self.codings.mapped(name, lambda coding: theme in (coding.themes[:1] if as_main else coding.themes))

    def with_any_theme(self, themes: frozenset[str]) -> Mask:
        """Which codings have one of the themes."""
        name = f"any theme {' '.join(sorted(themes))}"
        return self.codings.mapped(name, lambda coding: not themes.isdisjoint(coding.themes))

    def with_mark(self, mark: str) -> Mask:
        """Which codings have a kind, a sentiment or a sense."""
        return self.codings.mapped(
            f"mark {mark}", lambda coding: mark in (*coding.kinds, coding.sentiment, coding.sense)
        )


def month_of(day: date) -> int:
    """Months since the year 0; a whole number that sorts."""
    return day.year * 12 + day.month - 1


def hash_order(quote_hash: str) -> int:
    """A quote's place in an order that says nothing of when or who."""
    return int(quote_hash[:_HASH_DIGITS] or "0", 16)


class Table:
    """Columns of one length, sorted by person. A subclass names them; `book` and `person` come first.

    Attributes:
        DTYPES: Type of every column, in their order.
    """

    __slots__ = ()
    DTYPES: ClassVar[tuple[Any, ...]]
    book: Book
    person: Ints
    service: Ints
    month: Ints

    @classmethod
    def names(cls) -> list[str]:
        """The names of the columns."""
        return [field.name for field in fields(cast("Any", cls)) if field.name != "book"]

    @classmethod
    def of_rows(cls, book: Book, rows: Iterable[tuple[int, ...]]) -> Self:
        """Columns of tuples in the order of the attributes, without the book."""
        table = np.array(list(rows) or np.empty((0, len(cls.DTYPES))), dtype=np.int64)
        table = table[np.argsort(table[:, 0], kind="stable")]
        return cls._made(book, [table[:, index].astype(kind) for index, kind in enumerate(cls.DTYPES)])

    @classmethod
    def _made(cls, book: Book, columns: Sequence[Ints]) -> Self:
        return cast("Any", cls)(book, *columns)  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Ints) -> Self:
        """Some of the rows."""
        return self._made(self.book, [getattr(self, name)[rows] for name in self.names()])

    def joined(self, others: Sequence[Self]) -> Self:
        """All the rows of several, sorted by person."""
        together = [np.concatenate([getattr(one, name) for one in (self, *others)]) for name in self.names()]
        order = np.argsort(together[0], kind="stable")
        return self._made(self.book, [column[order] for column in together])

    def of_people(self, persons: Sequence[int]) -> Self:
        """The rows of some people."""
        return self.take(
            np.concatenate([np.arange(*self._span(person)) for person in sorted(persons)]).astype(np.int64)
        )

    def with_people(self, persons: Sequence[int], fresh: Self) -> Self:
        """The same columns where everything of these people is replaced by what is in `fresh`."""
        edges = [(self._span(person), fresh._span(person)) for person in sorted(persons)]
        columns = []
        for name in self.names():
            old, new = getattr(self, name), getattr(fresh, name)
            parts, done = [], 0
            for (start, end), (first, last) in edges:
                parts += [old[done:start], new[first:last]]
                done = end
            columns.append(np.concatenate([*parts, old[done:]]))
        return self._made(self.book, columns)

    def _span(self, person: int) -> tuple[int, int]:
        start, end = np.searchsorted(self.person, [person, person + 1])
        return int(start), int(end)

    def within(self, filters: Filters) -> Self:
        """The rows of a view; its filters in whole months."""
        tests: list[Mask] = []
        if filters.service is not None:
            wanted = filters.service
            chosen = self.book.services.mapped(f"is {wanted}", lambda service: service == wanted)
            tests.append(chosen[self.service])
        if filters.since is not None:
            tests.append(self.month >= month_of(filters.since))
        if filters.until is not None:
            tests.append(self.month <= month_of(filters.until))
        return self.take(np.logical_and.reduce(tests)) if tests else self


@dataclass(frozen=True, slots=True)
class Columns(Table):
    """Points, one a row.

    Attributes:
        book: What `service` and `coding` stand for.
        person: Participant, as a bare number.
        service: Number in the book.
        month: See `month_of`.
        coding: Number in the book.
        beans: 0 to 10; `NO_BEANS` for none.
        flags: `KEPT`, `CONFIRMED`, `PROXY`, `SAMPLE`, `QUOTABLE` (may be quoted), `CHECKED` (redaction looked at).
        point: Id of the contribution.
        order: See `hash_order`.
    """

    DTYPES = (np.int64, np.int16, np.int32, np.int32, np.int8, np.uint8, np.int64, np.int64)

    book: Book
    person: Ints
    service: Ints
    month: Ints
    coding: Ints
    beans: Ints
    flags: Ints
    point: Ints
    order: Ints

    @classmethod
    def of(cls, points: Iterable[PointFacts]) -> Columns:
        """Columns of plain facts."""
        book = Book.new()
        return cls.of_rows(book, (row_of(book, point) for point in points))

    def flagged(self, flags: int, *, without: int = 0) -> Ints:
        """Which rows have all of these flags, and none of those."""
        return np.flatnonzero((self.flags & (flags | without)) == flags)


def row_of(book: Book, point: PointFacts) -> tuple[int, ...]:
    """A point as a row; it can be counted, and has no quote."""
    flags = (point.kept, point.confirmed, point.proxy, point.sample)
    return (
        point.person,
        book.services.code(point.service),
        month_of(point.day),
        book.codings.code(Coding(point.themes, point.kinds, point.sentiment, point.sense)),
        NO_BEANS if point.beans is None else point.beans,
        sum(1 << bit for bit, is_set in enumerate(flags) if is_set),
        0,
        0,
    )


def people(person: Ints) -> int:
    """How many people are in a sorted column of them."""
    return int(np.count_nonzero(np.diff(person))) + 1 if len(person) else 0
