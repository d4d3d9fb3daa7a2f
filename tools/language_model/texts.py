"""The texts that the language model is made from: all that is written to teach understanding, as people would say it.

Texts of evaluation are no part of it, and no recording's words.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from connectors.speech.number_words import in_words
from nlu.examples import read_examples

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("nlu/analysis/training", "bot/safeguarding/training", "nlu/redaction/training")
NEW_WORD_TIMES = 3
"""A word that the general model lacks is taken in from so many times on: rarer ones are names and slips of the pen."""
_LARGEST = 9_999
_MARK = re.compile(r"\[\[[A-Z_]+:([^\]]*)\]\]")
_ENDS = re.compile(r"[.!?;:\n…]+|\s[-\u2013\u2014]+\s")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)*'?")
_WHOLE = (
    "aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't shouldn't wasn't weren't won't wouldn't "
    "he's how's i'm i've it's let's she's that's there's they'll they're they've we're we've what's where's who's "
    "you'd you'll you're you've"
)
_OTHERS = {"ay": "aye", "oclock": "o'clock", "its": "its", "were": "were", "lets": "lets"}
_SPELT = {word.replace("'", ""): word for word in _WHOLE.split()} | _OTHERS
_SHORTENED = ("d", "ll", "s", "ve", "re", "t")


def project_texts() -> Iterator[str]:
    """Every utterance and answer of the training texts."""
    for (utterance, _, _), _ in read_examples():
        yield utterance
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.strip():
                    yield _MARK.sub(r"\1", json.loads(line)["text"])


def sentences(text: str) -> Iterator[list[str]]:
    """The words of each sentence as a recogniser writes them: lower case, numbers in words, short forms whole."""
    for sentence in _ENDS.split(text.lower().replace("\u2019", "'").replace("\u2018", "'")):
        words = [said for word in _WORD.findall(sentence) for said in _said(word)]
        if words:
            yield words


def marked(word: str, general: Collection[str]) -> str:
    """A word with the apostrophe that was left out of it: "theyd" where the general model has only "they'd"."""
    if word not in general:
        for end in _SHORTENED:
            whole = f"{word.removesuffix(end)}'{end}"
            if word.endswith(end) and whole in general:
                return whole
    return word


def known(said: Iterable[list[str]], vocabulary: Collection[str], general: Collection[str]) -> Counter[str]:
    """The words that the model will have, with how often they are said.

    Args:
        vocabulary: Words whose sounds the recogniser knows.
        general: Those of them that the general language model has.
    """
    times = Counter(word for words in said for word in words)
    kept = {word for word in times if word in vocabulary and (word in general or times[word] >= NEW_WORD_TIMES)}
    return Counter({word: times[word] for word in kept})


def _said(word: str) -> list[str]:
    if word.isdecimal():
        return in_words(int(word)).replace("-", " ").split() if int(word) <= _LARGEST else [word]
    word = word.rstrip("'")
    return [_SPELT.get(word, word)]
