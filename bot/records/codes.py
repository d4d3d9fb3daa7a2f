"""Ids that cannot be guessed, and resume codes that are easy to read out."""

from __future__ import annotations

import secrets
import uuid

ALPHABET = "ACDEFHJKMNPRTWXY34679"  # nothing that looks like another: no B8, G6, I1L, O0Q, S5, UV, Z2
LENGTH = 8


def new_conversation_id() -> str:
    """A random UUID (122 bits)."""
    return str(uuid.uuid4())


def new_resume_code() -> str:
    """Eight easy characters, grouped: `K7HM-4TWD` (21^8, about 3.8e10 codes)."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:]}"


def normalise_code(code: str) -> str:
    """The bare characters of a code, however it was typed or spoken; "" when it cannot be one."""
    bare = "".join(character for character in code.upper() if character.isalnum())
    return bare if len(bare) == LENGTH and set(bare) <= set(ALPHABET) else ""
