"""The parts that pages are made of: maps, places in the site, marks in texts, changes, verdicts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from equipoise.registry.interfaces import Change, Found, Reason
from equipoise.registry.lint import Finding
from equipoise.registry.match.ages import Age
from equipoise.registry.match.facts import Facts, Statement
from equipoise.registry.match.measures import Measurement
from equipoise.registry.match.notes import read_note
from equipoise.registry.page.changes import as_text, changed, runs, shortened
from equipoise.registry.page.extras import documents
from equipoise.registry.page.findings import Numbered, pieces, section_title
from equipoise.registry.page.matching import understood
from equipoise.registry.page.searching import parts_of
from equipoise.registry.page.site import Place
from equipoise.registry.page.trials import facts_of, reason_words
from equipoise.registry.page.world import WHOLE, place_map, point
from equipoise.registry.record import GeoPoint, Location, read_record
from equipoise.web.views import prefers_french
from tests.spec.registry import example


def place(country: str, lat: float | None = None, lon: float | None = None) -> Location:
    return Location(country=country, geo_point=GeoPoint(lat=lat, lon=lon) if lat is not None else None)


def test_a_point_of_the_map_is_where_the_miller_projection_puts_it() -> None:
    assert point(-180, 84) == (0, 0) and point(180, 84)[0] == 3600
    assert point(0, 0)[0] == 1800
    north, south = point(0, 30)[1], point(0, -30)[1]
    assert point(0, 0)[1] - north == pytest.approx(south - point(0, 0)[1], abs=1)
    assert point(0, 89) == point(0, 84) and point(0, -89)[1] == point(0, -85)[1]


def test_one_city_gives_a_close_view_and_many_continents_the_whole_world() -> None:
    close = place_map([place("France", 48.9, 2.3), place("France", 48.9, 2.3)])
    assert close is not None and close.view[2] < 500 and len(close.marks) == 1
    assert close.marks[0].count == 2 and close.countries == (("France", 2),)
    assert [one for one in close.outlines if one.here] and len(close.outlines) < 90
    wide = place_map([place("Japan"), place("United States"), place("Russian Federation")])
    assert wide is not None and wide.view == WHOLE and sum(one.here for one in wide.outlines) > 5


def test_places_that_nobody_can_find_give_no_map_and_no_error() -> None:
    assert place_map([]) is None and place_map([place("Atlantis")]) is None
    strange = [place("France", 900.0, 2.0), place("Nowhere", 10.0, 999.0)]
    drawn = place_map(strange)
    assert drawn is not None and len(drawn.marks) == 1


def test_places_at_the_edge_stay_on_the_map() -> None:
    for corner in (place("", 83.0, -179.9), place("", -60.0, 179.9)):
        drawn = place_map([corner])
        assert drawn is not None
        left, top, width, height = drawn.view
        assert left >= 0 and top >= 0 and left + width <= WHOLE[2] and top + height <= WHOLE[3] + 1


@pytest.mark.parametrize(
    ("path", "language", "depth", "to", "other"),
    [
        ("", "en", None, "./studies/N/", "./fr/"),
        ("search", "en", None, "../studies/N/", "../fr/search/?q=1"),
        ("studies/N/related", "fr", None, "../../../../fr/studies/N/", "../../../../studies/N/related/"),
        ("", "en", 2, "../../studies/N/", "../../fr/"),
    ],
)
def test_addresses_are_written_from_where_a_page_stands(
    path: str, language: str, depth: int | None, to: str, other: str
) -> None:
    here = Place(path=path, language=language, depth=depth, query="?q=1" if path == "search" else "")
    assert here.to("studies/N") == to
    assert here.other("fr" if language == "en" else "en") == other
    assert here.at("about").path == "about" and here.asset("a.css").endswith("static/a.css")


def test_marks_outside_a_text_are_left_out_and_words_stand_in_for_none() -> None:
    reason = Reason(kind="field", field="title", text="low back pain", marks=((4, 8), (2, 6), (9, 99)))
    assert parts_of(reason) == ((False, "lo"), (True, "w ba"), (False, "ck pain"))
    assert parts_of(Reason(kind="field", field="title", words=("a", "b"))) == ((False, "a, b"),)


def finding(start: int, end: int, severity: str = "W") -> Finding:
    return Finding(
        code="LINT-001", severity=severity, path="p", start=start, end=end, words="",
        message="m", why="w", question="q",
    )  # fmt: skip


def test_overlapping_findings_cut_a_text_at_every_edge() -> None:
    numbered = [Numbered(number=1, finding=finding(2, 6)), Numbered(number=2, finding=finding(4, 8, "E"))]
    cut = pieces("0123456789", [*numbered, Numbered(number=3, finding=finding(5, 99))])
    assert [(one.text, one.severity, one.notes) for one in cut] == [
        ("01", "", ()), ("23", "W", ()), ("45", "E", (1,)), ("67", "E", (2,)), ("89", "", ()),
    ]  # fmt: skip
    assert pieces("", []) == ()


def test_every_path_of_a_record_has_a_section() -> None:
    assert section_title("protocolSection.eligibilityModule.minimumAge") == "Eligibility criteria"
    assert section_title("protocolSection.armsInterventionsModule.interventions[0].name") == "Interventions"
    assert section_title("resultsSection.x") == "Study results"
    assert section_title("derivedSection.x") == "Other identifiers"


def test_changed_texts_share_what_they_share() -> None:
    before, after = runs("walk 30 min a day", "walk 45 min a day")
    assert before == (("same", "walk "), ("gone", "30 "), ("same", "min a day"))
    assert after == (("same", "walk "), ("new", "45 "), ("same", "min a day"))
    assert runs("", "new") == ((), (("new", "new"),))
    assert runs("a " * 2000, "b") == ((("gone", "a " * 2000),), (("new", "b"),))


def test_changed_values_of_any_kind_are_told() -> None:
    assert as_text(["a", "b\\<c"]) == "a; b<c" and as_text({"n": 1}) == '{"n": 1}' and as_text(None) == ""
    found = changed([Change(path="protocolSection.statusModule.overallStatus", before=None, after="X")])
    assert (found[0].title, found[0].path) == ("Basic information", "statusModule.overallStatus")


def test_reasons_are_said_by_their_kind() -> None:
    assert reason_words(Reason(kind="phase", field="", words=("PHASE3",)), str) == "Same phase: Phase 3"
    assert reason_words(Reason(kind="sponsor", field="", text="same sponsor"), str) == "Same sponsor"
    assert reason_words(Reason(kind="condition", field="", text="asthma"), str) == "Same condition: asthma"
    assert reason_words(Reason(kind="new kind", field="", words=("a", "b")), str) == "a, b"


def test_a_trial_that_the_store_has_lost_is_named_by_its_number() -> None:
    class Empty:
        def record(self, nct_id: str) -> None:
            return None

    assert facts_of(Found(nct_id="NCT1", score=1), Empty()) == ("NCT1", "", ())  # type: ignore[arg-type]


def test_what_was_understood_of_a_description_is_said() -> None:
    facts = Facts(
        age=Age(count=54),
        sex="FEMALE",
        country="France",
        performance={"ecog": 1},
        statements=(
            Statement(words=frozenset({"asthma"}), text="asthma"),
            Statement(words=frozenset({"fever"}), text="no fever", present=False),
        ),
    )
    assert understood(facts, "en") == ("Age 54 years", "Female", "France", "ECOG 1", "asthma", "no fever")
    weight = Measurement(name="weight", value=Decimal(60), unit="kg")
    french = understood(replace(facts, pregnant=False, measurements=(weight,)), "fr")
    assert french[:5] == ("Âge 54 ans", "Féminin", "France", "non enceinte", "ECOG 1")
    assert french[5:] == ("poids 60 kg", "asthma", "no fever")
    assert understood(Facts(), "en") == ()
    read = read_note("A woman of 45 with lupus, ECOG 1. No history of cancer.")
    assert understood(read, "en") == ("Age 45 years", "Female", "ECOG 1", "lupus", "No history of cancer")
    unsaid = Statement(words=frozenset({"asthma"}), text="asthma", present=False)
    assert understood(Facts(statements=(unsaid,)), "fr") == ("pas de asthma",)


def test_documents_of_another_shape_are_left_out() -> None:
    for strange in (
        {"largeDocumentModule": 5},
        {"largeDocumentModule": {"largeDocs": [1, {"typeAbbrev": "SAP"}]}},
        7,
    ):
        record = read_record({**example.record(), "documentSection": strange})
        assert [one.label for one in documents(record)] in ([], ["SAP"])


@pytest.mark.parametrize(
    ("header", "french"),
    [
        ("fr", True),
        ("en,fr", False),
        ("en;q=0.5, fr-CA;q=0.9", True),
        ("", False),
        ("fr;q=oops,en;q=0.9", True),
    ],
)
def test_the_language_that_a_browser_asks_for(header: str, french: bool) -> None:
    assert prefers_french(header) is french


def test_long_stretches_that_are_the_same_are_cut_around_what_differs() -> None:
    before = " ".join(f"w{n}" for n in range(200))
    (change,) = changed([Change(path="a.b", before=before, after=before.replace("w100 ", "other "))])
    kinds = [kind for kind, _ in change.before]
    assert kinds == ["same", "gone", "same"] and change.before[1][1] == "w100 "
    assert change.before[0][1].startswith("… w85") and change.before[2][1].endswith("w115 … ")
    assert shortened((("same", before),)) == (("same", before),)


def test_words_that_names_share_are_not_called_the_same_name() -> None:
    whole = Reason(kind="condition", field="conditions", words=("Asthma",), text="same condition: Asthma")
    shared = Reason(kind="condition", field="conditions", words=("asthma",), text="conditions share: asthma")
    above = Reason(kind="intervention", field="mesh", words=("Steroids",), text="both within Steroids")
    assert [reason_words(one, str) for one in (whole, shared, above)] == [
        "Same condition: Asthma",
        "Conditions with the words: asthma",
        "Under one heading: Steroids",
    ]
