"""The dialogue manager: state + understanding → state + prompts + events. Pure: no clock, no storage, no network.

The vocabulary is that of Rasa's newer flows: flow, step, collect, stack, repair pattern, digression.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialogues.beans import Beans
from dialogues.collect import Collect
from dialogues.digressions import TakeBackFlow, digress
from dialogues.hearings import BROUGHT_BACK_IN, SecondHearings, Verdict, bring_back, take_up, weigh
from dialogues.read_back import ReadBack
from dialogues.script import Script
from dialogues.state import Frame, SecondHearing, State
from dialogues.talk import ROOT, SIMPLER_AFTER, FlowLogic, Talk
from dialogues.topics import ELSE, LADDER, LOOKING_BACK, Topics
from dialogues.types import (
    Act,
    AlertRaised,
    Context,
    EndReason,
    Event,
    Expects,
    Level,
    Paused,
    Prompt,
    Resumed,
    Rewound,
    Understanding,
)

HISTORY = 6
"""How many questions "go back" can return through."""
ROUNDABOUT = frozenset(
    {
        Act.REPEAT,
        Act.SLOWER,
        Act.FASTER,
        Act.LOUDER,
        Act.EXPLAIN,
        Act.PRIVACY,
        Act.WHATS_NEXT,
        Act.OFF_TOPIC,
        Act.THANKS,
        Act.GREET,
        Act.CORRECT,
        Act.TAKE_BACK,
        Act.MY_DATA,
        Act.RESTART,
    }
)
"""Acts that lead back to the same question."""
_LOGIC: dict[str, FlowLogic] = {
    "topics": Topics(),
    "beans": Beans(),
    "read_back": ReadBack(),
    "take_back": TakeBackFlow(),
    "second_hearing": SecondHearings(),
}
_COLLECT = Collect()
_REST_FLOWS = {"topics", "beans"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn leads to."""

    state: State
    prompts: tuple[Prompt, ...]
    events: tuple[Event, ...]

    @property
    def done(self) -> bool:
        """True when nothing more is waited for: ended, or paused until later."""
        return self.state.over or self.state.paused_at is not None


def begin(
    script: Script,
    *,
    service_kind: str,
    organisation: str,
    name: str,
    now: datetime,
    code: str = "",
    overheard: bool = False,
    greeted: bool = False,
) -> Outcome:
    """Opens a conversation.

    Args:
        overheard: True where somebody else may hear.
        greeted: True where the channel has said who is speaking, and whether it is a good time.

    Raises:
        SaysoError: `guide_unknown`.
    """
    guide = script.guide_for(service_kind)
    index = int(greeted)
    stack = (Frame(ROOT, "", {"index": index}), Frame(script.talk.order[index]))
    state = State(service_kind, guide.id, organisation, name, now, stack=stack, code=code, overheard=overheard)
    return _close(Talk(state, script, now))


def context_of(state: State) -> Context:
    """The question just asked, for the understanding of the reply."""
    if state.over or not state.prompts:
        return Context()
    last = state.prompts[-1]
    labels = tuple(p.point.label for p in state.live_points) if last.expects is Expects.BEANS else ()
    return Context(last.text, last.expects, last.options, labels)


def advance(state: State, heard: Understanding, script: Script, now: datetime, *, amended: bool = False) -> Outcome:
    """Takes one understood turn.

    Args:
        state: The conversation's state.
        heard: The turn, understood.
        script: All flows and wordings.
        now: Time zone aware.
        amended: True when it takes the place of a turn that was taken back.

    Returns:
        The new state, what to say (the last prompt carries the question), and what happened.
    """
    talk = Talk(state, script, now)
    if heard.screening.level is Level.IMMEDIATE:
        return _danger(talk, heard)
    if state.over:
        talk.say("closing.over")
        _after(talk, heard)
        return Outcome(state, tuple(talk.said), tuple(talk.events))
    if state.paused_at is not None and not _resume(talk, heard):
        _after(talk, heard)
        return _close(talk)
    if amended:
        talk.say("repair.changed")
    _take(talk, heard)
    _after(talk, heard)
    return _close(talk)


def rewound(before: State, now_state: State) -> tuple[State, Rewound]:
    """The state from before the last turn, for a changed turn in its place, and the event that takes the turn back.

    Ids of points are never given twice, and whoever was asked about a concern is not asked again.
    """
    event = Rewound(tuple((p.id, p.status, p.beans) for p in before.points))
    kept = replace(before, heard_count=now_state.heard_count, second_hearings=now_state.second_hearings)
    return kept, event


def changed_earlier(state: State, heard: Understanding, script: Script, now: datetime) -> Outcome:
    """An earlier message was changed, too long ago to take its turn back: asks what to put right."""
    if state.over or heard.screening.level is Level.IMMEDIATE:
        return advance(state, heard, script, now)
    talk = Talk(state, script, now)
    talk.say("repair.changed_earlier")
    _after(talk, heard)
    return _close(talk)


