"""A call that we make: nothing is given away but the name, until the person is there. Pure."""

from __future__ import annotations

from dataclasses import replace

from connectors.phone import opening_words as say
from connectors.phone.opening_steps import STOPS, Heard, State, again, ask, by_act, by_sign, end, not_caught
from connectors.phone.opening_values import (
    CallLater,
    Declined,
    Machine,
    NotIn,
    Outbound,
    StartTalk,
    StopContact,
    StopReason,
    When,
)
from connectors.phone.opening_words import Question
from connectors.phone.signs import Sign
from dialogues.types import Act, Prompt

ASKED_FOR, IS_IT_THEM, CAN_COME, AWAY = "asked_for", "is_it_them", "can_come", "away"
GOOD_TIME, WHEN, ANOTHER_DAY = "good_time", "when", "another_day"
_SPEAKS_FOR_THEM = frozenset({ASKED_FOR, IS_IT_THEM, CAN_COME, AWAY})
_ASKS_WHY = frozenset({Act.EXPLAIN, Act.PRIVACY, Act.WHATS_NEXT})
_TOLD_ENOUGH = 3
"""So often it is told that the call is personal; then it ends."""
_WILL_RING = {When.LATER_TODAY: say.WILL_RING_LATER, When.ANOTHER_DAY: say.WILL_RING_ANOTHER_DAY}


