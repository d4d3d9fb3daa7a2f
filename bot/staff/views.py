"""What the accounts give out: members of staff, and sign-ins."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.staff.roles import SEE_EVERY_SERVICE, Role


class State(StrEnum):
    """Where an account stands. Only an active one can sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    LOCKED = "locked"
    LEFT = "left"


class Stage(StrEnum):
    """How far a sign-in has come: a code is asked for, the second step has to be set up, or all is open."""

    CODE = "code"
    ENROL = "enrol"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works with Sayso.

    Attributes:
        staff_id: The account.
        name: What they are called.
        email: What they sign in with.
        roles: One or more, in the order of `Role`.
        state: Where the account stands.
        services: Ids of the services that a provider or volunteer may see.
        has_second_step: True where a code is asked for after the password.
    """

    staff_id: int
    name: str = field(repr=False)
    email: str = field(repr=False)
    roles: tuple[Role, ...]
    state: State = State.ACTIVE
    services: tuple[str, ...] = ()
    has_second_step: bool = False

    @property
    def who(self) -> str:
        """The name in the audit: an id, never a person's name."""
        return who(self.staff_id)

    def has(self, *roles: Role) -> bool:
        """True with any of the roles."""
        return not set(roles).isdisjoint(self.roles)

    @property
    def sees_every_service(self) -> bool:
        """True for roles that are not bound to services."""
        return self.has(*SEE_EVERY_SERVICE)

    def may_see_service(self, service: str) -> bool:
        """True for a service of theirs."""
        return self.sees_every_service or service in self.services


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that is under way, or open."""

    session_id: int
    member: Member
    stage: Stage


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: its token goes into the browser's cookie and nowhere else."""

    token: str = field(repr=False)
    stage: Stage


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not match; or `wait_seconds` have to pass before the next try."""

    wait_seconds: float = 0.0


def who(staff_id: int) -> str:
    """The name of an account in the audit."""
    return f"staff:{staff_id}"
