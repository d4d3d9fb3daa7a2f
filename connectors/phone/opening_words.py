"""What is said before a talk: who rings, whom for, and whether it is a good time. Linted like every wording."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dialogues.types import Expects, Option, Prompt, Purpose

YES_OR_NO = (Option("yes", "yes", "1"), Option("no", "no", "2"))
LATER_TODAY, ANOTHER_DAY = "later_today", "another_day"
_TIMES = (Option("later today", LATER_TODAY, "1"), Option("another day", ANOTHER_DAY, "2"))
SOMETHING_ELSE = "something else"


@dataclass(frozen=True, slots=True)
class Question:
    """One question in three wordings.

    Attributes:
        prompt: As it is asked first, and again where it was not heard.
        simpler: In fewer words, for somebody who says nothing.
        keys: With the keys, for somebody who is hard to make out; "" where keys cannot answer it.
    """

    prompt: Prompt
    simpler: str
    keys: str = ""

    def with_words(self, **words: str) -> Question:
        """With the slots filled."""
        text, simpler, keys = (each.format(**words) for each in (self.prompt.text, self.simpler, self.keys))
        return Question(replace(self.prompt, text=text), simpler, keys)

    @property
    def in_simpler_words(self) -> Prompt:
        """The same question in simpler words."""
        return replace(self.prompt, text=self.simpler)

    @property
    def with_keys(self) -> Prompt:
        """The same question with its keys, where it has any."""
        return replace(self.prompt, text=self.keys or self.simpler)


def _said(name: str, text: str, purpose: Purpose = Purpose.GREETING, *, serious: bool = False) -> Prompt:
    return Prompt(f"call.{name}", text, Expects.NONE, purpose, serious=serious)


def _goodbye(name: str, text: str) -> Prompt:
    return _said(name, text, Purpose.CLOSING, serious=True)


def _yes_no(name: str, text: str, simpler: str, keys: str) -> Question:
    return Question(
        Prompt(f"call.{name}", text, Expects.YES_NO, Purpose.GREETING, YES_OR_NO), simpler, f"{keys} If not, press 2."
    )


def _open(name: str, text: str, simpler: str) -> Question:
    return Question(Prompt(f"call.{name}", text, Expects.OPEN, Purpose.GREETING), simpler)


# -- to anybody who answers: nothing but the name is given away ---------------------------------------------------

MAY_I_SPEAK = _yes_no(
    "may_i_speak",
    "Hello. This is Sayso, a phone helper. May I speak to {name}, please?",
    "May I speak to {name}?",
    "If this is {name}, press 1.",
)
IS_THAT = _yes_no("is_that", "Is that {name}?", "Am I talking to {name}?", "If this is {name}, press 1.")
CAN_COME = _yes_no(
    "can_come",
    "Can {name} come to the phone, please?",
    "Is {name} there?",
    "If {name} can come to the phone, press 1.",
)
I_WAIT = _open("i_wait", "Thank you. I will wait.", "I am here. Say hello when you are back.")
PERSONAL = _said("personal", "It is a personal call for {name}. The letter has a number to ring.")
NO_NAME = "the person who has my letter"
"""Stands for a name that is not known."""

NOT_IN = _goodbye("not_in", "Thank you. I will try another time. Goodbye.")
NO_MESSAGE = _goodbye("no_message", "No, thank you. I will try another time. Goodbye.")
TROUBLE = _goodbye("trouble", "I am sorry to trouble you. I will try another time. Goodbye.")
MESSAGE = _goodbye("message", "Hello. This is Sayso, a phone helper. I will ring another time. Goodbye.")

DIED = _goodbye("died", "I am very sorry. Thank you for telling me. I will not ring again. Goodbye.")
HOSPITAL = _goodbye("hospital", "I am sorry. I hope it goes well. I will not ring again. Goodbye.")
MOVED = _goodbye("moved", "Thank you for telling me. I will not ring here again. Goodbye.")
WRONG_NUMBER = _goodbye("wrong_number", "I am sorry to trouble you. I will not ring here again. Goodbye.")
ASKED = _goodbye("asked", "That is quite all right. I will not ring again. Goodbye.")

# -- to the person ------------------------------------------------------------------------------------------------

THANKS = _said("thanks", "Thank you.")
CODE_WORD = _said("code_word", "Your letter has a code word in it. It is {code_word}.", serious=True)
WHO = _said("who", "I ring for {organisation}. It is about {about}.", serious=True)
GO_ON_ABOUT = _said("go_on_about", "We began to talk about {about}.", serious=True)
CHECK = _said("check", "You can ring the number in the letter to check.", serious=True)
GOOD_TIME = _yes_no("good_time", "Is it a good time to talk?", "Can you talk now?", "If you can talk now, press 1.")
WHEN = Question(
    Prompt("call.when", "Shall I ring later today, or another day?", Expects.CHOICE, Purpose.GREETING, _TIMES),
    "Later today, or another day?",
    "For later today, press 1. For another day, press 2.",
)
CHECK_FIRST = _said("check_first", "That is all right. You can check with {organisation} first.", serious=True)
SORRY_FOR_LOSS = _said("sorry_for_loss", "I am very sorry. It need not be now.", serious=True)
RING_ANOTHER_DAY = _yes_no(
    "ring_another_day", "Shall I ring another day?", "May I ring another day?", "If I may ring another day, press 1."
)
HOW_LONG = _said("how_long", "It takes about ten minutes. You can stop when you like.")
GOOD = _said("good", "Thank you. Let us begin.")
WILL_RING_LATER = _goodbye("will_ring_later", "Thank you. I will ring later today. Goodbye.")
WILL_RING_ANOTHER_DAY = _goodbye("will_ring_another_day", "Thank you. I will ring another day. Goodbye.")
DECLINED = _goodbye("declined", "That is quite all right. I will not ring about this again. Goodbye.")

# -- to somebody who rings ----------------------------------------------------------------------------------------

HELLO = _said("hello", "Hello. This is Sayso, a computer voice. To reach a person, press 0.")
TALKED_BEFORE = _yes_no(
    "talked_before",
    "Have you talked with me before?",
    "Did we talk before today?",
    "If you have talked with me, press 1.",
)
WHAT_NAME = _open("what_name", "What name do you like to be called?", "What is your first name?")
GO_ON = _yes_no(
    "go_on",
    "Thank you. Shall we go on from where we stopped?",
    "Shall we go on with our talk?",
    "To go on from where we stopped, press 1.",
)
GOT_A_CODE = _yes_no(
    "got_a_code", "Have you got a code for our talk?", "Did I give you a code?", "If you have a code, press 1."
)
SAY_CODE = _open("say_code", "Please say the code, one letter at a time. Or press its keys.", "Please say the code.")
CODE_AGAIN = _said("code_again", "That one does not fit.")
NEW_TALK = _said("new_talk", "Then we start a new talk.")
NO_SUCH_TALK = _said("no_such_talk", "I can not find that talk, so we start a new one.")
WELCOME_BACK = _said("welcome_back", "Thank you. We go on from there.")
CHOOSE = "We can talk about {services}. Which would you like?"
CHOOSE_SIMPLER = "Please pick one: {services}. Which would you like?"
SORRY_TO_HEAR = _said("sorry_to_hear", "I am very sorry.", serious=True)
STOP_RINGING = _yes_no(
    "stop_ringing", "Shall I stop ringing this number?", "Shall I not ring again?", "To stop my calls, press 1."
)
MY_MISTAKE = _goodbye("no_harm", "That is quite all right. Goodbye.")
GOODBYE = _goodbye("goodbye", "Thank you for ringing. Goodbye.")

# -- to both ------------------------------------------------------------------------------------------------------

SORRY = _said("sorry", "Sorry, I did not catch that.", Purpose.REPAIR)
COMPUTER = _said("computer", "I am a computer voice, not a person. To reach a person, press 0.", serious=True)
RELAY = _said("relay", "Relay calls are welcome. There is no hurry.")

_EVERYTHING = tuple(globals().copy().values())
SAID: tuple[Prompt, ...] = tuple(each for each in _EVERYTHING if isinstance(each, Prompt))
"""Every statement, for the lint and for rendering ahead."""
ASKED_OF_PEOPLE: tuple[Question, ...] = tuple(each for each in _EVERYTHING if isinstance(each, Question))
"""Every question, for the lint and for rendering ahead."""


def filled(prompt: Prompt, **words: str) -> Prompt:
    """A prompt with its slots filled."""
    return replace(prompt, text=prompt.text.format(**words))


def choice(labels: tuple[str, ...], values: tuple[str, ...]) -> Question:
    """A choice of at most three things, said and by key."""
    options = tuple(
        Option(label, value, str(key)) for key, (label, value) in enumerate(zip(labels, values, strict=True), 1)
    )
    listed = f"{', '.join(labels[:-1])} or {labels[-1]}"
    prompt = Prompt("call.choose", CHOOSE.format(services=listed), Expects.CHOICE, Purpose.TOPIC_CHOICE, options)
    keys = " ".join(f"For {option.label}, press {option.key}." for option in options)
    return Question(prompt, CHOOSE_SIMPLER.format(services=listed), keys)
