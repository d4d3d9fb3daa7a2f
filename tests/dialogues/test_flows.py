"""The flows of the talk, one behaviour a test, played through the pure manager."""

from __future__ import annotations

import pytest
from player import Player, point

from dialogues.manager import advance, resume
from dialogues.rewording import essence, reword
from dialogues.script import default_script
from dialogues.state import Heard, from_json, to_json
from dialogues.take_back import matching, wants_everything
from dialogues.types import (
    AboutYouAnswered,
    AlertRaised,
    AlertWish,
    AllWithdrawn,
    BeansPlaced,
    CallbackRequested,
    ConsentAnswered,
    Ended,
    EndReason,
    Expects,
    Level,
    Paused,
    PointConfirmed,
    PointCorrected,
    PointHeard,
    PointWithdrawn,
    Restarted,
    Resumed,
    Scope,
    Screening,
    Status,
    TalkRated,
    Voice,
)

CONCERN = Screening(Level.CONCERN, "neglect")
DANGER = Screening(Level.IMMEDIATE, "danger_health")


def answers(player: Player) -> dict[Scope, bool]:
    return {e.scope: e.answer for e in player.of(ConsentAnswered)}


@pytest.mark.parametrize(
    ("said", "note", "expected"),
    [
        ("they come later", "no, I said late, not later", "they come late"),
        ("they come at four", "not four, it's five", "they come at five"),
        ("they come on Monday", "Monday? I said Tuesday", "they come on Tuesday"),
        ("the old tea", "it was cold, not old", "the cold tea"),
        ("they come late", "no, that is wrong", None),  # names nothing
        ("they come late", "early, not Friday", None),  # what to replace is not there
        ("late and late again", "early, not late", None),  # which of the two?
        ("they come late", "late, not late", None),
        ("they come late", "", None),
    ],
)
def test_rewording(said: str, note: str, expected: str | None) -> None:
    assert reword(said, note) == expected


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("no love, it were the tea call I said", "the tea call"),
        ("well, it was Tuesday.", "Tuesday"),
        ("no", ""),
        ("", ""),
    ],
)
def test_essence(note: str, expected: str) -> None:
    assert essence(note) == expected


def test_take_back_finds_the_point_that_is_meant() -> None:
    tea, office = (
        Heard(f"p{i}", i, Voice.OWN, point(quote, label, themes=("other",)), quote)
        for i, (quote, label) in enumerate([("the tea is cold", "the tea"), ("nobody writes it down", "the office")], 1)
    )
    assert matching((tea, office), "the tea") == (tea,)
    assert matching((tea, office), None) == (office,)
    assert matching((tea, office), "buses") == ()
    assert matching((), "tea") == ()
    assert wants_everything("take back everything")
    assert not wants_everything("take back the tea")


class TestConsent:
    def test_a_yes_with_a_condition_is_asked_again_and_then_counts(self) -> None:
        player = Player().until("consent.take_part")
        player.say("affirm_but", "if they never know")
        assert player.question.id == "consent.take_part_sure"
        assert answers(player) == {}
        player.say("affirm_but", "go on, if you are sure")
        assert answers(player) == {Scope.TAKE_PART: True}

    def test_a_conditional_yes_to_contact_counts(self) -> None:
        player = Player().until("consent.contact")
        player.say("affirm_but", "you can try")
        assert answers(player)[Scope.CONTACT] is True

    def test_no_ends_at_once_and_keeps_only_the_no(self) -> None:
        player = Player().until("consent.take_part")
        outcome = player.say("deny", "no")
        assert outcome.done
        assert [type(e) for e in outcome.events] == [ConsentAnswered, Ended]
        assert outcome.events[-1] == Ended(EndReason.DECLINED)

    def test_a_proxy_cannot_consent(self) -> None:
        player = Player().until("consent.take_part")
        outcome = player.say("affirm", "yes she would", voice=Voice.PROXY)
        assert "I need to hear that from Winnie." in player.words
        assert player.question.id == "consent.take_part"
        assert not outcome.events
        player.say("affirm", "yes", voice=Voice.RELAYED)
        assert answers(player) == {Scope.TAKE_PART: True}

    def test_keep_no_skips_quote_and_read_back(self) -> None:
        player = Player().until("consent.keep")
        player.say("deny", "no")
        assert player.question.id == "consent.contact"
        for _ in range(40):
            assert not player.question.id.startswith(("consent.quote", "read_back"))
            if player.outcome.done:
                break
            player.cooperate()
        assert Scope.QUOTE not in answers(player)
        assert player.of(BeansPlaced)

    def test_nobody_declines_by_not_being_understood(self) -> None:
        player = Player().until("consent.take_part")
        for _ in range(4):
            player.say("partial", "mmm")
        assert player.question.id == "human.offer"
        assert answers(player) == {}
        player.say("affirm", "yes")
        assert player.of(CallbackRequested)
        assert player.question.id == "consent.take_part"


