"""The coordinators' page: who works with Sayso."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from bot.staff import Accounts, Role
from bot.staff.roles import MEANINGS, NAMES
from bot.web.authority import sign_in_of
from bot.web.staff_views import Problem, card
from bot.web.templates import render
from connectors.web import Services
from connectors.web.words import clean_line
from dialogues.errors import SaysoError

PAGE = "/staff/members"
LONGEST_FIELD_CHARACTERS = 300
FIELD_OF = {
    "staff_name": "name",
    "staff_email": "email",
    "staff_email_known": "email",
    "staff_roles": "role",
    "staff_services": "service",
}
"""At which field a problem stands."""

NOT_YOURSELF = "You cannot do that to your own account. Ask another coordinator."


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form held, so that nothing has to be typed again."""

    name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class MemberPages:
    """Pages for coordinators."""

    def __init__(self, accounts: Accounts, services: Services) -> None:
        self._accounts = accounts
        self._services = services

    async def show(self, request: Request) -> Response:
        """The list, and the form to add somebody."""
        return await self._page(request)

    async def invite(self, request: Request) -> Response:
        """Adds somebody; the link is shown once."""
        typed = await _typed(request)
        try:
            code = await self._accounts.invite(
                name=typed.name,
                email=typed.email,
                roles=[Role(role) for role in typed.roles if role in set(Role)],
                services=typed.services,
                by=sign_in_of(request).member.who,
            )
        except SaysoError as error:
            problem = Problem(FIELD_OF.get(error.code, "name"), error.message)
            return await self._page(request, typed, [problem], status=400)
        return _link_page(request, code, typed.name)

    async def new_link(self, request: Request, staff_id: int) -> Response:
        """A new link for a lost password or telephone; the old ones end."""
        me = sign_in_of(request).member
        if staff_id == me.staff_id:
            return await self._page(request, problems=[Problem("list", NOT_YOURSELF)], status=400)
        names = {member.staff_id: member.name for member in await self._accounts.members()}
        try:
            code = await self._accounts.invite_again(staff_id, by=me.who)
        except SaysoError as error:
            return await self._page(request, problems=[Problem("list", error.message)], status=404)
        return _link_page(request, code, names.get(staff_id, ""))

    async def lock(self, request: Request, staff_id: int) -> Response:
        """Shuts an account until it gets a new link."""
        return await self._end(request, staff_id, self._accounts.lock)

    async def leave(self, request: Request, staff_id: int) -> Response:
        """Somebody has left."""
        return await self._end(request, staff_id, self._accounts.remove)

    async def _end(self, request: Request, staff_id: int, end: Callable[..., Awaitable[None]]) -> Response:
        me = sign_in_of(request).member
        if staff_id == me.staff_id:
            return await self._page(request, problems=[Problem("list", NOT_YOURSELF)], status=400)
        try:
            await end(staff_id, by=me.who)
        except SaysoError as error:
            return await self._page(request, problems=[Problem("list", error.message)], status=404)
        return RedirectResponse(PAGE, status_code=303)

    async def _page(
        self, request: Request, typed: Typed | None = None, problems: list[Problem] | None = None, *, status: int = 200
    ) -> Response:
        me = sign_in_of(request).member
        services = await self._services()
        names = {service.id: service.name for service in services}
        values = {
            "member": me,
            "cards": [card(each, me, names) for each in await self._accounts.members()],
            "roles": [(str(role), NAMES[role], MEANINGS[role]) for role in Role],
            "services": services,
            "typed": typed or Typed(),
            "problems": problems or [],
        }
        return render("staff_members.html", values, status=status)


async def _typed(request: Request) -> Typed:
    form = await request.form()

    def several(name: str) -> tuple[str, ...]:
        return tuple(value for value in form.getlist(name) if isinstance(value, str))

    def one(name: str) -> str:
        return clean_line(next(iter(several(name)), ""), LONGEST_FIELD_CHARACTERS)

    return Typed(one("name"), one("email"), several("role"), several("service"))


def _link_page(request: Request, code: str, name: str) -> Response:
    link = f"{request.base_url}staff/invitation/{code}"
    return render("staff_link.html", {"member": sign_in_of(request).member, "link": link, "name": name})
