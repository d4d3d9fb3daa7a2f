"""The reader with its own weights: what it is, how fast it loads, and that it reads alike every time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dialogues.types import Act, Level
from nlu.analysis.frame import KINDS, NOTHING, SENTIMENTS, load_frame
from nlu.analysis.spans import MARKS
from nlu.reader.acts import mixed, ranking
from nlu.reader.reader import SIZE, WEIGHTS, Reader, ReaderMissing, files, shared_reader
from nlu.redaction.spans import TYPES

MOST_BYTES = 20_000_000
LOAD_SECONDS = 2.0


def test_heads_have_the_labels_of_the_rest_of_sayso() -> None:
    heads = shared_reader().heads
    assert set(heads["act"].labels) == {act.value for act in Act}
    assert set(heads["level"].labels) == {level.value for level in Level}
    assert heads["kind"].labels == KINDS
    assert heads["theme"].labels == tuple(theme for theme in load_frame().themes if theme != NOTHING)
    assert heads["sentiment"].labels == SENTIMENTS
    assert heads["point"].labels == MARKS
    assert {label.removeprefix("B-").removeprefix("I-") for label in heads["private"].labels} == {*TYPES, "O"}


def test_all_weights_together_are_light_and_no_pickles() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*")) < MOST_BYTES
    assert {path.suffix for path in WEIGHTS.glob("*")} == {".onnx", ".npz", ".json", ".md"}
    assert len(list(files())) == 4


def test_it_loads_fast() -> None:
    started = time.process_time()
    Reader()
    assert time.process_time() - started < LOAD_SECONDS


def test_readings_have_a_vector_for_each_piece() -> None:
    reading = shared_reader().read("they come at four", "What matters most?")
    assert reading.pieces.shape == (len(reading.places), SIZE)
    assert reading.whole().shape == (2 * SIZE,)
    assert np.allclose(reading.stretch(0, 4), reading.pieces[0])
    assert np.allclose(reading.stretch(), reading.pieces.mean(axis=0), atol=1e-6)
    assert np.allclose(reading.stretch(900, 901), reading.stretch())


@pytest.mark.parametrize("text", ["", "   ", "\x00", "😀", "\ud800", "a" * 5000])
def test_any_text_is_read(text: str) -> None:
    reading = shared_reader().read(text, "How are you?")
    assert np.isfinite(reading.whole()).all()


def test_the_question_changes_the_reading() -> None:
    reader = shared_reader()
    first = ranking(reader, "no", "Is there anything else?", "yes_no")
    second = ranking(reader, "no", "What matters most to you about the meals?", "open")
    assert first[0][0] == "deny"
    assert first != second


def test_threads_share_one_reader() -> None:
    texts = [f"the dinner was cold on day {n}" for n in range(24)]
    reader = shared_reader()
    alone = [reader.read(text).whole() for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: reader.read(text).whole(), texts))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReaderMissing, match="check out"):
        Reader(tmp_path)


def test_rankings_are_mixed() -> None:
    both = mixed([("stop", 0.9), ("answer", 0.1)], [("answer", 0.8), ("stop", 0.2)], 0.5)
    assert both == [("stop", pytest.approx(0.55)), ("answer", pytest.approx(0.45))]
    assert mixed([], [("stop", 1.0)], 0.5) == [("stop", 1.0)]
    assert mixed([("stop", 1.0)], [], 0.5) == [("stop", 1.0)]
