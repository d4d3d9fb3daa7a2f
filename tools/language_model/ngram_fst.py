"""Reads and writes OpenFst's `ngram` type, version 4: the form of a Vosk model's `Gr.fst`.

A state is a history: the root, then one-word histories by label, then two-word histories by newer and older word. Three
bit rows say how many histories go on from each, how many words are listed after each, and after which a sentence may
end. Weights are negative natural logarithms, 32 bits. Where an arc leads is not written: to the longest history that
its words make.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dialogues.errors import SaysoError
from tools.language_model.trigrams import END, LABEL_BITS, LABELS, Keys, Shares, Trigrams, key

_HEADER = struct.Struct("<ii5si8siiQqqq")
_MAGIC, _TYPE, _ARC, _VERSION = 0x7EB2FDD6, b"ngram", b"standard", 4
_PROPERTIES = 0x25A5_5555_0001
"""What holds of every such file: an acceptor, deterministic, sorted, with epsilons, and so on."""
_START_STATE = 1
_COUNTS = struct.Struct("<QQQ")
_GRAIN = 4096.0
"""Weights are written to 1/4096: finer is lost in the decoder, and one machine's last bit is not another's."""


def parse(data: bytes) -> Trigrams:
    """A trigram model out of a file's bytes.

    Raises:
        SaysoError: `language_model_wrong`.
    """
    try:
        return _parsed(data)
    except (struct.error, ValueError, IndexError) as error:
        message = "This Gr.fst is no trigram model of type `ngram`. Use the model that `sayso models` fetches."
        raise SaysoError("language_model_wrong", message) from error


def serialise(model: Trigrams) -> bytes:
    """A model as a file's bytes; the same model gives the same bytes."""
    ones = np.flatnonzero(~np.isnan(model.backoff))
    older, newer = model.histories >> LABEL_BITS, model.histories & END
    order = np.lexsort((older, newer))
    older, newer = older[order], newer[order]
    state_of = np.zeros(LABELS, np.int64)
    state_of[ones] = np.arange(len(ones)) + 1
    states = 1 + len(ones) + len(older)
    backwards = key(newer, older)

    def state_of_two(history: Keys) -> Keys:
        turned = key(history & END, history >> LABEL_BITS)
        return 1 + len(ones) + np.searchsorted(backwards, turned)

    known = np.flatnonzero(model.unigrams > 0)
    state = np.concatenate(
        [np.zeros(len(known), np.int64), state_of[model.pairs >> LABEL_BITS], state_of_two(model.triples >> LABEL_BITS)]
    )
    word = np.concatenate([known, model.pairs & END, model.triples & END])
    share = np.concatenate([model.unigrams[known], model.bigrams, model.trigrams])
    ends = word == END
    end_share = np.zeros(states)
    end_share[state[ends]] = share[ends]
    may_end = np.flatnonzero(end_share)
    state, word, share = state[~ends], word[~ends], share[~ends]
    order_of_arcs = np.lexsort((word, state))
    goes_on = np.bincount(np.concatenate([np.zeros(len(ones), np.int64), state_of[newer]]), minlength=states)
    listed = np.bincount(state, minlength=states)
    words = np.concatenate([[-1], ones, older, [0], word[order_of_arcs]])
    none = np.zeros(1)
    weights = [none + np.inf, _cost(model.backoff[ones]), _cost(model.backoffs[order]), none]
    weights += [_cost(end_share[may_end]), _cost(share[order_of_arcs]), none]
    return b"".join(
        (
            _HEADER.pack(_MAGIC, len(_TYPE), _TYPE, len(_ARC), _ARC, _VERSION, 0, _PROPERTIES, _START_STATE, states, 0),
            _COUNTS.pack(states, len(word), len(may_end)),
            _packed(np.concatenate([[True, False], _unary(goes_on)])),
            _packed(np.concatenate([[False], _unary(listed)])),
            _packed(end_share > 0),
            words.astype("<i4").tobytes(),
            np.concatenate(weights).astype("<f4").tobytes(),
        )
    )


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = field(default=0)

    def bits(self, count: int) -> NDArray[np.bool_]:
        size = -(-count // 64) * 8
        found = np.unpackbits(np.frombuffer(self.data, np.uint8, size, self.at), bitorder="little")
        self.at += size
        return found[:count].astype(np.bool_)

    def labels(self, count: int) -> Keys:
        return self._array("<i4", count).astype(np.int64)

    def shares(self, count: int) -> Shares:
        return np.exp(-self._array("<f4", count).astype(np.float64))

    def _array(self, kind: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += 4 * count
        return found


def _parsed(data: bytes) -> Trigrams:
    header = _HEADER.unpack_from(data)
    if (header[0], header[2], header[4], header[5], header[6]) != (_MAGIC, _TYPE, _ARC, _VERSION, 0):
        raise ValueError("another type")
    states, arcs, finals = _COUNTS.unpack_from(data, _HEADER.size)
    reader = _Reader(data, _HEADER.size + _COUNTS.size)
    goes_on, listed, may_end = reader.bits(2 * states + 1), reader.bits(arcs + states + 1), reader.bits(states)
    last, word = reader.labels(states + 1)[:states], reader.labels(arcs)
    backoff = reader.shares(states + 1)[:states]
    end_share, share = reader.shares(finals), reader.shares(arcs + 1)[:arcs]
    parent = (np.cumsum(~goes_on) - 1)[np.flatnonzero(goes_on)]
    parent[0] = -1
    state = (np.cumsum(~listed) - 1)[np.flatnonzero(listed)]
    if reader.at != len(data) or len(parent) != states or len(state) != arcs or last.max() >= END:
        raise ValueError("the counts do not fit")
    one, two = parent == 0, parent > 0
    if np.any(parent[parent[two]] != 0):
        raise ValueError("longer histories than two words")
    history = np.where(two, key(last, np.where(two, last[parent], 0)), last)
    ending = np.flatnonzero(may_end)
    state, word = np.concatenate([state, ending]), np.concatenate([word, np.full(len(ending), END)])
    share = np.concatenate([share, end_share])
    unigrams, after_word = np.zeros(LABELS), np.full(LABELS, np.nan)
    unigrams[word[state == 0]] = share[state == 0]
    after_word[last[one]] = backoff[one]
    pairs, bigrams = _sorted(key(history[state], word)[one[state]], share[one[state]])
    triples, trigrams = _sorted(key(history[state], word)[two[state]], share[two[state]])
    histories, backoffs = _sorted(history[two], backoff[two])
    return Trigrams(unigrams, pairs, bigrams, triples, trigrams, after_word, histories, backoffs)


def _sorted(keys: Keys, values: Shares) -> tuple[Keys, Shares]:
    order = np.argsort(keys)
    return keys[order], values[order]


def _cost(shares: Shares) -> Shares:
    return np.round(-np.log(shares) * _GRAIN) / _GRAIN


def _unary(counts: Keys) -> NDArray[np.bool_]:
    """Each count as so many ones and a zero."""
    row = np.ones(int(counts.sum()) + len(counts), np.bool_)
    row[np.cumsum(counts + 1) - 1] = False
    return row


def _packed(row: NDArray[np.bool_]) -> bytes:
    whole = np.zeros(-(-len(row) // 64) * 64, np.bool_)
    whole[: len(row)] = row
    return np.packbits(whole, bitorder="little").tobytes()
