"""When somebody speaks, and for how long: counted from frames, on virtual time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

BEGINS, GOES_ON = 0.5, 0.35
"""Speech begins at the first probability, and goes on down to the second. Source: Silero's own default hysteresis."""
_MEMORY_SECONDS = 1.0


@dataclass(slots=True)
class Talking:
    """One side's speech. Fed with every frame; `forget` begins anew.

    Attributes:
        began_at: When the speech that counts now began; None where there is none.
        spoken: Seconds of speech since then.
        last_at: When the last speech was heard.
        longest_pause: The longest pause after which the person went on, since `began_at`.
    """

    began_at: float | None = None
    spoken: float = 0.0
    last_at: float = 0.0
    longest_pause: float = 0.0
    _on: bool = False
    _run: float = 0.0
    _recent: deque[tuple[float, float]] = field(default_factory=deque)

    def feed(self, now: float, seconds: float, probability: float, *, counts: bool = True) -> None:
        """Takes a frame that ends now.

        Args:
            now: Seconds since the call began.
            seconds: The frame's length.
            probability: That it holds speech, 0 to 1.
            counts: False for an echo, or somebody far from the phone.
        """
        self._on = counts and probability >= (GOES_ON if self._on else BEGINS)
        self._run = self._run + seconds if self._on else 0.0
        while self._recent and self._recent[0][0] < now - _MEMORY_SECONDS:
            self._recent.popleft()
        if not self._on:
            return
        if self.began_at is None:
            self.began_at = now - seconds
        elif self.spoken:
            self.longest_pause = max(self.longest_pause, now - seconds - self.last_at)
        self.spoken += seconds
        self.last_at = now
        self._recent.append((now, seconds))

    @property
    def going_on(self) -> float:
        """Seconds of speech without a gap until now."""
        return self._run

    def within(self, now: float, seconds: float) -> float:
        """Seconds of speech in the last so many seconds (at most one)."""
        return sum(length for at, length in self._recent if at > now - seconds)

    def silent_for(self, now: float) -> float:
        """Seconds since the last speech; 0.0 before any."""
        return now - self.last_at if self.began_at is not None else 0.0

    def forget(self) -> None:
        """What was heard so far is done with."""
        self.began_at, self.spoken, self.longest_pause = None, 0.0, 0.0
        self._recent.clear()