class TestRepair:
    def test_three_failures_lead_to_keys_then_to_a_call(self) -> None:
        player = Player().until("needs.clear")
        seen = [player.say("partial", "mmm") and player.question.id for _ in range(4)]
        assert seen == ["needs.clear", "needs.clear.simpler", "needs.clear.keys", "human.offer"]
        player.say("deny", "no")
        assert player.question.id == "needs.helper"

    def test_repeat_says_the_same_words_then_simpler_ones(self) -> None:
        player = Player().until("topics.example")
        first = tuple(p.text for p in player.outcome.prompts)
        player.say("repeat")
        assert tuple(p.text for p in player.outcome.prompts) == first
        player.say("repeat")
        assert player.question.id == "topics.example.simpler"

    @pytest.mark.parametrize(
        "act",
        ["slower", "faster", "louder", "explain", "privacy", "whats_next", "thanks", "greet", "off_topic", "my_data"],
    )
    @pytest.mark.parametrize("where", ["consent.keep", "topics.open", "beans.first", "read_back.point"])
    def test_digressions_answer_and_ask_again(self, act: str, where: str) -> None:
        player = Player().until(where)
        question, heard = player.question.id, len(player.of(PointHeard))
        player.say(act)
        assert player.question.id == question
        assert len(player.outcome.prompts) >= 2
        assert len(player.of(PointHeard)) == heard

    def test_asking_for_a_person_twice_books_the_call(self) -> None:
        player = Player().until("topics.open")
        question = player.question.id
        player.say("human")
        player.say("human")
        assert player.of(CallbackRequested)
        assert player.question.id == question

    def test_go_back_returns_to_the_question_before(self) -> None:
        player = Player().until("consent.quote")
        player.say("go_back")
        assert player.question.id == "consent.keep"
        player = Player()
        player.say("go_back")
        assert player.question.id == "opening.good_time"

    def test_restart_takes_the_points_out_and_keeps_the_consents(self) -> None:
        player = Player().until("topics.example")
        player.say("restart")
        player.say("affirm", "yes")
        assert player.of(Restarted)
        assert player.question.id == "topics.choice"
        assert player.outcome.state.points == ()
        assert player.outcome.state.consents[Scope.TAKE_PART]


class TestTopicsAndBeans:
    def test_limits_of_topics_and_questions_hold(self) -> None:
        player = Player().until("topics.choice")
        for number in range(80):
            if not player.question.id.startswith("topics"):
                break
            said = f"point {number}"
            if player.question.expects is Expects.CHOICE or player.outcome.state.questions == 12:
                player.cooperate()
            else:
                player.say("answer", said, points=(point(said, f"thing {number}"),))
        assert not player.question.id.startswith("topics")
        assert player.outcome.state.questions <= 12
        assert len(player.outcome.state.topics_done) <= 3

    def test_a_free_text_answer_is_never_a_command(self) -> None:
        player = Player().until("topics.open")
        player.say("answer", "they never stop to talk", points=(point("they never stop to talk", "talking"),))
        assert player.of(PointHeard)
        assert not player.outcome.done

    def test_beans_in_one_breath_too_many_and_undo(self) -> None:
        player = Player().until("beans.first")
        labels = [p.point.label for p in player.outcome.state.live_points]
        player.say("answer", "twelve", value=12.0)
        assert "only ten" in player.words
        player.say("answer", "six", value=6.0)
        player.say("go_back")
        assert player.question.id.startswith("beans.first")
        player.say("answer", "seven and three", value=((labels[0], 7.0), (labels[1], 3.0)))
        assert sum(n for _, n in player.of(BeansPlaced)[0].beans) == 10

    def test_skip_leaves_the_beans_also_at_the_last_point(self) -> None:
        player = Player().until("beans.first")
        for _ in range(10):
            if player.question.id.startswith("beans.last"):
                break
            player.say("answer", "one", value=1.0)
        player.say("skip")
        assert player.of(BeansPlaced) == [BeansPlaced((), abstained=True)]

    def test_a_proxys_points_get_no_beans(self) -> None:
        player = Player().until("topics.open")
        player.say("answer", "late", points=(point("late", "a"), point("cold", "b")), voice=Voice.PROXY)
        for _ in range(30):
            if player.outcome.done:
                break
            player.say("deny", "no")
        assert not player.of(BeansPlaced)


