"""Normal form of a turn for matching: lower case words without apostrophes, each with its place in the original.

A normal text is a string of words, each led by one space, with ` |` where a sentence ends, so that patterns written once
match typed and recognised text alike.
"""  # noqa: E501

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

BREAK = "|"
_TOKEN = re.compile(r"[^\W_]+(?:['’‘`´][^\W_]+)*|[.!?;\n]+")
_FILLERS = frozenset({"er", "um", "erm", "uh", "eh", "mm", "hmm", "ah", "ooh"})
_SAME = {
    "careers": "carers",
    "career": "carer",
    "pendent": "pendant",
    "cannot": "cant",
    "cannae": "cant",
    "dinnae": "dont",
    "dinna": "dont",
    "doesnae": "doesnt",
    "didnae": "didnt",
    "wasnae": "wasnt",
    "isnae": "isnt",
    "willnae": "wont",
    "wouldnae": "wouldnt",
    "havenae": "havent",
    "masel": "myself",
    "mysel": "myself",
    "meself": "myself",
    "hisself": "himself",
    "nowt": "nothing",
    "owt": "anything",
    "summat": "something",
    "brung": "brought",
    "fell": "fell",
    "whilst": "while",
    "aye": "yes",
    "em": "them",
    "yer": "your",
    "ow": "how",
    "cos": "because",
    "cuz": "because",
}
_PAIRS = {
    ("can", "not"): "cant",
    ("could", "not"): "couldnt",
    ("do", "not"): "dont",
    ("does", "not"): "doesnt",
    ("did", "not"): "didnt",
    ("is", "not"): "isnt",
    ("are", "not"): "arent",
    ("was", "not"): "wasnt",
    ("will", "not"): "wont",
    ("would", "not"): "wouldnt",
    ("have", "not"): "havent",
    ("has", "not"): "hasnt",
    ("i", "am"): "im",
    ("i", "have"): "ive",
    ("he", "is"): "hes",
    ("she", "is"): "shes",
    ("they", "are"): "theyre",
    ("they", "have"): "theyve",
    ("it", "is"): "its",
    ("there", "is"): "theres",
    ("every", "thing"): "everything",
    ("no", "body"): "nobody",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its normal form and its place in the original text (code points)."""

    norm: str
    start: int
    end: int


class NormalText:
    """A text in normal form.

    Attributes:
        words: The words and sentence breaks.
        string: The words joined, each led by a space.
    """

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words
        self.string = "".join(f" {word.norm}" for word in words)
        self._offsets: list[int] = []
        position = 0
        for word in words:
            self._offsets.append(position)
            position += len(word.norm) + 1

    def word_at(self, offset: int) -> int:
        """Index of the word at an offset of `string`."""
        return max(0, bisect.bisect_right(self._offsets, offset) - 1)

    def indices(self, start: int, end: int) -> tuple[int, int]:
        """First word and one past the last word of a match in `string`."""
        return self.word_at(start), self.word_at(max(start, end - 1)) + 1

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Place in the original text of words `first` to `last` (exclusive)."""
        return self.words[first].start, self.words[last - 1].end

    def covered(self, spans: list[tuple[int, int]]) -> NormalText:
        """The same text with some words (index ranges) covered up, so that nothing matches there."""
        words = list(self.words)
        for first, last in spans:
            for index in range(first, last):
                words[index] = Word("~", words[index].start, words[index].end)
        return NormalText(tuple(words))


def _word(match: re.Match[str]) -> Word:
    raw = match.group()
    if not raw[0].isalnum():
        return Word(BREAK, match.start(), match.end())
    norm = "".join(char for char in raw.lower() if char.isalnum())
    return Word(_SAME.get(norm, norm), match.start(), match.end())


def _keep(words: list[Word], word: Word) -> bool:
    if word.norm in _FILLERS or not word.norm:
        return False
    return not (words and words[-1].norm == word.norm)


def normalise(text: str) -> NormalText:
    """Brings a text to its normal form: fillers and repeated words gone, "do not" and "don't" alike.

    Args:
        text: Any string.
    """
    words: list[Word] = []
    for match in _TOKEN.finditer(text):
        word = _word(match)
        if not _keep(words, word):
            continue
        merged = _PAIRS.get((words[-1].norm, word.norm)) if words else None
        if merged:
            words[-1] = Word(merged, words[-1].start, word.end)
        else:
            words.append(word)
    return NormalText(tuple(words))
