"""Opens the recognisers that settings name. Nothing is loaded before it is needed."""

from __future__ import annotations

from pathlib import Path

from connectors.speech.catalogue import SECOND_OPINION
from connectors.speech.models import is_present, located
from connectors.speech.ports import Recogniser
from connectors.speech.vosk_recogniser import VoskRecogniser
from connectors.speech.whisper_recogniser import WhisperRecogniser

NONE = "none"
GENERAL, CARE = "vosk-en", "vosk-en-care"


def live(choice: str, folder: Path) -> VoskRecogniser:
    """What listens live; with a second opinion on short answers where the small model was fetched too.

    Args:
        choice: A name in the catalogue, or a Vosk model's folder; "" for the model of care, or else the general one.
        folder: Where fetched models lie.

    Raises:
        SaysoError: `model_missing`.
    """
    second = folder / SECOND_OPINION if is_present(SECOND_OPINION, folder) else None
    return VoskRecogniser(located(choice or usual(folder), folder), second)


def usual(folder: Path) -> str:
    """The model of care where it was made (`python -m tools.language_model`), else the general one it is made from."""
    care = folder / CARE
    return str(care) if (care / "graph" / "Gr.fst").is_file() else GENERAL


def second_pass(choice: str, folder: Path, threads: int = 1) -> Recogniser | None:
    """What hears whole answers again; None where it is switched off (`none`).

    Args:
        choice: A name in the catalogue, a faster-whisper folder, or `none`.
        folder: Where fetched models lie.
        threads: Of the processor, for one clip.

    Raises:
        SaysoError: `model_missing`.
    """
    return None if choice in {"", NONE} else WhisperRecogniser(located(choice, folder), threads)
