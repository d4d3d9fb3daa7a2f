"""The learned second opinion and its training rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bot.safeguarding import embedding
from bot.safeguarding.scorer import LEVELS, WEIGHTS, scorer
from bot.safeguarding.train import features, read_rows, save
from dialogues.errors import SaysoError


def test_rows_are_varied_and_of_known_levels() -> None:
    rows = read_rows()
    counts = Counter(row["level"] for row in rows)
    assert counts["immediate"] >= 130
    assert counts["concern"] >= 170
    assert counts["none"] >= 200
    assert len({row["text"].lower() for row in rows}) == len(rows)
    assert 0.4 < sum(row["style"] == "asr" for row in rows) / len(rows) < 0.6


def test_training_is_repeatable(tmp_path: Path) -> None:
    rows = read_rows()[::8]
    levels = np.asarray([LEVELS.index(row["level"]) for row in rows])
    inputs = features(rows)
    for name in ("a", "b"):
        save(inputs, rows, levels, levels < 0, tmp_path / f"{name}.npz")
    with np.load(tmp_path / "a.npz") as first, np.load(tmp_path / "b.npz") as second:
        assert all(np.array_equal(first[key], second[key]) for key in first.files)


def test_weights_hold_no_pickles() -> None:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        assert stored["level_weights"].shape == (len(LEVELS), embedding.DIMENSIONS)


def test_opinion_tells_danger_from_tea() -> None:
    assert (
        scorer().opinion("hes collapsed on the floor and he isnt moving").alert
        > scorer().opinion("i like my tea").alert
    )


def test_changed_model_is_refused() -> None:
    with pytest.raises(SaysoError) as caught:
        embedding._installed(embedding.MODEL[0], embedding.MODEL[1], "0" * 64)
    assert caught.value.code == "embedding_changed"


def test_missing_package_is_named() -> None:
    with pytest.raises(SaysoError) as caught:
        embedding._installed("no_such_package_here", "x", "0")
    assert caught.value.code == "embedding_missing"
