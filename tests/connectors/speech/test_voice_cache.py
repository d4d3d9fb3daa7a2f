"""Rendered sentences and real recordings on disk: the same samples, tight rights, and nothing that a person said."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from voice_fakes import prompt

from connectors.speech.ports import Clip
from connectors.speech.voices.cache import PromptCache
from connectors.speech.voices.recordings import Recordings

CLIP = Clip((np.sin(np.arange(8000) / 9) * 9000).astype(np.int16))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "cache"


@pytest.fixture
def cache(folder: Path) -> PromptCache:
    return PromptCache(folder)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def has(cache: PromptCache, sentence: str, voice: str = "v", pace: int = 150) -> bool:
    return cache.get(sentence, voice, pace) is not None


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrays(np.int16, st.integers(1, 500)))
def test_a_hit_is_the_same_samples(cache: PromptCache, samples: np.ndarray) -> None:
    cache.put("Hello.", "v", 150, Clip(samples))
    found = cache.get("Hello.", "v", 150)
    assert found is not None
    assert found.samples.dtype == np.int16
    assert np.array_equal(found.samples, samples)


def test_an_empty_clip_is_not_kept(cache: PromptCache, folder: Path) -> None:
    cache.put("Hello.", "v", 150, Clip(np.zeros(0, np.int16)))
    assert not folder.exists()


def test_words_voice_and_pace_are_the_key(cache: PromptCache) -> None:
    cache.put("Hello.", "v", 150, CLIP)
    assert has(cache, "Hello.")
    assert not has(cache, "Hello!")
    assert not has(cache, "Hello.", voice="v2")
    assert not has(cache, "Hello.", pace=151)


def test_rights_are_tight_and_names_tell_nothing(cache: PromptCache, folder: Path) -> None:
    old = os.umask(0)
    try:
        cache.put("Hello.", "v", 150, CLIP)
    finally:
        os.umask(old)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in files(folder)] == [0o600]
    assert "Hello" not in str(files(folder))


@pytest.mark.parametrize("damage", [b"", b"x", b"fLaC" + bytes(400)])
def test_a_damaged_file_counts_as_missing(cache: PromptCache, folder: Path, damage: bytes) -> None:
    cache.put("Hello.", "v", 150, CLIP)
    files(folder)[0].write_bytes(damage)
    assert not has(cache, "Hello.")
    cache.put("Hello.", "v", 150, CLIP)
    assert has(cache, "Hello.")


def test_half_a_file_and_one_wrong_bit_are_seen(cache: PromptCache, folder: Path) -> None:
    cache.put("Hello.", "v", 150, CLIP)
    whole = files(folder)[0].read_bytes()
    for content in (whole[: len(whole) // 2], whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]):
        files(folder)[0].write_bytes(content)
        assert not has(cache, "Hello.")


def test_what_was_used_longest_ago_goes_first(folder: Path) -> None:
    one = PromptCache(folder)
    one.put("0", "v", 150, CLIP)
    size = files(folder)[0].stat().st_size
    cache = PromptCache(folder, limit_bytes=3 * size)
    for number in (1, 2):
        cache.put(str(number), "v", 150, CLIP)
    for age, sentence in enumerate("120"):
        os.utime(cache._file(sentence, "v", 150), (1000 + age, 1000 + age))
    assert has(cache, "1")
    cache.put("3", "v", 150, CLIP)
    assert [has(cache, sentence) for sentence in "0123"] == [True, True, False, True]


def test_a_disk_that_takes_nothing_is_logged_without_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = PromptCache(tmp_path / "file" / "cache")
    with structlog.testing.capture_logs() as logs:
        cache.put("Secret words.", "v", 150, CLIP)
    assert [log["event"] for log in logs] == ["voice_cache_not_written"]
    assert "Secret" not in str(logs)
    assert not has(cache, "Secret words.")


def test_many_at_once(cache: PromptCache, folder: Path) -> None:
    def both(number: int) -> bool:
        cache.put(str(number % 3), "v", 150, CLIP)
        return has(cache, str(number % 3))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(both, range(60)))
    assert len(files(folder)) == 3


def test_only_what_is_the_same_for_everybody_is_kept(cache: PromptCache) -> None:
    cache.know(["Is that right?", "Thank you."])
    assert cache.keeps(prompt("Thank you."), "Thank you.")
    assert not cache.keeps(prompt("Hello, Winnie."), "Hello, Winnie.")
    assert not cache.keeps(prompt("Your code is K7HM-4TWD."), "Your code is K, seven, H, M; four, T, W, D.")
    own = prompt("You said: tea is late. Is that right?", quoted=("tea is late",))
    assert not cache.keeps(own, "Is that right?")


def record(folder: Path, name: str, said: str, *, rate_hz: int = 44_100, channels: int = 2) -> None:
    tone = 0.05 * np.sin(np.arange(rate_hz) / 30)
    soundfile.write(folder / f"{name}.wav", np.stack([tone] * channels, axis=1), rate_hz)
    (folder / f"{name}.txt").write_text(said, encoding="utf-8")


def test_a_recording_counts_while_the_words_are_the_same(tmp_path: Path) -> None:
    record(tmp_path, "consent.keep", "May I keep your words,  so they can be used?\n")
    recordings = Recordings(tmp_path)
    same = prompt("May I keep your words, so they can be used?", name="consent.keep")
    assert recordings.has(same, 150)
    assert not recordings.has(same, 110)
    assert not recordings.has(prompt("May I keep your words?", name="consent.keep"), 150)
    assert not recordings.has(prompt(same.text, name="consent.quote"), 150)
    assert not recordings.has(prompt(same.text, name="consent.keep", quoted=("words",)), 150)
    clip = recordings.read(same)
    assert clip is not None
    assert 1.0 < clip.seconds < 2.0


@pytest.mark.parametrize("name", ["../consent", "/etc/passwd", "", ".", "a..b", "a/b"])
def test_an_id_is_never_a_way_out_of_the_folder(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    record(tmp_path, "consent", "Hello.")
    assert not Recordings(inside).has(prompt("Hello.", name=name), 150)


def test_a_recording_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.b.txt").write_text("Hello.")
    recordings = Recordings(tmp_path)
    assert recordings.has(prompt("Hello."), 150)
    assert recordings.read(prompt("Hello.")) is None
    (tmp_path / "a.b.wav").write_bytes(b"RIFF half")
    assert recordings.read(prompt("Hello.")) is None


def test_no_folder_holds_no_recordings(tmp_path: Path) -> None:
    assert not Recordings().has(prompt("Hello."), 150)
    assert not Recordings(tmp_path / "none").has(prompt("Hello."), 150)
