"""`python -m nlu.crossval`: how well acts are understood on training examples that the model has not seen.

Folds are grouped: utterances that share most of their words stay together, so that no near-copy of a test utterance
is trained on.
"""

# ruff: noqa: T201 - a command that prints

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlu.act_model import Example, Floats, ModelSettings, train
from nlu.examples import DATA, read_examples
from nlu.features import normal
from nlu.gate import COSTLY, REPLIES, GateSettings, gate
from nlu.minilm import Embedder

FOLDS = 5
NEAR = 0.6
"""Share of words in common (Jaccard) from which two utterances count as near-copies."""
Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Embedded:
    """The examples with their vectors."""

    examples: list[Example]
    acts: list[str]
    utterances: list[Floats]
    questions: list[Floats]


def embed(pairs: Sequence[tuple[Example, str]]) -> Embedded:
    """Embeds utterances and questions."""
    embedder = Embedder()
    return Embedded(
        [example for example, _ in pairs],
        [act for _, act in pairs],
        [embedder.embed_edges(example[0]) for example, _ in pairs],
        [embedder.embed_question(example[1]) for example, _ in pairs],
    )


def groups(utterances: Sequence[str]) -> list[int]:
    """A group number for each utterance; near-copies share it."""
    words = [frozenset(normal(utterance).replace(",", " ").replace(".", " ").split()) for utterance in utterances]
    parents = list(range(len(words)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    holders: defaultdict[str, list[int]] = defaultdict(list)
    for index, said in enumerate(words):
        shared = Counter(itertools.chain.from_iterable(holders[word] for word in said))
        for other, count in shared.items():
            if count >= NEAR * (len(said) + len(words[other]) - count):
                parents[root(index)] = root(other)
        for word in said:
            holders[word].append(index)
    return [root(index) for index in range(len(words))]


def held_out(data: Embedded, settings: ModelSettings | None = None, folds: int = FOLDS) -> list[tuple[int, Ranking]]:
    """(fold, ranking) of each example by a model that has seen neither it nor a near-copy."""
    fold_of = _folds(groups([example[0] for example in data.examples]), folds)
    found: list[tuple[int, Ranking]] = [(0, [])] * len(fold_of)
    for fold in range(folds):
        seen = [i for i, f in enumerate(fold_of) if f != fold]
        model = train(
            [data.examples[i] for i in seen],
            [data.acts[i] for i in seen],
            [data.utterances[i] for i in seen],
            [data.questions[i] for i in seen],
            settings,
        )
        for i, f in enumerate(fold_of):
            if f == fold:
                found[i] = (fold, model.ranking(data.examples[i], data.utterances[i], data.questions[i]))
    return found


def _folds(numbers: Sequence[int], folds: int) -> list[int]:
    """A fold for each example: groups dealt out in a fixed, shuffled order, largest first."""
    sizes = Counter(numbers)
    order = np.random.default_rng(0).permutation(len(sizes))
    shuffled = [list(sizes)[i] for i in order]
    filled = [0] * folds
    chosen: dict[int, int] = {}
    for number in sorted(shuffled, key=lambda n: -sizes[n]):
        chosen[number] = filled.index(min(filled))
        filled[chosen[number]] += sizes[number]
    return [chosen[number] for number in numbers]


def f1_by_act(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """F1 of each act that occurs in `gold`."""
    right = Counter(g for g, p in zip(gold, predicted, strict=True) if g == p)
    told, said = Counter(gold), Counter(predicted)
    return {act: 2 * right[act] / (told[act] + said[act]) for act in sorted(told)}


def macro_f1(gold: Sequence[str], predicted: Sequence[str]) -> float:
    """Mean F1 over acts."""
    return statistics.fmean(f1_by_act(gold, predicted).values())


def summary(gold: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """The figures that matter, each 0 to 1."""
    pairs = list(zip(gold, predicted, strict=True))
    answers = [p for g, p in pairs if g == "answer"]
    commands = [p for g, p in pairs if g not in REPLIES]
    swapped = {("affirm", "deny"), ("deny", "affirm"), ("affirm_but", "deny"), ("deny_but", "affirm")}
    costly = sum(p in COSTLY for p in answers)
    polar = [pair for pair in pairs if pair[0] in {"affirm", "deny", "affirm_but", "deny_but"}]
    return {
        "macro_f1": macro_f1(gold, predicted),
        "accuracy": sum(g == p for g, p in pairs) / len(pairs),
        "answers_taken_for_commands": sum(p not in REPLIES for p in answers) / max(1, len(answers)),
        "answers_taken_for_costly_commands": costly / max(1, len(answers)),
        "commands_stored_as_answers": sum(p == "answer" for p in commands) / max(1, len(commands)),
        "affirm_deny_swapped": sum(pair in swapped for pair in polar) / max(1, len(polar)),
    }


def gated(data: Embedded, rankings: Sequence[tuple[int, Ranking]], settings: GateSettings) -> list[str]:
    """The acts after the gate."""
    return [
        gate(ranking, example[2], settings, question=example[1])[0]
        for example, (_, ranking) in zip(data.examples, rankings, strict=True)
    ]


def _interval(data: Embedded, rankings: Sequence[tuple[int, Ranking]], predicted: Sequence[str]) -> float:
    """Half the 95 % interval of the mean of the folds' macro-F1 (t with four degrees of freedom: 2.78)."""
    by_fold = [
        macro_f1(
            [g for g, (f, _) in zip(data.acts, rankings, strict=True) if f == fold],
            [p for p, (f, _) in zip(predicted, rankings, strict=True) if f == fold],
        )
        for fold in range(FOLDS)
    ]
    return 2.78 * statistics.stdev(by_fold) / math.sqrt(FOLDS)


def _try_gates(data: Embedded, rankings: Sequence[tuple[int, Ranking]]) -> None:
    for talk, costly, asked in itertools.product((0.5, 0.6, 0.7), (0.6, 0.7, 0.75, 0.8), (0.45, 0.5, 0.55, 0.6)):
        figures = summary(data.acts, gated(data, rankings, GateSettings(talk, costly, asked)))
        print(f"{talk:.2f} {costly:.2f} {asked:.2f} ", *(f"{name} {value:.3f}" for name, value in figures.items()))


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of training examples")
    parser.add_argument("--gate", action="store_true", help="try thresholds of the gate")
    arguments = parser.parse_args()
    started = time.monotonic()
    pairs = read_examples(arguments.data)
    print(f"{len(pairs)} examples; embedding them", file=sys.stderr)
    data = embed(pairs)
    rankings = held_out(data)
    plain, after = [ranking[0][0] for _, ranking in rankings], gated(data, rankings, GateSettings())
    for name, predicted in (("classifier", plain), ("after the gate", after)):
        figures = " ".join(f"{key} {value:.3f}" for key, value in summary(data.acts, predicted).items())
        print(f"{name}: {figures} (95 % ± {_interval(data, rankings, predicted):.3f})")
    counts = Counter(data.acts)
    for act, value in f1_by_act(data.acts, after).items():
        print(f"  {act:12} F1 {value:.3f}  n {counts[act]}")
    if arguments.gate:
        _try_gates(data, rankings)
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
