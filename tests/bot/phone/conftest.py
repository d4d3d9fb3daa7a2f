"""The line within the process and the Twilio of our own are those of the connector's tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "connectors" / "phone"))
