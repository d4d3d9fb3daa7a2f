"""What people say in reply to closed questions, and at any question: the raw material of the grammars."""

from __future__ import annotations

from connectors.speech.number_words import in_words

Phrases = tuple[str, ...]


def _split(phrases: str) -> Phrases:
    return tuple(phrase.strip() for phrase in phrases.split("|"))


YES = _split(
    "yes | yeah | yep | yup | aye | yes please | yes yes | oh yes | yes i do | yes i am | yes i would"
    " | yes that's right | yes that's fine | i do | i would | of course | of course you can | go on then | go on"
    " | go ahead | all right | alright | okay | that's right | that's fine | that's it | certainly | definitely"
    " | absolutely | i think so | i suppose so | by all means | please do | why not | fair enough | that'll do"
    " | correct | sure | yes i think so | yes of course | yes you can | yes all right | yes go on | yes it is"
)
NO = _split(
    "no | nope | nah | nay | no no | no thank you | no thanks | not really | not at all | not today"
    " | i don't | i do not | i wouldn't | i'd rather not | i don't think so | no i don't | no i'm not | oh no"
    " | certainly not | definitely not | never | that's wrong | that's not right | no that's wrong"
    " | no that's all | that's all | no that's it | nothing else | no nothing else | no nothing | nothing more"
    " | no not really | no i'm fine | no i'm all right | no i wouldn't | i can't think of anything"
)
COMMANDS = {
    "repeat": _split("say that again | say it again | pardon | sorry | what was that | what did you say | come again"),
    "slower": _split("slower | slower please | too fast | slow down"),
    "louder": _split("louder | louder please | speak up | i can't hear you"),
    "explain": _split("why do you ask | what do you mean | what for | i don't understand"),
    "skip": _split("skip | skip it | skip that | next question"),
    "dont_know": _split("i don't know | don't know | no idea | i'm not sure | not sure"),
    "pause": _split("wait a minute | hold on | just a minute"),
    "stop": _split("stop | stop it | that's enough | goodbye"),
    "go_back": _split("go back"),
    "human": _split("a person please | a real person | can i speak to somebody | can i talk to a person"),
    "help": _split("help | help me | i've fallen | i need help"),
}
"""Understood at every question. The last are here so that they are never taken for a "yep"."""
READ_BACK = {
    "change": _split("change it | change that | not quite | that's not what i said"),
    "take_out": _split("take it out | take that out | leave it out | leave that out | delete it"),
}
AMOUNTS = {
    "none": _split("none | none of them | nothing | no beans"),
    "all": _split("all of them | all ten | the lot | the whole lot | every one"),
    "half": _split("half | half of them"),
    "rest": _split("the rest | what's left"),
}
YES_OR_NO = {"yes": _split("yes | yeah"), "no": _split("no | no thank you")}
"""Said to questions for a number, too, though seldom."""
NUMBERS = {
    **{str(number): (in_words(number),) for number in range(11)},
    "0": _split("nought | zero | naught"),
    "2": _split("two | a couple"),
}
ORDINALS = _split("first | second | third | fourth | fifth | sixth | seventh | eighth | ninth")
