"""What people say on the telephone before a talk begins, as far as it changes what happens. Pure.

The patterns are in `signs.yml`, written for speech as a recogniser gives it: lower case, no punctuation, older British
and Northern usage. They decide before any learned understanding does, for a word of death must never be missed.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from connectors.phone.names import KNOWN, closeness

FILE = Path(__file__).with_name("signs.yml")


class Sign(StrEnum):
    """Something that was said; an utterance may hold several."""

    MACHINE = "machine"
    DIED = "died"
    DEATH = "death"
    OWN_LOSS = "own_loss"
    WRONG_NUMBER = "wrong_number"
    DO_NOT_RING = "do_not_ring"
    HOSPITAL = "hospital"
    MOVED = "moved"
    REAL = "real"
    WHO = "who"
    SPEAKING = "speaking"
    SOMEBODY_ELSE = "somebody_else"
    FETCH = "fetch"
    NOT_IN = "not_in"
    MESSAGE = "message"
    HOLD = "hold"
    BACK = "back"
    NOT_NOW = "not_now"
    LATER_TODAY = "later_today"
    ANOTHER_DAY = "another_day"
    DOUBTS = "doubts"
    HOW_LONG = "how_long"
    GO_AHEAD = "go_ahead"
    DECLINES = "declines"
    NEW_TALK = "new_talk"
    RELAY = "relay"
    TELLS = "tells"
    BEFORE = "before"
    FIRST_TIME = "first_time"
    CODE = "code"
    PERSON = "person"


def signs(text: str, name: str = "") -> frozenset[Sign]:
    """What an utterance holds.

    Args:
        text: The words, as heard.
        name: Of the person who is asked for, so that "no doris here" is known; "" for none.
    """
    said = plain(text)
    found = {sign for sign, pattern in _patterns(_letters(name)) if pattern.search(said)}
    named = _who_speaks(said, name)
    if named and name:
        found.add(Sign.SPEAKING if closeness(named, name) else Sign.SOMEBODY_ELSE)
    if Sign.SOMEBODY_ELSE in found or Sign.WHO in found:
        found.discard(Sign.SPEAKING)
    return frozenset(found)


def plain(text: str) -> str:
    """Lower case, letters and digits only, apostrophes closed up; a relay caller's "GA" at the end left out."""
    said = re.sub(r"[’']", "", text.lower())
    said = re.sub(r"[^a-z0-9]+", " ", said).strip()
    said = without_relay(said)
    return re.sub(r"^(?:(?:er|erm|um|ah|ooh|oh) )+(?=\w)", "", said)


def without_relay(text: str) -> str:
    """The words without what a relay caller ends them with: "GA", "SK", "go ahead"."""
    return re.sub(r"(?<=\w)(?:[\s,.]+(?:ga|g a|sk|go ahead)\b)+\W*$", "", text, flags=re.IGNORECASE)


def _letters(name: str) -> str:
    return " ".join(re.findall(r"[a-z]+", re.sub(r"[’']", "", name.lower())))


_NAMED = re.compile(
    r"\b(?:this is|my names|my name is|you are speaking to|youre speaking to|speaking to)"
    r" ((?:mr |mrs |miss )?[a-z]+)(?: (?:here|speaking|[a-z]+))?$"
    r"|^(?:(?:yes|hello|hi|aye|no) )*((?:mr |mrs |miss )?[a-z]+) (?:here|speaking)$"
)
_SAYS_NAME = re.compile(r"\b(?:its|im|i am|it is) ([a-z]+)(?: (?:here|speaking|[a-z]+))?$")
_NO_NAMES = frozenset(
    """she her he him me not no just only here a an the who whos what yes hello still that this it so busy sorry fine
    all in at on afraid going having deaf very really about for from too out sure poorly tired good bad nobody
    anyone somebody someone ringing calling is speaking ever always aye ready right listening his my now then back
    over im ive ill shes hes its were weve thats theres your personal private up off old well ok okay coming there
    we them they home""".split()
)


def _who_speaks(said: str, name: str) -> str:
    """The name in "this is john" or "john speaking"; "" for none. "I am" may go on otherwise, so it needs a name."""
    match = _NAMED.search(said)
    found = (match[1] or match[2] or "") if match else ""
    if found and found.split()[-1] not in _NO_NAMES:
        return found
    match = _SAYS_NAME.search(said)
    found = match[1] if match else ""
    return found if found in KNOWN or (found and closeness(found, name)) else ""


@cache
def _written() -> dict[str, Any]:
    written: dict[str, Any] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return written


@lru_cache(maxsize=256)
def _patterns(name: str) -> tuple[tuple[Sign, re.Pattern[str]], ...]:
    """The patterns, with the name of the person who is asked for in them."""
    called = "|".join(dict.fromkeys(part for part in (name, *name.split()[:1]) if part)) or "(?!)"
    slots: dict[str, str] = {"called": f"(?:{called})"}
    for slot, pattern in _written()["words"].items():
        slots[slot] = _filled(pattern, slots)
    listed = _written()["signs"]
    return tuple((sign, re.compile("|".join(_filled(each, slots) for each in listed[sign]))) for sign in Sign)


def _filled(pattern: str, slots: dict[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda match: slots[match[1]] if match[1] in slots else match[0], pattern)
