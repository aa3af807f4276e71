"""Why a study was found: shown from what the index keeps where that shows every word, else from the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from equipoise.registry.interfaces import Stored
from equipoise.registry.search.document import TEXTS
from equipoise.registry.search.query import query
from equipoise.registry.search.reasons import SHORT, PageReasons, reasons_of
from equipoise.registry.search.tree import All, Near, Node, Phrase, Prefix, Term

from .records import TODAY, index_of, number, study

RECORD = study(
    1,
    "Walking after a stroke",
    conditionsModule={"conditions": ["Stroke"], "keywords": ["Gait"]},
    eligibilityModule={"eligibilityCriteria": "Unable to stand. Walking aid allowed."},
)
STORED = Stored(nct_id=number(1), sequence=1, effective=TODAY, data=RECORD)


def read(tree: Node, asked: str = "") -> tuple[list[str], list[str]]:
    """The fields that the reasons of RECORD name, and the numbers of the records that were read for them."""
    wanted: list[str] = []

    def records(numbers: Sequence[str]) -> Mapping[str, Stored]:
        wanted.extend(numbers)
        return {number(1): STORED}

    short = {number(1): {name: tuple(TEXTS[name](RECORD)) for name in SHORT}}
    reasons = PageReasons(tree, asked, short, records).of(number(1))
    assert tuple(reasons) == reasons_of(RECORD, tree, asked), "the same reasons as from the record alone"
    return [reason.field for reason in reasons], wanted


def test_a_word_that_the_index_shows_needs_no_record() -> None:
    assert read(Term("stroke")) == (["title", "condition"], [])
    assert read(Prefix("strok")) == (["title", "condition"], [])
    assert read(Near("strike", 1)) == (["title", "condition"], [])
    assert read(Phrase(("after", "a"))) == (["title"], [])


def test_a_word_that_it_does_not_show_is_looked_up() -> None:
    assert read(All((Term("stroke"), Term("aid")))) == (["title", "condition", "criteria"], [number(1)])
    assert read(Phrase(("walking", "aid"))) == (["criteria"], [number(1)])


def test_a_word_of_another_field_is_not_shown_by_the_title() -> None:
    assert read(All((Term("walking", "title"), Term("walking", "criteria")))) == (
        ["title", "criteria"],
        [number(1)],
    )


def test_a_study_that_is_named_says_so_first() -> None:
    assert read(Term(number(1).lower()), number(1))[0] == ["number"]


def test_the_reasons_of_a_page_come_from_the_version_that_was_found(tmp_path: Path) -> None:
    index = index_of(tmp_path, RECORD, study(2, "Standing", eligibilityModule={"eligibilityCriteria": "aid"}))
    found = {hit.nct_id: [reason.field for reason in hit.reasons] for hit in index.find(query("aid"))}
    assert found == {number(1): ["criteria"], number(2): ["criteria"]}
    assert repr(index.find(query("stroke")).hits[0].reasons).startswith("(Reason(")
