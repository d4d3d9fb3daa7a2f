"""Read-back: one point at a time, right / change / take out, with the person's own correction put in."""

from __future__ import annotations

from dataclasses import replace

from dialogues.rewording import essence, reword
from dialogues.state import Heard
from dialogues.talk import Talk
from dialogues.types import (
    Act,
    PointConfirmed,
    PointCorrected,
    Prompt,
    Scope,
    Status,
    Understanding,
)

ASK, FIX, AGAIN = "", "fix", "again"
_CONTENT = {Act.CORRECT, Act.ANSWER, Act.AFFIRM_BUT, Act.DENY_BUT, Act.PARTIAL}
_BARE_NO_WORDS = 3


class ReadBack:
    """Runs the read-back. The frame keeps which points have been dealt with, and a correction under way."""

    def question(self, talk: Talk) -> Prompt | None:
        point = self.present(talk)
        if point is None:
            return None
        if not talk.state.top.data.get("introduced"):
            talk.say("read_back.intro")
            talk.state = talk.state.with_top(talk.state.top.at(talk.state.top.step, introduced=True))
        step = talk.state.top.step
        if step == FIX:
            return talk.render("read_back.fix")
        if step == AGAIN:
            return self._ask(talk, "read_back.again", point, str(talk.state.top.data["said"]))
        wording = "read_back.offer" if "offer" in point.point.kinds else "read_back.point"
        return self._ask(talk, wording, point, point.said)

    @staticmethod
    def _ask(talk: Talk, wording: str, point: Heard, said: str) -> Prompt:
        prompt = talk.render(wording, said=said.strip(" .,;!?"))
        return replace(prompt, id=f"{prompt.id}.{point.id}")

    def take(self, talk: Talk, heard: Understanding) -> None:
        point = self.present(talk)
        if point is None:
            talk.finish()
        elif heard.value == "take_out" or heard.act is Act.TAKE_BACK:
            self._take_out(talk, point)
        elif heard.act in {Act.SKIP, Act.DONT_KNOW}:
            self.skip(talk)
        elif talk.state.top.step == FIX:
            self._take_fix(talk, point, heard)
        elif heard.act is Act.AFFIRM or heard.value == "right":
            self._agree(talk, point)
        elif heard.value == "change" or (heard.act in {Act.DENY, Act.CORRECT} and not _says_what(heard)):
            talk.move(FIX)
        elif heard.act in _CONTENT or heard.act is Act.DENY:
            self._propose(talk, point, heard)
        else:
            talk.misunderstood(self)

    def skip(self, talk: Talk) -> None:
        """Leaves the present point as heard, unconfirmed."""
        point = self.present(talk)
        if point is None:
            talk.finish()
            return
        talk.say("read_back.left")
        self._done(talk, point)

    def _take_fix(self, talk: Talk, point: Heard, heard: Understanding) -> None:
        if heard.act is Act.DENY and not _says_what(heard):
            self.skip(talk)
        elif not heard.text.strip():
            talk.misunderstood(self)
        else:
            self._propose(talk, point, heard)

    def _propose(self, talk: Talk, point: Heard, heard: Understanding) -> None:
        base = str(talk.state.top.data.get("said") or point.said) if talk.state.top.step == AGAIN else point.said
        said = reword(base, heard.text) or f"{essence(heard.text) or heard.text.strip()}"
        rounds = int(talk.state.top.data.get("rounds", 0)) + 1
        if rounds > talk.script.talk.limits.misunderstandings:
            self.skip(talk)
            return
        talk.move(AGAIN, said=said, note=heard.text, note_turn=heard.turn_number, rounds=rounds)

    def _agree(self, talk: Talk, point: Heard) -> None:
        data = talk.state.top.data
        if talk.state.top.step == AGAIN:
            talk.emit(PointCorrected(point.id, int(data["note_turn"]), str(data["note"]), str(data["said"])))
            changed = replace(point, status=Status.CORRECTED, said=str(data["said"]))
        else:
            talk.emit(PointConfirmed(point.id))
            changed = replace(point, status=Status.CONFIRMED)
        talk.state = talk.state.with_point(changed)
        self._done(talk, point)

    def _take_out(self, talk: Talk, point: Heard) -> None:
        talk.withdraw((point.id,))
        talk.say("read_back.out")
        self._done(talk, point)

    @staticmethod
    def _done(talk: Talk, point: Heard) -> None:
        done = [*talk.state.top.data.get("done", []), point.id]
        talk.move(ASK, done=done, said="", note="", rounds=0)

    @staticmethod
    def present(talk: Talk) -> Heard | None:
        """The point being read back, None when all are done or the words are not kept."""
        if talk.state.consents.get(Scope.KEEP) is False:
            return None
        done = talk.state.top.data.get("done", [])
        return next((p for p in talk.own_points() if p.id not in done), None)


def _says_what(heard: Understanding) -> bool:
    """Whether a "no" says what is wrong."""
    return (
        len(essence(heard.text).split()) >= _BARE_NO_WORDS
        or heard.act in {Act.ANSWER, Act.DENY_BUT}
        or (heard.act is Act.CORRECT and bool(heard.value))
    )
