"""The language model of care: texts become words, counts and probabilities, and the file that Vosk reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.speech.catalogue import CHECKOUT_FOLDER
from connectors.speech.models import NOTE
from dialogues.errors import SaysoError
from tools.language_model import __main__ as program
from tools.language_model import texts
from tools.language_model.kneser_ney import UNKNOWN, kneser_ney
from tools.language_model.ngram_fst import parse, serialise
from tools.language_model.texts import known, sentences
from tools.language_model.trigrams import END, LABEL_BITS, START, Trigrams, mixed

REAL = CHECKOUT_FOLDER / "vosk-en" / "graph" / "Gr.fst"
WORDS = range(1, 7)
said = st.lists(st.lists(st.sampled_from([*WORDS, UNKNOWN]), min_size=1, max_size=8), min_size=1, max_size=12)
some_words = said.filter(lambda sentences: any(word != UNKNOWN for sentence in sentences for word in sentence))
shares = st.floats(0.01, 0.99)
ALL = np.array([*WORDS, END])


def sums(model: Trigrams) -> list[float]:
    """What the probabilities of all words after each history come to."""
    ones = np.flatnonzero(~np.isnan(model.backoff))
    older, newer = model.histories >> LABEL_BITS, model.histories & END
    return [
        model.unigrams.sum(),
        *(model.after_one(np.full(len(ALL), one), ALL).sum() for one in ones),
        *(
            model.after_two(np.full(len(ALL), two), np.full(len(ALL), one), ALL).sum()
            for two, one in zip(older, newer, strict=True)
        ),
    ]


@settings(deadline=None, max_examples=30)
@given(some_words)
def test_counted_sentences_make_probabilities_that_sum_to_one(sentences: list[list[int]]) -> None:
    assert sums(kneser_ney(sentences)) == pytest.approx(np.ones(len(sums(kneser_ney(sentences)))))


@settings(deadline=None, max_examples=30)
@given(some_words, some_words, shares)
def test_a_mixture_sums_to_one_and_lists_weighted_means(
    one: list[list[int]], other: list[list[int]], share: float
) -> None:
    general, domain = kneser_ney(one), kneser_ney(other)
    model = mixed(general, domain, share)
    assert sums(model) == pytest.approx(np.ones(len(sums(model))))
    assert set(model.pairs) == {*general.pairs, *domain.pairs}
    assert set(model.triples) == {*general.triples, *domain.triples}
    three = model.triples >> 2 * LABEL_BITS, (model.triples >> LABEL_BITS) & END, model.triples & END
    means = (1 - share) * general.after_two(*three) + share * domain.after_two(*three)
    assert model.trigrams == pytest.approx(means)


@settings(deadline=None, max_examples=30)
@given(some_words)
def test_what_was_said_is_likelier_than_what_was_not(sentences: list[list[int]]) -> None:
    model = kneser_ney([*sentences, [1, 2, 3], [1, 2, 3], [1, 2, 3]])
    after = model.after_two(np.full(2, 1), np.full(2, 2), np.array([3, 99]))
    assert after[0] > after[1] == 0.0
    assert model.after_one(np.array([START]), np.array([1]))[0] > 0.0


@settings(deadline=None, max_examples=30)
@given(some_words)
def test_a_file_gives_back_the_model(sentences: list[list[int]]) -> None:
    model = kneser_ney(sentences)
    again = parse(serialise(model))
    same(again, model)
    assert serialise(again) == serialise(model)


def test_words_across_an_unknown_one_are_not_counted_together() -> None:
    model = kneser_ney([[1, UNKNOWN, 2]])
    assert (1 << LABEL_BITS | 2) not in model.pairs
    assert (START << LABEL_BITS | 1) in model.pairs
    assert (2 << LABEL_BITS | END) in model.pairs


def test_nothing_to_count_is_said() -> None:
    with pytest.raises(ValueError, match="nothing to count"):
        kneser_ney([[UNKNOWN]])


@pytest.mark.skipif(not REAL.is_file(), reason="the model vosk-en is not fetched")
def test_the_real_model_comes_back_whole() -> None:
    data = REAL.read_bytes()
    model = parse(data)
    again = serialise(model)
    assert len(again) == len(data)
    assert again[: len(data) // 2] == data[: len(data) // 2]  # counts, bits and words; what follows are weights
    same(parse(again), model)


@pytest.mark.parametrize(
    "spoilt", [lambda data: data[:-5], lambda data: b"", lambda data: data.replace(b"ngram", b"const")]
)
def test_another_file_is_refused(spoilt: object) -> None:
    data = serialise(kneser_ney([[1, 2]]))
    with pytest.raises(SaysoError, match="no trigram model") as refused:
        parse(spoilt(data))  # type: ignore[operator]
    assert refused.value.code == "language_model_wrong"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tea\u2019s cold. I don't mind!", [["the", "tea's", "cold"], ["i", "don't", "mind"]]),
        ("thats 12 of them", [["that's", "twelve", "of", "them"]]),
        (
            "well \u2013 its ring was lost; the girls' tea",
            [["well"], ["its", "ring", "was", "lost"], ["the", "girls", "tea"]],
        ),
        ("ring 07700900123 \u2026 x-ray", [["ring", "07700900123"], ["x", "ray"]]),
        (" ?! ", []),
    ],
)
def test_texts_become_words_as_a_recogniser_writes_them(text: str, expected: list[list[str]]) -> None:
    assert list(sentences(text)) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("theyd", "they'd"), ("wifes", "wife's"), ("thatll", "that'll"), ("owt", "owt"), ("were", "were"), ("d", "d")],
)
def test_a_left_out_apostrophe_is_put_back_where_only_that_word_is_known(word: str, expected: str) -> None:
    assert texts.marked(word, {"they'd", "wife's", "that'll", "were", "we're"}) == expected


def test_a_word_that_the_general_model_lacks_is_taken_in_only_when_it_is_said_often() -> None:
    lines = [["the", "carer", "spoke"]] * texts.NEW_WORD_TIMES + [["the", "lass", "owt"]]
    words = known(lines, {"the", "carer", "spoke", "lass"}, {"the", "spoke"})
    assert words == {"the": texts.NEW_WORD_TIMES + 1, "carer": texts.NEW_WORD_TIMES, "spoke": texts.NEW_WORD_TIMES}


def test_the_project_s_texts_are_there_and_none_of_them_is_of_evaluation() -> None:
    found = list(texts.project_texts())
    assert len(found) > 10_000
    assert not any("[[" in text for text in found)
    assert all("evaluation" not in folder for folder in texts.FOLDERS)


def test_a_model_is_made_beside_the_general_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, out = toy_model(tmp_path), tmp_path / "care"
    speak(monkeypatch, ["The carer spoke."] * 3)
    arguments = ["--model", str(model), "--out", str(out), "--share", ".5"]
    monkeypatch.setattr("sys.argv", ["language_model", *arguments])
    assert program.main() == 0
    first = (out / program.GRAPH).read_bytes()
    assert program.main() == 0
    assert (out / program.GRAPH).read_bytes() == first
    assert (out / "am" / "final.mdl").read_bytes() == b"ears"
    assert not (out / NOTE).exists()
    assert parse((model / program.GRAPH).read_bytes()).unigrams[2] == 0.0
    assert parse(first).after_two(np.array([START]), np.array([1]), np.array([2]))[0] > 0.3  # the carer


def test_without_a_model_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["language_model", "--model", str(tmp_path), "--out", str(tmp_path / "care")])
    assert program.main() == 1
    assert "sayso models fetch vosk-en" in capsys.readouterr().err
    assert not (tmp_path / "care").exists()


@pytest.mark.parametrize("place", ["general", "diary"])
def test_another_folder_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    model = toy_model(tmp_path)
    (tmp_path / "diary").mkdir()
    before = (model / program.GRAPH).read_bytes()
    speak(monkeypatch, ["The carer spoke."] * 3)
    with pytest.raises(SaysoError, match="Name another folder") as refused:
        program.copied(model, tmp_path / place, program.made(model, 0.5))
    assert refused.value.code == "language_model_place"
    assert (model / program.GRAPH).read_bytes() == before
    assert (tmp_path / "diary").is_dir()


def test_a_share_outside_its_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match="less than 1"):
        program.made(toy_model(tmp_path), 1.0)


def toy_model(folder: Path) -> Path:
    model = folder / "general"
    (model / "graph").mkdir(parents=True)
    (model / "am").mkdir()
    (model / "am" / "final.mdl").write_bytes(b"ears")
    (model / NOTE).write_text("{}")
    (model / program.WORDS).write_text("<eps> 0\nthe 1\ncarer 2\nspoke 3\ndog 4\n#0 5\n<s> 6\n</s> 7\n")
    (model / program.GRAPH).write_bytes(serialise(kneser_ney([[1, 4, 3], [1, 4]])))
    return model


def speak(monkeypatch: pytest.MonkeyPatch, lines: Iterable[str]) -> None:
    monkeypatch.setattr(program, "project_texts", lambda: iter(lines))


def same(one: Trigrams, other: Trigrams) -> None:
    """The same n-grams, and probabilities to the grain of the file."""
    for keys in ("pairs", "triples", "histories"):
        assert np.array_equal(getattr(one, keys), getattr(other, keys))
    for values in ("unigrams", "bigrams", "trigrams", "backoff", "backoffs"):
        assert np.allclose(getattr(one, values), getattr(other, values), rtol=2e-4, atol=0, equal_nan=True)
