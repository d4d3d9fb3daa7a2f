"""Voice activity: heard soon, let go of soon, and deaf to coughs, keys, tones and noise. With the real model."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import line_sounds as made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.phone import voice_activity
from connectors.phone.ports import FRAME_SAMPLES
from connectors.phone.voice_activity import WINDOW_SAMPLES, WINDOW_SECONDS, SileroModel, VoiceActivity
from connectors.speech.ports import RATE_HZ, Samples
from dialogues.errors import SaysoError

BARGE_IN_SECONDS = 0.3
SPEAKS = 0.5
NO_SPEECH = {
    "cough": lambda: made.cough(0.25),
    "long cough": lambda: made.cough(0.35, 2),
    "dry cough": lambda: made.cough(0.15, 3, voiced=False),
    "coughing": lambda: np.concatenate([made.cough(0.3, seed) for seed in (3, 4, 5)]),
    "key held": lambda: made.keys("159#", 0.5, 0.3),
    "keys": lambda: made.keys("1234567890*#"),
    "dial tone": lambda: made.tone(3, 350, 450),
    "ringing": lambda: made.tone(2, 400, 450),
    "whistle": lambda: made.tone(3, 1_000),
    "clicks": lambda: made.clicks(3),
    "knocks": lambda: made.knocks(3),
    "music": lambda: made.music(5),
    "noise": lambda: made.noise(4),
    "breath": lambda: made.resonant(made.noise(4), 800, 1_800, width=800) * np.sin(2 * made.times(4)) ** 2,
}
LIKE_SPEECH = {"laughter": made.laughter, "hum": lambda: made.hum(3), "babble": lambda: made.babble(6)}


def probabilities(samples: Samples, piece: int = FRAME_SAMPLES) -> np.ndarray:
    ear = VoiceActivity()
    return np.array([p for at in range(0, len(samples), piece) for p in ear.feed(samples[at : at + piece])])


def longest(probabilities: np.ndarray, least: float = SPEAKS) -> float:
    """Seconds of the longest stretch of speech."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], probabilities >= least, [False]]).astype(int)))
    return max(np.diff(edges)[::2], default=0) * WINDOW_SECONDS


def over_a_line(wave: np.ndarray, dbfs: float) -> Samples:
    return made.on_line(made.padded(made.at_level(wave, dbfs), 1.0, 1.0))


@pytest.mark.parametrize("dbfs", [-15.0, -30.0])
@pytest.mark.parametrize("name", NO_SPEECH)
def test_no_speech_is_never_long_enough_to_break_in(name: str, dbfs: float) -> None:
    assert longest(probabilities(over_a_line(NO_SPEECH[name](), dbfs))) < BARGE_IN_SECONDS


@pytest.mark.parametrize("samples", [np.zeros(32_000, np.int16), np.full(32_000, 32_767, np.int16)])
def test_a_dead_line(samples: Samples) -> None:
    assert probabilities(samples).max() < SPEAKS


@pytest.mark.parametrize("dbfs", [-20.0, -35.0, -45.0])
@pytest.mark.parametrize("index", range(4))
def test_speech_is_heard_soon_and_let_go_of_soon(index: int, dbfs: float) -> None:
    for words in (made.speaker(index), made.said(made.SENTENCES[index])):
        loud = np.flatnonzero(np.abs(words.astype(int)) > np.abs(words.astype(int)).max() / 18)
        begins, ends = 1 + loud[0] / RATE_HZ, 1 + loud[-1] / RATE_HZ
        heard = probabilities(over_a_line(words / 32_768, dbfs)) >= SPEAKS
        times = (np.flatnonzero(heard) + 1) * WINDOW_SECONDS
        assert begins - 0.05 < times[0] < begins + 0.4
        assert ends - 0.4 < times[-1] < ends + 0.3
        assert heard.sum() * WINDOW_SECONDS > 0.6 * (ends - begins)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=40))
def test_pieces_of_any_length_give_the_same(lengths: list[int]) -> None:
    sound = np.resize(made.said(made.SENTENCES[0]), sum(lengths))
    ear = VoiceActivity()
    pieces = [p for cut in np.split(sound, np.cumsum(lengths)[:-1]) for p in ear.feed(cut)]
    assert len(pieces) == len(sound) // WINDOW_SAMPLES
    assert tuple(pieces) == VoiceActivity().feed(sound)


def test_a_frame_brings_none_or_one_and_eight_bring_five() -> None:
    ear = VoiceActivity()
    counts = [len(ear.feed(np.zeros(FRAME_SAMPLES, np.int16))) for _ in range(80)]
    assert set(counts) == {0, 1}
    assert all(late - early == 5 for early, late in pairwise(np.cumsum(counts)[7::8]))


def test_calls_share_a_model_and_nothing_else() -> None:
    model = SileroModel()
    voices = [over_a_line(made.speaker(index) / 32_768, -20) for index in range(4)]
    alone = [VoiceActivity(model).feed(voice) for voice in voices]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda voice: VoiceActivity(model).feed(voice), voices * 2))
    assert together == alone * 2


def test_begun_again_it_is_as_new() -> None:
    ear, voice = VoiceActivity(), made.speaker(0)
    first = ear.feed(voice)
    ear.reset()
    assert ear.feed(voice) == first


def test_a_missing_or_other_file_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(voice_activity, "_PACKAGE", "not_there")
    with pytest.raises(SaysoError, match="make setup") as caught:
        SileroModel()
    assert caught.value.code == "voice_activity_missing"
    (tmp_path / "made_up_vad" / "data").mkdir(parents=True)
    (tmp_path / "made_up_vad" / voice_activity._FILE).write_bytes(b"other")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(voice_activity, "_PACKAGE", "made_up_vad")
    with pytest.raises(SaysoError, match="not the one measured"):
        SileroModel()


def main() -> None:
    """Prints what it makes of each sound: `PYTHONPATH=.:tests/connectors/phone python .../test_voice_activity.py`."""
    sys.stdout.write("longest / total seconds of speech at 0.5, then at 0.8; telephone, -15 and -30 dBFS\n")
    for name, wave in (NO_SPEECH | LIKE_SPEECH).items():
        found = [probabilities(over_a_line(wave(), dbfs)) for dbfs in (-15, -30)]
        cells = [
            f"{longest(p, least):5.2f} /{np.count_nonzero(p >= least) * WINDOW_SECONDS:5.2f}"
            for p in found
            for least in (0.5, 0.8)
        ]
        sys.stdout.write(f"{name:12} {'   '.join(cells)}\n")
    voice = np.resize(made.speaker(0), 60 * RATE_HZ)
    began = time.process_time()
    probabilities(voice)
    sys.stdout.write(f"processor time a second of sound: {(time.process_time() - began) / 60 * 1000:.1f} ms\n")


if __name__ == "__main__":
    main()
