"""The small language that patterns are written in, compiled to regular expressions.

`(a|b)` one of these; `[a|b]` may be there; `...` up to five words between, not over the end of a sentence; `word*` any
ending; `_` any one word; `<name>` a list of `words.yml`. Everything works on whole words of a normal text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogues.errors import SaysoError

GAP_WORDS = 5
_LEX = re.compile(r"[()\[\]|]|\.\.\.|<[^>]+>|[^\s()\[\]|<>]+")
_WORD = re.compile(r"[^\W_]+\*?|_")


class PatternError(SaysoError):
    """A pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled pattern.

    Attributes:
        regex: To be searched for in `NormalText.string`.
        anchors: One of these strings is in every text that the pattern matches; lets most patterns be passed over fast.
    """

    regex: re.Pattern[str]
    anchors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    regex: str
    anchors: frozenset[str] | None  # None: nothing is certain to be there


_GAP = _Piece(rf"(?: [^ |~]+){{0,{GAP_WORDS}}}?", None)


class _Parser:
    def __init__(self, source: str, words: Mapping[str, Sequence[str]]) -> None:
        self._source = source
        self._tokens: list[str] = _LEX.findall(source)
        self._words = words
        self._at = 0

    def parse(self) -> _Piece:
        piece = self._choice("")
        if self._at != len(self._tokens):
            raise self._error("a bracket too many")
        return piece

    def _error(self, what: str) -> PatternError:
        return PatternError("pattern_unreadable", f"{what} in the pattern: {self._source}")

    def _choice(self, closing: str) -> _Piece:
        options = [self._sequence(closing)]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence(closing))
        if closing:
            if self._peek() != closing:
                raise self._error(f"a missing {closing}")
            self._at += 1
        return _either(options)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _sequence(self, closing: str) -> _Piece:
        pieces: list[_Piece] = []
        while self._peek() not in ("", "|", ")", "]"):
            pieces.append(self._item())
        if not pieces:
            raise self._error("an empty choice")
        return _Piece("".join(p.regex for p in pieces), _best([p.anchors for p in pieces]))

    def _item(self) -> _Piece:
        token = self._tokens[self._at]
        self._at += 1
        if token == "(":  # noqa: S105
            return self._choice(")")
        if token == "[":  # noqa: S105
            return _Piece(f"(?:{self._choice(']').regex})?", None)
        if token == "...":  # noqa: S105
            return _GAP
        if token.startswith("<"):
            return self._listed(token[1:-1])
        return self._word(token)

    def _listed(self, name: str) -> _Piece:
        if name not in self._words:
            raise self._error(f"an unknown list <{name}>")
        return _either([_Parser(entry, self._words).parse() for entry in self._words[name]])

    def _word(self, token: str) -> _Piece:
        if not _WORD.fullmatch(token):
            raise self._error(f"a sign that is not allowed ({token})")
        if token == "_":  # noqa: S105
            return _Piece(" [^ |~]+", None)
        if token.endswith("*"):
            return _Piece(rf" {token[:-1]}\w*", frozenset({f" {token[:-1]}"}))
        return _Piece(f" {token}(?![^ ])", frozenset({f" {token}"}))


def _either(options: list[_Piece]) -> _Piece:
    if len(options) == 1:
        return options[0]
    regex = "(?:" + "|".join(option.regex for option in options) + ")"
    certain = [option.anchors for option in options]
    if any(anchors is None for anchors in certain):
        return _Piece(regex, None)
    return _Piece(regex, frozenset[str]().union(*(anchors for anchors in certain if anchors)))


def _best(candidates: list[frozenset[str] | None]) -> frozenset[str] | None:
    certain = [anchors for anchors in candidates if anchors]
    return min(certain, key=lambda a: (len(a) / max(1, min(len(x) for x in a) - 1), sorted(a)), default=None)


def compile_pattern(source: str, words: Mapping[str, Sequence[str]]) -> Compiled:
    """Compiles one pattern.

    Args:
        source: The pattern, in the language above.
        words: The lists that `<name>` stands for.

    Raises:
        PatternError: It cannot be read; the message quotes it.
    """
    piece = _Parser(source, words).parse()
    return Compiled(re.compile(piece.regex + "(?![^ ])"), tuple(sorted(piece.anchors or ())))
