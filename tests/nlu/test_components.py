"""The parts that run in the nlu environment, as far as they are plain Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from dialogues.types import Act, Expects
from nlu import minilm
from nlu.act_model import EMBEDDING_SIZE, ActModel, Example, ModelSettings, train
from nlu.encoding import KINDS
from nlu.examples import DATA, read_examples
from nlu.features import character_pieces, cues, word_pieces
from nlu.gate import COSTLY, REPLIES
from nlu.paths import NluPaths, process_environment

ROWS: list[tuple[Example, str]] = [
    (("say that again", "What matters?", "open"), "repeat"),
    (("again please", "Is that right?", "read_back"), "repeat"),
    (("say it again love", "", "open"), "repeat"),
    (("they come late", "What matters?", "open"), "answer"),
    (("she said it again and again", "What matters?", "open"), "answer"),
    (("they come at four", "What matters?", "open"), "answer"),
    (("yes", "Is that right?", "yes_no"), "affirm"),
    (("yes please", "Shall I?", "yes_no"), "affirm"),
]


def vectors(seed: int) -> list[np.ndarray]:
    found = np.random.default_rng(seed).normal(size=(len(ROWS), EMBEDDING_SIZE)).astype(np.float32)
    return list(found / np.linalg.norm(found, axis=1, keepdims=True))


def test_a_model_is_the_same_after_saving(tmp_path: Path) -> None:
    said, asked = vectors(1), vectors(2)
    examples = [example for example, _ in ROWS]
    model = train(examples, [act for _, act in ROWS], said, asked, ModelSettings(c=10, min_count=1))
    model.save(tmp_path)
    again = ActModel.load(tmp_path)
    for index, (example, act) in enumerate(ROWS):
        ranking = model.ranking(example, said[index], asked[index])
        reloaded = dict(again.ranking(example, said[index], asked[index]))
        assert ranking[0][0] == act
        assert sum(p for _, p in ranking) == pytest.approx(1)
        assert all(reloaded[name] == pytest.approx(p, abs=0.01) for name, p in ranking)
    assert not list(tmp_path.glob("*.pkl"))


def test_two_acts_are_enough() -> None:
    rows = [row for row in ROWS if row[1] != "affirm"]
    said = vectors(1)[: len(rows)]
    model = train([e for e, _ in rows], [a for _, a in rows], said, said, ModelSettings(c=10, min_count=1))
    assert [model.ranking(e, v, v)[0][0] for (e, _), v in zip(rows, said, strict=True)] == [a for _, a in rows]


@pytest.mark.parametrize(
    ("utterance", "cue"),
    [
        ("I said slow down and she laughed", "told"),
        ("they say hang on and go off", "told"),
        ("can you say that again", "you_asked"),
        ("you wrote down sad", "told_you"),
        ("they never stop to talk", "habit"),
        ("aye but they rush me", "but"),
        ("what will you do with it?", "asks"),
    ],
)
def test_cues(utterance: str, cue: str) -> None:
    found = set(cues(utterance, "", "open"))
    assert {cue, f"talk:{cue}"} <= found
    assert cue not in set(cues("lovely bread", "", "open"))


def test_pieces_know_their_place_and_kind() -> None:
    found = set(word_pieces("No, stop now", "yes_no"))
    assert {"no", "stop now", "^no", "$now", "yes_no:^no", "yes_no:=no stop now"} <= found
    assert " no" in set(character_pieces("no"))
    assert not list(word_pieces("", "open"))


def test_a_vector_has_length_one_and_is_the_same_alone_or_among_others() -> None:
    embedder = minilm.Embedder(remember=1)
    one = embedder.embed("hello there")
    embedder.embed_question("Is that right?")
    embedder.embed_question("Another?")
    assert np.allclose(one, embedder.embed("hello there"))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-3)
    assert not embedder.embed("  ").any()
    assert float(one @ embedder.embed("hi there")) > float(one @ embedder.embed("the bread is hard"))


@pytest.mark.parametrize(
    ("package", "name", "sha256"),
    [("no_such_package", "x", "0"), ("numpy", "no_such_file", "0"), ("numpy", "__init__.py", "0")],
)
def test_a_wrong_model_file_is_reported(package: str, name: str, sha256: str) -> None:
    with pytest.raises(minilm.ModelFileError, match="make setup"):
        minilm.locate(package, name, sha256)


def test_acts_kinds_and_domain_agree() -> None:
    domain = YAML(typ="safe").load((NluPaths().project / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["intents"]) == {act.value for act in Act}
    assert set(KINDS) == {kind.value for kind in Expects}
    assert set(domain["intents"]) > REPLIES | COSTLY


def test_the_examples_name_known_acts_and_kinds() -> None:
    if not any(DATA.glob("*.yml")):
        pytest.skip("no training data yet")
    examples = read_examples()
    assert {act for _, act in examples} <= {act.value for act in Act}
    assert all(example[0] for example, _ in examples)


def test_annotations_are_taken_out(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: answer\n  examples: |\n    - scale ¦ How many? ¦ about [seven](number) love\n',
        "utf-8",
    )
    assert read_examples(tmp_path) == [(("about seven love", "How many?", "scale"), "answer")]
    (tmp_path / "y.yml").write_text("nothing: here\n", "utf-8")
    with pytest.raises(ValueError, match=r"y\.yml"):
        read_examples(tmp_path)


@pytest.mark.real
def test_rasa_finds_nothing_wrong_with_the_project() -> None:
    paths = NluPaths()
    if not paths.python.exists():
        pytest.skip("no nlu environment: run make setup")
    files = ("-c", "config.yml", "-d", "domain.yml", "--data", "data/en")
    done = subprocess.run(
        paths.command("data", "validate", *files, "--fail-on-warnings"),
        cwd=paths.project,
        env=process_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
