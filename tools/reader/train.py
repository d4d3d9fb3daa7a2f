"""Teaches the network all tasks at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nlu.reader.pieces import Pieces
from tools.reader.network import Network
from tools.reader.tasks import Batch, Task

EVEN = 0.75
"""How evenly tasks are met: 1 in proportion to their rows, 0 all alike."""
WARM_UP = 0.06
AVERAGED_FROM = 0.3
AVERAGING = 0.01
"""The weights that are kept are a moving average, begun after so much of the way, of so much a step."""
LONGEST_STRIDE = 1.0


@dataclass(frozen=True, slots=True)
class Lessons:
    """How the network is taught. Source: tried on the development texts, see docs/evaluation.md.

    Attributes:
        passes: How often each row is met, on average.
        batch: Rows a step.
        rate: Learning rate of the layers.
        head_rate: Learning rate of the heads.
        seed: Of everything that is drawn.
    """

    passes: float = 8.0
    batch: int = 32
    rate: float = 2e-4
    head_rate: float = 2e-3
    seed: int = 0


def teach(
    network: Network, tasks: dict[str, Task], pieces: Pieces, lessons: Lessons, tell: Callable[[int, int, str], None]
) -> None:
    """Teaches, and leaves the averaged weights in the network.

    Args:
        network: Changed in place.
        tasks: What to learn.
        pieces: Cuts texts.
        lessons: How.
        tell: Called with step, steps and the losses.
    """
    torch.manual_seed(lessons.seed)
    chance, draw = random.Random(lessons.seed), np.random.default_rng(lessons.seed)
    sizes = np.array([len(task.rows) ** EVEN for task in tasks.values()])
    shares, names = sizes / sizes.sum(), list(tasks)
    steps = int(lessons.passes * sum(len(task.rows) for task in tasks.values()) / lessons.batch)
    batches = {name: _batches(task, pieces, lessons.batch, chance) for name, task in tasks.items()}
    optimiser, rates = _optimiser(network, lessons)
    average: dict[str, Tensor] = {}
    losses: dict[str, float] = {}
    network.train()
    for step in range(steps):
        factor = min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        name = names[int(draw.choice(len(names), p=shares))]
        batch = next(batches[name])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = tasks[name].loss(network, batch, network.encoder(batch.ids, batch.mask, batch.capitals))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_STRIDE)
        optimiser.step()
        losses[name] = 0.98 * losses.get(name, loss.item()) + 0.02 * loss.item()
        _averaged(network, average, step - int(AVERAGED_FROM * steps))
        tell(step + 1, steps, " ".join(f"{each} {value:.3f}" for each, value in losses.items()))
    network.load_state_dict(network.state_dict() | average)
    network.eval()


def _batches(task: Task, pieces: Pieces, size: int, chance: random.Random) -> Iterator[Batch]:
    """Batches without end; rows of like length go together."""
    while True:
        order = list(range(len(task.rows)))
        chance.shuffle(order)
        for start in range(0, len(order), size * 8):
            near = sorted(order[start : start + size * 8], key=lambda n: len(task.rows[n].text))
            groups = [near[at : at + size] for at in range(0, len(near), size)]
            chance.shuffle(groups)
            for group in groups:
                yield Batch([task.example(task.rows[n], pieces, chance) for n in group])


def _optimiser(network: Network, lessons: Lessons) -> tuple[torch.optim.Optimizer, list[float]]:
    taught = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    groups = [
        ([w for name, w in taught if name.startswith("encoder.") and w.ndim > 1], lessons.rate, 0.01),
        ([w for name, w in taught if name.startswith("encoder.") and w.ndim <= 1], lessons.rate, 0.0),
        ([w for name, w in taught if not name.startswith("encoder.")], lessons.head_rate, 0.01),
    ]
    optimiser = torch.optim.AdamW(
        [{"params": weights, "lr": rate, "weight_decay": decay} for weights, rate, decay in groups]
    )
    return optimiser, [rate for _, rate, _ in groups]


@torch.no_grad()
def _averaged(network: Network, average: dict[str, Tensor], step: int) -> None:
    if step < 0:
        return
    for name, weight in network.named_parameters():
        if not weight.requires_grad:
            continue
        if name in average:
            average[name].lerp_(weight, AVERAGING)
        else:
            average[name] = weight.detach().clone()
