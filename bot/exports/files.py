"""A file that is either whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dialogues.errors import SaysoError


@contextmanager
def whole_file(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Opens a new file beside `path`, for this user alone (0600), that takes its place when all went well.

    Args:
        path: Where it shall be.
        force: True replaces a file that is there.

    Raises:
        SaysoError: `file_exists`, `file_unwritable`.
    """
    refuse_existing(path, force=force)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # makes it with rights 0600
    except OSError as error:
        raise _unwritable(path, error) from None
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        refuse_existing(path, force=force)
        fresh.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        fresh.unlink(missing_ok=True)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raises `file_exists` where something is there that must stay."""
    if path.is_dir():
        raise SaysoError("file_unwritable", f"{path} is a folder. Name a file.")
    if path.exists() and not force:
        raise SaysoError("file_exists", f"{path} is there already. Choose another name, or add --force.")


def _unwritable(path: Path, error: OSError) -> SaysoError:
    return SaysoError("file_unwritable", f"{path} cannot be written: {error.strerror}.")
