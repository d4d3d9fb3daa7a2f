"""Telephone numbers as people write them, made alike."""

from __future__ import annotations

import re

from dialogues.errors import SaysoError

COUNTRY = "44"
_SHORTEST, _LONGEST = 7, 15
"""Digits of a number with its country. Source: ITU-T E.164; the shortest in use have 7."""


def e164(text: str, country: str = COUNTRY) -> str:
    """The number in E.164 (`+441632960123`).

    Args:
        text: As written: "01632 960 123", "+44 (0)1632 960123", "0044 1632 960123".
        country: Of a number written without one.

    Raises:
        SaysoError: `number_invalid`; the message does not hold the number.
    """
    bare = re.sub(r"[\s().\-/\u2010-\u2015]", "", text.strip().replace("(0)", ""))
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif bare.startswith("0"):
        bare = f"+{country}{bare[1:]}"
    if not re.fullmatch(rf"\+[1-9][0-9]{{{_SHORTEST - 1},{_LONGEST - 1}}}", bare):
        raise SaysoError("number_invalid", "This is not a telephone number. Write it in full, like 01632 960123.")
    return bare
