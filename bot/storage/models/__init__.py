"""The tables. Importing this package registers every one of them on `Base.metadata`."""

from bot.storage.models.base import Base
from bot.storage.models.calls import CallRow, DoNotCallRow, PlannedCallRow
from bot.storage.models.channels import ArrivalRow, ChatRow, InvitationRow
from bot.storage.models.conversations import (
    AboutYouRow,
    ContributionRow,
    ConversationRow,
    TalkRatingRow,
    TurnRow,
)
from bot.storage.models.insights import PersonChangeRow
from bot.storage.models.people import ConsentRow, ContactRow, ParticipantRow
from bot.storage.models.replies import AnswerRow, ReRatingRow
from bot.storage.models.services import GuideRow, ServiceRow
from bot.storage.models.speech import HearingRow, RecordingRow
from bot.storage.models.staff import (
    SignInTryRow,
    StaffInvitationRow,
    StaffPersonRow,
    StaffRecoveryRow,
    StaffRow,
    StaffServiceRow,
    StaffSessionRow,
)
from bot.storage.models.work import AlertRow, AuditRow, CallbackRow, OutboxRow

__all__ = [
    "AboutYouRow",
    "AlertRow",
    "AnswerRow",
    "ArrivalRow",
    "AuditRow",
    "Base",
    "CallRow",
    "CallbackRow",
    "ChatRow",
    "ConsentRow",
    "ContactRow",
    "ContributionRow",
    "ConversationRow",
    "DoNotCallRow",
    "GuideRow",
    "HearingRow",
    "InvitationRow",
    "OutboxRow",
    "ParticipantRow",
    "PersonChangeRow",
    "PlannedCallRow",
    "ReRatingRow",
    "RecordingRow",
    "ServiceRow",
    "SignInTryRow",
    "StaffInvitationRow",
    "StaffPersonRow",
    "StaffRecoveryRow",
    "StaffRow",
    "StaffServiceRow",
    "StaffSessionRow",
    "TalkRatingRow",
    "TurnRow",
]
