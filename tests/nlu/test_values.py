from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.values import correction, take_back_subject


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("no, I said six o'clock", "six o'clock"),
        ("It were the tea call I said.", "the tea call"),
        ("It wasn't Tuesday, it was Thursday", "Thursday"),
        ("No, it's Doreen not Noreen", "Doreen"),
        ("no i meant the day centre", "the day centre"),
        ("change it to half past nine", "half past nine"),
        ("no that's wrong", None),
        ("that's not right", None),
        ("no", None),
        ("", None),
    ],
)
def test_the_part_to_change(text: str, part: str | None) -> None:
    assert correction(text) == part


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("take back what I said about meals", "meals"),
        ("don't put that down about dawn", "dawn"),
        ("take out the bit about my daughter please", "daughter"),
        ("I don't want you to keep what I told you about the night staff, it's not fair on them", "night staff"),
        ("leave Angela out of it", "Angela"),
        ("can you not mention Pauline", "Pauline"),
        ("forget it all", None),
        ("take that out", None),
        ("rub that out please love", None),
        ("scrub what i said", None),
        ("delete everything", None),
        ("", None),
    ],
)
def test_the_subject_taken_back(text: str, subject: str | None) -> None:
    assert take_back_subject(text) == subject


@given(st.text())
def test_no_text_fails(text: str) -> None:
    assert correction(text) != ""
    assert take_back_subject(text) != ""
