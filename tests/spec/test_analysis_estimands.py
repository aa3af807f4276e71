"""Estimands of every kind, from their definition and a ledger's events to their analyses."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from equipoise.analysis.data.rows import Occurrence
from equipoise.analysis.estimands.estimates import Estimate, ended, named
from equipoise.analysis.estimators.ancova import ancova, mean_difference
from equipoise.analysis.plan import plan_digest
from equipoise.analysis.reporting.render import report_json, tables
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.study import load
from tests.copying import copied

from .analysis_trial import START, Trial

ESTIMANDS = """\
estimands:
  mean:
    label: Change of the score
    objective: The mean
    population: Everybody
    treatment: [new, old]
    variable: &variable
      label: Skin score at week 16 minus that at baseline
      endpoint: continuous
      rule: score.total at week_16 - score.total at start
      score: score.total
      timepoint: {encounter: week_16, anchor: randomised_on, day: 112, window: {before: 7, after: 7}}
    intercurrent_events:
      stopped:
        label: Treatment stopped
        rule: treatment_stopped_on < randomised_on + last_day
        since: treatment_stopped_on
        value: baseline
        strategy: treatment_policy
    summary: mean_difference
    interval: student
    model: {covariates: [baseline]}
    sensitivity:
      on_treatment: {label: While on treatment, change: strategies, strategies: {stopped: while_on_treatment}}
      never: {label: As if nobody stopped, change: strategies, strategies: {stopped: hypothetical}}
      failed: {label: A stop is no change, change: strategies, strategies: {stopped: composite}}
      visits: {label: All visits, change: estimator, interval: kenward_roger}
      jump:
        label: Jump to reference
        change: missing
        missing: {method: multiple_imputation, imputations: 10, assumption: j2r}
      tipping:
        label: Moved
        change: tipping_point
        deltas: ["0", "10"]
        missing: {method: multiple_imputation, imputations: 10}
  men:
    label: Half the score in men
    objective: Men
    population: Men
    population_rule: person.sex at screening = 'male'
    treatment: [new, old]
    variable:
      label: Half
      endpoint: binary
      rule: score.red at week_16 <= score.red at start - 3
      score: score.red
      timepoint: {encounter: week_16, anchor: randomised_on, day: 112, window: {before: 7, after: 7}}
    intercurrent_events: {}
    summary: risk_ratio
    interval: miettinen_nurminen
    missing: {method: non_response}
    sensitivity:
      tipping: {label: Any probability, change: tipping_point, interval: wald}
  stayed:
    label: Still on treatment
    objective: Staying
    population: Everybody
    treatment: [new, old]
    variable:
      label: On treatment at week 16
      endpoint: binary
      rule: "not (treatment_stopped_on is known and treatment_stopped_on < randomised_on + last_day)"
      timepoint: {encounter: week_16, anchor: first_dose_on, day: 112, window: {before: 7, after: 7}}
    intercurrent_events:
      steroid:
        label: A steroid
        rule: "any(m in medication: m.drug = 'steroid')"
        strategy: hypothetical
    summary: risk_difference
    interval: wald
    missing: {method: multiple_imputation, imputations: 10}
  drugs:
    label: Other drugs
    objective: How many
    population: Everybody
    treatment: [new, old]
    variable:
      label: Number of other drugs
      endpoint: count
      rule: "count(m in medication: m.since > randomised_on)"
      exposure: last_day
    intercurrent_events: {}
    summary: rate_ratio
    interval: wald
  kind:
    label: Kind of drug
    objective: Order
    population: Everybody
    treatment: [new, old]
    variable:
      label: Sex as an order
      endpoint: ordinal
      rule: person.sex at screening
      timepoint: {encounter: week_16, anchor: randomised_on, day: 112, window: {before: 7, after: 7}}
    intercurrent_events: {}
    summary: common_odds_ratio
    interval: wald
  primary:
