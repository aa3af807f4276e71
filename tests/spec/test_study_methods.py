"""What an estimand may declare together: every combination that makes no sense is named at load."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from equipoise.study.estimand import (
    Estimand,
    Intercurrent,
    Measure,
    Missing,
    Model,
    Sensitivity,
    Timepoint,
    Variable,
)
from equipoise.study.methods import METHODS, derived, estimator_of, unfit, unfit_change
from equipoise.study.parts import Window

POINT = Timepoint(encounter="week_16", anchor="randomised_on", day=112, window=Window())
IMPUTED = Missing(method="multiple_imputation", imputations=20)


def event(strategy: str, **given: Any) -> dict[str, Intercurrent]:
    return {"stop": Intercurrent(label="Stop", rule="true", strategy=strategy, **given)}


def estimand(endpoint: str = "binary", **given: Any) -> Estimand:
    """One that fits, changed as a test says."""
    scored = endpoint in ("binary", "continuous")
    fitting = {
        "binary": ("risk_difference", "mantel_haenszel"),
        "continuous": ("mean_difference", "student"),
        "time_to_event": ("hazard_ratio", "wald"),
        "count": ("rate_ratio", "wald"),
        "ordinal": ("common_odds_ratio", "wald"),
    }[endpoint]
    variable = Variable(
        label="v", endpoint=endpoint, rule="x", score="form.item" if scored else None, timepoint=POINT
    )
    base = Estimand(
        label="l", objective="o", population="p", treatment=("a", "b"), variable=variable,
        intercurrent_events={}, summary=fitting[0], interval=fitting[1],
    )  # fmt: skip
    unscored = given.pop("unscored", False)
    made = replace(base, **given)
    return replace(made, variable=replace(made.variable, score=None)) if unscored else made


KNOWN = {"age": Measure(label="Age", rule="x")}
FOLLOWED = Variable(label="v", endpoint="time_to_event", rule="x", horizons=(90, 180))
FITTING = [
    estimand(),
    estimand("continuous"),
    estimand("continuous", missing=replace(IMPUTED, assumption="j2r", like="b", delta="-1.5")),
    estimand(
        "continuous", interval="jackknife", missing=Missing(method="conditional_mean", assumption="cir")
    ),
    estimand("continuous", interval="kenward_roger", model=Model(covariates=("baseline",), fallback=("cs",))),
    estimand("continuous", intercurrent_events=event("while_on_treatment", since="today")),
    estimand("continuous", intercurrent_events=event("composite", value="baseline")),
    estimand("time_to_event", intercurrent_events=event("composite", since="today")),
    estimand("time_to_event", intercurrent_events=event("while_on_treatment")),
    estimand("count", intercurrent_events=event("hypothetical")),
    estimand("ordinal", strata=("sex",), model=Model(covariates=("strata",))),
    estimand(interval="rubin", missing=IMPUTED, strata=("sex",)),
    estimand(
        interval="ye_strata", strata=("sex",), model=Model(covariates=("strata", "baseline"), interactions=True)
    ),
    estimand(missing=Missing(method="non_response"), intercurrent_events=event("composite")),
    estimand(confidence="0.9"),
    estimand("time_to_event", measures=KNOWN, subgroups=("age",), model=Model(covariates=("age",))),
    estimand("time_to_event", summary="restricted_mean_difference", variable=FOLLOWED),
    estimand("ordinal", summary="win_odds", strata=("sex",)),
]  # fmt: skip


@pytest.mark.parametrize("fitting", FITTING, ids=lambda each: f"{each.variable.endpoint}-{each.interval}")
def test_what_fits_has_no_fault_and_one_estimator(fitting: Estimand) -> None:
    assert tuple(unfit(fitting)) == ()
    name = estimator_of(fitting)
    assert fitting.interval in METHODS[fitting.variable.endpoint, fitting.summary][str(name)]


@pytest.mark.parametrize(
    ("interval", "strata", "name"),
    [
        ("wald", (), "crude"),
        ("miettinen_nurminen", (), "crude"),
        ("miettinen_nurminen", ("sex",), "mantel_haenszel"),
        ("mantel_haenszel", (), "mantel_haenszel"),
        ("rubin", (), "mantel_haenszel"),
        ("ye", (), "g_computation"),
    ],
)
def test_the_estimator_follows_from_interval_and_strata(interval: str, strata: tuple, name: str) -> None:
    assert estimator_of(estimand(interval=interval, strata=strata)) == name


UNFIT = [
    (estimand(summary="hazard_ratio"), "summarises a binary endpoint by a hazard_ratio"),
    (estimand(interval="satterthwaite"), "has no estimator of a risk_difference with the interval"),
    (estimand(estimator="mmrm"), "can be estimated by crude or mantel_haenszel"),
    (estimand(estimator="crude", interval="ye"), "has the interval ye; crude"),
    (
        estimand(interval="newcombe_corrected", strata=("sex",)),
        "has strata, which the interval newcombe_corrected cannot use",
    ),
    (estimand(interval="ye_strata"), "has no strata, which the interval ye_strata needs"),
    (estimand(confidence="0.2"), "has the confidence"),
    (estimand(confidence="often"), "has the confidence"),
    (estimand(confidence="NaN"), "has the confidence"),
    (estimand(missing=replace(IMPUTED, delta="some")), "has the delta"),
    (estimand(intercurrent_events=event("composite", value="worst")), "neither a number nor `baseline`"),
    (estimand("count", missing=IMPUTED), "has no variance to pool"),
    (estimand(interval="newcombe", missing=IMPUTED), "has no variance to pool"),
    (estimand(missing=replace(IMPUTED, imputations=1)), "fewer than 2 imputations"),
    (estimand(interval="rubin"), "without imputing several times"),
    (estimand("continuous", interval="jackknife"), "needs the interval jackknife"),
    (estimand("continuous", missing=Missing(method="conditional_mean")), "needs the interval jackknife"),
    (estimand("continuous", missing=Missing(method="non_response")), "as non-response"),
    (estimand(missing=Missing(method="none", assumption="j2r")), "without imputing them"),
    (estimand(missing=replace(IMPUTED, assumption="cr"), unscored=True), "without a score"),
    (estimand(missing=replace(IMPUTED, like="c")), "which it does not compare"),
    (estimand(missing=Missing(method="none", delta="2")), "adds a delta"),
    (estimand(intercurrent_events=event("principal_stratum")), "by a principal stratum"),
    (estimand("count", intercurrent_events=event("composite")), "which a count has no value for"),
    (estimand("continuous", intercurrent_events=event("composite")), "without the `value`"),
    (estimand("time_to_event", intercurrent_events=event("hypothetical")), "(`since`)"),
    (estimand(intercurrent_events=event("while_on_treatment")), "while on treatment without a score"),
    (
        estimand("continuous", interval="satterthwaite", intercurrent_events=event("hypothetical")),
        "hypothetical over visits",
    ),
    (
        estimand("continuous", interval="satterthwaite", missing=IMPUTED, estimator="mmrm"),
        "imputes several times, and",
    ),
    (
        estimand("continuous", interval="satterthwaite", missing=Missing(method="conditional_mean")),
        "which uses the visits that were seen",
    ),
    (
        estimand(
            "continuous",
            interval="jackknife",
            missing=Missing(method="conditional_mean"),
            intercurrent_events=event("composite", value="0"),
        ),
        "beside values that composite events give",
    ),
    (estimand(model=Model(covariates=("baseline",))), "which mantel_haenszel cannot use"),
    (estimand(model=Model(interactions=True)), "only g_computation"),
    (estimand(model=Model(covariance="cs")), "without repeated measures"),
    (estimand("continuous", model=Model(baseline_by_visit=True)), "slope of the baseline"),
    (
        estimand(interval="ye", model=Model(covariates=("baseline",)), unscored=True),
        "covariate baseline without",
    ),
    (estimand(interval="ye", model=Model(covariates=("strata",))), "covariate strata without strata"),
    (estimand("continuous", unscored=True), "has no score, which ancova needs"),
    (estimand("continuous", model=Model(covariates=("age",))), "'age', which is none of baseline, strata"),
    (estimand("continuous", subgroups=("age",)), "the subgroup 'age', which is none of its measures"),
    (estimand("continuous", measures={"strata": KNOWN["age"]}), "calls a measure 'strata'"),
    (estimand(variable=FOLLOWED), "summarises a time_to_event endpoint by a risk_difference"),
    (
        estimand(variable=replace(estimand().variable, horizons=(90,))),
        "has horizons, which only a time to an event has",
    ),
    (
        estimand("time_to_event", summary="restricted_mean_difference"),
        "restricts a mean time without the day up to which it goes",
    ),
    (
        estimand("time_to_event", summary="restricted_mean_difference", variable=FOLLOWED, strata=("sex",)),
        "has strata, which kaplan_meier cannot use",
    ),
    (
        estimand("time_to_event", strata=("sex",), model=Model(covariates=("strata",))),
        "cox has a baseline hazard for each stratum",
    ),
    (
        estimand("ordinal", summary="win_odds", measures=KNOWN, model=Model(covariates=("age",))),
        "has covariates, which mann_whitney cannot use",
    ),
]


@pytest.mark.parametrize(("wrong", "words"), UNFIT, ids=[words for _, words in UNFIT])
def test_what_does_not_fit_is_named(wrong: Estimand, words: str) -> None:
    assert any(words in found for found in unfit(wrong)), tuple(unfit(wrong))


def change(what: str, **given: Any) -> Sensitivity:
    return Sensitivity(label="s", change=what, **given)


MAIN = estimand(interval="rubin", missing=IMPUTED, intercurrent_events=event("composite", since="today"))
SCORE = estimand("continuous", missing=IMPUTED)
CHANGES = [
    (MAIN, change("treatment_policy"), ""),
    (MAIN, change("per_arm_missing"), ""),
    (MAIN, change("tipping_point"), ""),
    (MAIN, change("non_response"), ""),
    (MAIN, change("estimator", summary="odds_ratio", interval="wald", role="supplementary"), ""),
    (MAIN, change("strategies", strategies={"stop": "while_on_treatment"}), ""),
    (SCORE, change("tipping_point", deltas=("0", "-2.5")), ""),
    (SCORE, change("missing", missing=replace(IMPUTED, assumption="j2r")), ""),
    (
        estimand("continuous"),
        change("tipping_point", deltas=("1",), missing=IMPUTED, interval="student"),
        "",
    ),
    (MAIN, change("missing"), "changes the missing and gives none"),
    (MAIN, change("estimator"), "changes the estimator and gives none"),
    (MAIN, change("strategies"), "changes the strategies and gives none"),
    (MAIN, change("treatment_policy", missing=IMPUTED), "gives missing and changes the treatment_policy"),
    (MAIN, change("strategies", strategies={"start": "composite"}), "which is no event"),
    (MAIN, change("strategies", strategies={"stop": "principal_stratum"}), "principal stratum"),
    (estimand("time_to_event"), change("without_flagged_scores"), "is about scores"),
    (SCORE, change("per_arm_missing"), "as responses"),
    (estimand("continuous"), change("tipping_point", deltas=("1",)), "none are imputed"),
    (SCORE, change("tipping_point"), "needs the numbers"),
    (SCORE, change("tipping_point", deltas=("much",)), "needs the numbers"),
    (estimand(interval="mee"), change("tipping_point"), "has no variance to pool"),
    (estimand("count"), change("tipping_point"), "no tipping point of a count"),
    (MAIN, change("tipping_point", deltas=("1",)), "moves responses by deltas"),
    (MAIN, change("estimator", interval="newcombe"), "no variance to pool"),
]


@pytest.mark.parametrize(("main", "beside", "words"), CHANGES, ids=range(len(CHANGES)))
def test_an_analysis_beside_the_main_one_is_checked_as_an_estimand(
    main: Estimand, beside: Sensitivity, words: str
) -> None:
    found = tuple(unfit_change(main, beside))
    assert any(words in each for each in found) if words else found == ()


def test_an_analysis_beside_the_main_one_is_the_estimand_with_what_it_changes() -> None:
    ratio = derived(MAIN, change("estimator", summary="odds_ratio", interval="wald"))
    assert (ratio.summary, estimator_of(ratio), ratio.missing) == ("odds_ratio", "crude", IMPUTED)
    lost = derived(MAIN, change("non_response"))
    assert (lost.missing.method, lost.interval) == ("non_response", "rubin")
    policy = derived(MAIN, change("strategies", strategies={"stop": "treatment_policy"}))
    assert policy.intercurrent_events["stop"].strategy == "treatment_policy"
