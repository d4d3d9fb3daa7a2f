"""Listening live: free for open questions, judged for closed ones, the same in a stream as in one piece."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from connectors.speech.decoding import Hypothesis
from connectors.speech.measure import word_errors
from connectors.speech.ports import RATE_HZ, Clip, Hint, Recognised, Samples
from connectors.speech.telephone import telephone
from connectors.speech.voices.choose import choose_voice
from connectors.speech.vosk_recogniser import VoskRecogniser
from dialogues.types import Expects, HeardWord
from tests.connectors.speech.sounds import babble, joined, noise, silence

Says = Callable[[str], Clip]
YES_NO, BEANS = Hint(Expects.YES_NO), Hint(Expects.BEANS)


class FakeDecoder:
    """Hears one prepared word for each second of sound."""

    def __init__(self) -> None:
        self.samples = 0

    def feed(self, samples: Samples) -> None:
        self.samples += len(samples)

    def so_far(self) -> str:
        return " ".join(["word"] * (self.samples // RATE_HZ))

    def finish(self) -> tuple[HeardWord, ...]:
        return tuple(HeardWord("word", n, n + 0.5, 0.5) for n in range(self.samples // RATE_HZ))


class FakeModel:
    """Knows every word; hears `answer` with any grammar. Records how often it was asked freely."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.decoders = 0

    def decoder(self, phrases: list[str] | None = None) -> FakeDecoder:
        self.decoders += 1
        return FakeDecoder()

    def hypotheses(self, samples: Samples, phrases: list[str] | None = None) -> tuple[Hypothesis, ...]:
        return (Hypothesis(tuple(HeardWord(word, 0.3, 0.6) for word in self.answer.split()), 0.0),)

    def knows(self, word: str) -> bool:
        return True


def recogniser(answer: str = "yes") -> tuple[VoskRecogniser, FakeModel]:
    made, model = VoskRecogniser(Path("models/vosk-en")), FakeModel(answer)
    made._models = (model,)  # type: ignore[assignment]
    return made, model


def streamed(recogniser: VoskRecogniser, clip: Clip, hint: Hint, piece: int = 320) -> tuple[list[str], Recognised]:
    listening = recogniser.listen(hint)
    samples = clip.samples
    partial = [listening.feed(samples[start : start + piece]) for start in range(0, len(samples), piece)]
    return partial, listening.finish()


def test_open_speech_is_heard_freely() -> None:
    made, _ = recogniser()
    heard = made.recognise(babble(3.0))
    assert heard.text == "word word word"
    assert heard.confidence == 0.5
    assert heard.recogniser == "vosk:en"


def test_a_short_answer_is_judged_and_its_time_is_of_the_whole_clip() -> None:
    made, model = recogniser("yes")
    heard = made.recognise(joined(silence(2.0), babble(0.5), silence(1.0)), YES_NO)
    assert heard.text == "yes"
    assert heard.words[0].start_seconds == pytest.approx(2.1, abs=0.1)
    assert model.decoders == 0


def test_an_unclear_short_answer_is_nothing_and_a_long_one_is_heard_freely() -> None:
    made, _ = recogniser("please do you")
    assert made.recognise(joined(silence(0.5), babble(0.5), silence(0.5)), YES_NO).text == ""
    assert made.recognise(joined(silence(0.5), babble(4.0)), YES_NO).text == "word word word word"


def test_very_long_speech_is_no_short_answer() -> None:
    made, _ = recogniser("yes")
    assert made.recognise(joined(silence(0.5), babble(20.0)), YES_NO).text.startswith("word word")


@pytest.mark.parametrize(
    "clip", [silence(2), noise(2), Clip(np.zeros(0, np.int16))], ids=["silence", "noise", "nothing"]
)
@pytest.mark.parametrize("hint", [Hint(), YES_NO], ids=["open", "yes_no"])
def test_where_nobody_speaks_nothing_is_heard(clip: Clip, hint: Hint) -> None:
    made, _ = recogniser()
    assert made.recognise(clip, hint).text == ""
    assert streamed(made, clip, hint)[1].text == ""


@pytest.mark.parametrize("hint", [Hint(), YES_NO, BEANS], ids=lambda hint: hint.expects)
@pytest.mark.parametrize("piece", [160, 4_000, 100_000])
def test_a_stream_ends_as_the_whole_does(hint: Hint, piece: int) -> None:
    made, _ = recogniser("no")
    for clip in (joined(silence(0.5), babble(0.6), silence(0.5)), joined(silence(0.5), babble(5.0))):
        assert streamed(made, clip, hint, piece)[1] == made.recognise(clip, hint)


