"""The search for dead ends finds none in the files that ship, and finds those that are put in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from player import Player

from dialogues.manager import Outcome
from dialogues.script import Outcome as Following
from dialogues.script import default_script
from dialogues.search import faults_of, search
from dialogues.types import (
    Act,
    BeansPlaced,
    ConsentAnswered,
    Expects,
    Point,
    PointHeard,
    Prompt,
    Purpose,
    Scope,
    Understanding,
    Voice,
)


def test_no_state_is_a_dead_end() -> None:
    found = search(default_script())
    assert found.faults == []
    assert found.complete
    assert found.states > 300
    assert found.transitions > 50 * 300


def test_a_question_that_waits_for_nothing_is_found() -> None:
    script = default_script()
    mute = script.wordings["needs.clear"].model_copy(update={"expects": Expects.NONE})
    found = search(script.model_copy(update={"wordings": {**script.wordings, "needs.clear": mute}}))
    assert any("without a question" in fault for fault in found.faults)


def test_a_loop_without_an_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialogues.search.MAX_STATES", 60)
    script = default_script()
    flow = script.flows["warm_up"]
    step = flow.steps[0].model_copy(update={"on": {"any": Following(next="week"), "skip": Following(next="week")}})
    flows = {**script.flows, "warm_up": flow.model_copy(update={"steps": (step,)})}
    found = search(script.model_copy(update={"flows": flows}))
    assert any("the end is not reached" in fault for fault in found.faults)


def test_each_check_of_a_transition_can_fail() -> None:
    player = Player()
    before = player.outcome.state
    good = player.say("affirm", "yes")
    yes = Understanding("yes", Act.AFFIRM)
    stop = Understanding("stop", Act.STOP)
    question = Prompt("a", "Is it?", Expects.YES_NO, Purpose.NEEDS)
    assert list(faults_of(before, yes, good)) == []
    wrong: list[tuple[Understanding, Outcome, str]] = [
        (yes, replace(good, prompts=()), "nothing is said"),
        (yes, replace(good, prompts=(question, question)), "asks before the last word"),
        (yes, replace(good, prompts=(replace(question, text="Is it? Or not?"),)), "asks two things"),
        (stop, good, "stop does not end"),
        (yes, replace(good, events=(ConsentAnswered(Scope.KEEP, True, "w", "v"),)), "without a yes"),
        (
            replace(yes, voice=Voice.PROXY),
            replace(good, events=(ConsentAnswered(Scope.KEEP, True, "w", "v"),)),
            "without",
        ),
        (yes, replace(good, events=(BeansPlaced((("p1", 9),)),)), "9 beans"),
        (yes, replace(good, events=(BeansPlaced(()),)), "0 beans"),
        (
            replace(yes, act=Act.REPEAT),
            replace(good, events=(PointHeard("p1", 1, Voice.OWN, Point(0, 1, "a", ("need",), ("other",), "neutral")),)),
            "command is kept",
        ),
    ]
    for heard, outcome, fault in wrong:
        assert any(fault in told for told in faults_of(before, heard, outcome)), fault