class Outgoing:
    """The steps of an outbound call.

    Args:
        call: Whom it is for.
    """

    def __init__(self, call: Outbound) -> None:
        self._call = call
        self.name = call.preferred_name

    def first(self) -> State:
        """Asks for the person, whoever answered."""
        return ask(State(), ASKED_FOR, self._for(say.MAY_I_SPEAK))

    def leave_message(self, state: State) -> State:
        """A message that gives nothing away, where the person agreed to one; else nothing is said."""
        if self._call.may_leave_message:
            return end(state, Machine(message_left=True), say.MESSAGE)
        return end(state, Machine(message_left=False))

    def after(self, state: State, heard: Heard) -> State:
        """What follows."""
        if state.place in _SPEAKS_FOR_THEM:
            return self._with_anybody(state, heard)
        return self._with_them(state, heard)

    # -- before the person is there -----------------------------------------------------------------------------

    def _with_anybody(self, state: State, heard: Heard) -> State:
        found = heard.signs
        if Sign.MACHINE in found:
            return self.leave_message(state)
        for sign, (reason, goodbye) in STOPS.items():
            if sign in found:
                return end(state, StopContact(reason), goodbye)
        if Sign.DEATH in found:
            return end(state, StopContact(StopReason.DIED), say.DIED)
        common = by_sign(state, heard)
        if common is not None:
            return common
        if Sign.WHO in found:
            return self._personal(state)
        if Sign.FETCH in found:
            return ask(state, AWAY, say.I_WAIT)
        if Sign.MESSAGE in found:
            return end(state, NotIn(), say.NO_MESSAGE)
        if Sign.SPEAKING in found:
            return self._tell(state)
        if Sign.NOT_IN in found:
            return self._not_in(state, heard)
        if Sign.DECLINES in found:
            return end(state, Declined(), say.DECLINED) if state.told else self._personal(state)
        if Sign.SOMEBODY_ELSE in found:
            return ask(state, CAN_COME, self._for(say.CAN_COME))
        if found & {Sign.NOT_NOW, Sign.ANOTHER_DAY, Sign.LATER_TODAY}:
            return self._not_in(state, heard)
        if Sign.HOLD in found:
            return ask(state, AWAY, say.I_WAIT)
        return self._by_yes_or_no(state, heard)

    def _by_yes_or_no(self, state: State, heard: Heard) -> State:
        common = by_act(state, heard)
        if common is not None:
            return common
        if heard.act in _ASKS_WHY:
            return self._personal(state)
        if heard.act in {Act.STOP, Act.GOODBYE}:
            return end(state, NotIn(), say.NOT_IN)
        if heard.act is Act.PAUSE:
            return self._not_in(state, heard)
        if state.place == AWAY and not heard.is_no:
            return ask(state, IS_IT_THEM, self._for(say.IS_THAT))  # somebody is at the telephone again
        if heard.is_yes:
            return self._after_yes(state)
        if heard.is_no:
            if state.place == IS_IT_THEM:
                return ask(state, CAN_COME, self._for(say.CAN_COME))
            return end(state, NotIn(), say.NOT_IN)
        if heard.act in {Act.GREET, Act.THANKS}:
            return self._asked_again_after_hello(state)
        if heard.act is Act.DONT_KNOW:
            return ask(state, CAN_COME, self._for(say.CAN_COME))
        return not_caught(state) or end(state, NotIn(), say.TROUBLE)

    def _after_yes(self, state: State) -> State:
        """A yes to "may I speak to Doris?" may mean "it is me", or "I will get her"."""
        if state.place == ASKED_FOR:
            return ask(state, IS_IT_THEM, self._for(say.IS_THAT))
        if state.place == IS_IT_THEM:
            return self._tell(state)
        return ask(state, AWAY, say.I_WAIT)

    def _asked_again_after_hello(self, state: State) -> State:
        question = state.question
        if state.place == ASKED_FOR and question is not None:
            return replace(state, said=(question.in_simpler_words,))
        return again(state)

    def _personal(self, state: State) -> State:
        if state.told + 1 >= _TOLD_ENOUGH:
            return end(state, NotIn(), say.TROUBLE)
        told = replace(state, told=state.told + 1)
        return ask(told, CAN_COME, self._for(say.CAN_COME), self._filled(say.PERSONAL))

    def _not_in(self, state: State, heard: Heard) -> State:
        when = _when(heard)
        if when is None:
            return end(state, NotIn(), say.NOT_IN)
        return end(state, CallLater(when), say.NOT_IN)

    # -- the person is there ------------------------------------------------------------------------------------

    def _tell(self, state: State) -> State:
        """The code word first; then who rings, what about, and how to check; then the question."""
        return ask(state, GOOD_TIME, say.GOOD_TIME, say.THANKS, *self._who())

    def _with_them(self, state: State, heard: Heard) -> State:
        found = heard.signs
        if Sign.OWN_LOSS in found:
            return ask(state, ANOTHER_DAY, say.RING_ANOTHER_DAY, say.SORRY_FOR_LOSS)
        for sign, (reason, goodbye) in STOPS.items():
            if sign in found and not (sign is Sign.MOVED and Sign.SOMEBODY_ELSE not in found):
                return end(state, StopContact(reason), goodbye)
        common = by_sign(state, heard)
        if common is not None:
            return common
        if Sign.SOMEBODY_ELSE in found or Sign.FETCH in found:
            return ask(state, CAN_COME, self._for(say.CAN_COME))
        if Sign.HOW_LONG in found:
            return again(state, say.HOW_LONG)
        if Sign.WHO in found:
            return again(state, *self._who())
        if Sign.DOUBTS in found and Sign.GO_AHEAD not in found:
            return ask(state, ANOTHER_DAY, say.RING_ANOTHER_DAY, self._filled(say.CHECK_FIRST))
        if Sign.DECLINES in found and Sign.GO_AHEAD not in found:
            return end(state, Declined(), say.DECLINED)
        return self._by_time(state, heard)

    def _by_time(self, state: State, heard: Heard) -> State:
        found, when = heard.signs, _when(heard)
        if Sign.GO_AHEAD in found and not (state.place == ANOTHER_DAY and when):
            return self._begin(state)
        if when is not None:
            return end(state, CallLater(when), _WILL_RING[when])
        if Sign.HOLD in found:
            return replace(state, said=(say.I_WAIT.prompt,))
        if Sign.NOT_NOW in found and state.place == GOOD_TIME:
            return ask(state, WHEN, say.WHEN)
        common = by_act(state, heard)
        if common is not None:
            return common
        if heard.act in _ASKS_WHY:
            return again(state, *self._who())
        if heard.act in {Act.STOP, Act.GOODBYE}:
            return end(state, Declined(), say.DECLINED)
        if state.place == GOOD_TIME:
            return self._is_good_time(state, heard)
        return self._another_time(state, heard)

    def _is_good_time(self, state: State, heard: Heard) -> State:
        if heard.is_no or heard.act in {Act.PAUSE, Act.PARTIAL, Act.DONT_KNOW}:
            return ask(state, WHEN, say.WHEN)
        if heard.act in {Act.GREET, Act.THANKS} or (Sign.BACK in heard.signs and not heard.says_yes):
            return again(state)
        if heard.is_yes or Sign.SPEAKING in heard.signs:
            return self._begin(state)
        return not_caught(state) or end(state, CallLater(When.ANOTHER_DAY), say.WILL_RING_ANOTHER_DAY)

    def _another_time(self, state: State, heard: Heard) -> State:
        chosen = heard.value if isinstance(heard.value, str) else ""
        if chosen in set(When):
            return end(state, CallLater(When(chosen)), _WILL_RING[When(chosen)])
        if heard.is_no:
            return end(state, Declined(), say.DECLINED)
        if heard.is_yes or heard.act in {Act.PAUSE, Act.PARTIAL, Act.DONT_KNOW, Act.THANKS}:
            return end(state, CallLater(When.ANOTHER_DAY), say.WILL_RING_ANOTHER_DAY)
        return not_caught(state) or end(state, CallLater(When.ANOTHER_DAY), say.WILL_RING_ANOTHER_DAY)

    def _begin(self, state: State) -> State:
        call = self._call
        talk = StartTalk(call.service, call.preferred_name, call.conversation_id, is_good_time=True)
        return end(state, talk, say.GOOD)

    # -- words ----------------------------------------------------------------------------------------------------

    def _who(self) -> tuple[Prompt, ...]:
        code = (self._filled(say.CODE_WORD),) if self._call.code_word else ()
        before = (self._filled(say.GO_ON_ABOUT),) if self._call.conversation_id else ()
        return (*code, self._filled(say.WHO), *before, say.CHECK)

    def _filled(self, prompt: Prompt) -> Prompt:
        call = self._call
        return say.filled(
            prompt, name=call.name, code_word=call.code_word, organisation=call.organisation, about=call.about
        )

    def _for(self, question: Question) -> Question:
        return question.with_words(name=self._call.name)


def _when(heard: Heard) -> When | None:
    """The time that was asked for: a day before an hour, for "tomorrow after tea" is another day."""
    if Sign.ANOTHER_DAY in heard.signs:
        return When.ANOTHER_DAY
    return When.LATER_TODAY if Sign.LATER_TODAY in heard.signs else None
