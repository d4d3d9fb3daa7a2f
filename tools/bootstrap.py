"""Makes the two environments of Sayso, and trains its understanding; safe to run again, and quick the second time.

Needs nothing but Python 3.11 or newer with venv. Run it through `make setup` (or any other target).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools" / "uv"
APP = ROOT / ".venv"
NLU = ROOT / ".venv-nlu"
REQUIREMENTS = ROOT / "requirements"
_HIDE = {"VIRTUAL_ENV", "PYTHONPATH", "PYENV_VERSION", "PYENV_DIR"}
"""What would lead uv to another Python than the one asked for (pyenv's shims set the last two)."""
_NO_PYTHON = ("no interpreter found", "no download found", "failed to download", "managed python")
NEEDED_GB = 5.0
"""Both environments, the trained model, tools and the speech models: 3.7 GB measured, and room to work."""


class Stop(Exception):
    """Set-up cannot go on; the message says what to do."""


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def run(command: list[str], what: str, remedy: str, cwd: Path = ROOT) -> None:
    """Runs a step.

    Raises:
        Stop: where it fails, with the tool's last lines and the remedy.
    """
    started = time.monotonic()
    say(f"{what} ...")
    environment = {k: v for k, v in os.environ.items() if k not in _HIDE}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        raise Stop(f"{what} failed.\n\n{last}\n\n{remedy_for(last, remedy)}")
    say(f"{what}: done in {time.monotonic() - started:.0f} s")


def remedy_for(output: str, otherwise: str) -> str:
    """What to do about the commonest failures."""
    text = output.lower()
    if "no space left" in text:
        return f"The disk is full. Free {NEEDED_GB:.0f} GB, then run it again: it goes on where it stopped."
    if any(words in text for words in _NO_PYTHON):
        return (
            "Python 3.10 is needed for the understanding server, and was neither found nor could it be fetched.\n"
            "Install it (Debian: apt install python3.10; macOS: brew install python@3.10; or: pyenv install 3.10),\n"
            "then run it again."
        )
    if "hash" in text and "mismatch" in text:
        return "A package is not the one that was locked. Run it again; if it stays so, tell the maintainers."
    if any(word in text for word in ("dns", "connect", "network", "timed out", "unreachable", "resolve host")):
        return "The package index could not be reached. Check the network (or the proxy settings), then run it again."
    return otherwise


def check_machine() -> None:
    """Says at once what is missing.

    Raises:
        Stop: with what to install.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything is checked
        found = sys.version.split()[0]
        raise Stop(f"Sayso needs Python 3.11 or newer; this is {found}. Install one, or set PYTHON=...")
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        raise Stop("Python's venv module is missing. Debian: apt install python3-venv. Then run it again.") from error
    free_gb = shutil.disk_usage(ROOT).free / 1e9
    if free_gb < NEEDED_GB and not (APP.exists() and NLU.exists()):
        raise Stop(f"Only {free_gb:.1f} GB are free here; {NEEDED_GB:.0f} GB are needed. Free some, then run it again.")


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def stamp(environment: Path, lock: Path) -> tuple[Path, str]:
    """Where an environment notes what it was made from, and the note that fits now."""
    return environment / ".made-from", hashlib.sha256(lock.read_bytes()).hexdigest()


def is_current(environment: Path, lock: Path) -> bool:
    note, wanted = stamp(environment, lock)
    return python_of(environment).exists() and note.exists() and note.read_text(encoding="utf-8") == wanted


def make_tools() -> Path:
    """uv, in an environment of its own."""
    uv = TOOLS / "bin" / "uv"
    lock = REQUIREMENTS / "tools.txt"
    if not is_current(TOOLS, lock) or not uv.exists():
        remedy = "Check the network, then run it again."
        run([sys.executable, "-m", "venv", "--clear", str(TOOLS)], "Making a place for tools", remedy)
        pip = [str(python_of(TOOLS)), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", str(lock)], "Fetching uv", remedy)
        note, wanted = stamp(TOOLS, lock)
        note.write_text(wanted, encoding="utf-8")
    return uv


def make_environment(uv: Path, environment: Path, lock: Path, python: str, what: str, cwd: Path = ROOT) -> None:
    """An environment that holds exactly what its lock says."""
    if is_current(environment, lock):
        return
    remedy = "Run it again. If it stays so, delete the folder named above and run it once more."
    run([str(uv), "venv", "-q", "--clear", "--python", python, str(environment)], f"{what}: Python", remedy, cwd)
    sync = [
        str(uv),
        "pip",
        "sync",
        "-q",
        "--compile-bytecode",
        "--python",
        str(python_of(environment)),
        "--require-hashes",
        str(lock),
    ]
    run(sync, f"{what}: packages", remedy, cwd)
    note, wanted = stamp(environment, lock)
    note.write_text(wanted, encoding="utf-8")


def make_command() -> None:
    """The `sayso` command of this checkout."""
    command = APP / "bin" / "sayso"
    text = f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{python_of(APP)}" -m bot "$@"\n'
    if not command.exists() or command.read_text(encoding="utf-8") != text:
        command.write_text(text, encoding="utf-8")
        command.chmod(0o755)


def train() -> None:
    """Trains the understanding, or finds it trained."""
    done = subprocess.run([str(python_of(APP)), "-m", "nlu.training"], cwd=ROOT, check=False)
    if done.returncode:
        raise Stop("The understanding could not be trained; see above.")


def main() -> int:
    """Makes everything; 0 when ready."""
    started = time.monotonic()
    try:
        check_machine()
        uv = make_tools()
        make_environment(uv, APP, REQUIREMENTS / "app.txt", sys.executable, "The app")
        make_environment(uv, NLU, REQUIREMENTS / "nlu.txt", "3.10", "The understanding server", ROOT / "nlu")
        make_command()
        train()
    except Stop as stop:
        print(f"\nSet-up stopped: {stop}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nSet-up was stopped. Run it again: it goes on where it was.", file=sys.stderr)
        return 130
    seconds = time.monotonic() - started
    if seconds > 5:
        say(f"Sayso is ready ({seconds:.0f} s).")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
