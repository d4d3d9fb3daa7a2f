"""A second opinion on the act, by the reader (`nlu.reader`), mixed into the classifier's ranking."""

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
from nlu.reader.acts import READER_SHARE, mixed, ranking
from nlu.reader.reader import shared_reader


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ActReader(GraphComponent, IntentClassifier):
    """The mean of two rankings, the reader's counting for `share` (0 to 1)."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._share = float(config["share"])
        self._reader = shared_reader()

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier comes first."""
        return [IntentClassifier]

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The reader's share; can be set in config.yml."""
        return {"share": READER_SHARE}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActReader:
        """Rasa's constructor."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking anew."""
        for message in messages:
            if not message.get(TEXT):
                continue
            found = [(r[INTENT_NAME_KEY], r[PREDICTED_CONFIDENCE_KEY]) for r in message.get(INTENT_RANKING_KEY) or []]
            both = mixed(found, ranking(self._reader, *decode(message.get(TEXT))), self._share)
            named = [{INTENT_NAME_KEY: act, PREDICTED_CONFIDENCE_KEY: p} for act, p in both]
            message.set(INTENT, named[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, named, add_to_output=True)
        return messages
