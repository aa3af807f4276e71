"""Retrieval by meaning: the sentence model run by plain arithmetic, and the vectors that are kept of records."""

from __future__ import annotations

import json
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.interfaces import Stored
from equipoise.registry.match import meaning
from equipoise.registry.match.meaning import PACKAGE, VECTORS, Meanings, Model
from equipoise.registry.match.notes import read_note

from .records import index_of, number, study

WIDTH = 12
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "asthma", "gout", "##y", "and", ",")


def small_model(folder: Path) -> Model:
    """A model of two layers with small random weights, and a vocabulary of nine pieces."""
    draw = np.random.default_rng(1)
    shapes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (64, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for layer in range(2):
        for name, (out, into) in {
            "attention.self.query": (WIDTH, WIDTH),
            "attention.self.key": (WIDTH, WIDTH),
            "attention.self.value": (WIDTH, WIDTH),
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (4 * WIDTH, WIDTH),
            "output.dense": (WIDTH, 4 * WIDTH),
        }.items():
            shapes[f"encoder.layer.{layer}.{name}.weight"] = (out, into)
            shapes[f"encoder.layer.{layer}.{name}.bias"] = (out,)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"encoder.layer.{layer}.{name}.weight"] = (WIDTH,)
            shapes[f"encoder.layer.{layer}.{name}.bias"] = (WIDTH,)
    header, body = {}, b""
    for name, shape in shapes.items():
        part = draw.normal(size=shape).astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + len(part)]}
        body += part
    head = json.dumps(header).encode()
    folder.mkdir(exist_ok=True)
    (folder / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + body)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    return Model(folder)


def test_words_become_the_longest_known_pieces(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    assert model.tokens("Gouty, ÁSTHMA and x", 64) == [2, 5, 6, 8, 4, 7, 1, 3]
    assert model.tokens("gout " * 50, 6) == [2, 5, 5, 5, 5, 3]
    assert model.tokens("", 6) == [2, 3]
    assert model.tokens("g" * 200, 6) == [2, 1, 3]


def test_a_text_becomes_a_row_of_length_one_that_depends_on_order(tmp_path: Path) -> None:
    model = small_model(tmp_path)
    one, other = model.embed("asthma and gout"), model.embed("gout and asthma")
    assert one.shape == (WIDTH,) and np.isclose(np.linalg.norm(one), 1, atol=1e-6)
    assert np.array_equal(one, model.embed("Asthma and GOUT")) and not np.allclose(one, other)


def stored(count: int, text: str, sequence: int = 1) -> Stored:
    """A record in the store."""
    return Stored(
        nct_id=number(count), sequence=sequence, effective=date(2020, 1, 1), data=study(count, text)
    )


def test_records_are_embedded_once_and_again_when_they_change(tmp_path: Path) -> None:
    model = small_model(tmp_path / "model")
    seen: list[int] = []
    records = [stored(1, "asthma"), stored(2, "gout")]
    assert Meanings(tmp_path).update(records, model.embed, watch=seen.append) == 2
    assert seen == [1, 2]
    assert Meanings(tmp_path).update(records, model.embed) == 0
    assert Meanings(tmp_path).update([stored(1, "gout and gout", 2)], model.embed) == 1
    kept = Meanings(tmp_path)
    assert kept.sequences == {number(1): 2, number(2): 1}
    near = kept.nearest(model.embed(meaning.text_of(stored(2, "gout"))), 2)
    assert near[0] == number(2) and len(near) == 2


def test_what_cannot_be_used_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model(tmp_path / "model")
    faults = []
    with pytest.raises(RegistryError) as caught:
        Meanings(tmp_path).nearest(model.embed("gout"), 1)
    faults.append(caught.value.code)
    (tmp_path / VECTORS).write_bytes(b"torn")
    with pytest.raises(RegistryError) as caught:
        Meanings(tmp_path)
    faults.append(caught.value.code)
    (tmp_path / "model" / "model.safetensors").write_bytes(b"\x05\x00\x00\x00\x00\x00\x00\x00{}")
    with pytest.raises(RegistryError) as caught:
        Model(tmp_path / "model")
    faults.append(caught.value.code)
    monkeypatch.setattr(meaning, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(RegistryError) as caught:
        meaning.model_folder()
    assert {*faults, caught.value.code} == {"MATC-006"}


def test_an_index_matches_by_meaning_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small_model(tmp_path / "model")
    monkeypatch.setattr(meaning, "model", lambda: model)
    index = index_of(tmp_path, study(1, "asthma"), study(2, "gout"))
    assert index.embed() == 2 and index.embed() == 0
    facts = read_note("A woman with asthma")
    assert [each.nct_id for each in index.match_facts(facts)] == [number(1)]
    assert {each.nct_id for each in index.match_facts(facts, meaning=True)} == {number(1), number(2)}


@pytest.fixture
def installed() -> Model:
    """The model of the extra `embeddings`; skips without it."""
    if find_spec(PACKAGE) is None:
        pytest.skip("the extra `embeddings` is not installed")
    return Model(meaning.model_folder())


def test_the_installed_model_gives_the_published_similarities(installed: Model) -> None:
    # The example of the model's own documentation: cosines 0.7553 and -0.1050.
    model = installed
    eating = model.embed("A man is eating food.")
    assert round(float(eating @ model.embed("A man is eating a piece of bread.")), 4) == 0.7553
    assert round(float(eating @ model.embed("The girl is carrying a baby.")), 4) == -0.1050
