"""The pages about one's own account: the password, and the second step."""

from __future__ import annotations

import segno
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from bot.staff import Accounts, Refused, totp
from bot.web import session_cookie
from bot.web.authority import sign_in_of
from bot.web.staff_views import NO_CODE, Problem, address_of, refusal
from bot.web.templates import render
from connectors.web.forms import fields
from dialogues.errors import SaysoError

QUIET_ZONE = 4  # modules around a QR code, ISO/IEC 18004
QR_SCALE = 5  # pixels a module


class AccountPages:
    """Pages for whoever holds an account."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def show_password(self, request: Request) -> Response:
        """The form for a new password."""
        return _password_page(request)

    async def change_password(self, request: Request) -> Response:
        """Changes it; other browsers are signed out."""
        form = await fields(request)
        sign_in, new = sign_in_of(request), form.get("password", "")
        if new != form.get("again", ""):
            return _password_page(request, Problem("again", "The two are not the same."))
        try:
            answer = await self._accounts.change_password(
                sign_in, form.get("current", ""), new, address=address_of(request)
            )
        except SaysoError as weak:
            return _password_page(request, Problem("password", weak.message))
        if isinstance(answer, Refused):
            problem = Problem("current", refusal(answer, "That is not your password of now."))
            return _password_page(request, problem)
        response = RedirectResponse("/staff", status_code=303)
        session_cookie.remember(request, response, answer.token)
        return response

    async def show_second_step(self, request: Request) -> Response:
        """The secret, as a picture and as text."""
        return await self._second_step_page(request)

    async def confirm_second_step(self, request: Request) -> Response:
        """Turns it on, and shows the recovery codes, once."""
        form = await fields(request)
        try:
            done = await self._accounts.confirm_second_step(sign_in_of(request), form.get("code", ""))
        except SaysoError:
            return await self._second_step_page(request)
        if done is None:
            return await self._second_step_page(request, Problem("code", NO_CODE))
        opened, codes = done
        response = render("staff_recovery.html", {"codes": codes, "member": None})
        session_cookie.remember(request, response, opened.token)
        return response

    async def _second_step_page(self, request: Request, *problems: Problem) -> Response:
        sign_in = sign_in_of(request)
        try:
            secret = await self._accounts.offer_second_step(sign_in)
        except SaysoError:  # it is on already
            return render("staff_second_step_on.html", {"member": sign_in.member})
        uri = totp.key_uri(secret, sign_in.member.email)
        values = {
            "member": sign_in.member,
            "problems": problems,
            "secret": totp.grouped(secret),
            "uri": uri,
            "picture": qr_picture(uri),
        }
        return render("staff_second_step.html", values, status=400 if problems else 200)


def qr_picture(text: str) -> str:
    """A QR code as inline SVG, dark on light in any colour scheme."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(
        scale=QR_SCALE, border=QUIET_ZONE, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )


def _password_page(request: Request, *problems: Problem) -> Response:
    values = {"member": sign_in_of(request).member, "problems": problems}
    return render("staff_password.html", values, status=400 if problems else 200)