"""
PLACES = range(10, 34)


def number(place: int, week: int) -> int:
    """A score that falls more with the new ointment (odd places) and differs between people."""
    drop = {4: 2, 16: 5}[week] + (4 if place % 2 and week == 16 else 0)
    return 20 + place % 5 - drop + place * (2 + week) % 7


def stopped(place: int) -> bool:
    return place % 6 == 0


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Twenty-four participants; every sixth stops on day 40; the last two are not scored at week 16."""
    folder = tmp_path_factory.mktemp("study") / "small"
    copied(Path(__file__).parent / "analysis_study", folder)
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("estimands:\n  primary:\n", ESTIMANDS.replace("&variable\n", "\n"))
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    study, trial = load(folder), Trial()
    for place in PLACES:
        subject, arm = f"01-{place:04d}", "new" if place % 2 else "old"
        trial.screen(subject)
        trial.randomise(subject, arm, "male" if place % 3 else "female", baseline=20 + place % 5)
        trial.dose(subject, arm)
        trial.score(subject, "week_4", 28, number(place, 4))
        for drug in range(place % 4):
            since = (START + timedelta(days=20 + drug)).isoformat()
            kind = "steroid" if place == 11 else "other"
            trial.form(subject, "medication", {"drug": kind, "since": since}, 30, repeat=str(drug + 1))
        trial.add(
            "LogClosed", subject, 112, data={"form": "medication", "status": "complete", "on": "2026-06-22"}
        )
        if stopped(place):
            trial.add("TreatmentStopped", subject, 40, data={"cause": "adverse_event"})
        if place < 32:
            trial.score(subject, "week_16", 112, number(place, 16))
        if place % 5:
            arm = "new" if place % 2 else "old"
            trial.add(
                "ArmGuessed", subject, 113, data={"assessment": "112", "guess": arm if place % 7 else "none"}
            )
    event = {
        "event": "AE1",
        "term": "itching",
        "grade": "1",
        "serious": "false",
        "onset": "2026-03-20",
        "criteria": [],
        "causality": {},
        "expected": {},
        "site_aware": "2026-03-22T08:00:00Z",
        "outcome": "unknown",
    }
    trial.add("AdverseEventReported", "01-0011", 20, data=event)
    trial.add("AdverseEventReported", "01-0013", 25, data={**event, "onset": "2026-03"})
    trial.close(plan_digest(study))
    return analyse(study, trial.cut(), seed=7)


def of(report: Report, name: str) -> Estimate:
    return named(report.estimates, name)


def by_hand(values: dict[int, float]) -> tuple[float, float]:
    """The adjusted difference of these changes."""
    fit = ancova(
        list(values.values()),
        ["new" if place % 2 else "old" for place in values],
        {"base": [20 + place % 5 for place in values]},
    )
    found = mean_difference(fit, "new", "old")
    return found.estimate, found.standard_error


def change(place: int, week: int = 16) -> float:
    return number(place, week) - (20 + place % 5)


@pytest.mark.parametrize(
    ("analysis", "values"),
    [
        ("primary", {place: change(place) for place in PLACES if place < 32}),
        (
            "on_treatment",
            {place: change(place, 4 if stopped(place) else 16) for place in PLACES if place < 32},
        ),
        ("never", {place: change(place) for place in PLACES if place < 32 and not stopped(place)}),
        ("failed", {place: 0.0 if stopped(place) else change(place) for place in PLACES if place < 32}),
    ],
)
def test_each_strategy_uses_the_scores_that_it_says(report: Report, analysis: str, values: dict) -> None:
    found = next(each for each in of(report, "mean").analyses if each.id == analysis)
    (one,) = found.contrasts
    assert (one.estimate, one.error) == pytest.approx(by_hand(values))
    counts = [sum(place % 2 == side for place in values) for side in (1, 0)]
    assert [each.analysed - each.missing for each in found.groups] == counts


def test_every_further_analysis_is_made_by_its_method(report: Report) -> None:
    found = {each.id: each for each in of(report, "mean").analyses}
    assert list(found) == ["primary", "on_treatment", "never", "failed", "visits", "jump", "tipping"]
    assert all(each.contrasts for each in found.values())
    assert "repeated measures" in found["visits"].method and found["visits"].contrasts[0].df is not None
    assert found["jump"].imputations == 10 and len(found["tipping"].grid) == 4
    assert {each.summary for each in found.values()} == {"mean_difference"}
    assert of(report, "mean").summary == "mean_difference" and not of(report, "mean").ratio


