"""An application with the Twilio line and nothing else, served for real, with a peer that rings it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
from fastapi import FastAPI
from serving import serving
from twilio_peer import SETTINGS, TwilioPeer
from twilio_peer_stream import Weather

from connectors.phone.dialling import Outcome
from connectors.phone.ports import FRAME_SAMPLES, Call, HungUp, Key, Line, Played, Serve, Sound
from connectors.phone.twilio import TwilioSettings, router
from connectors.speech.ports import RATE_HZ, Samples


@dataclass(slots=True)
class Reports:
    """Keeps reports; refuses them where told to."""

    kept: list[tuple[str, str, Outcome]] = field(default_factory=list)
    broken: bool = False

    async def report(self, call_id: str, planned_id: str, outcome: Outcome) -> None:
        if self.broken:
            raise RuntimeError("+441632960123 cannot be stored")
        self.kept.append((call_id, planned_id, outcome))

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for _, _, outcome in self.kept]


@dataclass(slots=True)
class Listener:
    """Takes a call: keeps what comes in until it is over."""

    calls: list[Call] = field(default_factory=list)
    keys: str = ""
    played: list[str] = field(default_factory=list)
    sound: list[Samples] = field(default_factory=list)
    ends: list[HungUp] = field(default_factory=list)

    async def __call__(self, line: Line) -> None:
        self.calls.append(line.call)
        async for event in line.events():
            await self.take(line, event)

    async def take(self, line: Line, event: object) -> None:
        match event:
            case Key(key):
                self.keys += key
            case Played(mark):
                self.played.append(mark)
            case Sound(samples):
                self.sound.append(samples)
            case HungUp():
                self.ends.append(event)

    @property
    def heard(self) -> Samples:
        return np.concatenate(self.sound) if self.sound else np.zeros(0, np.int16)


@asynccontextmanager
async def twilio(
    serve: Serve,
    reports: Reports | None = None,
    *,
    settings: TwilioSettings = SETTINGS,
    speed: float = 10.0,
    weather: Weather | None = None,
) -> AsyncIterator[TwilioPeer]:
    """The application, with a peer."""
    app = FastAPI()
    app.include_router(router(settings, serve, reports or Reports()))
    async with serving(app) as url, TwilioPeer(url, settings, speed=speed, weather=weather) as peer:
        yield peer


def tone(hertz: float, seconds: float) -> Samples:
    """A sine, 16 kHz, at a quarter of full scale."""
    return (8_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)).astype(np.int16)


def frames(samples: Samples) -> list[Samples]:
    """Whole frames of 20 ms."""
    return [samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)]


def pitch(samples: Samples) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples.astype(float) * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * RATE_HZ / len(samples)
