"""Near and far speech: a television is shut out, a caller never for long."""

from __future__ import annotations

import line_sounds as made
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.phone.nearness import LET_GO_SECONDS, Nearness, frame_level
from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS
from connectors.phone.voice_activity import VoiceActivity
from connectors.speech.audio import pcm
from connectors.speech.levels import voice_levels
from connectors.speech.ports import Clip, Samples

NOISE = made.noise(FRAME_SECONDS, 5)
MOST_DEAF_FRAMES = round(LET_GO_SECONDS / FRAME_SECONDS) + 2


def frame(dbfs: float) -> Samples:
    return pcm(NOISE / NOISE.std() * 10 ** (dbfs / 20))


def heard(nearness: Nearness, samples: Samples) -> list[bool]:
    """Of each frame of speech, whether it is near."""
    ear, speaks, found = VoiceActivity(), False, []
    for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        piece = samples[at : at + FRAME_SAMPLES]
        for probability in ear.feed(piece):
            speaks = probability >= 0.5
        near = nearness.hear(piece, speaks=speaks)
        if speaks:
            found.append(near)
    return found


def spoken(index: int, dbfs: float) -> Samples:
    return made.on_line(made.padded(made.at_level(made.speaker(index) / 32_768, dbfs), 0.5, 0.6))


def knowing(dbfs: float = -22.0, let_go_seconds: float = LET_GO_SECONDS) -> Nearness:
    """Has heard a caller of that level."""
    nearness = Nearness(let_go_seconds=let_go_seconds)
    for index in range(3):
        heard(nearness, spoken(index, dbfs))
        nearness.accept()
    return nearness


def test_before_anything_is_known_all_is_near() -> None:
    nearness = Nearness()
    assert all(nearness.hear(frame(dbfs), speaks=True) for dbfs in (-70, -20, -60, -5, -80))
    assert nearness.caller_dbfs is None


def test_what_is_no_speech_is_not_near() -> None:
    assert not Nearness().hear(frame(-10), speaks=False)


@pytest.mark.parametrize("index", range(5))
def test_the_caller_is_near_and_a_television_far(index: int) -> None:
    assert np.mean(heard(knowing(), spoken(index, -22))) > 0.95
    assert np.mean(heard(knowing(), spoken(index, -27))) > 0.85
    assert np.mean(heard(knowing(let_go_seconds=60), spoken(index, -45))) < 0.1
    television = made.on_line(made.at_level(made.babble(5), -45))
    assert np.mean(heard(knowing(let_go_seconds=60), television) or [False]) < 0.05


def test_a_caller_who_grows_quiet_little_by_little_stays_near() -> None:
    nearness = knowing()
    for step in range(12):
        near = heard(nearness, spoken(step, -22 - 2 * step))
        assert np.mean(near) > 0.7
        nearness.accept()


def test_one_shout_does_not_shut_out_what_follows() -> None:
    nearness = knowing(-30)
    heard(nearness, spoken(1, -6))
    nearness.accept()
    assert np.mean(heard(nearness, spoken(2, -30))) > 0.9


def test_what_was_rejected_teaches_nothing() -> None:
    nearness = knowing()
    before = nearness.caller_dbfs
    heard(nearness, spoken(1, -8))
    nearness.reject()
    nearness.accept()
    assert nearness.caller_dbfs == before


def test_a_click_is_not_near() -> None:
    nearness = knowing()
    for _ in range(40):
        nearness.hear(frame(-70), speaks=False)
    assert not any(nearness.hear(frame(dbfs), speaks=True) for dbfs in (-5, -5, -60, -60))


STRETCHES = st.lists(
    st.tuples(st.floats(-90, -3), st.integers(1, 120), st.booleans(), st.sampled_from(["", "accept", "reject"])),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(STRETCHES, st.floats(-70, -3), st.integers(1, 60))
def test_never_deaf_for_long_to_somebody_who_keeps_a_level(
    before: list[tuple[float, int, bool, str]], dbfs: float, utterance: int
) -> None:
    nearness = Nearness()
    for level, count, speaks, then in before:
        for _ in range(count):
            nearness.hear(frame(level), speaks=speaks)
        if then:
            getattr(nearness, then)()
    talker = frame(dbfs)
    found = []
    for index in range(2 * MOST_DEAF_FRAMES):
        found.append(nearness.hear(talker, speaks=True))
        if index % utterance == utterance - 1:
            nearness.accept()
    first = found.index(True)
    assert first <= MOST_DEAF_FRAMES
    deaf = longest = 0
    for near in found:
        deaf = 0 if near else deaf + 1
        longest = max(longest, deaf)
    assert longest <= MOST_DEAF_FRAMES
    assert all(found[-10:])


@pytest.mark.parametrize("dbfs", [-50.0, -20.0])
def test_levels_are_those_of_the_clip(dbfs: float) -> None:
    tone = made.at_level(made.tone(0.3, 1_000), dbfs)
    whole = float(np.median(voice_levels(Clip(tone))))
    assert frame_level(tone[:FRAME_SAMPLES]) == pytest.approx(whole, abs=0.5)
    assert frame_level(made.at_level(made.tone(0.02, 50), -20)) < -50
    assert frame_level(np.zeros(FRAME_SAMPLES, np.int16)) == pytest.approx(-100)


def test_the_floor_follows_the_line() -> None:
    nearness = Nearness()
    for _ in range(500):
        nearness.hear(frame(-50), speaks=False)
    noisy = nearness.floor_dbfs
    assert noisy == pytest.approx(frame_level(frame(-50)), abs=1)
    for _ in range(30):
        nearness.hear(frame(-65), speaks=False)
    assert nearness.floor_dbfs == pytest.approx(frame_level(frame(-65)), abs=1)
