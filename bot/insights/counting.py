"""Counting people: pure functions from points to what may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.insights.columns import Columns, Ints
from bot.insights.model import FEWER_THAN_FIVE, NOBODY_YET, Brief, Cell, Filters, Overview, PointFacts, ThemeInsight
from bot.insights.suppression import publish, publish_beans
from bot.insights.tally import KINDS, MARKS, SENSES, SENTIMENTS, Tally, tally_of

__all__ = ["KINDS", "SENSES", "SENTIMENTS", "brief_of", "is_exact", "overview_of", "published"]

_PEOPLE, _BEANS, _BEAN_PEOPLE, _MARKS_FROM = range(4)


def overview_of(
    points: Columns | Iterable[PointFacts], filters: Filters, *, frame: Sequence[str] = (), services: int = 1
) -> Overview:
    """Counts people over the points of one view.

    Args:
        points: Points that match the filters; none of them withdrawn.
        filters: The filters, in whole months.
        frame: Ids of all themes; hidden ones are listed from here, so that nought and four look the same.
        services: How many services have points at all, in any view.
    """
    tally = tally_of(points if isinstance(points, Columns) else Columns.of(points))
    return published(tally, filters, frame=frame, services=services)


def published(tally: Tally, filters: Filters, *, frame: Sequence[str] = (), services: int = 1) -> Overview:
    """What may be shown of a tally; arguments as for `overview_of`."""
    exact = is_exact(filters, services)
    enough = not publish(tally.heard, exact=exact).hidden
    cells = _cells(tally.marks, exact=exact)
    return Overview(
        filters=filters,
        people_heard=publish(tally.heard, exact=exact),
        themes=_themes(tally, frame, exact=exact) if enough else (),
        kinds=_some(cells, KINDS),
        sentiments=_some(cells, SENTIMENTS),
        senses=_some(cells, SENSES),
        offers=cells["offer"],
        proxies=publish(tally.proxies, exact=False),
        unconfirmed=publish(tally.unconfirmed, exact=False),
        sample=tally.samples > 0,
        empty_reason=None if enough else _empty_reason(tally.heard, filters, services),
    )


def brief_of(tally: Tally, filters: Filters, *, services: int = 1) -> Brief:
    """The few figures of `published` that views are compared by; the very same cells."""
    exact = is_exact(filters, services)
    heard = publish(tally.heard, exact=exact)
    return Brief(
        filters=filters,
        people_heard=heard,
        themes={}
        if heard.hidden
        else {theme: publish(int(row[_PEOPLE]), exact=exact) for theme, row in tally.themes.items() if row[_PEOPLE]},
        sentiments=_some(_cells(tally.marks, exact=exact), SENTIMENTS),
    )


def is_exact(filters: Filters, services: int) -> bool:
    """True for views that cannot overlap with another exact one: all time, and one service."""
    return filters.all_time and (filters.service is not None or services <= 1)


def _empty_reason(heard: int, filters: Filters, services: int) -> str:
    """Nobody at all is told apart from a few only where it is about the whole product, not about one view."""
    nobody = heard == 0 and filters == Filters() and services == 0
    return NOBODY_YET if nobody else FEWER_THAN_FIVE


def _themes(tally: Tally, frame: Sequence[str], *, exact: bool) -> tuple[ThemeInsight, ...]:
    spoken_of = (theme for theme, row in tally.themes.items() if row[_PEOPLE])
    made = [_theme(name, tally.theme(name), exact=exact) for name in dict.fromkeys([*frame, *spoken_of])]
    shown = sorted((theme for theme in made if not theme.people.hidden), key=_most_people_first)
    hidden = sorted((theme for theme in made if theme.people.hidden and theme.theme in frame), key=lambda t: t.theme)
    return (*shown, *hidden)


def _most_people_first(theme: ThemeInsight) -> tuple[int, str]:
    return -(theme.people.value or 0), theme.theme


def _theme(name: str, row: Ints, *, exact: bool) -> ThemeInsight:
    cell = publish(int(row[_PEOPLE]), exact=exact)
    cells = _cells(row[_MARKS_FROM:] * (not cell.hidden), exact=False)
    return ThemeInsight(
        theme=name,
        people=cell,
        beans=None if cell.hidden else publish_beans(int(row[_BEANS]), int(row[_BEAN_PEOPLE]), exact=exact),
        kinds=_some(cells, KINDS),
        sentiments=_some(cells, SENTIMENTS),
        senses=_some(cells, SENSES),
    )


def _cells(marks: Ints, *, exact: bool) -> Mapping[str, Cell]:
    return {mark: publish(int(count), exact=exact) for mark, count in zip(MARKS, marks, strict=True)}


def _some(cells: Mapping[str, Cell], names: Sequence[str]) -> Mapping[str, Cell]:
    return {name: cells[name] for name in names}
