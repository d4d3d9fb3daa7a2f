"""Names of people, with or without capitals. Titles, roles and the possessive 's stay outside; public figures stay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.lists import not_people, words
from nlu.redaction.recognisers.base import Recogniser

_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)
_TITLES = frozenset("mr mrs miss ms dr doctor rev reverend canon mister missus councillor professor prof".split())
_ROLES = frozenset(
    """nurse sister father auntie aunt aunty uncle our cousin carer niece nephew son daughter husband wife friend brother
    neighbour neighbor nan nana granny grandad grandson granddaughter matron pastor imam rabbi vicar worker warden manager
    driver cook physio mate pal partner sir dame lady brother-in-law dear young little poor old big bhai dada didi chachi""".split()  # noqa: E501
)
_ASKS = frozenset(
    "with told tell ask see love dear thanks thank from and for miss called named name's names name im i'm".split()
)
_NAMED_ONE = frozenset(
    "girl lady lad lass man woman carer nurse fella feller chap boy one helper called's driver bloke volunteer doctor dog's".split()  # noqa: E501
)
_DOES = frozenset(
    """comes came said says brings brought rings rang makes made helps helped takes took does did gets got goes went gave gives washes
    knows left told tells visits visited likes loves wants wanted asked asks popped pops used lived lives works worked started rushes rushed
    always never who who's next cooks cooked cleans cleaned drives drove shouts shouted talks talked sits sat looks looked showed shows
    wouldn't wouldnt couldn't couldnt doesn't doesnt didn't didnt isn't isnt wasn't wasnt hasn't hasnt is was has had cut cuts died passed calls called
    keeps kept lets sings sang plays played puts turned turns stops stopped fetched fetches phoned phones sorted sorts upstairs downstairs""".split()  # noqa: E501
)
_WEAK_DOES = frozenset(
    {
        "is",
        "was",
        "has",
        "had",
        "did",
        "does",
        "always",
        "never",
        "got",
        "left",
        "used",
        "cut",
        "next",
        "looks",
        "turned",
        "comes",
        "came",
    }
)
_MONTHS = frozenset({"may", "june", "april", "august", "summer", "autumn", "dawn", "will"})
_DATE_BEFORE = frozenset(
    "in of since last next this by until till early late during from before after through mid end every to and the".split()  # noqa: E501
)
_PLACES = frozenset(
    """street road lane avenue close drive court house lodge ward hospital surgery practice centre park hall school church square
    cottage crescent grove gardens terrace way hill home care sponge station line inn hotel arms bridge cross infirmary clinic plums
    sausage pudding cake pie tart sandwich roll tea chocolate foundation trust hospice college university cathedral
    bushes bush tree trees garden hedge beds petals water hip hips coloured""".split()  # noqa: E501
)
_COMMON_SURNAMES = frozenset(
    "white green hall wood day stone cook lane bell price may king hill west knight cole fox hunt butler mills baker cooper walker ward lee carter parker fisher porter young long wells dean lamb francis bell berry bowen grant hart bolt".split()  # noqa: E501
)
_ARTICLES = frozenset({"the", "a", "an", "some", "no", "say", "said", "any", "your", "what", "good", "in"})
_MAX_WORDS = 4
LEAST_CHANCE = 0.02
"""Below this probability by the reader, what lists and patterns take for a name is a word.
Source: development texts."""


@dataclass(frozen=True, slots=True)
class _Word:
    raw: str
    low: str
    start: int
    end: int
    first: bool  # begins a sentence
    close: bool  # only a space or hyphen before it

    @property
    def capital(self) -> bool:
        return self.raw[0].isupper()


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    last = 0
    for match in _TOKEN.finditer(text):
        raw = _POSSESSIVE.sub("", match.group()) or match.group()
        gap = text[last : match.start()]
        first = not found or (re.search(r"[.!?\n]\s*[\"'“‘]?\s*$", gap) is not None and not _initial(found[-1]))
        close = re.fullmatch(r"\s+|\.\s", gap) is not None and len(match.group()) >= len(raw)
        found.append(_Word(raw, raw.lower().replace("’", "'"), match.start(), match.start() + len(raw), first, close))
        last = match.end()
    return found


def _initial(word: _Word) -> bool:
    return len(word.raw) == 1 or word.low in _TITLES


class NameRecogniser(Recogniser):
    """Finds names of people by lists, the words around, and spaCy's entities."""

    entity = "NAME"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of names."""
        found = _words(text)
        known = (
            [match.span() for match in not_people().finditer(text.lower())] if len(text.lower()) == len(text) else []
        )
        chosen = _chosen(found, _Reader(found, _persons(doc)), known)
        surfaces = {found[i].low for a, b in chosen for i in range(a, b)} - words("ambiguous_names")
        privates = getattr(doc, "privates", None)

        def likely(start: int, end: int) -> bool:
            return privates is None or privates.chance(start, end) >= LEAST_CHANCE

        for first, last in chosen:
            if likely(found[first].start, found[last - 1].end):
                yield found[first].start, found[last - 1].end
        for word in found:
            again = word.low in surfaces and len(word.low) > 2 and word.low not in words("not_names")
            again = again and word.low not in _COMMON_SURNAMES and not _inside(word, known)
            if again and likely(word.start, word.end):
                yield word.start, word.end


def _chosen(found: list[_Word], reader: _Reader, known: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    index = 0
    while index < len(found):
        if _inside(found[index], known) or not reader.is_name(index):
            index += 1
            continue
        last = reader.extent(index)
        chosen.append((index, last))
        index = last
    return chosen


def _inside(word: _Word, known: list[tuple[int, int]]) -> bool:
    return any(start <= word.start < end for start, end in known)


def _persons(doc: NlpArtifacts | None) -> list[tuple[int, int]]:
    entities = doc.entities if doc is not None else []
    return [(entity.start_char, entity.end_char) for entity in entities if entity.label_ == "PERSON"]


class _Reader:
    """Decides word by word, knowing what stands around."""

    def __init__(self, found: list[_Word], persons: list[tuple[int, int]]) -> None:
        self._found = found
        self._persons = persons
        self._cased = bool(found) and any(word.capital and (len(word.raw) > 1 or not word.first) for word in found)
        self._given, self._unsure = words("given_names"), words("ambiguous_names")
        self._surnames, self._never = words("surnames"), words("not_names")

    def _low(self, index: int) -> str:
        return self._found[index].low if 0 <= index < len(self._found) else ""

    def is_name(self, index: int) -> bool:
        """Whether the word begins a name."""
        word = self._found[index]
        if self._place_follows(index) or word.low in _TITLES:
            return False
        if self._after_title(index) or self._after_naming(index):
            return True
        if self._cased and not word.capital:
            return False
        if word.low in self._unsure:
            return self._unsure_is_name(index)
        if word.low in self._given:
            return True
        return self._by_role(index) or self._by_spacy(index)

    def _place_follows(self, index: int) -> bool:
        if index + 1 >= len(self._found):
            return False
        following = self._found[index + 1]
        return following.low in _PLACES and following.close and following.capital == self._found[index].capital

    def _after_title(self, index: int) -> bool:
        word = self._found[index]
        if self._low(index - 1) not in _TITLES or not word.close or word.low in self._never | _DOES:
            return False
        if self._low(index - 1) in {"doctor", "miss", "dr"} and not self._cased:
            return self._listed(word.low) or (self._low(index - 1) != "miss" and self._low(index - 2) not in _ARTICLES)
        return word.capital or not self._cased or self._listed(word.low) or not self._found[index - 1].capital

    def _after_naming(self, index: int) -> bool:
        word, before = self._found[index], self._low(index - 1)
        if before not in {"called", "named"} or word.low in self._never or not word.close:
            return False
        return self._low(index - 2) in _NAMED_ONE and (word.capital or not self._cased)

    def _listed(self, low: str) -> bool:
        return low in self._given or low in self._unsure or low in self._surnames

    def _unsure_is_name(self, index: int) -> bool:
        word, before, after = self._found[index], self._low(index - 1), self._low(index + 1)
        if before in _ARTICLES or (word.low in _MONTHS and before in _DATE_BEFORE - {"and", "from"}):
            return False
        if before in _ROLES | _TITLES or (before in {"called", "named", "im", "i'm"} and word.close):
            return True
        if before == "and" and (self._low(index - 2) in self._given - self._unsure):
            return True
        if before in {"did", "does", "tell", "ask", "thank"} and word.low not in {"will", "may"} and not self._cased:
            return True
        if self._cased and word.capital and not word.first:
            return word.low not in _MONTHS or after in _DOES or before in _ASKS or self._by_spacy(index)
        sure = word.first or (before == "and" and word.low not in _MONTHS)
        telling = _DOES - {"was", "is", "has", "had"} if sure and word.low not in _MONTHS else _DOES - _WEAK_DOES
        return after in telling and before not in {"i", "you", "we", "they", "it", "he", "she", "to", "will", "can"}

    def _by_role(self, index: int) -> bool:
        word, before = self._found[index], self._low(index - 1)
        if word.low in self._never or not word.close or before not in _ROLES:
            return False
        if self._cased:
            return (
                word.capital and before not in {"old", "big", "our", "little", "lady", "young"}
            ) or word.low in self._surnames
        return word.low in self._surnames - _COMMON_SURNAMES

    def _by_spacy(self, index: int) -> bool:
        word = self._found[index]
        if not self._cased or not word.capital or word.low in self._never or len(word.low) < 2 or word.raw.isupper():
            return False
        return any(start <= word.start < end for start, end in self._persons)

    def extent(self, index: int) -> int:
        """One past the last word of the name that begins here."""
        last = index + 1
        while last < min(len(self._found), index + _MAX_WORDS) and self._goes_on(index, last):
            last += 1
        return last

    def _goes_on(self, first: int, index: int) -> bool:
        word = self._found[index]
        if not word.close or word.first or word.low in self._never or word.low in _DOES or word.low in _PLACES:
            return False
        if self._cased:
            return word.capital and word.low not in _TITLES
        titled = self._low(first - 1) in _TITLES
        plain = word.low in self._surnames - _COMMON_SURNAMES or (
            word.low in self._given and word.low not in self._unsure and titled
        )
        return plain or (word.low in _COMMON_SURNAMES and titled)
