"""How far people came in their talk, and who they say they are. Pure; always in steps of five, so that steps that lie
inside each other never tell of one to four people by their difference.

Groups of an about-you question stand alone: neither how many answered nor how many did not is published, for the groups
that are shown would then give away the one that is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.insights.columns import Book, Ints, Table, month_of, people
from bot.insights.model import Journey
from bot.insights.suppression import publish

STEPS = ("started", "consented", "first_topic", "beans", "read_back", "ended")

Questions = Mapping[str, Sequence[str]]
"""The about-you questions that have a fixed set of answers, with these."""


@dataclass(frozen=True, slots=True)
class TalkFacts:
    """What counting needs to know of one talk; no words.

    Attributes:
        step: The last of `STEPS` that the person came to, by its place from 0.
        answers: Question and answer, where the person let their words be kept.
    """

    person: int
    service: str
    day: date
    step: int
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Talks(Table):
    """Talks, one a row, sorted by person. `step` and `answers` as in `TalkFacts`; `answers` by number in the book."""

    DTYPES = (np.int64, np.int16, np.int32, np.int8, np.int32)

    book: Book
    person: Ints
    service: Ints
    month: Ints
    step: Ints
    answers: Ints

    @classmethod
    def of(cls, talks: Iterable[TalkFacts], book: Book | None = None) -> Talks:
        """Columns of plain facts."""
        book = book or Book.new()
        return cls.of_rows(
            book,
            (
                (
                    talk.person,
                    book.services.code(talk.service),
                    month_of(talk.day),
                    talk.step,
                    book.answers.code(talk.answers),
                )
                for talk in talks
            ),
        )


def step_of(*, consented: bool, topic: bool, beans: bool, read_back: bool, ended: bool) -> int:
    """The last step that a talk came to; whoever came to a later one counts for those before."""
    reached = (True, consented, topic, beans, read_back, ended)
    return max(index for index, is_reached in enumerate(reached) if is_reached)


def journey_of(talks: Talks, questions: Questions, invited: int = 0) -> Journey:
    """How many people came how far, in one view.

    Args:
        talks: The talks of the view.
        questions: See `Questions`.
        invited: People to whom a first call was planned.
    """
    starts = np.flatnonzero(np.r_[True, np.diff(talks.person) != 0]) if len(talks) else np.zeros(0, dtype=np.int64)
    furthest = np.maximum.reduceat(talks.step, starts) if len(talks) else talks.step
    return Journey(
        invited=publish(invited, exact=False),
        steps={step: publish(int((furthest >= place).sum()), exact=False) for place, step in enumerate(STEPS)},
        about={
            question: {
                answer: publish(people(talks.person[_answered(talks, question, answer)]), exact=False)
                for answer in answers
            }
            for question, answers in questions.items()
        },
    )


def _answered(talks: Talks, question: str, answer: str) -> Ints:
    return talks.book.answers.mapped(f"{question} {answer}", lambda pairs: (question, answer) in pairs)[talks.answers]
