"""Records: the only door to what people said. Every reading says who asks."""

from bot.records.call_views import CallPlan, Next, PlannedCall, UnfinishedTalk
from bot.records.records import SELF, Records
from bot.records.unit import Unit
from bot.records.views import (
    AlertView,
    CallbackView,
    ContributionView,
    ConversationView,
    OpenedConversation,
    Purged,
    QuoteToCheck,
    SpokenTurn,
    TurnView,
)

__all__ = [
    "SELF",
    "AlertView",
    "CallPlan",
    "CallbackView",
    "ContributionView",
    "ConversationView",
    "Next",
    "OpenedConversation",
    "PlannedCall",
    "Purged",
    "QuoteToCheck",
    "Records",
    "SpokenTurn",
    "TurnView",
    "UnfinishedTalk",
    "Unit",
]
