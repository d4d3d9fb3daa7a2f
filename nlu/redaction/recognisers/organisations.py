"""Organisations of care and health by name: tagged, and hidden only on request."""

from __future__ import annotations

import re
from collections.abc import Iterable

from presidio_analyzer.nlp_engine import NlpArtifacts

from nlu.redaction.recognisers.base import Recogniser

_ENDS = r"(?:Care Home|Nursing Home|Residential Home|Rest Home|Day Centre|Health Centre|Medical Centre|Medical Practice|Community Hospital|General Hospital|Infirmary|Surgery|Practice|Hospital|Hospice|Homecare|Home Care|Care Services|Care Group|Care Agency|Care|House|Lodge|Manor|Hall|Court|Grange|Centre|Clinic|Trust|Pharmacy)"  # noqa: E501
_TYPED = re.compile(rf"\b(?:(?:The|St\.?|Saint) )?(?:[A-Z][\w'’]+[ -]){{1,3}}{_ENDS}\b")
_LOWER = re.compile(
    r"\b((?:st |saint )?(?:[a-z'’]+ )?[a-z'’]+ (?:care home|nursing home|residential home|day centre|health centre|medical centre|surgery|practice|hospital|infirmary|hospice|homecare|lodge|grange|manor))\b"  # noqa: E501
)
_STOP = frozenset(
    """a an and any are as at away back be been before best better big but by came can care centre close come day did different doctors each eye find for
    from general get go goes going good got gp great had has have heart her his home hospice hospital hotel how i if in into is it its joined just
    last left like little live local lovely main me my near new next nice no not nursing of old on one or other our out over own past private
    proper quiet residential right same see she smaller some take than that the their them then there they this to too took two under up us visit
    want was we went were what when where which with working would your you every whole cottage community teaching minor knee hip emergency
    best-practice good-practice common fire daily choir sharp usual normal into through does do dental vets vet animal called sent bad rotten
    decent half open closed another first second third after since until till about ring rang phoned every evening morning""".split()  # noqa: E501
)


class OrganisationRecogniser(Recogniser):
    """Finds organisations."""

    entity = "ORG"

    def find(self, text: str, doc: NlpArtifacts | None) -> Iterable[tuple[int, int]]:
        """Places of organisations' names."""
        for match in _TYPED.finditer(text):
            words = match.group().split()
            skip = next(
                (i for i, word in enumerate(words) if word.lower() not in _STOP or word in ("The", "St", "Saint")), None
            )
            if skip is not None and len(words) - skip > 1:
                yield match.start() + len(" ".join(words[:skip])) + (1 if skip else 0), match.end()
        if not any(char.isupper() for char in text):
            yield from _lower(text)


def _lower(text: str) -> Iterable[tuple[int, int]]:
    for match in _LOWER.finditer(text):
        start = match.start(1)
        for word in match.group(1).split():
            if word not in _STOP:
                break
            start += len(word) + 1
        named = text[start : match.end(1)].split()
        if len(named) > 1 and named[0] not in {"care", "nursing", "day", "health", "medical", "surgery", "residential"}:
            yield start, match.end(1)
