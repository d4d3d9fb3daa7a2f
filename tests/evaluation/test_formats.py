"""The held-out texts keep their formats: a row that breaks its rules would spoil every figure measured on it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dialogues.types import Act, Level

Row = dict[str, Any]
HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "bot" / "samples" / "people.jsonl"
UNUSED_ACTS = {"faster", "restart", "my_data"}
KINDS = {"praise", "problem", "preference", "suggestion", "need", "offer"}
SENTIMENTS = {"positive", "negative", "mixed", "neutral"}
THEMES = set(
    """punctuality_and_missed_visits continuity_of_staff staff_manner_and_respect staff_competence
    communication_and_information being_listened_to_and_involved choice_and_control dignity_and_privacy personal_care
    medication_and_health food_and_drink activities_and_occupation company_and_loneliness family_and_carers
    safety_and_security home_environment_and_cleanliness equipment_and_adaptations transport_and_parking
    access_and_waiting cost_and_money culture_language_and_identity sleep_and_night_time digital_and_telephone_access
    end_of_life_and_future_plans complaints_and_response general_praise_or_thanks nothing_to_say""".split()
)
SERVICES = set(
    """home_care care_home day_centre meals_on_wheels patient_transport gp_hospital equipment_adaptations
    sheltered_housing befriending""".split()
)
SAFEGUARDING_TYPES = set(
    """danger_health danger_fall danger_fire_gas danger_attack danger_suicide danger_other physical_abuse sexual_abuse
    emotional_abuse financial_abuse neglect self_neglect coercion discriminatory_abuse domestic_abuse modern_slavery
    unsafe_discharge medication_harm suicidal_thoughts despair other""".split()
)
SPAN_TYPES = {"NAME", "PHONE", "ADDRESS", "POSTCODE", "NHS", "DOB", "EMAIL", "BANK", "VEHICLE", "ACCESS_CODE", "ORG"}
UTTERED = set(
    """repeat louder slower explain privacy whats_next digress off_topic human dont_know scale_refusal go_back
    skip_topic pause stop_midway safeguarding_disclosure take_back change_of_mind contradiction correct_readback
    proxy_answers""".split()
)
MANNERS = {"short_answers", "long_rambling", "language_words"}
PHRASES = ("yes", "no", "skip", "confirm", "correct", "scale")
DIGIT_WORDS = {word: str(n) for n, word in enumerate("zero one two three four five six seven eight nine".split())}
DIGIT_WORDS["oh"] = "0"
DRAMA_RANGES = ("07700900", "01632960", "01134960", "01614960", "02079460", "02896496", "02920180", "960", "4960")
"""Source: Ofcom, telephone numbers for use in TV and radio drama; the last two said without the area."""


def read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def digits(surface: str) -> str:
    """The digits of a spoken or typed number ("double one", "nine hundred" included)."""
    out: list[str] = []
    words = re.sub(r"[\s-]+", " ", surface.lower()).split()
    twice = False
    for word in words:
        if word == "double":
            twice = True
            continue
        found = "00" if word == "hundred" else DIGIT_WORDS.get(word, word)
        out.append(found * 2 if twice else found)
        twice = False
    return "".join(out)


def nhs_number_is_valid(number: str) -> bool:
    """Modulus 11 over the first nine digits, weights 10 to 2. Source: NHS Data Dictionary, NHS NUMBER."""
    if not re.fullmatch(r"\d{10}", number):
        return False
    check = 11 - sum((10 - i) * int(d) for i, d in enumerate(number[:9])) % 11
    return number[9] == str(check % 11) and check != 10


FOLDERS = ("heldout", "development")
NAMES = ("acts", "feedback", "safeguarding", "privacy", "personas")
SETS = {(folder, name): read(HERE / folder / f"{name}.jsonl") for folder in FOLDERS for name in NAMES}
PERSONAS = [person for folder in FOLDERS for person in SETS[folder, "personas"]]
PEOPLE = read(SAMPLES)
MINIMUM = {
    "heldout": {"acts": 300, "feedback": 300, "safeguarding": 300, "privacy": 300},
    "development": {"acts": 300, "feedback": 150, "safeguarding": 150, "privacy": 120},
}
each_folder = pytest.mark.parametrize("folder", FOLDERS)


@pytest.mark.parametrize("name", NAMES[:-1])
@each_folder
def test_every_text_is_there_once_with_an_id_and_a_style(folder: str, name: str) -> None:
    rows = SETS[folder, name]
    assert len(rows) >= MINIMUM[folder][name]
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({(row["text"].lower(), row.get("context"), row.get("question")) for row in rows}) == len(rows)
    for row in rows:
        assert row["text"].strip() == row["text"] != ""
        assert row["style"] in {"asr", "typed"}, row["id"]
        if row["style"] == "asr" and name != "privacy":
            assert not re.search(r"[A-Z',.]", row["text"]), row["id"]


@each_folder
def test_acts_have_valid_labels_and_lures(folder: str) -> None:
    rows = SETS[folder, "acts"]
    known = {act.value for act in Act} - UNUSED_ACTS
    for row in rows:
        assert row["act"] in known, row["id"]
        assert set(row["also_ok"]) <= known - {row["act"]}, row["id"]
        assert row["context"], row["id"]
        assert row["context_kind"] in {"open", "yes_no", "scale"}, row["id"]
        assert not (row["lure"] and row["act"] != "answer"), row["id"]
    count = Counter(row["act"] for row in rows)
    assert set(count) == known
    assert count["answer"] >= 75
    assert min(count.values()) >= 10
    assert sum(bool(row["lure"]) for row in rows) >= 60


@each_folder
def test_feedback_labels_agree_with_each_other(folder: str) -> None:
    rows = SETS[folder, "feedback"]
    for row in rows:
        kinds, themes = row["kind"], row["themes"]
        assert set(kinds) <= KINDS, row["id"]
        assert len(set(kinds)) == len(kinds), row["id"]
        assert 1 <= len(themes) <= 3 * max(1, len(row.get("points", ()))), row["id"]
        assert set(themes) <= THEMES, row["id"]
        assert row["sentiment"] in SENTIMENTS, row["id"]
        assert row["service"] in SERVICES, row["id"]
        assert row["has_suggestion"] is ("suggestion" in kinds), row["id"]
        assert (not kinds) is (themes == ["nothing_to_say"]), row["id"]
        if row["sentiment"] == "mixed":
            assert {"problem"} <= set(kinds) & {"praise", "offer", "problem"} != {"problem"}, row["id"]
        for point in row.get("points", ()):
            assert row["text"][point["start"] : point["end"]] == point["quote"] != "", row["id"]
        assert isinstance(row["possible_safeguarding"], bool)
    assert {row["service"] for row in rows} == SERVICES
    assert {theme for row in rows for theme in row["themes"]} == THEMES


@each_folder
def test_safeguarding_levels_and_types(folder: str) -> None:
    rows = SETS[folder, "safeguarding"]
    levels = {level.value for level in Level}
    for row in rows:
        assert row["level"] in levels, row["id"]
        assert row["acceptable_levels"][0] == row["level"], row["id"]
        assert set(row["acceptable_levels"]) <= levels, row["id"]
        is_category = row["type"] in SAFEGUARDING_TYPES
        assert is_category is (row["level"] != "none"), row["id"]
        assert row["type"].startswith("danger_") is (row["level"] == "immediate"), row["id"]
    count = Counter(row["level"] for row in rows)
    assert count["immediate"] >= 30
    assert count["concern"] >= 50
    assert count["none"] >= 55


@each_folder
def test_privacy_spans_reproduce(folder: str) -> None:
    rows = SETS[folder, "privacy"]
    for row in rows:
        end = 0
        for span in row["spans"]:
            assert span["type"] in SPAN_TYPES, row["id"]
            assert row["text"][span["start"] : span["end"]] == span["surface"] != "", row["id"]
            assert span["start"] >= end, f"{row['id']}: spans overlap or are out of order"
            end = span["end"]
    assert sum(not row["spans"] for row in rows) >= 30
    assert {span["type"] for row in rows for span in row["spans"]} == SPAN_TYPES


@each_folder
def test_privacy_numbers_belong_to_nobody(folder: str) -> None:
    rows = SETS[folder, "privacy"]
    spans = [(row["id"], span) for row in rows for span in row["spans"]]
    for row_id, span in spans:
        number = digits(span["surface"])
        if span["type"] == "PHONE":
            whole = "0" + number[2:] if number.startswith("44") else number
            assert whole.startswith(DRAMA_RANGES) or len(whole) < 9 or not number.isdigit(), row_id
        if span["type"] == "NHS":
            assert number.startswith("999"), row_id
            assert nhs_number_is_valid(number), row_id
        if span["type"] == "EMAIL":
            assert re.search(r"example( dot |\.)(com|org|net|co( dot |\.)uk)$", span["surface"]), row_id


@pytest.mark.parametrize(
    ("number", "valid"),
    [("9990000018", True), ("9990000000", False), ("9434765919", True), ("9434765918", False), ("943476591", False)],
)
def test_nhs_check_digit(number: str, valid: bool) -> None:
    assert nhs_number_is_valid(number) is valid


@pytest.mark.parametrize("person", PERSONAS + PEOPLE, ids=lambda person: str(person["id"]))
def test_person_is_whole(person: Row) -> None:
    assert set(person) == {
        "id", "style", "profile", "brief", "behaviours", "answers", "safeguarding",
        "safeguarding_watch_points", *PHRASES,
    }  # fmt: skip
    assert person["style"] in {"asr", "typed"}
    assert set(person["profile"]) == {
        "name", "age", "setting", "service", "channel", "access_needs", "manner_of_speech",
    }  # fmt: skip
    assert 60 <= person["profile"]["age"] <= 105
    assert person["profile"]["service"] in SERVICES
    assert all(person[phrase].strip() for phrase in PHRASES)
    assert 3 <= len(person["answers"]) <= 7
    assert 3 <= len(person["brief"]) <= 7


@pytest.mark.parametrize("person", PERSONAS + PEOPLE, ids=lambda person: str(person["id"]))
def test_points_are_in_the_answers_that_hold_them(person: Row) -> None:
    answers = {answer["answer_id"]: answer for answer in person["answers"]}
    points = {point["point_id"]: point for point in person["brief"]}
    assert len(points) == len(person["brief"])
    for point_id, point in points.items():
        answer = answers[point["in_answer"]]
        assert point["must_quote_substring"] in answer["text"], point_id
        assert answer["points"].count(point_id) == 1
        assert point["only_if_probed"] is answer["only_if_probed"], point_id
        assert point["kind"] in KINDS
        assert point["sentiment"] in SENTIMENTS
        assert point["themes"], point_id
        assert set(point["themes"]) <= THEMES, point_id
        assert isinstance(point["retracted"], bool)
        assert point["gist"]
    assert {p for answer in answers.values() for p in answer["points"]} == set(points)
    assert set(person["safeguarding_watch_points"]) <= set(points)


@pytest.mark.parametrize("person", PERSONAS + PEOPLE, ids=lambda person: str(person["id"]))
def test_probed_answers_follow_an_earlier_ordinary_one(person: Row) -> None:
    ordinary: set[str] = set()
    for answer in person["answers"]:
        assert answer["speaker"] in {"participant", "proxy", "interpreter"}
        assert not re.search(r"[{}|]", answer["text"])
        if answer["only_if_probed"]:
            assert answer["follows"] in ordinary
        else:
            assert "follows" not in answer
            ordinary.add(answer["answer_id"])
    assert len(ordinary) >= 2


@pytest.mark.parametrize("person", PERSONAS + PEOPLE, ids=lambda person: str(person["id"]))
def test_behaviours_are_playable(person: Row) -> None:
    for behaviour in person["behaviours"]:
        kind = behaviour["type"]
        assert kind in UTTERED | MANNERS
        assert bool(behaviour["text"]) is (kind in UTTERED)
        assert behaviour["when"]
        assert behaviour["trigger"] == ("only_if_bot_wrong" if kind == "correct_readback" else "always")
    by_type = {behaviour["type"]: behaviour["text"] for behaviour in person["behaviours"]}
    disclosure = person["safeguarding"]
    assert (disclosure is None) is ("safeguarding_disclosure" not in by_type)
    if disclosure:
        assert disclosure["level"] in {"concern", "immediate"}
        assert disclosure["text"] == by_type["safeguarding_disclosure"]
    assert ("take_back" in by_type) is any(point["retracted"] for point in person["brief"])
    if "proxy_answers" in by_type:
        assert by_type["proxy_answers"] in {answer["text"] for answer in person["answers"]}
    assert ("change_of_mind" in by_type) is any("final_gist_after_correction" in point for point in person["brief"])


def test_the_people_are_many_and_varied() -> None:
    assert len(PERSONAS) >= 32
    assert len({person["id"] for person in PERSONAS + PEOPLE}) == len(PERSONAS) + len(PEOPLE)
    assert {person["profile"]["service"] for person in PERSONAS} == SERVICES
    used = {behaviour["type"] for person in PERSONAS for behaviour in person["behaviours"]}
    assert used == UTTERED | MANNERS
    levels = Counter(person["safeguarding"]["level"] for person in PERSONAS if person["safeguarding"])
    assert levels == {"immediate": 3, "concern": 6}
    speakers = {answer["speaker"] for person in PERSONAS for answer in person["answers"]}
    assert speakers == {"participant", "proxy", "interpreter"}


def test_the_three_demo_people_show_what_the_demo_is_for() -> None:
    assert [person["id"] for person in PEOPLE] == ["D1", "D2", "D3"]
    third = {behaviour["type"] for behaviour in PEOPLE[2]["behaviours"]}
    assert {"repeat", "privacy", "correct_readback", "change_of_mind", "take_back"} <= third
