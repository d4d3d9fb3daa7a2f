"""Passwords: what is refused, and how they are kept (argon2id). Length counts, composition does not.

Source: NIST SP 800-63B (length, no composition rules, a list of what is expected); RFC 9106 for argon2id, whose second
recommended setting (64 MiB, 3 passes, 4 lanes) is the library's own.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_CHARACTERS = 12
LONGEST_CHARACTERS = 200
HASHES_AT_ONCE = 2
"""Each takes 64 MiB for about a sixth of a second; more at once would starve talks."""

_EXPECTED = frozenset(
    "password passwort passw0rd pa55word p@ssword p@ssw0rd qwerty qwertyuiop qwertyui azerty letmein letmeinnow "
    "welcome welcomeback iloveyou iloveyouso sunshine princess football liverpool manchester arsenal chelsea "
    "superman batman dragon monkey master charlie ashley michael jordan trustno administrator admin adminadmin "
    "changeme changemenow secret secretsecret default computer internet starwars whatever "
    "mypassword thepassword newpassword sayso saysosayso careservice carehome homecare qazwsxedc zaqwsxcde "
    "asdfghjkl zxcvbnm asdfghjklzxcvbnm qwertyuiopasdfghjkl onetwothreefour abcdefghijkl abcdefghijklmnop "
    "abcdefghijklmnopqrstuvwxyz".split()
)
_RUNS = ("01234567890123456789", "09876543210987654321", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")


def problem(password: str) -> str | None:
    """Why a new password is not taken, in plain words; None when it is."""
    plain = _normal(password)
    if len(plain) < SHORTEST_CHARACTERS:
        return f"Use {SHORTEST_CHARACTERS} characters or more. A few words in a row work well."
    if len(plain) > LONGEST_CHARACTERS:
        return f"Use {LONGEST_CHARACTERS} characters or fewer."
    if _is_expected(plain.casefold()):
        return "Too many people use that one. Please choose another."
    return None


def _is_expected(folded: str) -> bool:
    bare = re.sub(r"[\W_]+", "", folded)
    word = re.sub(r"^\d+|\d+$", "", bare)
    return (
        word in _EXPECTED
        or any(bare in run for run in _RUNS)
        or any(_is_repeated(text, length) for text in (folded, bare, word) for length in range(1, 5))
        or any(_is_repeated(text, len(known)) for text in (bare, word) for known in _EXPECTED if text.startswith(known))
    )


def _is_repeated(text: str, length: int) -> bool:
    """True when a text is its first `length` characters over and over, also cut short."""
    return bool(text) and (text[:length] * len(text))[: len(text)] == text and len(text) > length


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Makes and checks hashes, beside the event loop and few at once.

    Args:
        hasher: Its cost; None takes the library's default.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = ""
        self._few = asyncio.Semaphore(HASHES_AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        async with self._few:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Compares; does the same work, and says no, where there is no hash to compare with."""
        self._decoy = self._decoy or await self.hash("nobody has this password")
        async with self._few:
            return await asyncio.to_thread(self._verify, kept or self._decoy, password) and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _normal(password[: LONGEST_CHARACTERS * 4]))
        except (VerificationError, InvalidHashError):
            return False
