"""Where the parts of the nlu project lie, and how its environment's processes are started."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from dialogues.errors import SaysoError

ROOT = Path(__file__).resolve().parent.parent
_UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "DEBUG_MODE", "LOG_LEVEL_LIBRARIES")


@dataclass(frozen=True, slots=True)
class NluPaths:
    """Folders and files of the nlu project.

    Attributes:
        project: The Rasa project: config.yml, domain.yml, data, components.
        environment: The virtual environment with Rasa (Python 3.10).
        models: Where trained models are kept.
        lock: The locked requirements of the environment.
    """

    project: Path = ROOT / "nlu"
    environment: Path = ROOT / ".venv-nlu"
    models: Path = ROOT / "nlu" / "models"
    lock: Path = ROOT / "requirements" / "nlu.txt"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    def require_environment(self) -> None:
        """Raises:
        SaysoError: The environment is missing (`nlu_environment_missing`).
        """
        if not self.python.exists():
            raise SaysoError(
                "nlu_environment_missing",
                f"The environment for understanding speech ({self.environment.name}) is not there. Run: make setup",
            )

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs `rasa` with these arguments."""
        return [str(self.python), str(self.project / "rasa_process.py"), *arguments]


def process_environment() -> dict[str, str]:
    """Environment variables for the nlu environment's processes: one thread, no telemetry, no message text in logs."""
    kept = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    return kept | {
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
        "SANIC_WORKERS": "1",
        "RASA_MAX_CACHE_SIZE": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "MPLBACKEND": "agg",
    }
