"""Sentence embeddings of the utterance and of the question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.encoding import decode, shorten
from nlu.minilm import Embedder

ORIGIN = "minilm"
BATCH = 32
"""Training texts that go through the network together."""


class TrainingEmbedder(Embedder):
    """Embeds many texts of equal length at once: the same vectors, in two thirds of the time."""

    def embed_all(self, texts: Iterable[str]) -> dict[str, np.ndarray]:
        """The vector of each different text, as `embed_edges` gives it."""
        by_length: defaultdict[int, list[tuple[str, list[int]]]] = defaultdict(list)
        found: dict[str, np.ndarray] = {}
        for text in sorted(set(texts)):
            pieces = self._tokeniser.encode(shorten(text)).ids
            if text.strip():
                by_length[len(pieces)].append((text, pieces))
            else:
                found[text] = self.embed(text)
        for alike in by_length.values():
            for start in range(0, len(alike), BATCH):
                batch = alike[start : start + BATCH]
                vectors = self._batch(np.array([pieces for _, pieces in batch], dtype=np.int64))
                found.update(zip((text for text, _ in batch), vectors, strict=True))
        return found

    def _batch(self, ids: np.ndarray) -> np.ndarray:
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        output = self._session.run(None, {name: value for name, value in feed.items() if name in self._inputs})[0]
        vectors = output.mean(axis=1) if output.ndim == 3 else output
        return (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)).astype(np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class MiniLMFeaturizer(GraphComponent):
    """Adds one dense sentence feature of 768 numbers: the utterance's unit vector, then the question's (or zeros)."""

    def __init__(self) -> None:
        self._embedder = TrainingEmbedder()

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer comes first."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MiniLMFeaturizer:
        """Rasa's constructor."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the feature to each message that has a text."""
        for message in messages:
            if message.get(TEXT):
                utterance, question, _ = decode(message.get(TEXT))
                _add(message, self._embedder.embed_edges(utterance), self._embedder.embed_question(question))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for training examples, together."""
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        decoded = [decode(message.get(TEXT)) for message in messages]
        vectors = self._embedder.embed_all(text for utterance, question, _ in decoded for text in (utterance, question))
        for message, (utterance, question, _) in zip(messages, decoded, strict=True):
            _add(message, vectors[utterance], vectors[question])
        return training_data


def _add(message: Message, utterance: np.ndarray, question: np.ndarray) -> None:
    both = np.concatenate([utterance, question])[np.newaxis]
    message.add_features(Features(both, FEATURE_TYPE_SENTENCE, TEXT, ORIGIN))
