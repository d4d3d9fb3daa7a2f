"""Who speaks when: every rule of the turn policy, on virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual_call import VirtualCall, asks, goodbye, question, statement

from connectors.phone import words
from connectors.phone.manners import Manners
from connectors.phone.ports import KEYS, Step
from connectors.phone.session import Phase
from dialogues.lint import lint
from dialogues.types import Act, Expects, Purpose

WEEK = "What has been good in your week?"
MEALS = "How are your meals?"


class TestTurns:
    def test_a_turn_ends_after_a_pause_and_is_answered(self) -> None:
        call = VirtualCall(asks("Hello.", WEEK), asks(MEALS)).says("my daughter came to see me")
        assert call.log.turns == ["my daughter came to see me"]
        call.listening()
        assert call.log.words == [f"Hello. {WEEK}", MEALS]

    def test_a_yes_is_answered_sooner_than_a_story(self) -> None:
        waits = {}
        for expects in (Expects.YES_NO, Expects.OPEN):
            call = VirtualCall(asks("Is it so?", expects=expects), asks(MEALS)).listening().wait(1)
            call.speaks(0.5, "yes").until(lambda call=call: bool(call.log.submitted))
            waits[expects] = call.now
        assert waits[Expects.OPEN] - waits[Expects.YES_NO] > 1.5

    def test_a_pause_for_breath_does_not_end_a_story(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening().wait(1)
        call.speaks(2, "well the carers").speaks(2, "they come late", after=4.0).wait(12)
        assert call.log.turns == ["well the carers they come late"]

    def test_whoever_pauses_long_is_given_more_time(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening().wait(1)
        call.speaks(2, "the carers").speaks(2, "come late", after=4.2).until(lambda: bool(call.log.submitted))
        assert call.session.stretch > 1
        call.listening().wait(0.5).speaks(2, "my meals").speaks(2, "are cold", after=4.9).wait(12)
        assert call.log.turns == ["the carers come late", "my meals are cold"]

    def test_slower_gives_more_time_and_a_slower_voice(self) -> None:
        call = VirtualCall(asks(WEEK), Step((question(WEEK),), act=Act.SLOWER)).says("slower please").listening()
        assert call.session.words_a_minute == 130
        assert call.session.stretch == call.session.manners.slowest

    def test_wishes_from_before_hold_from_the_first_word(self) -> None:
        call = VirtualCall(Step((question(WEEK),), wishes=(Act.SLOWER, Act.LOUDER))).listening()
        assert (call.session.words_a_minute, call.session.gain_db) == (130, 4.0)

    def test_louder_is_louder_up_to_a_bound(self) -> None:
        call = VirtualCall(asks(WEEK), Step((question(WEEK),), act=Act.LOUDER))
        for _ in range(4):
            call.says("speak up").listening()
        assert call.session.gain_db == 8.0

    def test_a_mumble_never_stalls_the_turn(self) -> None:
        call = VirtualCall(asks(WEEK), asks("Sorry, I did not catch that.", WEEK)).says("", seconds=1.0)
        assert call.log.turns == [""]
        call.listening()
        assert call.log.words[-1].startswith("Sorry")

    def test_a_television_never_stalls_the_turn(self) -> None:
        call = VirtualCall(asks("Is it so?", expects=Expects.YES_NO), asks(MEALS)).listening()
        call.speaks(300, "and now the weather").until(lambda: bool(call.log.submitted), within=30)

    def test_a_voice_far_from_the_phone_is_not_heard(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening()
        call.speaks(7, "and now the weather", counts=False).wait(7.5)
        assert call.log.turns == []

    def test_a_cough_is_no_answer(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening().wait(1).speaks(0.2, "").wait(5)
        assert call.log.turns == []

    def test_a_short_word_to_a_closed_question_is_one(self) -> None:
        call = VirtualCall(asks("Is it so?", expects=Expects.YES_NO), asks(MEALS)).listening().wait(1)
        call.speaks(0.2, "no").wait(2)
        assert call.log.turns == ["no"]

    def test_after_and_or_because_we_wait_longer(self) -> None:
        manners = Manners()
        assert manners.patience(Expects.OPEN, "they come late because", 1.0) > manners.patience(
            Expects.OPEN, "late", 1.0
        )


class TestGoingOn:
    def test_who_goes_on_while_we_think_is_heard_as_one_turn(self) -> None:
        call = VirtualCall(asks(WEEK), asks("I see.", MEALS), asks("What else?"), thinking=1.0).listening().wait(1)
        call.speaks(2, "the carers come late").speaks(2, "on sundays", after=5.0).wait(14)
        (_, first), (_, second) = call.log.submitted
        assert (first.text, second.text) == ("the carers come late", "the carers come late on sundays")
        assert second.continues
        assert MEALS not in " ".join(call.log.words)

    def test_who_goes_on_as_we_begin_to_answer_is_heard_as_one_turn(self) -> None:
        call = VirtualCall(asks(WEEK), asks("Thank you for telling me that.", MEALS), asks("What else?"))
        call.listening().wait(1).speaks(2, "the carers come late").speaks(2, "on sundays", after=5.2).wait(14)
        assert [u.continues for _, u in call.log.submitted] == [False, True]
        assert call.log.turns[-1] == "the carers come late on sundays"

    def test_a_cough_while_we_think_does_not_lose_the_answer(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS), thinking=0.5).listening().wait(1)
        call.speaks(2, "all good").speaks(0.6, "", after=4.7).wait(10)
        assert call.log.turns[0] == "all good"
        assert MEALS in " ".join(call.log.words)

    def test_long_thinking_is_bridged(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS), thinking=6.0).says("all good").wait(5)
        assert words.MOMENT.text in call.log.words
        call.listening()
        assert call.log.words[-1] == MEALS
        assert call.log.words.count(words.MOMENT.text) == 1


class TestBargeIn:
    LONG = "Thank you. " * 12

    def test_speech_stops_our_voice(self) -> None:
        call = VirtualCall(asks(WEEK), asks(self.LONG, MEALS), asks("What else?")).says("all good").wait(3)
        started = call.now
        call.speaks(2, "can I say something").wait(1)
        assert 0.3 <= call.log.hushed[0] - started <= 0.4
        call.wait(5)
        assert call.log.turns[-1] == "can I say something"

    def test_a_cough_does_not(self) -> None:
        call = VirtualCall(asks(WEEK), asks(self.LONG, MEALS)).says("all good").wait(3).speaks(0.3, "").wait(2)
        assert call.log.hushed == []

    def test_our_own_echo_does_not(self) -> None:
        call = VirtualCall(asks(WEEK), asks(self.LONG, MEALS)).says("all good").wait(3)
        call.speaks(3, "thank you thank you", counts=False).wait(4)
        assert call.log.hushed == []
        assert call.log.turns == ["all good"]

    @pytest.mark.parametrize("purpose", [Purpose.CONSENT_TAKE_PART, Purpose.SAFETY])
    def test_nobody_talks_over_consent_and_safety(self, purpose: Purpose) -> None:
        promise = statement("You can stop when you like. " * 4, purpose=purpose, serious=True)
        asked = question("Would you like to take part?", Expects.YES_NO, purpose, serious=True)
        call = VirtualCall(Step((promise, asked)), asks(MEALS)).wait(2).speaks(2, "yes yes yes").wait(4)
        assert call.log.hushed == []
        assert call.log.turns == []
        call.presses("1")
        assert call.log.turns == []

    def test_but_an_answer_that_begins_at_its_very_end_is_heard(self) -> None:
        asked = question("Would you like to take part?", Expects.YES_NO, Purpose.CONSENT_TAKE_PART, serious=True)
        call = VirtualCall(Step((asked,)), asks(MEALS))
        call.until(lambda: bool(call.log.said)).wait(6 * 0.4 - 0.3).speaks(0.7, "yes").wait(3)
        assert call.log.turns == ["yes"]

    def test_zero_works_even_there(self) -> None:
        promise = statement("You can stop when you like. " * 4, purpose=Purpose.SAFETY, serious=True)
        call = VirtualCall(Step((promise, question(WEEK))), asks(MEALS)).wait(2).presses("0")
        assert call.log.turns == [words.PERSON]

    def test_noise_over_our_words_brings_the_question_back(self) -> None:
        call = VirtualCall(asks(WEEK), asks(self.LONG, MEALS)).says("all good").wait(3).speaks(1, "").wait(8)
        assert call.log.words[-1] == MEALS
        assert call.log.turns == ["all good"]


class TestSilence:
    def test_the_same_words_then_simpler_then_time_then_another_day(self) -> None:
        simple = question("Was your week good?")
        call = VirtualCall(asks("Hello.", WEEK), simpler=(simple,)).listening()
        began = call.now
        call.over()
        assert call.log.words[1:] == [
            WEEK,
            simple.text,
            words.TAKE_YOUR_TIME.text,
            words.ANOTHER_DAY.text,
            words.KEEP_PLACE.text,
        ]
        assert 7.9 <= call.log.said[1][0] - began <= 8.2
        assert call.log.left == [True]
        assert call.log.turns == []

    def test_without_simpler_words_the_same_come_again(self) -> None:
        call = VirtualCall(asks("Hello.", WEEK)).listening().wait(25)
        assert call.log.words == [f"Hello. {WEEK}", WEEK, WEEK]

    def test_speech_after_a_reprompt_is_heard_and_patience_begins_anew(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening().wait(10).says("sorry it was good").listening().wait(7)
        assert call.log.turns == ["sorry it was good"]
        assert call.log.words.count(MEALS) == 1

    def test_yes_to_another_day_says_goodbye_and_keeps_the_place(self) -> None:
        call = VirtualCall(asks(WEEK)).listening()
        call.until(lambda: words.ANOTHER_DAY.text in call.log.words).says("yes please").over()
        assert call.log.words[-1] == words.KEEP_PLACE.text
        assert call.log.left == [True]
        assert call.log.turns == []

    def test_no_to_another_day_asks_again(self) -> None:
        call = VirtualCall(asks(WEEK)).listening()
        call.until(lambda: words.ANOTHER_DAY.text in call.log.words).says("no I am here").listening()
        assert call.log.words[-1] == WEEK
        assert call.log.ended == []

    def test_anything_else_to_another_day_is_the_answer(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening()
        call.until(lambda: words.ANOTHER_DAY.text in call.log.words).says("my grandson came on his bike")
        assert call.log.turns == ["my grandson came on his bike"]


class TestHolding:
    @pytest.mark.parametrize(
        "said",
        ["hold on a minute love", "just a minute", "oh hang on", "bear with me", "there's somebody at the door",
         "let me get my glasses", "wait a minute", "er one moment please", "can you hold on"],
    )  # fmt: skip
    def test_we_wait_until_they_are_back(self, said: str) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).says(said).wait(30)
        assert call.log.words[-1] == words.OF_COURSE.text
        assert call.log.turns == []
        call.speaks(2, "it is only the phone bert").wait(5)
        assert call.log.turns == []
        call.speaks(1, "hello are you there").wait(5)
        assert call.log.words[-1] == WEEK

    @pytest.mark.parametrize(
        "said",
        ["they only stay a minute", "I have to hold on to the rail when they help me", "the door sticks in winter",
         "I wait on the bus for an hour", "she lets me get dressed on my own"],
    )  # fmt: skip
    def test_an_answer_is_not_a_wish_to_hold(self, said: str) -> None:
        assert VirtualCall(asks(WEEK), asks(MEALS)).says(said).log.turns == [said]

    def test_nobody_waits_for_ever(self) -> None:
        call = VirtualCall(asks(WEEK)).says("hold on a minute").over()
        assert call.log.words.count(words.STILL_HERE.text) == 4
        assert call.log.left == [True]


class TestKeys:
    def test_one_and_two_answer_yes_and_no(self) -> None:
        call = VirtualCall(asks("Is it so?", expects=Expects.YES_NO), asks("And so?", expects=Expects.YES_NO))
        call.listening().presses("1").wait(3).presses("2").wait(2)
        assert call.log.turns == ["yes", "no"]

    def test_star_repeats_and_hash_skips(self) -> None:
        call = VirtualCall(asks(WEEK), asks(WEEK)).listening().presses("*").wait(6).presses("#").wait(1)
        assert call.log.turns == [words.AGAIN, words.SKIP]

    def test_a_key_stops_our_voice(self) -> None:
        call = VirtualCall(asks("Thank you. " * 9, WEEK), asks(MEALS)).wait(2).presses("#")
        assert call.log.hushed
        assert call.log.turns == [words.SKIP]

    @pytest.mark.parametrize(("keys", "number"), [("3", "3"), ("10", "10"), ("1", "1"), ("1#", "1")])
    def test_numbers(self, keys: str, number: str) -> None:
        call = VirtualCall(asks("How many?", expects=Expects.BEANS), asks(MEALS)).listening().presses(keys).wait(3)
        assert call.log.turns == [number]

    def test_zero_where_a_number_is_asked_for_may_be_none_or_a_person(self) -> None:
        call = VirtualCall(asks("How many?", expects=Expects.BEANS), asks(MEALS)).listening().presses("0").wait(8)
        assert call.log.words[-1] == words.PERSON_OR_NONE.text
        call.presses("1").wait(1)
        assert call.log.turns == ["0"]
        call = VirtualCall(asks("How many?", expects=Expects.BEANS), asks(MEALS)).listening().presses("0").wait(8)
        assert call.presses("0").log.turns == [words.PERSON]
        call = VirtualCall(asks("How many?", expects=Expects.BEANS), asks(MEALS)).listening().presses("00")
        assert call.log.turns == [words.PERSON]

    def test_keys_answer_our_own_questions(self) -> None:
        call = VirtualCall(asks(WEEK)).listening()
        call.until(lambda: words.ANOTHER_DAY.text in call.log.words).listening().presses("1").over()
        assert call.log.left == [True]

    def test_speech_under_way_gives_way_to_a_key(self) -> None:
        call = VirtualCall(asks("Is it so?", expects=Expects.YES_NO), asks(MEALS)).listening().wait(1)
        call.speaks(0.5, "er").wait(0.3).presses("1").wait(3)
        assert call.log.turns == ["yes"]


class TestEnds:
    def test_goodbye_is_heard_to_its_end(self) -> None:
        call = VirtualCall(asks(WEEK), goodbye("Thank you. Goodbye.")).says("stop").speaks(1, "bye", after=0.5).over()
        assert call.log.ended[0][0] - call.log.said[-1][0] >= 3 * 0.4
        assert call.log.left == []

    def test_a_person_takes_over(self) -> None:
        handed = Step((words.PUTTING_THROUGH,), hand_over=True, act=Act.HUMAN)
        assert VirtualCall(asks(WEEK), handed).listening().presses("0").over().log.ended[0][1] is True

    def test_hanging_up_leaves_the_question_waiting(self) -> None:
        call = VirtualCall(asks(WEEK)).listening().hangs_up()
        assert call.log.left == [False]
        assert call.log.turns == []

    def test_hanging_up_in_a_word_keeps_the_words(self) -> None:
        call = VirtualCall(asks(WEEK)).listening().wait(1).speaks(3, "the carers never").wait(2).hangs_up()
        assert call.log.turns == ["the carers never"]
        assert call.log.left == [False]

    def test_a_long_talk_is_offered_another_day(self) -> None:
        call = VirtualCall(asks(WEEK), asks("I see.", MEALS), manners=Manners(call=60.0))
        call.says("all good").says("all good", seconds=90).listening()
        assert call.log.words[-2:] == ["I see.", words.LONG_TALK.text]
        call.says("no I can talk").listening()
        assert call.log.words[-1] == MEALS
        call.says("fine", seconds=1).listening()
        assert words.LONG_TALK.text not in call.log.words[-1]

    def test_after_danger_we_stay_on_the_line(self) -> None:
        ring = statement("Please ring 999 now.", purpose=Purpose.SAFETY, serious=True)
        call = VirtualCall(asks(WEEK), Step((ring,), done=True), goodbye("This talk is over."))
        call.says("I have had a fall").wait(60)
        assert call.log.ended == []
        assert call.log.words[-1] == words.STAYING.text
        call.says("are you there").listening()
        assert call.log.words[-1] == words.STAYING.text
        call.over()

    def test_a_failure_is_said_and_the_call_goes_on(self) -> None:
        call = VirtualCall(asks(WEEK), RuntimeError("busy"), asks(MEALS)).says("all good").listening().says("all good")
        assert words.SORRY_AGAIN.text in call.log.words
        assert call.listening().log.words[-1] == MEALS

    def test_a_failure_for_good_says_goodbye(self) -> None:
        call = VirtualCall(asks(WEEK), RuntimeError("for good")).says("all good").over()
        assert call.log.words[-1] == words.SORRY_GOODBYE.text

    def test_a_deaf_recogniser_leads_to_the_keys(self) -> None:
        call = VirtualCall(asks(WEEK), asks(MEALS)).listening()
        for _ in range(2):
            call.session._closing += 1
            call._do(call.session.heard(None))
            call.listening()
        assert words.HARD_TO_HEAR.text in call.log.words[-1]
        assert WEEK in call.log.words[-1]


class TestOutbound:
    def test_whoever_answers_speaks_first(self) -> None:
        call = VirtualCall(asks("May I speak to Doris?"), waits=True).wait(1)
        assert call.log.said == []
        call.speaks(0.8, "hello").wait(2)
        assert call.log.words == ["May I speak to Doris?"]

    def test_a_key_counts_too(self) -> None:
        assert VirtualCall(asks("May I speak to Doris?"), waits=True).presses("1").wait(1).log.words

    def test_silence_is_not_taken_for_a_person(self) -> None:
        call = VirtualCall(asks("May I speak to Doris?"), waits=True).over()
        assert set(call.log.words) == {words.HELLO.text}
        assert call.log.left == [True]


def test_every_word_of_the_phone_is_plain() -> None:
    problems = [
        problem
        for prompt in words.SAID_BY_PHONE
        for problem in lint(
            prompt.text, question_allowed=prompt.text.endswith("?") or bool(prompt.options), serious=False
        )
    ]
    assert problems == []


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("wait"), st.floats(0.02, 12)),
            st.tuples(st.just("speak"), st.floats(0.05, 6), st.sampled_from(["", "yes", "hold on", "hello", "no"])),
            st.tuples(st.just("key"), st.sampled_from(sorted(KEYS))),
        ),
        max_size=25,
    ),
    st.sampled_from([Expects.OPEN, Expects.YES_NO, Expects.BEANS]),
)
def test_whatever_happens_the_call_goes_on_or_ends(events: list[tuple[object, ...]], expects: Expects) -> None:
    """No order of speech, silence and keys leaves a call that neither listens, speaks nor ends."""
    call = VirtualCall(asks("Thank you. I see.", "How is it?", expects=expects), asks("And?", expects=expects))
    for event in events:
        match event:
            case "wait", float(seconds):
                call.wait(seconds)
            case "speak", float(seconds), str(text):
                call.speaks(seconds, text).wait(seconds / 2)
            case "key", str(key):
                call.presses(key)
    call.until(lambda: bool(call.log.ended), within=900)
    assert call.session.phase is Phase.OVER
    assert len(call.log.ended) == 1
