"""Resume codes as they are spoken ("k seven h for harry") or pressed on the keys. Pure."""

from __future__ import annotations

import re

ALPHABET = "ACDEFHJKMNPRTWXY34679"  # nothing that looks like another: no B8, G6, I1L, O0Q, S5, UV, Z2
LENGTH = 8
"""The form of a resume code, grouped by four: `K7HM-4TWD`."""

_KEYPAD = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
KEYS = {key: "".join(c for c in ALPHABET if c in letters + key) for key, letters in _KEYPAD.items()}
"""What each key may stand for in a code: 3 for D, E, F or 3."""

_SPOKEN = {
    "A": "a ay eh hey", "C": "c cee see sea", "D": "d dee de", "E": "e ee", "F": "f eff ef",
    "H": "h aitch haitch age each", "J": "j jay", "K": "k kay okay", "M": "m em", "N": "n en", "P": "p pee pea",
    "R": "r are ar our", "T": "t tee tea", "W": "w", "X": "x ex eggs", "Y": "y why wye", "3": "3 three",
    "4": "4 four for", "6": "6 six sicks", "7": "7 seven", "9": "9 nine",
}  # fmt: skip
_LETTERS = {word: letter for letter, words in _SPOKEN.items() for word in words.split()}
_ALPHABETS = (
    "alpha alfa charlie delta echo foxtrot hotel juliet juliett kilo mike november papa romeo tango whiskey whisky "
    "xray yankee"
).split()
_AS_IN = re.compile(r"\b([a-z]|aitch|haitch|double u|[a-z]{2,4})\s+(?:for|as in|like)\s+(?!(?:[a-z0-9]|seven|three|six|"
                    r"nine|four)\b)([a-z]{3,})\b")  # fmt: skip
_FILLERS = frozenset(
    "the code is my its it number then and dash hyphen stroke oh er erm um well yes right so i have got a e ive "
    "new line space capital letter big please thats thank you".split()
) - frozenset("ae")


def spoken_code(text: str) -> str:
    """The code in an utterance, eight characters of `ALPHABET`; "" where it holds none.

    Takes letters, their names, telephone alphabets, and "k for kate"; ignores "the code is" and the like.
    """
    typed = re.sub(r"[\s-]", "", text.upper())
    if len(typed) == LENGTH and set(typed) <= set(ALPHABET):
        return typed
    said = re.sub(r"[^a-z0-9 ]+", " ", re.sub(r"['’-]", "", text.lower())).replace("double you", "w")
    said = re.sub(r"\bdouble (?:u|yew)\b", "w", re.sub(r"\bx ray\b", "xray", said))
    found: list[str] = []
    words = _AS_IN.sub(lambda m: m[2][0], said).split()
    for word in _without_preface(words):
        letters = _one(word)
        if letters is None:
            return ""
        found.append(letters)
    code = "".join(found)
    return code if len(code) == LENGTH else ""


def keyed_codes(keys: str) -> int:
    """How many codes eight keys may stand for; 0 where they cannot be one."""
    if len(keys) != LENGTH or not set(keys) <= set(KEYS):
        return 0
    count = 1
    for key in keys:
        count *= len(KEYS[key])
    return count


def _without_preface(words: list[str]) -> list[str]:
    """Drops "the code is" before, and "thank you" after."""
    start, end = 0, len(words)
    while start < end and words[start] in _FILLERS:
        start += 1
    while end > start and words[end - 1] in _FILLERS:
        end -= 1
    return [word for word in words[start:end] if word not in {"dash", "hyphen", "stroke", "then", "and", "capital"}]


def _one(word: str) -> str | None:
    if word in _LETTERS:
        return _LETTERS[word]
    if word in _ALPHABETS:
        return word[0].upper()
    bare = word.upper()
    return bare if len(bare) <= LENGTH and any(c.isdigit() for c in bare) and set(bare) <= set(ALPHABET) else None
