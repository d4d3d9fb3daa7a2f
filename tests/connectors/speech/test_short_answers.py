"""When what a grammar heard is believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from connectors.speech.decoding import Hypothesis
from connectors.speech.grammar import Grammar
from connectors.speech.ports import RATE_HZ, Samples
from connectors.speech.short_answers import Judgement, judged, placed, trimmed
from dialogues.types import HeardWord
from tests.connectors.speech.sounds import babble, joined, noise, silence

GRAMMAR = Grammar((("yes", "yes"), ("yes", "yes please"), ("no", "no"), ("no", "not really")), (("stop", "stop"),))
FRAMES = (1.0 + 0.6) / 0.03
"""Of a second of sound and the silence around it."""


def reading(text: str, score: float) -> Hypothesis:
    return Hypothesis(tuple(HeardWord(word, 0.2 + n, 0.9 + n) for n, word in enumerate(text.split())), score)


class FakeModel:
    """Gives prepared readings: for the whole grammar, for its single words, and freely."""

    def __init__(self, full: dict[str, float], single: dict[str, float], free: float = 0.0) -> None:
        self.full, self.single, self.free = full, single, free

    def hypotheses(self, samples: Samples, phrases: list[str] | None = None) -> tuple[Hypothesis, ...]:
        if phrases is None:
            return (reading("anything", self.free),)
        found = self.full if "yes please" in phrases else self.single
        return tuple(reading(text, score) for text, score in sorted(found.items(), key=lambda each: -each[1]))


def judgement(*models: FakeModel) -> Judgement | None:
    asked: Sequence[FakeModel] = models
    return judged(asked, GRAMMAR, babble(1.0))  # type: ignore[arg-type]


def test_a_clear_answer_is_believed() -> None:
    found = judgement(FakeModel({"yes please": 0.0}, {"yes": 0.0}), FakeModel({"yes": 0.0}, {"yes": 0.0, "no": -2.0}))
    assert found is not None
    assert (found.text, found.is_agreed, found.is_believed) == ("yes please", True, True)
    assert found.margin == pytest.approx((3 * 2.5 + 2.0) / 4)
    assert found.confidence == pytest.approx(0.95)


def test_decoders_are_added_up() -> None:
    unsure, sure = {"no": 0.0, "yes": -0.4}, {"yes": 0.0}
    found = judgement(FakeModel(unsure, unsure), FakeModel(sure, sure))
    assert found is not None
    assert (found.text, found.is_agreed) == ("yes", False)
    assert found.margin == pytest.approx((2 * 2.5 - 2 * 0.4) / 4)
    assert found.is_believed


def test_a_tie_is_asked_again() -> None:
    found = judgement(FakeModel({"no": 0.0}, {"no": 0.0}), FakeModel({"yes": 0.0}, {"yes": 0.0}))
    assert found is not None
    assert found.margin == 0
    assert not found.is_believed


@pytest.mark.parametrize(
    ("agreed", "fit", "believed"),
    [(True, 0.1, True), (True, -0.25, True), (True, -0.4, False), (False, 0.0, True), (False, -0.2, False)],
)
def test_what_is_likelier_as_free_speech_is_no_answer(agreed: bool, fit: float, believed: bool) -> None:
    other = {"yes": 0.0} if agreed else {"": 0.0, "yes": -0.5}
    found = judgement(FakeModel({"yes": 0.0}, {"yes": 0.0}, free=-fit * FRAMES), FakeModel({"yes": 0.0}, other))
    assert found is not None
    assert found.fit == pytest.approx(fit)
    assert found.is_agreed is agreed
    assert found.is_believed is believed


@pytest.mark.parametrize("heard", [{"": 0.0}, {"please": 0.0, "really": -1.0}, {"yes no": 0.0}])
def test_pieces_and_nothing_are_no_answer(heard: dict[str, float]) -> None:
    assert judgement(FakeModel(heard, heard)) is None


def test_pieces_count_against_a_meaning() -> None:
    clear, piece = FakeModel({"yes": 0.0}, {"yes": 0.0}), FakeModel({"please": 0.0}, {"please": 0.0})
    found = judgement(clear, piece)
    assert found is not None
    assert found.margin == 0
    assert not found.is_believed


def test_hearing_nothing_counts_against_none_where_half_hear_a_meaning() -> None:
    clear, deaf = FakeModel({"yes": 0.0}, {"yes": 0.0}), FakeModel({"": 0.0}, {"": 0.0})
    found = judgement(clear, deaf)
    assert found is not None
    assert found.is_believed
    assert judgement(FakeModel({"yes": 0.0}, {"": 0.0}), deaf) is None


def test_single_words_do_not_count_where_a_phrase_explains_more() -> None:
    phrase = FakeModel({"not really": 30.0}, {"yes": 0.0}, free=30.0)
    found = judgement(phrase, phrase)
    assert found is not None
    assert (found.text, found.is_agreed, found.is_believed) == ("not really", True, True)


def test_a_command_is_an_answer_too() -> None:
    found = judgement(FakeModel({"stop": 0.0}, {"stop": 0.0}))
    assert found is not None
    assert found.text == "stop"


def test_the_quiet_around_an_answer_goes() -> None:
    clip, offset = trimmed(joined(silence(2.0), babble(0.5, 0.01), silence(3.0)))
    assert offset == pytest.approx(1.8, abs=0.1)
    assert clip.seconds == pytest.approx(0.75, abs=0.15)
    assert np.max(np.abs(clip.samples)) == pytest.approx(16_384, rel=0.01)
    assert placed((HeardWord("no", 0.2, 0.5),), offset)[0].start_seconds == pytest.approx(2.0, abs=0.1)


def test_where_nobody_speaks_nothing_goes() -> None:
    clip, offset = trimmed(noise(1.0))
    assert (len(clip.samples), offset) == (RATE_HZ, 0.0)
