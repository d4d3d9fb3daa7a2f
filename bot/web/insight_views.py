"""Turns trends, changes, journeys and comparisons into plain words and figures. Nothing is counted here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from bot import insights
from bot.insights import Brief, Cell, Change, Journey, Quote, Selection, Share
from bot.web.charts import Bars, Trend, bars, trend
from bot.web.ports import Filters, Overview, ThemeInsight, value_of
from bot.web.provider_views import FEW, KINDS, MONTHS, SENSES, SENTIMENTS, VOICES, count

STEPS = {
    "started": "Began a talk",
    "consented": "Said yes to taking part",
    "first_topic": "Talked about a first topic",
    "beans": "Put beans on what matters",
    "read_back": "Said we heard them right",
    "ended": "Came to the end",
}
ABOUT = {"age": "Age", "lives_alone": "Lives alone"}
ANSWERS = {
    "under_75": "Under 75",
    "75_to_84": "75 to 84",
    "85_and_over": "85 and over",
    "yes": "Yes",
    "no": "No",
}
MARKS = {**KINDS, **SENTIMENTS, **SENSES}
QUARTER_MONTHS = 3
MOST_BARS = 8
LONGEST_WORDS_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Period:
    """One row of a trend's table."""

    name: str
    heard: str
    part: str
    share: str
    link: str


