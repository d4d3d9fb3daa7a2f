"""Training: the rows, the weights that are shipped, and what a bad file says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dialogues.errors import SaysoError
from nlu.analysis.frame import KINDS, NOTHING, load_frame
from nlu.analysis.labelled import TRAINING_FOLDER, labelled_rows
from nlu.analysis.model import Weights, load_weights, save_weights
from nlu.analysis.train import fitted, prepared, scores

ROWS = sorted(TRAINING_FOLDER.glob("*.jsonl"))


def test_our_rows_are_many_valid_and_different() -> None:
    rows = labelled_rows(ROWS, load_frame())
    texts = [row.text.lower() for row in rows]
    assert len(rows) >= 400
    assert len(texts) == len(set(texts))


def test_every_theme_and_kind_is_in_our_rows() -> None:
    rows = labelled_rows(ROWS, load_frame())
    assert {theme for row in rows for theme in row.main_first} == set(load_frame().themes)
    assert all(sum(row.kinds[kind] for row in rows) >= 20 for kind in KINDS)


def test_the_shipped_weights_fit_the_frame() -> None:
    weights = load_weights()
    assert weights.theme_ids == tuple(theme for theme in load_frame().themes if theme != NOTHING)
    assert weights.theme_matrix.shape[0] == len(weights.theme_ids)
    assert weights.kind_matrix.shape[0] == len(KINDS)


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


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SaysoError, match=r"nlu\.analysis\.train"):
        load_weights(tmp_path / "none.npz")


def test_training_is_deterministic_and_weights_survive_the_disk(tmp_path: Path) -> None:
    frame = load_frame()
    rows = labelled_rows(ROWS, frame)[:440]
    material = prepared(rows, frame)
    first, second = fitted(material, frame), fitted(material, frame)
    assert np.array_equal(first.theme_matrix, second.theme_matrix)
    save_weights(first, tmp_path / "w.npz")
    back: Weights = load_weights(tmp_path / "w.npz")
    assert back.theme_ids == first.theme_ids
    assert np.allclose(back.kind_matrix, first.kind_matrix, atol=0.01)


def test_scores_of_known_sets() -> None:
    macro, micro = scores([({"a"}, {"a"}), ({"b"}, {"a"})])
    assert macro == pytest.approx(1 / 3)
    assert micro == pytest.approx(0.5)
