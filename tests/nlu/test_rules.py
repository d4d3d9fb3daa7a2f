from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.types import Act, Context, Expects, Option
from nlu.rules import RuleParser, match_act, understand_by_rules

WHICH = Context(
    "Which shall we talk about?",
    Expects.CHOICE,
    (
        Option("Home care", "home_care", "1"),
        Option("The day centre", "day_centre", "2"),
        Option("Something else", "else", "3"),
    ),
)
BEANS = Context(
    "Three are left. How many for the office writing things down?",
    Expects.BEANS,
    labels=("the time of the tea call", "the office writing things down", "having Angela again"),
)


@pytest.mark.parametrize(
    ("text", "kind", "act"),
    [
        ("Could you say that again please love?", "open", Act.REPEAT),
        ("pardon", "yes_no", Act.REPEAT),
        ("slow down", "open", Act.SLOWER),
        ("speak up a bit", "open", Act.LOUDER),
        ("why do you ask", "open", Act.EXPLAIN),
        ("pass", "scale", Act.SKIP),
        ("I couldn't say", "scale", Act.DONT_KNOW),
        ("Stop.", "open", Act.STOP),
        ("hang on a minute", "open", Act.PAUSE),
        ("can I talk to a person", "open", Act.HUMAN),
        ("go back", "yes_no", Act.GO_BACK),
        ("aye go on then", "yes_no", Act.AFFIRM),
        ("that's right", "read_back", Act.AFFIRM),
        ("nay", "yes_no", Act.DENY),
        ("not really", "yes_no", Act.DENY),
        ("yes but they rush me", "yes_no", Act.AFFIRM_BUT),
        ("no, only when Dawn is on", "yes_no", Act.DENY_BUT),
        ("sometimes", "yes_no", Act.PARTIAL),
        ("ta love", "open", Act.THANKS),
        ("ta ra", "open", Act.GOODBYE),
        ("who sees this", "open", Act.PRIVACY),
        ("what happens next", "open", Act.WHATS_NEXT),
        ("start again", "open", Act.RESTART),
        ("forget it all", "open", Act.TAKE_BACK),
        ("what do you hold about me", "open", Act.MY_DATA),
        ("no, stop", "yes_no", Act.STOP),
    ],
)
def test_short_whole_utterances_are_understood(text: str, kind: str, act: Act) -> None:
    assert match_act(text, Expects(kind)) is act


@pytest.mark.parametrize(
    "text",
    [
        "they never stop to talk",
        "I said slow down and she laughed",
        "they say hang on and go off",
        "I have to repeat myself to every carer.",
        "I want a person to talk to on Sundays.",
        "pass me my stick, that's all I ask of them",
        "go back to when my husband was alive, we had it lovely",
        "the pause before they answer the bell is what I mind",
        "nobody will speak up for you in there",
        "stop stop stop, that's what she shouts at the dog every morning when they come",
        "I don't know how they manage with so few of them on",
        "",
        "   ",
    ],
)
@pytest.mark.parametrize("kind", ["open", "probe"])
def test_content_is_never_a_command(text: str, kind: str) -> None:
    assert understand_by_rules(text, Context("", Expects(kind))).act is Act.ANSWER


@pytest.mark.parametrize(
    ("key", "kind", "act", "value"),
    [
        ("1", "yes_no", Act.AFFIRM, None),
        ("2", "read_back", Act.DENY, None),
        ("0", "open", Act.HUMAN, None),
        ("*", "scale", Act.REPEAT, None),
        ("#", "open", Act.SKIP, None),
        ("1", "scale", Act.ANSWER, 1.0),
        ("0", "scale", Act.ANSWER, 0.0),
        ("0", "beans", Act.ANSWER, 0.0),
    ],
)
def test_phone_keys(key: str, kind: str, act: Act, value: float | None) -> None:
    found = understand_by_rules(key, Context("", Expects(kind)))
    assert (found.act, found.value, found.degraded) == (act, value, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("home care please", "home_care"),
        ("2", "day_centre"),
        ("the first one", "home_care"),
        ("the last one", "else"),
        ("day_centre", "day_centre"),
        ("I'd like to talk about the centre", "day_centre"),
        ("first thing in the morning", None),
        ("9", None),
    ],
)
def test_choices(text: str, value: str | None) -> None:
    found = understand_by_rules(text, WHICH)
    assert (found.act, found.value) == (Act.ANSWER, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("two", 2.0),
        ("six, no, two", 2.0),
        ("the rest", 3.0),
        ("all of them", 3.0),
        ("none", 0.0),
        ("two for the office", 2.0),
        ("Two. And one for Angela.", (("the office writing things down", 2.0), ("having Angela again", 1.0))),
        ("two or three", None),
        ("I don't hold with it", None),
    ],
)
def test_beans(text: str, value: object) -> None:
    assert understand_by_rules(text, BEANS).value == value


def test_read_back_keys_stand_for_their_acts() -> None:
    options = (Option("right", "yes", "1"), Option("change it", "change", "2"), Option("take it out", "take_out", "3"))
    context = Context("Is that right?", Expects.READ_BACK, options)
    assert [understand_by_rules(key, context).act for key in "123"] == [Act.AFFIRM, Act.CORRECT, Act.TAKE_BACK]


@given(st.text(), st.sampled_from(list(Expects)))
def test_no_text_fails(text: str, kind: Expects) -> None:
    found = understand_by_rules(text, Context("Which?", kind, WHICH.options, BEANS.labels))
    assert found.degraded
    assert 0 <= found.confidence <= 1


async def test_the_parser_keeps_the_words_as_they_came() -> None:
    assert (await RuleParser().parse("  Aye. ", Context(kind=Expects.YES_NO))).text == "  Aye. "
