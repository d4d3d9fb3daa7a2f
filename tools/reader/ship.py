"""A smaller vocabulary before, and a small file after: what makes the reader light enough to be kept in the project."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from tokenizers import Tokenizer

from nlu.minilm import TOKENISER, locate
from nlu.reader.heads import Head, save_heads
from tools.reader.network import PARTS, SIZE, Network
from tools.reader.tasks import LABELS

VOCABULARY = 18_000
"""Pieces kept of 30,522. A word without a piece of its own is read in smaller pieces; nothing becomes unknown."""
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make_tokeniser(texts: Iterable[str], path: Path) -> None:
    """Writes a tokeniser that keeps the pieces our texts need, then the commonest others in plain letters."""
    original = locate(*TOKENISER)
    content = json.loads(original.read_text(encoding="utf-8"))
    tokeniser = Tokenizer.from_file(str(original))
    tokeniser.no_padding()
    tokeniser.no_truncation()
    seen: Counter[str] = Counter()
    for encoded in tokeniser.encode_batch(list(texts), add_special_tokens=False):
        seen.update(encoded.tokens)
    known = sorted(content["model"]["vocab"], key=content["model"]["vocab"].get)
    ordinary = [piece for piece in known if piece not in _SPECIAL and not piece.startswith("[unused")]
    letters = [piece for piece in ordinary if piece.isascii() and len(piece.removeprefix("##")) == 1]
    met = [piece for piece in ordinary if seen[piece] > 1]
    common = [piece for piece in ordinary if piece.isascii()]
    kept = list(dict.fromkeys([*_SPECIAL, *letters, *met, *common]))[:VOCABULARY]
    kept.sort(key=content["model"]["vocab"].get)
    numbers = {piece: number for number, piece in enumerate(kept)}
    content["model"]["vocab"] = numbers
    for added in content["added_tokens"]:
        added["id"] = numbers[added["content"]]
    content |= {"post_processor": None, "truncation": None, "padding": None}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def ship(network: Network, folder: Path) -> None:
    """Writes reader.onnx (eight-bit weights) and heads.npz."""
    names = ("ids", "mask", "types")
    sample = (torch.ones(2, 12, dtype=torch.long), torch.ones(2, 12), torch.zeros(2, 12, dtype=torch.long))
    axes = {name: {0: "batch", 1: "pieces"} for name in (*names, "hidden")}
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, fused = Path(place) / "plain.onnx", Path(place) / "fused.onnx"
        torch.onnx.export(
            network.encoder, sample, str(plain), input_names=list(names), output_names=["hidden"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        optimizer.optimize_model(
            str(plain), model_type="bert", num_heads=PARTS, hidden_size=SIZE, opt_level=1
        ).save_model_to_file(str(fused))
        quantize_dynamic(
            fused,
            folder / "reader.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Attention", "Gather", "Gemm"],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    heads = {
        name: Head(labels, head.weight.detach().numpy(), head.bias.detach().numpy())
        for name, labels in LABELS.items()
        for head in [network.heads[name]]
    }
    save_heads(heads, folder / "heads.npz")
