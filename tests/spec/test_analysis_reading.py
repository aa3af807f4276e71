"""How analysis reads the ledger: endpoint, characteristics, ends of study, corrections, flags."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from equipoise.analysis.data import datasets, facts
from equipoise.analysis.data.endpoint import EndpointCase, endpoint, number, responder, score_record
from equipoise.analysis.errors import CATALOGUE, AnalysisError, analysis_error
from equipoise.analysis.reporting.report import analyse
from equipoise.rules import EmptyCase, Missing, PartialDate, Quantity
from equipoise.study.study import Study

from .analysis_rows import WHERE, participant
from .analysis_trial import START, Trial, small, whole


def states(trial: Trial) -> dict:
    return facts.folded(small(), trial.cut())


@pytest.mark.parametrize(("value", "responds"), [("10", True), ("10.5", False), ("11", False), ("0", True)])
def test_a_response_is_what_the_definitions_rule_says(value: str, responds: bool) -> None:
    """Half of 20 is a response, a little more is not: compared exactly."""
    study = small()
    rule = study.rule("estimands.primary.variable.rule")
    case = EmptyCase(study.parameters)
    where = endpoint(study, "primary", study.definition.estimands["primary"])
    assert responder(rule, where, case, (START, Decimal(20)))(Decimal(value)) is responds


def test_without_a_baseline_nobody_responds() -> None:
    study = small()
    where = endpoint(study, "primary", study.definition.estimands["primary"])
    rule = study.rule("estimands.primary.variable.rule")
    assert not responder(rule, where, EmptyCase(study.parameters), (START, None))(Decimal(0))


def test_the_case_of_an_endpoint_shows_its_own_scores_and_everything_else_as_it_is() -> None:
    base = states(whole())["01-0016"].facts
    held = {"start": score_record(WHERE, "start", START, Decimal(7))}
    case = EndpointCase(base, "score", held)
    assert (
        case.record("score", "start").values == {"total": Decimal(7)}
        and case.record("score", "week_4") is None
    )
    assert list(case.records("score")) == list(held.values())
    assert case.record("person", "screening") is base.record("person", "screening")
    assert case.records("medication") == base.records("medication") and not case.log_closed("medication")
    assert case.named("randomised_on") == START


def without(study: Study, **changes: object) -> tuple:
    estimand = study.definition.estimands["primary"]
    return study, msgspec.structs.replace(
        estimand, variable=msgspec.structs.replace(estimand.variable, **changes)
    )


def test_a_variable_without_score_or_time_point_is_refused() -> None:
    study = small()
    timepoint = study.definition.estimands["primary"].variable.timepoint
    elsewhere = msgspec.structs.replace(timepoint, encounter="week_99")
    for changes in ({"score": None}, {"timepoint": None}, {"score": "body.weight"}, {"timepoint": elsewhere}):
        with pytest.raises(AnalysisError, match="ANAL-009"):
            endpoint(study, "primary", without(study, **changes)[1])


def test_the_time_point_counts_from_the_first_dose_where_the_definition_says_so() -> None:
    where = replace(WHERE, anchor="first_dose_on")
    late = participant("1", first_dose_on=date(2026, 1, 8))
    assert where.planned(late) - WHERE.planned(late) == timedelta(days=3)
    assert where.planned(participant("1", first_dose_on=None)) == WHERE.planned(participant("1"))


def test_characteristics_are_those_known_on_the_day_of_randomisation() -> None:
    trial = whole()
    trial.form("01-0012", "body", {"weight": "90.0"}, 28, "week_4")
    trial.form("01-0012", "body", {"weight": "71.5"}, 30, "start", kind="FormCorrected", reason="misread")
    found = facts.told(small(), states(trial)["01-0012"], START)["measures"]
    assert (
        found["WEIGHT"].value == Decimal("71.5")
        and found["SEX"].value == "female"
        and found["AGE"].value == 45
    )


def test_what_was_not_recorded_is_missing_and_counted() -> None:
    trial = whole()
    trial.form(
        "01-0012",
        "person",
        {"sex": {"missing": "not_done"}},
        30,
        "screening",
        kind="FormCorrected",
        reason="x",
    )
    trial.close()
    report = analyse(small(), trial.cut(), seed=1)
    sex = next(each for each in report.baseline if each.id == "SEX")
    assert sex.missing == {"new": 0, "old": 1, "all": 1} and sum(sex.counts["old"].values()) == 4
    stratum = next(each for each in report.baseline if each.id == "stratum-sex")
    assert stratum.counts["old"] == {"female": 4, "male": 1}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (PartialDate(1980, 3), Decimal(45)),
        (PartialDate(1980), Decimal(45)),
        (date(1980, 3, 2), Decimal(46)),
        (date(1980, 3, 3), Decimal(45)),
        (Quantity(Decimal("70.5"), "kg"), Decimal("70.5")),
        ("female", "female"),
        (True, None),
        (Missing(), None),
    ],
)
def test_a_characteristic_is_a_number_a_code_or_missing(value: object, shown: object) -> None:
    assert facts.printable(value, date(2026, 3, 2)) == shown


def test_a_score_may_be_a_quantity() -> None:
    assert number(Quantity(Decimal(3), "cm")) == 3 and number(Missing()) is None and number("3") is None


def ended(*added: tuple[str, int, dict]) -> tuple[str, date | None, str]:
    trial = Trial()
    trial.screen("1")
    for kind, day, data in added:
        trial.add(kind, "1", day, data=data, reason="a reason")
    return datasets.study_end(datasets.attempts(trial.cut())["1"])


def test_the_ways_in_which_a_participants_part_ends() -> None:
    lost = ("ParticipantLost", 5, {"last_contact": "2026-03-03"})
    over = ("StudyEnded", 9, {"status": "completed", "cause": ""})
    gone = ("ConsentWithdrawn", 4, {"scope": "visits"})
    assert ended() == ("", None, "") and ended(("ConsentWithdrawn", 4, {"scope": "treatment"}))[0] == ""
    assert ended(gone)[0] == "withdrawn" and ended(gone)[2] == "a reason"
    assert ended(lost)[0] == "lost" and ended(gone, lost, over)[0] == "completed"
    died = ("DeathRecorded", 8, {})
    assert ended(over, died) == ("died", START + timedelta(days=8), "")
    assert ended(died, ("StudyEnded", 9, {"status": "died", "cause": ""}))[0] == "died"


def test_scores_are_flagged_from_the_first_unblinding_of_their_own_assessor() -> None:
    trial = Trial()
    trial.screen("1")
    trial.randomise("1", "new", "female")
    for day, person in ((50, "assessor-1"), (40, "assessor-1"), (10, "assessor-2")):
        trial.add("UnblindingRecorded", "1", day, data={"person": person, "participant": "1", "how": "said"})
    for day in (39, 40, 60):
        trial.score("1", "week_4", day, 8)
    found = datasets.scores(small(), datasets.attempts(trial.cut()), "score", "total")["1"]
    assert [(each.on - START).days for each in found if each.flagged] == [40, 60]
    assert [each.value for each in found] == [20, 8, 8, 8]


def test_only_the_randomised_have_scores_harms_and_deviations() -> None:
    trial = Trial()
    trial.screen("1")
    trial.score("1", "screening", 0, 8)
    trial.add("DeviationRecorded", "1", data={"code": "X", "text": "x", "category": "minor"})
    found = datasets.attempts(trial.cut())
    assert datasets.scores(small(), found, "score", "total") == {} and datasets.deviations(found) == ()
    assert datasets.adverse_events(small(), found) == () and datasets.participants(found, True) == ()


def test_without_leave_to_see_arms_none_is_read() -> None:
    found = datasets.attempts(whole().cut())
    assert {row.arm for row in datasets.participants(found, False)} == {None}
    assert {row.arm for row in datasets.participants(found, True)} == {"new", "old"}


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_error_says_what_why_and_what_to_do(code: str) -> None:
    error = analysis_error(code, "here", "this")
    assert error.code == code and str(error).startswith(f"{code} here: ") and error.why and error.remedy
