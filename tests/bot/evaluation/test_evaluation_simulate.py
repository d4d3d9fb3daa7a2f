"""Playing personas: the course of a conversation, how it ends, and what is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from faking import (
    FakeReader,
    ScriptedEngine,
    ask,
    behaviour,
    persona,
    persona_row,
    stored_alert,
    stored_point,
    stored_turn,
)

from bot.evaluation.play import MAX_TURNS, Stage, play
from bot.evaluation.simulate import simulate
from dialogues.errors import SaysoError
from dialogues.types import Prompt, Voice

HELLO = [ask("greeting", "none", "Hello."), ask("greeting", "yes_no", "Now?")]
OPEN = [ask("topic_open", prompt_id="topics.open.a")]
ELSE = [ask("anything_else", "yes_no")]
BYE = [ask("closing", "none", "Goodbye.")]
DISCLOSED = {"level": "immediate", "text": "i have fallen"}


async def test_a_whole_conversation_is_played_and_told() -> None:
    engine = ScriptedEngine(HELLO, OPEN, ELSE, BYE)
    told: list[tuple[str, str, str, Prompt | None]] = []
    played = await play(persona(), Stage(engine, FakeReader("closing"), on_turn=lambda *turn: told.append(turn)))
    assert (played.completed, played.reason, played.conversation_id) == (True, "closing", "c1")
    assert [(t.n, t.speaker, t.text) for t in played.turns] == [
        (0, "bot", "Hello. Now?"),
        (1, "participant", "aye"),
        (2, "bot", "And?"),
        (3, "participant", "the bins are never put out of a tuesday"),
        (4, "bot", "And?"),
        (5, "participant", "i could sort the rota myself"),
        (6, "bot", "Goodbye."),
    ]
    assert engine.started == [{"service": "home_care", "channel": "simulate", "preferred_name": "Olive"}]
    assert [turn.text for turn in engine.turns] == [t.text for t in played.turns if t.speaker == "participant"]
    assert len({turn.message_id for turn in engine.turns}) == 3
    assert [(who, words) for _, who, words, _ in told] == [(t.speaker, t.text) for t in played.turns]
    assert told[0][3] == HELLO[-1]


@pytest.mark.parametrize(
    ("behaviours", "disclosed", "ending", "completed", "reason"),
    [
        ([], None, "closing", True, "closing"),
        ([behaviour("stop_midway")], None, "stopped", True, "stopped"),
        ([], None, "stopped", False, "stopped_unasked"),
        ([], None, "paused", False, "paused_unasked"),
        ([behaviour("pause")], None, "stopped", False, "stopped_unasked"),
        ([], DISCLOSED, "safety", True, "safety"),
        ([], {**DISCLOSED, "level": "concern"}, "safety", False, "safety_unasked"),
        ([], None, "safety", False, "safety_unasked"),
        ([], None, "declined", False, "declined"),
        ([], None, None, False, "dead_end"),
    ],
)
async def test_completed_is_what_ended_as_it_should(
    behaviours: list[Any], disclosed: Any, ending: str | None, completed: bool, reason: str
) -> None:
    person = persona(behaviours=behaviours, safeguarding=disclosed)
    played = await play(person, Stage(ScriptedEngine(OPEN, ELSE, BYE), FakeReader(ending)))
    assert (played.completed, played.reason) == (completed, reason)


async def test_after_a_pause_the_talk_resumes_the_next_day() -> None:
    days: list[str] = []

    async def next_day(conversation_id: str) -> None:
        days.append(conversation_id)

    engine = ScriptedEngine(OPEN, ELSE, BYE, ELSE, BYE)
    person = persona(behaviours=[behaviour("pause", "call me tomorrow")])
    played = await play(person, Stage(engine, FakeReader("paused", "closing"), next_day=next_day))
    assert [t.text for t in engine.turns][1:] == ["call me tomorrow", "aye", "i could sort the rota myself"]
    assert days == ["c1"]
    assert (played.completed, played.reason) == (True, "closing")


async def test_a_pause_that_is_never_taken_up_again_is_obeyed_too() -> None:
    person = persona(behaviours=[behaviour("pause")])
    played = await play(person, Stage(ScriptedEngine(OPEN, ELSE, BYE, BYE), FakeReader("paused")))
    assert (played.completed, played.reason, played.cut_short) == (True, "paused", True)


async def test_an_endless_talk_is_given_up() -> None:
    played = await play(persona(), Stage(ScriptedEngine(ELSE), FakeReader(None)))
    assert (played.completed, played.reason) == (False, "turn_limit")
    assert len(played.turns) in {MAX_TURNS, MAX_TURNS + 1}


@pytest.mark.parametrize("prompts", [[], [ask("repair", "none", "Hm.")]])
async def test_nothing_to_reply_to_is_a_dead_end(prompts: list[Prompt]) -> None:
    played = await play(persona(), Stage(ScriptedEngine(HELLO, prompts), FakeReader(None)))
    assert (played.completed, played.reason) == (False, "dead_end")


async def test_a_passing_fault_is_tried_again_with_the_same_message() -> None:
    busy = SaysoError("storage_busy", "Send it again.", permanent=False)
    engine = ScriptedEngine(OPEN, busy, busy, BYE)
    played = await play(persona(), Stage(engine, FakeReader("closing")))
    assert played.completed
    assert len({turn.message_id for turn in engine.turns}) == 1


@pytest.mark.parametrize("permanent", [True, False])
async def test_a_lasting_fault_ends_the_conversation_as_failed(permanent: bool) -> None:
    fault = SaysoError("broken", "Mend it.", permanent=permanent)
    played = await play(persona(), Stage(ScriptedEngine(OPEN, fault), FakeReader(None)))
    assert (played.completed, played.reason) == (False, "failed: broken")


async def test_the_voice_of_a_proxy_is_sent_and_noted() -> None:
    answers = [{"answer_id": "A1", "text": "mum is fine", "speaker": "proxy"}]
    engine = ScriptedEngine(OPEN, BYE)
    played = await play(persona(answers=answers, brief=[]), Stage(engine, FakeReader("closing")))
    assert engine.turns[0].voice is Voice.PROXY
    assert (played.turns[1].speaker, played.turns[1].voice) == ("proxy", "proxy")


STORED = FakeReader(
    "closing",
    stored=[
        stored_turn(0, "the bins are never put out of a tuesday"),
        stored_turn(1, "And?", "bot"),
        stored_turn(2, "x"),
    ],
    points=[stored_point(0, 4, "bins are never put out")],
    raised=[stored_alert(0, ((9, 14), (15, 18)))],
)


async def test_stored_turns_are_counted_as_the_transcript_counts() -> None:
    played = await play(persona(), Stage(ScriptedEngine(OPEN, ELSE, BYE), STORED))
    (point,), (alert,) = played.contributions, played.alerts
    assert (point.turn, played.text_of(point.turn)[point.start : point.end]) == (1, "bins are never put out")
    assert (alert.turn, alert.quote) == (1, "are never")
    assert played.turns[3].text == "x"  # as stored, so that offsets hold


async def test_an_alert_without_evidence_quotes_the_utterance() -> None:
    reader = FakeReader("closing", stored=STORED.stored, raised=[stored_alert(0, ())])
    played = await play(persona(), Stage(ScriptedEngine(OPEN, ELSE, BYE), reader))
    assert played.alerts[0].quote == "the bins are never put out of a tuesday"


async def test_an_alert_keeps_its_words_when_the_turn_is_masked() -> None:
    kept = replace(stored_alert(0, ((4, 8),)), words="the bins are never put out of a tuesday")
    reader = FakeReader("closing", stored=[stored_turn(0, "█" * 39)], raised=[kept])
    played = await play(persona(), Stage(ScriptedEngine(OPEN, ELSE, BYE), reader))
    assert (played.alerts[0].quote, played.turns[1].text) == ("bins", "█" * 39)


async def test_the_folder_holds_what_the_contract_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "people.jsonl"
    rows = [persona_row(), {"id": "T2"}, persona_row(id="T3")]
    source.write_text("\n".join(json.dumps(row) for row in rows))
    engine = ScriptedEngine(OPEN, ELSE, BYE, OPEN, ELSE, BYE)
    figures, code = await simulate(source, tmp_path / "out", Stage(engine, STORED), parallel=1)
    assert code == 1
    assert "Line 2" in capsys.readouterr().err
    read = {path.stem: path.read_text() for path in (tmp_path / "out").glob("*.jsonl")}
    transcripts = [json.loads(line) for line in read["transcripts"].splitlines()]
    assert [t["persona_id"] for t in transcripts] == ["T1", "T3"]
    assert set(transcripts[0]) == {"persona_id", "conversation_id", "completed", "reason", "turns"}
    assert {"n", "speaker", "text", "expects", "purpose", "act", "voice"} <= set(transcripts[0]["turns"][1])
    point = json.loads(read["contributions"].splitlines()[0])
    assert set(point) == set(
        """persona_id conversation_id turn start end quote kinds themes sentiment sense status voice beans""".split()
    )
    assert point["beans"] == 10
    assert json.loads(read["alerts"].splitlines()[0]) == {
        "persona_id": "T1",
        "turn": 1,
        "level": "concern",
        "type": "neglect",
        "quote": "are never",
    }
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == figures
    assert figures["completion"] == 1.0


async def test_many_are_played_at_once_in_conversations_of_their_own(tmp_path: Path) -> None:
    source = tmp_path / "people.jsonl"
    source.write_text("\n".join(json.dumps(persona_row(id=f"T{n}")) for n in range(6)))
    engine = ScriptedEngine(OPEN, BYE)
    figures, code = await simulate(source, tmp_path / "out", Stage(engine, FakeReader("closing")), parallel=3)
    assert (code, figures["conversations"]) == (0, 6)
    assert len(engine.started) == 6
