"""Who may do what: one rule for every route of the application. What has no rule is refused to everybody.

`tests/bot/web/test_route_rules.py` fails for a route that is not here, and tries every role on every page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from starlette.routing import compile_path

from bot.staff import Role, Stage


class Way(StrEnum):
    """How it is known who asks."""

    ANYBODY = "anybody"
    """Nobody needs to be known: public pages, and forms that begin a sign-in."""

    CONVERSATION = "conversation"
    """The holder of a conversation: by the cookie that only their browser has (`connectors/web/cookies.py`)."""

    PROGRAM = "program"
    """A program with a token of the settings and its scope (`bot/web/tokens.py`)."""

    CONNECTOR = "connector"
    """A service that shows its secret or signs what it sends; its connector checks that."""

    STAFF = "staff"
    """Somebody signed in, with one of the rule's roles."""

    RESULTS = "results"
    """As `STAFF`; and the shared token, and in a demo this machine (`bot/web/access.py`)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks for.

    Attributes:
        way: How it is known who asks.
        roles: One of them is needed, of staff.
        stages: How far the sign-in has to have come, of staff.
    """

    way: Way
    roles: frozenset[Role] = frozenset()
    stages: frozenset[Stage] = frozenset({Stage.OPEN})


ANYBODY = Rule(Way.ANYBODY)
CONVERSATION = Rule(Way.CONVERSATION)
PROGRAM = Rule(Way.PROGRAM)
CONNECTOR = Rule(Way.CONNECTOR)


def require(*roles: Role, stages: Iterable[Stage] = (Stage.OPEN,)) -> Rule:
    """Somebody signed in, with one of these roles; any role where none is named."""
    return Rule(Way.STAFF, frozenset(roles or Role), frozenset(stages))


RESULTS = Rule(Way.RESULTS, frozenset({Role.PROVIDER, Role.COORDINATOR, Role.ADVISER}))
"""Suppressed counts and checked quotes: of every service, or of the provider's own."""

CHECKING = Rule(Way.RESULTS, frozenset({Role.COORDINATOR}))
"""Quotes that nobody has looked at yet; never for the service they are about."""

RULES: dict[str, Rule] = {
    "GET /": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /api/v1/openapi.json": ANYBODY,
    "GET /talk": ANYBODY,
    "GET /talk/start": ANYBODY,
    "POST /talk/start": ANYBODY,
    "GET /talk/conversation": CONVERSATION,
    "GET /talk/say": CONVERSATION,
    "POST /talk/say": CONVERSATION,
    "POST /talk/leave": CONVERSATION,
    "POST /api/v1/conversations": PROGRAM,
    "POST /api/v1/conversations/{conversation_id}/turns": PROGRAM,
    "GET /api/v1/conversations/{conversation_id}/contributions": PROGRAM,
    "GET /api/v1/insights": PROGRAM,
    "GET /api/v1/insights/themes/{theme}": PROGRAM,
    "GET /api/v1/export": PROGRAM,
    "POST /telegram": CONNECTOR,
    "POST /phone/twilio/voice": CONNECTOR,
    "POST /phone/twilio/after": CONNECTOR,
    "POST /phone/twilio/handed-over": CONNECTOR,
    "POST /phone/twilio/status": CONNECTOR,
    "POST /phone/twilio/machine": CONNECTOR,
    "WEBSOCKET /phone/twilio/media": CONNECTOR,
    "POST /phone/asterisk/announce": CONNECTOR,
    "POST /phone/asterisk/after": CONNECTOR,
    "WEBSOCKET /phone/asterisk/media": CONNECTOR,
    "GET /provider": RESULTS,
    "GET /provider/themes/{theme}": RESULTS,
    "GET /provider/check": CHECKING,
    "POST /provider/check": CHECKING,
    "GET /provider/quotes": RESULTS,
    "GET /provider/compare": RESULTS,
    "POST /provider/sign-in": ANYBODY,
    "POST /provider/sign-out": ANYBODY,
    "GET /staff/sign-in": ANYBODY,
    "POST /staff/sign-in": ANYBODY,
    "GET /staff/invitation/{code}": ANYBODY,
    "POST /staff/invitation/{code}": ANYBODY,
    "GET /staff/code": require(stages=[Stage.CODE]),
    "POST /staff/code": require(stages=[Stage.CODE]),
    "GET /staff/second-step": require(stages=[Stage.ENROL, Stage.OPEN]),
    "POST /staff/second-step": require(stages=[Stage.ENROL, Stage.OPEN]),
    "POST /staff/sign-out": require(stages=Stage),
    "POST /staff/sign-out-everywhere": require(),
    "GET /staff": require(),
    "GET /staff/password": require(),
    "POST /staff/password": require(),
    "GET /staff/members": require(Role.COORDINATOR),
    "POST /staff/members": require(Role.COORDINATOR),
    "POST /staff/members/{staff_id}/link": require(Role.COORDINATOR),
    "POST /staff/members/{staff_id}/lock": require(Role.COORDINATOR),
    "POST /staff/members/{staff_id}/leave": require(Role.COORDINATOR),
}
"""By method and path. Mounted folders of files are in `OPEN_FOLDERS`."""

OPEN_FOLDERS = frozenset({"/static", "/static/talk"})
"""Styles, scripts and pictures, without any data."""

SAFE_METHODS = frozenset({"GET", "HEAD"})

_PATTERNS = [(name.partition(" ")[0], compile_path(name.partition(" ")[2])[0], rule) for name, rule in RULES.items()]


def rule_of(method: str, path: str) -> Rule | None:
    """The rule of a request; None where there is none.

    An address below `/provider` that nobody wrote a rule for shows results to those who may see them, and changes
    nothing for anybody.
    """
    known = "GET" if method == "HEAD" else method
    for name, pattern, rule in _PATTERNS:
        if name == known and pattern.match(path):
            return rule
    return RESULTS if known == "GET" and path.startswith("/provider/") else None
