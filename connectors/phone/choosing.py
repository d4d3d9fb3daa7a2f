"""Choosing a service by word or by key, at most three things at a time. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.phone.opening_words import SOMETHING_ELSE, Question, choice
from connectors.ports import ServiceChoice

AT_A_TIME = 3
_SHORTEST = 4
_COMMON = frozenset("care home house with your support service services help".split())


def offered(services: Sequence[ServiceChoice], page: int) -> Question:
    """The question for a page; after the last one it begins again."""
    if len(services) <= AT_A_TIME:
        return choice(tuple(_spoken(each) for each in services), tuple(each.id for each in services))
    size = AT_A_TIME - 1
    pages = [services[start : start + size] for start in range(0, len(services), size)]
    here = pages[page % len(pages)]
    labels, ids = [_spoken(each) for each in here], [each.id for each in here]
    return choice((*labels, SOMETHING_ELSE), (*ids, SOMETHING_ELSE))


def by_id(services: Sequence[ServiceChoice], chosen: str) -> ServiceChoice | None:
    """The service with this id."""
    return next((each for each in services if each.id == chosen), None)


def by_name(services: Sequence[ServiceChoice], text: str) -> ServiceChoice | None:
    """The service whose name was said, whole or by words that no other has; None where that is not clear."""
    said = _words(text)
    bare = {_singular(word) for word in said}
    found = [
        each
        for each in services
        if f" {' '.join(_words(each.name))} " in f" {' '.join(said)} " or _own_words(each, services) & bare
    ]
    return found[0] if len(found) == 1 else None


def _own_words(service: ServiceChoice, services: Sequence[ServiceChoice]) -> set[str]:
    others = {_singular(word) for each in services if each is not service for word in _words(each.name)}
    return {
        _singular(word)
        for word in _words(service.name)
        if len(word) >= _SHORTEST - 1 and word not in _COMMON and _singular(word) not in others
    }


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _SHORTEST and word.endswith("s") else word


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"[’']", "", text.lower()))


def _spoken(service: ServiceChoice) -> str:
    """Its name in the middle of a sentence: "home care", but "Elm Court" as it is."""
    first, *rest = service.name.split()
    is_plain = all(word == word.lower() for word in rest)
    return " ".join((first.lower() if is_plain else first, *rest))
