"""The plain types that every part of Sayso speaks. This module imports nothing of the project.

A turn travels: connector (`Turn`) → engine → understanding (`Understanding`) → manager (`Prompt`s and `Event`s) →
records → page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Act(StrEnum):
    """What a person does with an utterance. `answer` is any content."""

    REPEAT = "repeat"
    SLOWER = "slower"
    FASTER = "faster"
    LOUDER = "louder"
    EXPLAIN = "explain"
    SKIP = "skip"
    DONT_KNOW = "dont_know"
    STOP = "stop"
    PAUSE = "pause"
    HUMAN = "human"
    GO_BACK = "go_back"
    CORRECT = "correct"
    AFFIRM = "affirm"
    DENY = "deny"
    AFFIRM_BUT = "affirm_but"
    DENY_BUT = "deny_but"
    PARTIAL = "partial"
    THANKS = "thanks"
    GREET = "greet"
    GOODBYE = "goodbye"
    WHATS_NEXT = "whats_next"
    PRIVACY = "privacy"
    TAKE_BACK = "take_back"
    RESTART = "restart"
    MY_DATA = "my_data"
    OFF_TOPIC = "off_topic"
    ANSWER = "answer"


class Expects(StrEnum):
    """The form of reply that a prompt waits for; it drives grammar, buttons, forms and end-of-turn pauses."""

    OPEN = "open"
    PROBE = "probe"
    YES_NO = "yes_no"
    SCALE = "scale"
    CHOICE = "choice"
    BEANS = "beans"
    READ_BACK = "read_back"
    NONE = "none"


class Purpose(StrEnum):
    """Why a prompt is said."""

    GREETING = "greeting"
    CONSENT_TAKE_PART = "consent_take_part"
    CONSENT_KEEP = "consent_keep"
    CONSENT_QUOTE = "consent_quote"
    CONSENT_CONTACT = "consent_contact"
    NEEDS = "needs"
    WARM_UP = "warm_up"
    TOPIC_CHOICE = "topic_choice"
    TOPIC_OPEN = "topic_open"
    PROBE = "probe"
    LADDER = "ladder"
    ANYTHING_ELSE = "anything_else"
    OFFER = "offer"
    BEANS = "beans"
    READ_BACK = "read_back"
    ABOUT_YOU = "about_you"
    CLOSING = "closing"
    REPAIR = "repair"
    SAFETY = "safety"
    FOLLOW_UP = "follow_up"


class Voice(StrEnum):
    """Whose words an utterance is. Never pooled: a proxy's words are not counted with the person's own."""

    OWN = "own"
    RELAYED = "relayed"
    INTERPRETED = "interpreted"
    PROXY = "proxy"


class Level(StrEnum):
    """Safeguarding level of an utterance."""

    NONE = "none"
    CONCERN = "concern"
    IMMEDIATE = "immediate"


class Scope(StrEnum):
    """What a consent covers; each is asked apart."""

    TAKE_PART = "take_part"
    KEEP = "keep"
    QUOTE = "quote"
    CONTACT = "contact"


class Status(StrEnum):
    """Where a contribution stands with the person who said it."""

    HEARD = "heard"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class EndReason(StrEnum):
    """How a conversation ended."""

    CLOSING = "closing"
    STOPPED = "stopped"
    DECLINED = "declined"
    SAFETY = "safety"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


Value = float | str | tuple[tuple[str, float], ...] | None
"""A number for scale and beans (or `(label, number)` pairs), an option's value for choice, the part to change for
correct, the subject for take_back, else None."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice under a prompt. On a phone it is spoken as "for {label}, press {key}"."""

    label: str
    value: str
    key: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing that Sayso says.

    Attributes:
        id: Stable id of the wording, e.g. `consent.keep`; a repeat keeps it.
        text: The words, ready to be shown or spoken.
        serious: True where warmth must not turn into cheer (consent, safety).
        quoted: The person's own words inside `text`, exempt from the wording lint.
    """

    id: str
    text: str
    expects: Expects
    purpose: Purpose
    options: tuple[Option, ...] = ()
    serious: bool = False
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One recognised word with its place in the recording."""

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a recogniser heard a spoken turn.

    Attributes:
        recogniser: Which one, with its model.
        words: The words with their times, as recognised.
        recording: The audio as it came in; empty where none is to be kept.
    """

    recogniser: str
    words: tuple[HeardWord, ...] = ()
    recording: bytes = b""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came in from a person through a connector.

    Attributes:
        conversation_id: The conversation it belongs to.
        message_id: The connector's own id of the message; the same id is handled once.
        text: The words, as typed or recognised.
        at: When it arrived, time zone aware (UTC).
        voice: Whose words they are.
        channel: `console`, `web`, `api`, `telegram`, `phone`, `simulate`.
        confidence: The recogniser's confidence, 0 to 1; None for typed text.
        hearing: How it was heard; None for typed text.
        amends: Id of the earlier message that this one replaces; empty for a message of its own.
    """

    conversation_id: str
    message_id: str
    text: str
    at: datetime
    voice: Voice = Voice.OWN
    channel: str = "api"
    confidence: float | None = None
    hearing: Hearing | None = None
    amends: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The question just asked, as far as understanding needs it.

    Attributes:
        question: The words of the last prompt; empty when there is none.
        kind: What it expects.
        options: The options it offers, for choice.
        labels: The things that can be named in reply (points under the beans), in order.
    """

    question: str = ""
    kind: Expects = Expects.OPEN
    options: tuple[Option, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One experience, preference, suggestion, need or offer in a turn.

    Attributes:
        start: First character in the turn's text (Unicode code points).
        end: One past the last.
        quote: Exactly `text[start:end]`.
        kinds: Of praise, problem, preference, suggestion, need, offer; at least one.
        themes: Ids of the coding frame, main one first; at least one.
        sentiment: positive, negative, mixed or neutral.
        sense: Id of the Senses framework where the person said why it matters, else None.
        confidence: 0 to 1, of the coding.
        read_back: Second-person re-wording for the read-back, or None to quote.
        i_statement: First-person statement made of the person's own words, or None.
        label: Short noun phrase for the bean question, in plain words ("the time of the tea call").
    """

    start: int
    end: int
    quote: str
    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    sense: str | None = None
    confidence: float = 0.0
    read_back: str | None = None
    i_statement: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Screening:
    """What the safeguarding screen makes of a turn.

    Attributes:
        level: none, concern or immediate.
        type: Category as listed in `understanding.md` (`danger_health`, `neglect`, ...), None for level none.
        evidence: (start, end) of the words that triggered it.
        staff_named: True when the words accuse a provider's staff; the alert then goes around that provider.
        sure: False for a hint that only the learned scorer sees, and not clearly: an alert leaves for a person to look
            at, and the talk goes on as it was.
    """

    level: Level = Level.NONE
    type: str | None = None
    evidence: tuple[tuple[int, int], ...] = ()
    staff_named: bool = False
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Understanding:
    """A turn, understood.

    Attributes:
        text: The turn's words, cleaned of control characters.
        act: What the person does.
        confidence: 0 to 1.
        value: See `Value`.
        voice: Whose words.
        points: Points found in the content; empty for pure control acts.
        screening: The safeguarding screen's result.
        cannot_wait: True for a request for help that cannot wait ("nobody has come this morning").
        degraded: True when the built-in rules answered for the nlu server.
        turn_number: The turn's number in the conversation, set by the engine (0 upwards).
    """

    text: str
    act: Act
    confidence: float = 1.0
    value: Value = None
    voice: Voice = Voice.OWN
    points: tuple[Point, ...] = ()
    screening: Screening = field(default_factory=Screening)
    cannot_wait: bool = False
    degraded: bool = False
    turn_number: int = 0


