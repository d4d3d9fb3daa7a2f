"""Names, codes and services as they are said on the telephone."""

from __future__ import annotations

import itertools

import pytest

from bot.records import codes
from connectors.phone import opening_words, spoken_codes
from connectors.phone.choosing import by_name, offered
from connectors.phone.names import closeness, name_in
from connectors.phone.spoken_codes import keyed_codes, spoken_code
from connectors.ports import ServiceChoice
from dialogues.lint import lint
from dialogues.types import Expects, Prompt

SLOTS = {
    "name": "Winnie",
    "organisation": "Dales Home Care",
    "about": "your home care",
    "code_word": "marigold",
}
QUESTIONS = [
    (question.prompt.id, text, question.prompt.serious)
    for question in opening_words.ASKED_OF_PEOPLE
    for text in (question.prompt.text, question.simpler, question.keys)
    if text
]
SERVICES = tuple(
    ServiceChoice(each.lower().replace(" ", "_"), each)
    for each in ("Home care", "Care home", "Day centre", "Meals", "Sheltered housing")
)


@pytest.mark.parametrize("prompt", opening_words.SAID, ids=lambda prompt: prompt.id)
def test_statements_keep_the_rules(prompt: Prompt) -> None:
    assert prompt.expects is Expects.NONE
    assert not lint(prompt.text.format(**SLOTS), question_allowed=False, serious=True)


@pytest.mark.parametrize(("name", "text", "serious"), QUESTIONS)
@pytest.mark.parametrize("who", ["Winnie", opening_words.NO_NAME])
def test_questions_keep_the_rules(name: str, text: str, serious: bool, who: str) -> None:
    assert not lint(text.format(**(SLOTS | {"name": who})), question_allowed=True, serious=serious)


def test_every_page_of_services_keeps_the_rules() -> None:
    for count, page in itertools.product(range(2, 6), range(4)):
        question = offered(SERVICES[:count], page)
        for text in (question.prompt.text, question.simpler, question.keys):
            assert not lint(text, question_allowed=True, serious=False), text
        assert [option.key for option in question.prompt.options] == ["1", "2", "3"][: len(question.prompt.options)]


def test_every_service_is_offered_on_some_page() -> None:
    found = {option.value for page in range(3) for option in offered(SERVICES, page).prompt.options}
    assert {service.id for service in SERVICES} <= found


def test_ids_are_used_once() -> None:
    ids = [prompt.id for prompt in opening_words.SAID] + [q.prompt.id for q in opening_words.ASKED_OF_PEOPLE]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("doris", "Doris"),
        ("Doris.", "Doris"),
        ("oh they call me doris love", "Doris"),
        ("my name's winnie", "Winnie"),
        ("me name's arthur", "Arthur"),
        ("well it's mrs clark", "Mrs Clark"),
        ("just call me dot please", "Dot"),
        ("everybody calls me peg", "Peg"),
        ("i like to be called mary ann", "Mary Ann"),
        ("it's jean speaking", "Jean"),
        ("i'm walter walter smith", "Walter Walter Smith"),
        ("marie-louise", "Marie-Louise"),
        ("elsie ga", "Elsie"),
        ("i'd rather not say", ""),
        ("why do you want to know", ""),
        ("mind your own business", ""),
        ("what do you mean by that exactly", ""),
        ("07700", ""),
        ("", ""),
    ],
)
def test_the_name_in_a_reply(said: str, name: str) -> None:
    assert name_in(said) == name


@pytest.mark.parametrize(
    ("heard", "known", "expected"),
    [
        ("Doris", "Doris", 3),
        ("doris", "DORIS", 3),
        ("Doris", "Doris Clark", 2),
        ("Mrs Clark", "Doris Clark", 2),
        ("Win", "Winnie", 1),
        ("Winny", "Winnie", 1),
        ("Kathy", "Cathy", 1),
        ("Katherine", "Catherine", 1),
        ("Steven", "Stephen", 1),
        ("Ilene", "Eileen", 1),
        ("Geoff", "Jeff", 1),
        ("Joan", "John", 0),
        ("Jean", "June", 0),
        ("Eric", "Erica", 0),
        ("Doris", "Walter", 0),
        ("Doris", "Maurice", 0),
        ("", "Doris", 0),
        ("Doris", "", 0),
    ],
)
def test_how_near_two_names_are(heard: str, known: str, expected: int) -> None:
    assert closeness(heard, known) == expected


@pytest.mark.parametrize(
    "said",
    [
        "K7HM-4TWD",
        "k7hm 4twd",
        "k seven h m four t w d",
        "the code is kay seven aitch em four tea double you dee thank you",
        "k for kate seven h for harry m for mother four t for tommy w for william d for doris",
        "kilo seven hotel mike four tango w delta",
        "kay seven haitch em dash four tee double u dee",
        "it's k 7 h m 4 t w d please",
    ],
)
def test_a_code_as_it_is_spoken(said: str) -> None:
    assert spoken_code(said) == "K7HM4TWD"


@pytest.mark.parametrize(
    "said",
    ["", "yes", "no i haven't", "doris", "k seven h m four", "k seven h m four t w d d", "b eight g s five u v z",
     "are you there for tea", "i have talked to you before", "why are you ringing me"],
)  # fmt: skip
def test_what_is_no_code(said: str) -> None:
    assert spoken_code(said) == ""


def test_codes_are_those_of_the_records() -> None:
    assert (spoken_codes.ALPHABET, spoken_codes.LENGTH) == (codes.ALPHABET, codes.LENGTH)
    assert sorted("".join(spoken_codes.KEYS.values())) == sorted(codes.ALPHABET)


def test_what_keys_may_stand_for() -> None:
    assert keyed_codes("57464893") == 2 * 3 * 2 * 3 * 2 * 1 * 4 * 4
    assert keyed_codes("5746489") == keyed_codes("57464891") == 0


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("home care please", "home_care"),
        ("the day centre", "day_centre"),
        ("it's about me meals", "meals"),
        ("my meal", "meals"),
        ("me housing", "sheltered_housing"),
        ("the care home", "care_home"),
        ("care", None),
        ("home care or meals", None),
        ("what was that", None),
    ],
)
def test_a_service_by_its_name(said: str, found: str | None) -> None:
    service = by_name(SERVICES, said)
    assert (service.id if service else None) == found
