"""The topics: an open question first, at most two probes, the ladder, then "is there anything else?"."""

from __future__ import annotations

from dataclasses import replace

from dialogues.script import Topic
from dialogues.talk import Talk
from dialogues.types import Act, Expects, Option, Prompt, SenseGiven, Understanding

CHOICE, OPEN, EXAMPLE, MEANING, LADDER, RUNG, ELSE, MORE, ANOTHER = (
    "choice",
    "open",
    "example",
    "meaning",
    "ladder",
    "rung",
    "else",
    "more",
    "another",
)
_NOTHING = {Act.DENY, Act.SKIP, Act.DONT_KNOW, Act.THANKS}
LOOKING_BACK = {EXAMPLE, MEANING}
"""Probes into what happened; ladder and rung look ahead."""
_SUBSTANTIVE = {OPEN, EXAMPLE, MEANING, LADDER, RUNG}
_AFTER_CONTENT = {
    OPEN: EXAMPLE,
    EXAMPLE: MEANING,
    MEANING: LADDER,
    LADDER: RUNG,
    RUNG: MEANING,
    ELSE: EXAMPLE,
    MORE: EXAMPLE,
    ANOTHER: EXAMPLE,
}
_AFTER_NOTHING = {
    OPEN: ELSE,
    EXAMPLE: LADDER,
    MEANING: LADDER,
    LADDER: ELSE,
    RUNG: ELSE,
    ELSE: ANOTHER,
    MORE: ANOTHER,
}


