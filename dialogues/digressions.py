"""Digressions: what is understood in every state. Each answers, and the present question is asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogues.beans import Beans
from dialogues.rewording import essence, reword
from dialogues.state import Heard
from dialogues.take_back import matching, wants_everything
from dialogues.talk import Talk
from dialogues.types import (
    Act,
    CallbackRequested,
    CopyRequested,
    EndReason,
    Expects,
    NeedRecorded,
    Option,
    PointCorrected,
    Prompt,
    Scope,
    Understanding,
)

SURE_OF_STOP = 0.85
"""Below it, "shall we stop here?" is asked first. Source: development texts, docs/evaluation.md."""
WELCOMES_TALK = {"warm_up", "offer", "closing"}
"""Flows in which greetings, thanks and chat are an answer like any other."""


def _repeat(talk: Talk, _: Understanding) -> None:
    talk.state = replace(talk.state, repeats=talk.state.repeats + 1)


def _need(need: str, value: str) -> Callable[[Talk, Understanding], None]:
    def handle(talk: Talk, _: Understanding) -> None:
        talk.emit(NeedRecorded(need, value))
        talk.say(f"needs.{value}")
        if need == "pace":
            talk.state = replace(talk.state, pace=value)

    return handle


def _says(wording_id: str) -> Callable[[Talk, Understanding], None]:
    def handle(talk: Talk, _: Understanding) -> None:
        talk.say(wording_id)

    return handle


def _explain(talk: Talk, _: Understanding) -> None:
    asked = talk.state.prompts[-1].id if talk.state.prompts else ""
    wording = talk.script.wordings.get(_base(talk, asked))
    if wording and wording.why:
        prompt = talk.render("explain.why", why=wording.why)
        talk.said.append(replace(prompt, expects=Expects.NONE, options=()))
    else:
        talk.say("explain.default")


def _base(talk: Talk, prompt_id: str) -> str:
    """The wording behind a prompt id: `topics.open.meals` → `topics.open`."""
    while prompt_id and prompt_id not in talk.script.wordings:
        prompt_id = prompt_id.rpartition(".")[0]
    return prompt_id


def _human(talk: Talk, _: Understanding) -> None:
    if talk.state.top.flow == "call_offer":
        talk.emit(CallbackRequested("asked for a person"))
        talk.say("human.booked")
        talk.finish()
    else:
        talk.push("call_offer")


def _copy(talk: Talk, _: Understanding) -> None:
    talk.emit(CopyRequested())
    talk.say("my_data.copy")


def _stop(talk: Talk, heard: Understanding) -> None:
    """Ends at once, unless it is not sure that this was meant: an end cannot be undone, a question can."""
    doubtful = heard.confidence < SURE_OF_STOP and talk.state.consents.get(Scope.TAKE_PART)
    if doubtful and talk.state.top.flow != "stop_sure":
        talk.push("stop_sure")
        return
    talk.say("closing.stopped" if talk.state.consents.get(Scope.TAKE_PART) else "closing.stopped_early")
    talk.end(EndReason.STOPPED)


def _pause(talk: Talk, _: Understanding) -> None:
    talk.pause()


def _restart(talk: Talk, _: Understanding) -> None:
    if talk.state.top.flow != "restart":
        talk.push("restart")


def _take_back(talk: Talk, heard: Understanding) -> None:
    subject = heard.value if isinstance(heard.value, str) else None
    if subject is None and wants_everything(heard.text):
        if talk.state.top.flow != "withdraw_all":
            talk.push("withdraw_all")
        return
    live = talk.state.live_points
    if not live:
        talk.say("take_back.nothing")
        return
    found = matching(live, subject)
    if len(found) == 1:
        take_out(talk, found)
    else:
        talk.push("take_back", ids=[p.id for p in (found or live)[-3:]])


def take_out(talk: Talk, points: tuple[Heard, ...]) -> None:
    """Withdraws points and says which."""
    talk.withdraw(tuple(p.id for p in points))
    talk.say("take_back.done", quote=points[-1].point.quote.strip(" .,;") if len(points) == 1 else "")


def _go_back(talk: Talk, _: Understanding) -> None:
    if talk.state.taken_back:
        talk.bring_back(talk.state.taken_back)
        talk.say("take_back.undone")
        if talk.state.top.flow == "read_back" and talk.state.history:
            talk.state = replace(talk.state, stack=talk.state.history[-1], history=talk.state.history[:-1])
    elif talk.state.top.flow == "beans" and Beans().undo(talk):
        talk.say("go_back.beans")
    elif talk.state.history:
        *earlier, stack = talk.state.history
        talk.state = replace(talk.state, stack=stack, history=tuple(earlier), failures=0, repeats=0)
        talk.say("go_back.done")
    else:
        talk.say("go_back.start")


def _correct(talk: Talk, heard: Understanding) -> bool:
    """A correction of what was said last, outside the read-back; False where it holds points of its own."""
    points = talk.own_points()
    last = points[-1] if points else None
    said = reword(last.said, heard.text) if last else None
    if last is None or said is None:
        if heard.points:
            return False
        talk.say("correct.later" if last else "correct.nothing")
        return True
    talk.emit(PointCorrected(last.id, heard.turn_number, heard.text, said))
    talk.state = talk.state.with_point(replace(last, said=said))
    talk.say("correct.done", said=essence(said))
    return True


ALWAYS: dict[Act, Callable[[Talk, Understanding], None]] = {
    Act.REPEAT: _repeat,
    Act.SLOWER: _need("pace", "slower"),
    Act.FASTER: _need("pace", "faster"),
    Act.LOUDER: _need("volume", "louder"),
    Act.EXPLAIN: _explain,
    Act.PRIVACY: _says("privacy.who_sees"),
    Act.WHATS_NEXT: _says("whats_next.what"),
    Act.HUMAN: _human,
    Act.MY_DATA: _copy,
    Act.STOP: _stop,
    Act.PAUSE: _pause,
    Act.RESTART: _restart,
    Act.GO_BACK: _go_back,
    Act.TAKE_BACK: _take_back,
}
SOCIAL: dict[Act, Callable[[Talk, Understanding], None]] = {
    Act.THANKS: _says("social.thanks"),
    Act.GREET: _says("social.greet"),
    Act.OFF_TOPIC: _says("social.off_topic"),
    Act.GOODBYE: _pause,
}


def digress(talk: Talk, heard: Understanding) -> bool:
    """Answers a digression; False when the reply belongs to the present question."""
    flow = talk.state.top.flow
    if (
        flow in {"read_back", "take_back"}
        and heard.act in {Act.TAKE_BACK, Act.CORRECT}
        and not _names_another(talk, heard)
    ):
        return False
    if heard.act is Act.CORRECT and flow not in {"read_back", "beans"}:
        return _correct(talk, heard)
    if heard.act is Act.CORRECT and flow == "beans":
        _go_back(talk, heard)
        return True
    handler = ALWAYS.get(heard.act)
    if handler is None and not _is_reply(talk, heard):
        handler = SOCIAL.get(heard.act)
    if handler is None:
        return False
    handler(talk, heard)
    return True


def _names_another(talk: Talk, heard: Understanding) -> bool:
    """Whether a "take back" during the read-back names a point that is not the present one."""
    if heard.act is not Act.TAKE_BACK or talk.state.top.flow != "read_back" or not isinstance(heard.value, str):
        return False
    done = talk.state.top.data.get("done", [])
    present = next((p for p in talk.own_points() if p.id not in done), None)
    found = matching(talk.state.live_points, heard.value)
    return bool(found) and present not in found


def _is_reply(talk: Talk, heard: Understanding) -> bool:
    """Thanks, greetings and chat that answer the present question."""
    if heard.points:
        return True
    if heard.act is Act.GOODBYE:
        return talk.state.top.flow == "closing"
    if talk.state.top.flow in WELCOMES_TALK:
        return True
    return heard.act is Act.THANKS and talk.state.top.flow == "topics" and talk.state.top.step in {"else", "another"}


class TakeBackFlow:
    """Asks which of two or three points to take out."""

    def question(self, talk: Talk) -> Prompt | None:
        points = self._points(talk)
        if not points:
            return None
        options = tuple(Option(p.point.label or p.point.quote[:40], p.id, str(i)) for i, p in enumerate(points, 1))
        return replace(talk.render("take_back.which"), options=options)

    def take(self, talk: Talk, heard: Understanding) -> None:
        points = self._points(talk)
        chosen = tuple(p for p in points if p.id == heard.value)
        if not chosen and len(points) == 1 and heard.act is Act.AFFIRM:
            chosen = points
        if not chosen and heard.act in {Act.ANSWER, Act.TAKE_BACK, Act.AFFIRM}:
            found = matching(points, heard.text)
            chosen = found if len(found) == 1 else ()
        if chosen:
            talk.finish()
            take_out(talk, chosen)
        elif heard.act in {Act.DENY, Act.SKIP, Act.DONT_KNOW}:
            self.skip(talk)
        else:
            talk.misunderstood(self)

    def skip(self, talk: Talk) -> None:
        talk.say("take_back.kept")
        talk.finish()

    @staticmethod
    def _points(talk: Talk) -> tuple[Heard, ...]:
        ids = talk.state.top.data.get("ids", [])
        return tuple(p for p in talk.state.live_points if p.id in ids)