def test_a_population_by_rule_leaves_the_others_out_with_their_reason(report: Report) -> None:
    found = of(report, "men")
    men = {f"01-{place:04d}" for place in PLACES if place % 3}
    assert {row.subject for row in found.population} == men
    assert set(found.excluded.values()) == {"not in the population of the estimand"}
    (main, tipping) = found.analyses
    assert main.summary == "risk_ratio" and main.contrasts[0].estimate > 0 and tipping.grid


def test_an_endpoint_without_a_score_is_read_by_its_rule(report: Report) -> None:
    found = of(report, "stayed").analyses[0]
    new, old = found.groups
    assert (new.analysed, old.analysed, new.missing) == (12, 12, 1)  # the steroid of 11 makes it missing
    assert old.responders == sum(not stopped(place) for place in PLACES if place % 2 == 0)
    assert found.imputations == 10 and found.contrasts[0].estimate > 0


def test_counts_and_orders_are_read_by_their_rules(report: Report) -> None:
    counts = of(report, "drugs").analyses[0]
    expected = [sum(place % 4 for place in PLACES if place % 2 == side) for side in (1, 0)]
    assert [each.responders for each in counts.groups] == expected
    assert counts.groups[0].rate == pytest.approx(expected[0] / (12 * 112))
    assert counts.contrasts[0].estimate == pytest.approx(expected[0] / expected[1], rel=1e-4)
    order = of(report, "kind").analyses[0]
    assert order.summary == "common_odds_ratio" and order.contrasts[0].estimate == pytest.approx(1, abs=1e-6)


def test_risks_rates_and_guesses_stand_in_the_report(report: Report) -> None:
    some, serious, itching = report.rates
    new, old = itching.arms["new"], itching.arms["old"]
    assert (new.people, new.at_risk, old.people, serious.arms["new"].people) == (2, 12, 0, 0)
    # Eleven follow to the day of the cut (302 days from the first dose and that day), one to the onset on day 18.
    days = 11 * 302 + 18
    assert new.years == pytest.approx(days / 365.25) and new.rate == pytest.approx(2 / new.years * 100)
    assert new.interval.lower < new.rate < new.interval.upper and some.difference["new"][0] > 0
    assert report.masking is not None and report.masking.james is not None
    asked = [place for place in PLACES if place % 5]
    right = sum(1 for place in asked if place % 2 and place % 7)
    assert report.masking.guesses["new"].right == right and report.masking.guesses["new"].wrong == 0
    made = tables(report)
    assert {"harm-rates", "masking", "tipping-mean-tipping", "tipping-men-tipping"} <= set(made)
    assert "James's index of the trial" in [row.head for row in made["masking"].rows]
    assert '"summary": "common_odds_ratio"' in report_json(report)


def occurrence(strategy: str, day: int | None, verdict: str = "true") -> Occurrence:
    on = None if day is None else START + timedelta(days=day)
    return Occurrence(event="e", strategy=strategy, verdict=verdict, on=on)


@pytest.mark.parametrize(
    ("seen", "events", "day", "event"),
    [
        (True, (), 100, True),
        (True, (("composite", 60),), 60, True),
        (False, (("composite", 60),), 60, True),
        (False, (("hypothetical", 60),), 60, False),
        (True, (("while_on_treatment", 60),), 60, False),
        (True, (("hypothetical", 100),), 100, True),
        (False, (("composite", 100),), 100, True),
        (True, (("composite", 130),), 100, True),
        (True, (("hypothetical", None),), 100, True),
        (True, (("treatment_policy", 60),), 100, True),
        (False, (("hypothetical", 60), ("composite", 60)), 60, True),
        (False, (("composite", 70), ("hypothetical", 60)), 60, False),
    ],
)
def test_a_time_ends_with_the_first_event_that_ends_it(
    seen: bool, events: tuple, day: int, event: bool
) -> None:
    rows = [occurrence(*each) for each in events] + [occurrence("composite", 1, "false")]
    end = START + timedelta(days=100)
    assert ended(end, seen, rows) == (START + timedelta(days=day), event)
    assert isinstance(end, date)
