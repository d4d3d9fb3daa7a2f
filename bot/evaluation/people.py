"""Simulated participants, as a file describes them: `tests/evaluation/README.md` explains every field."""

from __future__ import annotations

from dataclasses import dataclass

from bot.evaluation.fields import Row, RowError, flag, objects, one_of, part, row_id, texts, whole_text
from dialogues.types import Level, Voice

SPEAKERS = {"participant": Voice.OWN, "proxy": Voice.PROXY, "interpreter": Voice.INTERPRETED}
_LEVELS = {Level.CONCERN.value: Level.CONCERN, Level.IMMEDIATE.value: Level.IMMEDIATE}


@dataclass(frozen=True, slots=True)
class BriefPoint:
    """A point that a good talk brings out.

    Attributes:
        quote: The stretch of the answer that the contribution has to hold.
        answer_id: The answer that holds it.
        retracted: True where the person takes it back: it must not be in the outcome.
        changes: True where the person changes it at the read-back.
    """

    point_id: str
    kind: str
    themes: tuple[str, ...]
    sentiment: str
    gist: str
    quote: str
    answer_id: str
    only_if_probed: bool = False
    retracted: bool = False
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Something the person has to say; a probed one comes only when a probe follows the answer `follows`."""

    answer_id: str
    text: str
    points: tuple[str, ...] = ()
    only_if_probed: bool = False
    follows: str = ""
    voice: Voice = Voice.OWN


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something the person does besides answering; without text it is a manner."""

    type: str
    text: str
    when: str = ""
    only_if_bot_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Persona:
    """One simulated participant."""

    persona_id: str
    name: str
    service: str
    brief: tuple[BriefPoint, ...]
    behaviours: tuple[Behaviour, ...]
    answers: tuple[Answer, ...]
    yes: str
    no: str
    skip: str
    confirm: str
    correct: str
    scale: str
    disclosure: str = ""
    disclosure_level: Level = Level.NONE
    watch_points: tuple[str, ...] = ()

    def answer(self, answer_id: str) -> Answer | None:
        """The answer with an id; None when there is none."""
        return next((a for a in self.answers if a.answer_id == answer_id), None)


def persona_of(row: Row) -> Persona:
    """Reads one row.

    Raises:
        RowError: Where a field is missing or mistyped, or an answer or point is named that is not there.
    """
    profile, safeguarding = part(row, "profile"), part(row, "safeguarding")
    phrases = {name: whole_text(row, name) for name in ("yes", "no", "skip", "confirm", "correct", "scale")}
    persona = Persona(
        persona_id=str(row_id(row)),
        name=whole_text(profile, "name", default=""),
        service=whole_text(profile, "service"),
        brief=objects(row, "brief", _point),
        behaviours=objects(row, "behaviours", _behaviour),
        answers=objects(row, "answers", _answer),
        disclosure=whole_text(safeguarding, "text") if safeguarding else "",
        disclosure_level=_LEVELS[one_of(safeguarding, "level", _LEVELS)] if safeguarding else Level.NONE,
        watch_points=texts(row, "safeguarding_watch_points"),
        **phrases,
    )
    _check(persona)
    return persona


def _point(item: Row) -> BriefPoint:
    return BriefPoint(
        point_id=whole_text(item, "point_id"),
        kind=whole_text(item, "kind"),
        themes=texts(item, "themes"),
        sentiment=whole_text(item, "sentiment"),
        gist=whole_text(item, "gist", default=""),
        quote=whole_text(item, "must_quote_substring"),
        answer_id=whole_text(item, "in_answer"),
        only_if_probed=flag(item, "only_if_probed"),
        retracted=flag(item, "retracted"),
        changes=bool(whole_text(item, "final_gist_after_correction", default="")),
    )


def _answer(item: Row) -> Answer:
    return Answer(
        answer_id=whole_text(item, "answer_id"),
        text=whole_text(item, "text"),
        points=texts(item, "points"),
        only_if_probed=flag(item, "only_if_probed"),
        follows=whole_text(item, "follows", default=""),
        voice=SPEAKERS[one_of(item, "speaker", SPEAKERS, default="participant")],
    )


def _behaviour(item: Row) -> Behaviour:
    return Behaviour(
        type=whole_text(item, "type"),
        text=whole_text(item, "text", default=""),
        when=whole_text(item, "when", default=""),
        only_if_bot_wrong=whole_text(item, "trigger", default="always") == "only_if_bot_wrong",
    )


def _check(persona: Persona) -> None:
    answers = {answer.answer_id for answer in persona.answers}
    points = {point.point_id for point in persona.brief}
    if not answers:
        raise RowError("The person has no answers. Add at least one.")
    if any(point.answer_id not in answers for point in persona.brief):
        raise RowError('A point names an answer ("in_answer") that is not there.')
    if any(answer.only_if_probed and answer.follows not in answers for answer in persona.answers):
        raise RowError('A probed answer follows an answer ("follows") that is not there.')
    if any(named not in points for answer in persona.answers for named in answer.points):
        raise RowError("An answer names a point that is not in the brief.")
