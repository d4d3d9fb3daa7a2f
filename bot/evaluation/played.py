"""What a simulated conversation leaves behind: plain records for the files and the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.fields import Row
from bot.evaluation.people import Persona
from bot.records.views import AlertView, ContributionView
from dialogues.types import Voice

SPEAKERS = {
    Voice.OWN: "participant",
    Voice.PROXY: "proxy",
    Voice.INTERPRETED: "interpreter",
    Voice.RELAYED: "volunteer",
}


@dataclass(frozen=True, slots=True)
class SimTurn:
    """One turn, `n` from 0 over every turn of the conversation.

    Attributes:
        expects: What the bot's question expects; None for people.
        act: How the utterance was understood; None for the bot.
        prompt_id: Of the bot's question, else "".
        what: `answer`, `phrase` or a behaviour's type; "bot" for the bot.
        answer_id: Of an answer, else "".
        seconds: How long the reply to this utterance took; None for the bot.
    """

    n: int
    speaker: str
    text: str
    expects: str | None = None
    purpose: str | None = None
    act: str | None = None
    voice: str | None = None
    prompt_id: str = ""
    what: str = "bot"
    answer_id: str = ""
    seconds: float | None = None

    def row(self) -> Row:
        """As `transcripts.jsonl` holds it."""
        names = ("n", "speaker", "text", "expects", "purpose", "act", "voice")
        return {name: getattr(self, name) for name in names} | ({"prompt_id": self.prompt_id} if self.prompt_id else {})


@dataclass(frozen=True, slots=True)
class SimContribution:
    """A contribution with the number of its turn in the transcript; `turn` is None where that is not to be found."""

    turn: int | None
    start: int
    end: int
    quote: str | None
    kinds: tuple[str, ...]
    themes: tuple[str, ...]
    sentiment: str
    sense: str | None
    status: str
    voice: str
    beans: int | None

    @property
    def live(self) -> bool:
        """Not withdrawn."""
        return self.status != "withdrawn"


@dataclass(frozen=True, slots=True)
class SimAlert:
    """An alert, with the words that raised it."""

    turn: int | None
    level: str
    type: str
    quote: str


@dataclass(frozen=True, slots=True)
class Played:
    """One simulated conversation.

    Attributes:
        reason: `closing`, `stopped`, `paused`, `safety`; what else it ended by is not completed.
        cut_short: True where an obeyed stop or pause, or safety, ended it before all was said.
    """

    persona: Persona
    conversation_id: str
    completed: bool
    reason: str
    turns: tuple[SimTurn, ...]
    contributions: tuple[SimContribution, ...] = ()
    alerts: tuple[SimAlert, ...] = ()

    @property
    def cut_short(self) -> bool:
        return self.completed and self.reason != "closing"

    @property
    def answers_said(self) -> frozenset[str]:
        """Ids of the persona's answers that came out."""
        return frozenset(turn.answer_id for turn in self.turns if turn.answer_id)

    def text_of(self, turn: int | None) -> str:
        """The words of a turn; "" where there is none."""
        return self.turns[turn].text if turn is not None else ""

    def transcript_row(self) -> Row:
        """As `transcripts.jsonl` holds it."""
        head = {"persona_id": self.persona.persona_id, "conversation_id": self.conversation_id}
        ending = {"completed": self.completed, "reason": self.reason}
        return {**head, **ending, "turns": [turn.row() for turn in self.turns]}

    def contribution_rows(self) -> list[Row]:
        """As `contributions.jsonl` holds them."""
        head = {"persona_id": self.persona.persona_id, "conversation_id": self.conversation_id}
        return [{**head, **_fields(each)} for each in self.contributions]

    def alert_rows(self) -> list[Row]:
        """As `alerts.jsonl` holds them."""
        return [{"persona_id": self.persona.persona_id, **_fields(each)} for each in self.alerts]


def _fields(record: SimContribution | SimAlert) -> Row:
    values = ((name, getattr(record, name)) for name in record.__dataclass_fields__)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def contribution_of(view: ContributionView, numbers: dict[int, int]) -> SimContribution:
    """A stored contribution with its turn counted as the transcript counts."""
    return SimContribution(
        turn=numbers.get(view.turn_number),
        start=view.start,
        end=view.end,
        quote=view.quote,
        kinds=view.kinds,
        themes=view.themes,
        sentiment=view.sentiment,
        sense=view.sense,
        status=view.status,
        voice=view.voice,
        beans=view.beans,
    )


def alert_of(view: AlertView, numbers: dict[int, int], turns: Sequence[SimTurn]) -> SimAlert:
    """A stored alert; its quote spans the evidence, or is the whole utterance where there is none.

    The alert's own copy of the words comes first: it outlives what is taken back.
    """
    turn = numbers.get(view.turn_number)
    text = view.words or (turns[turn].text if turn is not None else "")
    evidence = view.evidence or ((0, len(text)),)
    quote = text[min(start for start, _ in evidence) : max(end for _, end in evidence)]
    return SimAlert(turn, view.level, view.type, quote)
