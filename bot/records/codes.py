"""Ids that cannot be guessed, and resume codes that are easy to read out."""

from __future__ import annotations

import itertools
import secrets
import uuid
from collections.abc import Iterator

from connectors.phone.spoken_codes import ALPHABET, KEYS, LENGTH


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


def codes_of_keys(keys: str) -> Iterator[str]:
    """Every code that eight keys of a telephone may stand for (3 is D, E, F or 3): about 4,000, at most 65,536."""
    if len(keys) == LENGTH and set(keys) <= set(KEYS):
        yield from ("".join(code) for code in itertools.product(*(KEYS[key] for key in keys)))
