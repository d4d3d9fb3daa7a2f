"""What surrounds a match and changes its meaning: idiom, story, drill, long ago, put right, denied, only supposed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.safeguarding.language import Compiled
from bot.safeguarding.library import Library
from bot.safeguarding.text import BREAK, NormalText

NEAR_WORDS = 25  # how far a story, a date or an outcome reaches in speech without full stops
BEFORE_WORDS = 4  # how far a "not" or an "if" reaches
_TURNS = frozenset({BREAK, "and", "but", "because", "so", "only", "then", "well", "yes", "except", "anyway"})
_CUES = ("fiction", "past", "resolved", "ongoing", "now", "drill", "banter", "denial")
_THOUGHT = frozenset({"suicidal_thoughts", "danger_suicide", "emotional_abuse", "coercion", "despair"})
_DANGER = "danger_"


def find(compiled: Compiled, text: NormalText) -> list[tuple[int, int]]:
    """All the places (word indices) where a pattern matches."""
    if compiled.anchors and not any(anchor in text.string for anchor in compiled.anchors):
        return []
    return [text.indices(*match.span()) for match in compiled.regex.finditer(text.string)]


def cover_idioms(text: NormalText, library: Library) -> NormalText:
    """The text with the idioms covered up."""
    return text.covered([place for compiled in library.scope["idioms"] for place in find(compiled, text)])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where in a text the cues are, by group, as word indices."""

    text: NormalText
    cues: dict[str, list[tuple[int, int]]]
    negation: frozenset[str]
    hypothetical: frozenset[int]

    def excuses(self, category: str, first: int, last: int) -> bool:
        """Whether what surrounds words `first` to `last` says that there is nothing to worry about.

        Args:
            category: The category that the words speak for.
            first: Index of the first word of the match.
            last: One past its last word.
        """
        if self._near("fiction", first, last, ahead=8) or self._denied(category, first):
            return True
        if category.startswith(_DANGER) and self._near("drill", first, last, ahead=NEAR_WORDS):
            return True
        return self._over(first, last) or (category != "danger_suicide" and self._near("denial", first, last, ahead=8))

    def playful(self, first: int, last: int) -> bool:
        """Whether people laugh about it together (takes away from weak patterns only)."""
        return self._near("banter", first, last, ahead=NEAR_WORDS)

    def _near(self, group: str, first: int, last: int, *, ahead: int) -> bool:
        return any(start < last + ahead and end > first - NEAR_WORDS for start, end in self.cues[group])

    def _over(self, first: int, last: int) -> bool:
        now = [place for place in self.cues["now"] if place[0] < last + NEAR_WORDS]
        past = [p for p in self.cues["past"] if p[0] < last + NEAR_WORDS and p[1] > first - NEAR_WORDS]
        if past and not any(min(p[1] for p in past) <= start <= last for start, _ in now):
            return True
        if any(start > last for start, _ in self.cues["ongoing"]):
            return False
        return any(start >= last - 1 and start < last + NEAR_WORDS for start, _ in self.cues["resolved"])

    def _denied(self, category: str, first: int) -> bool:
        if category in _THOUGHT and first in self.hypothetical:
            return False
        for index in range(first - 1, max(-1, first - 1 - BEFORE_WORDS), -1):
            word = self.text.words[index].norm
            if word in _TURNS:
                return False
            if word in self.negation and not self._worry(index):
                return True
            if index in self.hypothetical and category not in _THOUGHT:
                return True
        return False

    def _worry(self, index: int) -> bool:
        following = self.text.words[index + 1].norm if index + 1 < len(self.text.words) else ""
        return following in {"worry", "mind", "bother", "know", "like", "tell", "say", "want", "be"}


def surroundings(text: NormalText, library: Library) -> Surroundings:
    """Finds the cues in a text (after the idioms were covered)."""
    cues = {name: [place for c in library.scope[name] for place in find(c, text)] for name in _CUES}
    supposed = [place for c in library.scope["hypothetical"] for place in find(c, text)]
    words = {word.strip() for c in library.scope["negation"] for word in c.anchors if " " not in word.strip()}
    return Surroundings(text, cues, frozenset(words), frozenset(i for a, b in supposed for i in range(a, b)))
