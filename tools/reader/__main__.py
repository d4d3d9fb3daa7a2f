"""`python -m tools.reader [--out FOLDER]`: makes the reader anew from the training texts. Half an hour on two cores.

Needs what requirements/training.in names, beside the app's environment (see `nlu/reader/weights/card.md`).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

from nlu.reader.pieces import MAX_PIECES, Pieces
from nlu.reader.reader import WEIGHTS
from tools.reader import texts
from tools.reader.network import Network, base_encoder
from tools.reader.ship import make_tokeniser, ship
from tools.reader.tasks import LABELS, WHOLE, act_task, answer_task, level_task, private_task
from tools.reader.train import Lessons, teach

EVERY = 25


def main() -> int:
    """Makes the reader."""
    usual = Lessons()
    parser = argparse.ArgumentParser(prog="python -m tools.reader", description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the reader goes")
    parser.add_argument("--passes", type=float, default=usual.passes, help="how often each row is met")
    parser.add_argument("--rate", type=float, default=usual.rate, help="learning rate of the layers")
    parser.add_argument("--start", type=Path, help="go on from this folder's seed0.pt, with its tokeniser")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="several: their weights are averaged")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    utterances, answers, private = texts.utterances(), texts.answers(), texts.private()
    screened = texts.screened([row.text for row in (*utterances, *answers)])
    tokeniser = options.out / "tokenizer.json"
    everything = [row.text for rows in (utterances, answers, private, screened) for row in rows]
    if options.start:
        tokeniser.write_bytes((options.start / "tokenizer.json").read_bytes())
    else:
        make_tokeniser([*everything, *(row.question for row in (*utterances, *answers))], tokeniser)
    pieces = Pieces(tokeniser)
    tasks = {
        "act": act_task(utterances),
        "answer": answer_task(answers),
        "level": level_task(screened),
        "private": private_task(private),
    }
    say(", ".join(f"{len(task.rows)} rows for {name}" for name, task in tasks.items()))
    taught = []
    for seed in options.seeds:
        torch.manual_seed(0)  # the heads begin alike, so that what several seeds learned can be averaged
        network = Network(base_encoder(tokeniser, MAX_PIECES), LABELS, WHOLE)
        if options.start:
            network.load_state_dict(torch.load(options.start / "seed0.pt", weights_only=True))
        lessons = replace(usual, passes=options.passes, rate=options.rate, head_rate=10 * options.rate, seed=seed)
        teach(network, tasks, pieces, lessons, Progress())
        taught.append(network.state_dict())
        torch.save(network.state_dict(), options.out / f"seed{seed}.pt")
    network.load_state_dict({name: sum(state[name] for state in taught) / len(taught) for name in taught[0]})
    network.eval()
    ship(network, options.out)
    say(f"The reader is in {options.out}.")
    return 0


class Progress:
    """Says now and then how far it is."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, step: int, steps: int, losses: str) -> None:
        if step % EVERY == 0 or step == steps:
            spent = time.monotonic() - self._started
            left = spent / step * (steps - step) / 60
            say(f"\r{step}/{steps} · {left:.0f} minutes left · {losses}", end="\n" if step == steps else "")


def say(line: str, end: str = "\n") -> None:
    """A line for people."""
    sys.stderr.write(line + end)
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
