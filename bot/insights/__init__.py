"""Insights: what providers see. Counts of people, never of mentions, and nothing that singles anybody out."""

from bot.insights.insights import Insights
from bot.insights.intervals import differences, share
from bot.insights.model import (
    Brief,
    Cell,
    Change,
    Filters,
    Found,
    Journey,
    Overview,
    Quote,
    Selection,
    Share,
    ThemeInsight,
)
from bot.insights.periods import periods

__all__ = [
    "Brief",
    "Cell",
    "Change",
    "Filters",
    "Found",
    "Insights",
    "Journey",
    "Overview",
    "Quote",
    "Selection",
    "Share",
    "ThemeInsight",
    "differences",
    "periods",
    "share",
]
