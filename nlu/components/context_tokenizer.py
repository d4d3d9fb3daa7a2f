"""First component: splits kind, question and utterance; only the utterance is tokenised."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.encoding import utterance_start

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]|_+")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ContextTokenizer(Tokenizer):
    """Tokens of the utterance, with offsets in the whole encoded text, so that entity annotations fit."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's usual tokenizer settings."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Words and punctuation marks of the utterance."""
        text = message.get(attribute)
        start = utterance_start(text) if attribute == TEXT else 0
        found = [Token(match.group(), match.start()) for match in _WORD.finditer(text, start)]
        return found or [Token(text[start:] or text or " ", start)]
