"""What several connectors are given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """A service that a person can talk about: its id, and its name in plain words ("Keighley Home Support")."""

    id: str
    name: str
