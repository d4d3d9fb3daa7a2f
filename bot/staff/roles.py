"""The roles of people who work with Sayso."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody does with Sayso. One person may have several."""

    PROVIDER = "provider"
    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    ADVISER = "adviser"


NAMES: Mapping[Role, str] = {
    Role.PROVIDER: "Provider",
    Role.VOLUNTEER: "Volunteer",
    Role.COORDINATOR: "Coordinator",
    Role.SAFEGUARDING_LEAD: "Safeguarding lead",
    Role.ADVISER: "Adviser",
}
MEANINGS: Mapping[Role, str] = {
    Role.PROVIDER: "Sees what people said of their own services.",
    Role.VOLUNTEER: "Sits with the people they are given.",
    Role.COORDINATOR: "Runs Sayso and adds staff.",
    Role.SAFEGUARDING_LEAD: "Looks into worries about safety.",
    Role.ADVISER: "An older person who reads what was heard.",
}
NEED_SECOND_STEP = frozenset({Role.COORDINATOR, Role.SAFEGUARDING_LEAD})
"""Roles that nobody has with a password alone."""

SEE_EVERY_SERVICE = frozenset({Role.COORDINATOR, Role.ADVISER})
"""Roles that read the results of all services; a provider reads those of their own."""


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each role once, in the order of `Role`."""
    wanted = set(roles)
    return tuple(role for role in Role if role in wanted)


def needs_second_step(roles: Iterable[Role]) -> bool:
    """True where a password alone is not enough."""
    return bool(NEED_SECOND_STEP & set(roles))