# Events: what the manager decided, for the engine to record. Pure data; nothing happens until the engine stores them.


@dataclass(frozen=True, slots=True)
class ConsentAnswered:
    """A separate yes or no to one consent question, or a later change of it."""

    scope: Scope
    answer: bool
    wording: str  # prompt id
    wording_version: str


@dataclass(frozen=True, slots=True)
class PointHeard:
    """A new contribution. `point_id` is unique in the conversation (`p1`, `p2`, ...)."""

    point_id: str
    turn_number: int
    voice: Voice
    point: Point


@dataclass(frozen=True, slots=True)
class PointConfirmed:
    point_id: str


@dataclass(frozen=True, slots=True)
class PointCorrected:
    """The person changed a point; `note` holds their own words for the change, said in `turn_number`."""

    point_id: str
    turn_number: int
    note: str
    read_back: str


@dataclass(frozen=True, slots=True)
class PointWithdrawn:
    """The person took a point back. Effective everywhere at once; `undone` brings it back."""

    point_id: str
    undone: bool = False


@dataclass(frozen=True, slots=True)
class HearingSettled:
    """What became of the second hearing of a turn: `used`, `accepted` (its text is the turn's now), or `refused`."""

    turn_number: int
    settled: str


@dataclass(frozen=True, slots=True)
class PointReheard:
    """A point as the second hearing of its turn has it."""

    point_id: str
    point: Point


@dataclass(frozen=True, slots=True)
class Rewound:
    """The last turn is taken back for a changed one; `(point_id, status, beans)` of each point as it was before."""

    points: tuple[tuple[str, Status, int | None], ...]


