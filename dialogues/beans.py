"""Ten beans over the person's own points: spoken one point at a time, with a running remainder and undo.

The invariant: what is emitted sums to ten, or is an explicit abstention.
"""

from __future__ import annotations

import math
from dataclasses import replace

from dialogues.state import Heard
from dialogues.talk import Talk
from dialogues.types import Act, BeansPlaced, Option, Prompt, Understanding, Voice

PLACE, REST, TOP = "", "rest", "top"


class Beans:
    """Runs the ten beans. The frame keeps what is placed, by point id."""

    def question(self, talk: Talk) -> Prompt | None:
        points = self.labelled(talk)
        if len(points) < 2:
            return None
        if not talk.state.top.data.get("introduced"):
            talk.say("beans.intro", labels=listed([p.point.label for p in points]))
            talk.state = talk.state.with_top(talk.state.top.at(talk.state.top.step, introduced=True))
        left = self.left(talk)
        if talk.state.top.step == REST:
            return talk.render("beans.rest", left=spoken(left), labels=listed([p.point.label for p in points], "or"))
        if talk.state.top.step == TOP:
            return talk.render("beans.top", left=spoken(left), label=self._top(talk).point.label)
        return self._place_question(talk, points, left)

    def _place_question(self, talk: Talk, points: tuple[Heard, ...], left: int) -> Prompt | None:
        placed = self.placed(talk)
        waiting = [p for p in points if p.id not in placed]
        if left == 0:
            self._settle(talk)
            return None
        if not waiting:  # a point with beans on it was taken back
            talk.move(REST)
            return self.question(talk)
        label, point_id = waiting[0].point.label, waiting[0].id
        options = tuple(Option(spoken(n), str(n), str(n)) for n in range(left + 1))
        if len(waiting) == 1:
            return replace(talk.render("beans.last", left=spoken(left), label=label), options=options)
        asked = "beans.first" if not placed else "beans.next"
        prompt = talk.render(asked, left=spoken(left).capitalize(), label=label)
        return replace(prompt, id=f"{prompt.id}.{point_id}", options=options)

    def take(self, talk: Talk, heard: Understanding) -> None:
        points, left = self.labelled(talk), self.left(talk)
        waiting = [p for p in points if p.id not in self.placed(talk)]
        if not waiting and talk.state.top.step == PLACE:
            self._settle(talk)
            return
        refused = heard.act is Act.DENY and heard.value is None and talk.state.top.step == PLACE and len(waiting) > 1
        if heard.act is Act.SKIP or refused:
            self._abstain(talk)
        elif heard.act is Act.DONT_KNOW:
            self._unsure(talk)
        elif talk.state.top.step == PLACE:
            self._take_place(talk, heard, waiting, left)
        elif talk.state.top.step == REST:
            self._take_rest(talk, heard, points, left)
        else:
            self._take_top(talk, heard, left)

    def skip(self, talk: Talk) -> None:
        self._abstain(talk)

    def undo(self, talk: Talk) -> bool:
        """Takes the last count back; False when there is none."""
        placed = self.placed(talk)
        if not placed:
            return False
        last = list(placed)[-1]
        talk.move(PLACE, placed={k: v for k, v in placed.items() if k != last})
        return True

    # -- taking -----------------------------------------------------------------------------------------------

    def _take_place(self, talk: Talk, heard: Understanding, waiting: list[Heard], left: int) -> None:
        new = self._counts(talk, heard, waiting, left)
        if new is None:
            talk.misunderstood(self)
        elif sum({**self.placed(talk), **new}.values()) > talk.script.talk.limits.beans:
            talk.say("beans.too_many", left=spoken(left))
            talk.state = replace(talk.state, failures=talk.state.failures + 1)
            if talk.state.failures > talk.script.talk.limits.misunderstandings:
                self._abstain(talk)
        else:
            self._place(talk, {**self.placed(talk), **new})

    def _counts(self, talk: Talk, heard: Understanding, waiting: list[Heard], left: int) -> dict[str, int] | None:
        """Beans for one or several points, or None where the reply holds no whole number of beans."""
        if isinstance(heard.value, tuple):
            by_label = {p.point.label: p.id for p in self.labelled(talk)}
            pairs = {by_label[label]: whole(number) for label, number in heard.value if label in by_label}
            numbers = [n for n in pairs.values() if n is not None]
            return {k: v for k, v in pairs.items() if v is not None} if pairs and len(numbers) == len(pairs) else None
        if isinstance(heard.value, (int, float)):
            number = whole(heard.value)
            return None if number is None else {waiting[0].id: number}
        if len(waiting) == 1 and heard.act is Act.AFFIRM:
            return {waiting[0].id: left}
        if heard.act is Act.DENY:
            return {waiting[0].id: 0}
        return None

    def _place(self, talk: Talk, placed: dict[str, int]) -> None:
        talk.move(PLACE, placed=placed)
        waiting = [p for p in self.labelled(talk) if p.id not in placed]
        left = self.left(talk)
        if left > 0 and not waiting:
            talk.move(REST)
        elif left == 0 or not waiting:
            self._settle(talk)

    def _take_rest(self, talk: Talk, heard: Understanding, points: tuple[Heard, ...], left: int) -> None:
        named = self._named(heard, points)
        if isinstance(heard.value, tuple):
            new = self._counts(talk, heard, list(points), left)
            if new and sum(new.values()) == left:
                placed = self.placed(talk)
                self._place(talk, {**placed, **{k: placed.get(k, 0) + v for k, v in new.items()}})
                return
        if named:
            placed = self.placed(talk)
            self._place(talk, {**placed, named.id: placed.get(named.id, 0) + left})
        elif heard.act in {Act.DENY, Act.SKIP}:
            self._abstain(talk)
        else:
            talk.move(TOP)

    def _take_top(self, talk: Talk, heard: Understanding, left: int) -> None:
        top = self._top(talk)
        if heard.act in {Act.AFFIRM, Act.AFFIRM_BUT} or heard.value == left:
            placed = self.placed(talk)
            self._place(talk, {**placed, top.id: placed.get(top.id, 0) + left})
        else:
            self._abstain(talk)

    @staticmethod
    def _named(heard: Understanding, points: tuple[Heard, ...]) -> Heard | None:
        said = set(heard.text.lower().replace(".", " ").split())
        scored = [(len(said & (set(p.point.label.lower().split()) - {"the", "your", "a", "of"})), p) for p in points]
        best = max(scored, key=lambda pair: pair[0])
        return best[1] if best[0] else None

    def _unsure(self, talk: Talk) -> None:
        if talk.state.failures:
            self._abstain(talk)
            return
        talk.say("beans.guess")
        talk.state = replace(talk.state, failures=1)

    @staticmethod
    def _abstain(talk: Talk) -> None:
        talk.say("beans.abstain")
        talk.emit(BeansPlaced((), abstained=True))
        talk.finish()

    def _settle(self, talk: Talk) -> None:
        placed = self.placed(talk)
        beans = tuple((p.id, placed.get(p.id, 0)) for p in self.labelled(talk))
        if sum(n for _, n in beans) != talk.script.talk.limits.beans:
            self._abstain(talk)
            return
        for point_id, number in beans:
            talk.state = talk.state.with_point(replace(talk.state.point(point_id), beans=number))
        talk.emit(BeansPlaced(beans))
        talk.say("beans.done", counts=listed([spoken(n) for _, n in beans]))
        talk.finish()

    # -- looking ----------------------------------------------------------------------------------------------

    @staticmethod
    def labelled(talk: Talk) -> tuple[Heard, ...]:
        """The points that beans are put on: own, live, at most six."""
        points = [p for p in talk.own_points() if p.voice is not Voice.PROXY]
        return tuple(points[: talk.script.talk.limits.bean_labels])

    def placed(self, talk: Talk) -> dict[str, int]:
        """Beans so far, without those of points taken back since."""
        live = {p.id for p in self.labelled(talk)}
        return {k: v for k, v in talk.state.top.data.get("placed", {}).items() if k in live}

    def left(self, talk: Talk) -> int:
        return talk.script.talk.limits.beans - sum(self.placed(talk).values())

    def _top(self, talk: Talk) -> Heard:
        placed = self.placed(talk)
        return max(self.labelled(talk), key=lambda p: placed.get(p.id, 0))


_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spoken(number: int) -> str:
    """A count in words, as it is said."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else str(number)


def listed(words: list[str], joined_by: str = "and") -> str:
    """Words in a row: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joined_by} {words[-1]}"


def whole(number: float) -> int | None:
    """A whole number of beans from 0, or None."""
    if not math.isfinite(number) or number < 0 or number != int(number):
        return None
    return int(number)
