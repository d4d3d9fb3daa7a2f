"""Trigram models with backoff as arrays: asking them, making them sum to one, mixing them.

A word is a label below `END`. An n-gram is one number: its labels one after another, `LABEL_BITS` each, the newest
last. All keys are sorted. Labels may be arrays of any one shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LABEL_BITS = 18
START = 0
"""The label of the beginning, in histories only."""
END = (1 << LABEL_BITS) - 1
"""The label of the end of a sentence, as a last word only. A mask for the newest label, too."""
LABELS = 1 << LABEL_BITS
_LEAST = 1e-9
"""What is left at least to the words that a history does not list: a model with no way on would stall the decoder."""

Keys = NDArray[np.int64]
Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trigrams:
    """A trigram model.

    Attributes:
        unigrams: Probability of each label, shape (LABELS,); 0 for what the model does not know.
        pairs: Keys of the listed bigrams.
        bigrams: Their probabilities.
        triples: Keys of the listed trigrams. The first two words of each are a listed bigram.
        trigrams: Their probabilities.
        backoff: What the unigrams are multiplied with after a word, shape (LABELS,); NaN for a word that is no history.
        histories: Keys of the two-word histories. The second word of each is a history too.
        backoffs: What the bigrams are multiplied with after each.
    """

    unigrams: Shares
    pairs: Keys
    bigrams: Shares
    triples: Keys
    trigrams: Shares
    backoff: Shares
    histories: Keys
    backoffs: Shares

    def after_one(self, word: Keys, following: Keys) -> Shares:
        """Probability of a word after one word."""
        place, listed = _found(self.pairs, key(word, following))
        weight = np.nan_to_num(self.backoff[word], nan=1.0)
        return np.where(listed, _at(self.bigrams, place), weight * self.unigrams[following])

    def after_two(self, older: Keys, newer: Keys, following: Keys) -> Shares:
        """Probability of a word after two words."""
        history = key(older, newer)
        place, listed = _found(self.triples, key(history, following))
        state, known = _found(self.histories, history)
        weight = np.where(known, _at(self.backoffs, state), 1.0)
        return np.where(listed, _at(self.trigrams, place), weight * self.after_one(newer, following))


def key(history: Keys, word: Keys) -> Keys:
    """An n-gram's number from its history's and its last word."""
    return (history << LABEL_BITS) | word


def normalised(unigrams: Shares, pairs: Keys, bigrams: Shares, triples: Keys, trigrams: Shares) -> Trigrams:
    """A model out of listed probabilities, with the backoff weights that make each history sum to one.

    Args:
        unigrams: They sum to one.
    """
    first, second = pairs >> LABEL_BITS, pairs & END
    said = _sums(first, bigrams, LABELS)
    weight = _weight(said, _sums(first, unigrams[second], LABELS))
    backoff = np.where(np.bincount(first, minlength=LABELS) > 0, weight, np.nan)
    none = np.zeros(0, np.int64)
    lower = Trigrams(unigrams, pairs, bigrams, none, np.zeros(0), backoff, none, np.zeros(0))
    histories, of = np.unique(triples >> LABEL_BITS, return_inverse=True)
    plain = lower.after_one((triples >> LABEL_BITS) & END, triples & END)
    backoffs = _weight(_sums(of, trigrams, len(histories)), _sums(of, plain, len(histories)))
    return Trigrams(unigrams, pairs, bigrams, triples, trigrams, backoff, histories, backoffs)


def mixed(general: Trigrams, domain: Trigrams, share: float) -> Trigrams:
    """Every n-gram that either lists, with (1 - share) of the one's probability and share of the other's.

    Args:
        share: Of the domain, 0 to 1.
    """

    def mixture(one: Shares, other: Shares) -> Shares:
        return (1 - share) * one + share * other

    pairs = np.union1d(general.pairs, domain.pairs)
    triples = np.union1d(general.triples, domain.triples)
    two = pairs >> LABEL_BITS, pairs & END
    three = triples >> 2 * LABEL_BITS, (triples >> LABEL_BITS) & END, triples & END
    unigrams = mixture(general.unigrams, domain.unigrams)
    return normalised(
        unigrams / unigrams.sum(),
        pairs,
        mixture(general.after_one(*two), domain.after_one(*two)),
        triples,
        mixture(general.after_two(*three), domain.after_two(*three)),
    )


def _sums(of: Keys, values: Shares, count: int) -> Shares:
    return np.bincount(of, values, count).astype(np.float64)


def _weight(said: Shares, plain: Shares) -> Shares:
    return np.maximum(1 - said, _LEAST) / np.maximum(1 - plain, _LEAST)


def _found(keys: Keys, wanted: Keys) -> tuple[Keys, NDArray[np.bool_]]:
    if not len(keys):
        return np.zeros_like(wanted), np.zeros(np.shape(wanted), np.bool_)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return place, keys[place] == wanted


def _at(values: Shares, place: Keys) -> Shares:
    return values[place] if len(values) else np.zeros(np.shape(place))
