"""The keys that encrypt names, contacts and alerts, and that make pseudonyms.

Keys are Fernet keys, newest first: the first encrypts, all decrypt. Pseudonyms and resume codes come from the *last*
(oldest) one, so a new key is put in front and the oldest is never removed while its data lives.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from dialogues.errors import SaysoError

FILE_NAME = "sayso.key"
_LOOSE = 0o077  # any right of group or others


class Keys:
    """Encrypts, decrypts and pseudonymises.

    Args:
        fernet_keys: URL-safe base64 Fernet keys, newest first; at least one.

    Raises:
        SaysoError: `key_invalid` when there is none, or one is not a Fernet key.
    """

    def __init__(self, fernet_keys: Sequence[str]) -> None:
        if not fernet_keys:
            raise SaysoError("key_invalid", "There is no encryption key. Give at least one Fernet key.")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in fernet_keys])
        except ValueError:
            raise SaysoError("key_invalid", "An encryption key is not a Fernet key: 32 bytes in base64.") from None
        self._secret = hashlib.sha256(b"sayso pseudonym\0" + fernet_keys[-1].encode()).digest()

    @classmethod
    def load(cls, data_folder: Path, *, value: str = "", file: Path | None = None) -> Keys:
        """Loads the keys, or makes one at the first start.

        Args:
            data_folder: Where `sayso.key` lives, or is made with rights 0600.
            value: Keys from the settings, separated by commas, newest first; wins over any file.
            file: Another key file, one key a line, newest first; it has to exist.

        Raises:
            SaysoError: `key_missing`, `key_file_loose` or `key_invalid`.
        """
        if value.strip():
            return cls(_split(value.replace(",", "\n")))
        path = file or data_folder / FILE_NAME
        if file is None:
            _create(path)
        return cls(_split(_read(path)))

    def encrypt(self, text: str) -> str:
        """The text as an encrypted, authenticated token."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The text of a token.

        Raises:
            SaysoError: `key_wrong` when none of the keys made the token.
        """
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise _wrong() from None

    def encrypt_bytes(self, data: bytes) -> bytes:
        """The bytes as an encrypted, authenticated token."""
        return self._fernet.encrypt(data)

    def decrypt_bytes(self, token: bytes) -> bytes:
        """The bytes of a token.

        Raises:
            SaysoError: `key_wrong` when none of the keys made the token.
        """
        try:
            return self._fernet.decrypt(token)
        except InvalidToken:
            raise _wrong() from None

    def pseudonym(self, purpose: str, value: str) -> str:
        """A keyed hash (64 hexadecimal digits): equal for equal values, meaningless without the key."""
        return hmac.new(self._secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def _wrong() -> SaysoError:
    return SaysoError("key_wrong", "Stored data cannot be decrypted. Put the former key back, last.")


def new_key() -> str:
    """A fresh Fernet key."""
    return Fernet.generate_key().decode()


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(new_key() + "\n")
        out.flush()
        os.fsync(out.fileno())


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise SaysoError(
            "key_missing", f"The key file {path} does not exist. Put it back, or change the setting."
        ) from None
    if mode & _LOOSE:
        raise SaysoError("key_file_loose", f"Others can read the key file {path}. Run: chmod 600 {path}")
    return text
