"""Sayso's graph components for Rasa 3.6: thin wrappers around the plain modules of `nlu`.

Rasa imports them as `components.…` with `nlu/` as the working directory; the project's root is added at the end of the
import path, so that they find `nlu.encoding` and the others, and hide nothing.
"""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)
