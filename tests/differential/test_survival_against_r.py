"""Times to an event against the R package survival 3.5-3 (R 4.2.2), whose printed numbers stand here.

Data: the leukaemia remission trial of `test_estimators_of_survival`, with a covariate and strata made from the place of
each row, so that nothing but that trial is needed to repeat them: coxph(ties = "efron"), cox.zph (transform "km"),
survfit(conf.type = "log-log"), summary(rmean = 20).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

import equipoise as eq
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.cox import fit_cox, proportional_hazards
from equipoise.analysis.estimators.survival import (
    Spell,
    band,
    compare,
    kaplan_meier,
    median,
    median_interval,
    restricted_mean,
)
from tests.differential.test_estimators_of_survival import SPELLS

TIME = [each.time for each in SPELLS]
EVENT = [each.event for each in SPELLS]
GROUP = [float(each.first) for each in SPELLS]
OTHER = [float(place * 7 % 11) for place in range(42)]
STRATUM = [str(place % 3) for place in range(42)]


def test_two_covariates_over_strata_agree_with_coxph() -> None:
    fit = fit_cox(TIME, EVENT, np.column_stack([GROUP, OTHER]), ("group", "other"), STRATUM)
    assert fit.coefficients == pytest.approx([-1.3967436381682, -0.0178559514932], abs=1e-8)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx([0.4070643610268, 0.0643479193444], abs=1e-10)
    assert (fit.null, fit.fitted, fit.events) == pytest.approx((-61.7865524648, -55.1147123231, 30), abs=1e-9)


def test_proportional_hazards_agree_with_cox_zph() -> None:
    fit = fit_cox(TIME, EVENT, np.column_stack([GROUP, OTHER]), ("group", "other"), STRATUM)
    found = proportional_hazards(fit)
    assert [(each.name, each.df) for each in found] == [("group", 1), ("other", 1), ("", 2)]
    assert [each.statistic for each in found] == pytest.approx(
        [0.23377525795144, 0.00268249931551, 0.23399285075650], abs=1e-9
    )
    assert [each.p_value for each in found] == pytest.approx(
        [0.628738551664, 0.958693752746, 0.889588373100], abs=1e-9
    )
    alone = proportional_hazards(fit_cox(TIME, EVENT, np.array(GROUP)[:, None], ("group",)))
    assert [each.statistic for each in alone] == pytest.approx([0.0228633780528] * 2, abs=1e-10)


def test_an_adjusted_ratio_has_walds_test_and_the_checks_of_its_columns() -> None:
    spells = [
        Spell(time=each.time, event=each.event, first=each.first, stratum=stratum)
        for each, stratum in zip(SPELLS, STRATUM, strict=True)
    ]
    found = compare(spells, covariates={"other": OTHER})
    assert found.log_ratio == pytest.approx(-1.3967436381682, abs=1e-8)
    assert found.p_value == pytest.approx(2 * norm.sf(1.3967436381682 / 0.4070643610268), abs=1e-9)
    assert [each.name for each in found.checks] == ["group", "other", ""]


BANDS = {
    6: (0.619717955266, 0.951551747647),
    7: (0.563146564622, 0.922809019203),
    10: (0.503199510800, 0.889361835169),
    13: (0.431610222486, 0.849065963349),
    16: (0.367510855988, 0.804912189472),
    22: (0.267778936767, 0.746790717635),
    23: (0.188052005959, 0.680142628495),
}


def test_the_bands_and_the_median_with_its_interval_agree_with_survfit() -> None:
    """The upper band of the first group never falls to a half; the last step of the second is 0 and has no band."""
    first = kaplan_meier(each for each in SPELLS if each.first)
    assert {each.time: (band(each).lower, band(each).upper) for each in first} == {
        time: pytest.approx(ends, abs=1e-10) for time, ends in BANDS.items()
    }
    assert (median(first), median_interval(first)) == (23, (13, None))
    second = kaplan_meier(each for each in SPELLS if not each.first)
    assert (median(second), median_interval(second)) == (8, (4, 11))
    assert second[-1].survival == 0 and band(second[-1]) is None
    assert band(second[-2]).upper == pytest.approx(0.197044905699, abs=1e-10)


OTHER_BANDS = {
    "log": (
        (
            0.719817083916,
            0.653124218462,
            0.585918982030,
            0.509613099102,
            0.439393924969,
            0.337036616158,
            0.248788226818,
        ),
        (1.0, 0.996443675909, 0.967574754552, 0.934769195536, 0.895994938535, 0.858200848045, 0.807372045529),
        ((16, None), (4, 12)),
    ),
    "plain": (
        (
            0.707479311825,
            0.636332661137,
            0.564099326679,
            0.480843098173,
            0.403909512191,
            0.286481591130,
            0.184384863841,
        ),
        (1.0, 0.977112717014, 0.941783026262, 0.899549058690, 0.850992448593, 0.789148660971, 0.711973679577),
        ((13, None), (4, 11)),
    ),
}


@pytest.mark.parametrize("kind", OTHER_BANDS)
def test_the_other_bands_agree_with_survfit(kind: str) -> None:
    """survfit(Surv(time, event) ~ 1, conf.type = "log") and "plain", by group, and quantile(, 0.5)."""
    lower, upper, medians = OTHER_BANDS[kind]
    first, second = (kaplan_meier(each for each in SPELLS if each.first == one) for one in (True, False))
    found = [band(each, kind=kind) for each in first]
    assert [each.lower for each in found] == pytest.approx(lower, abs=1e-10)
    assert [each.upper for each in found] == pytest.approx(upper, abs=1e-10)
    assert (median_interval(first, kind=kind), median_interval(second, kind=kind)) == medians
    last = band(second[-2], kind=kind)
    assert (last.lower, last.upper) == pytest.approx(
        {"log": (0.007032229847, 0.322454434134), "plain": (0.0, 0.138701380738)}[kind], abs=1e-10
    )


def test_the_bands_of_a_frame_are_those_asked_for() -> None:
    frame = {"time": TIME, "event": EVENT, "arm": ["6-MP" if each else "placebo" for each in GROUP]}
    names = {"time": "time", "event": "event", "arm": "arm", "reference": "placebo"}
    found = eq.compare_survival(frame, bands="plain", **names)
    assert [each.median_interval for each in found.arms] == [(13, None), (4, 11)]
    assert found.arms[0].interval_at(24).lower == pytest.approx(0.184384863841, abs=1e-10)
    assert "bands (plain)" in found.figure().caption
    assert "bands (log-log)" in eq.compare_survival(frame, **names).figure().caption
    with pytest.raises(eq.EquipoiseError, match="FRAM-005"):
        eq.compare_survival(frame, bands="loglog", **names)


def test_times_that_differ_by_rounding_are_one_time_as_in_r() -> None:
    """coxph(Surv(t, e) ~ g), survdiff and survfit, which take such times for equal (timefix); told apart, the logarithm
    of the ratio would be 0.32."""
    time = [0.1 + 0.2, 0.3, 1.1 + 2.2, 3.3, 2, 4, 0.7, 0.8 - 0.1, 5, 1.5, 2.5, 3.5]
    assert len(set(time)) == 12
    event, first = [1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1], [1, 0] * 6
    spells = [Spell(time=t, event=e == 1, first=g == 1) for t, e, g in zip(time, event, first, strict=True)]
    found = compare(spells)
    assert (found.log_ratio, found.error) == pytest.approx((0.373710811378, 0.678159556631), abs=1e-9)
    assert found.statistic == pytest.approx(0.320024493773, abs=1e-9)
    assert [(each.events, each.survival) for each in kaplan_meier(spells)] == [
        (2, pytest.approx(0.8333333333)), (2, pytest.approx(0.6666666667)), (1, pytest.approx(0.5714285714)),
        (1, pytest.approx(0.4761904762)), (2, pytest.approx(0.2857142857)), (1, pytest.approx(0.1904761905)),
        (1, 0.0),
    ]  # fmt: skip


def test_restricted_means_agree_with_survfit() -> None:
    first = restricted_mean(kaplan_meier(each for each in SPELLS if each.first), 20, 35)
    assert (first.mean, first.error) == pytest.approx((16.11652661064, 1.25156019601), abs=1e-10)
    second = restricted_mean(kaplan_meier(each for each in SPELLS if not each.first), 20, 23)
    assert (second.mean, second.error) == pytest.approx((8.42857142857, 1.26808268250), abs=1e-10)


@pytest.mark.parametrize(("events", "expected"), [("1111", 2.5), ("1100", 2), ("0111", 3)])
def test_a_curve_that_is_a_half_for_a_while_has_its_median_in_the_middle(
    events: str, expected: float
) -> None:
    """As survfit prints it: 2.5 of 1, 2, 3, 4; 2 where no event follows."""
    spells = [Spell(time=place + 1, event=each == "1") for place, each in enumerate(events)]
    assert median(kaplan_meier(spells)) == expected


@pytest.mark.parametrize(("horizon", "followed"), [(0, 35), (-1, 35), (36, 35)])
def test_a_mean_beyond_the_curve_is_refused(horizon: float, followed: float) -> None:
    curve = kaplan_meier(each for each in SPELLS if each.first)
    with pytest.raises(AnalysisError, match="ANAL-020"):
        restricted_mean(curve, horizon, followed)


def test_a_curve_that_ends_at_nobody_has_a_mean_up_to_any_day() -> None:
    curve = kaplan_meier([Spell(time=2, event=True), Spell(time=4, event=True)])
    assert restricted_mean(curve, 10, 4).mean == pytest.approx(3)
    assert restricted_mean((), 10, 12) == restricted_mean((), 10, 10)


def test_a_hundred_thousand_participants_with_ties_take_a_moment() -> None:
    """The estimate is within four standard errors of the truth; a quadratic algorithm would not end."""
    random = np.random.default_rng(1)
    group = random.random(100_000) < 0.5
    time = np.ceil(random.exponential(np.where(group, 140.0, 100.0)))
    spells = [
        Spell(time=int(t), event=bool(e), first=bool(g), stratum=str(s))
        for t, e, g, s in zip(
            time, random.random(100_000) < 0.7, group, random.integers(0, 5, 100_000), strict=True
        )
    ]
    found = compare(spells)
    assert abs(found.log_ratio - np.log(100 / 140)) < 4 * found.error < 0.05
    assert kaplan_meier(spells)[0].at_risk == 100_000


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"event": [False] * 4}, "ANAL-016"),
        ({"time": [1, 2, 3]}, "ANAL-017"),
        ({"time": [1, 2, 3, -1]}, "ANAL-017"),
        ({"time": [1, 2, 3, np.nan]}, "ANAL-017"),
        ({"design": [[1.0], [1.0], [1.0], [1.0]]}, "ANAL-015"),
        ({"design": [[1.0], [0.0], [1.0], [0.0]], "stratum": ["a", "b", "a", "b"]}, "ANAL-015"),
        ({"design": [[1.0], [1.0], [0.0], [0.0]]}, "ANAL-016"),
    ],
)
def test_what_has_no_estimate_is_refused(given: dict, code: str) -> None:
    """No event, rows that do not fit, a column that is the same for all (of a stratum), groups that do not overlap."""
    plain = {"time": [1, 2, 3, 4], "event": [True] * 4, "design": [[1.0], [0.0], [0.0], [1.0]]}
    with pytest.raises(AnalysisError, match=code):
        fit_cox(**{**plain, **given}, names=("x",))
