"""Counts of people before anything is hidden. Pure; nothing of it may be shown as it is.

Every count is a sum over people, each of whom counts by their own points alone. So a tally can be kept up with what
changed: less those people as they were, plus those people as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.insights.columns import CONFIRMED, KEPT, PROXY, SAMPLE, Coding, Columns, Ints, people

KINDS = ("praise", "problem", "preference", "suggestion", "need", "offer")
SENTIMENTS = ("positive", "negative", "mixed", "neutral")
SENSES = ("security", "continuity", "belonging", "purpose", "achievement", "significance")
MARKS = (*KINDS, *SENTIMENTS, *SENSES)
"""One bit each; no two of them share a name."""
_NOBODY = np.zeros(3 + len(MARKS), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one view.

    Attributes:
        heard: People with a confirmed point in their own, relayed or interpreted words.
        marks: Of these, how many by each of `MARKS`.
        themes: By theme: people, beans, people who laid beans, then people by each of `MARKS`.
        proxies: People for whom somebody else spoke.
        unconfirmed: People with points that they have not confirmed.
        samples: Invented points.
    """

    heard: int
    marks: Ints
    themes: Mapping[str, Ints]
    proxies: int
    unconfirmed: int
    samples: int

    def theme(self, name: str) -> Ints:
        """The row of a theme; noughts for one that nobody spoke of."""
        return self.themes.get(name, _NOBODY)

    def changed(self, less: Tally, plus: Tally) -> Tally:
        """This tally when some people's points were counted in `less`, and are now as counted in `plus`."""
        names = {**self.themes, **plus.themes}
        return Tally(
            heard=self.heard - less.heard + plus.heard,
            marks=self.marks - less.marks + plus.marks,
            themes={name: self.theme(name) - less.theme(name) + plus.theme(name) for name in names},
            proxies=self.proxies - less.proxies + plus.proxies,
            unconfirmed=self.unconfirmed - less.unconfirmed + plus.unconfirmed,
            samples=self.samples - less.samples + plus.samples,
        )


def tally_of(points: Columns) -> Tally:
    """Counts the people of a view's points."""
    book = points.book
    headline = points.flagged(KEPT | CONFIRMED, without=PROXY)
    person, coding = points.person[headline], points.coding[headline]
    marks = book.codings.mapped("marks", _marks, np.int32)[coding]
    bearing = points.flagged(CONFIRMED, without=PROXY)
    bearing = bearing[points.beans[bearing] > 0]
    giver, laid_on, beans = points.person[bearing], points.coding[bearing], points.beans[bearing]
    themes = {}
    for theme in _themes(points):
        rows = np.flatnonzero(book.with_theme(theme)[coding])
        laid = np.flatnonzero(book.with_theme(theme, as_main=True)[laid_on])
        counts = (people(person[rows]), int(beans[laid].sum(dtype=np.int64)), people(giver[laid]))
        themes[theme] = np.concatenate([np.array(counts, dtype=np.int64), _by_mark(person[rows], marks[rows])])
    return Tally(
        heard=people(person),
        marks=_by_mark(person, marks),
        themes=themes,
        proxies=people(points.person[points.flagged(KEPT | CONFIRMED | PROXY)]),
        unconfirmed=people(points.person[points.flagged(KEPT, without=CONFIRMED | PROXY)]),
        samples=len(points.flagged(SAMPLE)),
    )


def _themes(points: Columns) -> list[str]:
    used = np.flatnonzero(np.bincount(points.coding, minlength=1))
    values = points.book.codings.values
    return list(dict.fromkeys(theme for code in used for theme in values[code].themes)) if len(points) else []


def _by_mark(person: Ints, marks: Ints) -> Ints:
    """People by each of `MARKS`: every person's marks are put together first."""
    if not len(person):
        return np.zeros(len(MARKS), dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1]])
    persons = np.bincount(np.bitwise_or.reduceat(marks, starts))
    seen = np.flatnonzero(persons)
    many = persons[seen]
    return np.array([many[(seen & (1 << bit)) != 0].sum() for bit in range(len(MARKS))], dtype=np.int64)


def _marks(coding: Coding) -> int:
    own = {*coding.kinds, coding.sentiment, coding.sense}
    return sum(1 << bit for bit, mark in enumerate(MARKS) if mark in own)
