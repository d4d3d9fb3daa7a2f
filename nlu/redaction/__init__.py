"""Finds and hides what identifies a person in a text (names, phones, addresses, ...)."""

from nlu.redaction.redactor import Redactor
from nlu.redaction.spans import TYPES, Span

__all__ = ["TYPES", "Redactor", "Span"]
