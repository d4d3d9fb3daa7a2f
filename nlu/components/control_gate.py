"""Last component: a command counts only when it is sure enough, see `nlu.gate`."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.encoding import decode
from nlu.gate import GateSettings, gate


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ControlGate(GraphComponent, IntentClassifier):
    """Turns doubtful commands into the most likely reply."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._settings = GateSettings(**{name: config[name] for name in GateSettings().__dict__})

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier comes first."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings of `GateSettings`; each can be set in config.yml."""
        return dict(GateSettings().__dict__)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ControlGate:
        """Rasa's constructor."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Rewrites the intent; the ranking stays as the classifier left it."""
        for message in messages:
            ranking = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in message.get(INTENT_RANKING_KEY) or []]
            if ranking:
                _, question, kind = decode(message.get(TEXT) or "")
                act, confidence = gate(ranking, kind, self._settings, question=question)
                message.set(INTENT, {INTENT_NAME_KEY: act, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
        return messages
