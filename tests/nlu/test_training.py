from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

import pytest

from dialogues.errors import SaysoError
from nlu import training
from nlu.paths import NluPaths
from nlu.training import content_hash, ensure_model, model_path

# Stands in for Rasa: "trains" by writing a file, and counts how often.
FAKE = """
import pathlib, sys, time
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
with open("trainings", "a") as file: file.write("x")
time.sleep(0.2)
(out / "model.tar.gz").write_bytes(b"a model")
"""


@pytest.fixture
def paths(tmp_path: Path) -> NluPaths:
    project = tmp_path / "nlu"
    (project / "data" / "en").mkdir(parents=True)
    (project / "components").mkdir()
    (project / "components" / "thing.py").write_text("from nlu.encoding import decode\n")
    (project / "encoding.py").write_text("from nlu.deeper import x\n")
    for name, text in {
        "config.yml": "a: 1",
        "domain.yml": "b: 2",
        "deeper.py": "x = 1",
        "unrelated.py": "y = 1",
    }.items():
        (project / name).write_text(text)
    (project / "data" / "en" / "some.yml").write_text("nlu: []")
    (project / "rasa_process.py").write_text(FAKE)
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "nlu.txt").write_text("rasa==3.6.21")
    return NluPaths(project, tmp_path / "env", project / "models", tmp_path / "nlu.txt")


def trainings(paths: NluPaths) -> int:
    file = paths.project / "trainings"
    return len(file.read_text()) if file.exists() else 0


def test_the_same_content_is_trained_once(paths: NluPaths) -> None:
    told: list[str] = []
    first = ensure_model(told.append, paths)
    assert first.read_bytes() == b"a model"
    assert told
    assert ensure_model(None, paths) == first
    assert trainings(paths) == 1


@pytest.mark.parametrize(
    "name",
    [
        "config.yml",
        "domain.yml",
        "data/en/some.yml",
        "data/en/new.yml",
        "components/thing.py",
        "encoding.py",
        "deeper.py",
        "../nlu.txt",
    ],
)
def test_any_change_means_another_model(paths: NluPaths, name: str) -> None:
    before = content_hash(paths)
    (paths.project / name).write_text("changed")
    assert content_hash(paths) != before


@pytest.mark.parametrize("name", ["unrelated.py", "data/en/notes.txt", "models/x"])
def test_other_changes_do_not(paths: NluPaths, name: str) -> None:
    paths.models.mkdir()
    before = content_hash(paths)
    (paths.project / name).write_text("changed")
    assert content_hash(paths) == before


def test_two_at_once_train_once(paths: NluPaths) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(ensure_model(None, paths))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert found == [model_path(paths)] * 3
    assert trainings(paths) == 1


def test_a_failed_training_says_why_and_leaves_nothing(paths: NluPaths) -> None:
    (paths.project / "rasa_process.py").write_text(
        "for n in range(40): print('line', n)\nraise SystemExit('bad file some.yml')"
    )
    with pytest.raises(SaysoError) as caught:
        ensure_model(None, paths)
    assert caught.value.code == "nlu_training_failed"
    assert "bad file some.yml" in caught.value.message
    assert "line 5\n" not in caught.value.message
    assert [path.name for path in paths.models.iterdir()] == [".lock"]


def test_a_training_that_makes_nothing_has_failed(paths: NluPaths) -> None:
    (paths.project / "rasa_process.py").write_text("")
    with pytest.raises(SaysoError, match="Training failed"):
        ensure_model(None, paths)


def test_a_full_disk_is_told(paths: NluPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(training.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(SaysoError) as caught:
        ensure_model(None, paths)
    assert (caught.value.code, caught.value.permanent) == ("nlu_disk_full", False)


def test_a_missing_environment_is_told(paths: NluPaths) -> None:
    shutil.rmtree(paths.environment)
    with pytest.raises(SaysoError, match="make setup"):
        ensure_model(None, paths)


def test_only_the_last_two_models_stay_and_leftovers_go(paths: NluPaths) -> None:
    (paths.models / "training-left").mkdir(parents=True)
    for number in range(4):
        (paths.project / "config.yml").write_text(f"a: {number}")
        last = ensure_model(None, paths)
    models = sorted(path.name for path in paths.models.iterdir())
    assert len(models) == 3
    assert ".lock" in models
    assert last.exists()


def test_the_real_project_can_be_summed_up() -> None:
    assert len(content_hash()) == training.HASH_LENGTH
