"""What Twilio's form says about a call: whose it is, how far it came, and what picked up."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.phone.dialling import Outcome, is_e164
from connectors.phone.ports import Call, Direction

_CALL_SID = re.compile(r"CA[0-9a-f]{32}")

_OUTCOMES = {
    "initiated": Outcome.DIALLING,
    "ringing": Outcome.RINGING,
    "in-progress": Outcome.ANSWERED,
    "answered": Outcome.ANSWERED,
    "completed": Outcome.COMPLETED,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CANCELLED,
}
"""Source: Twilio, Call resource, call status values; StatusCallbackEvent."""
_OVER = {"completed", "busy", "no-answer", "failed", "canceled"}
_TAKEN = {"completed", "answered"}
"""Source: Twilio, <Dial>, DialCallStatus."""

_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_WITHHELD = {f"+{word.translate(_KEYPAD)}" for word in ("anonymous", "blocked", "restricted", "unavailable", "unknown")}
"""What Twilio gives in place of a number that is withheld: the word, spelled on the keypad (+266696687)."""

Form = Mapping[str, str]


def call_sid(form: Form) -> str:
    """The id of the call; "" where there is none."""
    found = form.get("CallSid", "")
    return found if _CALL_SID.fullmatch(found) else ""


def call(form: Form, planned_id: str) -> Call:
    """The call that a form is about.

    Args:
        form: With a `CallSid`.
        planned_id: Of a call that we make; "" otherwise.
    """
    inbound = form.get("Direction", "inbound") == "inbound"
    number = form.get("From" if inbound else "To", "")
    return Call(
        id=call_sid(form),
        direction=Direction.INBOUND if inbound else Direction.OUTBOUND,
        number=number if is_e164(number) and number not in _WITHHELD else "",
        planned_id="" if inbound else planned_id,
    )


def outcome(form: Form) -> Outcome | None:
    """How far the call came; None where the form says nothing that we know."""
    return _OUTCOMES.get(form.get("CallStatus", ""))


def is_over(form: Form) -> bool:
    """Tells whether the person has hung up."""
    return form.get("CallStatus", "") in _OVER


def was_taken(form: Form) -> bool:
    """Tells whether somebody took the call that was handed over."""
    return form.get("DialCallStatus", "") in _TAKEN


def is_beep(form: Form) -> bool:
    """Tells whether an answering machine ended its greeting with a beep.

    Nothing else is believed: "human" is a guess by the length of the greeting, and so is a machine without a beep.
    Source: Twilio, Answering Machine Detection, AnsweredBy.
    """
    return form.get("AnsweredBy", "") == "machine_end_beep"
