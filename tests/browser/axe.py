"""axe-core, which looks at pages for what shuts people out: the npm package, for tests only.

It is installed on demand into `.cache/axe-core` of the checkout, from `npm/package-lock.json`, which has its version
and hash. Where npm is missing, or reaches no registry, tests skip and say so.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HERE = Path(__file__).parent / "npm"
HOME = Path(__file__).parents[2] / ".cache" / "axe-core"
SCRIPT = HOME / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_INSTALL_SECONDS = 240
_LOCK = "package-lock.json"


class AxeMissingError(Exception):
    """It cannot be had here; the message says why."""


def install() -> str:
    """Installs the package unless this very version is there, and gives its script.

    Raises:
        AxeMissingError: No npm, or no registry.
        RuntimeError: What npm got is not what was locked.
    """
    locked = (HERE / _LOCK).read_bytes()
    if not (SCRIPT.exists() and (HOME / _LOCK).read_bytes() == locked):
        if not shutil.which("npm"):
            raise AxeMissingError("no npm, so axe-core did not look at the pages; Debian: apt install npm")
        HOME.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=HOME.parent) as folder:
            fresh = Path(folder) / HOME.name
            shutil.copytree(HERE, fresh)
            _npm_ci(fresh)
            shutil.rmtree(HOME, ignore_errors=True)
            fresh.rename(HOME)
    return SCRIPT.read_text(encoding="utf-8")


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise AxeMissingError(f"npm took more than {_INSTALL_SECONDS} s, so there is no axe-core") from None
    if "EINTEGRITY" in done.stderr:
        raise RuntimeError("npm got something else than what was locked for axe-core")
    if done.returncode:
        raise AxeMissingError(f"npm ci failed, so there is no axe-core: {done.stderr.strip()[:80]}")


def violations(page: Page, script: str) -> list[tuple[str, str]]:
    """What axe-core finds wrong on a page: the rule and the first element. The page's own policy stays in force."""
    page.evaluate(script)
    found: Any = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert found["passes"], "axe-core looked at nothing"
    return [(each["id"], each["nodes"][0]["html"][:120]) for each in found["violations"]]
