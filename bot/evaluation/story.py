"""What a simulated participant has told so far, and what is left to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bot.evaluation.people import Answer, Persona


@dataclass(slots=True)
class Story:
    """A persona's answers; `told` holds the ids of those given, in order."""

    persona: Persona
    told: list[str] = field(default_factory=list)

    def ordinary(self) -> list[Answer]:
        """The answers that need no probe."""
        return [answer for answer in self.persona.answers if not answer.only_if_probed]

    @property
    def half_told(self) -> bool:
        """Whether half of the ordinary answers, rounded up, are given."""
        ordinary = self.ordinary()
        given = sum(answer.answer_id in self.told for answer in ordinary)
        return given >= math.ceil(len(ordinary) / 2)

    def next_ordinary(self) -> Answer | None:
        """The next ordinary answer; None when all are given."""
        return next((a for a in self.ordinary() if a.answer_id not in self.told), None)

    def next_probed(self) -> Answer | None:
        """The pending probed answer of the last ordinary answer; None when there is none."""
        ordinary = {answer.answer_id for answer in self.ordinary()}
        last = next((answer_id for answer_id in reversed(self.told) if answer_id in ordinary), None)
        pending = (a for a in self.persona.answers if last and a.only_if_probed and a.follows == last)
        return next((a for a in pending if a.answer_id not in self.told), None)

    def next_offer(self) -> Answer | None:
        """The first unsaid ordinary answer that holds an offer."""
        offers = {point.point_id for point in self.persona.brief if point.kind == "offer"}
        return next((a for a in self.ordinary() if a.answer_id not in self.told and offers & set(a.points)), None)
