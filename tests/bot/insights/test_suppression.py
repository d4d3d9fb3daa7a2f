"""Nothing that is published singles anybody out. Pure functions; no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.insights.columns import Columns
from bot.insights.counting import brief_of, overview_of
from bot.insights.model import Cell, Filters, Journey, Overview, PointFacts
from bot.insights.suppression import publish, publish_beans
from bot.insights.talks import STEPS, TalkFacts, Talks, journey_of
from bot.insights.tally import tally_of

FRAME = ("food_and_drink", "cost_and_money", "continuity_of_staff")
SERVICES = ("a", "b", "c")
AGES = ("under_75", "75_to_84", "85_and_over")
MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("people", "exact", "value", "text"),
    [
        (0, True, None, "fewer than 5"),
        (4, True, None, "fewer than 5"),
        (4, False, None, "fewer than 5"),
        (5, True, 5, "5"),
        (23, True, 23, "23"),
        (5, False, 5, "5 to 9"),
        (23, False, 20, "20 to 24"),
    ],
)
def test_cells(people: int, exact: bool, value: int | None, text: str) -> None:
    cell = publish(people, exact=exact)
    assert (cell.value, cell.text) == (value, text)


@pytest.mark.parametrize(
    ("beans", "people", "exact", "shown"),
    [(38, 4, True, None), (38, 5, True, 38), (38, 5, False, 30), (0, 0, True, None)],
)
def test_beans(beans: int, people: int, exact: bool, shown: int | None) -> None:
    assert publish_beans(beans, people, exact=exact) == shown


def views() -> Iterator[Filters]:
    """Every view that can be asked for: each service or all, each run of months or all time."""
    for service in (None, *SERVICES):
        yield Filters(service)
        for first, last in combinations([*range(len(MONTHS)), len(MONTHS)], 2):
            yield Filters(service, MONTHS[first], MONTHS[last - 1]).whole_months()


def inside(point: PointFacts, filters: Filters) -> bool:
    since, until = filters.since or date.min, filters.until or date.max
    return filters.service in (None, point.service) and since <= point.day <= until


def possible(cell: Cell) -> range:
    """The true counts that a published cell leaves open."""
    if cell.value is None:
        return range(5)
    return range(cell.value, cell.value + (5 if cell.rounded else 1))


points = st.lists(
    st.builds(
        PointFacts,
        person=st.integers(0, 25),
        service=st.sampled_from(SERVICES),
        day=st.sampled_from(MONTHS),
        themes=st.lists(st.sampled_from(FRAME), min_size=1, max_size=2, unique=True).map(tuple),
        kinds=st.lists(st.sampled_from(["praise", "problem", "offer"]), min_size=1, unique=True).map(tuple),
        sentiment=st.sampled_from(["positive", "negative"]),
        beans=st.none() | st.integers(0, 10),
        kept=st.booleans() | st.just(True),
        confirmed=st.booleans() | st.just(True),
        proxy=st.sampled_from([False, False, False, True]),
    ),
    max_size=160,
).map(lambda made: [_of_one_service(point) for point in made])


def _of_one_service(point: PointFacts) -> PointFacts:
    """Most people use one service; here everybody does, which makes views of services true parts of the whole."""
    service = SERVICES[point.person % len(SERVICES)]
    return PointFacts(
        person=point.person,
        service=service,
        day=point.day,
        themes=point.themes,
        kinds=point.kinds,
        sentiment=point.sentiment,
        beans=point.beans,
        kept=point.kept,
        confirmed=point.confirmed,
        proxy=point.proxy,
    )


def cells_of(overview: Overview) -> dict[str, Cell]:
    cells = {"heard": overview.people_heard, "offers": overview.offers, "proxies": overview.proxies}
    cells |= {f"kind {name}": cell for name, cell in overview.kinds.items()}
    themes = {theme.theme: theme.people for theme in overview.themes}
    return cells | {f"theme {name}": themes.get(name, Cell()) for name in FRAME}


@settings(max_examples=60, deadline=None)
@given(points)
def test_no_two_views_differ_by_one_to_four_people(made: list[PointFacts]) -> None:
    services = len({point.service for point in made})
    seen: list[tuple[Filters, set[int], dict[str, Cell]]] = []
    for filters in views():
        here = [point for point in made if inside(point, filters)]
        overview = overview_of(here, filters, frame=FRAME, services=services)
        seen.append(
            (filters, {index for index, point in enumerate(made) if inside(point, filters)}, cells_of(overview))
        )
    for (_, first, few), (_, second, many) in combinations(seen, 2):
        for smaller, larger, part, whole in ((first, second, few, many), (second, first, many, few)):
            if smaller < larger:
                assert not [name for name in part if gives_away(part[name], whole[name])]


def talks_of(made: list[PointFacts]) -> list[TalkFacts]:
    """A talk for every point, with answers that depend on the person."""
    return [
        TalkFacts(
            person=point.person,
            service=point.service,
            day=point.day,
            step=(point.person * 7 + len(point.themes)) % len(STEPS),
            answers=(("age", AGES[point.person % len(AGES)]),) if point.kept else (),
        )
        for point in made
    ]


def journey_cells(journey: Journey) -> dict[str, Cell]:
    groups = {
        f"{question} {answer}": cell for question, cells in journey.about.items() for answer, cell in cells.items()
    }
    return {f"step {name}": cell for name, cell in journey.steps.items()} | groups | {"invited": journey.invited}


@settings(max_examples=60, deadline=None)
@given(points)
def test_no_two_journeys_differ_by_one_to_four_people(made: list[PointFacts]) -> None:
    talks = talks_of(made)
    seen = []
    for filters in views():
        inside_it = [index for index, point in enumerate(made) if inside(point, filters)]
        people = len({made[index].person for index in inside_it})
        journey = journey_of(Talks.of(talks[index] for index in inside_it), {"age": AGES}, people)
        cells = journey_cells(journey)
        seen.append((set(inside_it), cells))
        steps = list(journey.steps.values())
        assert not [pair for pair in combinations(steps, 2) if gives_away(pair[1], pair[0])]
        assert all(cell.rounded or cell.hidden for cell in cells.values())
    for (first, few), (second, many) in combinations(seen, 2):
        for smaller, larger, part, whole in ((first, second, few, many), (second, first, many, few)):
            if smaller < larger:
                assert not [name for name in part if gives_away(part[name], whole[name])]


@settings(max_examples=40, deadline=None)
@given(points)
def test_no_two_views_of_a_themes_figures_differ_by_one_to_four_people(made: list[PointFacts]) -> None:
    """Kinds, feelings and senses within a theme; and a brief has the very cells of the page."""
    services = len({point.service for point in made})
    seen = []
    for filters in views():
        here = [point for point in made if inside(point, filters)]
        overview = overview_of(here, filters, frame=FRAME, services=services)
        brief = brief_of(tally_of(Columns.of(here)), filters, services=services)
        shown = {theme.theme: theme.people for theme in overview.themes}
        assert brief.people_heard == overview.people_heard
        assert brief.sentiments == overview.sentiments
        assert all(brief.themes[name] == shown[name] for name in brief.themes)
        cells = {
            f"{theme.theme} {name}": cell
            for theme in overview.themes
            for name, cell in {**theme.kinds, **theme.sentiments, **theme.senses}.items()
        }
        seen.append(({index for index, point in enumerate(made) if inside(point, filters)}, cells))
    for (first, few), (second, many) in combinations(seen, 2):
        for smaller, larger, part, whole in ((first, second, few, many), (second, first, many, few)):
            if smaller < larger:
                names = part.keys() & whole.keys()
                assert not [name for name in names if gives_away(part[name], whole[name])]


def test_groups_are_published_alone() -> None:
    """With a total beside them, nineteen and one would tell of the one."""
    talks = [TalkFacts(person, "a", MONTHS[0], 5, (("age", AGES[person == 0]),)) for person in range(20)]
    journey = journey_of(Talks.of(talks), {"age": AGES})
    assert journey.about["age"] == {AGES[0]: Cell(15, rounded=True), AGES[1]: Cell(), AGES[2]: Cell()}
    assert set(journey.about) == {"age"}


def gives_away(part: Cell, whole: Cell) -> bool:
    """True when a reader of both knows that between one and four people make the difference."""
    left = {more - less for more in possible(whole) for less in possible(part) if more >= less}
    return bool(left) and left <= {1, 2, 3, 4}


def test_the_check_itself_finds_what_exact_counts_would_give_away() -> None:
    assert gives_away(Cell(20), Cell(23))
    assert not gives_away(Cell(20), Cell(20, rounded=True))


@settings(max_examples=60, deadline=None)
@given(points)
def test_nought_and_four_look_the_same(made: list[PointFacts]) -> None:
    rare = [point for point in made if "cost_and_money" in point.themes]
    few = set(sorted({point.person for point in rare})[:4])
    with_four = [point for point in made if point not in rare or point.person in few]
    without = [point for point in made if point not in rare]
    four = overview_of(with_four, Filters("a"), frame=FRAME)
    none = overview_of(without, Filters("a"), frame=FRAME)
    if four.empty_reason is None and none.empty_reason is None:
        assert _theme(four) == _theme(none) is not None


def _theme(overview: Overview) -> object:
    return next(theme for theme in overview.themes if theme.theme == "cost_and_money")


def facts(people: Sequence[int], **values: object) -> list[PointFacts]:
    known: dict[str, object] = {
        "service": "a",
        "day": MONTHS[0],
        "themes": ("food_and_drink",),
        "kinds": ("problem",),
        "sentiment": "negative",
    }
    return [PointFacts(person=person, **(known | values)) for person in people]  # type: ignore[arg-type]


def food(overview: Overview) -> Cell:
    return next(theme.people for theme in overview.themes if theme.theme == "food_and_drink")


def test_people_are_counted_and_not_mentions() -> None:
    overview = overview_of(facts([1, 2, 3, 4, 5, 6] + [1] * 10), Filters("a"))
    assert food(overview).value == overview.people_heard.value == 6


@pytest.mark.parametrize(
    ("left_out", "figure"),
    [
        ({"proxy": True}, lambda overview: overview.proxies),
        ({"confirmed": False}, lambda overview: overview.unconfirmed),
    ],
)
def test_proxies_and_unconfirmed_points_stand_apart(
    left_out: dict[str, bool], figure: Callable[[Overview], Cell]
) -> None:
    overview = overview_of(facts(range(7)) + facts(range(10, 16), **left_out), Filters("a"))
    assert overview.people_heard.value == food(overview).value == 7
    assert figure(overview) == Cell(5, rounded=True)


def test_without_leave_to_keep_words_only_beans_count() -> None:
    overview = overview_of(facts(range(6), beans=7) + facts(range(10, 16), beans=10, kept=False), Filters("a"))
    (theme,) = overview.themes
    assert (theme.people.value, theme.beans) == (6, 102)


def test_beans_belong_to_the_main_theme() -> None:
    made = facts(range(6), beans=10, themes=("food_and_drink", "cost_and_money"))
    overview = overview_of(made, Filters("a"))
    assert {theme.theme: theme.beans for theme in overview.themes} == {"food_and_drink": 60, "cost_and_money": None}


def test_themes_come_in_order_and_the_hidden_ones_last() -> None:
    made = (
        facts(range(6)) + facts(range(9), themes=("continuity_of_staff",)) + facts([1, 2], themes=("cost_and_money",))
    )
    overview = overview_of(made, Filters("a"), frame=(*FRAME, "sleep_and_night_time"))
    assert [(theme.theme, theme.people.value) for theme in overview.themes] == [
        ("continuity_of_staff", 9),
        ("food_and_drink", 6),
        ("cost_and_money", None),
        ("sleep_and_night_time", None),
    ]
    hidden = overview.themes[2]
    assert hidden.beans is None
    assert all(cell.hidden for cell in (*hidden.kinds.values(), *hidden.sentiments.values()))


@pytest.mark.parametrize(
    ("people", "filters", "services", "reason"),
    [
        (0, Filters(), 0, "nobody_yet"),
        (0, Filters("a"), 0, "fewer_than_five"),
        (0, Filters("a"), 2, "fewer_than_five"),
        (4, Filters(), 1, "fewer_than_five"),
        (5, Filters(), 1, None),
    ],
)
def test_empty_views_say_why(people: int, filters: Filters, services: int, reason: str | None) -> None:
    overview = overview_of(facts(range(people)), filters, services=services)
    assert overview.empty_reason == reason
    assert (overview.themes == ()) is (reason is not None)


def test_months_are_never_cut() -> None:
    widened = Filters("a", date(2028, 2, 11), date(2028, 2, 12)).whole_months()
    assert widened == Filters("a", date(2028, 2, 1), date(2028, 2, 29))
