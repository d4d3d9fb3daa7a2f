"""Telephones as `callers.Caller` holds them, and what is measured at the caller's end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from callers.caller import Caller
from real_phone import Phone
from sip_caller import SipCaller

from connectors.phone.call import CallInProgress
from connectors.speech.ports import RATE_HZ, Samples
from dialogues.types import Expects, Prompt

FRAME_SECONDS = 0.02
AUDIBLE = 250.0
"""Root mean square of 20 ms, of 32,768, from which the caller hears Sayso; the quiet line has about 10."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something the caller said.

    Attributes:
        text: The words.
        began, ended: First and last sound of it, on the monotonic clock.
        expects: What the question expected.
        pause: Silence after which Sayso takes it for said.
    """

    text: str
    began: float
    ended: float
    expects: Expects
    pause: float


def sounding(samples: Samples, audible: float = AUDIBLE) -> np.ndarray:
    """For each 20 ms (16 kHz), whether something is heard; shape (frames,)."""
    size = round(RATE_HZ * FRAME_SECONDS)
    whole = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    return np.sqrt((whole**2).mean(axis=1)) > audible if len(whole) else np.zeros(0, bool)


def span(samples: Samples) -> tuple[float, float]:
    """Seconds to the first and the last sound."""
    at = np.flatnonzero(sounding(samples, 150.0))
    return (at[0] * FRAME_SECONDS, (at[-1] + 1) * FRAME_SECONDS) if len(at) else (0.0, 0.0)


class _Receiver:
    """What `Caller.talks` asks of a line."""

    def __init__(self, held: CallInProgress) -> None:
        self.held = held
        self.said: list[Said] = []
        self._since = time.monotonic()
        self._busy_until = 0.0
        self.words: list[str] = []

    @property
    def heard(self) -> range:
        """As long as the call in frames."""
        return range(round((time.monotonic() - self._since) / FRAME_SECONDS))

    @property
    def is_silent(self) -> bool:
        return time.monotonic() >= self._busy_until

    def _note(self, samples: Samples, text: str) -> None:
        session, now = self.held.session, max(time.monotonic(), self._busy_until)
        asked = session.said_last[-1].expects if session.said_last else Expects.NONE
        first, last = span(samples)
        pause = session.manners.patience(asked, text, session.stretch)
        self.said.append(Said(text, now + first, now + last, asked, pause))
        self._busy_until = now + len(samples) / RATE_HZ


class SipReceiver(_Receiver):
    """Our own telephone, with exact times."""

    def __init__(self, sip: SipCaller, held: CallInProgress) -> None:
        super().__init__(held)
        self.sip = sip

    @property
    def ended(self) -> bool | None:
        return True if self.sip._over.is_set() else None

    def says(self, samples: Samples, text: str = "") -> None:
        self._note(samples, text)
        self.sip.say(samples)

    def presses(self, key: str) -> None:
        self.sip.keys(key)

    def first_heard_after(self, moment: float) -> float | None:
        """When Sayso was first heard from then on; None for never."""
        return next((p.at for p in self.sip.packets if p.at >= moment and _is_heard(p.samples)), None)

    def last_heard_before(self, moment: float) -> float | None:
        """When Sayso was last heard before that."""
        return next((p.at for p in reversed(self.sip.packets) if p.at < moment and _is_heard(p.samples)), None)

    def heard_seconds(self, begin: float, end: float) -> float:
        """How much of that time Sayso was heard."""
        return FRAME_SECONDS * sum(begin <= p.at < end and _is_heard(p.samples) for p in self.sip.packets)


class PhoneReceiver(_Receiver):
    """A real telephone: baresip."""

    def __init__(self, phone: Phone, held: CallInProgress) -> None:
        super().__init__(held)
        self.phone = phone
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def ended(self) -> bool | None:
        return True if any(event["type"] == "CALL_CLOSED" for _, event in self.phone.events) else None

    def says(self, samples: Samples, text: str = "") -> None:
        self._note(samples, text)
        self._beside(self.phone.say(samples))

    def presses(self, key: str) -> None:
        self._beside(self.phone.keys(key))

    def _beside(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@dataclass
class Person(Caller):
    """A `Caller` who has answers of their own to some questions, by prompt id."""

    answers: dict[str, str] = field(default_factory=dict)

    def _reply(self, asked: Prompt) -> str:
        return self.answers.get(asked.id) or super()._reply(asked)


def _is_heard(samples: Samples) -> bool:
    return bool(np.sqrt((samples.astype(np.float64) ** 2).mean()) > AUDIBLE)
