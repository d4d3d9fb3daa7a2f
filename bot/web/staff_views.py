"""Turns accounts into what staff pages show: problems at fields, the sign-in page, plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Response
from starlette.requests import HTTPConnection

from bot.staff import Member, Refused, State
from bot.staff.roles import MEANINGS, NAMES
from bot.web.rules import Way, rule_of
from bot.web.templates import render

HOME = "/staff"
LONGEST_ADDRESS_CHARACTERS = 500
NO_MATCH = "That e-mail and password do not match. Please try again."
NO_CODE = "That code is not right, or was used. Wait for the next one."
STATES = {State.INVITED: "Has a link, and has not used it yet", State.ACTIVE: "Can sign in", State.LOCKED: "Locked"}
_SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field. It stands at the field, and at the top with a link to it."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One member of staff in the list."""

    staff_id: int
    name: str
    email: str
    roles: str
    services: str
    state: str
    is_self: bool
    is_locked: bool


def card(member: Member, reader: Member, service_names: dict[str, str]) -> Card:
    """A member with codes in plain words."""
    return Card(
        staff_id=member.staff_id,
        name=member.name,
        email=member.email,
        roles=role_names(member),
        services=", ".join(service_names.get(each, each) for each in member.services),
        state=STATES.get(member.state, ""),
        is_self=member.staff_id == reader.staff_id,
        is_locked=member.state is State.LOCKED,
    )


def role_names(member: Member) -> str:
    """The roles in plain words."""
    return ", ".join(NAMES[role] for role in member.roles)


def meanings(member: Member) -> list[tuple[str, str]]:
    """Each role with what it does."""
    return [(NAMES[role], MEANINGS[role]) for role in member.roles]


def refusal(refused: Refused, otherwise: str) -> str:
    """Why it did not go on."""
    if not refused.wait_seconds:
        return otherwise
    minutes = math.ceil(refused.wait_seconds / _SECONDS_A_MINUTE)
    return f"There were too many tries. Please wait {minutes} minute{'s' if minutes > 1 else ''}."


def onward(address: str) -> str:
    """Where to go after signing in: a page of ours that was asked for, else the first page of staff."""
    if len(address) > LONGEST_ADDRESS_CHARACTERS or not address.isprintable() or "\\" in address:
        return HOME
    try:
        parts = urlsplit(address)
    except ValueError:
        return HOME
    rule = rule_of("GET", parts.path)
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")
    return address if is_ours and rule is not None and rule.way in {Way.STAFF, Way.RESULTS} else HOME


def sign_in_page(
    connection: HTTPConnection,
    has_token: bool,
    *,
    problems: Sequence[Problem] = (),
    email: str = "",
    asked_for: str = "",
    status: int = 401,
) -> Response:
    """The sign-in page, at whatever address it was needed.

    Args:
        connection: What was asked for.
        has_token: True where the shared staff token is set up too.
        problems: What was wrong.
        email: What was typed.
        asked_for: Where to go afterwards; "" takes the page that was asked for.
        status: HTTP status.
    """
    is_page = connection.scope["method"] == "GET"
    here = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
    values = {
        "problems": problems,
        "email": email,
        "has_token": has_token,
        "asked_for": asked_for or (onward(here) if is_page else HOME),
        "member": None,
    }
    return render("staff_sign_in.html", values, status=status)


def address_of(request: HTTPConnection) -> str:
    """The network address that tries are counted by."""
    return request.client.host if request.client else "unknown"
