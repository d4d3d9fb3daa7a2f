"""Every event of the types, and what it does."""

from __future__ import annotations

import json
import typing

import pytest
from sqlalchemy import select
from storing import NOW, consents, heard, opened, say

from bot.records import Records
from bot.storage import Database, Keys
from bot.storage.models import AboutYouRow, ConsentRow, ConversationRow, OutboxRow, ParticipantRow, TalkRatingRow
from dialogues import types
from dialogues.errors import SaysoError
from dialogues.types import (
    AboutYouAnswered,
    AlertRaised,
    AlertWish,
    AllWithdrawn,
    BeansPlaced,
    CallbackRequested,
    ConsentAnswered,
    CopyRequested,
    Ended,
    EndReason,
    Event,
    HearingSettled,
    Level,
    NeedRecorded,
    Paused,
    PointConfirmed,
    PointCorrected,
    PointHeard,
    PointReheard,
    PointWithdrawn,
    Restarted,
    Resumed,
    Rewound,
    Scope,
    SenseGiven,
    Status,
    TalkRated,
)

TEA = "They come at four and I'm not hungry while six. I do miss Angela. I'd feel like it were my house."
FOUR, ANGELA, HOUSE = "They come at four", "I do miss Angela", "I'd feel like it were my house"
EVERY: tuple[Event, ...] = (
    ConsentAnswered(Scope.TAKE_PART, True, "consent.take_part", "1"),
    heard(0, TEA, FOUR),
    HearingSettled(0, "used"),
    PointReheard("p1", heard(0, TEA, ANGELA).point),
    PointReheard("p1", heard(0, TEA, FOUR).point),
    PointConfirmed("p1"),
    Rewound((("p1", Status.CONFIRMED, None),)),
    PointCorrected("p1", 0, "It were the tea call", "the tea call comes at four"),
    SenseGiven("p1", "significance", 0, TEA.index(HOUSE), len(TEA) - 1, HOUSE),
    BeansPlaced((("p1", 10),)),
    NeedRecorded("pace", "slower"),
    AboutYouAnswered("age", "84"),
    TalkRated(0),
    CallbackRequested("asked"),
    AlertRaised(0, Level.CONCERN, "neglect", ((0, 9),)),
    AlertWish(0),
    CopyRequested(),
    PointWithdrawn("p1"),
    Paused(),
    Resumed(),
    Restarted(),
    AllWithdrawn(),
    Ended(EndReason.WITHDRAWN),
)


def test_the_list_names_every_event() -> None:
    assert {type(event) for event in EVERY} == set(typing.get_args(types.Event))


async def test_every_event_is_applied(records: Records) -> None:
    conversation_id = await opened(records)
    await say(records, conversation_id, TEA, *EVERY)
    assert (await records.conversation(conversation_id)).end_reason == "withdrawn"


async def test_a_point_is_kept_with_its_exact_and_its_redacted_quote(records: Records) -> None:
    conversation_id = await opened(records)
    await say(records, conversation_id, TEA, heard(0, TEA, ANGELA, i_statement="I miss Angela", label="Angela"))
    (point,) = await records.contributions(conversation_id, asked_by="participant")
    assert TEA[point.start : point.end] == point.quote == ANGELA
    assert point.quote_redacted == "I do miss [name]"
    assert (point.i_statement, point.status, point.service) == ("I miss [name]", "heard", "home")


async def test_a_quote_that_differs_from_its_turn_is_refused(records: Records) -> None:
    conversation_id = await opened(records)
    wrong = PointHeard(
        "p1", 0, types.Voice.OWN, types.Point(0, 4, "They come", ("need",), ("cost_and_money",), "neutral")
    )
    for event in (wrong, heard(7, TEA, FOUR)):
        with pytest.raises(SaysoError) as caught:
            await say(records, conversation_id, TEA, event)
        assert caught.value.code == "quote_not_exact"