def test_a_stream_tells_the_words_so_far() -> None:
    made, _ = recogniser()
    partial, _ = streamed(made, babble(2.5), Hint())
    assert (partial[0], partial[-1]) == ("", "word word")


@pytest.fixture(scope="module")
def live(vosk_en: Path, vosk_small: Path) -> VoskRecogniser:
    return VoskRecogniser(vosk_en, vosk_small)


@pytest.fixture(scope="module")
def says() -> Says:
    voice = choose_voice()
    return lambda text: telephone(joined(silence(0.4), voice.speak(text), silence(0.7)))


@pytest.mark.real_speech
class TestReal:
    """With the real model, on a voice of ours over a telephone line."""

    @pytest.mark.parametrize(
        ("hint", "said", "texts"),
        [
            (YES_NO, "Yes.", {"yes", "yeah", "yep"}),
            (YES_NO, "No.", {"no", "nope"}),
            (YES_NO, "Yes please.", {"yes please"}),
            (YES_NO, "No thank you.", {"no thank you", "no thanks"}),
            (YES_NO, "Not really.", {"not really"}),
            (BEANS, "Seven.", {"seven"}),
            (BEANS, "Three.", {"three"}),
            (BEANS, "All of them.", {"all of them"}),
            (BEANS, "Say that again.", {"say that again"}),
            (YES_NO, "Why do you ask?", {"why do you ask"}),
            (YES_NO, "A person please.", {"a person please"}),
            (YES_NO, "Help me.", {"help me"}),
        ],
    )
    def test_short_answers(self, live: VoskRecogniser, says: Says, hint: Hint, said: str, texts: set[str]) -> None:
        assert live.recognise(says(said), hint).text in texts

    def test_a_long_answer_to_a_closed_question(self, live: VoskRecogniser, says: Says) -> None:
        said = "Well the carers come in the morning and they are always late on a Sunday."
        for hint in (Hint(), YES_NO, BEANS):
            assert word_errors(said, live.recognise(says(said), hint).text).rate <= 0.3

    @pytest.mark.parametrize("hint", [Hint(), YES_NO], ids=["open", "yes_no"])
    def test_a_stream(self, live: VoskRecogniser, says: Says, hint: Hint) -> None:
        clip = says("The tea was cold again this morning.")
        partial, heard = streamed(live, clip, hint)
        assert word_errors("the tea was cold again this morning", heard.text).rate <= 0.3
        assert any(partial)
        times = [word.start_seconds for word in heard.words]
        assert times == sorted(times)
        assert 0 < times[0] < times[-1] < clip.seconds

    def test_pauses_lose_nothing(self, live: VoskRecogniser, says: Says) -> None:
        parts = ["I like the garden.", "The food is good.", "My daughter comes on Monday."]
        clip = joined(*(joined(says(part), silence(1.5)) for part in parts))
        heard = live.recognise(clip).text
        assert word_errors(" ".join(parts), heard).rate <= 0.3
        assert word_errors(heard, streamed(live, clip, Hint())[1].text).rate <= 0.2

    def test_many_at_once_hear_what_one_hears(self, live: VoskRecogniser, says: Says) -> None:
        clips = [says(text) for text in ("Good morning.", "Thank you very much.", "I would like some tea.")]
        alone = [live.recognise(clip).text for clip in clips]
        threads = set()

        def hear(clip: Clip) -> str:
            threads.add(threading.get_ident())
            return live.recognise(clip).text

        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(hear, clips)) == alone

    def test_a_word_after_long_silence(self, live: VoskRecogniser, says: Says) -> None:
        clip = joined(silence(8.0), says("No."), silence(3.0))
        heard = live.recognise(clip, YES_NO)
        assert heard.text in {"no", "nope"}
        assert 8.0 < heard.words[0].start_seconds < 9.5

    @pytest.mark.parametrize("hint", [YES_NO, BEANS], ids=["yes_no", "beans"])
    def test_noise_that_swells_is_no_answer(self, live: VoskRecogniser, hint: Hint) -> None:
        swell = Clip((noise(1.0, 0.05).samples * np.hanning(RATE_HZ)).astype(np.int16))
        assert live.recognise(telephone(joined(silence(0.5), swell, silence(0.5))), hint).text == ""
