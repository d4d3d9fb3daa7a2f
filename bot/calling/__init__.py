"""Ringing people: when, how often, and when not any more."""

from bot.calling.planner import CallPlanner
from bot.calling.rules import MAX_TRIES, Ending, Slot

__all__ = ["MAX_TRIES", "CallPlanner", "Ending", "Slot"]
