"""The models on this machine: fetched once, verified, and put in place whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.speech.catalogue import CATALOGUE, CHECKOUT_FOLDER, Model, ModelFile, Source, known
from connectors.speech.fetching import Progress, obtained
from connectors.speech.unpacking import assemble, sha256_of, unpack
from dialogues.errors import SaysoError

NOTE = ".sayso.json"
_STORE = ".downloads"


@dataclass(frozen=True, slots=True)
class Note:
    """What a model's folder says about itself.

    Attributes:
        sources: Where it came from.
        files: Path, size in bytes and sha256 of each file.
    """

    sources: tuple[str, ...]
    files: tuple[tuple[str, int, str], ...]


def default_folder() -> Path:
    """Where models lie unless a setting says otherwise: `SAYSO_MODELS`, else `.cache/models` in the checkout."""
    given = os.environ.get("SAYSO_MODELS")
    return Path(given) if given else CHECKOUT_FOLDER


def located(choice: str, folder: Path) -> Path:
    """The folder of a model that a setting names.

    Args:
        choice: A name in the catalogue, or the folder of any other model.
        folder: Where fetched models lie.

    Raises:
        SaysoError: `model_missing`, with the command that fetches it.
    """
    if any(model.name == choice for model in CATALOGUE):
        if not is_present(choice, folder):
            raise SaysoError("model_missing", f"The model {choice} is not here yet. Run: sayso models fetch {choice}")
        return folder / choice
    if not Path(choice).is_dir():
        names = ", ".join(model.name for model in CATALOGUE)
        raise SaysoError(
            "model_missing", f"There is no model in the folder {choice}. Name a folder, or one of: {names}."
        )
    return Path(choice)


def is_present(name: str, folder: Path) -> bool:
    """True where a model lies complete; quick, it looks at sizes and not at hashes."""
    note = _note(folder / name)
    return note is not None and all(_size(folder / name / path) == size for path, size, _ in note.files)


def verify(name: str, folder: Path) -> tuple[str, ...]:
    """The files of a model that are missing or not what they were; empty where all is well. Reads every byte."""
    model, note = known(name), _note(folder / name)
    if note is None:
        return (f"{name}: not fetched",)
    ours = note.sources == tuple(source.spec for source in model.sources)
    files = tuple((file.path, file.size_bytes, file.sha256) for file in model.files) if ours else note.files
    return tuple(path for path, size, sha256 in files if not _is(folder / name / path, size, sha256))


def fetch(name: str, folder: Path, progress: Progress = lambda step, done, whole: None) -> Path:
    """Fetches a model unless it is here; safe to run twice and at once, and a killed run leaves nothing half-made.

    Args:
        name: Its name in the catalogue.
        folder: Where models lie; made where it does not exist.

    Returns:
        The model's folder.

    Raises:
        SaysoError: `model_unknown`, `models_no_client`, `models_unreachable`, `models_wrong_hash`, `models_no_space`.
    """
    model = known(name)
    if not is_present(name, folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f".{name}.lock", progress), _space_watched(folder):
            if not is_present(name, folder):
                _clear(name, folder)
                _fetch(model, folder, progress)
    return folder / name


def _fetch(model: Model, folder: Path, progress: Progress) -> None:
    try:
        _install(model, folder, model.sources, model.files, progress)
    except SaysoError as first:
        if first.code not in {"models_no_client", "models_unreachable"}:
            raise
        try:
            _install(model, folder, model.official, model.files if model.same_files else (), progress)
        except SaysoError:
            raise first from None


def _install(
    model: Model, folder: Path, sources: tuple[Source, ...], files: tuple[ModelFile, ...], progress: Progress
) -> None:
    archives = [obtained(source, folder / _STORE, progress) for source in sources]
    progress(f"Unpacking {model.name}", 0, 0)
    with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=folder) as temporary:
        unpacked, made = Path(temporary) / "unpacked", Path(temporary) / "made"
        unpacked.mkdir()
        for archive, source in zip(archives, sources, strict=True):
            unpack(archive, source, unpacked)
        if files:
            for file in files:
                assemble(file, unpacked, made, model.name)
        else:
            unpacked.replace(made)
        _write_note(made, sources)
        _put_in_place(made, folder / model.name, Path(temporary))
    for archive in archives:
        archive.unlink(missing_ok=True)


def _clear(name: str, folder: Path) -> None:
    for left in folder.glob(f".{name}-*"):
        shutil.rmtree(left, ignore_errors=True)


def _write_note(made: Path, sources: tuple[Source, ...]) -> None:
    paths = sorted(path for path in made.rglob("*") if path.is_file())
    files = [(path.relative_to(made).as_posix(), path.stat().st_size, sha256_of(path)) for path in paths]
    note = {"sources": [source.spec for source in sources], "files": files}
    (made / NOTE).write_text(json.dumps(note, indent=1), encoding="utf-8")


def _put_in_place(made: Path, place: Path, temporary: Path) -> None:
    if place.exists():
        place.replace(temporary / "before")
    made.replace(place)


def _note(place: Path) -> Note | None:
    try:
        said = json.loads((place / NOTE).read_text(encoding="utf-8"))
        files = tuple((str(path), int(size), str(sha256)) for path, size, sha256 in said["files"])
        return Note(tuple(said["sources"]), files)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is(path: Path, size: int, sha256: str) -> bool:
    return _size(path) == size and sha256_of(path) == sha256


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


@contextlib.contextmanager
def _locked(path: Path, progress: Progress) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Waiting: another run is fetching it", 0, 0)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _space_watched(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = f"The disk of {folder} is full. Free 1 GB, then run this again: it goes on where it stopped."
        raise SaysoError("models_no_space", message) from error
