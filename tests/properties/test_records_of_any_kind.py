"""Whatever stands in a record, it is refused with a code or read, shown, searched, compared, matched and linted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.errors import EquipoiseError
from equipoise.exchange.ctgov import fill_results
from equipoise.registry.lint import lint
from equipoise.registry.lint.engine import text_at
from equipoise.registry.match.hard import hard_findings, terms_of
from equipoise.registry.match.notes import read_note
from equipoise.registry.match.together import worded_findings
from equipoise.registry.page.findings import findings_page
from equipoise.registry.page.render import render_page
from equipoise.registry.page.site import Place
from equipoise.registry.reading.files import as_record, canonical, number_of
from equipoise.registry.reading.model import posted
from equipoise.registry.reading.xml_record import from_xml
from equipoise.registry.record import read_record
from equipoise.registry.related.reasons import reasons
from equipoise.registry.related.terms import terms
from equipoise.registry.search.document import document
from equipoise.registry.search.part import packed
from equipoise.registry.search.reasons import reasons_of
from equipoise.registry.search.tree import Term
from tests.spec.registry import example
from tests.web.site import records

DAY = date(2026, 6, 1)
NOTE = read_note("A woman of 45 with low back pain, ECOG 1, hemoglobin 11 g/dL.", today=DAY)
FULL = dict(fill_results(read_record(records()[0]), example.results()).raw)
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "\u200b", "\u202eabc", "\U0001f600", "\u0645\u0631\u062d <5 kg", "<script>x</script>"),
            *("\\<", "\\", "&lt;b&gt;", "&#0;", "2024", "2024-13", "2024-02-30", "9999-99-99", "3026-01", "0000-00-00"),
            *("NaN", "1e999", "-Infinity", "\u0663", "\u00bd", "\r\n\r\n* \r\n", "* * *", "((((", "and/or " * 30),
            *("ALL_NEW_CODE", "999999999 Years", "0 Years", "Years", "1" * 400),
        ]
    ),
    st.text(max_size=40),
)  # fmt: skip
ANY = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Every place in a record."""
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield (*path, key)
        yield from places(inner, (*path, key))


PLACES = list(places(FULL))
STRINGS = [path for path in PLACES if isinstance(reduce(getitem, path, FULL), str)]


def changed(changes: list[tuple[tuple, Any]]) -> dict[str, Any]:
    """The record with something else at these places; a place that an earlier change took away is left."""
    made: Any = deepcopy(FULL)
    for path, value in changes:
        inner = made
        for key in path[:-1]:
            inner = inner[key] if isinstance(inner, dict | list) and has(inner, key) else None
        if isinstance(inner, dict | list) and has(inner, path[-1]):
            inner[path[-1]] = value
    return made


def has(inner: Any, key: Any) -> bool:
    return key in inner if isinstance(inner, dict) else isinstance(key, int) and key < len(inner)


def used(data: Any) -> None:
    """All that is done with a record. Raises what ingesting it would say."""
    data = as_record(data, "test")
    content = canonical(data)
    number = number_of(data, content, "test")
    posted(data)
    data = json.loads(content)
    record = read_record(data)
    for language in ("en", "fr"):
        page = render_page(record, banner=None, place=Place(path="studies/x", language=language), today=DAY)
        assert "<script>x" not in page
    found = lint(record, today=DAY)
    for one in found:
        assert text_at(record, one.path)[one.start : one.end] == one.words
    assert "<script>x" not in findings_page(record, found, Place(path="studies/x/findings", language="fr"))
    packed(document(number, data))
    reasons_of(data, Term("pain"), number)
    words = terms(data)
    reasons(data, FULL, list(words.body)[:20])
    who = terms_of(number, data)
    for each in (*hard_findings(who, NOTE), *worded_findings(who, NOTE)):
        assert str(each.verdict) in ("met", "not met", "not known")


def refused_or_used(data: Any) -> None:
    try:
        used(data)
    except EquipoiseError as error:
        assert error.code.startswith("REGI-")


TAGS = (
    *("nct_id", "brief_title", "overall_status", "enrollment", "criteria", "textblock", "eligibility"),
    *("arm_group", "intervention", "start_date", "location", "clinical_results", "group", "x"),
)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANY), min_size=1, max_size=4))
def test_any_value_at_any_place(changes: list[tuple[tuple, Any]]) -> None:
    refused_or_used(changed(changes))


@QUICK
@given(st.lists(st.tuples(st.sampled_from(STRINGS), TEXTS), min_size=1, max_size=12))
def test_any_text_in_place_of_texts(changes: list[tuple[tuple, Any]]) -> None:
    refused_or_used(changed(changes))


@pytest.mark.parametrize("module", [path for path in PLACES if len(path) == 2])
@pytest.mark.parametrize("value", [{}, None])
def test_a_module_that_is_missing_or_empty(module: tuple, value: Any) -> None:
    refused_or_used(changed([(module, value)]))


@QUICK
@given(
    st.lists(st.sampled_from(TAGS), max_size=8),
    TEXTS,
)  # fmt: skip
def test_any_older_xml(tags: list[str], text: str) -> None:
    inner = "".join(f"<{tag}>" for tag in tags) + "a" + "".join(f"</{tag}>" for tag in reversed(tags))
    plain = "".join(char for char in text if char.isprintable()).replace("&", "").replace("<", "")
    head = "<id_info><nct_id>NCT00000009</nct_id></id_info>"
    made = f"<clinical_study>{head}<brief_title>{plain}</brief_title>{inner}</clinical_study>"
    try:
        used(from_xml(made.encode(), "test"))
    except EquipoiseError as error:
        assert error.code.startswith("REGI-")