@dataclass(frozen=True, slots=True)
class SenseGiven:
    """The person said why a point matters (ladder)."""

    point_id: str
    sense: str | None
    turn_number: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class BeansPlaced:
    """All the beans: `(point_id, beans)` pairs that sum to ten, or an abstention with none."""

    beans: tuple[tuple[str, int], ...]
    abstained: bool = False


@dataclass(frozen=True, slots=True)
class NeedRecorded:
    """An access need: `pace`, `volume` or `helper`, with its value ("slower", "louder", "yes")."""

    need: str
    value: str


@dataclass(frozen=True, slots=True)
class AboutYouAnswered:
    """An optional characteristic, as the person gave it in reply to that very question; never inferred."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class TalkRated:
    """The reply to "how was this talk?", in the person's words."""

    turn_number: int


@dataclass(frozen=True, slots=True)
class CallbackRequested:
    """A person asks for a person."""

    reason: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """A safeguarding alert that must leave at once."""

    turn_number: int
    level: Level
    type: str
    evidence: tuple[tuple[int, int], ...]
    staff_named: bool = False


@dataclass(frozen=True, slots=True)
class AlertWish:
    """What the person would like to happen about an alert, said in `turn_number`."""

    turn_number: int


@dataclass(frozen=True, slots=True)
class CopyRequested:
    """The person asks for a copy of what is held."""


@dataclass(frozen=True, slots=True)
class Paused:
    """To be taken up again, at the latest after `days`."""

    days: int = 14


@dataclass(frozen=True, slots=True)
class Resumed:
    """Taken up again."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class AllWithdrawn:
    """The person withdrew from everything: every point and every word goes."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The topics start again: the points heard so far are withdrawn, consents stay."""


Event = (
    ConsentAnswered
    | PointHeard
    | PointConfirmed
    | PointCorrected
    | PointWithdrawn
    | SenseGiven
    | BeansPlaced
    | NeedRecorded
    | AboutYouAnswered
    | TalkRated
    | CallbackRequested
    | AlertRaised
    | AlertWish
    | CopyRequested
    | Paused
    | Resumed
    | Ended
    | AllWithdrawn
    | Restarted
    | HearingSettled
    | PointReheard
    | Rewound
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the engine gives back for a turn.

    Attributes:
        prompts: What to say, in order; the last one carries the question.
        done: True when the conversation is over (ended, or paused until later).
        act: What was understood, for transcripts and tests.
        duplicate: True when this message had been handled before.
        joined: True when the message became part of a turn whose first message carries the reply.
    """

    conversation_id: str
    prompts: tuple[Prompt, ...]
    done: bool = False
    act: Act | None = None
    duplicate: bool = False
    degraded: bool = False
    joined: bool = False


class TurnHandler(Protocol):
    """The engine, as connectors see it. Connectors are given one; they import no engine."""

    async def start(
        self,
        *,
        service: str,
        channel: str,
        preferred_name: str = "",
        resume_code: str = "",
        identity: str = "",
        greeted: bool = False,
    ) -> Reply:
        """Opens a conversation (or takes up a paused one by its code) and returns the first prompts.

        `identity` recognises the same person again (`telegram:123`); only a keyed hash of it is kept. `greeted` leaves
        out who is speaking and whether it is a good time, where the channel has said so.
        """

    async def handle_turn(self, turn: Turn) -> Reply:
        """Stores and answers one turn. A turn that `amends` the latest one takes its place."""

    async def hear_again(self, conversation_id: str, message_id: str, text: str, hearing: Hearing) -> None:
        """Takes a second, better hearing of a spoken message, whenever it comes; nothing is said in reply."""

    async def last_prompts(self, conversation_id: str) -> Reply:
        """What was said last, for a page that is opened again."""


class CallHandler(TurnHandler, Protocol):
    """The engine, as calls see it: a caller falls silent, hangs up, and is known again by other means than a code."""

    async def resume(self, conversation_id: str, channel: str) -> Reply:
        """Takes up an unfinished conversation of somebody who is known without a code."""

    async def leave(self, conversation_id: str, channel: str) -> None:
        """The person left without a word: the talk waits for them. Nothing is said."""

    async def simpler(self, conversation_id: str) -> Prompt | None:
        """The question that waits in simpler words; None where there are none. Nothing is stored."""


class Parser(Protocol):
    """Understands acts: the nlu client, the built-in rules, or a fake in unit tests."""

    async def parse(self, text: str, context: Context) -> Understanding:
        """Returns act, confidence, value; never raises for any text."""


class Analyser(Protocol):
    """Structures content. Pure and synchronous; at most 25 ms for one answer."""

    def points(self, text: str, question: str) -> tuple[Point, ...]:
        """Finds and codes the points in an answer."""

    def screen(self, text: str) -> Screening:
        """Safeguarding screen."""

    def redact(self, text: str) -> str:
        """The text with identities replaced by [name], [phone], ..."""
