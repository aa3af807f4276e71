"""Values of a facet that differ in capitals, accents, signs or spelling are one, however rare each writing is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from equipoise.registry.index import RegistryIndex
from equipoise.registry.interfaces import Stored
from equipoise.registry.search import commit, facets
from equipoise.registry.search.naive import NaiveSearch
from equipoise.registry.search.query import query
from tests.spec.registry import records

CASES = [(one.lower(), one.upper(), one.title()) for one in ("post", "viral", "cough", "tumour")]
WRITINGS = [sign.join(words) for *words, sign in product(*CASES, " -/")]
OTHERS = 1200
COPIES = (
    3  # of each writing; each other value has twice as many, so that no writing is among the frequent ones
)


def studies() -> Iterator[Stored]:
    """Studies in which one disease is written in 243 ways, each of them rarer than 1,200 other values."""
    many = len(WRITINGS) * COPIES
    for place in range(many):
        listed = [WRITINGS[place // COPIES]]
        listed += [f"Disease {n}" for n in range(OTHERS) if (n * 31 + place) % (many // 6) == 0]
        data = records.study(place + 1, conditionsModule={"conditions": listed})
        yield Stored(
            nct_id=records.number(place + 1), sequence=place + 1, effective=date(2020, 1, 1), data=data
        )


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> tuple[RegistryIndex, NaiveSearch]:
    listed = list(studies())
    naive = NaiveSearch()
    naive.update(listed, head=len(listed))
    return records.index_of(tmp_path_factory.mktemp("facets"), *(one.data for one in listed)), naive


@pytest.mark.parametrize("few", [0, 5000])
@pytest.mark.parametrize("text", ["", "cough", "tumor", "study"])
def test_all_writings_are_counted_together(indexes, monkeypatch, text: str, few: int) -> None:
    monkeypatch.setattr(commit, "FEW", few)
    kept, naive = (find(query(text, counts=["condition"])) for find in (indexes[0].find, indexes[1].search))
    first = {facets.key("condition", value): count for value, count in kept.facets["condition"]}
    assert first["post viral cough tumor"] == len(WRITINGS) * COPIES == kept.total
    if few:  # among many studies, values with the same count as hundreds of others are counted at least
        expected = {facets.key("condition", value): count for value, count in naive.facets["condition"]}
        assert sorted(first.values()) == sorted(expected.values())
    assert len(first) == len(kept.facets["condition"])
    assert kept.facets["condition"][0][0] in WRITINGS, "it is shown as some study writes it"


def test_any_writing_chooses_them_all(indexes) -> None:
    for writing in ("Post-viral cough, tumor", "post VIRAL coughs tumour", WRITINGS[7]):
        kept, naive = (
            find(query("", filters=[("condition", writing)])).total
            for find in (indexes[0].find, indexes[1].search)
        )
        assert kept == naive
        assert kept == (0 if "coughs" in writing else len(WRITINGS) * COPIES)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Crohn's Disease", "crohn\u2019s disease", True),
        ("Crohns disease", "Crohn's Disease", True),
        ("COVID-19", "Covid 19", True),
        ("COVID-19", "COVID19", False),
        ("Tumour, solid", "tumor solid", True),
        ("M\u00e9ni\u00e8re Disease", "Meniere disease", True),
        ("HIV-1", "HIV 2", False),
        ("\u80ba\u764c", "\u80ba\u708e", False),
        ("+++", "---", False),
    ],
)
def test_what_is_one_value(one: str, other: str, same: bool) -> None:
    assert (facets.key("condition", one) == facets.key("condition", other)) is same
