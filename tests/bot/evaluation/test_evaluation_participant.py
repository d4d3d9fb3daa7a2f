"""What a simulated participant says, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest
from faking import YES_NO, ask, behaviour, persona, persona_row

from bot.evaluation.fields import RowError
from bot.evaluation.participant import THATS_IT, WELL, Participant
from bot.evaluation.people import persona_of
from bot.evaluation.words import coverage, holds, kept_to
from dialogues.types import Option, Prompt, Voice

OPEN = ask("topic_open", prompt_id="topics.open.a")
SECOND = ask("topic_open", prompt_id="topics.open.b")
PROBE = ask("probe", "probe")
ELSE = ask("anything_else", "yes_no")


def says(person: Participant, *prompts: Prompt) -> list[str]:
    return [person.reply((prompt,)).text for prompt in prompts]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        (ask("greeting", "yes_no"), "aye"),
        (ask("consent_keep", "yes_no"), "aye"),
        (ask("needs", "yes_no"), "aye"),
        (ask("warm_up"), WELL),
        (ask("topic_choice", "choice"), "home care"),
        (ask("follow_up", "scale"), "six"),
        (ask("follow_up", "yes_no", "Shall I pass this on for you now?"), "aye"),
        (ask("repair", "yes_no", "Shall we carry on now?"), "aye"),
        (ask("repair", "yes_no", "Shall I take out all that you told me, and end here?"), "no ta"),
        (ask("repair", "yes_no", "Do you want me to delete it?"), "no ta"),
        (ask("repair", "yes_no", "A person can ring you. Shall I ask for that?"), "no ta"),
        (ask("topic_open"), "the bins are never put out of a tuesday"),
        (ask("ladder"), "the bins are never put out of a tuesday"),
        (PROBE, THATS_IT),
        (ask("offer", "yes_no"), "i could sort the rota myself"),
        (ask("read_back", "read_back", quoted=("the pins",)), "no the bins not the pins"),
    ],
)
def test_first_words_to_a_prompt(prompt: Prompt, said: str) -> None:
    assert says(Participant(persona()), prompt) == [said]


@pytest.mark.parametrize("prompt", [ask("offer", "yes_no"), ask("about_you", "choice"), ask("closing")])
def test_late_questions_are_skipped_unless_an_offer_is_unsaid(prompt: Prompt) -> None:
    person = Participant(persona())
    assert says(person, prompt, prompt) == ["i could sort the rota myself", "leave it"]


def test_answers_come_in_order_and_probed_ones_after_their_own_only() -> None:
    said = says(Participant(persona()), OPEN, PROBE, PROBE, ELSE, PROBE, ELSE, ask("offer", "yes_no"))
    assert said == [
        "the bins are never put out of a tuesday",
        "put a rota on the fridge",
        THATS_IT,
        "i could sort the rota myself",
        THATS_IT,
        "no ta",
        "leave it",
    ]


def test_a_probe_that_comes_too_late_brings_nothing_out() -> None:
    assert "put a rota on the fridge" not in says(Participant(persona()), OPEN, ELSE, PROBE, PROBE)


@pytest.mark.parametrize(("points", "said"), [(3, ["4", "3", "3"]), (1, ["10"]), (4, ["4", "2", "2", "2"])])
def test_beans_are_shared_evenly_with_the_rest_on_the_first(points: int, said: list[str]) -> None:
    brief = [{**persona_row()["brief"][0], "point_id": f"P{n}"} for n in range(1, 9)][:points]
    answers = [{"answer_id": "A1", "text": "x", "points": []}]
    person = Participant(persona(brief=brief, answers=answers))
    prompts = [ask("beans", "beans", prompt_id=f"beans.{n}") for n in range(points)]
    assert says(person, *prompts) == said
    assert says(person, prompts[0]) == said[:1]  # the same question, the same number
    assert says(person, ask("beans", "beans", prompt_id="more")) == ["none"]
    assert says(person, ask("beans", "beans", prompt_id="top", options=YES_NO)) == ["aye"]


@pytest.mark.parametrize(
    ("quoted", "said"),
    [
        ("the bins are never put out", "thats it"),
        ("The bins ARE never put out!", "thats it"),
        ("your bins were never put out", "thats it"),
        ("the pins are never put out", "no the bins not the pins"),
    ],
)
def test_a_read_back_is_corrected_only_where_it_holds_other_words(quoted: str, said: str) -> None:
    person = Participant(persona(answers=[{"answer_id": "A1", "text": "the bins are never put out"}], brief=[]))
    says(person, OPEN)
    assert says(person, ask("read_back", "read_back", quoted=(quoted,))) == [said]


def test_how_it_should_be_put_is_answered_with_the_correction() -> None:
    person = Participant(persona())
    says(person, ask("read_back", "read_back", quoted=("the pins",)))
    assert says(person, ask("read_back", "open")) == ["no the bins not the pins"]


def test_only_the_wording_for_a_wrong_read_back_waits_for_one() -> None:
    wrong = behaviour("correct_readback", "it was bins", trigger="only_if_bot_wrong")
    person = Participant(persona(behaviours=[wrong]))
    read_back = ask("read_back", "read_back", quoted=("the pins",))
    assert says(person, OPEN, PROBE, ELSE, read_back, read_back)[3:] == ["it was bins", "no the bins not the pins"]


@pytest.mark.parametrize("kind", ["change_of_mind", "contradiction"])
def test_a_change_comes_at_the_read_back_of_its_point(kind: str) -> None:
    brief = persona_row()["brief"]
    brief[2] = {**brief[2], "final_gist_after_correction": "half the rota"}
    change = behaviour(kind, "half the rota mind", when="read-back of the rota she would sort")
    person = Participant(persona(brief=brief, behaviours=[change]))
    says(person, OPEN, ELSE)
    first = ask("read_back", "read_back", quoted=("the bins are never put out of a tuesday",))
    third = ask("read_back", "read_back", quoted=("you could sort the rota yourself",))
    again = ask("read_back", "read_back", quoted=("half the rota mind",))
    assert says(person, first, third, again, third) == ["thats it", "half the rota mind", "thats it", "thats it"]


def test_interruptions_are_spread_one_a_question_before_the_answer() -> None:
    person = Participant(persona(behaviours=[behaviour("privacy"), behaviour("repeat"), behaviour("human")]))
    said = says(person, OPEN, OPEN, PROBE, PROBE, ELSE, ask("repair", "yes_no", "A person can ring you. OK?"), ELSE)
    assert said == [
        "privacy",
        "the bins are never put out of a tuesday",
        "repeat",
        "put a rota on the fridge",
        "human",
        "no ta",
        "i could sort the rota myself",
    ]


def test_a_call_back_is_taken_where_it_was_asked_for() -> None:
    person = Participant(persona(behaviours=[behaviour("human", "can somebody ring me")]))
    offer = ask("repair", "yes_no", "A person can ring you. Shall I ask for that?")
    assert says(person, OPEN, offer) == ["can somebody ring me", "aye"]


def test_manners_are_no_turns_and_each_behaviour_comes_once() -> None:
    person = Participant(persona(behaviours=[{"type": "short_answers", "text": ""}, behaviour("slower")]))
    assert says(person, OPEN, OPEN, PROBE, ELSE)[0] == "slower"
    assert [said.what for said in person.said].count("slower") == 1


@pytest.mark.parametrize("kind", ["dont_know", "scale_refusal"])
@pytest.mark.parametrize("expects", ["scale", "beans"])
def test_the_first_number_question_is_refused(kind: str, expects: str) -> None:
    person = Participant(persona(behaviours=[behaviour(kind, "cannot say")]))
    purpose = "beans" if expects == "beans" else "follow_up"
    assert says(person, OPEN, ask(purpose, expects), ask(purpose, expects))[1:] == [
        "cannot say",
        "4" if expects == "beans" else "six",
    ]


def test_going_back_comes_after_the_second_answer() -> None:
    person = Participant(persona(behaviours=[behaviour("go_back", "back a bit")]))
    assert says(person, OPEN, PROBE, ELSE, ELSE)[2:] == ["back a bit", "i could sort the rota myself"]


def test_the_second_topic_is_skipped() -> None:
    person = Participant(persona(behaviours=[behaviour("skip_topic", "not that")]))
    assert says(person, OPEN, OPEN, SECOND)[2] == "not that"


@pytest.mark.parametrize("kind", ["pause", "stop_midway", "safeguarding_disclosure"])
def test_what_comes_midway_waits_for_half_of_the_ordinary_answers(kind: str) -> None:
    disclosure = {"level": "concern", "text": kind} if kind == "safeguarding_disclosure" else None
    person = Participant(persona(behaviours=[behaviour(kind)], safeguarding=disclosure))
    assert says(person, OPEN, PROBE)[1] == kind


def test_a_disclosure_is_made_even_where_the_topics_end_early() -> None:
    person = Participant(persona(safeguarding={"level": "concern", "text": "he locks me in"}))
    assert says(person, ask("offer", "yes_no"), ask("offer", "yes_no"))[0] == "he locks me in"


def test_taking_back_waits_until_all_is_said() -> None:
    brief = persona_row()["brief"]
    brief[0]["retracted"] = True
    person = Participant(persona(brief=brief, behaviours=[behaviour("take_back", "take the bins out")]))
    assert says(person, OPEN, PROBE, ELSE, ELSE)[3] == "take the bins out"
    which = ask("repair", "choice", options=(Option("the rota", "p2", "1"), Option("the bins", "p1", "2")))
    assert says(person, which) == ["the bins"]


def test_proxy_and_interpreter_speak_with_their_own_voice() -> None:
    answers = [
        {"answer_id": "A1", "text": "mum is happy", "speaker": "proxy"},
        {"answer_id": "A2", "text": "he says it is cold", "speaker": "interpreter"},
    ]
    same = behaviour("proxy_answers", "mum is happy")
    person = Participant(persona(brief=[], answers=answers, behaviours=[same]))
    voices = [(said.text, said.voice) for said in (person.reply((OPEN,)), person.reply((ELSE,)))]
    assert voices == [("mum is happy", Voice.PROXY), ("he says it is cold", Voice.INTERPRETED)]


def test_a_proxy_with_words_of_her_own_answers_the_first_open_question() -> None:
    person = Participant(persona(behaviours=[behaviour("proxy_answers", "she thinks its grand")]))
    first = person.reply((OPEN,))
    assert (first.text, first.voice) == ("she thinks its grand", Voice.PROXY)
    assert says(person, OPEN) == ["the bins are never put out of a tuesday"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": None}, '"id"'),
        ({"yes": None}, '"yes"'),
        ({"profile": "Olive"}, '"profile"'),
        ({"profile": {}}, '"service"'),
        ({"answers": []}, "no answers"),
        ({"answers": [{"answer_id": "A1", "text": "x", "speaker": "ghost"}]}, '"speaker"'),
        ({"answers": [{"answer_id": "A1", "text": "x", "points": ["P9"]}], "brief": []}, "not in the brief"),
        (
            {"answers": [{"answer_id": "A1", "text": "x", "only_if_probed": True, "follows": "A9"}], "brief": []},
            "follows",
        ),
        ({"safeguarding": {"level": "none", "text": "x"}}, '"level"'),
        ({"behaviours": ["repeat"]}, '"behaviours"'),
    ],
)
def test_invalid_personas_are_refused_with_the_reason(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(RowError) as raised:
        persona_of(persona_row(**changes))
    assert why in raised.value.message


@pytest.mark.parametrize(
    ("text", "piece", "held"),
    [
        ("Well, The  Bins are full", "the bins ARE", True),
        ("it’s cold", "it's cold", True),
        ("the bins", "the bins are", False),
        ("anything", "", False),
    ],
)
def test_holding_is_blind_to_case_and_spacing(text: str, piece: str, held: bool) -> None:
    assert holds(text, piece) is held


def test_read_backs_may_change_persons_only() -> None:
    said = frozenset("i had my tea at four".split())
    assert kept_to(said, "you've had your tea at four")
    assert not kept_to(said, "you had your tea at five")
    assert coverage("i had my tea at four", "your tea comes at four") == 1.0
