"""Words that may be none are doubted, and believed only with a second opinion."""

from __future__ import annotations

import pytest

from connectors.speech.doubt import is_doubtful, second_is_believed
from dialogues.types import HeardWord


def words(*confidences: float) -> tuple[HeardWord, ...]:
    return tuple(HeardWord("word", n, n + 0.5, each) for n, each in enumerate(confidences))


@pytest.mark.parametrize(
    ("heard", "spoken_seconds", "doubtful"),
    [
        (words(1.0, 0.9, 1.0), 1.5, False),
        (words(1.0, 0.5, 0.6), 1.5, True),
        (words(1.0, 1.0, 1.0), 12.0, True),
        (words(0.3), 0.4, False),
        (words(), 12.0, True),
        (words(), 0.4, False),
    ],
    ids=["clear", "unsure", "three words in twelve seconds", "one short word", "none in twelve seconds", "none"],
)
def test_what_is_doubted(heard: tuple[HeardWord, ...], spoken_seconds: float, doubtful: bool) -> None:
    assert is_doubtful(heard, spoken_seconds) is doubtful


@pytest.mark.parametrize(
    ("live", "second", "confidence", "believed"),
    [
        ("they come at for", "They come at four.", 0.2, True),
        ("a different thing", "They come at four.", 0.2, False),
        ("a different thing", "They come at four.", 0.9, True),
        ("", "They come at four.", 0.9, True),
        ("", "They come at four.", 0.2, False),
        ("they come at four", "", 1.0, False),
    ],
)
def test_the_second_is_believed_where_it_is_sure_or_heard_the_same(
    live: str, second: str, confidence: float, believed: bool
) -> None:
    assert second_is_believed(live, second, confidence) is believed
