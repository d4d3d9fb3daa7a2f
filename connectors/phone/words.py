"""What is said on the phone besides the dialogue's own wordings; linted like them."""

from __future__ import annotations

import re

from dialogues.types import Expects, Option, Prompt, Purpose

YES_OR_NO = (Option("yes", "yes", "1"), Option("no", "no", "2"))


def _said(name: str, text: str, expects: Expects = Expects.NONE, *, serious: bool = False) -> Prompt:
    options = YES_OR_NO if expects is Expects.YES_NO else ()
    purpose = Purpose.SAFETY if serious else Purpose.REPAIR
    return Prompt(f"phone.{name}", text, expects, purpose, options, serious)


HELLO = _said("hello", "Hello?")
TAKE_YOUR_TIME = _said("take_your_time", "Take your time. I am here.")
ANOTHER_DAY = _said("another_day", "I can not hear you. Shall we talk another day? Say yes or press 1.", Expects.YES_NO)
LONG_TALK = _said("long_talk", "We have talked for a good while. Shall we go on another day?", Expects.YES_NO)
KEEP_PLACE = _said("keep_place", "I keep your place. Thank you for your time. Goodbye.")
OF_COURSE = _said("of_course", "Of course, I will wait. Say hello when you are back.")
STILL_HERE = _said("still_here", "I am here. Say hello when you are back.")
MOMENT = _said("moment", "One moment, please.")
SORRY_AGAIN = _said("sorry_again", "Sorry, something went wrong here. Please say that again.")
SORRY_GOODBYE = _said(
    "sorry_goodbye", "I am sorry, I can not go on just now. Please ring again later. I keep your place. Goodbye."
)
PERSON_OR_NONE = _said("person_or_none", "For a person, press 0 again. For none, press 1.", Expects.YES_NO)
HARD_TO_HEAR = _said("hard_to_hear", "I can not hear well just now. You can use the keys on your phone.")
PUTTING_THROUGH = _said("putting_through", "I am putting you through to a person. Please hold the line.")
NOBODY_NOW = _said("nobody_now", "Nobody can take your call just now. Please ring again later. Goodbye.")
STAYING = _said("staying", "I am here with you. You can hang up to ring 999.", serious=True)
BUSY = _said("busy", "I am sorry, all lines are busy. Please ring again in a few minutes. Goodbye.")

SAID_BY_PHONE: tuple[Prompt, ...] = tuple(each for each in globals().copy().values() if isinstance(each, Prompt))
"""All of them, for the lint and for rendering ahead."""


def about(organisation: str, subject: str) -> Prompt:
    """Who asks, and about what: for whoever rang, and has heard who is speaking."""
    return Prompt("phone.about", f"I work for {organisation}. I ask about {subject}.", Expects.NONE, Purpose.GREETING)


PERSON, AGAIN, SKIP = "can I talk to a person please", "please say that again", "skip"
"""What 0, * and # stand for, in every question."""

_HOLD = re.compile(
    r"^(?:(?:oh|ooh|er|um|erm|sorry|yes|no|well|can you|could you|would you|will you|just|please|love|pet|dear)\s+)*"
    r"(?:(?:hold|hang) on|bear with (?:me|us)|half a (?:mo|minute|tick)|wait (?:a|one|there|on)\b|"
    r"(?:a|one|two|a couple of) (?:minute|moment|second|sec|mo|tick)s?(?: please| love| pet| dear)?$|"
    r"i'?ll (?:just )?be (?:right )?back|(?:there'?s )?some(?:body|one)(?:'s| is)? at the door|that'?s the door|"
    r"let me (?:just )?(?:get|find|turn|put|fetch))"
)
_HELLO_AGAIN = re.compile(
    r"\b(?:hello|hiya|back|here now|ready|right then|go on|carry on|are you (?:still )?there|where were we|sorry about "
    r"that|you there)\b"
)
LONGEST_ASIDE = 12
"""Words. Longer is an answer that happens to hold "a minute"."""


def asks_to_hold(text: str) -> bool:
    """True for "hold on a minute, love": the person goes away from the phone and comes back."""
    said = _plain(text)
    return len(said.split()) <= LONGEST_ASIDE and bool(_HOLD.search(said))


def is_back(text: str) -> bool:
    """True for "hello, I'm back"."""
    return bool(_HELLO_AGAIN.search(_plain(text)))


def yes_or_no(text: str) -> bool | None:
    """A plain yes or no to a question of the phone's own; None for anything else."""
    said = _plain(text).split()
    if not said or len(said) > LONGEST_ASIDE:
        return None
    if {"no", "nope", "nay", "not", "don't"} & set(said):
        return False
    return True if {"yes", "yeah", "aye", "please", "okay", "ok", "sure", "course"} & set(said) else None


def _plain(text: str) -> str:
    return re.sub(r"[^a-z' ]+", " ", text.lower().replace("’", "'"))
