"""Words are found however they are written: in the index as in the reference, and each hit shows where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from equipoise.registry.index import RegistryIndex
from equipoise.registry.interfaces import Stored
from equipoise.registry.search.naive import NaiveSearch
from equipoise.registry.search.query import query
from tests.spec.registry import records

TITLES = (
    "\u00c9tude de l'\u00e9pilepsie chez l\u2019enfant, c\u0153ur et \u0153d\u00e8me",
    "Sj\u00f6gren\u2019s syndrome: \u03b2-blocker, TNF-\u03b1, IL\u20116 and 5-HT\u2083",
    "Ef\ufb01cacy of \ufb02uoxetine in \U0001d6fd-thalassaemia",
    "Hyper\u00adtension treat\u00adment in dia\u200bbetes melli\u200dtus",
    "\u80ba\u764c\u60a3\u8005\u306e\u6cbb\u7642",
    "E\u0301tude de\u0301compose\u0301e, \u0130stanbul",
    "COVID\u201319 and PD-L1 in IL6 and 5HT3",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 and \uff46\uff55\uff4c\uff4c\uff57\uff49\uff44\uff54\uff48",
    "\u041b\u0435\u0447\u0435\u043d\u0438\u0435 \u0440\u0430\u043a\u0430; \ub2f9\ub1e8\ubcd1",
)
FOUND = {
    "etude": {1, 6},
    "\u00c9TUDE": {1, 6},
    "l'epilepsie": {1},
    "coeur oedeme": {1},
    "sjogren's": {2},
    "beta-blocker": {2},
    "\u0392-blocker": {2},
    "TNF-alpha": {2},
    "\u201cTNF-\u03b1\u201d": {2},
    "IL-6": {2, 7},
    "IL6": {2, 7},
    "5-HT3": {2, 7},
    "5HT3": {2, 7},
    "covid19": {7},
    "covid-19": {7},
    "PDL1": {7},
    "efficacy fluoxetine": {3},
    "beta thalassemia": {3},
    "hypertension": {4},
    "hyper\u00adtension treatment": {4},
    "diabetes mellitus": {4},
    "\u80ba\u764c": {5},
    "\u764c": {5},
    "\u6cbb\u7642": {5},
    "\u764c\u80ba": set(),
    "decomposee": {6},
    "istanbul": {6},
    "\u0130stanbul": {6},
    "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2": {8},
    "fullwidth": {8},
    "\u0420\u0410\u041a\u0410": {9},
    "\ub2f9\ub1e8\ubcd1": {9},
    "nct 00000004": {4},
    "NCT00000004; NCT00000005": {4, 5},
    "https://clinicaltrials.gov/study/NCT00000004": {4},
    "00000004": {4},
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[RegistryIndex, NaiveSearch]:
    made = [records.study(place, title) for place, title in enumerate(TITLES, 1)]
    naive = NaiveSearch()
    day = date(2020, 1, 1)
    stored = [
        Stored(nct_id=records.number(place), sequence=place, effective=day, data=data)
        for place, data in enumerate(made, 1)
    ]
    naive.update(stored, head=len(stored))
    folder: Path = tmp_path_factory.mktemp("writings")
    return records.index_of(folder, *made), naive


@pytest.mark.parametrize("text", FOUND)
def test_what_is_written_otherwise_is_found(both: tuple[RegistryIndex, NaiveSearch], text: str) -> None:
    kept, naive = (find(query(text)) for find in (both[0].find, both[1].search))
    expected = {records.number(place) for place in FOUND[text]}
    assert {hit.nct_id for hit in kept.hits} == expected
    assert {hit.nct_id for hit in naive.hits} == expected
    assert not kept.notes, "it is no near spelling"
    for hit in kept.hits:
        assert hit.reasons, hit.title
        assert all(reason.marks for reason in hit.reasons), hit.title