@dataclass(frozen=True, slots=True)
class TrendView:
    """A trend with its table; `words` says in a sentence what the chart shows."""

    chart: Trend
    rows: tuple[Period, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One thing that changed."""

    name: str
    before: str
    now: str
    is_more: bool
    link: str


@dataclass(frozen=True, slots=True)
class Group:
    """One about-you question with its answers; `few` are those with fewer than five people."""

    name: str
    shown: tuple[tuple[str, str], ...]
    few: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One theme in two views."""

    name: str
    people: tuple[str, str]
    shares: tuple[str, str]
    differs: bool
    links: tuple[str, str]


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """One quote: the words before it in its sentence, itself, those after."""

    before: str
    text: str
    after: str
    kinds: str
    sentiment: str
    sense: str
    i_statement: str
    voice: str
    themes: tuple[str, ...]


def view_of(filters: Filters) -> insights.Filters:
    """The filters of a page as the insights know them."""
    return insights.Filters(filters.service, filters.start, filters.end)


def address(path: str, view: insights.Filters, **more: object) -> str:
    """A link to a page about a view."""
    values = {"service": view.service, "from": view.since, "to": view.until, **more}
    query = urlencode({name: str(value) for name, value in values.items() if value})
    return f"{path}?{query}" if query else path


def quotes_address(view: insights.Filters, selection: Selection, page: int = 1) -> str:
    """A link to the quotes behind a figure."""
    more = {"theme": selection.theme, "mark": selection.mark, "q": selection.words, "page": page if page > 1 else None}
    return address("/provider/quotes", view, **more)


def period_name(view: insights.Filters) -> str:
    """A view's time in words: a month, a part of a year, from and to."""
    first, last = view.since, view.until
    if first is None and last is None:
        return "All time"
    if first is None or last is None:
        return f"From {_month(first)}" if first else f"Until {_month(last or date.max)}"
    if (first.year, first.month) == (last.year, last.month):
        return _month(first)
    if first.year == last.year:
        return f"{MONTHS[first.month - 1]} to {_month(last)}"
    return f"{_month(first)} to {_month(last)}"


def percent(share: Share | None) -> str:
    """A share with how unsure it is, in whole percent."""
    if share is None:
        return "not shown"
    low, high = (round(100 * end) for end in (share.low, share.high))
    return f"{low}\u00a0%" if low == high else f"{low} to {high}\u00a0%"


def trend_view(briefs: Sequence[Brief], part: str, what: str, selection: Selection) -> TrendView | None:
    """A theme's or a feeling's share over time; None with fewer than two periods to show.

    Args:
        briefs: One for each period, oldest first.
        part: Id of a theme or of a sentiment.
        what: What the people did, in plain words: "spoke of food and drink".
        selection: The quotes that each row leads to.
    """
    cells = [{**brief.themes, **brief.sentiments}.get(part, Cell()) for brief in briefs]
    shares = [insights.share(cell, brief.people_heard) for cell, brief in zip(cells, briefs, strict=True)]
    first = next((place for place, brief in enumerate(briefs) if not brief.people_heard.hidden), len(briefs))
    if len([each for each in shares[first:] if each is not None]) < 2:
        return None
    rows = tuple(
        Period(
            period_name(brief.filters),
            count(brief.people_heard),
            count(cell),
            percent(share),
            "" if cell.hidden else quotes_address(brief.filters, selection),
        )
        for brief, cell, share in list(zip(briefs, cells, shares, strict=True))[first:]
    )
    labels = [_short(brief.filters) for brief in briefs[first:]]
    said = "; ".join(f"{row.name}: {row.share}" for row in rows)
    return TrendView(trend(labels, shares[first:]), rows, f"Of the people heard, how many {what}. {said}.")


def change_rows(
    changes: Sequence[Change], now: insights.Filters, names: Mapping[str, str], most: int = 6
) -> list[ChangeRow]:
    """What changed, in words."""
    return [
        ChangeRow(
            names.get(change.name, change.name) if change.about == "theme" else SENTIMENTS[change.name],
            percent(change.before),
            percent(change.now),
            change.now.middle > change.before.middle,
            quotes_address(now, Selection(change.name) if change.about == "theme" else Selection(mark=change.name)),
        )
        for change in changes[:most]
    ]


def most_beans(overview: Overview) -> list[ThemeInsight]:
    """The themes with the most beans, those first."""
    laid = sorted((theme for theme in overview.themes if theme.beans), key=lambda theme: -(theme.beans or 0))
    return laid[:MOST_BARS]


def beans_chart(laid: Sequence[ThemeInsight]) -> Bars | None:
    """What matters most, by beans; None where none are shown."""
    return bars([(theme.name, f"{theme.beans:,}", theme.beans or 0, 0) for theme in laid]) if laid else None


def feelings_chart(sentiments: Mapping[str, Cell | int | None]) -> Bars | None:
    """People by feeling, each with its own pattern; None where none are shown."""
    shown = [
        (name, count(sentiments.get(key)), value_of(sentiments.get(key)) or 0, place)
        for place, (key, name) in enumerate(SENTIMENTS.items())
        if value_of(sentiments.get(key))
    ]
    return bars(shown) if shown else None


def journey_rows(journey: Journey) -> list[tuple[str, str]]:
    """How far people came, with those who were asked first where that is known."""
    invited = [] if journey.invited.hidden else [("Were to be rung for a first talk", count(journey.invited))]
    return [*invited, *((name, count(journey.steps[step])) for step, name in STEPS.items())]


def groups(journey: Journey) -> list[Group]:
    """Who was heard, by question; questions that nobody could show are left in, for they say who is missing."""
    return [
        Group(
            ABOUT.get(question, question),
            tuple((ANSWERS.get(answer, answer), count(cell)) for answer, cell in cells.items() if not cell.hidden),
            tuple(ANSWERS.get(answer, answer) for answer, cell in cells.items() if cell.hidden),
        )
        for question, cells in journey.about.items()
    ]


def compare_rows(first: Brief, second: Brief, names: Mapping[str, str]) -> list[CompareRow]:
    """The themes of two views side by side, those with the most people first."""
    both = {**first.themes, **second.themes}
    rows = []
    for theme in sorted(both, key=lambda one: (-_most(one, first, second), one)):
        cells = [brief.themes.get(theme, Cell()) for brief in (first, second)]
        if all(cell.hidden for cell in cells):
            continue
        shares = [insights.share(cell, brief.people_heard) for cell, brief in zip(cells, (first, second), strict=True)]
        old, new = shares
        links = [
            "" if c.hidden else quotes_address(b.filters, Selection(theme))
            for c, b in zip(cells, (first, second), strict=True)
        ]
        rows.append(
            CompareRow(
                names.get(theme, theme),
                (count(cells[0]), count(cells[1])),
                (percent(old), percent(new)),
                old is not None and new is not None and old.differs(new),
                (links[0], links[1]),
            )
        )
    return rows


def quote_card(quote: Quote, names: Mapping[str, str]) -> QuoteCard:
    """A quote in its sentence, with its codes in plain words."""
    before, found, after = (quote.context or "").partition(quote.quote)
    return QuoteCard(
        before=before if found else "",
        text=quote.quote,
        after=after if found else "",
        kinds=", ".join(KINDS.get(kind, kind) for kind in quote.kinds),
        sentiment=SENTIMENTS.get(quote.sentiment, quote.sentiment),
        sense=SENSES.get(quote.sense or "", ""),
        i_statement=quote.i_statement or "",
        voice=VOICES.get(quote.voice, quote.voice),
        themes=tuple(names.get(theme, theme) for theme in quote.themes),
    )


def read_selection(values: Mapping[str, str], names: Mapping[str, str]) -> Selection:
    """Reads which quotes are wanted; what is unknown is left out."""
    theme, mark = values.get("theme", ""), values.get("mark", "")
    words = " ".join(values.get("q", "")[:LONGEST_WORDS_CHARACTERS].split())
    return Selection(theme if theme in names else None, mark if mark in MARKS else None, words)


def read_page(values: Mapping[str, str]) -> int:
    """Reads the number of a page of quotes."""
    page = values.get("page", "")
    return int(page) if page.isdecimal() and page.isascii() and len(page) < 7 else 1


def is_few(shown: str) -> bool:
    """True for a count that is hidden."""
    return shown == FEW


def _most(theme: str, *briefs: Brief) -> int:
    return max(brief.themes.get(theme, Cell()).value or 0 for brief in briefs)


def _month(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def _short(view: insights.Filters) -> str:
    """A period as it stands below a chart: `11/26`, or `Q4 26` for three months."""
    if view.since is None or view.until is None:
        return ""
    year = view.since.year % 100
    if (view.since.year, view.since.month) == (view.until.year, view.until.month):
        return f"{view.since.month}/{year:02}"
    return f"Q{(view.since.month - 1) // QUARTER_MONTHS + 1} {year:02}"
