"""Set-up says what to do about each thing that can be missing."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("output", "remedy"),
    [
        ("error: No space left on device (os error 28)", "The disk is full"),
        ("error: No interpreter found for Python 3.10 in managed installations", "Python 3.10 is needed"),
        ("Failed to download https://example.org/cpython-3.10.tar.gz: dns error", "Python 3.10 is needed"),
        ("error: hash mismatch for wheel", "not the one that was locked"),
        ("error sending request: dns error: failed to lookup address", "Check the network"),
        ("operation timed out", "Check the network"),
        ("something else", "Run it again."),
    ],
)
def test_each_failure_has_a_remedy(bootstrap: ModuleType, output: str, remedy: str) -> None:
    assert remedy in bootstrap.remedy_for(output, "Run it again.")


def test_a_failed_step_shows_the_tools_words_and_the_remedy(bootstrap: ModuleType) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('No space left on device')"]
    with pytest.raises(bootstrap.Stop, match=r"No space left(?s:.*)Free 5 GB"):
        bootstrap.run(command, "Fetching", "Run it again.")


def test_a_full_disk_is_told_before_anything_is_fetched(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 1e9))
    monkeypatch.setattr(bootstrap, "APP", tmp_path / "none")
    with pytest.raises(bootstrap.Stop, match=r"1\.0 GB are free"):
        bootstrap.check_machine()


def test_an_old_python_is_told(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 1))
    with pytest.raises(bootstrap.Stop, match=r"3\.11 or newer"):
        bootstrap.check_machine()


def test_an_environment_is_made_again_only_when_its_lock_changed(bootstrap: ModuleType, tmp_path: Path) -> None:
    environment, lock = tmp_path / "env", tmp_path / "lock.txt"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").touch()
    lock.write_text("a==1", encoding="utf-8")
    assert not bootstrap.is_current(environment, lock)
    note, wanted = bootstrap.stamp(environment, lock)
    note.write_text(wanted, encoding="utf-8")
    assert bootstrap.is_current(environment, lock)
    lock.write_text("a==2", encoding="utf-8")
    assert not bootstrap.is_current(environment, lock)