def heard_again(
    state: State, before: str, heard: Understanding, script: Script, now: datetime
) -> tuple[Verdict, Outcome]:
    """Takes a second hearing of a turn; see `dialogues/hearings.py`. Nothing is said, but danger raises an alert.

    Args:
        state: The conversation's state; it is not over.
        before: The words as first heard.
        heard: The second hearing, understood, with the number of the turn.
        script: All flows and wordings.
        now: Time zone aware.
    """
    second = SecondHearing(heard.turn_number, before, heard.text, heard.points)
    verdict, state = weigh(state, second)
    talk = Talk(state, script, now)
    if heard.screening.level is not Level.NONE:
        _alert(talk, heard)
    if verdict is Verdict.USED:
        take_up(talk, second, settled=verdict, confirmed=False)
    return verdict, Outcome(talk.state, (), tuple(talk.events))


def reminder(state: State, script: Script, now: datetime) -> str:
    """What is written to somebody whose talk has waited for some days."""
    talk = Talk(state, script, now)
    talk.say("repair.reminder")
    return talk.said[-1].text


def closed(heard: Understanding, script: Script) -> tuple[tuple[Prompt, ...], tuple[AlertRaised, ...]]:
    """The answer to whoever speaks in a conversation whose words are gone: danger and concern are heard even there."""
    said = {
        Level.NONE: ("closing.over",),
        Level.CONCERN: ("safety.thank_you", "safety.who_is_told"),
        Level.IMMEDIATE: ("safety.ring_999", "safety.told_after"),
    }[heard.screening.level]
    wordings = ((wording_id, script.wordings[wording_id]) for wording_id in said)
    prompts = tuple(Prompt(i, w.text, Expects.NONE, w.purpose, serious=w.serious) for i, w in wordings)
    return prompts, () if heard.screening.level is Level.NONE else (_alert_of(heard),)


def resume(state: State, script: Script, now: datetime) -> Outcome:
    """Takes up a paused or broken-off conversation by its code: says where it was."""
    talk = Talk(state, script, now)
    if state.over:
        talk.say("closing.over")
        return Outcome(state, tuple(talk.said), ())
    if _expired(talk):
        return _close(talk)
    _welcome_back(talk)
    return _close(talk)


def left(state: State, script: Script, now: datetime) -> Outcome:
    """The person left without a word (a call broke off): the talk waits, and nothing is said."""
    if state.over or state.paused_at is not None:
        return Outcome(state, (), ())
    event = Paused(script.talk.limits.resume_days)
    return Outcome(replace(state, paused_at=now), (), (event,))


def simpler(state: State, script: Script, now: datetime) -> Prompt | None:
    """The question that waits in simpler words, for somebody who says nothing; None where there are none."""
    if state.over or state.paused_at is not None or not state.prompts:
        return None
    asked = state.prompts[-1]
    prompt = _logic(Talk(state, script, now)).question(Talk(replace(state, repeats=SIMPLER_AFTER), script, now))
    return prompt if prompt is not None and prompt.id.startswith(asked.id) and prompt.text != asked.text else None


def _danger(talk: Talk, heard: Understanding) -> Outcome:
    """Danger now: whom to ring, the alert, a kind end. A second danger in the same turn changes nothing."""
    _alert(talk, heard)
    talk.say("safety.ring_999")
    if talk.state.over:  # after the end, too, danger is heard
        talk.say("safety.told_after")
        return Outcome(talk.state, tuple(talk.said), tuple(talk.events))
    talk.say("safety.told")
    talk.end(EndReason.SAFETY)
    return _close(talk)


def _expired(talk: Talk) -> bool:
    paused_at = talk.state.paused_at
    if paused_at and talk.now - paused_at > timedelta(days=talk.script.talk.limits.resume_days):
        talk.say("closing.expired")
        talk.end(EndReason.EXPIRED)
        return True
    return False


def _welcome_back(talk: Talk) -> None:
    if talk.state.paused_at is not None:
        talk.emit(Resumed())
    talk.say("repair.welcome_back")
    talk.state = replace(talk.state, paused_at=None, started_at=talk.now, rest_offered=False)
    bring_back(talk)


def _resume(talk: Talk, heard: Understanding) -> bool:
    """Takes up a paused talk; True when the words themselves answer the question that waits."""
    if _expired(talk):
        return False
    if heard.act in {Act.STOP, Act.TAKE_BACK, Act.MY_DATA}:
        talk.emit(Resumed())
        talk.state = replace(talk.state, paused_at=None)
        return True
    if heard.act in {Act.PAUSE, Act.GOODBYE}:
        talk.pause()
        return False
    _welcome_back(talk)
    return heard.act is Act.ANSWER and bool(heard.points)


