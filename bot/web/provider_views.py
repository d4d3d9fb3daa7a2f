"""Turns insights into the words and figures of the provider page. Nothing is counted here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from bot.insights import Cell
from bot.web.ports import Count, Filters, Overview, QuoteView, value_of

FEW = Cell().text
EMPTY_REASONS = {
    "nobody_yet": "Nobody has talked yet.",
    "fewer_than_five": "Fewer than 5 people have talked for this choice.",
}
LONGEST_SERVICE_CHARACTERS = 200

SENTIMENTS = {"positive": "Good", "negative": "Not good", "mixed": "Mixed", "neutral": "Neutral"}
KINDS = {
    "praise": "What is good",
    "problem": "What is wrong",
    "preference": "How people like it",
    "suggestion": "Ideas",
    "need": "What is missing",
    "offer": "What people offer",
}
SENSES = {
    "security": "feeling safe",
    "continuity": "things staying the same",
    "belonging": "being part of things",
    "purpose": "having something to do",
    "achievement": "getting somewhere",
    "significance": "being somebody who matters",
}
VOICES = {
    "own": "In their own words",
    "relayed": "Typed for them, word for word",
    "interpreted": "Translated for them",
    "proxy": "Said by somebody for them",
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Query:
    """What the filter form asked for. `notice` says what could not be read."""

    filters: Filters
    suffix: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One theme in the table. `percent` is the length of its bar, 0 to 100; `quotes` leads to those of each cell."""

    name: str
    link: str
    people: str
    percent: int
    beans: str
    cells: tuple[str, ...]
    quotes: tuple[str, ...] = ()
    all_quotes: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One quote."""

    text: str
    kinds: str
    sentiment: str
    sense: str
    i_statement: str
    voice: str
    month: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A period to pick with one press."""

    name: str
    link: str


def count(value: Count) -> str:
    """A count of people as shown: a hidden one in words, a rounded one as a range."""
    if value is None:
        return FEW
    return value.text if isinstance(value, Cell) else f"{value:,}"


def read_query(values: Mapping[str, str]) -> Query:
    """Reads the filters; what makes no sense is left out and told."""
    service = values.get("service", "")[:LONGEST_SERVICE_CHARACTERS] or None
    start, bad_start = _read_date(values.get("from", ""))
    end, bad_end = _read_date(values.get("to", ""))
    notice = "We could not read that date. Use day, month and year." if bad_start or bad_end else ""
    if start and end and start > end:
        start, end, notice = None, None, "The first day is after the last. Please change one."
    filters = Filters(service, start, end)
    return Query(filters, suffix(filters), notice)


def _read_date(text: str) -> tuple[date | None, bool]:
    if not text.strip():
        return None, False
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).date(), False
        except ValueError:
            continue
    return None, True


def suffix(filters: Filters) -> str:
    """The filters as the end of an address; empty when none is set."""
    values = {"service": filters.service, "from": filters.start, "to": filters.end}
    query = urlencode({name: str(value) for name, value in values.items() if value})
    return f"?{query}" if query else ""


def presets(service: str | None, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> list[Preset]:
    """The periods that are asked for most."""
    now = today()
    month = now.replace(day=1)
    periods = [
        ("All time", Filters(service)),
        ("This month", Filters(service, month, now)),
        ("Last 3 months", Filters(service, _months_before(month, 2), now)),
        ("This year", Filters(service, date(now.year, 1, 1), now)),
    ]
    return [Preset(name, f"/provider{suffix(filters)}") for name, filters in periods]


def _months_before(month: date, months: int) -> date:
    years, index = divmod(month.year * len(MONTHS) + month.month - 1 - months, len(MONTHS))
    return date(years, index + 1, 1)


def theme_rows(overview: Overview, query: Query) -> list[Row]:
    """The themes that enough people spoke of as table rows, with bars against the largest."""
    shown = [(theme, people) for theme in overview.themes if (people := value_of(theme.people))]
    largest = max((people for _, people in shown), default=1)
    return [
        Row(
            name=theme.name,
            link=f"/provider/themes/{theme.theme}{query.suffix}",
            people=count(theme.people),
            percent=round(100 * people / largest),
            beans=f"{theme.beans:,}" if theme.beans is not None else "not shown",
            cells=sentiment_cells(theme.sentiments),
            all_quotes=quotes_link(query, theme.theme),
            quotes=tuple(quotes_link(query, theme.theme, sentiment) for sentiment in SENTIMENTS),
        )
        for theme, people in shown
    ]


def quotes_link(query: Query, theme: str | None, mark: str | None = None) -> str:
    """Where the quotes behind a figure are."""
    more = urlencode({name: value for name, value in (("theme", theme), ("mark", mark)) if value})
    return f"/provider/quotes{query.suffix}{'&' if query.suffix else '?'}{more}"


def mark_links(query: Query, theme: str | None = None) -> dict[str, str]:
    """Where the quotes of each kind, feeling and sense are, by its name in plain words."""
    marks = {**KINDS, **SENTIMENTS, **SENSES}
    return {"People": quotes_link(query, theme)} | {
        name: quotes_link(query, theme, mark) for mark, name in marks.items()
    }


def hidden_themes(overview: Overview) -> list[str]:
    """The names of the themes that too few people spoke of."""
    return [theme.name for theme in overview.themes if not value_of(theme.people)]


def empty_reason(overview: Overview) -> str:
    """Why there is nothing to show, in plain words."""
    reason = overview.empty_reason or "fewer_than_five"
    return EMPTY_REASONS.get(reason, reason)


def sentiment_cells(sentiments: Mapping[str, Count]) -> tuple[str, ...]:
    """People by sentiment, in the order of `SENTIMENTS`."""
    return tuple(count(sentiments.get(sentiment, 0)) for sentiment in SENTIMENTS)


def kind_rows(kinds: Mapping[str, Count]) -> list[tuple[str, str]]:
    """People by kind, in plain words; kinds that nobody voiced are left out."""
    return _named(kinds, KINDS)


def sense_rows(senses: Mapping[str, Count]) -> list[tuple[str, str]]:
    """People by why it matters; only those that enough people gave."""
    return [(name, people) for name, people in _named(senses, SENSES) if people != FEW]


def _named(counts: Mapping[str, Count], names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, count(counts[key])) for key, name in names.items() if key in counts and counts[key] != 0]


def quote_card(quote: QuoteView) -> Card:
    """A quote with its codes in plain words."""
    return Card(
        text=quote.text,
        kinds=", ".join(KINDS.get(kind, kind) for kind in quote.kinds),
        sentiment=SENTIMENTS.get(quote.sentiment, quote.sentiment),
        sense=SENSES.get(quote.sense or "", quote.sense or ""),
        i_statement=quote.i_statement or "",
        voice=VOICES.get(quote.voice, quote.voice),
        month=month_name(quote.month),
    )


def month_name(month: str) -> str:
    """`2026-11` as "November 2026"; anything else as it is."""
    year, _, number = month.partition("-")
    is_month = number.isdecimal() and 1 <= int(number) <= len(MONTHS)
    return f"{MONTHS[int(number) - 1]} {year}" if is_month else month
