"""What is made of one call's sound, both ways: voice activity, echo, nearness, loudness, a line that is not dead."""

from __future__ import annotations

from collections import deque

import numpy as np

from connectors.phone.echo import HEARD_SECONDS, MAX_LAG_SECONDS, EchoJudge
from connectors.phone.loudness import Comfort, louder
from connectors.phone.nearness import Nearness
from connectors.phone.ports import FRAME_SAMPLES, FRAME_SECONDS
from connectors.phone.talking import GOES_ON
from connectors.phone.voice_activity import VoiceActivity
from connectors.speech.ports import Samples

JUDGE_EVERY = round(0.08 / FRAME_SECONDS)
"""Frames between two looks for our echo, while somebody or something is heard."""
SURE = 2
"""Looks in a row that find a person before it is one: the first look at an echo often does not know it yet."""
_ECHO_FRAMES = round((MAX_LAG_SECONDS + 0.2) / FRAME_SECONDS)
"""So long after our last sound its echo may come."""


class LineSignals:
    """Implements `call.Signals`. One call's own."""

    def __init__(self) -> None:
        self._activity, self._echo = VoiceActivity(), EchoJudge()
        self._nearness, self._comfort = Nearness(), Comfort()
        self._recent: deque[Samples] = deque(maxlen=round(HEARD_SECONDS / FRAME_SECONDS))
        self._speech = 0.0
        self._is_echo = False
        self._look_in = self._found = 0
        self._may_echo = self._silent_frames = 0

    def heard(self, frame: Samples) -> tuple[float, bool]:
        """A frame came in: the probability of speech, and whether it counts."""
        for probability in self._activity.feed(frame):
            self._speech = probability
        self._recent.append(frame)
        is_near = self._nearness.hear(frame, speaks=self._speech >= GOES_ON)
        self._look_for_echo()
        return self._speech, is_near and not self._is_echo

    def accepted(self, *, was_caller: bool) -> None:
        """The utterance since the last call of this was the caller's, or was not."""
        if was_caller:
            self._nearness.accept()
        else:
            self._nearness.reject()

    def played(self, frame: Samples) -> None:
        """A frame of our own voice, or of nothing, goes out. A long silence is looked at only when it ends."""
        if not self._may_echo:
            self._silent_frames += 1
            return
        if self._silent_frames:
            self._echo.played(np.zeros(min(self._silent_frames, _ECHO_FRAMES) * FRAME_SAMPLES, np.int16))
            self._silent_frames = 0
        self._echo.played(frame)
        self._may_echo -= 1

    def spoken(self, frame: Samples) -> Samples:
        """A frame of our own voice as it goes out."""
        self._may_echo = _ECHO_FRAMES
        return self._comfort.under(frame)

    def louder(self, samples: Samples, gain_db: float) -> Samples:
        """Our own sound at another loudness."""
        return louder(samples, gain_db)

    def quiet(self) -> Samples:
        """A frame of a line on which nobody speaks."""
        return self._comfort.frame(FRAME_SAMPLES)

    def _look_for_echo(self) -> None:
        """What comes while we speak is an echo until it was found to be none."""
        if not self._may_echo or self._speech < GOES_ON:
            self._is_echo, self._look_in, self._found = bool(self._may_echo), 0, 0
        elif self._look_in:
            self._look_in -= 1
        else:
            is_person = not self._echo.is_echo(np.concatenate(list(self._recent)))
            self._found = self._found + 1 if is_person else 0
            self._is_echo = self._found < SURE
            self._look_in = JUDGE_EVERY - 1
