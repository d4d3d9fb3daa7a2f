"""The one place that lets requests through, by the rules of `bot/web/rules.py`.

`create_app` puts it before every route, also those that connectors add.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from urllib.parse import urlencode

from fastapi import Request, Response, WebSocketException
from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection

from bot.staff import Accounts, Member, SignIn, Stage
from bot.web import errors
from bot.web.access import Access
from bot.web.rules import SAFE_METHODS, Rule, Way, rule_of
from bot.web.session_cookie import token_of
from bot.web.staff_views import sign_in_page
from connectors.ports import ServiceChoice
from connectors.web import Services
from connectors.web.origin import is_same_origin

WEBSOCKET_REFUSED = 1008  # RFC 6455: policy violation

_asking: ContextVar[Member | None] = ContextVar("asking", default=None)


class Refused(Exception):
    """A request that goes no further; carries what is answered."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def on_refused(_request: Request, refused: Refused) -> Response:
    """Answers what the authority decided."""
    return refused.response


class Authority:
    """Decides about each request.

    Args:
        access: The shared token, and the demo on one's own machine.
        accounts: Accounts of staff; None where there are none.
    """

    def __init__(self, access: Access, accounts: Accounts | None) -> None:
        self._access = access
        self._accounts = accounts

    async def __call__(self, connection: HTTPConnection) -> None:
        """Lets it through, or raises `Refused`; whoever is signed in is `sign_in_of(request)` from here on."""
        _asking.set(None)
        path = connection.url.path
        if connection.scope["type"] == "websocket":
            if rule_of("WEBSOCKET", path) is None:
                raise WebSocketException(WEBSOCKET_REFUSED)
            return
        rule = rule_of(connection.scope["method"], path)
        if rule is None:
            raise Refused(errors.answer(path, 403))
        is_ours = rule.way in {Way.STAFF, Way.RESULTS} or path.startswith("/staff/")
        if is_ours and connection.scope["method"] not in SAFE_METHODS:
            _check_origin(connection)
        if rule.way is Way.STAFF or (rule.way is Way.RESULTS and self._needs_staff(connection)):
            await self._check_staff(connection, rule)

    def _needs_staff(self, connection: HTTPConnection) -> bool:
        """False where the shared token or the demo opens the page, and where there are no accounts to ask."""
        return self._accounts is not None and not self._access.opens(connection)

    async def _check_staff(self, connection: HTTPConnection, rule: Rule) -> None:
        token = token_of(connection)
        sign_in = await self._accounts.signed_in(token) if self._accounts and token else None
        if sign_in is None:
            raise Refused(sign_in_page(connection, self._access.is_set_up))
        if sign_in.stage not in rule.stages:
            raise Refused(_where_the_sign_in_goes_on(sign_in.stage))
        if sign_in.stage is Stage.OPEN and not sign_in.member.has(*rule.roles):
            raise Refused(errors.answer(connection.url.path, 403))
        if rule.way is Way.RESULTS:
            _keep_to_own_services(connection, sign_in.member)
        connection.scope["sayso.sign_in"] = sign_in
        _asking.set(sign_in.member)


def sign_in_of(connection: HTTPConnection) -> SignIn:
    """Whose sign-in the authority found, on a page that needs one."""
    found: SignIn = connection.scope["sayso.sign_in"]
    return found


def own_services(services: Services) -> Services:
    """The same services, without those that whoever asks may not see."""

    async def visible() -> Sequence[ServiceChoice]:
        member = _asking.get()
        return [each for each in await services() if member is None or member.may_see_service(each.id)]

    return visible


def _check_origin(connection: HTTPConnection) -> None:
    if not is_same_origin(connection.headers):
        raise Refused(errors.answer(connection.url.path, 403))


def _where_the_sign_in_goes_on(stage: Stage) -> Response:
    pages = {Stage.CODE: "/staff/code", Stage.ENROL: "/staff/second-step", Stage.OPEN: "/staff"}
    return RedirectResponse(pages[stage], status_code=303)


def _keep_to_own_services(connection: HTTPConnection, member: Member) -> None:
    """A provider sees one service at a time, and only their own: all of them together are everybody's."""
    if member.sees_every_service:
        return
    asked = connection.query_params.getlist("service")
    if not all(member.may_see_service(service) for service in asked if service) or not member.services:
        raise Refused(errors.answer(connection.url.path, 403))
    kept = [service or member.services[0] for service in asked or [""]]
    if kept != asked:
        others = [(name, value) for name, value in connection.query_params.multi_items() if name != "service"]
        query = urlencode([*(("service", service) for service in kept), *others])
        raise Refused(RedirectResponse(f"{connection.url.path}?{query}", status_code=303))
