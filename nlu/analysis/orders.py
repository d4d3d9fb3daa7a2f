"""Orders: "put a lid on it", said to those who give the care."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.analysis.cues import Word

_OPENERS = frozenset(
    "well oh and but so just please then maybe perhaps yes aye no er um ah like also mind you see only or".split()
)
_AND = frozenset(("and", "or"))
_ORDERS = frozenset(
    "put text ring let give stand send tell ask leave make turn move keep have get bring show teach write open close "
    "shut fix mend stop start use wait knock come sit stay talk speak listen look check read phone call print warm "
    "cut swap pay hire train employ share stick hang paint build lower raise change try take pop say warn explain "
    "treat fetch offer cook serve wash wear introduce invite book plan set sort clean add lift slow answer remember "
    "learn help walk park salt fit lend lock label repeat drop pick find hold bake mark allow see".split()
)
_NOT_ORDERED = frozenset("i they she he it is was were are of and for".split())


def is_order(words: Sequence[Word]) -> bool:
    """True where the words, or a sentence in them, ask for something to be done: "put a lid on it"."""
    begins = True
    for n, word in enumerate(words):
        begins = n == 0 or (begins and words[n - 1].form in _OPENERS) or _after_stop(words, n)
        if not begins or word.form in _OPENERS:
            continue
        at = n + 1 if word.form in ("dont", "never", "always", "do") else n
        following = words[at + 1].form if at + 1 < len(words) else ""
        if at < len(words) and words[at].form in _ORDERS and following not in _NOT_ORDERED:
            return True
    return False


def _after_stop(words: Sequence[Word], n: int) -> bool:
    return words[n].opens and words[n - 1].form not in _OPENERS | _AND