class TestReadBack:
    def test_right_change_and_take_out(self) -> None:
        player = Player().until("read_back.point")
        player.say("affirm", "yes")
        player.say("correct", "no, it was early, not late", value="early")
        assert player.question.id.startswith("read_back.again")
        assert "early" in player.question.text
        player.say("affirm", "yes")
        player.say("take_back", "take it out")
        assert [type(e) for e in player.events if isinstance(e, (PointConfirmed, PointCorrected, PointWithdrawn))] == [
            PointConfirmed, PointCorrected, PointWithdrawn,
        ]  # fmt: skip
        status = [p.status for p in player.outcome.state.points[:3]]
        assert status == [Status.CONFIRMED, Status.CORRECTED, Status.WITHDRAWN]

    def test_a_bare_no_asks_how_to_put_it(self) -> None:
        player = Player().until("read_back.point")
        player.say("deny", "no")
        assert player.question.id == "read_back.fix"

    def test_take_back_with_undo(self) -> None:
        player = Player().until("topics.meaning")
        player.say("take_back", "take that back")
        player.say("go_back")
        assert player.of(PointWithdrawn)[-1].undone
        assert player.outcome.state.live_points
        player.say("take_back", "take that back")
        player.say("answer", "a new thing")
        assert player.outcome.state.taken_back == ()

    def test_everything_back(self) -> None:
        player = Player().until("topics.meaning")
        player.say("take_back", "take back everything")
        outcome = player.say("affirm", "yes")
        assert player.of(AllWithdrawn)
        assert outcome.done
        assert outcome.state.points == ()


class TestPauseAndEnd:
    def test_pause_and_resume_at_the_same_question(self) -> None:
        player = Player().until("topics.example")
        question = player.question.id
        assert player.say("pause").done
        player.say("greet", "hello", seconds=3 * 86400)
        assert player.of(Paused)
        assert player.of(Resumed)
        assert player.question.id == question

    @pytest.mark.parametrize(("days", "ended"), [(14, False), (15, True)])
    def test_a_pause_lasts_fourteen_days(self, days: int, ended: bool) -> None:
        player = Player().until("topics.example")
        player.say("pause")
        outcome = player.say("greet", "hello", seconds=days * 86400)
        assert (Ended(EndReason.EXPIRED) in outcome.events) is ended

    def test_resume_by_code_says_where_it_was(self) -> None:
        player = Player().until("topics.example")
        outcome = resume(from_json(to_json(player.outcome.state)), default_script(), player.now)
        assert outcome.prompts[0].id == "repair.welcome_back"
        assert outcome.prompts[-1].id.startswith("topics.example")

    def test_a_rest_is_offered_once_after_eight_minutes(self) -> None:
        player = Player().until("topics.example")
        player.say("answer", "it was so", seconds=481)
        assert player.question.id == "rest.ask"
        player.say("affirm", "yes", seconds=600)
        assert player.question.id != "rest.ask"

    def test_thanks_or_goodbye_is_the_rating_and_ends(self) -> None:
        for act in ("thanks", "goodbye"):
            player = Player().until("closing.rating")
            assert player.say(act, "thank you, goodbye").events[-1] == Ended(EndReason.CLOSING)
            assert player.of(TalkRated)

    def test_goodbye_elsewhere_is_a_pause(self) -> None:
        player = Player().until("warm_up")
        assert player.say("goodbye", "ta-ra").done
        assert player.of(Paused)

    def test_living_alone_is_recorded_when_it_is_no(self) -> None:
        player = Player().until("about_you.may_ask")
        player.say("affirm", "yes")
        player.say("skip")
        player.say("deny", "no")
        assert player.of(AboutYouAnswered) == [AboutYouAnswered("lives_alone", "no")]


