"""What the pages and the API are given. The composing application fills these in; tests give fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, Protocol

from bot import insights
from bot.exports import Format
from bot.insights import Cell
from bot.insights import Insights as Study
from bot.records.quote_checks import QuoteChecks
from bot.staff import Accounts
from connectors.web import ResumeCode, Services, Transcript
from dialogues.types import TurnHandler

Count = int | Cell | None
"""A count of people: exact, or a cell of the insights that may be rounded; None where hidden (fewer than 5)."""


def value_of(count: Count) -> int | None:
    """The figure itself; the lower end of a rounded one; None where hidden."""
    return count.value if isinstance(count, Cell) else count


@dataclass(frozen=True, slots=True)
class Filters:
    """Which contributions a view is about. None means all; both dates are included, and widened to whole months."""

    service: str | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ThemeInsight:
    """One theme, counted in people.

    Attributes:
        theme: Id of the coding frame.
        name: The name in plain words.
        people: How many people spoke of it.
        beans: Beans put on it; None where hidden.
        sentiments: People by sentiment (positive, negative, mixed, neutral).
        kinds: People by kind (praise, problem, ...).
        senses: People by sense (security, continuity, ...).
    """

    theme: str
    name: str
    people: Count
    beans: int | None = None
    sentiments: Mapping[str, Count] = field(default_factory=dict)
    kinds: Mapping[str, Count] = field(default_factory=dict)
    senses: Mapping[str, Count] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """What was heard, as a provider may see it.

    Attributes:
        people_heard: People whose confirmed points are counted.
        conversations: Conversations; None where hidden.
        themes: Themes, most people first.
        kinds: People by kind.
        sentiments: People by sentiment.
        offers: People who offer something.
        sample: True when invented people are counted in.
        empty_reason: Why there is nothing to show: `nobody_yet`, `fewer_than_five` or plain words; None when there is
            something.
        senses: People by sense.
        proxies: People for whom somebody else spoke, who are in no other figure; None where hidden.
    """

    people_heard: Count
    conversations: Count = None
    themes: Sequence[ThemeInsight] = ()
    kinds: Mapping[str, Count] = field(default_factory=dict)
    sentiments: Mapping[str, Count] = field(default_factory=dict)
    offers: Count = None
    sample: bool = False
    empty_reason: str | None = None
    senses: Mapping[str, Count] = field(default_factory=dict)
    proxies: Count = None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote that may be shown: consented, and with identities removed.

    Attributes:
        month: When it was said, as `2026-11`, no finer; empty where that would say too much.
    """

    text: str
    kinds: Sequence[str] = ()
    sentiment: str = "neutral"
    sense: str | None = None
    i_statement: str | None = None
    voice: str = "own"
    month: str = ""


class Insights(Protocol):
    """The suppressed aggregates."""

    async def overview(self, filters: Filters) -> Overview:
        """Counts of people by theme, kind and sentiment."""

    async def quotes(self, theme: str, filters: Filters) -> Sequence[QuoteView]:
        """The quotes of a theme that may be shown; empty for a theme that is suppressed."""


class Exports(Protocol):
    """Makes files of what may be shown. `bot.exports.Exports` is one."""

    async def write(
        self, format: Format, out: BinaryIO, filters: insights.Filters, *, asked_by: str, bom: bool = False
    ) -> int:
        """Writes an export and notes it in the audit; gives the number of quotes."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether turns can be taken. `nlu` is `ok`, or `degraded` when the built-in rules stand in."""

    database: bool
    nlu: str = "ok"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's key to the API. `name` goes to the log, `secret` never; scopes: `converse`, `insights`."""

    name: str
    secret: str = field(repr=False)
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Flood:
    """How much one caller may ask for: so many at once, then so many a second."""

    burst: int
    per_second: float


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What differs between deployments.

    Attributes:
        https: True when people reach the pages by https; browsers are then told never to use http.
        demo: True for a trial on one's own machine: the provider page is open to that machine alone.
        provider_token: What staff sign in with; empty when sign-in is not set up.
        contact: Whom to ring for a person, in plain words; empty for none.
        api_tokens: The programs that may use the API.
        api_flood: Limit for API calls, per token or address.
        page_flood: Limit for pages, per address. A care home may share one address.
        sign_in_flood: Limit for sign-ins and for codes, per address.
    """

    https: bool = False
    demo: bool = False
    provider_token: str = field(default="", repr=False)
    contact: str = ""
    api_tokens: Sequence[ApiToken] = ()
    api_flood: Flood = Flood(burst=600, per_second=100.0)
    page_flood: Flood = Flood(burst=240, per_second=20.0)
    sign_in_flood: Flood = Flood(burst=30, per_second=0.5)


Contributions = Callable[[str], Awaitable[Sequence[Mapping[str, Any]]]]
"""Gives a conversation's contributions as plain mappings, ready for JSON."""

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def no_lifespan() -> AsyncIterator[None]:
    """For an application with nothing to start or stop."""
    yield


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the web application is made of."""

    handler: TurnHandler
    services: Services
    transcript: Transcript
    resume_code: ResumeCode
    contributions: Contributions
    insights: Insights
    ready: Callable[[], Awaitable[Readiness]]
    settings: WebSettings = field(default_factory=WebSettings)
    lifespan: Lifespan = no_lifespan
    services_heard: Services | None = None  # those a provider may filter by; None takes `services`
    accounts: Accounts | None = None  # of staff; None: the shared token is all there is
    exports: Exports | None = None  # None: the API has no exports
    study: Study | None = None  # None: no quotes behind figures, no trends, no comparison
    theme_names: Mapping[str, str] = field(default_factory=dict)  # in plain words, by id
    checks: QuoteChecks | None = None  # the queue of quotes; None: no such page
