"""The trainable classifier of acts, around `nlu.act_model`."""

from __future__ import annotations

from typing import Any

import numpy as np
from components.minilm_featurizer import ORIGIN, MiniLMFeaturizer
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.act_model import EMBEDDING_SIZE, ActModel, ModelSettings, train
from nlu.encoding import decode


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActClassifier(GraphComponent, IntentClassifier):
    """Embeddings ++ TF-IDF ++ cues, and a linear model."""

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: ActModel | None = None
    ) -> None:
        self._config, self._model_storage, self._resource, self._model = config, model_storage, resource, model

    @classmethod
    def required_components(cls) -> list[type]:
        """The embeddings come first."""
        return [MiniLMFeaturizer]

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings of `ModelSettings`; each can be set in config.yml."""
        return dict(ModelSettings().__dict__)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ActClassifier:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ActClassifier:
        """A trained component from the model archive."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, ActModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model and keeps it."""
        messages = [m for m in training_data.intent_examples if m.get(TEXT)]
        vectors = [_vectors(message) for message in messages]
        settings = ModelSettings(**{name: self._config[name] for name in ModelSettings().__dict__})
        self._model = train(
            [decode(m.get(TEXT)) for m in messages],
            [m.get(INTENT) for m in messages],
            [utterance for utterance, _ in vectors],
            [question for _, question in vectors],
            settings,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking."""
        for message in messages:
            if self._model is None or not message.get(TEXT):
                continue
            ranked = self._model.ranking(decode(message.get(TEXT)), *_vectors(message))
            ranking = [{INTENT_NAME_KEY: act, PREDICTED_CONFIDENCE_KEY: p} for act, p in ranked]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _vectors(message: Message) -> tuple[np.ndarray, np.ndarray]:
    _, sentence = message.get_dense_features(TEXT, [ORIGIN])
    both = sentence.features[0]
    return both[:EMBEDDING_SIZE], both[EMBEDDING_SIZE:]
