"""Counting people: pure functions from points to what may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.insights.model import FEWER_THAN_FIVE, NOBODY_YET, Cell, Filters, Overview, PointFacts, ThemeInsight
from bot.insights.suppression import publish, publish_beans

KINDS = ("praise", "problem", "preference", "suggestion", "need", "offer")
SENTIMENTS = ("positive", "negative", "mixed", "neutral")
SENSES = ("security", "continuity", "belonging", "purpose", "achievement", "significance")


def overview_of(
    points: Iterable[PointFacts], filters: Filters, *, frame: Sequence[str] = (), services: int = 1
) -> Overview:
    """Counts people over the points of one view.

    Args:
        points: Points that match the filters; none of them withdrawn.
        filters: The filters, in whole months.
        frame: Ids of all themes; hidden ones are listed from here, so that nought and four look the same.
        services: How many services have points at all, in any view.
    """
    everything = list(points)
    exact = is_exact(filters, services)
    counted = [point for point in everything if point.kept and not point.proxy]
    headline = [point for point in counted if point.confirmed]
    beans = [point for point in everything if point.beans and point.confirmed and not point.proxy]
    heard = _people(headline)
    enough = not publish(heard, exact=exact).hidden
    kinds = _cells(KINDS, headline, lambda point: point.kinds, exact=exact)
    return Overview(
        filters=filters,
        people_heard=publish(heard, exact=exact),
        themes=_themes(headline, beans, frame, exact=exact) if enough else (),
        kinds=kinds,
        sentiments=_cells(SENTIMENTS, headline, lambda point: (point.sentiment,), exact=exact),
        senses=_cells(SENSES, headline, _senses, exact=exact),
        offers=kinds["offer"],
        proxies=publish(_people(p for p in everything if p.kept and p.confirmed and p.proxy), exact=False),
        unconfirmed=publish(_people(point for point in counted if not point.confirmed), exact=False),
        sample=any(point.sample for point in everything),
        empty_reason=None if enough else _empty_reason(headline, filters, services),
    )


def is_exact(filters: Filters, services: int) -> bool:
    """True for views that cannot overlap with another exact one: all time, and one service."""
    return filters.all_time and (filters.service is not None or services <= 1)


def _empty_reason(headline: list[PointFacts], filters: Filters, services: int) -> str:
    """Nobody at all is told apart from a few only where it is about the whole product, not about one view."""
    nobody = not headline and filters == Filters() and services == 0
    return NOBODY_YET if nobody else FEWER_THAN_FIVE


def _themes(
    headline: list[PointFacts], beans: list[PointFacts], frame: Sequence[str], *, exact: bool
) -> tuple[ThemeInsight, ...]:
    names = dict.fromkeys([*frame, *(theme for point in headline for theme in point.themes)])
    made = [_theme(name, headline, beans, exact=exact) for name in names]
    shown = sorted((theme for theme in made if not theme.people.hidden), key=_most_people_first)
    hidden = sorted((theme for theme in made if theme.people.hidden and theme.theme in frame), key=lambda t: t.theme)
    return (*shown, *hidden)


def _most_people_first(theme: ThemeInsight) -> tuple[int, str]:
    return -(theme.people.value or 0), theme.theme


def _theme(name: str, headline: list[PointFacts], beans: list[PointFacts], *, exact: bool) -> ThemeInsight:
    points = [point for point in headline if name in point.themes]
    laid = [point for point in beans if point.themes and point.themes[0] == name]
    people = publish(_people(points), exact=exact)
    total = sum(point.beans or 0 for point in laid)
    points = [] if people.hidden else points
    return ThemeInsight(
        theme=name,
        people=people,
        beans=None if people.hidden else publish_beans(total, _people(laid), exact=exact),
        kinds=_cells(KINDS, points, lambda point: point.kinds, exact=False),
        sentiments=_cells(SENTIMENTS, points, lambda point: (point.sentiment,), exact=False),
        senses=_cells(SENSES, points, _senses, exact=False),
    )


def _cells(
    names: Sequence[str], points: list[PointFacts], values: Callable[[PointFacts], Sequence[str]], *, exact: bool
) -> Mapping[str, Cell]:
    return {name: publish(_people(p for p in points if name in values(p)), exact=exact) for name in names}


def _senses(point: PointFacts) -> Sequence[str]:
    return (point.sense,) if point.sense else ()


def _people(points: Iterable[PointFacts]) -> int:
    return len({point.person for point in points})
