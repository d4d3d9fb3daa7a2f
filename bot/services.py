"""The services that people can talk about, one for each topic guide until an organisation sets up its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialogues.script import Script
from dialogues.types import Expects


@dataclass(frozen=True, slots=True)
class DefaultService:
    """A service as it is set up at the first start."""

    id: str
    name: str
    kind: str
    organisation: str
    listed: bool = True


def default_services(script: Script, organisation: str) -> Iterator[DefaultService]:
    """One service for each name that a guide goes by; only the first of each is offered to choose from."""
    for guide in sorted(script.guides.values(), key=lambda guide: guide.order):
        name = guide.name.removeprefix("your ").removeprefix("the ")
        name = name[:1].upper() + name[1:]
        for index, service in enumerate(dict.fromkeys((*guide.services, guide.id))):
            yield DefaultService(service, name, guide.id, organisation, listed=index == 0)


def closed_questions(script: Script) -> dict[str, tuple[str, ...]]:
    """The about-you questions whose answers are a fixed set, with these; others are a person's own words."""
    found: dict[str, tuple[str, ...]] = {}
    for flow in script.flows.values():
        for step in flow.steps:
            if step.records != "about_you":
                continue
            wording = script.wordings[step.ask]
            if wording.expects is Expects.YES_NO:
                found[step.id] = ("yes", "no")
            elif wording.expects is Expects.CHOICE:
                found[step.id] = tuple(str(option.value) for option in wording.options)
    return found
