"""What the reader is taught: how a text becomes an example of a task, and how wrong the network is about a batch."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nlu.analysis.frame import KINDS, NOTHING, SENSES, SENTIMENTS, load_frame
from nlu.analysis.spans import BEGINS, INSIDE, MARKS, OUTSIDE
from nlu.encoding import shorten
from nlu.reader.acts import EDGE_WORDS
from nlu.reader.pieces import Pieces, Window
from nlu.redaction.spans import TYPES
from tools.reader.network import Network
from tools.reader.texts import Answer, Coded, Private, Screened, Utterance

SMOOTHING = 0.05
"""Share of a target that is spread over the other labels: one author's labels are not the truth."""
DEFENSIBLE = 0.25
"""Share of a target that goes to the levels that are defensible too."""
UNASKED = 0.15
"""Share of answers that are read without their question."""
PLAIN, NOISY, LOWER = 0.25, 0.2, 0.3
"""Shares of texts made recogniser-like, disfluent or misspelt, and (for private words) lower case."""
ACTS = (
    "repeat slower faster louder explain skip dont_know stop pause human go_back correct affirm deny affirm_but "
    "deny_but partial thanks greet goodbye whats_next privacy take_back restart my_data off_topic answer"
).split()
LEVELS = ("none", "concern", "immediate")
DANGERS = (
    "danger_health danger_fall danger_fire_gas danger_attack danger_suicide danger_other physical_abuse sexual_abuse "
    "emotional_abuse financial_abuse neglect self_neglect coercion discriminatory_abuse domestic_abuse modern_slavery "
    "unsafe_discharge medication_harm suicidal_thoughts despair other"
).split()
THEMES = [theme for theme in load_frame().themes if theme != NOTHING]
TAGS = ["O", *(f"{part}-{name}" for name in TYPES for part in "BI")]
LABELS: dict[str, tuple[str, ...]] = {
    "act": tuple(ACTS),
    "level": LEVELS,
    "danger": tuple(DANGERS),
    "kind": tuple(KINDS),
    "theme": tuple(THEMES),
    "sentiment": tuple(SENTIMENTS),
    "sense": (*SENSES, "none"),
    "point": MARKS,
    "private": tuple(TAGS),
}
WHOLE = frozenset({"act", "level", "danger"})
"""Heads that see the first vector and the mean of the text; the others see the mean of a stretch, or single pieces."""
UNKNOWN = -1

Targets = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the network gets it, with what it should find."""

    window: Window
    targets: Targets


class Batch:
    """Examples side by side."""

    def __init__(self, examples: Sequence[Example]) -> None:
        longest = max(len(example.window.ids) for example in examples)
        self.examples = examples
        self.ids = torch.zeros(len(examples), longest, dtype=torch.long)
        self.mask = torch.zeros(len(examples), longest)
        self.capitals = torch.zeros(len(examples), longest, dtype=torch.long)
        for row, example in enumerate(examples):
            length = len(example.window.ids)
            self.ids[row, :length] = torch.tensor(example.window.ids)
            self.mask[row, :length] = 1
            self.capitals[row, :length] = torch.tensor(example.window.capitals)

    def targets(self, name: str) -> list[Any]:
        """One target of every example."""
        return [example.targets[name] for example in self.examples]

    def whole(self, hidden: Tensor) -> Tensor:
        """(examples, 768), as `Reading.whole`."""
        rows = []
        for row, example in enumerate(self.examples):
            begin = example.window.begin
            text = hidden[row, begin : begin + max(1, len(example.window.places))].mean(0)
            rows.append(torch.cat([hidden[row, 0], text]))
        return torch.stack(rows)

    def marks(self, name: str) -> Tensor:
        """(examples, pieces): the target of each piece of the text, `UNKNOWN` elsewhere."""
        found = torch.full(self.ids.shape, UNKNOWN)
        for row, example in enumerate(self.examples):
            begin, marks = example.window.begin, example.targets[name]
            found[row, begin : begin + len(marks)] = torch.tensor(marks)
        return found


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to learn."""

    rows: Sequence[Any]
    example: Callable[[Any, Pieces, random.Random], Example]
    loss: Callable[[Network, Batch, Tensor], Tensor]


def act_task(rows: Sequence[Utterance]) -> Task:
    """Which act an utterance is, given the question."""

    def example(row: Utterance, pieces: Pieces, chance: random.Random) -> Example:
        text = shorten(varied(row.text, chance), EDGE_WORDS)
        return Example(_window(pieces, text, f"{row.kind}: {row.question}"), {"act": _spread(ACTS, row.act)})

    def loss(network: Network, batch: Batch, hidden: Tensor) -> Tensor:
        return _one_of(network, "act", batch.whole(hidden), batch.targets("act"))

    return Task(rows, example, loss)


def level_task(rows: Sequence[Screened]) -> Task:
    """How dangerous what is said is."""

    def example(row: Screened, pieces: Pieces, chance: random.Random) -> Example:
        other = [level for level in row.defensible if level != row.level]
        danger = DANGERS.index(row.type) if row.type in DANGERS else UNKNOWN
        targets = {"level": _spread(LEVELS, row.level, other), "danger": danger}
        return Example(_window(pieces, varied(row.text, chance)), targets)

    def loss(network: Network, batch: Batch, hidden: Tensor) -> Tensor:
        whole = network.drop(batch.whole(hidden))
        found = _one_of(network, "level", whole, batch.targets("level"), dropped=True)
        return found + 0.3 * _known(network.heads["danger"](whole), torch.tensor(batch.targets("danger")))

    return Task(rows, example, loss)


