"""Events that call for a person: alerts, wishes, call-backs, copies."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.records.masking import hide_name
from bot.records.work import Work
from bot.storage.models import AlertRow, CallbackRow
from dialogues.types import AlertRaised, AlertWish, CallbackRequested

COPY = "copy"


async def alert_raised(work: Work, event: AlertRaised, at: datetime) -> None:
    """Stores the alert and queues its message. A missing turn never stops an alert: its words are then empty."""
    words = await work.turn_text(event.turn_number) or ""
    evidence = [list(span) for span in event.evidence]
    values = {
        "conversation_id": work.conversation_id,
        "turn_number": event.turn_number,
        "level": str(event.level),
        "type": event.type,
        "words": work.keys.encrypt(words),
        "evidence": evidence,
        "staff_named": event.staff_named,
        "raised_at": at,
    }
    await work.insert_new(AlertRow, values)
    message = {
        "conversation_id": work.conversation_id,
        "service": work.row.service_id,
        "level": str(event.level),
        "type": event.type,
        "words": hide_name(words, preferred_name(work)),
        "evidence": evidence,
        "staff_named": event.staff_named,
        "raised_at": at.isoformat(),
    }
    await work.enqueue("alert", json.dumps(message), f"alert:{work.conversation_id}:{event.turn_number}:{event.type}")


async def alert_wish(work: Work, event: AlertWish) -> None:
    """Adds what the person would like to happen to the latest alert."""
    wish = await work.turn_text(event.turn_number)
    latest = select(AlertRow.id).where(AlertRow.conversation_id == work.conversation_id).order_by(AlertRow.id.desc())
    alert_id = await work.scalar(latest.limit(1))
    if wish and alert_id is not None:
        statement = update(AlertRow).where(AlertRow.id == alert_id)
        await work.execute(statement.values(wish=work.keys.encrypt(wish)))


async def callback_requested(work: Work, event: CallbackRequested, at: datetime) -> None:
    """Puts the person on the call-back list; an urgent one leaves as a message too."""
    await _add(work, event.reason, event.urgent, at)
    if event.urgent:
        message = {
            "conversation_id": work.conversation_id,
            "service": work.row.service_id,
            "requested_at": at.isoformat(),
        }
        key = f"callback:{work.conversation_id}:{work.current('turn_count')}"
        await work.enqueue("callback", json.dumps(message), key)


async def copy_requested(work: Work, at: datetime) -> None:
    """Somebody has to send the person a copy of what is held."""
    await _add(work, COPY, urgent=False, at=at)


def preferred_name(work: Work) -> str:
    """The name the person likes; "" when none is known."""
    return work.keys.decrypt(work.row.preferred_name) if work.row.preferred_name else ""


async def _add(work: Work, reason: str, urgent: bool, at: datetime) -> None:
    values = {"conversation_id": work.conversation_id, "reason": reason, "urgent": urgent, "requested_at": at}
    await work.execute(insert(CallbackRow).values(**values))
