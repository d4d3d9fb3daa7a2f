"""The queue of quotes: a person looks at each before providers see it. One press says yes, one more takes it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.records.quote_checks import QuoteChecks
from bot.records.views import QuoteToCheck
from bot.staff import Role, SignIn
from bot.web import errors, provider_views
from bot.web.access import Access
from bot.web.ports import Parts
from bot.web.provider_views import Query
from bot.web.templates import render
from connectors.web import forms
from connectors.web.origin import is_same_origin
from dialogues.errors import SaysoError

PATH = "/provider/check"
QUOTES_AT_ONCE = 10
UNNAMED = "provider page"  # who asks, in the audit, where nobody is signed in by name
DONE = {"show": "The quote can be shown now.", "hide": "The quote is hidden.", "undo": "The quote waits here again."}
PROBLEMS = {
    "quote_changed": "These words have changed, or somebody checked them. Please look again.",
    "quote_added_to": "You can only take words out. Nothing was changed.",
}
Common = Callable[[Request, Query], Awaitable[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One quote that waits: the words around it in its sentence, and itself."""

    quote: QuoteToCheck
    before: str
    after: str


def router(parts: Parts, access: Access, common: Common, sign_in_page: Callable[[int], Response]) -> APIRouter:
    """Builds `/provider/check`; nothing where there is no queue. Arguments as for the insight pages."""
    routes = APIRouter(include_in_schema=False)
    if parts.checks is not None:
        pages = _CheckPages(parts.checks, access, common, sign_in_page)
        routes.add_api_route(PATH, pages.queue, methods=["GET"])
        routes.add_api_route(PATH, pages.decide, methods=["POST"])
    return routes


def may_check(request: Request) -> bool:
    """True for coordinators, and where nobody is signed in by name: the shared token, or a demo."""
    sign_in: SignIn | None = request.scope.get("sayso.sign_in")
    return sign_in is None or sign_in.member.has(Role.COORDINATOR)


class _CheckPages:
    def __init__(
        self, checks: QuoteChecks, access: Access, common: Common, sign_in_page: Callable[[int], Response]
    ) -> None:
        self._checks = checks
        self._access = access
        self._common = common
        self._sign_in_page = sign_in_page

    async def queue(self, request: Request) -> Response:
        """The quotes that wait, the oldest first."""
        if not self._access.may_see(request):
            return self._sign_in_page(401)
        if not may_check(request):
            return errors.answer(request.url.path, 403)
        asked = request.query_params
        found = await self._checks.quotes_to_check(asked_by=_who(request), limit=QUOTES_AT_ONCE + 1)
        values = await self._common(request, provider_views.read_query({})) | {
            "waiting": [_waiting(quote) for quote in found[:QUOTES_AT_ONCE]],
            "has_more": len(found) > QUOTES_AT_ONCE,
            "done": DONE.get(asked.get("done", ""), ""),
            "problem": PROBLEMS.get(asked.get("problem", ""), ""),
            "undo": _number(asked.get("quote", "")) if asked.get("done") in {"show", "hide"} else None,
        }
        return render("provider_check.html", values)

    async def decide(self, request: Request) -> Response:
        """Shows, hides, or puts back one quote; then the queue again."""
        if not self._access.may_see(request):
            return self._sign_in_page(401)
        if not may_check(request) or not is_same_origin(request.headers):
            return errors.answer(request.url.path, 403)
        fields = await forms.fields(request)
        number = _number(fields.get("quote", ""))
        action = fields.get("do", "")
        if number is None or action not in DONE:
            return errors.answer(request.url.path, 404)
        try:
            await self._carry_out(action, number, fields, _who(request))
        except SaysoError as error:
            if error.code not in PROBLEMS:
                raise
            return _back(problem=error.code)
        return _back(done=action, quote=str(number))

    async def _carry_out(self, action: str, number: int, fields: Mapping[str, str], who: str) -> None:
        if action == "undo":
            await self._checks.uncheck_quote(number, asked_by=who)
            return
        is_edited = "words" in fields
        await self._checks.check_quote(
            number,
            redacted=fields.get("words"),
            context=fields.get("context"),
            keeps_statement=not is_edited or "keeps_statement" in fields,
            reject=action == "hide" or (is_edited and not fields["words"].strip()),
            seen=fields.get("seen", ""),
            asked_by=who,
        )


def _waiting(quote: QuoteToCheck) -> Waiting:
    before, found, after = (quote.context or "").partition(quote.quote_redacted)
    return Waiting(quote, before, after) if found else Waiting(quote, "", "")


def _who(request: Request) -> str:
    sign_in: SignIn | None = request.scope.get("sayso.sign_in")
    return UNNAMED if sign_in is None else sign_in.member.who


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _back(**values: str) -> Response:
    return RedirectResponse(f"{PATH}?{urlencode(values)}#queue", status_code=303)