def private_task(rows: Sequence[Private]) -> Task:
    """Which words identify somebody."""

    def example(row: Private, pieces: Pieces, chance: random.Random) -> Example:
        text = row.text.lower() if chance.random() < LOWER and len(row.text.lower()) == len(row.text) else row.text
        window = _window(pieces, text, capitals=True)
        marks = [0] * len(window.places)
        for start, end, name in row.spans:
            inside = [n for n, (a, b) in enumerate(window.places) if a < end and b > start]
            for n in inside:
                marks[n] = TAGS.index(f"{'B' if n == inside[0] else 'I'}-{name}")
        return Example(window, {"private": marks})

    def loss(network: Network, batch: Batch, hidden: Tensor) -> Tensor:
        scores = network.heads["private"](network.drop(hidden))
        return _known(scores.flatten(0, 1), batch.marks("private").flatten())

    return Task(rows, example, loss)


def answer_task(rows: Sequence[Answer]) -> Task:
    """Where the points of an answer are, and how each is coded."""

    def example(row: Answer, pieces: Pieces, chance: random.Random) -> Example:
        text = row.text if row.points is not None else varied(row.text, chance)
        window = _window(pieces, text, row.question if chance.random() >= UNASKED else "")
        everything = list(range(len(window.places)))
        stretches = [(everything, row.whole)] if everything else []
        marks = [UNKNOWN if row.points is None else OUTSIDE] * len(window.places)
        for point in row.points or ():
            start, end = point.place
            inside = [n for n, (a, b) in enumerate(window.places) if a < end and b > start]
            for n in inside:
                marks[n] = BEGINS if n == inside[0] else INSIDE
            if inside:
                stretches.append((inside, point))
        return Example(window, {"stretches": stretches, "point": marks})

    return Task(rows, example, _answer_loss)


def _answer_loss(network: Network, batch: Batch, hidden: Tensor) -> Tensor:
    vectors: list[Tensor] = []
    coded: list[Coded] = []
    for row, example in enumerate(batch.examples):
        for inside, coding in example.targets["stretches"]:
            vectors.append(hidden[row, [example.window.begin + n for n in inside]].mean(0))
            coded.append(coding)
    stretches = network.drop(torch.stack(vectors))
    kinds = torch.tensor([[float(kind in each.kinds) for kind in KINDS] for each in coded])
    themes = torch.tensor([[float(theme in each.themes) for theme in THEMES] for each in coded])
    feelings = torch.tensor([_index(SENTIMENTS, each.sentiment) for each in coded])
    said = [None if each.sense is None else each.sense or "none" for each in coded]
    senses = torch.tensor([_index(LABELS["sense"], sense) for sense in said])
    marks = network.heads["point"](network.drop(hidden)).flatten(0, 1)
    return (
        2.0 * _each(network.heads["kind"](stretches), kinds, 0.25).mean()
        + 0.8 * _each(network.heads["theme"](stretches), themes, 0.05).sum(-1).mean()
        + 0.6 * _known(network.heads["sentiment"](stretches), feelings)
        + 0.3 * _known(network.heads["sense"](stretches), senses)
        + 0.5 * _known(marks, batch.marks("point").flatten())
    )


def _window(pieces: Pieces, text: str, question: str = "", *, capitals: bool = False) -> Window:
    return next(pieces.windows(text, question, capitals=capitals))


def _index(labels: Sequence[str], label: str | None) -> int:
    return labels.index(label) if label in labels else UNKNOWN


def _spread(labels: Sequence[str], right: str, defensible: Sequence[str] = ()) -> np.ndarray:
    """The target of a softmax: most of it on the right label."""
    target = np.full(len(labels), SMOOTHING / len(labels))
    target[labels.index(right)] += (1 - SMOOTHING) * (1 - DEFENSIBLE if defensible else 1)
    for label in defensible:
        target[labels.index(label)] += (1 - SMOOTHING) * DEFENSIBLE / len(defensible)
    return target


def _one_of(
    network: Network, name: str, vectors: Tensor, targets: Sequence[np.ndarray], *, dropped: bool = False
) -> Tensor:
    scores = network.heads[name](vectors if dropped else network.drop(vectors)).float()
    return -(torch.tensor(np.stack(targets)).float() * functional.log_softmax(scores, -1)).sum(-1).mean()


def _each(scores: Tensor, targets: Tensor, prior: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(
        scores.float(), targets * (1 - SMOOTHING) + SMOOTHING * prior, reduction="none"
    )


def _known(scores: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy over what is known; nought where nothing is."""
    if not bool((targets >= 0).any()):
        return scores.sum() * 0.0
    return functional.cross_entropy(scores.float(), targets, ignore_index=UNKNOWN)


_FILLERS = ("um", "er", "erm", "well", "you know")
_SIGNS = re.compile(r"[^\w\s£@.+-]|(?<!\w)[.-]|[.-](?!\w)")


def varied(text: str, chance: random.Random) -> str:
    """A text as it is, or as a recogniser or a hurried hand would have it."""
    if chance.random() < PLAIN:
        bare = text.lower().replace("'", "").replace("’", "")
        text = " ".join(_SIGNS.sub(" ", bare).split()) or text
    words = text.split()
    if len(words) > 2 and chance.random() < NOISY:
        for _ in range(1 + len(words) // 15):
            _disturb(words, chance)
    return " ".join(words) or text


def _disturb(words: list[str], chance: random.Random) -> None:
    at, how = chance.randrange(len(words)), chance.random()
    if how < 0.35:
        words.insert(at, chance.choice(_FILLERS))
    elif how < 0.6:
        words.insert(at, words[at])
    elif how < 0.75 and len(words) > 4:
        del words[at]
    elif len(word := words[at]) > 4:
        cut = chance.randrange(1, len(word) - 2)
        words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
