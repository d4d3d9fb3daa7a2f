"""The one error tree of Sayso. Errors are caught once, at the edge."""

from __future__ import annotations


class SaysoError(Exception):
    """Anything that Sayso reports on purpose.

    Args:
        code: Stable machine-readable code, e.g. `conversation_unknown`.
        message: Plain words saying what is wrong and what to do; never a participant's words or identity.
        permanent: True when trying again cannot help.
    """

    def __init__(self, code: str, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.permanent = permanent
