"""FHIR R4 and R4B: a Bundle with one Questionnaire, and one QuestionnaireResponse a quote. No subject, no author.

Source: HL7 FHIR R4 (4.0.1) and R4B (4.3.0), Bundle, Questionnaire, QuestionnaireResponse; the two releases define all
three alike. Months are FHIR dates of month precision.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from bot.exports.model import About, Released
from bot.exports.notes import NOT_SHOWN, SUPPRESSION, redaction
from bot.insights.counting import KINDS, SENSES, SENTIMENTS
from dialogues.types import Voice

QUESTIONNAIRE = "urn:sayso:questionnaire:contribution"
QUESTIONNAIRE_VERSION = "1"
"""Changes when items change."""

TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
"""Marks invented words."""

_VOICES = tuple(voice.value for voice in Voice if voice is not Voice.PROXY)
_Json = dict[str, Any]


class FhirWriter:
    """Writes the Bundle, one entry a line.

    Args:
        out: An open file.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._names: Mapping[str, str] = {}

    def begin(self, about: About) -> None:
        """Opens the Bundle, and writes the Questionnaire."""
        self._names = {theme: about.name(theme) for theme in (*about.names, *about.themes)}
        stamp = about.at.isoformat(timespec="seconds")
        self._out.write(f'{{"resourceType":"Bundle","type":"collection","timestamp":"{stamp}","entry":[\n'.encode())
        self._out.write(_entry(questionnaire(about, self._names)))

    def add(self, quotes: Sequence[Released]) -> None:
        """Writes responses."""
        self._out.write(b"".join(b",\n" + _entry(response(quote, self._names)) for quote in quotes))

    def end(self) -> None:
        """Closes the Bundle."""
        self._out.write(b"\n]}\n")


def questionnaire(about: About, names: Mapping[str, str]) -> _Json:
    """What each response answers.

    Args:
        about: The export.
        names: Every theme that may occur, by id, in plain words.
    """
    told = f"Version {about.wording} of Sayso's texts. Not shown: {NOT_SHOWN} {redaction(about)} {SUPPRESSION}"
    return {
        "resourceType": "Questionnaire",
        "url": QUESTIONNAIRE,
        "version": QUESTIONNAIRE_VERSION,
        "name": "SaysoContribution",
        "title": "What a person said about their care",
        "status": "active",
        "date": f"{about.at:%Y-%m-%d}",
        "publisher": "Sayso",
        "description": told,
        "item": [
            _item("quote", "In the person's own words, without names", "text", required=True),
            _item("i_statement", "As a statement of the person", "text"),
            _choice("kinds", "What it does", "kind", {kind: kind for kind in KINDS}, repeats=True),
            _choice("themes", "What it is about, main theme first", "theme", names, repeats=True),
            _choice("sentiment", "How it feels about the service", "sentiment", {each: each for each in SENTIMENTS}),
            _choice("sense", "Why it matters", "sense", {sense: sense for sense in SENSES}),
            _item("beans", "Beans that the person placed on it, of ten", "integer"),
            _choice("voice", "Whose words", "voice", {voice: voice for voice in _VOICES}),
            _item("month", "Month in which it was said", "date"),
            _item("service", "Service that it is about", "string"),
        ],
    }


def response(quote: Released, names: Mapping[str, str]) -> _Json:
    """One released quote. What may not be told has no item."""
    items: list[tuple[str, list[_Json]]] = [
        ("quote", [{"valueString": quote.quote}]),
        ("i_statement", [{"valueString": quote.i_statement}] if quote.i_statement else []),
        ("kinds", [_coded("kind", kind, kind) for kind in quote.kinds]),
        ("themes", [_coded("theme", theme, names.get(theme, theme)) for theme in quote.themes]),
        ("sentiment", [_coded("sentiment", quote.sentiment, quote.sentiment)]),
        ("sense", [_coded("sense", quote.sense, quote.sense)] if quote.sense else []),
        ("beans", [] if quote.beans is None else [{"valueInteger": quote.beans}]),
        ("voice", [_coded("voice", quote.voice, quote.voice)]),
        ("month", [{"valueDate": quote.month}] if quote.month else []),
        ("service", [{"valueString": quote.service}] if quote.service else []),
    ]
    found: _Json = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{QUESTIONNAIRE}|{QUESTIONNAIRE_VERSION}",
        "status": "completed",
        "item": [{"linkId": link, "answer": answers} for link, answers in items if answers],
    }
    return found | ({"meta": {"tag": [TEST_DATA]}} if quote.sample else {})


def _entry(resource: _Json) -> bytes:
    entry = {"fullUrl": f"urn:uuid:{uuid.uuid4()}", "resource": resource}
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def _item(link: str, text: str, kind: str, **further: Any) -> _Json:
    return {"linkId": link, "text": text, "type": kind, **further}


def _choice(link: str, text: str, system: str, names: Mapping[str, str], **further: Any) -> _Json:
    options = [{"valueCoding": _coding(system, code, name)} for code, name in names.items()]
    return _item(link, text, "choice", **further, answerOption=options)


def _coded(system: str, code: str, name: str) -> _Json:
    return {"valueCoding": _coding(system, code, name)}


def _coding(system: str, code: str, name: str) -> _Json:
    return {"system": f"urn:sayso:{system}", "code": code, "display": name}
