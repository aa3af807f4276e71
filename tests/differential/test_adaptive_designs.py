"""Stages combined, and sizes looked at again: against rpact 3.3.4, the fixed plan, quadrature and simulation.

d <- getDesignInverseNormal(informationRates=c(.4,1), alpha=.025, sided=1, typeOfDesign="asOF")
ds <- getDataset(sampleSizes=c(40,100), means=c(.35,.30), stDevs=c(1,1))  # 60 were planned for the second stage
getStageResults, getRepeatedConfidenceIntervals, getRepeatedPValues, getFinalPValue with normalApproximation=TRUE
getDesignFisher(kMax=2, alpha=.025, method="fullAlpha", alpha0Vec=.5)  # and alpha0Vec=1
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

import equipoise as eq
from equipoise.errors import EquipoiseError

ERRORS = (1 / math.sqrt(40), 1 / math.sqrt(100))
EFFECTS = (0.35, 0.30)
P_VALUES = tuple(float(ndtr(-each / error)) for each, error in zip(EFFECTS, ERRORS, strict=True))


def test_the_inverse_normal_combination_agrees_with_rpact() -> None:
    plan = eq.boundaries("LDOF", [0.4, 1.0])
    found = eq.inverse_normal(plan, P_VALUES)
    assert found.statistics == pytest.approx((2.21359436, 3.72379001), abs=1e-8)
    assert found.rejected == 2
    assert found.p_value == pytest.approx(0.000478523113, abs=1e-8)
    assert found.repeated_p == pytest.approx(
        (0.117921640, 0.0000973209133), rel=0.01
    )  # found by its own search
    effect = eq.inverse_normal_effect(plan, EFFECTS, ERRORS)
    assert (effect.repeated_lower, effect.repeated_upper) == pytest.approx(
        (0.149968228, 0.484086015), abs=1e-6
    )


def test_a_trial_that_went_as_planned_is_the_group_sequential_one() -> None:
    plan, z = eq.boundaries("LDOF", [0.4, 0.7, 1.0]), (1.1, 1.9, 2.4)
    steps = np.diff([0.0, *plan.information])
    own = np.diff([0.0, *(each * math.sqrt(t) for each, t in zip(z, plan.information, strict=True))])
    found = eq.inverse_normal(plan, [float(ndtr(-each)) for each in own / np.sqrt(steps)])
    assert found.statistics == pytest.approx(z)
    whole = eq.stagewise(plan, 3, z[-1])
    effect = eq.inverse_normal_effect(
        plan, [float(each) for each in own / steps], [float(each) for each in steps**-0.5]
    )
    assert found.p_value == pytest.approx(whole.p_value, abs=1e-12)
    assert (effect.estimate, effect.lower, effect.upper) == pytest.approx(
        (whole.estimate, whole.lower, whole.upper), abs=1e-7
    )


def test_a_trial_that_rejects_early_counts_no_later_stage() -> None:
    plan = eq.boundaries("LDOF", [0.5, 1.0])
    found = eq.inverse_normal(plan, [0.0005, 0.9])
    assert found.rejected == 1 and found.statistics == pytest.approx((float(-ndtri(0.0005)),))
    assert found.p_value == pytest.approx(0.0005)
    one = eq.inverse_normal_effect(plan, [3.29, -5.0], [1.0, 1.0])
    assert one == eq.inverse_normal_effect(plan, [3.29], [1.0])


def test_intervals_cover_and_the_error_is_kept_whatever_the_second_stage_becomes() -> None:
    plan, rng, effect = eq.boundaries("LDOF", [0.5, 1.0]), np.random.default_rng(4), 0.25
    covered, above, trials = 0, 0, 400
    for _ in range(trials):
        first = rng.normal(effect, 1 / math.sqrt(50))
        changed = eq.second_stage(plan, first * math.sqrt(50), most=3.0).changed
        later = 100 * changed  # participants of the second stage, where 50 were planned
        second = rng.normal(effect, 1 / math.sqrt(later))
        found = eq.inverse_normal_effect(plan, [first, second], [1 / math.sqrt(50), 1 / math.sqrt(later)])
        covered += found.lower <= effect <= found.upper
        above += found.estimate > effect
    assert covered / trials == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / trials))
    assert above / trials == pytest.approx(0.5, abs=4 * math.sqrt(0.25 / trials))


@pytest.mark.parametrize(("futility", "early"), [(1.0, 0.003804223466), (0.5, 0.010189030470)])
def test_fishers_product_agrees_with_rpact(futility: float, early: float) -> None:
    found = eq.fisher_combination(P_VALUES, futility=futility)
    assert (found.early, found.late) == pytest.approx((early, 0.003804223466), abs=1e-11)
    assert found.rejected == 2
    if futility == 0.5:
        assert found.p_value == pytest.approx(0.0102596039, abs=1e-9)


@pytest.mark.parametrize("futility", [0.3, 0.5, 1.0])
def test_the_p_value_of_the_product_is_uniform_and_decides_as_the_product_does(futility: float) -> None:
    at_the_bound = eq.fisher_combination([0.1, 0.003804223466 / 0.1], futility=futility)
    assert at_the_bound.p_value == pytest.approx(0.025, abs=1e-9)
    rng = np.random.default_rng(1)
    p = [eq.fisher_combination(pair, futility=futility).p_value for pair in rng.random((20_000, 2))]
    for level in (0.005, 0.025, 0.1, 0.25):
        assert np.mean(np.array(p) <= level) == pytest.approx(level, abs=4 * math.sqrt(level / 20_000))


def test_the_first_stage_alone() -> None:
    assert eq.fisher_combination([0.001]).rejected == 1
    assert eq.fisher_combination([0.2]).rejected is None
    stopped = eq.fisher_combination([0.6, 0.0001], futility=0.5)
    assert stopped.rejected is None and stopped.p_value == 0.6


def test_a_blinded_look_at_proportions_keeps_the_difference_and_takes_the_share_of_all() -> None:
    assert eq.blinded_proportions(75, 120, 0.25) == eq.proportions_size(0.75, 0.5)
    third = eq.blinded_proportions(70, 120, 0.25, ratio=0.5, loss=0.1)
    assert third == eq.proportions_size(7 / 12 + 0.25 / 3, 7 / 12 - 0.5 / 3, ratio=0.5, loss=0.1)
    less = eq.blinded_proportions(60, 120, -0.2, goal="noninferiority", margin=-0.3)
    assert less == eq.proportions_size(0.4, 0.6, goal="noninferiority", margin=-0.3)


def test_a_blinded_look_at_means_finds_the_standard_deviation_within_groups() -> None:
    rng, sd, gap = np.random.default_rng(2), 10.0, 5.0
    values = rng.normal(0, sd, (4000, 90))
    values[:, :60] += gap  # two of three in the first group
    lumped = float(np.sqrt(np.mean(values.var(axis=1, ddof=1))))
    found = eq.blinded_means(lumped, 90, gap, ratio=0.5)
    assert found.exact[0] == pytest.approx(eq.means_size(gap, sd=sd, ratio=0.5).exact[0], rel=0.01)
    assert eq.blinded_means(sd, 90, gap, adjusted=False) == eq.means_size(gap, sd=sd)


def test_a_promising_result_gets_the_second_stage_that_it_needs() -> None:
    plan = eq.boundaries("LDOF", [0.5, 1.0])
    found = eq.second_stage(plan, 1.5, most=4.0)
    assert found.zone == "promising" and found.power_changed == pytest.approx(0.9)
    # By hand: the second Z must reach (1.9686 - 1.5 / sqrt 2) sqrt 2, and has mean 1.5 sqrt 2 sqrt(information).
    needed = (plan.efficacy[1] - 1.5 * math.sqrt(0.5)) / math.sqrt(0.5)
    assert found.changed == pytest.approx(((needed + 1.2815516) / (1.5 * math.sqrt(2))) ** 2, rel=1e-6)
    assert found.power_planned == pytest.approx(eq.conditional_power(1.5, 0.5, plan.efficacy[1]), abs=1e-12)
    assert eq.second_stage(plan, 1.5, most=1.2).changed == pytest.approx(0.7)
    assert eq.second_stage(plan, 0.2).zone == "unfavourable" and eq.second_stage(plan, 0.2).changed == 0.5
    assert eq.second_stage(plan, 2.5).zone == "favourable" and eq.second_stage(plan, 2.5).changed == 0.5
    assert eq.second_stage(plan, 2.6, drift=0.0, least=0.1, power=0.6).changed == 0.5


PLAN = eq.boundaries("LDOF", [0.5, 1.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: eq.inverse_normal(PLAN, [0.1, 0.2, 0.3]),
        lambda: eq.inverse_normal(PLAN, [0.1, 1.0]),
        lambda: eq.inverse_normal(eq.boundaries("LDOF", [0.5, 1.0], two_sided=True), [0.1]),
        lambda: eq.inverse_normal_effect(PLAN, [1.0], [0.0]),
        lambda: eq.inverse_normal_effect(PLAN, [1.0, 2.0], [1.0]),
        lambda: eq.fisher_combination([]),
        lambda: eq.fisher_combination([0.1], alpha=0.6),
        lambda: eq.fisher_combination([0.1], futility=0.01),
        lambda: eq.blinded_proportions(61, 60, 0.2),
        lambda: eq.blinded_proportions(5, 60, 0.4),
        lambda: eq.blinded_proportions(30, 60, 0.2, ratio=0),
        lambda: eq.blinded_means(10, 60, 25),
        lambda: eq.blinded_means(0, 60, 5),
        lambda: eq.second_stage(eq.boundaries("LDOF", 3), 1.0),
        lambda: eq.second_stage(PLAN, 1.0, least=0.95),
    ],
)
def test_what_is_no_stage_is_refused(call) -> None:
    with pytest.raises(EquipoiseError, match="ANAL-014|DSGN-001"):
        call()
