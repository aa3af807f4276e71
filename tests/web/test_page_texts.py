"""Texts of a record on the page: lists and signs as a reader expects them, coded values and dates in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from equipoise.exchange.ctgov import fill_results
from equipoise.registry.page import matching, render_page, searching, trials
from equipoise.registry.page.catalogue import catalogue, read_po
from equipoise.registry.page.labels import LABELS, MONTHS, date_words, words
from equipoise.registry.page.markup import Block, ItemList, plain, read_blocks
from equipoise.registry.page.sections import STANDARD
from equipoise.registry.page.tables import percent
from equipoise.registry.record import read_record
from equipoise.registry.search.query import ORDERS
from equipoise.web.errors import CATALOGUE
from equipoise.web.statuses import title_of
from tests.spec.registry import example

PAGE = Path(__file__).parents[2] / "src" / "equipoise" / "registry" / "page"


def shape(blocks: tuple[Block, ...]) -> list[object]:
    """Blocks as nested lists: text of paragraphs and headings, items with what is inside them."""
    found: list[object] = []
    for block in blocks:
        if isinstance(block, ItemList):
            found.append([(one.number, one.text, *shape(one.blocks)) for one in block.items])
        else:
            found.append(f"{block.kind}: {block.text}")
    return found


def test_numbered_items_keep_their_numbers_and_bullets_nest_in_them() -> None:
    text = "Inclusion Criteria\n\n1. Adult\n2. Pain despite\n\n* walking\n* swimming\n3. Consent"
    assert shape(read_blocks(text)) == [
        "heading: Inclusion Criteria",
        [
            (1, "Adult"),
            (2, "Pain despite", [(None, "walking"), (None, "swimming")]),
            (3, "Consent"),
        ],
    ]


def test_wrapped_lines_join_their_item_and_indented_paragraphs_stay_inside() -> None:
    text = "Exclusion Criteria:\n\n - Fever above\n 39 degrees\n\n - Allergy\n\n     of any kind\n\nAsk the team."
    assert shape(read_blocks(text)) == [
        "heading: Exclusion Criteria:",
        [(None, "Fever above 39 degrees"), (None, "Allergy", "paragraph: of any kind")],
        "paragraph: Ask the team.",
    ]


def test_deeper_bullets_make_deeper_lists_and_come_back() -> None:
    text = "* one\n   * inner\n      * innermost\n* two"
    assert shape(read_blocks(text)) == [
        [(None, "one", [(None, "inner", [(None, "innermost")])]), (None, "two")],
    ]


def test_a_text_without_marks_is_paragraphs() -> None:
    assert shape(read_blocks("First line\ngoes on.\n\nSecond.")) == [
        "paragraph: First line goes on.",
        "paragraph: Second.",
    ]
    assert read_blocks(" \n\n") == ()


@pytest.mark.parametrize(
    ("stored", "shown"), [("\\< 80", "< 80"), ("a\\*b\\_c", "a*b_c"), ("\\\\", "\\"), ("\\d", "\\d")]
)
def test_escapes_are_undone(stored: str, shown: str) -> None:
    assert plain(stored) == shown


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2025-10-01", "1 October 2025"),
        ("2013-01", "January 2013"),
        ("2013", "2013"),
        ("2013-99", "2013-99"),
        ("", ""),
    ],
)
def test_dates_are_words(date: str, shown: str) -> None:
    assert date_words(date, str) == shown


def test_an_unknown_code_is_shown_not_hidden() -> None:
    assert words("NOT_YET_RECRUITING") == "Not yet recruiting"
    assert words("SOME_NEW_STATUS") == "Some new status"
    assert words("Lost to Follow-up") == "Lost to Follow-up" and words("") == ""


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 8, "12.5%"),
        ("1", "3", "33.3%"),
        (0, 5, "0.0%"),
        (1, 0, ""),
        ("NA", "5", ""),
        (None, 5, ""),
        ("NaN", "5", ""),
        ("1e999", "5", ""),
        ("1", "1e-999999", ""),
        ("5", "Infinity", "0.0%"),
    ],
)
def test_percentages(part: object, whole: object, shown: str) -> None:
    assert percent(part, whole) == shown  # type: ignore[arg-type]


def test_the_banner_of_a_record_is_not_said_twice_beside_the_pages_own() -> None:
    record = fill_results(
        read_record(example.record()), example.results(banner=example.BANNER, limitations="Small.")
    )
    html = render_page(record, banner=example.BANNER)
    notes = re.findall(r'<p class="table-note">(.*?)</p>', html)
    assert notes and not [note for note in notes if example.BANNER in note]
    assert "<p>Small.</p>" in html


def test_the_banner_of_a_record_is_said_even_by_a_page_without_one() -> None:
    record = fill_results(read_record(example.record()), example.results(banner=example.BANNER))
    assert render_page(record, banner=None).count(example.BANNER) >= 4


def messages() -> set[str]:
    """Every message id of templates and of the modules that say something on a page."""
    found = {one.title for one in STANDARD} | {one.purpose for one in STANDARD}
    found |= set(LABELS.values()) | set(MONTHS) | set(ORDERS.values())
    found |= set(searching.TITLES.values()) | set(searching.FIELDS.values()) | set(trials.KINDS.values())
    found |= {trials.HEADING, *trials.PARTS.values()}
    found |= set(matching.FIELDS.values()) | set(matching.TRUTHS)
    found |= {"Recruitment", "How many people have joined so far. It follows the trial's own ledger."}
    found |= {meaning for _, meaning in searching.HELP} | {"met", "not met", "not known"}
    found |= {title_of(status) for status in (400, 404, 500, 503)}
    for code in ("WEBA-001", "WEBA-002", "WEBA-003", "WEBA-004"):
        fault, _, remedy = CATALOGUE[code]
        found |= {fault, remedy}
    for path in (PAGE / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= {first or second for first, second in re.findall(r"""_\("([^"]+)"\)|_\('([^']+)'\)""", text)}
    code = "".join((PAGE / name).read_text(encoding="utf-8") for name in ("tables.py", "matching.py"))
    return found | set(re.findall(r"""say\(["']([^"']+)["']\)""", code))


def test_french_has_every_message_and_none_that_is_unused() -> None:
    french = read_po((PAGE / "locale" / "fr.po").read_text(encoding="utf-8"))
    assert messages() - french.keys() == set()
    assert french.keys() - messages() == set()
    assert [key for key, text in french.items() if not text.strip()] == []


def test_a_french_page_is_french() -> None:
    html = render_page(
        fill_results(read_record(example.record()), example.results()), banner=None, language="fr"
    )
    assert '<html lang="fr">' in html
    for said in ("Résultats de l’étude", "Flux des participants", "Événements indésirables", "Terminé"):
        assert said in html
    assert "Participant flow" not in html


def test_a_catalogue_falls_back_to_english() -> None:
    assert catalogue("en").gettext("Study results") == "Study results"
    assert catalogue("fr").gettext("No such message") == "No such message"


def test_po_texts_are_read_with_continued_lines_and_comments() -> None:
    head = '# comment\nmsgid ""\nmsgstr "Language: fr\\n"\n\n'
    text = head + 'msgid "One"\nmsgstr ""\n"U"\n"n"\n\nmsgid "Two"\nmsgstr "Deux"\n'
    assert read_po(text) == {"One": "Un", "Two": "Deux"}
