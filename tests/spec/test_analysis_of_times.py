"""A trial of three arms with a time to an event, from its events to its report."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pytest

from equipoise.analysis.cut import Cut, cut
from equipoise.analysis.data.estimand import Reading
from equipoise.analysis.data.rows import Times
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.events_over_time import Timed, analyse_times, group
from equipoise.analysis.estimands.specs import Spec
from equipoise.analysis.plan import plan_digest
from equipoise.analysis.reporting.render import figures, report_json, sections, tables
from equipoise.analysis.reporting.report import Report, analyse, analysed
from equipoise.analysis.reporting.times import share_cell
from equipoise.ledger.entry import Event, Head
from equipoise.study import load
from equipoise.study.estimand import Intercurrent
from equipoise.study.study import Study

from .analysis_rows import participant

START = date(2026, 3, 2)
# Arm, sex, days to the last call, days to the relapse or None.
PEOPLE = (
    ("long", "female", 200, None), ("long", "male", 210, 150), ("long", "female", 190, 120),
    ("long", "male", 200, None), ("long", "female", 205, None), ("long", "male", 60, None),
    ("short", "female", 200, 90), ("short", "male", 200, 160), ("short", "female", 180, None),
    ("none", "female", 200, 40), ("none", "male", 210, 170), ("none", "female", 60, 50), ("none", "male", None, None),
)  # fmt: skip


@cache
def times() -> Study:
    return load(Path(__file__).parent / "analysis_study_times")


def events() -> list[Event]:
    """The thirteen participants, then freezing, locking and unblinding."""
    made: list[Event] = []

    def add(
        kind: str, data: dict, subject: str | None = None, day: int = 0, encounter: str | None = None
    ) -> None:
        on = (START + timedelta(days=day)).isoformat()
        made.append(
            Event(
                sequence=len(made) + 1, type=kind, participant=subject, encounter=encounter, effective=on,
                recorded=f"{on}T12:00:00Z", actor="i", role="investigator", site="01", command=f"c{len(made)}",
                study=times().digest, data=data,
            )
        )  # fmt: skip

    add(
        "LedgerOpened",
        {"mode": "practice", "study_id": "TIMES", "seed_commitment": "", "blocks_commitment": None},
    )
    add("SiteActivated", {"site": "01", "name": "Site", "country": "France", "approved_on": "2026-01-01"})
    for place, (arm, sex, last, relapse) in enumerate(PEOPLE, 1):
        subject = f"01-{place:04d}"
        stratum = f"sex={sex}"
        add("ParticipantScreened", {"subject": subject, "person": subject, "attempt": "1"}, subject)
        add("ConsentGiven", {"version": "1", "given_on": START.isoformat()}, subject)
        add("FormRecorded", {"form": "person", "values": {"sex": sex}}, subject, 0, "start")
        add("ParticipantRandomised", {"number": f"R-{place:04d}", "stratum": stratum}, subject)
        add(
            "TreatmentAllocated",
            {"scheme": "outside", "stratum": stratum, "slot": "0", "block": "0", "arm": arm},
            subject,
        )
        if last is not None:
            since = {} if relapse is None else {"since": (START + timedelta(days=relapse)).isoformat()}
            values = {"relapsed": "false" if relapse is None else "true", **since}
            add("FormRecorded", {"form": "call", "values": values}, subject, last, "call_2")
    add("AnalysisFrozen", {"plan": plan_digest(times()), "seed": "1"}, day=300)
    add("TrialLocked", {}, day=300)
    add("TrialUnblinded", {"to": ["x"]}, day=300)
    return made


@pytest.fixture(scope="module")
def report() -> Report:
    made = events()
    return analyse(times(), cut(made, 1, Head(len(made), b"\5" * 32)), seed=1)


def test_times_run_to_the_event_or_to_the_last_call_and_from_nothing_heard_to_nothing(report: Report) -> None:
    days = [int(row.value or 0) for row in report.estimates[0].population]
    assert days == [200, 150, 120, 200, 205, 60, 90, 160, 180, 40, 170, 50, 0]


def test_each_arm_is_compared_with_the_last_named(report: Report) -> None:
    first, second = report.estimates
    (analysis,) = first.analyses
    assert [(each.arm, each.analysed, each.responders) for each in analysis.groups] == [
        ("long", 6, 2),
        ("short", 3, 2),
        ("none", 4, 3),
    ]
    assert [(each.arm, each.reference) for each in analysis.contrasts] == [
        ("long", "none"),
        ("short", "none"),
    ]
    assert all(
        0 < each.lower < each.estimate < each.upper and each.estimate < 1 for each in analysis.contrasts
    )
    assert analysis.groups[2].median == 50 and analysis.groups[0].median is None
    assert second.arms == ("long", "short") and len(second.analyses[0].contrasts) == 1


def test_the_result_and_the_curves_are_shown(report: Report) -> None:
    assert list(tables(report)) == [
        "estimands", "baseline", "results", "results-second", "times", "times-second", "checks",
        "subgroups", "harms", "harm-rates", "sites", "quality", "deviations",
    ]  # fmt: skip
    assert list(figures(report)) == [
        "flow", "survival", "survival-second", "forest", "forest-second", "recruitment",
    ]  # fmt: skip
    parts = {part.id: part.html for part in sections(report)}
    assert "over-time" not in parts and parts["primary-result"].count("<figure") == 4
    rows = {row.head: row.cells for row in tables(report)["times"].rows}
    assert rows["Median, days (95% interval)"] == (
        "not reached (120 to not known)",
        "160 (90 to not known)",
        "50 (40 to not known)",
    )
    assert rows["With the event, n (%)"] == ("2 (33.3%)", "2 (66.7%)", "3 (75.0%)")
    assert "Hazard ratio" in parts["primary-result"] and "PRACTICE" in parts["primary-result"]
    second = figures(report)["survival-second"].body
    assert 'class="arm-1"' in second and 'class="arm-2"' in second and 'class="arm-3"' not in second
    assert json.loads(report_json(report))["estimands"][0]["measure"] == "hazard_ratio"


def test_the_flow_has_three_arms_and_no_drug(report: Report) -> None:
    found = report.flow
    assert [(each.arm, each.allocated, each.received) for each in found.branches] == [
        ("long", 6, 6),
        ("short", 3, 3),
        ("none", 4, 4),
    ]


def test_an_arm_that_the_primary_estimand_leaves_out_is_analysed_by_the_next_or_not_at_all() -> None:
    study, made = times(), events()[:-3]
    first, second = study.definition.estimands.values()
    part = cut(made, 1, Head(len(made), b""))
    two = {"a": msgspec.structs.replace(first, treatment=("long", "none")), "b": second}
    one = {"a": two["a"]}
    for estimands, expected in ((two, [(6, 0), (3, 0), (4, 0)]), (one, [(6, 0), (0, 3), (4, 0)])):
        found = by_arm_of(study, estimands, part)
        assert [
            (each.analysed, sum(r.count for r in each.excluded)) for each in found.flow.branches
        ] == expected


def by_arm_of(study: Study, estimands: dict, part: Cut) -> Report:
    """The report by arm of a study with other estimands, its plan frozen, the trial locked and opened."""
    rules = {
        f"estimands.{name}.variable.{key}": study.rule(f"estimands.primary.variable.{key}")
        for name in estimands
        for key in ("rule", "censor")
    }
    definition = msgspec.structs.replace(study.definition, estimands=estimands)
    other = replace(study, definition=definition, expressions={**study.expressions, **rules})
    return analyse(other, replace(part, frozen=True, locked=True, unblinded=True), seed=1)


def unlocked(made: list) -> Cut:
    """The cut without its closing, taken for closed: the plan is not that which was frozen."""
    part = cut(made[:-3], 1, Head(len(made) - 3, b""))
    return replace(part, frozen=True, locked=True, unblinded=True)


def test_pooled_there_is_one_curve_and_no_comparison() -> None:
    made = events()[:-3]
    pooled = analyse(times(), cut(made, 1, Head(len(made), b"\5" * 32)), seed=1, by_arm=False)
    assert list(pooled.estimates[0].curves) == ["all"] and len(pooled.estimates) == 1
    found = pooled.estimates[0].analyses[0]
    assert (found.id, found.contrasts, found.groups[0].arm) == ("pooled", (), "all")
    assert "leaflet" not in figures(pooled)["survival"].body


def test_a_strategy_that_a_time_to_event_cannot_use_is_refused() -> None:
    made = events()
    study = times()
    estimand = study.definition.estimands["primary"]
    event = Intercurrent(label="x", rule="true", strategy="composite")
    changed = {"primary": msgspec.structs.replace(estimand, intercurrent_events={"x": event})}
    other = replace(study, definition=msgspec.structs.replace(study.definition, estimands=changed))
    with pytest.raises(AnalysisError, match="ANAL-006"):
        analyse(other, unlocked(made), seed=1)
    mean = {"primary": msgspec.structs.replace(estimand, summary="mean_difference")}
    other = replace(study, definition=msgspec.structs.replace(study.definition, estimands=mean))
    with pytest.raises(AnalysisError, match="ANAL-005"):
        analyse(other, unlocked(made), seed=1)


def test_the_first_estimand_that_compares_an_arm_decides_in_the_flow(report: Report) -> None:
    first, second = report.estimates
    other = replace(second, population=tuple(replace(row, kind="missing") for row in second.population))
    rows, excluded = analysed((first, other), report.data)
    assert {row.kind for row in rows} == {"value"} and len(rows) == 13 and excluded == {}
    rows, _ = analysed((replace(first, population=(), excluded={}), other), report.data)
    assert {row.kind for row in rows} == {"missing"} and len(rows) == 9


def test_a_comparison_without_events_in_both_arms_says_why() -> None:
    rows = [participant(str(place), arm=arm) for place, arm in enumerate(("new", "new", "old"))]
    seen = {row.subject: Times(subject=row.subject, days=5, event=row.arm == "new") for row in rows}
    spec = Spec(id="primary", label="Time", role="primary", reading=Reading(), missing="none")
    estimand = msgspec.structs.replace(times().definition.estimands["primary"], strata=())
    found = analyse_times(spec, rows, Timed(estimand=estimand, times=seen), ("new", "old"))
    assert found.contrasts == () and found.notes[0].startswith("ANAL-016")
    assert [each.responders for each in found.groups] == [2, 0]


def test_every_time_names_the_entries_that_its_rules_read(report: Report) -> None:
    for estimate in report.estimates:
        for row in estimate.population:
            if row.value:
                assert row.sources and list(row.sources) == sorted(set(row.sources))


def test_a_share_beyond_the_last_day_of_anybody_is_not_known() -> None:
    """Of two who are followed for 5 days one has the event: all are free of it on day 3, half on day 5, then not known;
    where all have had it, nobody is free of it ever after."""
    rows = [participant(str(place), arm=arm) for place, arm in enumerate(("new", "new", "old", "old"))]
    seen = {
        row.subject: Times(subject=row.subject, days=5, event=row.arm == "old" or row.subject == "0")
        for row in rows
    }
    estimand = times().definition.estimands["primary"]
    variable = msgspec.structs.replace(estimand.variable, horizons=(3, 5, 9))
    how = Timed(estimand=msgspec.structs.replace(estimand, strata=(), variable=variable), times=seen)
    new, old = (group(arm, rows, how) for arm in ("new", "old"))
    assert [each.survival for each in new.shares] == [1.0, 0.5, None]
    assert [each.survival for each in old.shares] == [1.0, 0.0, 0.0]
    assert [share_cell(each) for each in new.shares] == [
        "100.0%; 2",
        "50.0% (0.6% to 91.0%); 2",
        "not followed so far",
    ]
