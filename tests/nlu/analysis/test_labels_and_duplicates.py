"""Telling points apart by name, and telling when two points are one."""

from __future__ import annotations

import pytest

from dialogues.types import Point
from nlu.analysis.duplicates import same_point
from nlu.analysis.labels import distinct_labels
from nlu.analysis.points import Analysis


def point(
    quote: str, kinds: tuple[str, ...], themes: tuple[str, ...], label: str = "", sentiment: str = "negative"
) -> Point:
    return Point(0, len(quote), quote, kinds, themes, sentiment, label=label)


def test_labels_are_made_distinct() -> None:
    points = [point(f"q{n}", ("problem",), ("food_and_drink",), "the tea call") for n in range(5)]
    labels = distinct_labels(points)
    assert labels[0] == "the tea call"
    assert len(set(labels)) == len(points)


def test_labels_that_differ_are_left_alone() -> None:
    points = [
        point("a", ("problem",), ("food_and_drink",), "the bread"),
        point("b", ("praise",), ("food_and_drink",), "the soup"),
    ]
    assert distinct_labels(points) == ("the bread", "the soup")
    assert distinct_labels([]) == ()


FOOD, TIME = ("food_and_drink",), ("punctuality_and_missed_visits",)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            point("the bread is always hard", ("problem",), FOOD),
            point("that bread is hard, always hard", ("problem",), FOOD),
        ),
        (
            point("they come too late for me", ("problem",), TIME),
            point("as I say they come much too late", ("problem",), TIME),
        ),
    ],
)
def test_the_same_thing_said_twice(first: Point, second: Point) -> None:
    assert same_point(first, second)
    assert same_point(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (point("the bread is always hard", ("problem",), FOOD), point("the soup is always cold", ("problem",), FOOD)),
        (point("the bread is hard", ("problem",), FOOD), point("the bread should be fresh", ("suggestion",), FOOD)),
        (point("the bread is hard", ("problem",), FOOD), point("the bread is hard", ("problem",), TIME)),
        (
            point("they come late", ("praise", "problem"), TIME),
            point("they come late", ("praise",), TIME, sentiment="positive"),
        ),
    ],
)
def test_different_things(first: Point, second: Point) -> None:
    assert not same_point(first, second)


def test_points_of_one_answer_get_distinct_labels(analysis: Analysis) -> None:
    points = analysis.points("the bread is hard but the bread pudding is lovely", "How is the food?")
    assert len(set(distinct_labels(points))) == len(points)
