"""What the web chat is given: it imports no engine and no database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from connectors.ports import ServiceChoice

Services = Callable[[], Awaitable[Sequence[ServiceChoice]]]
"""Gives the services to choose from, in the order to show them."""

Transcript = Callable[[str], Awaitable[Sequence[tuple[str, str]]]]
"""Gives `(speaker, text)` pairs of a conversation, oldest first; the speaker `sayso` is the machine."""

ResumeCode = Callable[[str], Awaitable[str | None]]
"""Gives the code that takes a conversation up again, or None where there is none to show."""
