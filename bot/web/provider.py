"""The provider page: what people said, counted in people, with the quotes they agreed to."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.web import check_pages, errors, insight_pages, provider_views
from bot.web.access import Access
from bot.web.ports import Parts
from bot.web.provider_views import Query
from bot.web.templates import render
from connectors.web.origin import is_same_origin

NOT_RIGHT = "That token is not right. Please check it and try again."
OTHER_SITE = "That did not come from this page. Please try again here."


def router(parts: Parts, access: Access) -> APIRouter:
    """Builds `/provider`."""
    pages = _ProviderPages(parts, access)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/provider", pages.overview, methods=["GET"])
    routes.add_api_route("/provider/themes/{theme}", pages.theme, methods=["GET"])
    routes.include_router(insight_pages.router(parts, access, pages.common, pages.sign_in_page))
    routes.include_router(check_pages.router(parts, access, pages.common, pages.sign_in_page))
    routes.add_api_route("/provider/sign-in", pages.sign_in, methods=["POST"])
    routes.add_api_route("/provider/sign-out", pages.sign_out, methods=["POST"])
    return routes


class _ProviderPages:
    def __init__(self, parts: Parts, access: Access) -> None:
        self._parts = parts
        self._access = access

    async def overview(self, request: Request) -> Response:
        """Themes with their counts; the sign-in form for anybody who may not see them."""
        if not self._access.may_see(request):
            return self.sign_in_page(401)
        query = provider_views.read_query(request.query_params)
        heard = await self._parts.insights.overview(query.filters)
        values = (
            await self.common(request, query)
            | insight_pages.NOTHING_MORE
            | {
                "overview": heard,
                "empty_reason": provider_views.empty_reason(heard),
                "hidden": provider_views.hidden_themes(heard),
                "senses": provider_views.sense_rows(heard.senses),
                "rows": provider_views.theme_rows(heard, query),
                "heard": provider_views.count(heard.people_heard),
                "offers": provider_views.count(heard.offers),
                "kinds": provider_views.kind_rows(heard.kinds),
                "mark_links": provider_views.mark_links(query),
                "totals": provider_views.sentiment_cells(heard.sentiments),
            }
        )
        if self._parts.study is not None:
            values |= await insight_pages.overview_more(
                self._parts.study, self._parts.theme_names, query.filters, heard
            )
        return render("provider.html", values)

    async def theme(self, request: Request, theme: str) -> Response:
        """One theme with its quotes."""
        if not self._access.may_see(request):
            return self.sign_in_page(401)
        query = provider_views.read_query(request.query_params)
        heard = await self._parts.insights.overview(query.filters)
        found = next((one for one in heard.themes if one.theme == theme), None)
        if found is None:
            return errors.answer(request.url.path, 404)
        values = (
            await self.common(request, query)
            | insight_pages.NOTHING_MORE
            | {
                "overview": heard,
                "theme": found,
                "people": provider_views.count(found.people),
                "senses": provider_views.sense_rows(found.senses),
                "kinds": provider_views.kind_rows(found.kinds),
                "mark_links": provider_views.mark_links(query, theme),
                "beans": found.beans,
                "cells": provider_views.sentiment_cells(found.sentiments),
            }
        )
        if self._parts.study is not None:
            values |= await insight_pages.theme_more(self._parts.study, self._parts.theme_names, query.filters, theme)
        else:
            quotes = await self._parts.insights.quotes(theme, query.filters)
            values["quotes"] = [provider_views.quote_card(quote) for quote in quotes]
        return render("provider_theme.html", values)

    async def sign_in(self, request: Request) -> Response:
        """Checks the staff token."""
        if not is_same_origin(request.headers):
            return self.sign_in_page(403, OTHER_SITE)
        form = await request.form()
        token = form.get("token", "")
        response = RedirectResponse("/provider", status_code=303)
        if isinstance(token, str) and self._access.sign_in(request, response, token.strip()):
            return response
        return self.sign_in_page(401, NOT_RIGHT)

    async def sign_out(self, request: Request) -> Response:
        """Forgets the sign-in."""
        response = RedirectResponse("/provider", status_code=303)
        if is_same_origin(request.headers):
            self._access.sign_out(request, response)
        return response

    def sign_in_page(self, status: int, notice: str = "") -> Response:
        """The form for anybody who may not see these pages."""
        return render("provider_sign_in.html", {"notice": notice, "is_set_up": self._access.is_set_up}, status=status)

    async def common(self, request: Request, query: Query) -> dict[str, object]:
        """What every provider page shows."""
        return {
            "query": query,
            "services": await (self._parts.services_heard or self._parts.services)(),
            "presets": provider_views.presets(query.filters.service),
            "overview": None,
            "may_study": self._parts.study is not None,
            "may_check": self._parts.checks is not None and check_pages.may_check(request),
            "is_demo": self._access.is_open_demo(request),
            "is_signed_in": self._access.is_signed_in(request),
            "has_account": request.scope.get("sayso.sign_in") is not None,
            "back": f"/provider{query.suffix}",
        }
