"""Insights: what providers see. Counts of people, never of mentions, and nothing that singles anybody out."""

from bot.insights.insights import Insights
from bot.insights.model import Cell, Filters, Overview, Quote, ThemeInsight

__all__ = ["Cell", "Filters", "Insights", "Overview", "Quote", "ThemeInsight"]
