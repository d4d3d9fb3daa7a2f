"""A call that comes in: no account is needed, and nobody's name is said before they say it. Pure."""

from __future__ import annotations

from dataclasses import replace

from connectors.phone import opening_words as say
from connectors.phone.choosing import by_id, by_name, offered
from connectors.phone.names import closeness, name_in
from connectors.phone.opening_steps import (
    STOPS,
    Heard,
    State,
    again,
    ask,
    by_act,
    by_sign,
    end,
    hand_over,
    not_caught,
)
from connectors.phone.opening_values import Inbound, SaidGoodbye, StartTalk, StopContact, StopReason
from connectors.phone.opening_words import SOMETHING_ELSE
from connectors.phone.signs import Sign, plain
from connectors.phone.spoken_codes import KEYS, LENGTH, spoken_code
from dialogues.types import Act, Prompt

TALKED_BEFORE, WHAT_NAME, GO_ON, GOT_A_CODE, SAY_CODE, CHOOSE, STOP_RINGING = (
    "talked_before",
    "what_name",
    "go_on",
    "got_a_code",
    "say_code",
    "choose",
    "stop_ringing",
)
CODE_TRIES = 2
"""So often a code is asked for; then a new talk begins."""


class Incoming:
    """The steps of an inbound call.

    Args:
        call: What there is to talk about, and who talked on this number before.
    """

    name = ""

    def __init__(self, call: Inbound) -> None:
        self._call = call

    def first(self) -> State:
        """Greets; then asks no more than has to be asked."""
        if self._call.waiting or self._call.takes_codes:
            return ask(State(), TALKED_BEFORE, say.TALKED_BEFORE, say.HELLO)
        return self._new_talk(State(), say.HELLO)

    def code_refused(self, state: State) -> State:
        """The code fits no talk."""
        if state.codes + 1 >= CODE_TRIES:
            return self._new_talk(replace(state, keys="", result=None), say.NO_SUCH_TALK)
        refused = replace(state, codes=state.codes + 1, keys="", result=None)
        return ask(refused, SAY_CODE, say.SAY_CODE, say.CODE_AGAIN)

    def after(self, state: State, heard: Heard) -> State:
        """What follows."""
        if state.place == SAY_CODE and heard.text in KEYS:
            return self._key(state, heard.text)
        code = spoken_code(heard.text)
        if code:
            return end(state, StartTalk("", state.name, resume_code=code), say.WELCOME_BACK)
        told = self._told(state, heard)
        if told is not None:
            return told
        if Sign.WRONG_NUMBER in heard.signs:
            return end(state, SaidGoodbye(), say.MY_MISTAKE)
        answered = by_sign(state, heard) or self._plainly(state, heard) or by_act(state, heard)
        if answered is not None:
            return answered
        if Sign.WHO in heard.signs or heard.act in {Act.EXPLAIN, Act.PRIVACY, Act.WHATS_NEXT}:
            return again(state, say.HELLO)
        if Sign.HOLD in heard.signs:
            return replace(state, said=(say.I_WAIT.prompt,))
        leaves = heard.act in {Act.STOP, Act.GOODBYE, Act.PAUSE} or Sign.DECLINES in heard.signs
        if leaves and not heard.says_yes and state.place != WHAT_NAME:
            return end(state, SaidGoodbye(), say.GOODBYE)
        return self._in_place(state, heard)

    def _plainly(self, state: State, heard: Heard) -> State | None:
        """What answers the question by its very words, whatever it might mean elsewhere."""
        if state.place == CHOOSE:
            service = by_name(self._call.services, heard.text)
            return end(state, StartTalk(service.id, state.name), say.THANKS) if service else None
        if state.place == WHAT_NAME:
            return self._known(state, name_in(heard.text))
        return None

    def _in_place(self, state: State, heard: Heard) -> State:
        match state.place:
            case "talked_before":
                return self._talked_before(state, heard)
            case "what_name":
                return self._what_name(state, heard)
            case "go_on":
                return self._go_on(state, heard)
            case "got_a_code" | "say_code":
                return self._code(state, heard)
            case "stop_ringing":
                return self._stop_ringing(state, heard)
            case _:
                return self._choose(state, heard)

    # -- a talk that waits --------------------------------------------------------------------------------------

    def _talked_before(self, state: State, heard: Heard) -> State:
        knows = Sign.BEFORE in heard.signs and not heard.says_no
        is_new = bool(heard.signs & {Sign.FIRST_TIME, Sign.NEW_TALK}) or (heard.is_no and not knows)
        if Sign.CODE in heard.signs and not is_new:
            return ask(state, SAY_CODE, say.SAY_CODE)
        if not is_new and (heard.is_yes or knows):
            if self._call.waiting:
                return ask(state, WHAT_NAME, say.WHAT_NAME)
            return ask(state, GOT_A_CODE, say.GOT_A_CODE)
        if is_new or heard.act is Act.SKIP:
            return self._new_talk(state)
        if heard.act in {Act.DONT_KNOW, Act.PARTIAL}:
            return ask(state, WHAT_NAME, say.WHAT_NAME) if self._call.waiting else self._new_talk(state)
        return self._unclear(state, heard)

    def _what_name(self, state: State, heard: Heard) -> State:
        if heard.is_no or heard.act in {Act.SKIP, Act.DONT_KNOW} or Sign.NEW_TALK in heard.signs:
            return self._new_talk(state, say.NEW_TALK)
        name = name_in(heard.text)
        if not name or heard.act in {Act.GREET, Act.THANKS}:
            return self._unclear(state, heard)
        named = replace(state, name=name)
        if self._call.takes_codes:
            return ask(named, GOT_A_CODE, say.GOT_A_CODE)
        return self._new_talk(named, say.NEW_TALK)

    def _known(self, state: State, name: str) -> State | None:
        """Asks to go on where the name fits a talk that waits, or else one without a name; says no name."""
        if not name:
            return None
        near = [(closeness(name, talk.preferred_name), talk) for talk in self._call.waiting]
        best = max((score for score, _ in near), default=0)
        fitting = [talk for score, talk in near if score == best and (best or not talk.preferred_name)]
        if not fitting:
            return None
        candidates = tuple(talk.conversation_id for talk in fitting)
        return ask(replace(state, name=name, candidates=candidates), GO_ON, say.GO_ON)

    def _go_on(self, state: State, heard: Heard) -> State:
        if heard.is_no or Sign.NEW_TALK in heard.signs or heard.act is Act.RESTART:
            return self._new_talk(state, say.NEW_TALK)
        if heard.is_yes or Sign.GO_AHEAD in heard.signs:
            talk = next(each for each in self._call.waiting if each.conversation_id == state.candidates[0])
            start = StartTalk(talk.service, talk.preferred_name, talk.conversation_id)
            return end(state, start, say.WELCOME_BACK)
        return self._unclear(state, heard)

    # -- a code ---------------------------------------------------------------------------------------------------

    def _code(self, state: State, heard: Heard) -> State:
        if heard.is_no or heard.act in {Act.SKIP, Act.DONT_KNOW} or Sign.NEW_TALK in heard.signs:
            return self._new_talk(state, say.NEW_TALK)
        if state.place == GOT_A_CODE and heard.is_yes:
            return ask(state, SAY_CODE, say.SAY_CODE)
        return self._unclear(state, heard)

    def _key(self, state: State, key: str) -> State:
        """One key of a code; nothing is said until it is whole."""
        keys = state.keys + key
        if len(keys) < LENGTH:
            return replace(state, keys=keys, said=())
        return end(replace(state, keys=""), StartTalk("", state.name, keyed_code=keys), say.WELCOME_BACK)

    # -- a new talk -----------------------------------------------------------------------------------------------

    def _new_talk(self, state: State, *before: Prompt) -> State:
        services = self._call.services
        if len(services) == 1:
            return end(state, StartTalk(services[0].id, state.name), *before)
        return ask(replace(state, page=0), CHOOSE, offered(services, 0), *before)

    def _choose(self, state: State, heard: Heard) -> State:
        chosen = heard.value if isinstance(heard.value, str) else ""
        found = by_id(self._call.services, chosen)
        if found is not None:
            return end(state, StartTalk(found.id, state.name), say.THANKS)
        wants_others = chosen == SOMETHING_ELSE or SOMETHING_ELSE in plain(heard.text)
        if wants_others or heard.is_no or heard.act is Act.SKIP:
            page = state.page + 1
            return ask(replace(state, page=page), CHOOSE, offered(self._call.services, page))
        return self._unclear(state, heard)

    # -- somebody rings to tell -----------------------------------------------------------------------------------

    def _told(self, state: State, heard: Heard) -> State | None:
        """Contact stops at one word where it is told; where it may be told of somebody else, it is asked."""
        for sign, (reason, goodbye) in STOPS.items():
            if sign not in heard.signs or sign is Sign.WRONG_NUMBER:
                continue
            if sign is Sign.DO_NOT_RING or Sign.TELLS in heard.signs:
                return end(state, StopContact(reason), goodbye)
            if sign is Sign.DIED and not heard.says_yes:
                return ask(state, STOP_RINGING, say.STOP_RINGING, say.SORRY_TO_HEAR)
        return None

    def _stop_ringing(self, state: State, heard: Heard) -> State:
        if heard.is_yes:
            return end(state, StopContact(StopReason.DIED), say.ASKED)
        if heard.is_no:
            return replace(self.first(), said=self.first().said[1:], name=state.name)
        return self._unclear(state, heard)

    def _unclear(self, state: State, heard: Heard) -> State:
        if heard.act in {Act.GREET, Act.THANKS}:
            return again(state)
        return not_caught(state) or self._after_three(state)

    def _after_three(self, state: State) -> State:
        """Nobody is trapped: a new talk begins, or a person takes over."""
        if state.place in {CHOOSE, STOP_RINGING}:
            return hand_over(state)
        return self._new_talk(state, say.NEW_TALK)