def _take(talk: Talk, heard: Understanding) -> None:
    before = talk.state.stack
    if not heard.text.strip():
        talk.misunderstood(_logic(talk))
        return
    if _goes_in_circles(talk, heard):
        talk.misunderstood(_logic(talk))
        return
    if digress(talk, heard):
        return
    talk.forget_taken_back()
    talk.state = replace(talk.state, repeats=0)
    _logic(talk).take(talk, heard)
    if talk.state.stack and talk.state.stack != before:
        talk.state = replace(talk.state, history=(*talk.state.history, before)[-HISTORY:])


def _goes_in_circles(talk: Talk, heard: Understanding) -> bool:
    """Whether digressions keep coming back to one question: then it is we who do not understand."""
    if heard.act not in ROUNDABOUT or not talk.state.prompts:
        return False
    asked = talk.state.prompts[-1].id
    detours = talk.state.detours + 1 if talk.state.detoured_from == asked else 1
    talk.state = replace(talk.state, detoured_from=asked, detours=detours)
    return detours > talk.script.talk.limits.detours


def _after(talk: Talk, heard: Understanding) -> None:
    """What a turn may bring besides its answer: a concern, a request that cannot wait, a rest."""
    if heard.screening.level is Level.CONCERN:
        _alert(talk, heard)
    if talk.state.over or talk.state.paused_at is not None:
        _at_rest(talk, heard)
        return
    if heard.screening.level is Level.CONCERN and heard.screening.sure:
        if talk.state.top.flow == "safety" or talk.state.safety_asked:
            talk.say("safety.noted")
        else:
            talk.state = replace(talk.state, safety_asked=True)
            _no_probing(talk)
            _instead_of_thanks(talk, "safety")
    elif heard.cannot_wait and talk.state.top.flow != "urgent":
        _instead_of_thanks(talk, "urgent")
    elif talk.state.top.flow in BROUGHT_BACK_IN:
        bring_back(talk)
    else:
        _offer_rest(talk)


def _instead_of_thanks(talk: Talk, flow: str) -> None:
    """Goes to a flow that answers the words themselves; a mere "I see" before it would be cold."""
    talk.said = [prompt for prompt in talk.said if not prompt.id.startswith("ack.")]
    talk.push(flow)


def _no_probing(talk: Talk) -> None:
    """After a concern nobody is asked for an example of it, or what it means to them; what would help may be asked."""
    top = talk.state.top
    if top.flow == "topics" and top.step in LOOKING_BACK:
        talk.move(ELSE if top.data.get("laddered") else LADDER, laddered=True)


def _at_rest(talk: Talk, heard: Understanding) -> None:
    """A concern or a request that cannot wait, where no question follows: said before the goodbye."""
    said, talk.said = talk.said, []
    if heard.screening.level is Level.CONCERN and heard.screening.sure:
        talk.say("safety.thank_you")
        talk.say("safety.who_is_told")
    elif heard.cannot_wait:
        talk.say("urgent.ring")
    talk.said.extend(said)


def _alert(talk: Talk, heard: Understanding) -> None:
    talk.emit(_alert_of(heard))


def _alert_of(heard: Understanding) -> AlertRaised:
    screening = heard.screening
    return AlertRaised(
        heard.turn_number, screening.level, screening.type or "other", screening.evidence, screening.staff_named
    )


def _offer_rest(talk: Talk) -> None:
    limit = timedelta(minutes=talk.script.talk.limits.rest_after_minutes)
    if talk.state.rest_offered or talk.now - talk.state.started_at < limit or talk.state.top.flow not in _REST_FLOWS:
        return
    talk.state = replace(talk.state, rest_offered=True)
    talk.push("rest")


def _logic(talk: Talk) -> FlowLogic:
    return _LOGIC.get(talk.state.top.flow, _COLLECT)


def _close(talk: Talk) -> Outcome:
    """Asks the present question, past flows that have nothing to ask, and seals the outcome."""
    if talk.state.repeats == 1 and not talk.said and talk.state.prompts:
        talk.said.extend(talk.state.prompts)  # "say that again": first the same words, all of them
    elif talk.state.paused_at is None:
        _ask(talk)
    prompts = tuple(talk.said)
    state = replace(talk.state, prompts=_remembered(talk, prompts))
    return Outcome(state, prompts, tuple(talk.events))


def _ask(talk: Talk) -> None:
    while not talk.state.over:
        flow = talk.state.top
        prompt = _logic(talk).question(talk)
        if prompt is not None:
            talk.said.append(prompt)
            return
        if not talk.state.over and talk.state.top.flow == flow.flow:
            talk.finish()


def _remembered(talk: Talk, prompts: tuple[Prompt, ...]) -> tuple[Prompt, ...]:
    """What "say that again" and a re-opened page show: the question, also through a pause."""
    if prompts and prompts[-1].expects is not Expects.NONE:
        return prompts
    return talk.state.prompts if talk.state.paused_at is not None else prompts
