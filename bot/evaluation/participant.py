"""What a simulated participant says to a prompt. Deterministic: the same prompts bring the same words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.evaluation.people import Answer, Behaviour, BriefPoint, Persona
from bot.evaluation.story import Story
from bot.evaluation.words import content_words, coverage, kept_to, words
from dialogues.types import Expects, Prompt, Purpose, Voice

AGREES = frozenset(
    {
        Purpose.GREETING,
        Purpose.CONSENT_TAKE_PART,
        Purpose.CONSENT_KEEP,
        Purpose.CONSENT_QUOTE,
        Purpose.CONSENT_CONTACT,
        Purpose.NEEDS,
    }
)
TOPICS = frozenset({Purpose.TOPIC_OPEN, Purpose.LADDER, Purpose.PROBE, Purpose.ANYTHING_ELSE})
AFTERWARDS = frozenset({Purpose.OFFER, Purpose.BEANS, Purpose.READ_BACK, Purpose.ABOUT_YOU, Purpose.CLOSING})
SPREAD = frozenset("repeat louder slower explain privacy whats_next digress off_topic human".split())
UNSURE = frozenset({"dont_know", "scale_refusal"})
CHANGES = frozenset({"change_of_mind", "contradiction"})
DISCLOSURE = "safeguarding_disclosure"
WELL = "not so bad, thank you"
THATS_IT = "that's about it"
WISH = "i only wanted somebody to know"
TEN = 10
CONCERNED = 0.5
"""From this share of a point's content words on, a read-back is about that point."""
_LOSES = re.compile(r"\b(?:delete|erase|remove|take(?: it| that)?(?: all)? out|stop|end|finish|start again)\b", re.I)
_CALL_OFFER = re.compile(r"\b(?:ring|call|phone) you\b|\bcall[- ]?back\b|\bfor a call\b", re.I)
_WANTS_CALL = re.compile(r"\b(?:ring|call|phone) (?:me|us|back)\b|\bcall[- ]?back\b", re.I)
_QUOTED = re.compile(r"[\"“]([^\"”]+)[\"”]")


@dataclass(frozen=True, slots=True)
class Said:
    """What the person says.

    Attributes:
        what: `answer`, `phrase`, or the type of the behaviour.
        answer_id: Of an answer, else "".
    """

    text: str
    what: str = "phrase"
    answer_id: str = ""
    voice: Voice = Voice.OWN


