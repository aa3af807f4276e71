"""The studies invented for the benchmark at full size: the same for the same seed, resumed where they stopped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.registry_scale import corpus
from benchmarks.registry_scale.pools import Parts, load_pools
from benchmarks.registry_scale.queries import KINDS, queries
from benchmarks.sections import write_section
from equipoise.registry.reading import Reading, read_records


@pytest.fixture
def pools(shared: Path, tmp_path: Path) -> tuple[Parts, ...]:
    """The parts of a few real records."""
    path = tmp_path / "real.jsonl.gz"
    path.write_bytes(gzip.compress((shared / "registry" / "native_v2.jsonl").read_bytes()))
    return load_pools(path)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "MEMBER", 4)


def test_every_invented_study_can_be_read(pools: tuple[Parts, ...], tmp_path: Path) -> None:
    path = tmp_path / "studies.jsonl.gz"
    corpus.write_corpus(path, pools, 10, told=lambda done: None)
    found = list(read_records(path))
    assert [each.nct_id for each in found if isinstance(each, Reading)] == [*map(corpus.number_of, range(10))]


def test_a_file_that_was_cut_off_goes_on_to_the_same_bytes(pools: tuple[Parts, ...], tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl.gz", tmp_path / "cut.jsonl.gz"
    corpus.write_corpus(whole, pools, 10, told=lambda done: None)

    def stop(done: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        corpus.write_corpus(cut, pools, 10, told=stop)
    with cut.open("ab") as file:
        file.write(b"half a member")
    told: list[int] = []
    corpus.write_corpus(cut, pools, 10, told=told.append)
    assert told == [10] and cut.read_bytes() == whole.read_bytes()


def test_a_file_of_another_seed_begins_anew(pools: tuple[Parts, ...], tmp_path: Path) -> None:
    path = tmp_path / "studies.jsonl.gz"
    corpus.write_corpus(path, pools, 4, told=lambda done: None)
    before = path.read_bytes()
    corpus.write_corpus(path, pools, 4, seed=2, told=lambda done: None)
    assert path.read_bytes() != before


def test_a_later_version_has_the_number_and_a_later_date(pools: tuple[Parts, ...]) -> None:
    first, second = (corpus.study(pools, 7, version=version)["protocolSection"] for version in (0, 1))
    assert first["identificationModule"]["nctId"] == second["identificationModule"]["nctId"]
    days = [each["statusModule"]["lastUpdatePostDateStruct"]["date"] for each in (first, second)]
    assert days[0] < days[1] and first["descriptionModule"] != second["descriptionModule"]


def test_queries_are_the_same_for_the_same_seed_and_of_every_kind(pools: tuple[Parts, ...]) -> None:
    asked = queries(pools, 300, seed=1)
    assert asked == queries(pools, 300, seed=1) != queries(pools, 300, seed=2)
    assert {each.kind for each in asked} == set(KINDS) and all(each.words for each in asked)


def test_a_section_of_figures_replaces_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "benchmarks.md"
    for name, text in (("one", "first"), ("two", "second"), ("one", "third")):
        write_section(path, name, text)
    assert json.dumps(path.read_text()).count("begin") == 2
    assert "first" not in path.read_text() and path.read_text().index("third") < path.read_text().index(
        "second"
    )
