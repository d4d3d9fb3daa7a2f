"""Reads what the chat's forms post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from connectors.web import pages, words

NOTHING_SAID = "Please write something first. Or press Skip."
TOO_LONG = "That is very long. Please send it in smaller parts."


@dataclass(frozen=True, slots=True)
class Said:
    """One posted form: what to hand on, and what to keep in the box."""

    text: str
    draft: str
    message_id: str
    form_id: str
    is_helper: bool


@dataclass(frozen=True, slots=True)
class Box:
    """What the answer box shows again: a notice, the words so far, and the form's id when it is the same message."""

    notice: str = ""
    draft: str = ""
    form_id: str = ""


EMPTY_BOX = Box()


def read_said(form: Mapping[str, str]) -> Said:
    """What a form says: a helper button, a choice button, or typed words."""
    form_id = words.message_id(form.get("message_id", ""))
    draft = words.clean(form.get("text", ""))
    helper = form.get("helper", "")
    if helper in pages.HELPERS:
        return Said(pages.HELPERS[helper], draft, f"{form_id}.{helper}", form_id, is_helper=True)
    if "choice" in form:
        return Said(words.clean(form["choice"]), draft, form_id, form_id, is_helper=False)
    return Said(draft, draft, form_id, form_id, is_helper=False)


def problem(said: Said) -> tuple[str, int] | None:
    """Why the words cannot be handed on, with the HTTP status; None when they can."""
    if not said.text:
        return NOTHING_SAID, 400
    if len(said.text) > words.LONGEST_TEXT_CHARACTERS:
        return TOO_LONG, 413
    return None


async def fields(request: Request) -> dict[str, str]:
    """The posted fields; files and broken bodies count as nothing."""
    try:
        form = await request.form()
    except Exception:  # whatever a parser makes of a broken body
        return {}
    return {name: value for name, value in form.items() if isinstance(value, str)}
