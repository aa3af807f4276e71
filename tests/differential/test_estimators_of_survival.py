"""Time to event against published results of the leukaemia remission trial.

Data: Freireich and others, Blood 1963;21:699-716, remission in weeks, 21 pairs; the numbers are those of many
textbooks (Collett; Kalbfleisch and Prentice; Kleinbaum and Klein): log-rank 16.79 with 9 events observed and
19.25 expected under 6-mercaptopurine, medians 23 and 8, Cox's coefficient 1.57 (se 0.41) with Efron's ties.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.survival import Spell, compare, kaplan_meier, median, survival_at

MERCAPTOPURINE = (
    [(t, True) for t in (6, 6, 6, 7, 10, 13, 16, 22, 23)]
    + [(t, False) for t in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
)  # fmt: skip
PLACEBO = [(t, True) for t in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]
SPELLS = [Spell(time=t, event=e, first=True) for t, e in MERCAPTOPURINE] + [
    Spell(time=t, event=e, first=False) for t, e in PLACEBO
]


def test_the_curve_and_the_medians_are_the_published_ones() -> None:
    curve = kaplan_meier(each for each in SPELLS if each.first)
    published = [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)]
    assert [(each.time, round(each.survival, 3)) for each in curve] == published
    assert median(curve) == 23
    assert median(kaplan_meier(each for each in SPELLS if not each.first)) == 8


def test_the_log_rank_test_is_the_published_one() -> None:
    found = compare(SPELLS)
    assert (found.observed, round(found.expected, 2), round(found.statistic, 2)) == (9, 19.25, 16.79)


def test_the_hazard_ratio_is_the_published_one() -> None:
    found = compare(SPELLS)
    assert (round(-found.log_ratio, 3), round(found.error, 3)) == (1.572, 0.412)


@pytest.mark.parametrize("strata", [1, 3])
def test_strata_agree_with_statsmodels(strata: int) -> None:
    spells = [
        Spell(time=each.time, event=each.event, first=each.first, stratum=str(place % strata))
        for place, each in enumerate(SPELLS)
    ]
    times, events = np.array([each.time for each in spells]), np.array([int(each.event) for each in spells])
    groups, levels = (
        np.array([int(each.first) for each in spells]),
        np.array([each.stratum for each in spells]),
    )
    found = compare(spells)
    fit = PHReg(times, groups[:, None], status=events, strata=levels, ties="efron").fit()
    assert found.log_ratio == pytest.approx(fit.params[0], abs=1e-5)
    assert found.error == pytest.approx(fit.bse[0], abs=1e-5)
    statistic, p = survdiff(times, events, groups, strata=levels if strata > 1 else None)
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p), abs=1e-9)


def test_the_variance_is_greenwoods() -> None:
    curve = kaplan_meier(SPELLS)
    theirs = SurvfuncRight([each.time for each in SPELLS], [each.event for each in SPELLS])
    assert [math.sqrt(each.variance) for each in curve] == pytest.approx(list(theirs.surv_prob_se), abs=1e-12)


def test_a_curve_that_stays_high_has_no_median_and_starts_at_one() -> None:
    curve = kaplan_meier([Spell(time=5, event=True), *(Spell(time=9, event=False) for _ in range(9))])
    assert median(curve) is None
    assert (survival_at(curve, 4), survival_at(curve, 5), survival_at(curve, 99)) == (1.0, 0.9, 0.9)


def test_without_events_in_both_groups_there_is_no_ratio() -> None:
    with pytest.raises(AnalysisError, match="ANAL-016"):
        compare([Spell(time=3, event=True), Spell(time=4, event=False, first=False)])


def test_groups_that_do_not_overlap_have_no_finite_ratio() -> None:
    spells = [Spell(time=t, event=True) for t in (1, 2, 3)] + [
        Spell(time=t, event=True, first=False) for t in (7, 8)
    ]
    with pytest.raises(AnalysisError, match="ANAL-016"):
        compare(spells)