@dataclass(slots=True)
class Participant:
    """Plays one persona through one conversation."""

    persona: Persona
    said: list[Said] = field(default_factory=list)
    _story: Story = field(init=False)
    _pending: list[Behaviour] = field(init=False)
    _opened: list[str] = field(default_factory=list)
    _beans: list[str] = field(default_factory=list)
    _heard_words: set[str] = field(default_factory=set)
    _correction: str = ""
    _behaved: bool = False

    def __post_init__(self) -> None:
        self._story = Story(self.persona)
        answers = {a.text for a in self.persona.answers}
        proxy = {b.text for b in self.persona.behaviours if b.type == "proxy_answers" and b.text in answers}
        self._pending = [b for b in self.persona.behaviours if b.text and b.text not in proxy]
        if self.persona.disclosure and not any(b.type == DISCLOSURE for b in self._pending):
            self._pending.append(Behaviour(DISCLOSURE, self.persona.disclosure))

    # -- what came out so far ---------------------------------------------------------------------------------

    @property
    def answers_said(self) -> tuple[str, ...]:
        """Ids of the answers given so far, in order."""
        return tuple(self._story.told)

    def reply(self, prompts: tuple[Prompt, ...]) -> Said:
        """The next utterance.

        Args:
            prompts: What the bot just said; the last one carries the question.
        """
        prompt = prompts[-1]
        if prompt.purpose is Purpose.TOPIC_OPEN and prompt.id not in self._opened:
            self._opened.append(prompt.id)
        return self.say(self._interruption(prompt) or self._answer_to(prompt))

    def say(self, said: Said) -> Said:
        """Takes note of an utterance and hands it back."""
        self.said.append(said)
        if said.answer_id:
            self._story.told.append(said.answer_id)
        self._heard_words.update(words(said.text))
        return said

    # -- behaviours -------------------------------------------------------------------------------------------

    def _interruption(self, prompt: Prompt) -> Said | None:
        """A behaviour that comes before, or instead of, the reply."""
        if prompt.purpose in TOPICS:
            return self._due(prompt) or self._at_a_topic(prompt)
        return self._due(prompt) if prompt.purpose in AFTERWARDS else None

    def _due(self, prompt: Prompt) -> Said | None:
        """What comes at a given point of the talk: the disclosure, pause or stop, go back, take back."""
        later = prompt.purpose in AFTERWARDS
        half = self._story.half_told
        if (half or later) and (said := self._behave(DISCLOSURE)):
            return said
        if half and (said := self._behave("pause") or self._behave("stop_midway")):
            return said
        if len(self.answers_said) > 1 and not later and (said := self._behave("go_back")):
            return said
        return self._behave("take_back") if self._all_given(prompt) else None

    def _all_given(self, prompt: Prompt) -> bool:
        """Whether it is time to take a point back: all is said, or the topics are over and the point was said."""
        if prompt.purpose in TOPICS | {Purpose.OFFER}:
            return self._story.next_ordinary() is None and self._story.next_probed() is None
        retracted = {point.answer_id for point in self.persona.brief if point.retracted}
        return bool(retracted & set(self.answers_said))

    def _at_a_topic(self, prompt: Prompt) -> Said | None:
        first_open = prompt.purpose is Purpose.TOPIC_OPEN and prompt.id == self._opened[0]
        second_open = prompt.purpose is Purpose.TOPIC_OPEN and prompt.id in self._opened[1:2]
        if first_open and (said := self._behave("proxy_answers", Voice.PROXY)):
            return said
        if second_open and (said := self._behave("skip_topic")):
            return said
        if self._behaved or (prompt.purpose is Purpose.ANYTHING_ELSE and self._story.next_ordinary() is None):
            return None
        spread = next((b.type for b in self._pending if b.type in SPREAD), None)
        self._behaved = spread is not None
        return self._behave(spread) if spread else None

    def _behave(self, kind: str, voice: Voice = Voice.OWN) -> Said | None:
        """The next behaviour of a type, once."""
        behaviour = next((b for b in self._pending if b.type == kind and not b.only_if_bot_wrong), None)
        if behaviour is None:
            return None
        self._pending.remove(behaviour)
        return Said(behaviour.text, kind, voice=voice)

    # -- replies ----------------------------------------------------------------------------------------------

    def _answer_to(self, prompt: Prompt) -> Said:
        persona, purpose = self.persona, prompt.purpose
        if purpose in AGREES:
            return Said(persona.yes)
        if purpose is Purpose.WARM_UP:
            return Said(WELL)
        if purpose is Purpose.TOPIC_CHOICE:
            return Said(persona.service.replace("_", " "))
        if purpose in TOPICS:
            self._behaved = False
            return self._topic_answer(purpose)
        if purpose is Purpose.BEANS or prompt.expects in {Expects.BEANS, Expects.SCALE}:
            return self._number(prompt)
        if purpose in {Purpose.OFFER, Purpose.ABOUT_YOU, Purpose.CLOSING}:
            return self._offer() or Said(persona.skip)
        if purpose is Purpose.READ_BACK or prompt.expects is Expects.READ_BACK:
            return self._read_back(prompt)
        if prompt.expects is Expects.YES_NO:
            return Said(self._yes_or_no(prompt))
        if prompt.expects is Expects.CHOICE:
            return Said(self._choice(prompt))
        return Said(WISH if purpose is Purpose.SAFETY else THATS_IT)

    def _topic_answer(self, purpose: Purpose) -> Said:
        answer = self._story.next_probed() if purpose is Purpose.PROBE else self._story.next_ordinary()
        if answer is not None:
            return _given(answer)
        return Said(self.persona.no if purpose is Purpose.ANYTHING_ELSE else THATS_IT)

    def _offer(self) -> Said | None:
        answer = self._story.next_offer()
        return _given(answer) if answer else None

    def _number(self, prompt: Prompt) -> Said:
        unsure = next((b.type for b in self._pending if b.type in UNSURE), None)
        if unsure and (said := self._behave(unsure)):
            return said
        if prompt.expects is Expects.SCALE:
            return Said(self.persona.scale)
        if prompt.id not in self._beans:
            self._beans.append(prompt.id)
        return Said(self._beans_for(self._beans.index(prompt.id), prompt))

    def _beans_for(self, index: int, prompt: Prompt) -> str:
        """Ten shared evenly over the points of the brief, the rest on the first."""
        number = max(1, len(self.persona.brief))
        if index >= number:
            return self.persona.yes if any(o.value == "yes" for o in prompt.options) else "none"
        return str(TEN // number + (TEN % number if index == 0 else 0))

    def _read_back(self, prompt: Prompt) -> Said:
        if prompt.expects is Expects.OPEN:  # "how should I put it?"
            return Said(self._correction or self.persona.correct)
        quoted = prompt.quoted or tuple(_QUOTED.findall(prompt.text))
        changed = next((b for b in self._pending if b.type in CHANGES and self._concerns(b, quoted)), None)
        if changed and (said := self._behave(changed.type)):
            self._correction = said.text
            return said
        if all(kept_to(frozenset(self._heard_words), piece) for piece in quoted):
            return Said(self.persona.confirm)
        return self._correct()

    def _correct(self) -> Said:
        wrong = next((b for b in self._pending if b.only_if_bot_wrong), None)
        if wrong:
            self._pending.remove(wrong)
        self._correction = wrong.text if wrong else self.persona.correct
        return Said(self._correction, "correct_readback")

    def _concerns(self, behaviour: Behaviour, quoted: tuple[str, ...]) -> bool:
        point = self._point_of(behaviour)
        return point is not None and coverage(point.quote, " ".join(quoted)) >= CONCERNED

    def _point_of(self, behaviour: Behaviour) -> BriefPoint | None:
        """The point that a change is about: the one marked as changing, else the one its words are nearest to."""
        live = [point for point in self.persona.brief if not point.retracted]
        changing = [point for point in live if point.changes] if behaviour.type == "change_of_mind" else []
        hint = content_words(f"{behaviour.when} {behaviour.text}")
        return max(changing or live, key=lambda p: len(hint & content_words(f"{p.gist} {p.quote}")), default=None)

    def _yes_or_no(self, prompt: Prompt) -> str:
        if prompt.id.startswith("human.") or _CALL_OFFER.search(prompt.text):
            return self.persona.yes if self._wants_call() else self.persona.no
        return self.persona.no if _LOSES.search(prompt.text) else self.persona.yes

    def _wants_call(self) -> bool:
        return any(said.what == "human" and _WANTS_CALL.search(said.text) for said in self.said)

    def _choice(self, prompt: Prompt) -> str:
        """The option nearest to what the person took back, else no."""
        wanted = " ".join([*(p.quote for p in self.persona.brief if p.retracted), self.said[-1].text])
        best = max(prompt.options, key=lambda o: coverage(o.label, wanted), default=None)
        return best.label if best and coverage(best.label, wanted) else self.persona.no


def _given(answer: Answer) -> Said:
    return Said(answer.text, "answer", answer.answer_id, answer.voice)
