"""Related trials, of any data: no record breaks the reading of its terms, and scores behave as a sum of shares."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.registry.interfaces import Stored
from equipoise.registry.related import disk, part
from equipoise.registry.related.reasons import reasons
from equipoise.registry.related.scheme import ENDS, SLOTS, Slots, group_of
from equipoise.registry.related.terms import terms, words

from ..spec.registry.records import TODAY

NAMES = [
    "protocolSection",
    "derivedSection",
    "identificationModule",
    "conditionsModule",
    "armsInterventionsModule",
    "interventions",
    "name",
    "otherNames",
    "briefTitle",
    "conditions",
    "keywords",
    "conditionBrowseModule",
    "meshes",
    "ancestors",
    "term",
    "designModule",
    "phases",
    "contactsLocationsModule",
    "overallOfficials",
    "sponsorCollaboratorsModule",
    "leadSponsor",
    "responsibleParty",
]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)
TITLES = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]), max_size=6).map(
    " ".join
)


def stored(number: int, data: dict[str, Any]) -> Stored:
    """A record as a store gives it."""
    return Stored(nct_id=f"NCT{number:08d}", sequence=number, effective=TODAY, data=data)


@given(ANY, ANY)
def test_any_data_has_terms_and_reasons(one: Any, other: Any) -> None:
    whole = {"protocolSection": one, "derivedSection": other}
    slots, counts = Slots().row(terms(whole))
    assert len(slots) == len(counts)
    assert all(0 <= slot < SLOTS for slot in slots.tolist())
    assert all(reason.text for reason in reasons(whole, whole, list(terms(whole).body)))


@given(st.text())
def test_words_are_the_same_in_any_case_and_hold_no_sign(text: str) -> None:
    found = words(text)
    assert all(word and not word.isspace() and word == word.lower() for word in found)
    if text.isascii():
        assert words(text.upper()) == found
        assert words(" ".join(found)) == found


@given(st.integers(0, SLOTS - 1))
def test_every_slot_is_in_the_group_whose_range_it_is_in(slot: int) -> None:
    group = int(group_of(slot))  # type: ignore[arg-type]
    assert slot < ENDS[group]
    assert group == 0 or slot >= ENDS[group - 1]


@settings(max_examples=8)
@given(st.lists(TITLES, min_size=2, max_size=8))
def test_every_study_is_found_by_those_that_share_a_term_and_by_no_other(titles: list[str]) -> None:
    records = [
        stored(number, {"protocolSection": {"identificationModule": {"briefTitle": title}}})
        for number, title in enumerate(titles, 1)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder)
        part.make(path)
        disk.update(path, None, iter(records), head=len(records))  # type: ignore[arg-type]
        opened = disk.open_all(path)
        for record, title in zip(records, titles, strict=True):
            vector = part.lookup(opened.segments, record.nct_id)
            assert vector is not None
            found = {each.number: each.score for each in part.nearest(opened.segments, vector, 20)}
            own = set(title.split())
            sharing = {
                other.nct_id for other, text in zip(records, titles, strict=True) if own & set(text.split())
            }
            assert found.keys() == sharing
            assert all(0 < score < 2 for score in found.values())
