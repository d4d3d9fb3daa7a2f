"""A handler that follows the protocol, plays a short script and records what it got; for tests of the ways in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.web import ServiceChoice
from dialogues.errors import SaysoError
from dialogues.types import Act, Expects, Option, Prompt, Purpose, Reply, Turn

YES_NO = (Option("Yes", "yes", "1"), Option("No", "no", "2"))
TOPICS = (
    Option("The people who help me", "people", "1"),
    Option("Meals", "meals", "2"),
    Option("Something else", "other", "3"),
)
CHECK = (Option("That is right", "right", "1"), Option("Change it", "change", "2"), Option("Take it out", "out", "3"))

SCRIPT = (
    Prompt(
        "consent.take_part",
        "Your care stays the same, whatever you tell me. Would you like to take part?",
        Expects.YES_NO,
        Purpose.CONSENT_TAKE_PART,
        YES_NO,
        serious=True,
    ),
    Prompt("topic.choice", "What would you like to talk about?", Expects.CHOICE, Purpose.TOPIC_CHOICE, TOPICS),
    Prompt("topic.open", "What matters most to you about the meals?", Expects.OPEN, Purpose.TOPIC_OPEN),
    Prompt("beans.ask", "You have ten beans. How many for the time of the tea call?", Expects.BEANS, Purpose.BEANS),
    Prompt(
        "read_back",
        "You said: they come at four, and I'm not hungry. Is that right?",
        Expects.READ_BACK,
        Purpose.READ_BACK,
        CHECK,
    ),
    Prompt(
        "closing", "Thank you. The service has to answer within twenty working days.", Expects.NONE, Purpose.CLOSING
    ),
)
HELLO = Prompt("greeting", "Hello. I am Sayso, a talking machine.", Expects.NONE, Purpose.GREETING)
CODE = "K7HM-4TWD"
SERVICES = (ServiceChoice("home", "Keighley Home Support"), ServiceChoice("day", "Rose Day Centre"))


@dataclass
class FakeHandler:
    """Plays `SCRIPT`, one prompt a turn. `failures` are raised by the next turns, in order."""

    starts: list[Mapping[str, str]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    script: Sequence[Prompt] = SCRIPT
    replies: dict[str, Reply] = field(default_factory=dict)
    said: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    handled: dict[tuple[str, str], Reply] = field(default_factory=dict)

    async def start(self, *, service: str, channel: str, preferred_name: str = "", resume_code: str = "") -> Reply:
        asked = {"service": service, "channel": channel, "preferred_name": preferred_name, "resume_code": resume_code}
        self.starts.append(asked)
        if self.failures:
            raise self.failures.pop(0)
        if resume_code:
            return self._resume(resume_code)
        if service not in {choice.id for choice in SERVICES}:
            raise SaysoError("service_unknown", "There is no such service. Choose another.")
        number = len(self.replies)
        reply = Reply(f"c-{number}-0f8fad5bd9cb469fa16570867728950e", (HELLO, self.script[0]))
        return self._keep(reply)

    def _resume(self, code: str) -> Reply:
        if code != CODE or not self.replies:
            raise SaysoError("resume_code_unknown", "We do not know that code. Please check it.")
        return next(iter(self.replies.values()))

    async def handle_turn(self, turn: Turn) -> Reply:
        if self.failures:
            raise self.failures.pop(0)
        last = await self.last_prompts(turn.conversation_id)
        before = self.handled.get((turn.conversation_id, turn.message_id))
        if before is not None:
            return Reply(before.conversation_id, before.prompts, before.done, before.act, duplicate=True)
        self.turns.append(turn)
        self.said[turn.conversation_id].append(("participant", turn.text))
        reply = self._next(last, turn)
        self.handled[turn.conversation_id, turn.message_id] = reply
        return self._keep(reply)

    def _next(self, last: Reply, turn: Turn) -> Reply:
        current = last.prompts[-1]
        if turn.text == "Say that again":
            return Reply(turn.conversation_id, (current,), act=Act.REPEAT)
        if turn.text == "Stop":
            return Reply(turn.conversation_id, (self.script[-1],), done=True, act=Act.STOP)
        following = self.script[min(self.script.index(current) + 1, len(self.script) - 1)]
        is_last = following is self.script[-1]
        return Reply(turn.conversation_id, (following,), done=is_last, act=Act.ANSWER)

    def _keep(self, reply: Reply) -> Reply:
        self.replies[reply.conversation_id] = reply
        spoken = self.said.setdefault(reply.conversation_id, [])
        spoken.append(("sayso", " ".join(prompt.text for prompt in reply.prompts)))
        return reply

    async def last_prompts(self, conversation_id: str) -> Reply:
        if conversation_id not in self.replies:
            raise SaysoError("conversation_unknown", "There is no such conversation. Open a new one.")
        return self.replies[conversation_id]

    async def transcript(self, conversation_id: str) -> Sequence[tuple[str, str]]:
        return list(self.said.get(conversation_id, ()))

    async def resume_code(self, conversation_id: str) -> str | None:
        return CODE if conversation_id in self.replies else None


async def services() -> Sequence[ServiceChoice]:
    """The services of the tests."""
    return SERVICES
