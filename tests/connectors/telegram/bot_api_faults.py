"""Faults that tests order from the double."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot_api_wire import ApiError

Trouble = int | Literal["timeout", "half", "drop"]


@dataclass
class Fault:
    """What goes wrong with the next calls of a method.

    Attributes:
        method: Lower case; `*` for all, `download` for files.
        left: How many more calls it concerns.
        trouble: A status, or what happens to the connection.
        retry_after: With 429.
        description: In the place of Telegram's usual words.
        acted: Whether the call is carried out all the same.
    """

    method: str
    left: int
    trouble: Trouble
    retry_after: int | None
    description: str
    acted: bool

    @property
    def error(self) -> ApiError:
        """The answer, where the trouble is a status."""
        assert isinstance(self.trouble, int)
        return ApiError(self.trouble, self.description, self.retry_after)


class Faults:
    """The faults that were ordered and have not happened yet."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Adds one; the first that fits a call is taken."""
        self._waiting.append(fault)

    def take(self, method: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        for fault in self._waiting:
            if fault.method in {"*", method.lower()}:
                fault.left -= 1
                if fault.left <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Everything works again."""
        self._waiting.clear()
