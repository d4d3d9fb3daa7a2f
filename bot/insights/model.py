"""What insights ask for and what they give."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.insights.suppression import Cell

__all__ = [
    "Brief",
    "Cell",
    "Change",
    "Filters",
    "Found",
    "Journey",
    "Overview",
    "PointFacts",
    "Quote",
    "Selection",
    "Share",
    "ThemeInsight",
]

FEWER_THAN_FIVE = "fewer_than_five"
NOBODY_YET = "nobody_yet"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which points to look at.

    Attributes:
        service: Id of one service; None for all.
        since: First day; widened to the first of its month. None for the beginning.
        until: Last day; widened to the last of its month. None for today.
    """

    service: str | None = None
    since: date | None = None
    until: date | None = None

    def whole_months(self) -> Filters:
        """The same filters with the time widened to whole months; shorter views would single people out."""
        since = self.since and self.since.replace(day=1)
        until = self.until and self.until.replace(day=calendar.monthrange(self.until.year, self.until.month)[1])
        return Filters(self.service, since, until)

    @property
    def all_time(self) -> bool:
        """True when no time is cut out."""
        return self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What counting needs to know of one point; no words.

    Attributes:
        person: Participant, as a bare number.
        kept: True when the person let their words be kept; False when only beans count.
        confirmed: True once the person confirmed or corrected it.
        proxy: True when somebody else spoke for the person.
    """

    person: int
    service: str
    day: date
    themes: tuple[str, ...]
    kinds: tuple[str, ...]
    sentiment: str
    sense: str | None = None
    beans: int | None = None
    kept: bool = True
    confirmed: bool = True
    proxy: bool = False
    sample: bool = False


@dataclass(frozen=True, slots=True)
class ThemeInsight:
    """One theme.

    Attributes:
        theme: Id of the coding frame.
        people: How many people confirmed a point with it.
        beans: Beans laid on points whose main theme this is; None when hidden.
        kinds: People by kind of point, within the theme; always in steps of five.
        sentiments: People by sentiment, likewise.
        senses: People by sense, likewise.
    """

    theme: str
    people: Cell
    beans: int | None
    kinds: Mapping[str, Cell]
    sentiments: Mapping[str, Cell]
    senses: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Overview:
    """What may be shown of a view.

    Attributes:
        filters: The filters that were applied, in whole months.
        people_heard: People with a confirmed point in their own, relayed or interpreted words.
        themes: Visible themes, most people first; then, by name, the hidden ones of the frame.
        kinds: People by kind.
        sentiments: People by sentiment.
        senses: People by sense.
        offers: People who offered something.
        proxies: People for whom somebody else spoke; in no other figure.
        unconfirmed: People with points that they have not confirmed; in no other figure.
        sample: True when invented sample rows are in these figures.
        empty_reason: `nobody_yet`, `fewer_than_five`, or None when there is something to show.
    """

    filters: Filters
    people_heard: Cell
    themes: tuple[ThemeInsight, ...]
    kinds: Mapping[str, Cell]
    sentiments: Mapping[str, Cell]
    senses: Mapping[str, Cell]
    offers: Cell
    proxies: Cell
    unconfirmed: Cell
    sample: bool
    empty_reason: str | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A person's words, redacted, with leave to quote them; neither who nor when.

    Attributes:
        themes: Those of its themes that the view shows, main one first.
        service: None where naming it would say more than the service's own view does.
        context: The sentence around it, redacted and checked as it is; None where there is no more to it.
    """

    quote: str
    i_statement: str | None
    themes: tuple[str, ...]
    kinds: tuple[str, ...]
    sentiment: str
    sense: str | None
    voice: str
    service: str | None
    sample: bool
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """The few figures of a view that are held against another view.

    Attributes:
        filters: The view, in whole months.
        people_heard: People heard.
        themes: People by theme.
        sentiments: People by sentiment.
    """

    filters: Filters
    people_heard: Cell
    themes: Mapping[str, Cell]
    sentiments: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Journey:
    """Who was heard in a view, and who was not; always in steps of five.

    Attributes:
        invited: People to whom a first call was planned.
        steps: People by how far they came at least.
        about: People by question and answer, where the answers are a fixed set.
    """

    invited: Cell
    steps: Mapping[str, Cell]
    about: Mapping[str, Mapping[str, Cell]]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which quotes of a view are wanted; None and "" leave it open.

    Attributes:
        theme: Id of a theme.
        mark: A kind, a sentiment or a sense.
        words: Words that a quote has to hold, all of them.
    """

    theme: str | None = None
    mark: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the quotes that were asked for.

    Attributes:
        people: How many people the selection counts, words left aside; hidden when there are no quotes to show.
        quotes: Those of this page.
        total: How many quotes there are.
        page: From 1.
        pages: How many pages; at least 1.
        is_cut: True when more quotes hold the words than were looked through.
    """

    people: Cell
    quotes: tuple[Quote, ...]
    total: int
    page: int
    pages: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A share of people, 0 to 1, as far as published cells tell.

    Attributes:
        low: Lower end of the interval.
        high: Upper end. The interval is Wilson's at 95 %, widened by what rounding leaves open.
        middle: The share of the middles of the two cells.
    """

    low: float
    middle: float
    high: float

    def differs(self, other: Share) -> bool:
        """True when the two intervals do not touch."""
        return self.low > other.high or self.high < other.low


@dataclass(frozen=True, slots=True)
class Change:
    """A share that differs between two views, beyond what is unsure.

    Attributes:
        about: `theme` or `sentiment`.
        name: Its id.
        before: The share in the earlier view.
        now: The share in the later view.
    """

    about: str
    name: str
    before: Share
    now: Share
