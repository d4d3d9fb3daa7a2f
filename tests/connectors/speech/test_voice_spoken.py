"""What is said for what is written: tables of what is put into words, and of what is left."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voice_fakes import YES_NO, prompt

from connectors.speech.voices.sentences import LONGEST, sentences
from connectors.speech.voices.spoken import fixed_sentences, prompt_sentences, spoken
from dialogues.lint import filled
from dialogues.script import default_script
from dialogues.types import Option

MONEY = [
    ("£4.50", "4 pounds 50"),
    ("£1", "1 pound"),
    ("£0.50", "50 pence"),
    ("£0.01", "1 penny"),
    ("£1.05", "1 pound 5"),
    ("£4.00", "4 pounds"),
    ("£1,250", "1,250 pounds"),
    ("£3m", "3 million pounds"),
    ("£3.2 million", "3.2 million pounds"),
    ("a £5 note", "a 5 pound note"),
    ("£5-£10", "5 pounds to 10 pounds"),
    ("50p", "50 pence"),
    ("1p", "1 penny"),
    ("€2.20", "2 euros 20"),
    ("£999", "999 pounds"),
    ("£4.505", "£4.505"),
    ("£1,23", "£1,23"),
    ("5pm", "5 P.M"),
    ("A4p", "A4p"),
]
TIMES = [
    ("9am", "9 A.M"),
    ("They come at 9am.", "They come at 9 A.M."),
    ("at 9 a.m. and later", "at 9 A.M and later"),
    ("at 9 p.m. We wait", "at 9 P.M. We wait"),
    ("Is it 9AM?", "Is it 9 A.M?"),
    ("at 9 p.m. 3 came", "at 9 P.M. 3 came"),
    ("9-10am", "9 to 10 A.M"),
    ("10.30", "10 30"),
    ("10:30", "10 30"),
    ("10.30am", "10 30 A.M"),
    ("10.05", "10 oh 5"),
    ("10.00", "10 o'clock"),
    ("14:30", "14 30"),
    ("15:00", "15 hundred hours"),
    ("00:00", "midnight"),
    ("00:05", "5 minutes past midnight"),
    ("10.30-11.30", "10 30 to 11 30"),
    ("at 1.25.", "at 1 25."),
    ("25.10", "25.10"),
    ("10.60", "10.60"),
    ("24:10", "24:10"),
    ("2.50 miles", "2.50 miles"),
    ("2.5", "2.5"),
    ("13am", "13am"),
    ("I am", "I am"),
    ("version 1.20.3", "version 1.20.3"),
]
DATES = [
    ("21 December", "the 21st of December"),
    ("by 21 December.", "by the 21st of December."),
    ("the 3rd of May", "the 3rd of May"),
    ("3 May 2026", "the 3rd of May 2026"),
    ("12 Sept", "the 12th of September"),
    ("3 Dec. at noon", "the 3rd of December at noon"),
    ("It was 3 Dec. We", "It was the 3rd of December. We"),
    ("Mon 3 Dec", "Monday the 3rd of December"),
    ("December 21st", "December the 21st"),
    ("3/12/2026", "the 3rd of December 2026"),
    ("3.12.26", "the 3rd of December 2026"),
    ("2026-12-03", "the 3rd of December 2026"),
    ("29 February", "the 29th of February"),
    ("29 February 2026", "29 February 2026"),
    ("December 3, 2026", "December the 3rd 2026"),
    ("Dec 3", "December the 3rd"),
    ("On 3 December 2 carers came", "On the 3rd of December 2 carers came"),
    ("In December 2 carers came", "In December 2 carers came"),
    ("by 21 December. 3 carers came", "by the 21st of December. 3 carers came"),
    ("32 December", "32 December"),
    ("31.2.2026", "31.2.2026"),
    ("2026-13-01", "2026-13-01"),
    ("you may 3 times", "you may 3 times"),
    ("5 Marchers", "5 Marchers"),
]
TELEPHONE = [
    ("999", "nine nine nine"),
    ("Ring 999 now.", "Ring nine nine nine now."),
    ("NHS 111", "NHS one one one"),
    ("116 123", "one one six, one two three"),
    ("ring 101 now", "ring one oh one now"),
    ("01632 960123", "oh one six three two, nine six oh one two three"),
    ("01632960123", "oh one six three two, nine six oh, one two three"),
    ("(01632) 960 123", "oh one six three two, nine six oh, one two three"),
    ("+44 (0)1632 960123", "plus four four, one six three two, nine six oh one two three"),
    ("0800 1111", "oh eight oh oh, one one one one"),
    ("943 476 5919", "nine four three, four seven six, five nine one nine"),
    ("01632 960123 9am", "oh one six three two, nine six oh one two three 9 A.M"),
    ("020 7946 0018", "oh two oh, seven nine four six, oh oh one eight"),
    ("101 people", "101 people"),
    ("999 people", "999 people"),
    ("1,999", "1,999"),
    ("9990", "9990"),
    ("0.5", "0.5"),
    ("012345", "012345"),
]
CODES = [
    ("K7HM-4TWD", "K, seven, H, M; four, T, W, D"),
    ("Your code is ACDE-FHJK. With it", "Your code is Eh, C, D, E; F, H, J, K. With it"),
    ("LS1 4AP", "L, S, one; four, Eh, P"),
    ("2019-2020", "2019 to 2020"),
    ("k7hm-4twd", "k7hm-4twd"),
    ("K7HM-4TWDX", "K7HM-4TWDX"),
    ("WELL-KNOWN", "WELL-KNOWN"),
]
WORDS = [
    ("Dr Smith", "Doctor Smith"),
    ("Dr. Smith and Mrs. Jones", "Doctor Smith and Mrs Jones"),
    ("Mr J. Ms K.", "Mister J. Miz K."),
    ("St James St", "Saint James Street"),
    ("e.g. tea", "for example tea"),
    ("tea, e.g., or milk", "tea, for example, or milk"),
    ("i.e. no", "that is no"),
    ("toast etc. We", "toast and so on. We"),
    ("toast etc. and tea", "toast and so on and tea"),
    ("salt & pepper", "salt and pepper"),
    ("he/she", "he or she"),
    ("and/or", "and or"),
    ("24/7", "24 7"),
    ("120/80", "120 over 80"),
    ("7/10", "7 out of 10"),
    ("3/8", "3 stroke 8"),
    ("1/2", "a half"),
    ("1½ hours", "1 and a half hours"),
    ("20°C", "20 degrees"),
    ("7.5%", "7.5 per cent"),
    ("10kg", "10 kilos"),
    ("100 - 200", "100 to 200"),
    ("Flat No. 5", "Flat number 5"),
    ("No. 5 times I rang", "No. 5 times I rang"),
    ("I said No. 5 times", "I said No. 5 times"),
    ("Drum", "Drum"),
    ("5-year-old", "5-year-old"),
    ("theirs", "theirs"),
]
MARKS = [
    ("“They came late.”", "They came late."),
    ("I have taken that out: “It was cold.”.", "I have taken that out: It was cold."),
    ("‘hello’", "hello"),
    ("don’t", "don't"),
    ("well... maybe", "well, maybe"),
    ("well… Then", "well. Then"),
    ("Wait...", "Wait."),
    ("(or so) it was", "or so, it was"),
    ("tea—coffee - milk", "tea, coffee, milk"),
    ("[name] came", "name came"),
    ("*bold* _words_", "bold words"),
    ("one\ntwo", "one. two"),
    ("- one\n- two", "one. two"),
    ("What?!", "What?"),
    ("a@b.org", "a at b dot org"),
    ("https://www.dales.org.uk", "dales dot org dot uk"),
    ("😀 hello 👍🏽", "hello"),
    ("say [x](/y/)", "say x, y"),
    ("", ""),
    ("  \n ", ""),
    ("!!! ... ?", ""),
    ("😀", ""),
    ("привет", "привет"),
    ("你好", "你好"),
]
WRITTEN = "£4.50 9am 10.30-11 K7HM-4TWD 21 Dec 3/12/2026 e.g. etc. 01632 960123 “…” & / ... (x) ’ 999 ½ °C".split(" ")


@pytest.mark.parametrize(("written", "said"), MONEY + TIMES + DATES + TELEPHONE + CODES + WORDS + MARKS)
def test_what_is_said(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(("written", "_"), MONEY + TIMES + DATES + TELEPHONE + CODES + WORDS + MARKS)
def test_saying_it_twice_changes_nothing(written: str, _: str) -> None:
    assert spoken(spoken(written)) == spoken(written)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*WRITTEN, "tea", "Then", ".", "?", "\n"]) | st.text(max_size=8)).map(" ".join))
def test_any_text_is_one_line_without_signs(written: str) -> None:
    said = spoken(written)
    assert "\n" not in said
    assert not set(said) & set("“”[]{}<>*\x00😀")
    assert not said or any(map(str.isalnum, said))


@pytest.mark.parametrize("sign", ["1.", "1:", " ", "\n", ".", "-", "a", "1", "K7HM-", "9am ", "(", "’", "..a"])
def test_no_text_takes_long(sign: str) -> None:
    began = time.process_time()
    sentences(spoken((sign * 20_000)[:20_000]))
    assert time.process_time() - began < 2


def test_every_wording_of_ours_keeps_its_words() -> None:
    for wording in default_script().wordings.values():
        text = filled(wording.text).replace("ABCD-EFGH", "this").replace("21 December", "Monday").replace("999", "them")
        assert [w for w in spoken(text).split() if w.isalpha()] == [w for w in text.split() if w.isalpha()]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three!", ("One.", "Two?", "Three!")),
        ("At 9 A.M. Then we go.", ("At 9 A.M.", "Then we go.")),
        ("Mister J. Smith came.", ("Mister J. Smith came.",)),
        ("T, W, D. With it.", ("T, W, D.", "With it.")),
        ("So do I. They came.", ("So do I.", "They came.")),
        ("about 3 p.m. or so.", ("about 3 p.m. or so.",)),
        ("", ()),
        ("... !", ()),
    ],
)
def test_sentences(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


@settings(deadline=None)
@given(st.text(max_size=2000))
def test_no_piece_is_too_long_and_no_letter_is_lost(text: str) -> None:
    pieces = sentences(text)
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert [c for c in text if c.isalnum()] == [c for piece in pieces for c in piece if c.isalnum()]


def test_options_are_said_on_the_phone_only() -> None:
    asked = prompt("Shall we go on?", options=(*YES_NO, Option("Stop", "stop", "#")))
    assert prompt_sentences(asked) == ("Shall we go on?",)
    assert prompt_sentences(asked, phone=True) == (
        "Shall we go on?",
        "For Yes, press 1.",
        "For No, press 2.",
        "For Stop, press hash.",
    )


def test_keys_are_not_named_twice() -> None:
    asked = prompt("To go on, say yes or press 1. If not, say no or press 2.", options=YES_NO)
    assert prompt_sentences(asked, phone=True) == prompt_sentences(asked)


def test_a_wording_without_its_slots() -> None:
    wording = prompt("Hello{name}. This is Sayso. {urgent} I work for {organisation}. Shall we?", options=YES_NO)
    assert fixed_sentences(wording) == ("This is Sayso.", "Shall we?", "For Yes, press 1.", "For No, press 2.")
