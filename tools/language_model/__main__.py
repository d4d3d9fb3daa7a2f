"""`python -m tools.language_model`: makes a model for the live recogniser that expects talk of care.

Takes a fetched Vosk model and the project's texts; writes a model beside it with the same ears and another language
model. Five seconds; at once where it is up to date. Needs no more than the app's environment.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from pathlib import Path

from connectors.speech.models import NOTE, default_folder
from dialogues.errors import SaysoError
from tools.language_model import ngram_fst
from tools.language_model.kneser_ney import UNKNOWN, kneser_ney
from tools.language_model.texts import known, marked, project_texts, sentences
from tools.language_model.trigrams import END, mixed

SHARE = 0.2
"""Of the domain's model in the mixture. Source: `docs/speech.md`, "A language model of care"."""
GRAPH = Path("graph") / "Gr.fst"
WORDS = Path("graph") / "words.txt"
MADE_FROM = ".made-from"
HERE = Path(__file__).parent


def main() -> int:
    """Makes the model."""
    parser = argparse.ArgumentParser(prog="python -m tools.language_model", description=__doc__)
    parser.add_argument("--model", type=Path, default=default_folder() / "vosk-en", help="the general model")
    parser.add_argument("--out", type=Path, default=default_folder() / "vosk-en-care", help="where the new one goes")
    parser.add_argument("--share", type=float, default=SHARE, help=f"of the domain's model, 0 to 1, usually {SHARE}")
    options = parser.parse_args()
    try:
        stamp = stamped(options.model, options.share)
        if _read(options.out / MADE_FROM) == stamp:
            say(f"{options.out} is up to date.")
            return 0
        data = made(options.model, options.share)
        copied(options.model, options.out, data)
        (options.out / MADE_FROM).write_text(stamp, encoding="ascii")
    except SaysoError as error:
        say(str(error))
        return 1
    say(f"{options.out / GRAPH}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


def stamped(model: Path, share: float) -> str:
    """What a model of care is made from, as a sum: texts, general model, share, and these modules."""
    sum_of = hashlib.sha256(str(share).encode())
    for path in (model / GRAPH, model / WORDS, *sorted(HERE.glob("*.py"))):
        sum_of.update(path.read_bytes() if path.is_file() else b"")
    for text in project_texts():
        sum_of.update(text.encode())
    return sum_of.hexdigest()


def made(model: Path, share: float) -> bytes:
    """The new language model as a file's bytes.

    Args:
        model: The general model's folder.
        share: Of the domain's model in the mixture.

    Raises:
        SaysoError: `model_missing`, `language_model_wrong`.
    """
    if not 0 <= share < 1:
        raise SaysoError("language_model_wrong", "The share is 0 or more and less than 1. Give --share such a number.")
    if not (model / GRAPH).is_file():
        raise SaysoError("model_missing", f"There is no Vosk model in {model}. Run: sayso models fetch vosk-en")
    labels = _labels(model / WORDS)
    general = ngram_fst.parse((model / GRAPH).read_bytes())
    listed = {word for word, label in labels.items() if general.unigrams[label] > 0}
    said = [[marked(word, listed) for word in each] for text in project_texts() for each in sentences(text)]
    words = known(said, labels, listed)
    counted, taken = sum(map(len, said)), sum(words.values())
    new = sum(word not in listed for word in words)
    say(f"{len(said):,} sentences, {counted:,} words, {1 - taken / counted:.2%} not known; {new} words are new to it.")
    domain = kneser_ney([labels[word] if word in words else UNKNOWN for word in sentence] for sentence in said)
    return ngram_fst.serialise(mixed(general, domain, share))


def copied(model: Path, out: Path, language_model: bytes) -> None:
    """Puts the new model in place: the language model is written, all else is linked, or copied where it cannot be.

    Raises:
        SaysoError: `language_model_place`, where the folder holds something else than such a model.
    """
    if out.exists() and (out.samefile(model) or not (out / GRAPH).is_file()):
        message = f"{out} is no model of care, and would be lost. Name another folder with --out."
        raise SaysoError("language_model_place", message)
    making = out.with_name(f".making-{out.name}")
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(model, making, copy_function=_linked, ignore=shutil.ignore_patterns(NOTE, GRAPH.name))
    (making / GRAPH).write_bytes(language_model)
    shutil.rmtree(out, ignore_errors=True)
    making.replace(out)


def say(line: str) -> None:
    """A line for people."""
    sys.stderr.write(line + "\n")


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.is_file() else ""


def _labels(path: Path) -> dict[str, int]:
    """The words whose sounds the recogniser knows; signs such as `<eps>` and `#0` are none."""
    rows = (line.rsplit(" ", 1) for line in path.read_text(encoding="utf-8").splitlines() if line)
    labels = {word: int(label) for word, label in rows if word[:1] not in "<#!"}
    if max(labels.values(), default=END) >= END:
        raise SaysoError("language_model_wrong", f"{path} has no words, or more than {END:,}. Use another model.")
    return labels


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


if __name__ == "__main__":
    raise SystemExit(main())
