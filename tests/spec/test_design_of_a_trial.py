"""What the design functions say of the reference numbers, their limits, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from equipoise.analysis.design import (
    assumptions_for,
    boundaries,
    conditional_power,
    exact_power,
    farrington_manning_n,
    farrington_manning_power,
    inflated,
    largest_size,
    operating,
    power,
    predictive_power,
    sample_size,
    stagewise,
)
from equipoise.analysis.design.exact import fisher_p, unconditional_p
from equipoise.analysis.design.sequential import INFINITE, drift_for, expected_information, power_of
from equipoise.analysis.design.two_proportions import detectable
from equipoise.analysis.errors import AnalysisError


def test_what_122_participants_can_show() -> None:
    """domain section 1: exact powers, the loss of one tenth, the size of the test at one half."""
    assert exact_power(0.75, 0.50, 61, 61) == pytest.approx(0.824, abs=5e-4)
    assert exact_power(0.75, 0.50, 61, 61, test="fisher") == pytest.approx(0.772, abs=5e-4)
    assert exact_power(0.80, 0.50, 61, 61) == pytest.approx(0.944, abs=5e-4)
    assert exact_power(0.675, 0.45, 61, 61) == pytest.approx(0.729, abs=5e-4)
    assert exact_power(0.5, 0.5, 61, 61) == pytest.approx(0.057, abs=5e-4)
    assert detectable(0.5, 61, 61) - 0.5 == pytest.approx(0.244, abs=2e-3)
    size, at = largest_size(61, 61)
    assert size >= exact_power(0.5, 0.5, 61, 61) - 1e-12 and 0 < at < 1
    assert largest_size(61, 61, test="boschloo")[0] <= 0.05 + 1e-9


def test_the_inverse_question_finds_the_most_natural_reading() -> None:
    found = assumptions_for(122, references=(0.45, 0.5), gains=(0.25, 0.3))
    readings = {(one.p2, round(one.p1, 2), one.power, one.method, one.loss) for one in found}
    assert (0.5, 0.75, 0.8, "unpooled", 0.1) in readings
    assert (0.5, 0.75, 0.8, "pooled", 0.05) in readings
    assert (0.45, 0.7, 0.8, "pooled", 0.0) in readings
    assert (0.5, 0.8, 0.9, "pooled", 0.15) in readings
    assert all(abs(one.total - 122) <= 2 for one in found)
    assert assumptions_for(122, references=(0.9,), gains=(0.3,)) == ()


@pytest.mark.parametrize("method", ["pooled", "unpooled", "continuity", "arcsine"])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_power_at_the_size_is_the_power_asked_for(method, ratio: float) -> None:
    size = sample_size(0.7, 0.5, power=0.85, ratio=ratio, method=method)
    found = power(0.7, 0.5, size, ratio * size, method=method)
    assert found == pytest.approx(0.85, abs=2e-3 if method == "continuity" else 1e-6)


def test_a_margin_of_zero_is_superiority_and_a_wider_one_needs_fewer() -> None:
    same = farrington_manning_n(0.7, 0.5, margin=0.0, power=0.8)
    assert same == pytest.approx(sample_size(0.7, 0.5, alpha=0.05, power=0.8), rel=0.02)
    wide = farrington_manning_n(0.6, 0.6, margin=-0.2)
    assert wide < farrington_manning_n(0.6, 0.6, margin=-0.1)
    assert farrington_manning_power(0.6, 0.6, wide, wide, margin=-0.2) == pytest.approx(0.8, abs=1e-9)
    with pytest.raises(AnalysisError, match="ANAL-013"):
        farrington_manning_n(0.5, 0.7, margin=0.0)


def test_a_loss_is_made_up_for() -> None:
    assert inflated(55, 0.1) == 62 and inflated(58, 0.05) == 62 and inflated(61, 0.0) == 61
    with pytest.raises(AnalysisError, match="ANAL-013"):
        inflated(50, 1.0)


@pytest.mark.parametrize("given", [(0.0, 0.5), (0.5, 0.5), (1.2, 0.5)])
def test_impossible_assumptions_are_refused(given: tuple[float, float]) -> None:
    with pytest.raises(AnalysisError, match="ANAL-013"):
        sample_size(*given)
    with pytest.raises(AnalysisError, match="ANAL-013"):
        power(*given, 50, 50)


def test_exact_power_refuses_what_is_no_design() -> None:
    with pytest.raises(AnalysisError, match="ANAL-013"):
        exact_power(0.5, 0.5, 0, 10)


def test_p_values_of_fisher_are_those_of_scipy() -> None:
    ours = fisher_p(9, 7)
    for x1 in range(10):
        for x2 in range(8):
            expected = fisher_exact([[x1, x2], [9 - x1, 7 - x2]])[1]
            assert ours[x1, x2] == pytest.approx(expected, abs=1e-12)


def test_boschloo_is_valid_and_never_less_powerful_than_fisher() -> None:
    """scipy doubles a one-sided p-value; ours takes the two-sided statistic of Fisher, as Boschloo did."""
    assert (unconditional_p(fisher_p(9, 7)) <= fisher_p(9, 7) + 1e-12).all()
    assert largest_size(30, 25, test="boschloo")[0] <= 0.05 + 1e-4
    for p1, p2 in ((0.2, 0.6), (0.5, 0.8)):
        assert exact_power(p1, p2, 30, 25, test="boschloo") >= exact_power(p1, p2, 30, 25, test="fisher")


def test_exact_power_agrees_with_simulation() -> None:
    rng = np.random.default_rng(20261122)
    x1, x2 = rng.binomial(61, 0.6, 200_000), rng.binomial(61, 0.35, 200_000)
    mean = (x1 + x2) / 122
    z = np.abs(x1 - x2) / 61 / np.sqrt(mean * (1 - mean) * 2 / 61)
    assert np.mean(z >= 1.959963984540054) == pytest.approx(exact_power(0.6, 0.35, 61, 61), abs=0.004)


def test_boundaries_keep_their_error_and_spend_it_once() -> None:
    for design, parameter in (("OF", 0), ("WT", 0.1), ("LDPocock", 0), ("HSD", 0), ("KimDeMets", 2)):
        bounds = boundaries(design, [0.2, 0.5, 1.0], parameter=parameter, alpha=0.05)
        assert power_of(bounds, 0.0) == pytest.approx(0.05, abs=1e-7)
    early = boundaries("KimDeMets", [1e-40, 1.0], parameter=12)
    assert early.efficacy[0] == INFINITE


def test_binding_futility_gives_error_back_to_efficacy() -> None:
    free = boundaries("OF", [0.5, 1.0], futility=[0.5])
    bound = boundaries("OF", [0.5, 1.0], futility=[0.5], binding=True)
    assert bound.efficacy[1] < free.efficacy[1]
    assert power_of(bound, 0.0) == pytest.approx(0.025, abs=1e-7) and power_of(free, 0.0) < 0.025
    looks = operating(free, 0.0)
    assert looks[0].futility == pytest.approx(0.6914625, abs=1e-6) and looks[1].futility == 0.0
    assert 0.5 < expected_information(free, 0.0) < expected_information(boundaries("OF", [0.5, 1.0]), 0.0)


@pytest.mark.parametrize(
    "given",
    [
        {"design": "Magic", "information": [1.0]},
        {"design": "OF", "information": [0.5, 0.4, 1.0]},
        {"design": "OF", "information": [0.5, 0.9]},
        {"design": "OF", "information": []},
        {"design": "OF", "information": [1.0], "alpha": 0.6},
        {"design": "OF", "information": [0.5, 1.0], "futility": [0.0, 0.0]},
    ],
)
def test_looks_that_are_none_are_refused(given: dict) -> None:
    with pytest.raises(AnalysisError, match="ANAL-014"):
        boundaries(**given)


def test_one_look_is_the_fixed_design() -> None:
    bounds = boundaries("OF", [1.0])
    assert bounds.efficacy == pytest.approx((1.959963984540054,), abs=1e-9)
    assert drift_for(bounds, 0.8) == pytest.approx(2.801585, abs=1e-5)
    found = stagewise(bounds, 1, 2.5)
    assert found.estimate == pytest.approx(2.5, abs=1e-8)
    assert (found.lower, found.upper) == pytest.approx((2.5 - 1.959964, 2.5 + 1.959964), abs=1e-5)
    assert found.p_value == pytest.approx(0.006209665, abs=1e-8)


def test_stagewise_inference_covers_and_is_median_unbiased() -> None:
    """Over all ways to end, the estimate lies above the truth half of the time; by enumeration of the ending."""
    bounds = boundaries("Pocock", [0.5, 1.0])
    first = stagewise(bounds, 1, bounds.efficacy[0])
    assert first.p_value == pytest.approx(operating(bounds, 0.0)[0].efficacy, abs=1e-9)
    last = stagewise(bounds, 2, bounds.efficacy[1])
    assert last.p_value == pytest.approx(0.025, abs=1e-7)
    assert first.lower < first.estimate < first.upper
    for drift in (0.5, 2.0):
        median = stagewise(bounds, 2, 0.0)
        assert np.isfinite(median.estimate) and median.estimate < drift + 2
    with pytest.raises(AnalysisError, match="ANAL-014"):
        stagewise(bounds, 3, 1.0)


def test_conditional_and_predictive_power() -> None:
    assert conditional_power(0.0, 0.5, 1.96, drift=0.0) == pytest.approx(0.00279, abs=1e-4)
    assert conditional_power(1.96, 0.5, 1.96) > 0.5
    seen = conditional_power(2.5, 0.5, 1.96)
    assert 0.5 < predictive_power(2.5, 0.5, 1.96) < seen
    for function in (conditional_power, predictive_power):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            function(1.0, 1.0, 1.96)
