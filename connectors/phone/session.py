"""The call session: who speaks when. Deterministic, on virtual time: time passes only as frames come in.

Frames, keys, what was heard and the dialogue's answers go in; actions come out. It knows no sound, no clock and no
network, so a call of half an hour is tested in milliseconds. `call` carries its actions out.

A turn: our words end → LISTENING → speech opens the ear → silence closes it → THINKING → the answer → SPEAKING.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from connectors.phone import words
from connectors.phone.actions import (
    Action,
    Begin,
    Close,
    Drop,
    End,
    Guess,
    Hush,
    Leave,
    Open,
    Say,
    Simpler,
    Submit,
)
from connectors.phone.joining import joined
from connectors.phone.keys import NUMBERS, Keys
from connectors.phone.manners import Manners, is_protected
from connectors.phone.ports import Step, Utterance
from connectors.phone.talking import Talking
from connectors.speech.ports import Hint
from dialogues.types import Act, Expects, Prompt, Purpose

SLOWEST, FASTEST, PACE_STEP, USUAL_PACE = 110, 190, 20, 150
LOUDEST_DB, LOUDER_DB = 8.0, 4.0
CRASHES = 2
"""So often hearing may fail in a row before we say that keys work too."""


class Phase(StrEnum):
    """Where the call is."""

    PICKED_UP = "picked_up"  # outbound: somebody, or something, answered
    SPEAKING = "speaking"
    LISTENING = "listening"
    THINKING = "thinking"
    HOLDING = "holding"  # the person is away from the phone
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Aside:
    """A yes-or-no question of the phone's own; the dialogue's question waits below it."""

    question: Prompt
    yes: Callable[[], None]
    no: Callable[[], None]


class CallSession:
    """One call.

    Args:
        manners: Pauses and limits.
        waits: True for an outbound call: whoever answers speaks first.
    """

    def __init__(self, manners: Manners | None = None, *, waits: bool = False) -> None:
        self.phase = Phase.PICKED_UP if waits else Phase.THINKING
        self.manners = manners or Manners()
        self.now = 0.0
        self.words_a_minute, self.gain_db = USUAL_PACE, 0.0
        self.stretch = 1.0
        self._out: list[Action] = []
        self._since = 0.0
        # speaking
        self._step = Step(())
        self._question: Prompt | None = None
        self._runs: list[tuple[Prompt, ...]] = []
        self._then: Callable[[], None] = self._listen
        self._number = 0
        self._is_protected = self._is_begun = self._is_staying = self._takes_floor = False
        self._unsaid: Step | None = None
        self._aside: Aside | None = None
        # listening
        self._talking, self._keys = Talking(), Keys()
        self._is_open = self._is_guessed = self._is_barging_in = self._goes_on = False
        self._closing = self._waiting = 0
        self._pieces: list[Utterance] = []
        self._last: Utterance | None = None
        self._turn_began = 0.0
        self._pressed_ahead: list[str] = []
        # patience
        self._nudges = self._tries = self._crashes = 0
        self._offer_at = self.manners.call

    @property
    def said_last(self) -> tuple[Prompt, ...]:
        """What the dialogue said last; an aside of the phone's own where one waits."""
        return (self._aside.question,) if self._aside else self._step.prompts

    # -- what comes in ----------------------------------------------------------------------------------------

    def begin(self) -> tuple[Action, ...]:
        """The call is up."""
        if self.phase is Phase.THINKING:
            self._ask_dialogue_to_begin()
        return self._flush()

    def frame(
        self, now: float, seconds: float, speech: float, *, counts: bool = True, so_far: str = ""
    ) -> tuple[Action, ...]:
        """A frame of sound went by.

        Args:
            now: Seconds since the call began, at the frame's end.
            seconds: The frame's length.
            speech: Probability that somebody speaks in it.
            counts: False for our own echo, or a voice far from the phone.
            so_far: The words of the open utterance so far.
        """
        self.now = now
        if self.phase is Phase.OVER:
            return ()
        self._talking.feed(now, seconds, speech, counts=counts)
        if self._keys.is_due(now, self.manners.digits):
            self._key_means(self._keys.whole())
        match self.phase:
            case Phase.SPEAKING:
                self._while_speaking()
            case Phase.LISTENING | Phase.HOLDING:
                self._while_listening(so_far)
            case Phase.THINKING:
                self._while_thinking(so_far)
            case Phase.PICKED_UP:
                self._while_picked_up()
        return self._flush()

    def key(self, key: str) -> tuple[Action, ...]:
        """A key was pressed. Nothing but 0 works while protected words are said."""
        if self.phase is Phase.OVER or (self._step.done and not self._is_staying):
            return ()
        if self.phase is Phase.PICKED_UP:
            self._ask_dialogue_to_begin()
        elif self.phase is not Phase.SPEAKING or not self._is_protected or key == "0":
            meaning = self._keys.press(key, self.now, self._aside.question if self._aside else self._question)
            if meaning is not None:
                self._key_means(meaning)
            elif self.phase is Phase.SPEAKING:
                self._hush()
                self._listen()
        return self._flush()

    def heard(self, utterance: Utterance | None) -> tuple[Action, ...]:
        """What was made out of a closed utterance; None where hearing failed."""
        self._closing -= 1
        if self.phase is Phase.OVER:
            self._take_last_words(utterance)
        elif utterance is None:
            self._could_not_hear()
        elif not self._step.done or self._is_staying:
            self._crashes = 0
            self._pieces.append(utterance)
            if not self._is_open and not self._closing:
                self._take()
        return self._flush()

    def answered(self, step: Step) -> tuple[Action, ...]:
        """The dialogue's answer."""
        self._waiting = max(0, self._waiting - 1)
        if self.phase is Phase.OVER or self._waiting:
            return ()  # the answer to what the person said since then is on its way
        for wish in (*step.wishes, step.act):
            self._follow_wish(wish)
        self._takes_floor = self._has_talked_long()
        if self.now >= self.manners.longest_call and not step.done and not step.hand_over:
            self._out.append(Leave(asked=False))
            self._goodbye(words.KEEP_PLACE)
        elif not step.prompts and not step.done and not step.hand_over:
            self._listen()
            self._take_key_pressed_ahead()
        elif self._is_staying and step.done and not _is_about_safety(step):
            self._speak((words.STAYING,), then=self._listen_on)
        elif self._is_open and self._talking.spoken >= self.manners.mumble and not step.done and not self._takes_floor:
            self._unsaid = step
        else:
            self._say_step(step)
        return self._flush()

    def failed(self, *, for_good: bool) -> tuple[Action, ...]:
        """The dialogue could not answer; what was said is not lost where it was stored."""
        self._waiting = 0
        if self.phase is Phase.OVER or (self._step.done and not self._is_staying):
            return ()
        if self._is_staying:
            self._speak((words.STAYING,), then=self._listen_on)
        elif for_good:
            self._out.append(Leave(asked=False))
            self._goodbye(words.SORRY_GOODBYE)
        else:
            self._speak((words.SORRY_AGAIN,), then=self._listen)
        return self._flush()

    def simpler(self, prompts: tuple[Prompt, ...]) -> tuple[Action, ...]:
        """The question in simpler words, or nothing."""
        if self.phase is Phase.LISTENING and not self._is_open:
            self._speak(prompts or self._asked(), then=self._listen_on)
        return self._flush()

    def said(self, number: int) -> tuple[Action, ...]:
        """The `Say` of this number has been heard to its end."""
        if self.phase is Phase.SPEAKING and number == self._number:
            self._next_run()
        return self._flush()

    def hung_up(self) -> tuple[Action, ...]:
        """The other side is gone. What was being said is still taken."""
        if self.phase is Phase.OVER:
            return ()
        was_holding, self.phase = self.phase is Phase.HOLDING, Phase.OVER
        if self._is_open and was_holding:
            self._drop()  # that was said to somebody else
        elif self._is_open:
            self._close()
        if not self._closing and not self._step.done:
            self._out.append(Leave(asked=False))
        return self._flush()

    # -- frames -----------------------------------------------------------------------------------------------

    def _while_speaking(self) -> None:
        talking = self._talking
        if self._is_protected or self._step.done:
            if talking.silent_for(self.now) > self.manners.tail:
                talking.forget()
            return
        if not self._is_open and talking.going_on >= self.manners.onset:
            self._open()
        if self._is_open and talking.within(self.now, self.manners.barge_in_within) >= self.manners.barge_in:
            self._barge_in()
        elif self._is_open and talking.silent_for(self.now) >= self.manners.cough:
            self._drop()

    def _barge_in(self) -> None:
        began_at = self._talking.began_at or self.now
        at_once = began_at - self._since <= self.manners.still_going
        self._goes_on = at_once and self._step.act in {None, Act.ANSWER} and self._last is not None
        self._is_barging_in = True
        self._hush()
        self._listen(keep=True)

    def _while_listening(self, so_far: str) -> None:
        if not self._is_open and self._talking.going_on >= self.manners.onset:
            self._open()
        if self._is_open:
            self._end_of_turn(so_far)
        elif not self._closing:
            self._silence()

    def _while_thinking(self, so_far: str) -> None:
        if self._is_begun and not self._is_open and self._talking.going_on >= self.manners.barge_in:
            self._open()
        if self._is_open:
            self._end_of_turn(so_far)
        elif self._is_begun and self.now - self._since >= self.manners.moment:
            self._since = self.now + self.manners.moments - self.manners.moment
            self._say_beside(words.MOMENT)

    def _while_picked_up(self) -> None:
        talking = self._talking
        if talking.spoken >= self.manners.mumble and talking.silent_for(self.now) >= self.manners.answered_pause:
            self._ask_dialogue_to_begin()
        elif talking.began_at is None and self.now - self._since >= self.manners.pick_up:
            self._tries, self._since = self._tries + 1, self.now
            if self._tries <= self.manners.pick_ups:
                self._say_beside(words.HELLO)
            else:
                self._out += [Leave(asked=True), End()]
                self.phase = Phase.OVER

    def _end_of_turn(self, so_far: str) -> None:
        talking, expects = self._talking, self._expects()
        silent, began_at = talking.silent_for(self.now), self.now if talking.began_at is None else talking.began_at
        patience = self.manners.patience(expects, so_far, self.stretch)
        if silent >= patience and talking.spoken < self.manners.mumble and not so_far and expects in _TALKATIVE:
            self._drop()
        elif silent >= patience or self.now - began_at >= self.manners.longest(expects):
            self._learn_pace()
            self._close()
        elif silent >= patience - self.manners.ahead and not self._is_guessed:
            self._is_guessed = True
            self._out.append(Guess())
        elif silent < self.manners.ahead / 2:
            self._is_guessed = False

    # -- silence ----------------------------------------------------------------------------------------------

    def _silence(self) -> None:
        waited, reprompts = self.now - self._since, self.manners.reprompts
        if self._is_staying:
            self._stay(waited)
        elif self.phase is Phase.HOLDING:
            self._hold(waited)
        elif self._nudges < len(reprompts) and waited >= reprompts[self._nudges]:
            self._nudge()
        elif self._nudges >= len(reprompts) and waited >= self.manners.last_wait:
            self._leave()

    def _nudge(self) -> None:
        """The same words, simpler ones, "take your time", the offer to talk another day."""
        self._nudges += 1
        if self._nudges == 2 and self._aside is None:
            self._since = self.now
            self._out.append(Simpler())
        elif self._nudges <= 2:
            self._speak(self._asked(), then=self._listen_on)
        elif self._nudges < len(self.manners.reprompts):
            self._speak((words.TAKE_YOUR_TIME,), then=self._listen_on)
        else:
            self._offer_to_stop(words.ANOTHER_DAY)

    def _hold(self, waited: float) -> None:
        if waited < self.manners.held:
            return
        self._tries += 1
        if self._tries <= self.manners.holds:
            self._speak((words.STILL_HERE,), then=self._hold_on)
        else:
            self._nudges = len(self.manners.reprompts)
            self._offer_to_stop(words.ANOTHER_DAY)

    def _stay(self, waited: float) -> None:
        """After danger: we stay on the line, and say so now and then."""
        if waited < self.manners.stays:
            return
        self._tries += 1
        if self._tries <= self.manners.stay_times:
            self._speak((words.STAYING,), then=self._listen_on)
        else:
            self._end()

    def _offer_to_stop(self, question: Prompt) -> None:
        self._ask_aside(Aside(question, yes=self._leave, no=self._ask_again))

    def _leave(self) -> None:
        self._out.append(Leave(asked=True))
        self._goodbye(words.KEEP_PLACE)

    def _goodbye(self, prompt: Prompt) -> None:
        self._step, self._is_staying = Step((prompt,), done=True), False
        self._speak((prompt,), then=self._end)

    def _end(self) -> None:
        self._out.append(End(self._step.hand_over))
        self.phase = Phase.OVER

    # -- what was said ----------------------------------------------------------------------------------------

    def _take(self) -> None:
        """Everything the person said in this turn is there."""
        utterance, self._pieces = joined(self._pieces), []
        was_barging_in, self._is_barging_in = self._is_barging_in, False
        goes_on, self._goes_on = self._goes_on or self._unsaid is not None or self._waiting > 0, False
        if self.phase is Phase.HOLDING:
            self._back_or_wait(utterance)
        elif self._aside is not None:
            self._answer_aside(words.yes_or_no(utterance.text), utterance)
        elif self._step.may_hold and words.asks_to_hold(utterance.text):
            self._speak((words.OF_COURSE,), then=self._hold_on)
        elif not utterance.text and self._unsaid is not None:
            self._say_step(self._unsaid)
        elif not utterance.text and self._waiting:
            return
        elif not utterance.text and was_barging_in:
            self._speak(self._asked(), then=self._listen)
        elif goes_on and self._last is not None and not self._last.keyed:
            self._submit(self._gone_on(utterance))
        else:
            self._submit(utterance)

    def _gone_on(self, utterance: Utterance) -> Utterance:
        """All the words of a turn that goes on."""
        return replace(joined([self._last, utterance]), continues=True) if self._last else utterance

    def _has_talked_long(self) -> bool:
        """True where a turn went on and on: now Sayso speaks, and is not interrupted."""
        was_joined = self._last is not None and self._last.continues
        return was_joined and self.now - self._turn_began > self.manners.longest(self._expects())

    def _submit(self, utterance: Utterance) -> None:
        self._unsaid, self._last = None, utterance
        if not utterance.continues:
            self._turn_began = self.now
        self.phase, self._since = Phase.THINKING, self.now
        self._waiting += 1
        self._out.append(Submit(utterance))

    def _take_last_words(self, utterance: Utterance | None) -> None:
        """They hung up while they spoke, or just after."""
        if utterance is not None:
            self._pieces.append(utterance)
        if self._closing or self._step.done:
            return
        pieces, self._pieces = [piece for piece in self._pieces if piece.text], []
        if pieces and (self._aside is None or words.yes_or_no(joined(pieces).text) is None):
            said, goes_on = joined(pieces), self._goes_on or self._unsaid is not None or self._waiting > 0
            was_spoken = self._last is not None and not self._last.keyed
            self._out.append(Submit(self._gone_on(said) if goes_on and was_spoken else said))
        self._out.append(Leave(asked=False))

    def _could_not_hear(self) -> None:
        self._crashes += 1
        self._pieces.clear()
        said = words.HARD_TO_HEAR if self._crashes >= CRASHES else words.SORRY_AGAIN
        self._speak((said, *self._asked()), then=self._listen)

    def _back_or_wait(self, utterance: Utterance) -> None:
        if words.is_back(utterance.text):
            self._ask_again()

    def _ask_again(self) -> None:
        self._speak(self._asked(), then=self._listen)

    def _ask_aside(self, aside: Aside) -> None:
        self._aside = aside
        self._speak((aside.question,), then=self._listen_on)

    def _answer_aside(self, yes: bool | None, utterance: Utterance) -> None:
        """A yes or no answers our own question; anything else the dialogue's, which still waits."""
        aside, self._aside = self._aside, None
        self._nudges = 0
        if yes is None and utterance.text:
            self._submit(utterance)
        elif aside is not None:
            (aside.yes if yes else aside.no)()

    # -- keys -------------------------------------------------------------------------------------------------

    def _key_means(self, meaning: str) -> None:
        if self.phase is Phase.SPEAKING:
            self._hush()
        if self._is_open:
            self._drop()
        if self._aside is not None and meaning != words.PERSON:
            answer = {"yes": True, "no": False}.get(meaning)
            self._answer_aside(answer, Utterance("" if answer is not None else meaning, keyed=True))
        elif self._expects() in NUMBERS and meaning == "0":
            none = Utterance("0", keyed=True)
            self._ask_aside(Aside(words.PERSON_OR_NONE, yes=lambda: self._submit(none), no=self._ask_again))
        elif self._waiting and meaning != words.PERSON:
            self._pressed_ahead.append(meaning)
        elif not self._waiting or self._last is None or self._last.text != meaning:  # a person is asked for once
            self._aside = None
            self._submit(Utterance(meaning, keyed=True))

    def _take_key_pressed_ahead(self) -> None:
        """The next key of a code, pressed while the last one was being taken; an answer with words drops them all."""
        if self._pressed_ahead:
            self._submit(Utterance(self._pressed_ahead.pop(0), keyed=True))

    # -- speaking ---------------------------------------------------------------------------------------------

    def _say_step(self, step: Step) -> None:
        if self._is_open and (step.done or self._takes_floor or (step.prompts and is_protected(step.prompts[0]))):
            self._unsaid = None
            self._drop()
        self._unsaid, self._step, self._is_begun, self._aside = None, step, True, None
        last = step.prompts[-1] if step.prompts else None
        self._question = last if last is not None and last.expects is not Expects.NONE else None
        self._is_staying = step.done and _is_about_safety(step)
        self._tries = 0
        if self._question is not None and self.now >= self._offer_at:
            self._offer_at = self.now + self.manners.more
            self._speak(step.prompts[:-1], then=lambda: self._offer_to_stop(words.LONG_TALK))
        else:
            self._speak(step.prompts, then=self._after_step)

    def _after_step(self) -> None:
        if self._is_staying:
            self._listen_on()
        elif self._step.done or self._step.hand_over:
            self._end()
        else:
            self._listen()

    def _speak(self, prompts: tuple[Prompt, ...], then: Callable[[], None]) -> None:
        self.phase, self._since = Phase.SPEAKING, self.now
        self._pressed_ahead.clear()
        self._then, self._runs = then, _runs(prompts)
        self._next_run()

    def _next_run(self) -> None:
        if not self._runs:
            self._is_protected = False
            self._then()
            return
        run = self._runs.pop(0)
        self._is_protected = self._takes_floor or any(is_protected(each[0]) for each in (run, *self._runs))
        self._number += 1
        self._out.append(Say(self._number, run, self.words_a_minute, self.gain_db))

    def _say_beside(self, prompt: Prompt) -> None:
        """Something short that changes nothing."""
        self._out.append(Say(0, (prompt,), self.words_a_minute, self.gain_db))

    def _hush(self) -> None:
        self._runs.clear()
        self._is_protected = False
        self._out.append(Hush())

    def _asked(self) -> tuple[Prompt, ...]:
        """The question that waits; all that was said last where there is none."""
        if self._aside is not None:
            return (self._aside.question,)
        return (self._question,) if self._question else self._step.prompts

    # -- listening --------------------------------------------------------------------------------------------

    def _listen(self, *, keep: bool = False) -> None:
        self._nudges = self._tries = 0
        self._listen_on(keep=keep)

    def _listen_on(self, *, keep: bool = False) -> None:
        """Listens for the answer; somebody who began in our last words is heard from their first."""
        self.phase, self._since, self._takes_floor = Phase.LISTENING, self.now, False
        if keep or self._is_open:
            return
        if self._talking.within(self.now, self.manners.tail) >= self.manners.onset:
            self._open()
        else:
            self._talking.forget()

    def _hold_on(self) -> None:
        self.phase, self._since = Phase.HOLDING, self.now
        self._talking.forget()

    def _open(self) -> None:
        self._is_open, self._is_guessed = True, False
        began_at = self._talking.began_at
        self._out.append(Open(self._hint(), self.now if began_at is None else began_at))

    def _close(self) -> None:
        self._is_open = False
        self._closing += 1
        self._talking.forget()
        self._out.append(Close(self._is_guessed))

    def _drop(self) -> None:
        self._is_open = False
        self._talking.forget()
        self._out.append(Drop())
        if self._unsaid is not None:
            self._say_step(self._unsaid)

    def _learn_pace(self) -> None:
        """Whoever pauses long inside a sentence is given more time from then on."""
        usual = self.manners.end_of_turn.get(self._expects(), self.manners.end_of_turn[Expects.NONE])
        if self._talking.longest_pause > 0.6 * usual:
            self.stretch = min(self.manners.slowest, self.stretch + 0.2)

    def _hint(self) -> Hint:
        if self._aside is not None:
            return Hint(Expects.YES_NO)
        if self._question is None or self.phase is Phase.HOLDING:
            return Hint()
        return Hint(self._question.expects, self._question.options)

    def _expects(self) -> Expects:
        if self._aside is not None:
            return Expects.YES_NO
        return self._question.expects if self._question else Expects.NONE

    def _ask_dialogue_to_begin(self) -> None:
        self.phase, self._since, self._tries = Phase.THINKING, self.now, 0
        self._talking.forget()
        self._waiting += 1
        self._out.append(Begin())

    def _follow_wish(self, act: Act | None) -> None:
        if act is Act.SLOWER:
            self.words_a_minute = max(SLOWEST, self.words_a_minute - PACE_STEP)
            self.stretch = self.manners.slowest
        elif act is Act.FASTER:
            self.words_a_minute = min(FASTEST, self.words_a_minute + PACE_STEP)
        elif act is Act.LOUDER:
            self.gain_db = min(LOUDEST_DB, self.gain_db + LOUDER_DB)

    def _flush(self) -> tuple[Action, ...]:
        out, self._out = tuple(self._out), []
        return out


_TALKATIVE = frozenset({Expects.OPEN, Expects.PROBE, Expects.NONE})
"""Where so short a sound is a cough, not an answer."""


def _is_about_safety(step: Step) -> bool:
    return any(prompt.purpose is Purpose.SAFETY for prompt in step.prompts)


def _runs(prompts: tuple[Prompt, ...]) -> list[tuple[Prompt, ...]]:
    """Prompts in runs of those that may be talked over, and those that may not."""
    runs: list[list[Prompt]] = []
    for prompt in prompts:
        if runs and is_protected(runs[-1][-1]) == is_protected(prompt):
            runs[-1].append(prompt)
        else:
            runs.append([prompt])
    return [tuple(run) for run in runs]
