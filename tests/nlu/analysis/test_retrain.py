"""An organisation's own coding: the rows it reads, how it is fitted, and when it is taken."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from dialogues.errors import SaysoError
from nlu.analysis.frame import FRAME_PATH, KINDS, NOTHING, load_frame
from nlu.analysis.labelled import TRAINING_FOLDER, Row, frame_rows, labelled_rows
from nlu.analysis.points import Analysis
from nlu.analysis.retrain import Comparison, Score, compared, parted, retrained, score
from nlu.reader.heads import Head, load_heads, save_heads
from nlu.reader.reader import shared_reader
from nlu.reader.words import shared_words

ROWS = sorted(TRAINING_FOLDER.glob("*.jsonl"))
OWN_THEME = "chapel_flowers"
SAID = [
    "the lilies by the altar had gone brown",
    "i do the chapel flowers of a friday",
    "nobody waters the altar flowers",
    "them chrysanths in the chapel are lovely",
    "could we not have roses on the altar",
    "the flower rota at chapel wants sorting",
]


def own_rows() -> list[Row]:
    frame = load_frame()
    known = {theme: False for theme in frame.themes if theme != NOTHING}
    kinds = dict.fromkeys(KINDS, False) | {"problem": True}
    flowers = [Row(text, themes=known | {OWN_THEME: True}, kinds=kinds, main_first=(OWN_THEME,)) for text in SAID]
    others = [
        Row(
            text, themes=known | {OWN_THEME: False, "food_and_drink": True}, kinds=kinds, main_first=("food_and_drink",)
        )
        for text in ("the soup is cold", "the bread is hard", "dinner comes late and dry", "the tea is stewed")
    ]
    return flowers + others


@pytest.fixture
def own_frame(tmp_path: Path) -> Path:
    yaml = YAML()
    raw = yaml.load(FRAME_PATH.read_text(encoding="utf-8"))
    raw["themes"][OWN_THEME] = {
        "plain": "the chapel flowers",
        "definition": "Flowers in the chapel, and who looks after them.",
        "examples": [f"{text} in the chapel" for text in SAID] * 2,
        "counter_examples": ["the flour for the bread", "the garden is wet", "the window box died"],
        "cues": ["chapel flower*"],
    }
    path = tmp_path / "coding_frame.yml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(raw, file)
    return path


def test_our_rows_are_many_valid_and_different() -> None:
    rows = labelled_rows(ROWS, load_frame())
    texts = [(row.text.lower(), row.question) for row in rows]
    assert len(rows) >= 3000
    assert len(texts) == len(set(texts))


def test_every_theme_and_kind_is_in_our_rows() -> None:
    rows = labelled_rows(ROWS, load_frame())
    assert {theme for row in rows for theme in row.main_first} == set(load_frame().themes)
    assert all(sum(row.kinds[kind] for row in rows) >= 200 for kind in KINDS)


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        '{"text": "a"}',
        '{"text": "a", "kinds": ["moan"], "themes": []}',
        '{"text": "a", "kinds": [], "themes": ["x"]}',
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: str) -> None:
    good = json.dumps(
        {"text": "the soup", "question": "", "kinds": ["praise"], "themes": ["food_and_drink"], "sentiment": "positive"}
    )
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{good}\n\n{row}\n", encoding="utf-8")
    with pytest.raises(SaysoError, match=r"rows\.jsonl, line 3"):
        labelled_rows([path], load_frame())


def test_a_new_theme_is_learned_and_the_others_stay(own_frame: Path, tmp_path: Path) -> None:
    reader, frame = shared_reader(), load_frame(own_frame)
    new = retrained(own_rows(), frame, reader, reader.heads)
    assert new["theme"].labels == tuple(theme for theme in frame.themes if theme != NOTHING)
    save_heads(new, tmp_path / "coding.npz")
    own = Analysis(own_frame, tmp_path / "coding.npz")
    said = own.points("the lilies on the chapel altar are dead again", "How is the home?")
    assert any(OWN_THEME in point.themes for point in said)
    assert any("food_and_drink" in point.themes for point in own.points("the soup was stone cold", "How is the home?"))


def test_without_rows_the_heads_stay_near_where_they_started() -> None:
    reader, frame = shared_reader(), load_frame()
    new = retrained([], frame, reader, reader.heads)
    rows = labelled_rows(ROWS, frame)[::40]
    comparison = compared(rows, reader, shared_words(), reader.heads, new)
    assert comparison.new["themes"].micro > comparison.old["themes"].micro - 0.05


def test_training_is_deterministic() -> None:
    reader, frame = shared_reader(), load_frame()
    rows = labelled_rows(ROWS, frame)[::60]
    first, second = (retrained(rows, frame, reader, reader.heads) for _ in range(2))
    assert np.array_equal(first["theme"].matrix, second["theme"].matrix)


def test_rows_are_held_back_the_same_way_each_time() -> None:
    rows = labelled_rows(ROWS, load_frame())[:300]
    training, held = parted(rows)
    assert (training, held) == parted(rows)
    assert len(training) + len(held) == len(rows)
    assert 30 <= len(held) <= 90


def test_a_worse_coding_is_not_as_good() -> None:
    better, worse = {"themes": Score(0.6, 0.7)}, {"themes": Score(0.6, 0.69)}
    assert Comparison(9, better, better).is_as_good
    assert Comparison(9, worse, better).is_as_good
    assert not Comparison(9, better, worse).is_as_good


def test_scores_of_known_sets() -> None:
    assert score([({"a"}, {"a"}), ({"b"}, {"a"})]) == Score(pytest.approx(1 / 3), pytest.approx(0.5))
    assert score([]) == Score(0.0, 0.0)


def test_frame_rows_hold_one_label_each() -> None:
    rows = frame_rows(load_frame())
    assert len(rows) > 300
    assert all(len(row.themes) + len(row.kinds) == 1 for row in rows)


def test_heads_survive_the_disk_without_pickles(tmp_path: Path) -> None:
    head = Head(("a", "b"), np.eye(2, 3, dtype=np.float32), np.array([0.5, -1], dtype=np.float32))
    save_heads({"theme": head}, tmp_path / "h.npz")
    back = load_heads(tmp_path / "h.npz")
    assert list(back) == ["theme"]
    assert back["theme"].labels == ("a", "b")
    assert np.allclose(back["theme"].matrix, head.matrix)
    assert np.allclose(back["theme"].each(np.array([1, 0, 0], np.float32)), [0.8176, 0.2689], atol=1e-3)
    assert back["theme"].one_of(np.zeros(3, np.float32)).sum() == pytest.approx(1)
