"""The safeguarding screen: looks at every turn before anything else does. See docs/safeguarding.md."""

from bot.safeguarding.screen import screen

__all__ = ["screen"]
