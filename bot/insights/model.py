"""What insights ask for and what they give."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.insights.suppression import Cell

__all__ = ["Cell", "Filters", "Overview", "PointFacts", "Quote", "ThemeInsight"]

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
