"""Addresses: a house or flat number, or a house's name, with its street. Towns stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser

_ENDS = r"street|st|road|rd|avenue|ave|lane|ln|close|crescent|cres|court|drive|grove|gardens|terrace|place|way|walk|row|rise|mews|square|hill|park|view|gate|parade|croft|green|fold|brow|bank|quay|wynd|vale|villas|mansions|buildings|tower|house|estate|heights|mount|loan|brae|cottages|yard"  # noqa: E501
_UNIT = r"one|two|three|four|five|six|seven|eight|nine"
_TENS = r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SPOKEN = rf"(?:(?:a |one |two |three )?hundred(?: and)?(?: (?:(?:{_TENS})(?: (?:{_UNIT}))?|{_UNIT}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen))?|(?:{_TENS})(?:[ -](?:{_UNIT}))?|{_UNIT}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"  # noqa: E501
_NUMBER = rf"(?:\d{{1,4}}\s?[a-d]?(?:\s?[-/]\s?\d{{1,3}})?|{_SPOKEN}(?: [a-d](?= ))?)"
_NUMBERED = re.compile(
    rf"\b(?:flat |apartment |unit )?({_NUMBER}),? ((?:[\w'’]+ ){{1,3}})({_ENDS})\b\.?", re.IGNORECASE
)
_NAMED = re.compile(
    r"\b((?:the )?(?:[A-Z][\w'’]+ ){0,2}[A-Z][\w'’]+ (?:Cottage|Bungalow|Villa|Lodge|House|Farm|Barn)), ((?:[A-Z][\w'’]+ ){1,3}(?:Street|Road|Lane|Avenue|Close|Drive|Hill|Way|Row|Terrace|Gardens|Crescent))\b"  # noqa: E501
)
_NAMED_SPOKEN = re.compile(
    r"\b(?:live|lives|living|address is|home is|called|its|it's) (?:at |in )?((?:the )?(?:\w+ ){1,2}(?:cottage|villa|farm|barn|bungalow) (?:on |in )?(?:\w+ ){1,2}(?:lane|street|road|hill|close|drive))\b",  # noqa: E501
    re.IGNORECASE,
)
_NEVER = frozenset(
    """a an and are as at away back because before behind bus buses but by can car carers come comes day days did do door doors
    down each every far few first for from get go goes got had half has have he her his hour hours i if in into is it its just
    last like long lot make me men mile miles min mins minute minutes month months more my near new next no not nurses of off on
    one or other our out over past people percent point points pound pounds quid round same second she shops side since so some steps stops than
    that the their them then there they this time times to too two up us walk want was we week weeks went were what when where which
    who will with women years year yards you your ladies girls flats houses bungalows homes residents patients pills tablets stone
    blocks lads cups minutes' hours' days' weeks' o'clock clock good nice little three four five six seven eight nine ten""".split()  # noqa: E501
)


class AddressRecogniser(Recogniser):
    """Finds addresses."""

    entity = "ADDRESS"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of addresses, the town not included."""
        for match in _NUMBERED.finditer(text):
            between = match.group(2).lower().split()
            if not _NEVER.intersection(between) or _the(between):
                yield match.start(1), match.end(3)
        yield from (match.span() for match in _NAMED.finditer(text))
        yield from (match.span(1) for match in _NAMED_SPOKEN.finditer(text))


def _the(between: list[str]) -> bool:
    """ "12 The Old Close": "the" may begin a street's name when more follows."""
    return len(between) > 1 and between[0] == "the" and not _NEVER.intersection(between[1:])
