"""Checks the fields of a row. Messages name the field, never what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dialogues.errors import SaysoError

Row = dict[str, Any]
T = TypeVar("T")


class RowError(SaysoError):
    """A row that cannot be used; the rest of the file goes on."""

    def __init__(self, message: str) -> None:
        super().__init__("row_invalid", message)


def whole_text(row: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    """A text field.

    Args:
        row: The row.
        name: The field.
        default: What stands for a missing or null field; None where the field must be there.

    Raises:
        RowError: Where it is missing, no text, or holds half a character.
    """
    value = row.get(name)
    if value is None and default is not None:
        return default
    if value is None:
        raise RowError(f'The field "{name}" is missing. Add it as text.')
    if not isinstance(value, str):
        raise RowError(f'The field "{name}" must be text.')
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RowError(f'The field "{name}" holds half a character. Save the file as UTF-8.')
    return value


def row_id(row: Mapping[str, Any]) -> str | int:
    """The row's `id`, as it came: text or a whole number."""
    value = row.get("id")
    if value is None:
        raise RowError('The field "id" is missing. Add one to each row.')
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise RowError('The field "id" must be text or a whole number.')
    return value


def flag(row: Mapping[str, Any], name: str) -> bool:
    """A yes or no; a missing field is no."""
    value = row.get(name, False)
    if not isinstance(value, bool):
        raise RowError(f'The field "{name}" must be true or false.')
    return value


def one_of(row: Mapping[str, Any], name: str, allowed: Mapping[str, Any], *, default: str | None = None) -> str:
    """A text field with a closed list of values."""
    value = whole_text(row, name, default=default)
    if value not in allowed:
        raise RowError(f'The field "{name}" must be one of: {", ".join(allowed)}.')
    return value


def texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; a missing field is an empty list."""
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RowError(f'The field "{name}" must be a list of texts.')
    return tuple(value)


def objects(row: Mapping[str, Any], name: str, make: Callable[[Row], T]) -> tuple[T, ...]:
    """A list of objects, each made into something; a missing field is an empty list."""
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RowError(f'The field "{name}" must be a list of objects.')
    return tuple(make(item) for item in value)


def part(row: Mapping[str, Any], name: str) -> Row:
    """An object; a missing or null field is an empty one."""
    value = row.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RowError(f'The field "{name}" must be an object.')
    return value


def spans(row: Mapping[str, Any], name: str) -> tuple[tuple[int, int, str], ...]:
    """Spans as (start, end, type).

    Raises:
        RowError: Where one is not `0 <= start < end`.
    """
    return objects(row, name, _span)


def _span(item: Row) -> tuple[int, int, str]:
    start, end = _place(item, "start"), _place(item, "end")
    if not start < end:
        raise RowError('Each span needs a "start" that lies before its "end".')
    return start, end, whole_text(item, "type", default="")


def _place(item: Row, name: str) -> int:
    value = item.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RowError(f'Each span needs a whole number from 0 as "{name}".')
    return value
