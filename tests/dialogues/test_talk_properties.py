"""Properties of the talk: whatever is said, nothing breaks, nobody is trapped, and beans are ten or none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from player import Player, point

from dialogues.beans import whole
from dialogues.manager import advance
from dialogues.script import default_script
from dialogues.search import cooperative, faults_of
from dialogues.state import from_json, to_json
from dialogues.types import Act, BeansPlaced, Level, Screening, Understanding, Voice

LABELS = ["the late call", "the office", "the same carer", ""]
_values = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-3, 13).map(float),
    st.sampled_from(["right", "change", "take_out", "home_care", "visit_times", "p1", "late call", "yes", "x"]),
    st.lists(st.tuples(st.sampled_from(LABELS), st.integers(0, 10).map(float)), max_size=3).map(tuple),
)
_points = st.lists(st.sampled_from(LABELS).map(lambda label: point("they come late", label)), max_size=2).map(tuple)
_levels = st.sampled_from([Level.NONE] * 30 + [Level.CONCERN, Level.IMMEDIATE])
_turn = st.builds(
    Understanding,
    text=st.sampled_from(["yes", "no", "", "   ", "they come late", "no, I said late, not later", "everything {x} %s"]),
    act=st.sampled_from([act for act in Act if act is not Act.STOP]),
    value=_values,
    voice=st.sampled_from([Voice.OWN] * 4 + [Voice.PROXY, Voice.RELAYED]),
    points=_points,
    screening=_levels.map(lambda level: Screening(level, "neglect" if level is not Level.NONE else None)),
    cannot_wait=st.sampled_from([False] * 9 + [True]),
)


def _play(player: Player, turns: list[Understanding]) -> None:
    for heard in turns:
        before = from_json(to_json(player.outcome.state))
        player.now += timedelta(seconds=20)
        outcome = advance(before, heard, default_script(), player.now)
        if before.over:
            assert outcome.done
            assert outcome.prompts
        else:
            assert list(faults_of(before, heard, outcome)) == []
        player.outcome = outcome


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(start=st.integers(0, 24), turns=st.lists(_turn, max_size=36))
def test_no_sequence_breaks_or_traps(start: int, turns: list[Understanding]) -> None:
    player = Player()
    for _ in range(start):
        player.cooperate()
    _play(player, turns)
    for _ in range(80):
        if player.outcome.state.over:
            break
        _play(player, [cooperative(player.outcome.state.prompts[-1])])
    assert player.outcome.state.over


@settings(max_examples=60, deadline=None)
@given(
    turns=st.lists(
        st.tuples(st.sampled_from([Act.ANSWER, Act.AFFIRM, Act.DENY, Act.DONT_KNOW, Act.GO_BACK]), _values), max_size=12
    )
)
def test_beans_are_ten_or_an_abstention(turns: list[tuple[Act, Any]]) -> None:
    player = Player().until("beans.first")
    for act, value in turns:
        if player.question.purpose.value != "beans":
            break
        player.say(act, "five", value=value)
    for placed in player.of(BeansPlaced):
        assert placed.abstained == (placed.beans == ())
        assert placed.abstained or sum(n for _, n in placed.beans) == 10


@given(number=st.floats(allow_nan=True, allow_infinity=True))
def test_only_whole_numbers_from_none_are_beans(number: float) -> None:
    found = whole(number)
    assert found is None or (found >= 0 and found == number)
