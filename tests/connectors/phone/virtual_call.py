"""A call on virtual time: a person with a script, a voice that takes as long as its words, and a dialogue in lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from connectors.phone import actions
from connectors.phone.manners import Manners
from connectors.phone.ports import FRAME_SECONDS, Step, Utterance
from connectors.phone.session import CallSession, Phase
from connectors.phone.words import YES_OR_NO
from dialogues.types import Expects, Prompt, Purpose

WORD_SECONDS = 0.4
THINKING_SECONDS = 0.1
HEARING_SECONDS = 0.05


def question(
    text: str, expects: Expects = Expects.OPEN, purpose: Purpose = Purpose.TOPIC_OPEN, **more: object
) -> Prompt:
    options = YES_OR_NO if expects is Expects.YES_NO else ()
    return replace(Prompt(f"test.{text[:12]}", text, expects, purpose, options), **more)  # type: ignore[arg-type]


def statement(text: str, **more: object) -> Prompt:
    return question(text, Expects.NONE, **more)  # type: ignore[arg-type]


def asks(*texts: str, expects: Expects = Expects.OPEN) -> Step:
    return Step((*(statement(t) for t in texts[:-1]), question(texts[-1], expects)))


def goodbye(text: str = "Goodbye.") -> Step:
    return Step((statement(text, purpose=Purpose.CLOSING),), done=True)


@dataclass
class Speaks:
    """The person speaks: at a time, for so long, and what a recogniser makes of it."""

    at: float
    seconds: float
    text: str
    probability: float = 0.95
    counts: bool = True


@dataclass
class Log:
    """What happened, with times."""

    said: list[tuple[float, str]] = field(default_factory=list)
    hushed: list[float] = field(default_factory=list)
    submitted: list[tuple[float, Utterance]] = field(default_factory=list)
    left: list[bool] = field(default_factory=list)
    ended: list[tuple[float, bool]] = field(default_factory=list)
    simpler: list[float] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return [text for _, text in self.said]

    @property
    def turns(self) -> list[str]:
        return [utterance.text for _, utterance in self.submitted]


class VirtualCall:
    """Drives a `CallSession`. `steps` are the dialogue's answers, the first to `Begin`; the last is repeated."""

    def __init__(
        self,
        *steps: Step | Exception,
        manners: Manners | None = None,
        waits: bool = False,
        thinking: float = THINKING_SECONDS,
        simpler: tuple[Prompt, ...] = (),
    ) -> None:
        self.session = CallSession(manners, waits=waits)
        self.log = Log()
        self.now = 0.0
        self._steps, self._thinking, self._simpler = list(steps), thinking, simpler
        self._speech: list[Speaks] = []
        self._due: list[tuple[float, Callable[[], tuple[actions.Action, ...]]]] = []
        self._saying: list[tuple[float, int]] = []
        self._free_at = 0.0
        self._opened_at: float | None = None
        self._do(self.session.begin())

    # -- the person -------------------------------------------------------------------------------------------

    def speaks(
        self, seconds: float, text: str, *, after: float = 0.0, counts: bool = True, p: float = 0.95
    ) -> VirtualCall:
        """Speaks from `after` seconds from now; time does not go on."""
        self._speech.append(Speaks(self.now + after, seconds, text, p, counts))
        return self

    def says(self, text: str, *, seconds: float | None = None) -> VirtualCall:
        """Speaks once Sayso listens, and waits until Sayso has answered."""
        self.until(lambda: self.session.phase is Phase.LISTENING)
        self.wait(0.3)
        length = seconds or max(0.4, 0.35 * len(text.split()))
        before = len(self.log.submitted) + len(self.log.said)
        self.speaks(length, text)
        self.wait(length)
        return self.until(lambda: len(self.log.submitted) + len(self.log.said) > before)

    def presses(self, keys: str) -> VirtualCall:
        for key in keys:
            self._do(self.session.key(key))
            self.wait(0.3)
        return self

    def hangs_up(self) -> VirtualCall:
        self._do(self.session.hung_up())
        return self.wait(3)

    # -- time -------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> VirtualCall:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self._tick()
        return self

    def until(self, condition: Callable[[], bool], within: float = 400.0) -> VirtualCall:
        end = self.now + within
        while not condition():
            assert self.now < end, f"nothing came of it: {self.session.phase}, {self.log}"
            self._tick()
        return self

    def listening(self) -> VirtualCall:
        return self.until(lambda: self.session.phase is Phase.LISTENING)

    def over(self) -> VirtualCall:
        return self.until(lambda: bool(self.log.ended))

    def _tick(self) -> None:
        self.now += FRAME_SECONDS
        for moment, happens in sorted(self._due, key=lambda each: each[0]):
            if moment <= self.now:
                self._due = [each for each in self._due if each[1] is not happens]
                self._do(happens())
        while self._saying and self._saying[0][0] <= self.now:
            _, number = self._saying.pop(0)
            self._do(self.session.said(number))
        speaking = [each for each in self._speech if each.at <= self.now - FRAME_SECONDS / 2 < each.at + each.seconds]
        best = max(speaking, key=lambda each: (each.counts, each.probability), default=None)
        probability, counts = (best.probability, best.counts) if best else (0.02, True)
        self._do(self.session.frame(self.now, FRAME_SECONDS, probability, counts=counts))

    # -- what Sayso does --------------------------------------------------------------------------------------

    def _do(self, wanted: tuple[actions.Action, ...]) -> None:
        for action in wanted:
            match action:
                case actions.Say():
                    self.log.said.append((self.now, " ".join(p.text for p in action.prompts)))
                    length = WORD_SECONDS * sum(len(p.text.split()) for p in action.prompts)
                    self._free_at = max(self._free_at, self.now) + length
                    self._saying.append((self._free_at, action.number))
                case actions.Hush():
                    self.log.hushed.append(self.now)
                    self._saying.clear()
                    self._free_at = self.now
                case actions.Open():
                    self._opened_at = action.began_at
                case actions.Close():
                    heard = self._heard(self._opened_at)
                    self._later(HEARING_SECONDS, lambda heard=heard: self.session.heard(heard))  # type: ignore[misc]
                case actions.Submit():
                    self.log.submitted.append((self.now, action.utterance))
                    self._answer()
                case actions.Begin():
                    self._answer()
                case actions.Simpler():
                    self.log.simpler.append(self.now)
                    self._later(0.0, lambda: self.session.simpler(self._simpler))
                case actions.Leave():
                    self.log.left.append(action.asked)
                case actions.End():
                    self.log.ended.append((self.now, action.hand_over))

    def _answer(self) -> None:
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            self._later(self._thinking, lambda: self.session.failed(for_good=str(step) == "for good"))
        else:
            self._later(self._thinking, lambda: self.session.answered(step))

    def _heard(self, since: float | None) -> Utterance:
        began = self.now if since is None else since
        inside = [
            each for each in self._speech if each.counts and each.at + each.seconds > began and each.at < self.now
        ]
        text = " ".join(each.text for each in sorted(inside, key=lambda each: each.at) if each.text)
        self._speech = [each for each in self._speech if each not in inside]
        return Utterance(text, confidence=0.9)

    def _later(self, seconds: float, happens: Callable[[], tuple[actions.Action, ...]]) -> None:
        self._due.append((self.now + seconds, happens))
