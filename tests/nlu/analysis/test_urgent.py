"""Requests that cannot wait, and complaints that only sound like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.analysis.urgent import cannot_wait


@pytest.mark.parametrize(
    "text",
    [
        "nobody has come this morning",
        "No one's been today and I'm still in bed",
        "i've run out of my tablets today",
        "I have run out of insulin",
        "my dinner hasn't come and I've had nothing",
        "the carer hasnt turned up yet",
        "it's gone eleven and no one has come",
        "I need somebody now",
        "I've had nothing to eat since yesterday",
        "can somebody come and help me please",
        "I'm stuck in the chair and nobody has come, I've been here hours",
        "the heating has packed up today",
        "they didnt come this morning",
        "I've got no tablets left",
    ],
)
def test_about_now(text: str) -> None:
    assert cannot_wait(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "they never come on time",
        "yesterday nobody came",
        "nobody came last Tuesday",
        "sometimes nobody comes until eleven",
        "when the carer hasn't come I ring the office",
        "i ran out of tablets once and they were very good about it",
        "I always need somebody with me",
        "they came this morning and she was lovely",
        "if the driver has not come by nine I go back in",
        "my tablets came today",
        "could they not come at six",
        "The heating packed up last winter",
        "nobody asks me anything",
    ],
)
def test_not_about_now(text: str) -> None:
    assert not cannot_wait(text)


@given(st.text(max_size=400))
def test_any_text_is_taken(text: str) -> None:
    assert cannot_wait(text) in (True, False)
