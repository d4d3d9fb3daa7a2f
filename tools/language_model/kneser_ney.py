"""Counts n-grams and smooths them: interpolated modified Kneser-Ney (Chen and Goodman 1998), with its own discounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tools.language_model.trigrams import END, LABEL_BITS, LABELS, START, Keys, Shares, Trigrams, key, normalised

UNKNOWN = -1
"""In a sentence: a word without a label. Nothing is counted across it."""
_CLASSES = 3
"""Counts of one, of two, and of three or more are discounted apart."""


def kneser_ney(sentences: Iterable[Sequence[int]]) -> Trigrams:
    """A trigram model of sentences.

    Args:
        sentences: Labels, or `UNKNOWN`; without beginning and end.

    Raises:
        ValueError: No sentence has a known word.
    """
    pairs, triples = _ngrams(sentences)
    if not len(pairs):
        raise ValueError("there is nothing to count")
    pairs, said = np.unique(pairs, return_counts=True)
    triples, times = np.unique(triples, return_counts=True)
    kinds = _before(pairs, said, triples)
    unigrams = _unigrams(np.bincount(pairs & END, minlength=LABELS))
    bigrams = _interpolated(pairs, kinds, unigrams[pairs & END])
    plain = normalised(unigrams, pairs, bigrams, np.zeros(0, np.int64), np.zeros(0))
    lower = plain.after_one((triples >> LABEL_BITS) & END, triples & END)
    return normalised(unigrams, pairs, bigrams, triples, _interpolated(triples, times, lower))


def _ngrams(sentences: Iterable[Sequence[int]]) -> tuple[Keys, Keys]:
    line = [UNKNOWN]
    for sentence in sentences:
        line.extend((START, *sentence, END, UNKNOWN))
    labels = np.array(line, np.int64)
    known = labels != UNKNOWN
    two, three = known[:-1] & known[1:], known[:-2] & known[1:-1] & known[2:]
    pairs = key(labels[:-1], labels[1:])
    return pairs[two], key(pairs[:-1], labels[2:])[three]


def _before(pairs: Keys, said: Keys, triples: Keys) -> Keys:
    """In how many kinds of place each bigram stands; at the beginning, how often."""
    suffixes, kinds = np.unique(triples & (1 << 2 * LABEL_BITS) - 1, return_counts=True)
    counted = np.zeros(len(pairs), np.int64)
    counted[np.searchsorted(pairs, suffixes)] = kinds
    return np.where(pairs >> LABEL_BITS == START, said, np.maximum(counted, 1))


def _unigrams(kinds: Keys) -> Shares:
    known = kinds > 0
    off = np.where(known, _discounts(kinds[known])[np.minimum(kinds, _CLASSES)], 0.0)
    return np.where(known, (kinds - off + off.sum() / known.sum()) / kinds.sum(), 0.0)


def _interpolated(keys: Keys, counts: Keys, lower: Shares) -> Shares:
    if not len(keys):
        return np.zeros(0)
    _, of = np.unique(keys >> LABEL_BITS, return_inverse=True)
    off = _discounts(counts)[np.minimum(counts, _CLASSES)]
    total = np.bincount(of, counts)[of]
    return (counts - off + np.bincount(of, off)[of] * lower) / total


def _discounts(counts: Keys) -> Shares:
    """What is taken off a count, by its class, shape (4,); where there is too little to tell, half of it."""
    times = np.bincount(np.minimum(counts, _CLASSES + 2), minlength=_CLASSES + 3)
    classes = np.arange(1, _CLASSES + 1)
    if not times[1 : _CLASSES + 2].all():
        return np.array([0.0, *(classes / 2)])
    once = times[1] / (times[1] + 2 * times[2])
    off = classes - (classes + 1) * once * times[classes + 1] / times[classes]
    return np.array([0.0, *np.clip(off, 0.05, classes - 0.05)])
