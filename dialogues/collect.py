"""The collecting flow: asks the steps that YAML names, one after the other, and branches on the kind of reply."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from dialogues.script import Flow, Outcome, Step, Wording
from dialogues.state import State
from dialogues.talk import Talk
from dialogues.types import (
    AboutYouAnswered,
    Act,
    AlertWish,
    ConsentAnswered,
    Expects,
    Prompt,
    TalkRated,
    Understanding,
    Voice,
)

Kind = Literal["yes", "no", "but", "any", "skip"]
_YES_NO: dict[Act, Kind] = {
    Act.AFFIRM: "yes",
    Act.DENY: "no",
    Act.AFFIRM_BUT: "but",
    Act.DENY_BUT: "no",
    Act.SKIP: "skip",
    Act.DONT_KNOW: "skip",
}


class Collect:
    """Runs the flows that are written in YAML."""

    def question(self, talk: Talk) -> Prompt | None:
        step = self._step(talk)
        if step is None:
            return None
        if talk.state.top.data.get("introduced") != step.id:
            for wording_id in step.intro:
                talk.say(wording_id)
            frame = talk.state.top.at(step.id, introduced=step.id)
            talk.state = talk.state.with_top(frame)
        return talk.render(step.ask)

    def take(self, talk: Talk, heard: Understanding) -> None:
        step = self._step(talk)
        if step is None:
            talk.finish()
            return
        kind = self._kind(step, talk.script.wordings[step.ask], heard)
        if kind is None:
            talk.misunderstood(self)
            return
        if step.records == "consent" and heard.voice is Voice.PROXY:
            talk.misunderstood(self, "consent.own_voice", who=talk.state.name or "the person who gets the care")
            return
        self._record(talk, step, kind, heard)
        self._follow(talk, step, kind)

    def skip(self, talk: Talk) -> None:
        step = self._step(talk)
        if step is None:
            talk.finish()
            return
        self._record(talk, step, "skip", None)
        self._follow(talk, step, "skip")

    def _follow(self, talk: Talk, step: Step, kind: Kind) -> None:
        fallback: Kind = "yes" if kind == "but" else "any"
        outcome = step.on.get(kind) or step.on.get(fallback) or Outcome()
        talk.apply(outcome, self._after(self._flow(talk), step))

    @staticmethod
    def _kind(step: Step, wording: Wording, heard: Understanding) -> Kind | None:
        content = heard.act in {Act.ANSWER, Act.AFFIRM_BUT, Act.DENY_BUT, Act.PARTIAL}
        if step.records == "points" and (heard.points or heard.act is Act.ANSWER):
            return "any"
        if wording.expects is Expects.YES_NO:
            if heard.act is Act.THANKS and step.records in {"points", "nothing"}:
                return "no"
            return _YES_NO.get(heard.act)
        if wording.expects is Expects.CHOICE:
            if heard.act in {Act.SKIP, Act.DONT_KNOW, Act.DENY}:
                return "skip"
            return "any" if heard.value else None
        if heard.act in {Act.SKIP, Act.DONT_KNOW}:
            return "skip"
        if heard.act is Act.DENY and "no" in step.on:
            return "no"
        return "any" if heard.text.strip() or content else None

    def _record(self, talk: Talk, step: Step, kind: Kind, heard: Understanding | None) -> None:
        if step.records == "consent" and step.scope and not self._asks_again(talk, step, kind):
            answer = kind in {"yes", "but"}
            talk.emit(ConsentAnswered(step.scope, answer, step.ask, talk.script.version))
            talk.state = replace(talk.state, consents={**talk.state.consents, step.scope: answer})
        if heard is None or kind == "skip":
            return
        if step.records == "about_you":
            plain = kind if kind in {"yes", "no"} else str(heard.value or heard.text)
            talk.emit(AboutYouAnswered(step.id, plain))
        elif kind == "no":
            return
        elif step.records == "points":
            talk.record_points(heard)
        elif step.records == "rating":
            talk.emit(TalkRated(heard.turn_number))
        elif step.records == "wish":
            talk.emit(AlertWish(heard.turn_number))

    def _asks_again(self, talk: Talk, step: Step, kind: Kind) -> bool:
        """Whether a yes with a condition leads to a second question for the same consent, which then counts."""
        following = step.on["but"].next if kind == "but" and "but" in step.on else None
        return any(s.id == following and s.scope is step.scope for s in self._flow(talk).steps)

    @staticmethod
    def _flow(talk: Talk) -> Flow:
        return talk.script.flows[talk.state.top.flow]

    def _step(self, talk: Talk) -> Step | None:
        """The present step, past those that are not asked of this person."""
        flow = self._flow(talk)
        wanted = talk.state.top.step or (flow.steps[0].id if flow.steps else "")
        step = next((s for s in flow.steps if s.id == wanted), None)
        while step and not _is_asked(step, talk.state):
            following = self._after(flow, step)
            step = next((s for s in flow.steps if s.id == following), None)
        if step and step.id != talk.state.top.step:
            talk.state = talk.state.with_top(talk.state.top.at(step.id))
        return step

    @staticmethod
    def _after(flow: Flow, step: Step) -> str | None:
        index = next(i for i, s in enumerate(flow.steps) if s.id == step.id)
        return flow.steps[index + 1].id if index + 1 < len(flow.steps) else None


def _is_asked(step: Step, state: State) -> bool:
    if step.only_overheard and not state.overheard:
        return False
    return step.only_if is None or state.consents.get(step.only_if, False)