class Topics:
    """Runs the topics of the guide."""

    def question(self, talk: Talk) -> Prompt | None:
        stage = talk.state.top.step or CHOICE
        if stage == CHOICE:
            return self._choice(talk)
        topic = self._topic(talk)
        if stage == OPEN:
            prompt = replace(talk.render("topics.open", question=topic.open), id=f"topics.open.{topic.id}")
            return self._simpler_open(talk, prompt, topic)
        if stage == LADDER and topic.better:
            return replace(talk.render("topics.ladder"), text=topic.better, id=f"topics.ladder.{topic.id}")
        return talk.render(f"topics.{stage}", topic=topic.name)

    @staticmethod
    def _simpler_open(talk: Talk, prompt: Prompt, topic: Topic) -> Prompt:
        if not talk.state.top.data.get("easier"):
            return prompt
        return replace(talk.render("topics.open_easier", topic=topic.name), id=f"topics.open_easier.{topic.id}")

    @staticmethod
    def _choice(talk: Talk) -> Prompt:
        left = [t for t in talk.guide.topics if t.id not in talk.state.topics_done][:3]
        options = tuple(Option(t.name, t.id, str(i)) for i, t in enumerate(left, 1))
        names = [t.name for t in left]
        listed = ", ".join(names[:-1]) + (f" or {names[-1]}" if len(names) > 1 else names[0] if names else "")
        asked = "topics.choice" if not talk.state.topics_done else "topics.choice_again"
        return replace(talk.render(asked, topics=listed), options=options, expects=Expects.CHOICE)

    def take(self, talk: Talk, heard: Understanding) -> None:
        stage = talk.state.top.step or CHOICE
        if stage == CHOICE:
            self._take_choice(talk, heard)
            return
        if stage in _SUBSTANTIVE:
            talk.state = replace(talk.state, questions=talk.state.questions + 1)
        if heard.points:
            self._take_content(talk, heard, stage)
        elif heard.act in _NOTHING:
            self._take_nothing(talk, heard, stage)
        elif heard.act is Act.AFFIRM and stage in {ELSE, ANOTHER}:
            self._say_more(talk, stage)
        elif not heard.text.strip():
            talk.misunderstood(self)
        else:
            self._take_content(talk, heard, stage)

    def skip(self, talk: Talk) -> None:
        stage = talk.state.top.step or CHOICE
        if stage == CHOICE:
            self._begin(talk, self._first_left(talk))
        elif stage == OPEN:
            self._go(talk, ANOTHER, "")
        else:
            self._leave(talk, stage)

    def _take_choice(self, talk: Talk, heard: Understanding) -> None:
        chosen = next((t for t in talk.guide.topics if t.id == heard.value), None)
        if chosen:
            self._begin(talk, chosen)
        elif heard.points:
            self._begin(talk, self._first_left(talk))
            self._take_content(talk, heard, OPEN)
        elif heard.act is Act.DENY and talk.state.topics_done:
            talk.finish()
        else:
            self._begin(talk, self._first_left(talk))

    @staticmethod
    def _first_left(talk: Talk) -> Topic:
        return next((t for t in talk.guide.topics if t.id not in talk.state.topics_done), talk.guide.topics[0])

    @staticmethod
    def _begin(talk: Talk, topic: Topic) -> None:
        done = (*(t for t in talk.state.topics_done if t != topic.id), topic.id)
        talk.state = replace(talk.state, topics_done=done)
        talk.move(OPEN, topic=topic.id, probed=0, easier=False, laddered=False)

    def _take_content(self, talk: Talk, heard: Understanding, stage: str) -> None:
        if stage in {ELSE, MORE, ANOTHER} and not heard.points and talk.state.top.data.get("empty"):
            self._leave(talk, ELSE if stage == MORE else stage)
            return
        previous = talk.own_points()
        talk.record_points(heard)
        self._give_sense(talk, heard, stage, previous[-1].id if previous else "")
        self._go(talk, _AFTER_CONTENT[stage], stage, empty=not heard.points)
        talk.say("ack.content" if heard.points else "ack.short")

    @staticmethod
    def _give_sense(talk: Talk, heard: Understanding, stage: str, previous_id: str) -> None:
        point = next((p for p in heard.points if p.sense), None)
        if point and previous_id and stage in {MEANING, RUNG}:
            talk.emit(SenseGiven(previous_id, point.sense, heard.turn_number, point.start, point.end, point.quote))

    def _take_nothing(self, talk: Talk, heard: Understanding, stage: str) -> None:
        if stage == OPEN and heard.act is Act.DONT_KNOW and not talk.state.top.data.get("easier"):
            talk.say("ack.no_hurry")
            talk.move(OPEN, easier=True)
            return
        if heard.act in {Act.SKIP, Act.DONT_KNOW}:
            talk.say("ack.skip")
        if stage == OPEN and heard.act is Act.SKIP:
            self._go(talk, ANOTHER, stage)
        else:
            self._leave(talk, stage)

    def _leave(self, talk: Talk, stage: str) -> None:
        if stage == ANOTHER:
            talk.finish()
        else:
            self._go(talk, _AFTER_NOTHING[stage], stage)

    def _say_more(self, talk: Talk, stage: str) -> None:
        if stage == ANOTHER:
            talk.move(CHOICE)
        else:
            talk.move(MORE)

    def _go(self, talk: Talk, stage: str, came_from: str, *, empty: bool = False) -> None:
        """Goes to a stage, past those that the limits or this topic's progress rule out."""
        limits = talk.script.talk.limits
        laddered = bool(talk.state.top.data.get("laddered"))
        full = talk.state.questions >= limits.questions
        if came_from in {ELSE, MORE, ANOTHER} and stage in _SUBSTANTIVE:
            stage = ELSE if full else EXAMPLE
        elif (full and stage in _SUBSTANTIVE) or (laddered and (stage == LADDER or (empty and stage == MEANING))):
            stage = ELSE
        if stage == ANOTHER and (full or len(talk.state.topics_done) >= min(limits.topics, len(talk.guide.topics))):
            talk.finish()
            return
        talk.move(stage, laddered=laddered or stage == LADDER, empty=empty)

    @staticmethod
    def _topic(talk: Talk) -> Topic:
        wanted = talk.state.top.data.get("topic")
        return next((t for t in talk.guide.topics if t.id == wanted), talk.guide.topics[0])
