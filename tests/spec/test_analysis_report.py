"""The whole way from events to a report, on a small trial in which every count is known by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace as event_with

from equipoise.analysis.cut import SIMULATED, can_by_arm, cut
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.estimates import named
from equipoise.analysis.figures import spoken
from equipoise.analysis.reporting.listings import kind_of
from equipoise.analysis.reporting.render import csv_files, figures, report_json, sections, svg_files, tables
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.ledger.entry import Head

from .analysis_trial import Trial, small, whole


@pytest.fixture(scope="module")
def report() -> Report:
    trial = whole()
    trial.close()
    return analyse(small(), trial.cut(), seed=7)


def kinds(report: Report) -> dict[str, tuple[str, str]]:
    return {row.subject[-2:]: (row.kind, row.reason) for row in report.estimates[0].population}


def test_a_cut_is_frozen_named_and_ordered() -> None:
    trial = whole()
    early = cut(trial.events, 2, Head(5, b"\1" * 32))
    assert (len(early.events), early.name, early.mode) == (5, f"cut-2-{'01' * 6}", "simulation")
    with pytest.raises(AttributeError):
        early.number = 3
    with pytest.raises(AnalysisError, match="ANAL-002"):
        cut(trial.events[:3], 1, Head(5, b""))
    with pytest.raises(AnalysisError, match="ANAL-002"):
        cut([*trial.events[:3], trial.events[1]], 1, Head(5, b""))
    with pytest.raises(AnalysisError, match="ANAL-003"):
        cut([], 1, Head(5, b""))


def test_results_by_arm_need_frozen_analysis_lock_and_unblinding() -> None:
    trial = whole()
    with pytest.raises(AnalysisError, match="ANAL-001") as refused:
        analyse(small(), trial.cut(), seed=7)
    assert all(word in refused.value.fault for word in ("frozen", "locked", "unblinded"))
    trial.close()
    for step in ("AnalysisFrozen", "TrialLocked", "TrialUnblinded"):
        events = [event for event in trial.events if event.type != step]
        part = cut(events, 1, Head(events[-1].sequence, b""))
        assert not can_by_arm(part)
        with pytest.raises(AnalysisError, match="ANAL-001"):
            analyse(small(), part, seed=7)
    assert can_by_arm(trial.cut())


def test_another_plan_than_the_frozen_one_is_refused() -> None:
    trial = whole()
    trial.close(plan="0" * 64)
    with pytest.raises(AnalysisError, match="ANAL-012"):
        analyse(small(), trial.cut(), seed=7)


def test_the_pooled_report_needs_no_lock_and_names_no_arm() -> None:
    trial = whole()
    pooled = analyse(small(), trial.cut(), seed=7, by_arm=False)
    assert all(row.arm is None for row in pooled.data.participants) and pooled.arms == ("all",)
    assert pooled.flow.branches[0].allocated == 10 and pooled.flow.branches[0].stopped == ()
    found = pooled.estimates[0].analyses[0].groups[0]
    assert (found.analysed, found.responders, found.missing, found.by_event) == (8, 5, 2, 0)
    assert pooled.harms is None and not pooled.data.adverse_events
    text = report_json(pooled) + "".join(csv_files(pooled).values()) + "".join(svg_files(pooled).values())
    text += "".join(part.html for part in sections(pooled))
    assert "New ointment" not in text and "Old ointment" not in text and '"new"' not in text


def test_the_pooled_report_is_the_same_whatever_the_arms() -> None:
    one, two = whole(), whole()
    swap = {"new": "old", "old": "new"}
    two.events = [
        event_with(each, data={**each.data, "arm": swap[each.data["arm"]]}) if "arm" in each.data else each
        for each in two.events
    ]
    first, second = (analyse(small(), each.cut(), seed=7, by_arm=False) for each in (one, two))
    assert report_json(first) == report_json(second)


def test_two_allocations_of_one_participant_are_refused() -> None:
    trial = whole()
    again = next(event for event in trial.events if event.type == "TreatmentAllocated")
    trial.add("TreatmentAllocated", again.participant, data={**again.data, "slot": "9"})
    trial.close()
    with pytest.raises(AnalysisError, match=r"ANAL-011|ALLO"):
        analyse(small(), trial.cut(), seed=7)


def test_every_participant_has_the_outcome_that_the_estimand_gives(report: Report) -> None:
    assert kinds(report) == {
        "10": ("value", ""),
        "11": ("value", ""),
        "12": ("value", ""),
        "13": ("value", ""),
        "14": ("value", ""),
        "15": ("value", ""),
        "16": ("event", "rescue"),
        "17": ("event", "stopped"),
        "18": ("missing", "outside the window"),
        "19": ("missing", "not assessed blind"),
    }


def test_the_last_signature_of_an_assessor_is_the_score(report: Report) -> None:
    rows = {row.subject: row for row in report.estimates[0].population}
    assert rows["01-0015"].value == Decimal(30)
    source = next(s for s in report.data.scores["01-0015"] if s.sequence == rows["01-0015"].source)
    assert source.value == Decimal(30) and source.encounter == "week_16"


def test_the_flow_counts_persons_once(report: Report) -> None:
    flow = report.flow
    assert (flow.assessed, flow.attempts, flow.randomised) == (13, 14, 10)
    assert [(each.text, each.count) for each in flow.excluded] == [
        ("not eligible", 1),
        ("declined", 1),
        ("other reasons", 1),
    ]
    new, old = flow.branches
    assert (new.received, new.by_event, new.imputed, old.received, old.by_event, old.imputed) == (
        4,
        1,
        1,
        5,
        1,
        1,
    )
    assert [each.text for each in old.left] == ["died", "lost to follow-up", "withdrew: no time"]
    assert [each.text for each in new.left] == ["lost to follow-up"]


def test_harms_count_participants_once_and_take_the_last_version(report: Report) -> None:
    """The new arm has four who took a dose: the one who took none is not at risk."""
    found = report.harms
    assert found.at_risk == {"new": 4, "old": 5} and found.deaths == {"new": 0, "old": 1}
    assert (found.any_event.people, found.any_event.events) == ({"new": 2, "old": 1}, {"new": 3, "old": 1})
    assert [(each.term, each.people) for each in found.serious_terms] == [("pneumonia", {"new": 1, "old": 0})]
    rash = next(each for each in found.terms if each.term == "rash")
    assert (rash.people, rash.events) == ({"new": 1, "old": 1}, {"new": 2, "old": 1})
    rows = {row.head: row.cells for row in tables(report)["harms"].rows}
    assert rows["Rash"] == ("1 (25.0%); 2", "1 (20.0%); 1") and "Faint" not in rows


def test_a_transfer_keeps_the_randomising_site(report: Report) -> None:
    row = next(each for each in report.data.participants if each.subject == "01-0013")
    assert (row.site, row.randomising_site) == ("02", "01")


def test_the_baseline_is_of_the_day_of_randomisation(report: Report) -> None:
    rows = {each.id: each for each in report.baseline}
    assert list(rows) == ["AGE", "SEX", "WEIGHT", "stratum-sex", "SCORE"]
    assert rows["AGE"].spreads["all"].mean == 45 and rows["WEIGHT"].spreads["new"].median == 72.0
    assert rows["SEX"].counts["all"] == {"female": 8, "male": 2} and rows["SCORE"].spreads["old"].mean == 20


def test_the_analyses_are_those_of_the_definition_and_count_by_hand(report: Report) -> None:
    analyses = {each.id: each for each in named(report.estimates, "primary").analyses}
    new, old = analyses["non_response"].groups
    assert (new.responders, new.analysed, old.responders, old.analysed) == (2, 5, 1, 5)
    with_substitute = analyses["with_substitute_scores"].groups
    assert [each.missing for each in with_substitute] == [0, 1] and with_substitute[0].responders == 3
    assert analyses["without_flagged_scores"].groups[0].missing == 2
    policy = analyses["treatment_policy"].groups
    assert [each.by_event for each in policy] == [0, 0] and policy[1].missing == 1
    assert [analyses[f"per_arm_missing_{way}"].groups[0].responders for way in ("against", "favour")] == [
        2,
        3,
    ]
    primary = analyses["primary"]
    assert primary.imputations == 10 and 2 <= primary.groups[0].responders <= 3
    first = primary.contrasts[0]
    assert (first.arm, first.reference) == (
        "new",
        "old",
    ) and -1 <= first.lower < first.estimate < first.upper <= 1
    with pytest.raises(AnalysisError, match="ANAL-008"):
        named(report.estimates, "absent")


def test_the_same_cut_and_seed_give_the_same_bytes(report: Report) -> None:
    trial = whole()
    trial.close()
    again = analyse(small(), trial.cut(), seed=7)
    assert report_json(again) == report_json(report) and csv_files(again) == csv_files(report)
    assert analyse(small(), trial.cut(), seed=8).estimates != report.estimates


def test_everything_that_leaves_says_that_it_is_simulated(report: Report) -> None:
    data = json.loads(report_json(report))
    assert data["notice"] == SIMULATED and data["cut"]["head"] == report.source.head
    for name, text in {**csv_files(report), **svg_files(report)}.items():
        assert name.startswith("SIMULATED-") and SIMULATED in text and report.source.head in text, name
    for part in sections(report):
        assert part.html.count(SIMULATED) >= part.html.count("<caption") + part.html.count("<figure") > 0
        ElementTree.fromstring(f"<div>{part.html}</div>")
        assert "style=" not in part.html and "<script" not in part.html


def test_a_live_trial_carries_no_such_words() -> None:
    trial = whole("live")
    trial.close()
    found = analyse(small(), trial.cut(), seed=7)
    text = (
        report_json(found)
        + "".join(csv_files(found).values())
        + "".join(part.html for part in sections(found))
    )
    assert "SIMULATED" not in text and all("SIMULATED" not in name for name in csv_files(found))


def test_the_parts_of_the_page_come_in_order(report: Report) -> None:
    assert [part.id for part in sections(report)] == [
        "flow", "primary-result", "over-time", "baseline", "harms", "events-by-term", "recruitment", "deviations",
        "decisions",
    ]  # fmt: skip
    assert list(tables(report)) == [
        "estimands", "baseline", "results", "subgroups", "means", "harms", "harm-rates", "sites", "quality",
        "deviations", "decisions",
    ]  # fmt: skip
    assert list(figures(report)) == [
        "flow", "responders", "forest", "means", "courses", "waterfall", "events-by-term", "recruitment",
    ]  # fmt: skip
    assert "<details>" in sections(report)[2].html


def test_deviations_and_decisions_are_listed(report: Report) -> None:
    rows = [(row.head, *row.cells) for row in tables(report)["deviations"].rows]
    assert rows == [
        ("Major deviations",),
        ("DEVI-001: What happened is recorded, with its time.", "0; 0", "1; 1"),
        ("Minor deviations",),
        (kind_of("ASSE-015"), "0; 0", "1; 1"),
    ]
    decision = tables(report)["decisions"].rows[0]
    assert decision.cells == (
        "randomised (1:1)",
        "By sex",
        "The disease differs between the sexes.",
        "assumption",
    )


def test_the_result_in_one_sentence(report: Report) -> None:
    analysis = report.estimates[0].analyses[0]
    assert spoken(analysis, ratio=False).startswith("Half the score at week 16: difference ")
    assert spoken(replace(analysis, contrasts=()), ratio=False).endswith("not estimable.")
    assert "hazard ratio" in spoken(replace(analysis, summary="hazard_ratio"))


def test_an_empty_trial_has_a_report() -> None:
    trial = Trial()
    trial.close()
    found = analyse(small(), trial.cut(), seed=1)
    assert found.flow.assessed == 0 and found.estimates[0].analyses[0].notes[0].startswith("ANAL-004")
    assert [part.id for part in sections(found)][0] == "flow"