class TestSafety:
    @pytest.mark.parametrize("where", ["opening", "consent.take_part", "topics.open", "beans.first", "closing"])
    def test_danger_anywhere_says_999_first_alerts_and_ends(self, where: str) -> None:
        player = Player().until(where)
        outcome = player.say("answer", "chest pain", screening=DANGER)
        assert "999" in outcome.prompts[0].text
        assert [type(e) for e in outcome.events] == [AlertRaised, Ended]
        assert outcome.done

    def test_danger_and_concern_are_heard_after_the_end_and_in_a_pause(self) -> None:
        player = Player().until("topics.open")
        player.say("pause")
        assert player.say("answer", "he shouts", screening=CONCERN).events
        player.say("stop")
        assert any(isinstance(e, AlertRaised) for e in player.say("answer", "he shouts", screening=CONCERN).events)
        outcome = player.say("answer", "chest pain", screening=DANGER)
        assert [type(e) for e in outcome.events] == [AlertRaised]
        assert "999" in outcome.prompts[0].text

    def test_a_concern_is_thanked_and_its_wish_recorded(self) -> None:
        player = Player().until("topics.open")
        player.say("answer", "he shouts", screening=CONCERN)
        assert player.of(AlertRaised)
        assert player.question.id == "safety.safe_now"  # somebody helps, and may listen
        player.say("affirm", "yes")
        assert player.question.id == "safety.wish"
        player.say("answer", "I want it to stop")
        assert player.of(AlertWish)
        assert player.question.id == "safety.carry_on"
        assert player.say("deny", "no").done

    def test_nobody_is_asked_about_a_concern_while_somebody_listens(self) -> None:
        player = Player().until("topics.open")
        player.say("answer", "he shouts", screening=CONCERN)
        outcome = player.say("deny", "no")
        assert [prompt.id for prompt in outcome.prompts] == ["safety.another_time", "safety.carry_on"]

    def test_who_is_alone_is_asked_what_they_wish_at_once(self) -> None:
        player = Player().until("needs.helper")
        player.say("deny", "no")
        player.until("topics.open")
        player.say("answer", "he shouts", screening=CONCERN)
        assert player.question.id == "safety.wish"

    def test_a_concern_is_not_probed(self) -> None:
        player = Player().until("topics.open")
        player.say("answer", "he shouts", points=(point("he shouts", "the shouting"),), screening=CONCERN)
        player.say("affirm", "yes")
        player.say("answer", "I want it to stop")
        player.say("affirm", "yes")
        assert player.question.id == "topics.ladder"  # ahead, not back

    def test_what_cannot_wait_is_passed_on_and_the_point_kept(self) -> None:
        player = Player().until("topics.open")
        said = "nobody has come this morning"
        player.say("answer", said, points=(point(said, "the visit"),), cannot_wait=True)
        assert player.question.id == "urgent.pass_on"
        assert player.of(PointHeard)
        player.say("affirm", "yes")
        assert player.of(CallbackRequested)[0].urgent

    def test_after_the_end_nothing_goes_on(self) -> None:
        player = Player()
        player.say("stop")
        outcome = player.say("answer", "hello")
        assert outcome.done
        assert outcome.prompts[0].id == "closing.over"
        assert advance(outcome.state, _hello(), default_script(), player.now).events == ()


def _hello():  # type: ignore[no-untyped-def]
    from dialogues.types import Act, Understanding

    return Understanding("hello", Act.GREET)


class TestDoubtfulStop:
    """An end cannot be undone: where it is not sure that it was meant, it is asked about, once."""

    @pytest.fixture
    def asked(self) -> Player:
        player = Player().until("topics.open")
        player.say("stop", "that is about it", confidence=0.6)
        assert player.question.id == "closing.stop_sure"
        return player

    def test_who_carries_on_is_where_they_were(self, asked: Player) -> None:
        asked.say("affirm", "yes")
        assert asked.question.id.startswith("topics.open")

    @pytest.mark.parametrize("act", ["deny", "stop"])
    def test_no_and_stop_end(self, asked: Player, act: str) -> None:
        asked.say(act, confidence=0.6 if act == "stop" else 1.0)
        assert asked.outcome.done