async def test_confirming_and_correcting(records: Records) -> None:
    conversation_id = await opened(records)
    await say(records, conversation_id, TEA, heard(0, TEA, FOUR, "p1"), heard(0, TEA, ANGELA, "p2"))
    note = "It were the tea call I said."
    correction = PointCorrected("p1", 1, note, "the tea call comes at four")
    await say(records, conversation_id, note, correction, PointConfirmed("p1"), PointConfirmed("p2"))
    first, second = await records.contributions(conversation_id, asked_by="participant")
    assert (first.status, first.correction_note, first.read_back) == ("corrected", note, "the tea call comes at four")
    assert second.status == "confirmed"


async def test_a_withdrawn_point_is_gone_and_can_come_back(records: Records) -> None:
    conversation_id = await opened(records)
    sense = SenseGiven("p1", "significance", 0, TEA.index(HOUSE), TEA.index(HOUSE) + len(HOUSE), HOUSE)
    await say(records, conversation_id, TEA, heard(0, TEA, FOUR), PointConfirmed("p1"), sense)
    await say(records, conversation_id, "take that back", PointWithdrawn("p1"))
    assert await records.contributions(conversation_id, asked_by="participant") == []
    await say(records, conversation_id, "no, keep it", PointWithdrawn("p1", undone=True))
    (point,) = await records.contributions(conversation_id, asked_by="participant")
    assert (point.quote, point.sense_quote, point.status) == (FOUR, HOUSE, "confirmed")


async def test_withdrawing_masks_what_sayso_repeated(records: Records) -> None:
    conversation_id = await opened(records)
    async with records.unit(conversation_id) as unit:
        await unit.add_turn(speaker="person", text=TEA, message_id="m0")
        await unit.record(heard(0, TEA, FOUR, read_back="they come at four", label="the time"), at=NOW)
        said = "You said: they come at four. How many for the time?"
        await unit.add_turn(speaker="bot", text=said)
        await unit.save(state={}, reply={"prompts": [{"text": said}]}, status="open")
    await say(records, conversation_id, "take it back", PointWithdrawn("p1"))
    turns = await records.transcript(conversation_id, asked_by="Alice")
    assert turns[0].text == TEA  # needed for an undo until the conversation ends
    assert turns[1].text == f"You said: {'█' * 17}. How many for {'█' * 8}?"
    async with records.unit(conversation_id) as unit:
        assert "four" not in json.dumps(await unit.reply_to("m0"))


@pytest.mark.parametrize(
    ("beans", "abstained", "code"),
    [
        ((("p1", 7), ("p2", 3)), False, None),
        ((("p1", 10), ("p2", 0)), False, None),
        ((), True, None),
        ((), False, "beans_not_ten"),
        ((("p1", 7), ("p2", 2)), False, "beans_not_ten"),
        ((("p1", 11), ("p2", -1)), False, "beans_not_ten"),
        ((("p1", 10),), True, "beans_not_ten"),
        ((("p1", 7), ("p9", 3)), False, "point_unknown"),
        ((("p1", 7), ("p3", 3)), False, "point_withdrawn"),
    ],
)
async def test_beans(records: Records, beans: tuple[tuple[str, int], ...], abstained: bool, code: str | None) -> None:
    conversation_id = await opened(records)
    points = [heard(0, TEA, quote, f"p{index}") for index, quote in enumerate((FOUR, ANGELA, HOUSE), start=1)]
    await say(records, conversation_id, TEA, *points, PointWithdrawn("p3"))
    event = BeansPlaced(beans, abstained)
    if code is None:
        await say(records, conversation_id, "seven", event)
        stored = await records.contributions(conversation_id, asked_by="participant")
        assert {point.point_id: point.beans for point in stored if point.beans is not None} == dict(beans)
        return
    with pytest.raises(SaysoError) as caught:
        await say(records, conversation_id, "seven", event)
    assert caught.value.code == code


@pytest.mark.parametrize("event", [PointConfirmed("p9"), PointWithdrawn("p9"), PointCorrected("p9", 0, "x", "y")])
async def test_unknown_points_are_refused(records: Records, event: Event) -> None:
    conversation_id = await opened(records)
    with pytest.raises(SaysoError) as caught:
        await say(records, conversation_id, "hm", event)
    assert caught.value.code == "point_unknown"


