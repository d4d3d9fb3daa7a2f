"""The quotes behind every figure, and two views side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from bot.insights import Filters as View
from bot.insights import Insights, Selection, periods
from bot.web import insight_views, provider_views
from bot.web.access import Access
from bot.web.ports import Filters, Overview, Parts
from bot.web.provider_views import Query
from bot.web.templates import render

Common = Callable[[Request, Query], Awaitable[dict[str, object]]]
MOST_QUOTES_APART = 5


def router(parts: Parts, access: Access, common: Common, sign_in_page: Callable[[int], Response]) -> APIRouter:
    """Builds `/provider/quotes` and `/provider/compare`; nothing where there is no study.

    Args:
        parts: Everything behind the pages.
        access: Who may see them.
        common: What every provider page shows.
        sign_in_page: What strangers get.
    """
    routes = APIRouter(include_in_schema=False)
    if parts.study is not None:
        pages = _InsightPages(parts.study, parts.theme_names, access, common, sign_in_page)
        routes.add_api_route("/provider/quotes", pages.quotes, methods=["GET"])
        routes.add_api_route("/provider/compare", pages.compare, methods=["GET"])
    return routes


class _InsightPages:
    def __init__(
        self,
        study: Insights,
        names: Mapping[str, str],
        access: Access,
        common: Common,
        sign_in_page: Callable[[int], Response],
    ) -> None:
        self._study = study
        self._names = names
        self._access = access
        self._common = common
        self._sign_in_page = sign_in_page

    async def quotes(self, request: Request) -> Response:
        """Quotes behind a figure, or those with certain words."""
        if not self._access.may_see(request):
            return self._sign_in_page(401)
        query = provider_views.read_query(request.query_params)
        selection = insight_views.read_selection(request.query_params, self._names)
        view = insight_views.view_of(query.filters)
        found = await self._study.find(selection, view, page=insight_views.read_page(request.query_params))
        links = {
            name: insight_views.quotes_address(view, selection, number) if 1 <= number <= found.pages else ""
            for name, number in (("previous", found.page - 1), ("next", found.page + 1))
        }
        values = await self._common(request, query) | {
            "overview": await self._study.overview(view),
            "selection": selection,
            "theme_names": self._names,
            "marks": insight_views.MARKS,
            "period": insight_views.period_name(view.whole_months()),
            "people": provider_views.count(found.people),
            "found": found,
            "quotes": [insight_views.quote_card(quote, self._names) for quote in found.quotes],
            "links": links,
        }
        return render("provider_quotes.html", values)

    async def compare(self, request: Request) -> Response:
        """Two services, or two periods, side by side. The first of each pair of fields is for the one on the left."""
        if not self._access.may_see(request):
            return self._sign_in_page(401)
        sides = [self._side(request, place) for place in (0, 1)]
        views = [insight_views.view_of(side.filters) for side in sides]
        first, second = await self._study.briefs(views)
        values = await self._common(request, sides[0]) | {
            "overview": await self._study.overview(views[0]),
            "sides": sides,
            "names": [await self._name(side.filters, request, sides[0]) for side in sides],
            "heard": [provider_views.count(brief.people_heard) for brief in (first, second)],
            "rows": insight_views.compare_rows(first, second, self._names),
            "is_same": views[0].whole_months() == views[1].whole_months(),
            "notice": sides[0].notice or sides[1].notice,
        }
        return render("provider_compare.html", values)

    async def _name(self, filters: Filters, request: Request, query: Query) -> str:
        services: Any = (await self._common(request, query))["services"]
        known = {service.id: service.name for service in services}
        service = known.get(filters.service or "", filters.service) or "All services"
        period = insight_views.period_name(insight_views.view_of(filters).whole_months())
        return f"{service}, {period[:1].lower() + period[1:] if period == 'All time' else period}"

    @staticmethod
    def _side(request: Request, place: int) -> Query:
        several = {name: request.query_params.getlist(name) for name in ("service", "from", "to")}
        mine = {name: values[place] if place < len(values) else "" for name, values in several.items()}
        if place and not several["service"][1:] and several["service"]:
            mine["service"] = several["service"][0]
        return provider_views.read_query(mine)


NOTHING_MORE: dict[str, Any] = dict.fromkeys(
    ("beans_chart", "feelings", "trend", "changes", "journey", "groups", "apart", "more_quotes", "total_quotes")
)
"""What the first page and a theme's page show beside counts where there is no study."""


async def overview_more(study: Insights, names: Mapping[str, str], filters: Filters, heard: Overview) -> dict[str, Any]:
    """What the first page shows beside its counts: beans, feelings, their trend, and what changed."""
    view = insight_views.view_of(filters)
    today = datetime.now(UTC).date()
    briefs = await study.briefs(periods(view.whole_months(), today))
    now, before, changes = await study.changes(view.whole_months(), today)
    return {
        "beans_chart": insight_views.beans_chart(insight_views.most_beans(heard)),
        "most_beans": [
            (theme.name, insight_views.address(f"/provider/themes/{theme.theme}", view), f"{theme.beans:,}")
            for theme in insight_views.most_beans(heard)
        ],
        "feelings": insight_views.feelings_chart(heard.sentiments),
        "trend": insight_views.trend_view(
            briefs, "negative", "said that something is not good", Selection(mark="negative")
        ),
        "changes": insight_views.change_rows(changes, now, names),
        "change_now": insight_views.period_name(now),
        "change_before": insight_views.period_name(before),
        "compare_link": insight_views.address("/provider/compare", View(view.service)),
    } | await _journey(study, view)


async def theme_more(study: Insights, names: Mapping[str, str], filters: Filters, theme: str) -> dict[str, Any]:
    """What a theme's page shows beside its counts: its trend, and its quotes with ideas and offers apart."""
    view = insight_views.view_of(filters)
    briefs = await study.briefs(periods(view.whole_months(), datetime.now(UTC).date()))
    found = await study.find(Selection(theme), view)
    apart = []
    for mark in ("suggestion", "offer"):
        those = await study.find(Selection(theme, mark), view)
        cards = [insight_views.quote_card(quote, names) for quote in those.quotes[:MOST_QUOTES_APART]]
        more = insight_views.quotes_address(view, Selection(theme, mark)) if those.total > len(cards) else ""
        apart.append((mark, insight_views.MARKS[mark], provider_views.count(those.people), cards, more))
    spoke = f"spoke of {names.get(theme, theme).lower()}"
    return {
        "trend": insight_views.trend_view(briefs, theme, spoke, Selection(theme)),
        "apart": apart,
        "quotes": [insight_views.quote_card(quote, names) for quote in found.quotes],
        "more_quotes": insight_views.quotes_address(view, Selection(theme), 2) if found.pages > 1 else "",
        "total_quotes": found.total,
    } | await _journey(study, view)


async def _journey(study: Insights, view: View) -> dict[str, Any]:
    journey = await study.journey(view)
    return {"journey": insight_views.journey_rows(journey), "groups": insight_views.groups(journey)}
