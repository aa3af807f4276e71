"""Every declared method gives the number of its function, pools on its scale, and says what it cannot estimate."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from equipoise.analysis.data.estimand import DIED, Outcome, Reading
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.binary import Setting, analyse_binary
from equipoise.analysis.estimands.continuous import analyse_continuous
from equipoise.analysis.estimands.discrete import analyse_discrete
from equipoise.analysis.estimands.scales import SCALES, shown, shown_interval
from equipoise.analysis.estimands.specs import Spec
from equipoise.analysis.estimands.tipping import with_grid
from equipoise.analysis.estimators.ancova import ancova, mean_difference
from equipoise.analysis.estimators.imputation import Limits, generator
from equipoise.analysis.estimators.longitudinal import difference, fit_visits
from equipoise.analysis.estimators.proportions import Table2x2, mee, newcombe_corrected, skewness_corrected
from equipoise.analysis.estimators.ratios import odds_ratio, risk_ratio_score
from equipoise.analysis.estimators.stratified import inverse_variance
from equipoise.analysis.estimators.stratified_ratios import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_ratio,
)
from equipoise.analysis.reporting.guesses import masking, masking_table
from equipoise.analysis.results import Analysis
from equipoise.study.estimand import Estimand, Missing, Model, Variable

ONE = Table2x2(x1=16, n1=27, x2=5, n2=25)
TWO = Table2x2(x1=12, n1=28, x2=7, n2=26)
SPEC = Spec(id="primary", label="Main", role="primary", reading=Reading(), missing="none")
IMPUTED = Missing(method="multiple_imputation", imputations=20)


def setting(**given: Any) -> Setting:
    base = Setting(
        arms=("new", "old"),
        respond=lambda row, value: value == 1,
        limits=Limits(lowest=0, highest=1),
        random=lambda arm: generator("digest", 5, arm),
        imputations=20,
        interval="wald",
        confidence=0.95,
        scored=False,
    )
    return replace(base, **given)


def people(table: Table2x2, stratum: str = "") -> list[Outcome]:
    """A participant for each count of the table, with a baseline that differs."""
    found = []
    for arm, x, n in (("new", table.x1, table.n1), ("old", table.x2, table.n2)):
        found += [
            Outcome(
                subject=f"{arm}{stratum}{place}", arm=arm, stratum=stratum, kind="value",
                value=Decimal(place < x), baseline=Decimal(place * 7 % 11),
            )
            for place in range(n)
        ]  # fmt: skip
    return found


def lost(arm: str, count: int, stratum: str = "") -> list[Outcome]:
    return [
        Outcome(subject=f"{arm}{stratum}lost{place}", arm=arm, stratum=stratum, kind="missing", baseline=Decimal(3))
        for place in range(count)
    ]  # fmt: skip


def numbers(found: Analysis) -> tuple[float, float, float]:
    (one,) = found.contrasts
    return one.estimate, one.lower, one.upper


@pytest.mark.parametrize(
    ("interval", "function"),
    [
        ("mee", mee),
        ("newcombe_corrected", newcombe_corrected),
        ("skewness_corrected", skewness_corrected),
    ],
)
def test_every_interval_of_one_table_is_reached(interval: str, function: Any) -> None:
    found = analyse_binary(SPEC, people(ONE), setting(interval=interval))
    expected = function(ONE)
    assert numbers(found) == pytest.approx((ONE.difference, expected.lower, expected.upper))
    assert found.contrasts[0].p_value < 0.01


def test_ratios_of_one_table_and_over_strata() -> None:
    crude = setting(summary="risk_ratio", interval="miettinen_nurminen", estimator="crude")
    expected = risk_ratio_score(ONE)
    assert numbers(analyse_binary(SPEC, people(ONE), crude)) == pytest.approx(
        (expected.estimate, expected.interval.lower, expected.interval.upper)
    )
    both = [*people(ONE, "a"), *people(TWO, "b")]
    for summary, function in (
        ("risk_ratio", mantel_haenszel_risk_ratio),
        ("odds_ratio", mantel_haenszel_odds_ratio),
    ):
        found = analyse_binary(SPEC, both, setting(summary=summary, estimator="mantel_haenszel"))
        common = function([ONE, TWO])
        assert numbers(found) == pytest.approx(
            (common.estimate, common.interval.lower, common.interval.upper)
        )
        assert found.summary == summary and "over strata" in found.method


def test_inverse_variance_has_its_own_test() -> None:
    found = analyse_binary(
        SPEC, [*people(ONE, "a"), *people(TWO, "b")], setting(estimator="inverse_variance")
    )
    part = inverse_variance([ONE, TWO])
    assert numbers(found) == pytest.approx((part.estimate, part.interval.lower, part.interval.upper))
    assert found.contrasts[0].p_value == pytest.approx(
        math.erfc(part.estimate / math.sqrt(2 * part.variance))
    )


@pytest.mark.parametrize("interval", ["ge", "ye", "ye_strata"])
@pytest.mark.parametrize("summary", ["risk_difference", "risk_ratio", "odds_ratio"])
def test_adjusted_effects_lie_near_the_crude_ones(interval: str, summary: str) -> None:
    model = Model(covariates=("baseline", "strata"))
    found = analyse_binary(
        SPEC,
        [*people(ONE, "a"), *people(TWO, "b")],
        setting(summary=summary, estimator="g_computation", interval=interval, model=model),
    )
    whole = Table2x2(x1=28, n1=55, x2=12, n2=51)
    crude = {
        "risk_difference": whole.difference,
        "risk_ratio": whole.p1 / whole.p2,
        "odds_ratio": 28 * 39 / (27 * 12),
    }
    estimate, lower, upper = numbers(found)
    assert estimate == pytest.approx(crude[summary], rel=0.1) and lower < estimate < upper


@pytest.mark.parametrize(
    ("summary", "estimator", "interval"),
    [
        ("risk_difference", "crude", "wald"),
        ("risk_difference", "inverse_variance", "wald"),
        ("risk_ratio", "crude", "wald"),
        ("odds_ratio", "mantel_haenszel", "wald"),
        ("odds_ratio", "g_computation", "ye"),
    ],
)
def test_imputed_responses_are_pooled_on_the_scale_of_the_estimate(
    summary: str, estimator: str, interval: str
) -> None:
    rows = [*people(ONE), *lost("new", 6), *lost("old", 4)]
    model = Model(covariates=("baseline",)) if estimator == "g_computation" else Model()
    how = setting(summary=summary, estimator=estimator, interval=interval, missing=IMPUTED, model=model)
    found = analyse_binary(replace(SPEC, missing="multiple_imputation"), rows, how)
    (one,) = found.contrasts
    assert found.imputations == 20 and one.df is not None and one.missing_information > 0
    assert (
        one.simulation_error == pytest.approx(one.simulation_error) and 0 < one.simulation_error < one.error
    )
    middle = math.sqrt(one.lower * one.upper) if SCALES[summary].ratio else (one.lower + one.upper) / 2
    assert middle == pytest.approx(one.estimate)
    assert "Rubin" in found.method


def test_imputed_responses_are_drawn_within_the_stratum() -> None:
    """Everybody of stratum a responds and nobody of b: the lost of each are like their own."""
    rows = [
        *people(Table2x2(x1=30, n1=30, x2=30, n2=30), "a"), *people(Table2x2(x1=0, n1=30, x2=0, n2=30), "b"),
        *lost("new", 10, "a"), *lost("old", 10, "b"),
    ]  # fmt: skip
    found = analyse_binary(
        replace(SPEC, missing="multiple_imputation"),
        rows,
        setting(estimator="mantel_haenszel", missing=IMPUTED),
    )
    new, old = found.groups
    assert 38.5 < new.responders <= 40 and 30 <= old.responders < 31.5


EDGES = [
    (Table2x2(x1=0, n1=10, x2=0, n2=20), "risk_difference", "miettinen_nurminen", (0.0, -0.16576, 0.284381)),
    (Table2x2(x1=10, n1=10, x2=20, n2=20), "risk_difference", "wald", (0.0, 0.0, 0.0)),
    (Table2x2(x1=1, n1=1, x2=0, n2=1), "risk_difference", "wald", (1.0, 1.0, 1.0)),
    (Table2x2(x1=5, n1=10, x2=0, n2=10), "risk_ratio", "wald", (math.inf, 0.0, math.inf)),
    (Table2x2(x1=0, n1=10, x2=5, n2=10), "odds_ratio", "wald", (0.0, 0.0, math.inf)),
]


@pytest.mark.parametrize(("table", "summary", "interval", "expected"), EDGES)
def test_edges_have_a_defined_answer(table: Table2x2, summary: str, interval: str, expected: tuple) -> None:
    how = setting(summary=summary, interval=interval, estimator="crude")
    found = analyse_binary(SPEC, people(table), how)
    assert numbers(found) == pytest.approx(expected, abs=2e-6)
    assert not math.isnan(found.contrasts[0].p_value) and not math.isnan(found.contrasts[0].error)


@pytest.mark.parametrize(
    ("table", "given", "code"),
    [
        (Table2x2(x1=0, n1=10, x2=0, n2=10), {"summary": "risk_ratio", "estimator": "crude"}, "ANAL-004"),
        (Table2x2(x1=10, n1=10, x2=10, n2=10), {"summary": "odds_ratio", "estimator": "crude"}, "ANAL-004"),
        (Table2x2(x1=0, n1=9, x2=4, n2=9), {"summary": "odds_ratio", "estimator": "mantel_haenszel"}, "ANAL-004"),
        (Table2x2(x1=0, n1=9, x2=9, n2=9), {"estimator": "inverse_variance"}, "ANAL-004"),
        (Table2x2(x1=0, n1=9, x2=9, n2=9), {"estimator": "g_computation", "interval": "ye"}, "ANAL-016"),
    ],
)  # fmt: skip
def test_edges_without_an_answer_have_a_code(table: Table2x2, given: dict, code: str) -> None:
    found = analyse_binary(SPEC, people(table), setting(**given))
    assert found.contrasts == () and found.notes[0].startswith(code)


def test_a_ratio_that_one_imputation_does_not_have_is_not_pooled() -> None:
    rows = [*people(Table2x2(x1=4, n1=10, x2=0, n2=10)), *lost("old", 1)]
    how = setting(summary="risk_ratio", estimator="crude", missing=IMPUTED)
    found = analyse_binary(replace(SPEC, missing="multiple_imputation"), rows, how)
    assert found.contrasts == () and found.notes[0].startswith("ANAL-004")


def test_one_subject_strata_agree_with_r() -> None:
    """R 4.2.2: mantelhaen.test(array(c(3,2,1,4, 1,0,0,1, 2,0,0,3), c(2,2,3)), correct = FALSE)."""
    tables = [
        Table2x2(x1=3, n1=4, x2=2, n2=6),
        Table2x2(x1=1, n1=1, x2=0, n2=1),
        Table2x2(x1=2, n1=2, x2=0, n2=3),
    ]
    rows = [row for place, table in enumerate(tables) for row in people(table, f"s{place}")]
    found = analyse_binary(SPEC, rows, setting(summary="odds_ratio", estimator="mantel_haenszel"))
    assert numbers(found) == pytest.approx((14.5, 1.509941160857, 139.2438364159), rel=1e-9)
    assert found.contrasts[0].p_value == pytest.approx(0.0168667832652, rel=1e-9)


def test_the_grid_of_responses_goes_from_none_to_all_and_tells_where_it_tips() -> None:
    rows = [*people(Table2x2(x1=20, n1=30, x2=10, n2=30)), *lost("new", 8), *lost("old", 8)]
    how = setting(interval="mantel_haenszel", missing=IMPUTED)
    made = analyse_binary(replace(SPEC, missing="multiple_imputation"), rows, how)
    found = with_grid(made, rows, how)
    ends = {(point.first, point.second): point for point in found.grid}
    assert len(ends) == 121
    assert ends[0.0, 1.0].estimate == pytest.approx(20 / 38 - 18 / 38)
    assert ends[1.0, 0.0].estimate == pytest.approx(28 / 38 - 10 / 38)
    assert ends[0.0, 1.0].p_value > 0.05 > ends[1.0, 0.0].p_value
    falling = [ends[0.5, step / 10].estimate for step in range(11)]
    assert falling == sorted(falling, reverse=True)
    assert "points of the grid change the conclusion" in found.notes[-1] and "nearest" in found.notes[-1]


def test_points_without_an_effect_are_left_out_of_the_grid() -> None:
    rows = [*people(Table2x2(x1=4, n1=10, x2=0, n2=10)), *lost("old", 2)]
    how = setting(summary="risk_ratio", interval="wald", missing=IMPUTED)
    made = analyse_binary(replace(SPEC, missing="multiple_imputation"), rows, how)
    found = with_grid(made, rows, how)
    assert found.grid and {point.second for point in found.grid} == {1.0}
    assert found.notes[-1] == "No point of the grid can be compared with the analysis at its centre."


# --- continuous endpoints -------------------------------------------------------------------------------------


def scores(n: int = 40, gone: int = 0) -> list[Outcome]:
    """Two arms over three visits; the last `gone` of each arm leave after the first visit."""
    random = np.random.default_rng(17)
    rows = []
    for place in range(n):
        arm = "new" if place % 2 else "old"
        base = round(float(random.normal(20, 4)), 1)
        level = base + float(random.normal(0, 2))
        seen = [round(level - drop * (arm == "new") + float(random.normal(0, 1)), 1) for drop in (1, 3, 5)]
        left = place >= n - 2 * gone
        visits = (
            tuple(Decimal(str(each)) for each in seen) if not left else (Decimal(str(seen[0])), None, None)
        )
        rows.append(
            Outcome(
                subject=str(place), arm=arm, stratum=f"s={place % 4 // 2}", kind="missing" if left else "value",
                value=visits[-1], baseline=Decimal(str(base)), visits=visits,
            )
        )  # fmt: skip
    return rows


def measured(**given: Any) -> Setting:
    shape = {
        "respond": lambda row, value: value - row.baseline,
        "limits": Limits(lowest=0, highest=70),
        "estimator": "ancova",
        "interval": "student",
        "summary": "mean_difference",
        "model": Model(covariates=("baseline",)),
        "scored": True,
    }
    return setting(**{**shape, **given})


def test_least_squares_at_the_time_point_use_what_was_seen() -> None:
    rows = scores(gone=3)
    found = analyse_continuous(SPEC, rows, measured())
    used = [row for row in rows if row.value is not None]
    fit = ancova(
        [float(row.value - row.baseline) for row in used],
        [row.arm for row in used],
        {"baseline": [float(row.baseline) for row in used]},
    )
    expected = mean_difference(fit, "new", "old")
    assert numbers(found) == pytest.approx(
        (expected.estimate, expected.interval.lower, expected.interval.upper)
    )
    assert found.notes == ("Participants whose value is missing are left out.",)
    assert [(each.analysed, each.missing) for each in found.groups] == [(20, 3), (20, 3)]


def test_repeated_measures_use_every_visit_that_was_seen() -> None:
    rows = scores(gone=3)
    how = measured(
        estimator="mmrm",
        interval="kenward_roger",
        model=Model(covariates=("baseline", "strata"), baseline_by_visit=True),
    )
    found = analyse_continuous(SPEC, rows, how)
    long = [(row, visit, each) for row in rows for visit, each in enumerate(row.visits) if each is not None]
    model = fit_visits(
        [float(each - row.baseline) for row, _, each in long],
        [row.subject for row, _, _ in long],
        [row.arm for row, _, _ in long],
        [visit for _, visit, _ in long],
        {
            "b": [float(row.baseline) for row, _, _ in long],
            "s": [float(row.stratum == "s=1") for row, _, _ in long],
        },
        by_visit=("b",),
    )
    expected = difference(model, "new", "old", 2, df="kenward_roger")
    assert numbers(found) == pytest.approx(
        (expected.estimate, expected.interval.lower, expected.interval.upper)
    )
    assert found.contrasts[0].df == pytest.approx(expected.df) and "unstructured" in found.method


def test_a_simpler_covariance_is_used_and_told_when_the_first_has_no_maximum() -> None:
    """Eight participants of whom four leave: an unstructured covariance of three visits has no maximum."""
    model = Model(covariance="us", fallback=("cs",))
    how = measured(estimator="mmrm", interval="satterthwaite", model=model)
    found = analyse_continuous(SPEC, scores(8, gone=2), how)
    assert found.notes[0].startswith("ANAL-016") and found.notes[0].endswith("(us); cs was used instead.")
    assert len(found.contrasts) == 1
    alone = analyse_continuous(SPEC, scores(8, gone=2), replace(how, model=Model()))
    assert alone.contrasts == () and alone.notes[0].startswith("ANAL-016")


@pytest.mark.parametrize("assumption", ["mar", "j2r", "cr", "cir", "lmcf"])
def test_imputed_scores_are_pooled_under_each_assumption(assumption: str) -> None:
    rows = scores(60, gone=8)
    missing = Missing(method="multiple_imputation", imputations=20, assumption=assumption)
    found = analyse_continuous(SPEC, rows, measured(missing=missing))
    (one,) = found.contrasts
    assert found.imputations == 20 and one.df < 57 and one.simulation_error < one.error
    assert [each.missing for each in found.groups] == [8, 8] and found.groups[0].mean_error > 0
    again = analyse_continuous(SPEC, rows, measured(missing=missing))
    assert again == found


def test_who_left_is_nearer_to_the_reference_when_they_jump_to_it() -> None:
    """Half of each arm leaves early: the difference shrinks in the order of what is assumed."""
    rows = scores(80, gone=20)
    found = {
        each: analyse_continuous(
            SPEC, rows, measured(missing=Missing(method="multiple_imputation", imputations=40, assumption=each))
        ).contrasts[0].estimate
        for each in ("mar", "cir", "j2r")
    }  # fmt: skip
    assert found["mar"] < found["cir"] < found["j2r"] < 0


def test_nothing_missing_gives_the_result_of_complete_data() -> None:
    rows = scores()
    whole, imputed = (
        analyse_continuous(SPEC, rows, measured(missing=each)) for each in (Missing(method="none"), IMPUTED)
    )
    assert numbers(imputed)[0] == pytest.approx(numbers(whole)[0])
    assert imputed.contrasts[0].error == pytest.approx(whole.contrasts[0].error)


def test_a_delta_moves_the_imputed_scores_of_every_arm_but_the_reference() -> None:
    rows = scores(60, gone=6)
    plain, moved = (
        analyse_continuous(
            SPEC, rows, measured(model=Model(), missing=Missing(method="multiple_imputation", delta=delta))
        )
        for delta in ("0", "4")
    )
    gap = numbers(moved)[0] - numbers(plain)[0]
    assert gap == pytest.approx(4 * 6 / 30)


def test_robust_errors_are_declared_by_the_interval() -> None:
    rows = scores(gone=3)
    plain, robust = (analyse_continuous(SPEC, rows, measured(interval=each)) for each in ("student", "hc2"))
    assert robust.contrasts[0].estimate == plain.contrasts[0].estimate
    assert robust.contrasts[0].error != plain.contrasts[0].error
    assert robust.contrasts[0].df < plain.contrasts[0].df
    assert robust.groups[0].mean_error != plain.groups[0].mean_error
    assert "robust errors (HC2)" in robust.method and "robust" not in plain.method


@pytest.mark.parametrize("interval", ["student", "hc2", "hc3"])
def test_the_grid_of_scores_moves_each_arm_and_agrees_with_the_analysis_in_its_middle(interval: str) -> None:
    rows = scores(60, gone=6)
    spec = replace(SPEC, tipping=True, deltas=(-5.0, 0.0, 5.0))
    found = analyse_continuous(spec, rows, measured(model=Model(), missing=IMPUTED, interval=interval))
    points = {(each.first, each.second): each for each in found.grid}
    middle, (one,) = points[0.0, 0.0], found.contrasts
    assert (middle.estimate, middle.lower, middle.p_value) == pytest.approx(
        (one.estimate, one.lower, one.p_value)
    )
    assert points[5.0, 0.0].estimate - middle.estimate == pytest.approx(1.0)
    assert points[0.0, 5.0].estimate - middle.estimate == pytest.approx(-1.0)
    assert "points of the grid" in found.notes[0]


def test_the_conditional_mean_has_a_jackknife_error_and_no_means() -> None:
    missing = Missing(method="conditional_mean", assumption="j2r")
    found = analyse_continuous(SPEC, scores(30, gone=3), measured(interval="jackknife", missing=missing))
    (one,) = found.contrasts
    assert one.error > 0 and one.df is None and found.groups[0].mean is None
    assert found.method.endswith("conditional mean imputation, jump to reference; jackknife error")


def test_a_value_given_by_an_event_counts_and_teaches_nothing() -> None:
    rows = scores(40, gone=4)
    rows[0] = replace(
        rows[0], kind="event", reason="death", value=Decimal(70), visits=(None, None, Decimal(70))
    )
    for missing in (Missing(method="none"), IMPUTED):
        found = analyse_continuous(SPEC, rows, measured(missing=missing, model=Model()))
        assert found.groups[1].by_event == 1 and found.groups[1].mean > found.groups[0].mean
    worse = replace(rows[0], value=Decimal(60), visits=(None, None, Decimal(60)))
    one, two = (
        analyse_continuous(SPEC, [each, *rows[1:]], measured(missing=IMPUTED, model=Model()))
        for each in (rows[0], worse)
    )
    assert numbers(two)[0] - numbers(one)[0] == pytest.approx(10 / 20)


def test_what_has_no_mean_says_why_and_deaths_are_told() -> None:
    rows = [replace(row, kind="missing", reason=DIED, value=None, visits=(None,) * 3) for row in scores(8)]
    for how in (measured(), measured(estimator="mmrm", interval="satterthwaite"), measured(missing=IMPUTED)):
        found = analyse_continuous(SPEC, rows, how)
        assert found.contrasts == () and found.notes[0].startswith("ANAL-0")
        assert found.notes[1] == "Missing by death before the time point: 8."


# --- counts and categories ------------------------------------------------------------------------------------


def counted(endpoint: str, summary: str, estimator: str | None = None) -> Spec:
    estimand = Estimand(
        label="l", objective="o", population="p", treatment=("new", "old"),
        variable=Variable(label="v", endpoint=endpoint, rule="x"), intercurrent_events={},
        summary=summary, interval="wald", estimator=estimator,
    )  # fmt: skip
    return replace(SPEC, estimand=estimand)


def events(values: list[int], arm: str) -> list[Outcome]:
    return [
        Outcome(subject=f"{arm}{place}", arm=arm, stratum="", kind="value", value=Decimal(each))
        for place, each in enumerate(values)
    ]


def test_rates_are_compared_over_their_exposure() -> None:
    rows = [*events([0, 2, 1, 1, 6, 0], "new"), *events([3, 1, 4, 9, 2, 1], "old"), *lost("old", 1)]
    exposure = {row.subject: 2.0 if row.arm == "new" else 1.0 for row in rows}
    found = analyse_discrete(counted("count", "rate_ratio"), rows, ("new", "old"), exposure)
    assert found.contrasts[0].estimate == pytest.approx((10 / 12) / (20 / 6), rel=1e-5)
    assert [(each.rate, each.missing) for each in found.groups] == [(10 / 12, 0), (20 / 6, 1)]
    assert "negative binomial" in found.method and "left out" in found.notes[0]
    flat = [*events([2, 2, 2], "new"), *events([3, 3, 3], "old")]
    plain = analyse_discrete(counted("count", "rate_ratio"), flat, ("new", "old"), exposure)
    assert plain.notes == ("The counts vary no more than Poisson's: the dispersion is 0.",)
    poisson = analyse_discrete(counted("count", "rate_ratio", "poisson"), flat, ("new", "old"), exposure)
    assert poisson.contrasts[0].error == plain.contrasts[0].error and poisson.notes == ()


def test_categories_have_a_common_odds_ratio_and_an_arm_alone_has_none() -> None:
    rows = [*events([0, 1, 2, 2, 3, 3, 1, 2], "new"), *events([0, 0, 1, 2, 1, 0, 3, 1], "old")]
    exposure = {row.subject: 1.0 for row in rows}
    found = analyse_discrete(counted("ordinal", "common_odds_ratio"), rows, ("new", "old"), exposure)
    assert found.contrasts[0].estimate > 1 and found.groups[0].responders is None
    alone = analyse_discrete(counted("ordinal", "common_odds_ratio"), rows[:8], ("new", "old"), exposure)
    assert alone.contrasts == () and alone.notes[0].startswith("ANAL-010")


def test_estimates_are_shown_on_their_scale() -> None:
    assert shown(SCALES["risk_difference"], 0.1234) == "12.3%"
    assert shown_interval(SCALES["odds_ratio"], 0.456, math.inf) == "0.46 to infinite"
    assert shown(SCALES["mean_difference"], -math.inf) == "minus infinite"


def test_strata_and_an_interval_of_one_table_do_not_go_together() -> None:
    with pytest.raises(AnalysisError, match="ANAL-005"):
        analyse_binary(SPEC, [*people(ONE, "a"), *people(TWO, "b")], setting(interval="mee"))


def test_the_odds_ratio_of_one_table_is_reached() -> None:
    found = analyse_binary(SPEC, people(ONE), setting(summary="odds_ratio", estimator="crude"))
    expected = odds_ratio(ONE)
    assert numbers(found)[:2] == pytest.approx((expected.estimate, expected.interval.lower))


def test_responses_by_reference_are_made_from_scores_of_all_arms() -> None:
    rows = scores(60, gone=8)
    how = measured(
        respond=lambda row, value: 2 * value <= 2 * row.baseline - 6,
        summary="risk_difference",
        estimator="mantel_haenszel",
        interval="mantel_haenszel",
        model=Model(),
        limits=Limits(lowest=0, highest=70, decimals=1),
        missing=Missing(method="multiple_imputation", imputations=20, assumption="j2r"),
    )
    spec = replace(SPEC, missing="multiple_imputation")
    jumped = analyse_binary(spec, rows, how)
    stayed = analyse_binary(spec, rows, replace(how, missing=IMPUTED))
    assert jumped.imputations == 20 and jumped.groups[0].responders < stayed.groups[0].responders
    whole = analyse_binary(spec, scores(60), how)
    assert whole.contrasts[0].missing_information == 0


def test_guesses_about_one_arm_or_three_have_no_index_of_the_trial() -> None:
    arm_of = {"1": "new", "2": "new", "3": "old", "4": "old"}
    assert masking({}, arm_of, ("new", "old")) is None
    one = masking({"1": "new", "2": "?"}, arm_of, ("new", "old"))
    assert one is not None and one.james is None and one.note == "Nobody guessed about one of the arms."
    alone = masking({"1": "new", "2": "new", "3": "?", "4": "?"}, arm_of, ("new", "old"))
    assert alone is not None and alone.james is None and alone.note.startswith("ANAL-004")
    assert [row.head for row in masking_table(alone, {"new": "New", "old": "Old"}, ("new", "old")).rows] == [
        "New",
        "Old",
    ]
    third = masking({"1": "new"}, arm_of, ("new", "old", "other"))
    assert third is not None and third.note == "James's index is defined for two arms."
