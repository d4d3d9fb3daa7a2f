"""The services that people can talk about, one for each topic guide until an organisation sets up its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialogues.script import Script


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
