"""The question that waits, as several connectors need it. Pure."""

from __future__ import annotations

from dialogues.types import Context, Prompt


def spoken_option(line: str, question: Prompt | None) -> str:
    """The label of the option whose key was typed; anything else as it is."""
    return next((option.label for option in question.options if option.key == line), line) if question else line


def context_of(question: Prompt | None) -> Context:
    """The question, as far as hearing its answer needs it."""
    return Context(question.text, question.expects, question.options) if question else Context()
