"""One event, one change. `apply` knows every event of `dialogues.types`; the type checker sees to that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.records import hearings, people, points, requests
from bot.records.work import Work
from dialogues.types import (
    AboutYouAnswered,
    AlertRaised,
    AlertWish,
    AllWithdrawn,
    BeansPlaced,
    CallbackRequested,
    ConsentAnswered,
    CopyRequested,
    Ended,
    Event,
    HearingSettled,
    NeedRecorded,
    Paused,
    PointConfirmed,
    PointCorrected,
    PointHeard,
    PointReheard,
    PointWithdrawn,
    Restarted,
    Resumed,
    Rewound,
    SenseGiven,
    TalkRated,
)


async def apply(work: Work, event: Event, at: datetime, witness: str | None = None) -> None:
    """Applies one event inside the transaction.

    Args:
        work: The open conversation.
        event: What the manager decided.
        at: When, UTC.
        witness: Staff id of a volunteer who was there, for consents.

    Raises:
        SaysoError: When the event contradicts what is stored.
    """
    match event:
        case PointHeard() | PointConfirmed() | PointCorrected() | PointWithdrawn() | SenseGiven() | BeansPlaced():
            await _apply_point(work, event, at)
        case PointReheard():
            await points.reheard(work, event)
        case Rewound():
            await points.rewound(work, event)
        case HearingSettled():
            await hearings.settled(work, event)
        case ConsentAnswered():
            await people.consent_answered(work, event, at, witness)
        case NeedRecorded():
            await people.need_recorded(work, event)
        case AboutYouAnswered():
            await people.about_you_answered(work, event, at)
        case TalkRated():
            await people.talk_rated(work, event, at)
        case AlertRaised():
            await requests.alert_raised(work, event, at)
        case AlertWish():
            await requests.alert_wish(work, event)
        case CallbackRequested():
            await requests.callback_requested(work, event, at)
        case CopyRequested():
            await requests.copy_requested(work, at)
        case Restarted():
            await points.withdraw_all(work)
        case Paused() | Resumed() | Ended() | AllWithdrawn():
            _apply_status(work, event, at)
        case _:
            assert_never(event)


async def _apply_point(
    work: Work,
    event: PointHeard | PointConfirmed | PointCorrected | PointWithdrawn | SenseGiven | BeansPlaced,
    at: datetime,
) -> None:
    match event:
        case PointHeard():
            await points.heard(work, event, at)
        case PointConfirmed():
            await points.confirmed(work, event)
        case PointCorrected():
            await points.corrected(work, event)
        case PointWithdrawn():
            await points.withdrawn(work, event)
        case SenseGiven():
            await points.sense_given(work, event)
        case BeansPlaced():
            await points.beans_placed(work, event)
        case _:
            assert_never(event)


def _apply_status(work: Work, event: Paused | Resumed | Ended | AllWithdrawn, at: datetime) -> None:
    match event:
        case Paused(days=days):
            work.changes |= {"status": "paused", "paused_until": at + timedelta(days=days)}
        case Resumed():
            work.changes |= {"status": "open", "paused_until": None}
        case Ended(reason=reason):
            work.changes |= {"status": "ended", "end_reason": str(reason), "ended_at": at, "paused_until": None}
            work.just_ended = True
        case AllWithdrawn():
            work.all_withdrawn = True
        case _:
            assert_never(event)
