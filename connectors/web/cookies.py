"""The cookies of the web chat. The conversation's id lives here and never in an address."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response

from dialogues.types import Voice

CONVERSATION = "sayso_talk"
VOICE = "sayso_voice"
CODE = "sayso_code"
NEW = "sayso_new"
ALL = (CONVERSATION, VOICE, CODE, NEW)
PATH = "/talk"
LONGEST_VALUE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """What the cookies say.

    Attributes:
        conversation_id: Which conversation; empty for none.
        voice: Whose words are typed.
        code: The code to carry on later; empty where it was not given on this browser.
        is_new: True until the first page of a new conversation was shown.
    """

    conversation_id: str
    voice: Voice
    code: str = ""
    is_new: bool = False


def read(request: Request) -> Visit:
    """Reads the cookies; unknown values count as absent."""
    return Visit(
        conversation_id=_short(request.cookies.get(CONVERSATION, "")),
        voice=to_voice(request.cookies.get(VOICE, "")),
        code=_short(request.cookies.get(CODE, "")),
        is_new=request.cookies.get(NEW) == "1",
    )


def _short(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE_CHARACTERS and value.isprintable() else ""


def to_voice(value: str) -> Voice:
    """The voice of that name; the person's own when there is no such voice."""
    return Voice(value) if value in set(Voice) else Voice.OWN


def remember(request: Request, response: Response, name: str, value: str) -> None:
    """Sets a cookie for this browser session only: closing the browser forgets it."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, path=PATH, httponly=True, samesite="strict", secure=secure)


def forget(request: Request, response: Response, *names: str) -> None:
    """Removes cookies."""
    secure = request.url.scheme == "https"
    for name in names:
        response.delete_cookie(name, path=PATH, httponly=True, samesite="strict", secure=secure)
