"""Texts to word pieces, with their places and capitals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_PIECES = 160
"""Pieces read at once, question included. Source: what the reader was trained with."""
MAX_QUESTION_PIECES = 48
"""The end of a longer question is kept: what is asked stands last."""
MARGIN = 16
"""Pieces at the cut edges of a window that are read once more in the neighbouring window."""
FIRST, BETWEEN = "[CLS]", "[SEP]"

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces that are read together.

    Attributes:
        ids: Numbers of all pieces: first, question, separator, text, separator.
        capitals: 1 for a piece of a capitalised word, else 0; as long as `ids`.
        begin: Index in `ids` of the first piece of the text.
        first: Number, among the pieces of the whole text, of the first one whose reading counts.
        places: Places in the text (code points) of the pieces from `begin` on.
        skip: How many of these only lend context: the window before counts them.
    """

    ids: tuple[int, ...]
    capitals: tuple[int, ...]
    begin: int
    first: int
    places: tuple[Place, ...]
    skip: int


class Pieces:
    """Cuts texts into pieces.

    Args:
        path: A tokeniser file.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy, and not needed by who imports the constants only

        self._tokeniser: Any = Tokenizer.from_file(str(path))
        self._tokeniser.no_padding()
        self._tokeniser.no_truncation()
        self._first = int(self._tokeniser.token_to_id(FIRST) or 0)
        self._between = int(self._tokeniser.token_to_id(BETWEEN) or 0)

    def windows(self, text: str, question: str = "", *, capitals: bool = False) -> Iterator[Window]:
        """The windows of a text: one for a text of usual length, more for a long one.

        Args:
            text: The words to read.
            question: What was asked; read along with every window.
            capitals: Whether capitals tell something (names); else a text reads the same without them.
        """
        asked: list[int] = self._tokeniser.encode(_whole(question), add_special_tokens=False).ids[-MAX_QUESTION_PIECES:]
        encoded = self._tokeniser.encode(_whole(text), add_special_tokens=False)
        ids: list[int] = encoded.ids
        places: list[Place] = encoded.offsets
        flags = [int(capitals and _capital(text, start)) for start, _ in places]
        begin = len(asked) + 2
        for at, until, skip in _cuts(len(ids), MAX_PIECES - begin - 1):
            yield Window(
                ids=(self._first, *asked, self._between, *ids[at:until], self._between),
                capitals=(*[0] * begin, *flags[at:until], 0),
                begin=begin,
                first=at + skip,
                places=tuple(places[at:until]),
                skip=skip,
            )


def _cuts(count: int, room: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, pieces to skip) of each window over `count` pieces."""
    at, skip = 0, 0
    while True:
        until = min(count, at + room)
        yield at, until, skip
        if until >= count:
            return
        at, skip = until - 2 * MARGIN, MARGIN


def kept(windows: Sequence[Window]) -> list[tuple[int, int]]:
    """(start, end) of the places of each window that count, so that every piece counts once."""
    ends = [len(w.places) if n + 1 == len(windows) else len(w.places) - MARGIN for n, w in enumerate(windows)]
    return [(window.skip, end) for window, end in zip(windows, ends, strict=True)]


def _whole(text: str) -> str:
    """The text with each lone half of a surrogate pair replaced, its length unchanged."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _capital(text: str, start: int) -> bool:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    return text[start : start + 1].isupper()
