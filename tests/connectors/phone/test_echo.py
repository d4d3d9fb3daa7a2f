"""Our own voice coming back is told from a person's; real prompts, delays and levels of a line."""

from __future__ import annotations

from itertools import pairwise

import line_sounds as made
import numpy as np
import pytest

from connectors.phone.echo import HEARD_SECONDS, LEAST_LIKENESS, EchoJudge
from connectors.phone.ports import FRAME_SAMPLES
from connectors.speech.audio import floats, pcm
from connectors.speech.ports import RATE_HZ, Samples

HEARD = round(HEARD_SECONDS * RATE_HZ)
STEP = RATE_HZ // 10
DELAYS = (0.02, 0.11, 0.35, 0.7)


def prompts(first: int, seconds: float = 8.0) -> Samples:
    """Our prompts one after the other, with silence between."""
    parts = [made.said(made.PROMPTS[(first + step) % len(made.PROMPTS)]) for step in range(4)]
    spaced = [part for words in parts for part in (words, np.zeros(4_800, np.int16))]
    return np.concatenate(spaced)[: round(seconds * RATE_HZ)]


def echo(played: Samples, delay: float, decibels: float, *, bent: bool = False, room: bool = False) -> np.ndarray:
    """What comes back: late, fainter, perhaps bent by a loudspeaker and with the tail of a room."""
    wave = floats(played).astype(np.float64) * 10 ** (decibels / 20)
    if room:
        tail = made.noise(0.25, 7) * np.exp(-made.times(0.25) * 23)
        wave = wave + 0.5 * np.convolve(wave, tail / np.sqrt(np.sum(tail**2)))[: len(wave)]
    if bent:
        wave = np.tanh(1.5 * wave) / 1.5
    return np.concatenate([np.zeros(round(delay * RATE_HZ)), wave])[: len(played)]


def loudness(wave: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.sort(wave**2)[len(wave) // 2 :])))


def person(index: int, length: int, level: float) -> np.ndarray:
    """Somebody who talks without a pause."""
    words = np.concatenate([floats(made.speaker(index + step)).astype(np.float64) for step in range(3)])
    words = np.resize(words[np.convolve(np.abs(words), np.ones(1_600) / 1_600, "same") > 0.004], length)
    return words / loudness(words) * level


def line(wave: np.ndarray, noise_dbfs: float = -65.0) -> Samples:
    return made.on_line(pcm(wave + made.noise(len(wave) / RATE_HZ, 11)[: len(wave)] * 10 ** (noise_dbfs / 20)))


def judged(judge: EchoJudge, played: Samples, heard: Samples, audible: np.ndarray) -> list[bool]:
    """What it says every 0.1 s, where the last 0.1 s of `audible` is."""
    power = np.mean(audible**2)
    said = []
    for at in range(0, len(played) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        end = at + FRAME_SAMPLES
        judge.played(played[at:end])
        if end >= HEARD and end % STEP == 0 and np.mean(audible[end - STEP : end] ** 2) > power / 10:
            said.append(judge.is_echo(heard[end - HEARD : end]))
    return said


@pytest.mark.parametrize("decibels", [-6, -14, -22, -30])
@pytest.mark.parametrize("delay", DELAYS)
def test_an_echo_is_known(delay: float, decibels: int) -> None:
    for first in range(2):
        played = prompts(first)
        back = echo(played, delay, decibels, bent=first == 1)
        judge = EchoJudge()
        said = judged(judge, played, line(back), back)
        assert len(said) > 25
        assert np.mean(said) > (0.85 if decibels == -30 else 0.93)
        assert decibels == -30 or not any(said[at : at + 3] == [False] * 3 for at in range(len(said)))
        assert judge.lag_seconds == pytest.approx(delay, abs=0.01)


@pytest.mark.parametrize("delay", DELAYS)
def test_an_echo_of_a_room_is_known(delay: float) -> None:
    played = prompts(2)
    back = echo(played, delay, -15, room=True)
    assert np.mean(judged(EchoJudge(), played, line(back), back)) > 0.9


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize("level", [0.1, 0.01])
def test_a_person_is_never_an_echo(index: int, level: float) -> None:
    played = prompts(index)
    voice = person(index, len(played), level)
    said = judged(EchoJudge(), played, line(voice), voice)
    assert len(said) > 25
    assert not any(said)


@pytest.mark.parametrize("index", range(4))
def test_our_own_voice_with_other_words_is_no_echo(index: int) -> None:
    played = prompts(index)
    voice = floats(np.resize(made.said(made.SENTENCES[index]), len(played))).astype(np.float64)
    assert not any(judged(EchoJudge(), played, line(voice), voice))


@pytest.mark.parametrize("louder_db", [0, 6])
@pytest.mark.parametrize("delay", DELAYS)
def test_a_person_over_the_echo_is_heard(delay: float, louder_db: int) -> None:
    """Alone for four seconds, then with somebody over it."""
    for index in range(3):
        played = prompts(index)
        back = echo(played, delay, -15)
        voice = person(index, len(played), loudness(back) * 10 ** (louder_db / 20))
        voice[: 4 * RATE_HZ] = 0
        said = judged(EchoJudge(), played, line(back + voice), voice)
        assert len(said) > 15
        assert np.mean(said[4:]) < (0.35 if louder_db == 0 else 0.15)
        assert not all(said[:6])


def test_the_lag_is_followed_as_it_drifts_and_found_when_it_jumps() -> None:
    played = prompts(0)
    judge = EchoJudge()
    for late in (0.1, 0.104, 0.108, 0.5, 0.05):
        back = echo(played, late, -12)
        assert np.mean(judged(judge, played, line(back), back)) > 0.9
        assert judge.lag_seconds == pytest.approx(late, abs=0.01)


def test_while_nothing_is_played_nothing_is_an_echo() -> None:
    silence = np.zeros(2 * RATE_HZ, np.int16)
    voice = person(1, len(silence), 0.1)
    assert not any(judged(EchoJudge(), silence, line(voice), voice))
    hiss = pcm(made.noise(2, 3) * 10 ** (-65 / 20))
    assert not any(judged(EchoJudge(), hiss, line(voice), voice))


@pytest.mark.parametrize("samples", [0, 1, 700, HEARD, 3 * HEARD])
def test_any_length_is_judged(samples: int) -> None:
    judge = EchoJudge()
    judge.played(prompts(0)[: 2 * RATE_HZ])
    for sound in (
        np.zeros(samples, np.int16),
        np.resize(made.speaker(0), samples),
        np.full(samples, -32_768, np.int16),
    ):
        assert 0 <= judge.likeness(sound) <= 1
        assert not judge.is_echo(sound)


def test_the_same_again_gives_the_same() -> None:
    played = prompts(1, 4.0)
    back = echo(played, 0.2, -10)
    assert judged(EchoJudge(), played, line(back), back) == judged(EchoJudge(), played, line(back), back)
    judge = EchoJudge()
    for begin, end in pairwise((0, 1, 5_000, 5_333, 20_000, 24_000)):
        judge.played(played[begin:end])
    heard = line(back)[24_000 - HEARD : 24_000]
    whole = EchoJudge()
    whole.played(played[:24_000])
    assert judge.likeness(heard) == pytest.approx(whole.likeness(heard), abs=1e-3)
    assert judge.likeness(heard) > LEAST_LIKENESS
