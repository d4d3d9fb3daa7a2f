"""The pages of staff: signing in and out, invitations, and the first page."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bot.staff import Accounts, Opened, Refused, Role, Stage
from bot.web import session_cookie
from bot.web.authority import sign_in_of
from bot.web.rules import RESULTS
from bot.web.session_cookie import token_of
from bot.web.staff_account import AccountPages
from bot.web.staff_members import MemberPages
from bot.web.staff_views import (
    HOME,
    NO_CODE,
    NO_MATCH,
    Problem,
    address_of,
    meanings,
    onward,
    refusal,
    sign_in_page,
)
from bot.web.templates import render
from connectors.web import Services
from connectors.web.forms import fields
from dialogues.errors import SaysoError


def router(accounts: Accounts, services: Services, *, has_token: bool) -> APIRouter:
    """Builds `/staff`.

    Args:
        accounts: Who works with Sayso.
        services: The services that staff may be given.
        has_token: True where the shared staff token opens the provider's page as well.
    """
    pages = _StaffPages(accounts, has_token)
    own = AccountPages(accounts)
    members = MemberPages(accounts, services)
    routes = APIRouter(include_in_schema=False)
    for method, path, page in (
        ("GET", "/staff", pages.home),
        ("GET", "/staff/sign-in", pages.show_sign_in),
        ("POST", "/staff/sign-in", pages.sign_in),
        ("GET", "/staff/code", pages.show_code),
        ("POST", "/staff/code", pages.confirm_code),
        ("POST", "/staff/sign-out", pages.sign_out),
        ("POST", "/staff/sign-out-everywhere", pages.sign_out_everywhere),
        ("GET", "/staff/invitation/{code}", pages.show_invitation),
        ("POST", "/staff/invitation/{code}", pages.accept),
        ("GET", "/staff/password", own.show_password),
        ("POST", "/staff/password", own.change_password),
        ("GET", "/staff/second-step", own.show_second_step),
        ("POST", "/staff/second-step", own.confirm_second_step),
        ("GET", "/staff/members", members.show),
        ("POST", "/staff/members", members.invite),
        ("POST", "/staff/members/{staff_id}/link", members.new_link),
        ("POST", "/staff/members/{staff_id}/lock", members.lock),
        ("POST", "/staff/members/{staff_id}/leave", members.leave),
    ):
        routes.add_api_route(path, page, methods=[method])
    return routes


class _StaffPages:
    def __init__(self, accounts: Accounts, has_token: bool) -> None:
        self._accounts = accounts
        self._has_token = has_token

    async def home(self, request: Request) -> Response:
        """What somebody may do here."""
        member = sign_in_of(request).member
        values = {
            "member": member,
            "meanings": meanings(member),
            "sees_results": member.has(*RESULTS.roles),
            "is_coordinator": member.has(Role.COORDINATOR),
            "browsers": await self._accounts.sessions_open(member.staff_id),
        }
        return render("staff_home.html", values)

    async def show_sign_in(self, request: Request) -> Response:
        """The sign-in form."""
        return sign_in_page(request, self._has_token, asked_for=HOME, status=200)

    async def sign_in(self, request: Request) -> Response:
        """E-mail and password; the session that this browser had before ends."""
        form = await fields(request)
        email, password = form.get("email", ""), form.get("password", "")
        answer = await self._accounts.sign_in(email, password, address=address_of(request))
        asked_for = onward(form.get("next", ""))
        if isinstance(answer, Refused):
            return sign_in_page(
                request,
                self._has_token,
                problems=[Problem("email", refusal(answer, NO_MATCH))],
                email=email,
                asked_for=asked_for,
                status=429 if answer.wait_seconds else 401,
            )
        before = await self._accounts.signed_in(token_of(request))
        if before is not None:
            await self._accounts.sign_out(before)
        return _go_on(request, answer, asked_for)

    async def show_code(self, request: Request) -> Response:
        """Asks for the code."""
        return _code_page(onward(request.query_params.get("next", "")))

    async def confirm_code(self, request: Request) -> Response:
        """The second step of signing in."""
        form = await fields(request)
        asked_for = onward(form.get("next", ""))
        sign_in = sign_in_of(request)
        answer = await self._accounts.confirm_code(sign_in, form.get("code", ""), address=address_of(request))
        if isinstance(answer, Refused):
            problem = Problem("code", refusal(answer, NO_CODE))
            return _code_page(asked_for, [problem], 429 if answer.wait_seconds else 401)
        return _go_on(request, answer, asked_for)

    async def sign_out(self, request: Request) -> Response:
        """Ends the session of this browser."""
        await self._accounts.sign_out(sign_in_of(request))
        return _gone(request)

    async def sign_out_everywhere(self, request: Request) -> Response:
        """Ends every session of this account."""
        await self._accounts.sign_out_everywhere(sign_in_of(request))
        return _gone(request)

    async def show_invitation(self, request: Request, code: str) -> Response:
        """Lets somebody choose a password. Looking does not use the link up."""
        return await self._invitation_page(request, code)

    async def accept(self, request: Request, code: str) -> Response:
        """Opens the account."""
        form = await fields(request)
        password = form.get("password", "")
        if password != form.get("again", ""):
            return await self._invitation_page(request, code, Problem("again", "The two are not the same."))
        try:
            opened = await self._accounts.accept(code, password)
        except SaysoError as weak:
            return await self._invitation_page(request, code, Problem("password", weak.message))
        if opened is None:
            return await self._invitation_page(request, code)
        return _go_on(request, opened, HOME)

    async def _invitation_page(self, request: Request, code: str, *problems: Problem) -> Response:
        invited = await self._accounts.invited(code)
        if invited is None:
            return render("staff_no_invitation.html", {"member": None}, status=404)
        values = {"invited": invited, "path": request.url.path, "problems": problems, "member": None}
        return render("staff_invitation.html", values, status=400 if problems else 200)


def _code_page(asked_for: str, problems: list[Problem] | None = None, status: int = 200) -> Response:
    values = {"problems": problems or [], "asked_for": asked_for, "member": None}
    return render("staff_code.html", values, status=status)


def _go_on(request: Request, opened: Opened, asked_for: str) -> Response:
    """On to the next step of the sign-in, with the new session in the cookie."""
    steps = {Stage.CODE: "/staff/code", Stage.ENROL: "/staff/second-step", Stage.OPEN: asked_for}
    address = steps[opened.stage]
    if opened.stage is Stage.CODE and asked_for != HOME:
        address = f"{address}?{urlencode({'next': asked_for})}"
    response = RedirectResponse(address, status_code=303)
    session_cookie.remember(request, response, opened.token)
    return response


def _gone(request: Request) -> Response:
    response = RedirectResponse("/staff/sign-in", status_code=303)
    session_cookie.forget(request, response)
    return response