async def test_the_latest_consent_counts_and_all_are_kept(records: Records, database: Database) -> None:
    conversation_id = await opened(records)
    later = ConsentAnswered(Scope.QUOTE, False, "consent.quote", "2")
    async with records.unit(conversation_id) as unit:
        for event in (*consents(), later):
            await unit.record(event, at=NOW, witness="volunteer-3")
    async with database.read() as connection:
        row = (await connection.execute(select(ConversationRow.__table__))).one()
        log = (await connection.execute(select(ConsentRow.scope, ConsentRow.answer, ConsentRow.witness))).all()
    assert (row.consent_take_part, row.consent_keep, row.consent_quote, row.consent_contact) == (
        True,
        True,
        False,
        None,
    )
    assert [tuple(entry) for entry in log if entry.scope == "quote"] == [
        ("quote", True, "volunteer-3"),
        ("quote", False, "volunteer-3"),
    ]


async def test_an_alert_is_stored_encrypted_and_leaves_once_without_the_name(
    records: Records, database: Database, keys: Keys
) -> None:
    conversation_id = await opened(records, name="Jo")
    words = "He says Jo you get no dinner, I have not eaten since Sunday"
    alert = AlertRaised(0, Level.CONCERN, "neglect", ((0, 7),), staff_named=True)
    await say(records, conversation_id, words, alert, alert)
    await say(records, conversation_id, "I want him to stop", AlertWish(1))
    (stored,) = await records.alerts(asked_by="Alice", state="new")
    assert (stored.words, stored.wish, stored.level, stored.evidence) == (
        words,
        "I want him to stop",
        "concern",
        ((0, 7),),
    )
    async with database.read() as connection:
        (message,) = (await connection.execute(select(OutboxRow.__table__))).all()
        raw = [str(tuple(row)) for row in (await connection.exec_driver_sql("SELECT * FROM alert")).all()]
    assert not any("dinner" in row for row in raw)
    assert "dinner" not in message.payload
    payload = json.loads(keys.decrypt(message.payload))
    assert payload["words"] == words.replace("Jo", "[name]")
    assert (payload["type"], payload["staff_named"], payload["conversation_id"]) == ("neglect", True, conversation_id)
    await records.set_alert_state(stored.alert_id, "closed", asked_by="Alice")
    assert await records.alerts(asked_by="Alice", state="new") == []


async def test_an_alert_about_a_missing_turn_still_leaves(records: Records) -> None:
    conversation_id = await opened(records)
    async with records.unit(conversation_id) as unit:
        await unit.record(AlertRaised(5, Level.IMMEDIATE, "danger_fall", ()), at=NOW)
    (stored,) = await records.alerts(asked_by="Alice")
    assert (stored.words, stored.level) == ("", "immediate")


async def test_call_backs_copies_needs_answers_and_ratings(records: Records, database: Database) -> None:
    conversation_id = await opened(records)
    await say(
        records,
        conversation_id,
        "Better than the office.",
        CallbackRequested("asked"),
        CallbackRequested("nobody came", urgent=True),
        CopyRequested(),
        NeedRecorded("pace", "slower"),
        NeedRecorded("volume", "louder"),
        AboutYouAnswered("age", "83"),
        AboutYouAnswered("age", "84"),
        TalkRated(0),
    )
    calls = await records.callbacks(asked_by="Alice")
    assert [(call.reason, call.urgent, call.preferred_name) for call in calls] == [
        ("nobody came", True, "Winnie"),
        ("asked", False, "Winnie"),
        ("copy", False, "Winnie"),
    ]
    await records.close_callback(calls[0].callback_id, asked_by="Alice")
    assert len(await records.callbacks(asked_by="Alice")) == 2
    async with database.read() as connection:
        assert (await connection.scalars(select(OutboxRow.kind))).all() == ["callback"]
        assert (await connection.scalars(select(ParticipantRow.access_needs))).all() == [
            {"pace": "slower", "volume": "louder"}
        ]
        assert (await connection.scalars(select(AboutYouRow.answer))).all() == ["84"]
        assert (await connection.scalars(select(TalkRatingRow.text))).all() == ["Better than the office."]
