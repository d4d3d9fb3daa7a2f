"""Trains the nlu model in its own environment, once for each content of the training files.

`python -m nlu.training` trains if needed and prints the model's path.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from dialogues.errors import SaysoError
from nlu.paths import NluPaths, process_environment

Progress = Callable[[str], None]
HASH_LENGTH = 12
KEEP_MODELS = 2
TRAINING_TIMEOUT_SECONDS = 1800
TAIL_LINES = 20
NEEDED_BYTES = 200 * 1024 * 1024
"""Free space below which training is not begun; Rasa unpacks and packs a few MB, its libraries write caches."""

_TRAINED_FROM = ("config.yml", "domain.yml", "rasa_process.py")


def content_hash(paths: NluPaths | None = None) -> str:
    """Twelve hexadecimal digits that change with anything that could change the model."""
    paths = paths or NluPaths()
    digest = hashlib.sha256()
    for path in _sources(paths):
        digest.update(str(path.relative_to(path.anchor).name).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:HASH_LENGTH]


def model_path(paths: NluPaths | None = None) -> Path:
    """Where the model for the present content is, or will be."""
    paths = paths or NluPaths()
    return paths.models / f"sayso-{content_hash(paths)}.tar.gz"


def ensure_model(progress: Progress | None = None, paths: NluPaths | None = None) -> Path:
    """The model for the present content; trained when it is not there yet. Blocking: run it in a thread.

    Only one process trains at a time; the others wait and use its model. A killed training leaves nothing half-made.

    Args:
        progress: Called with a line for people now and then.
        paths: Where things are.

    Raises:
        SaysoError: `nlu_environment_missing`, `nlu_disk_full`, `nlu_training_failed`.
    """
    paths = paths or NluPaths()
    tell = progress or (lambda line: None)
    target = model_path(paths)
    if target.exists():
        return target
    paths.require_environment()
    with _disk_errors(), _training_lock(paths.models, tell):
        if not target.exists():
            _train(target, tell, paths)
        _prune(paths.models, target)
    return target


def _sources(paths: NluPaths) -> Iterator[Path]:
    """The files a model depends on, in a fixed order."""
    yield from (paths.project / name for name in _TRAINED_FROM if (paths.project / name).exists())
    yield from sorted(
        path for path in (paths.project / "data").rglob("*") if path.is_file() and path.suffix in {".yml", ".yaml"}
    )
    components = sorted((paths.project / "components").rglob("*.py"))
    yield from components
    yield from _imported(paths.project, components)
    if paths.lock.exists():
        yield paths.lock


def _imported(project: Path, files: list[Path]) -> list[Path]:
    """The modules of `nlu` that the files import, and those that these import."""
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8")
        for name in re.findall(r"^\s*from nlu\.([\w.]+) import", text, re.MULTILINE):
            path = project / f"{name.replace('.', '/')}.py"
            if path.exists() and path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(found)


def _train(target: Path, tell: Progress, paths: NluPaths) -> None:
    if shutil.disk_usage(paths.models).free < NEEDED_BYTES:
        raise OSError(errno.ENOSPC, "too little space")
    with tempfile.TemporaryDirectory(prefix="training-", dir=paths.models) as folder:
        data = paths.project / "data" / "en"
        command = paths.command(
            "train", "nlu", "--config", str(paths.project / "config.yml"), "--nlu", str(data), "--out", folder,
            "--domain", str(paths.project / "domain.yml"), "--fixed-model-name", "model", "--end-with-stdin",
        )  # fmt: skip
        tell("Teaching the computer what people say. This takes about a minute, once.")
        tail = _run(command, tell, paths)
        made = Path(folder) / "model.tar.gz"
        if not made.exists():
            raise _failed(tail)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(target)
    tell("The model is ready.")


def _run(command: list[str], tell: Progress, paths: NluPaths) -> list[str]:
    """Runs the training to its end; returns the last lines of its output."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    with subprocess.Popen(  # noqa: S603 - our own command; it ends when this process, and with it its stdin, is gone
        command, cwd=paths.project, env=process_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        reader = threading.Thread(target=_read, args=(process, tail), daemon=True)
        reader.start()
        started = time.monotonic()
        try:
            while (code := _wait(process)) is None:
                seconds = time.monotonic() - started
                tell(f"Still learning: {seconds:.0f} seconds.")
                if seconds > TRAINING_TIMEOUT_SECONDS:
                    raise _failed([*tail, f"It took longer than {TRAINING_TIMEOUT_SECONDS} seconds."])
        finally:
            _kill(process)
        reader.join(timeout=5)
    if code != 0:
        raise _failed(list(tail))
    return list(tail)


def _wait(process: subprocess.Popen[str]) -> int | None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(timeout=5)
    return None


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait(timeout=10)


def _read(process: subprocess.Popen[str], tail: deque[str]) -> None:
    assert process.stdout is not None  # noqa: S101 - opened with a pipe above
    for line in process.stdout:
        if line.strip():
            tail.append(line.rstrip())


def _failed(tail: list[str]) -> SaysoError:
    if any("No space left on device" in line for line in tail):
        return _disk_full()
    lines = "\n".join(tail[-TAIL_LINES:])
    return SaysoError(
        "nlu_training_failed", f"Training failed. Look at what was changed in nlu/data. The tool said:\n{lines}"
    )


def _disk_full() -> SaysoError:
    return SaysoError(
        "nlu_disk_full", "There is not enough room on the disk to train. Make room, then try again.", permanent=False
    )


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _disk_full() from error
        raise


@contextlib.contextmanager
def _training_lock(models: Path, tell: Progress) -> Iterator[None]:
    """Held by the one process that trains; the system lets go of it when the process dies."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another process is training. Waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prune(models: Path, newest: Path) -> None:
    """Keeps the newest models, and removes what killed trainings left behind."""
    others = sorted((p for p in models.glob("sayso-*.tar.gz") if p != newest), key=lambda p: -p.stat().st_mtime)
    for path in others[KEEP_MODELS - 1 :]:
        path.unlink(missing_ok=True)
    for folder in models.glob("training-*"):
        shutil.rmtree(folder, ignore_errors=True)  # the lock is held: nobody else is training


def main() -> int:
    """Trains if needed, with progress on stderr; prints the model's path."""
    try:
        sys.stdout.write(f"{ensure_model(lambda line: print(line, file=sys.stderr, flush=True))}\n")  # noqa: T201 - a command
    except SaysoError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
