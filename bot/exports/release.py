"""What of a quote may leave: the rules of the provider's page, for one quote at a time.

Every rule looks at a view that the page itself has, and says no more of a quote than that view does:

1. A theme is named when the view that was asked for shows it: five people or more, and five people heard at all.
2. The service is named when the same view of that service alone shows every theme of the quote.
3. The month is named when the view of that month (and of the service, where it is named) does so.
4. Beans are given for a service's theme when the page shows their sum, and when those whose beans are not given are
   nobody, or five people or more: else sum less quotes would tell of one to four people. Beans belong to the main
   theme, as on the page. The rule looks at all time, so that no view gives more than another.

Memory does not grow with people: of each cell no more than the first five are remembered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.exports.model import Released
from bot.insights import Filters
from bot.insights.model import PointFacts
from bot.insights.suppression import SMALLEST

_View = tuple[str | None, str | None]
"""Service and month; None for all."""


@dataclass(frozen=True, slots=True)
class Point:
    """One live point: what the page counts of it, and whether its quote may be shown at all."""

    facts: PointFacts
    quotable: bool

    @property
    def headline(self) -> bool:
        """True when it counts on the page: own, relayed or interpreted words, kept, and confirmed."""
        return self.facts.kept and self.facts.confirmed and not self.facts.proxy

    @property
    def bean_counted(self) -> bool:
        """True when its beans count on the page; that needs no leave to keep words."""
        return bool(self.facts.beans) and self.facts.confirmed and not self.facts.proxy


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quote that may be shown if its themes may."""

    quote: str
    i_statement: str | None
    themes: tuple[str, ...]
    kinds: tuple[str, ...]
    sentiment: str
    sense: str | None
    beans: int | None
    voice: str
    service: str
    day: date
    sample: bool


class Rules:
    """The rules over all points of a database.

    Args:
        filters: The view that is asked for, in whole months.
        points: Every live point of people who take part and answered whether their words may be kept.
    """

    def __init__(self, filters: Filters, points: Iterable[Point] = ()) -> None:
        self._filters = filters
        self._people: defaultdict[tuple[_View, str | None], set[int]] = defaultdict(set)
        self._all_time: defaultdict[tuple[str, str | None], set[int]] = defaultdict(set)
        self._laid: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._kept_back: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self.count_all(points)

    def count_all(self, points: Iterable[Point]) -> None:
        """Takes more points into account."""
        for point in points:
            self._count(point)

    def holds(self, facts: PointFacts) -> bool:
        """True for a point of the view."""
        since, until = self._filters.since or date.min, self._filters.until or date.max
        return self._filters.service in (None, facts.service) and since <= facts.day <= until

    def _count(self, point: Point) -> None:
        facts = point.facts
        if point.headline:
            is_inside = self.holds(facts)
            for theme in (None, *facts.themes):
                _add(self._all_time[facts.service, theme], facts.person)
                for view in _views(facts.service, _month(facts.day)) if is_inside else ():
                    _add(self._people[view, theme], facts.person)
        if point.bean_counted and facts.themes:
            cell = (facts.service, facts.themes[0])
            _add(self._laid[cell], facts.person)
            if not point.quotable:
                _add(self._kept_back[cell], facts.person)

    @property
    def themes(self) -> frozenset[str]:
        """The themes that the view shows."""
        seen = {theme for _, theme in self._people if theme is not None}
        return frozenset(theme for theme in seen if self._shows((self._filters.service, None), [theme]))

    def release(self, quote: Candidate) -> Released | None:
        """What may leave of a quote of the view; None when none of its themes is shown."""
        asked: _View = (self._filters.service, None)
        themes = tuple(theme for theme in quote.themes if self._shows(asked, [theme]))
        if not themes:
            return None
        service = quote.service if self._shows((quote.service, None), themes) else None
        month = _month(quote.day)
        return Released(
            quote=quote.quote,
            i_statement=quote.i_statement,
            themes=themes,
            kinds=quote.kinds,
            sentiment=quote.sentiment,
            sense=quote.sense,
            beans=quote.beans if self._gives_beans(quote, themes) else None,
            voice=quote.voice,
            month=month if self._shows((service, month), themes) else None,
            service=service,
            sample=quote.sample,
        )

    def _shows(self, view: _View, themes: Iterable[str]) -> bool:
        return all(len(self._people.get((view, theme), ())) >= SMALLEST for theme in (None, *themes))

    def _gives_beans(self, quote: Candidate, themes: tuple[str, ...]) -> bool:
        main = quote.themes[0]
        cell = (quote.service, main)
        on_page = all(len(self._all_time.get((quote.service, theme), ())) >= SMALLEST for theme in (None, main))
        left = len(self._kept_back.get(cell, ()))
        return main in themes and on_page and len(self._laid.get(cell, ())) >= SMALLEST and not 0 < left < SMALLEST


def _views(service: str, month: str) -> tuple[_View, ...]:
    return (None, None), (service, None), (None, month), (service, month)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _add(people: set[int], person: int) -> None:
    if len(people) < SMALLEST:
        people.add(person)
