"""Exact group-sequential designs against published designs, plain enumeration of every path, and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact

from equipoise.analysis.design import (
    OneSample,
    boundaries,
    exact_boundaries,
    exact_operating,
    exact_power,
    exact_rejections,
    exact_sequential_size,
    largest_size,
    one_sample_boundaries,
    one_sample_operating,
)
from equipoise.analysis.design.exact import fisher_upper_p
from equipoise.analysis.errors import AnalysisError
from equipoise.simulation.sufficient import simulate_power, simulate_sequential


def paths(design, p1: float, p2: float) -> tuple[float, float, float]:
    """Power, chance to stop for futility at the first look, and mean size of two looks, path by path."""
    (a, n1), (b, n2) = design.n1, design.n2
    power = stopped = size = 0.0

    def z(x1: int, x2: int, m1: int, m2: int) -> float:
        mean = (x1 + x2) / (m1 + m2)
        gap = x1 / m1 - x2 / m2
        z = 0.0 if gap == 0 else gap / np.sqrt(mean * (1 - mean) * (1 / m1 + 1 / m2))
        return abs(z) if design.sided == 2 else z

    for x1, x2 in product(range(a + 1), range(b + 1)):
        first = binom.pmf(x1, a, p1) * binom.pmf(x2, b, p2)
        seen = z(x1, x2, a, b)
        if seen >= design.efficacy[0] - 1e-9:
            power += first
            size += first * (a + b)
        elif design.futility[0] is not None and seen <= design.futility[0] + 1e-9:
            stopped += first
            size += first * (a + b)
        else:
            size += first * (n1 + n2)
            for y1, y2 in product(range(n1 - a + 1), range(n2 - b + 1)):
                later = binom.pmf(y1, n1 - a, p1) * binom.pmf(y2, n2 - b, p2)
                power += first * later * (z(x1 + y1, x2 + y2, n1, n2) >= design.efficacy[1] - 1e-9)
    return power, stopped, size


@pytest.mark.parametrize(
    ("sided", "alpha", "futility"), [(2, 0.05, None), (1, 0.025, [0.0]), (1, 0.05, None), (2, 0.1, [0.3])]
)
def test_operating_characteristics_are_those_of_every_path(sided: int, alpha: float, futility) -> None:
    design = exact_boundaries(
        [5, 11], [6, 12], alpha=alpha, sided=sided, spending="LDPocock", futility=futility
    )
    for p1, p2 in ((0.3, 0.3), (0.8, 0.2), (0.1, 0.6)):
        found = exact_operating(design, p1, p2)
        power, stopped, size = paths(design, p1, p2)
        assert found.power == pytest.approx(power, abs=1e-12)
        assert found.futility[0] == pytest.approx(stopped, abs=1e-12)
        assert found.expected_n == pytest.approx(size, abs=1e-10)


@pytest.mark.parametrize("spending", ["LDOF", "LDPocock", "HSD", "KimDeMets"])
@pytest.mark.parametrize("statistic", ["pooled_z", "unpooled_z", "fisher"])
def test_the_error_is_kept_at_every_common_proportion(spending: str, statistic) -> None:
    design = exact_boundaries(
        [20, 35, 50], [10, 18, 25], spending=spending, parameter=2.0, statistic=statistic
    )
    sizes = exact_operating(design, np.linspace(0, 1, 801), np.linspace(0, 1, 801)).power
    worst, at = exact_sequential_size(design)
    assert sizes.max() <= worst + 1e-9 and worst <= 0.05 + 1e-12 and 0 <= at <= 1
    assert design.sizes[-1] == pytest.approx(worst, abs=1e-9)
    assert all(a <= b for a, b in zip(design.sizes, design.sizes[1:], strict=False))
    # one step lower at the last look would break it
    assert worst > 0.03


def test_binding_futility_lends_error_and_not_binding_does_not() -> None:
    settings = {"alpha": 0.025, "sided": 1, "spending": "KimDeMets", "parameter": 1.0, "futility": [0.8]}
    free = exact_boundaries([30, 61], [30, 61], **settings)
    bound = exact_boundaries([30, 61], [30, 61], binding=True, **settings)
    assert bound.efficacy[1] <= free.efficacy[1]
    assert exact_operating(bound, 0.7, 0.5).power >= exact_operating(free, 0.7, 0.5).power
    assert exact_sequential_size(bound)[0] <= 0.025


def test_one_look_is_the_unconditional_exact_test() -> None:
    design = exact_boundaries([61], [61])
    assert exact_operating(design, 0.75, 0.5).power == pytest.approx(
        exact_power(0.75, 0.5, 61, 61, test="unconditional_z"), abs=1e-9
    )
    assert largest_size(61, 61, test="unconditional_z")[0] == pytest.approx(design.sizes[0], abs=1e-9)


def test_exact_bounds_come_near_the_normal_ones_in_a_large_trial() -> None:
    normal = boundaries("LDOF", [0.5, 1.0]).efficacy
    exact = exact_boundaries([400, 800], [400, 800]).efficacy
    assert exact == pytest.approx(normal, abs=0.05)


def test_one_sided_fisher_is_that_of_scipy_and_keeps_its_error() -> None:
    for x1, x2 in ((5, 1), (8, 0), (3, 6)):
        expected = fisher_exact([[x1, x2], [9 - x1, 7 - x2]], alternative="greater")[1]
        assert fisher_upper_p(9, 7)[x1, x2] == pytest.approx(expected, abs=1e-12)
    design = exact_boundaries([30, 61], [30, 61], sided=1, alpha=0.025, statistic="fisher")
    assert 0.015 < exact_sequential_size(design)[0] <= 0.025


@pytest.mark.parametrize("n", [7, 12, 19, 26, 33])
@pytest.mark.parametrize("test", ["boschloo", "unconditional_z", "fisher"])
def test_exact_tests_keep_their_level_between_the_points_of_the_grid_too(n: int, test) -> None:
    for alpha in (0.01, 0.05, 0.1):
        assert largest_size(n, n + 3, test=test, alpha=alpha)[0] <= alpha


def test_spending_of_ones_own_is_for_both_sides_together() -> None:
    design = exact_boundaries([30, 61], [30, 61], spending="user", user=(0.02, 0.05))
    assert 0.01 < design.sizes[0] <= 0.02 and design.sizes[1] <= 0.05


@pytest.mark.parametrize(
    "given",
    [
        ([30, 20], [30, 61], {}),
        ([30], [30, 61], {}),
        ([], [], {}),
        ([30, 61], [30, 61], {"alpha": 1.5}),
        ([30, 61], [30, 61], {"sided": 3}),
        ([30, 61], [30, 61], {"futility": [0.0, 0.0]}),
        ([30, 61], [30, 61], {"statistic": "t"}),
    ],
)
def test_looks_that_are_none_are_refused(given) -> None:
    with pytest.raises(AnalysisError, match="DSGN-004"):
        exact_boundaries(given[0], given[1], **given[2])


def test_spending_that_is_none_is_refused() -> None:
    for settings in ({"spending": "Magic"}, {"spending": "user", "user": (0.02, 0.04)}, {"spending": "user"}):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            exact_boundaries([30, 61], [30, 61], **settings)


def test_two_stages_of_simon() -> None:
    """Simon R. Control Clin Trials 1989;10:1-10, Table 1, p0 = 0.05 and p1 = 0.25: optimal 0/9 and 2/24 with alpha and
    beta 0.10: mean size 14.5, chance of an early end 0.63."""
    null = one_sample_operating(OneSample(n=(9, 24), reject=(None, 3), stop=(0, None)), 0.05)
    assert null.expected_n == pytest.approx(14.5, abs=0.05)
    assert null.stops[0] == pytest.approx(0.63, abs=0.005)
    assert null.power <= 0.10
    assert one_sample_operating(OneSample(n=(9, 24), reject=(None, 3), stop=(0, None)), 0.25).power >= 0.90


def test_one_proportion_spends_its_error() -> None:
    design = one_sample_boundaries([20, 40], 0.2, alpha=0.05, spending="LDPocock")
    found = one_sample_operating(design, 0.2)
    assert found.power <= 0.05
    lower = OneSample(n=design.n, reject=(design.reject[0], design.reject[1] - 1), stop=design.stop)
    assert one_sample_operating(lower, 0.2).power > 0.05
    single = one_sample_boundaries([40], 0.2)
    assert single.reject[0] == next(k for k in range(41) if binom.sf(k - 1, 40, 0.2) <= 0.05)
    held = one_sample_boundaries([20, 40], 0.2, stop=[4], binding=True, spending="KimDeMets", parameter=1)
    assert one_sample_operating(held, 0.2).power <= 0.05
    assert one_sample_boundaries([2, 40], 0.5).reject[0] is None
    for given in (([], 0.2), ([20, 10], 0.2), ([20], 1.2)):
        with pytest.raises(AnalysisError, match="DSGN-004"):
            one_sample_boundaries(*given)


@pytest.mark.parametrize("test", ["pooled_z", "unpooled_z", "fisher", "boschloo", "unconditional_z"])
def test_simulated_power_is_that_of_enumeration(test) -> None:
    """200,000 trials: five standard errors are some 0.0045; a right simulator fails less than once in a million."""
    found = simulate_power(0.6, 0.35, 61, 61, test=test, trials=200_000, seed=7)
    assert abs(found.power - exact_power(0.6, 0.35, 61, 61, test=test)) < 5 * found.error
    assert found.estimate == pytest.approx(0.25, abs=0.002) and found.expected_n == 122


def test_simulated_looks_are_those_of_enumeration() -> None:
    design = exact_boundaries([30, 61], [30, 61], sided=1, alpha=0.025, futility=[0.0])
    exact = exact_operating(design, 0.6, 0.35)
    found = simulate_sequential(design, 0.6, 0.35, trials=200_000, seed=3)
    assert abs(found.power - exact.power) < 5 * found.error
    assert found.efficacy == pytest.approx(exact.efficacy, abs=0.006)
    assert found.futility == pytest.approx(exact.futility, abs=0.003)
    assert found.expected_n == pytest.approx(exact.expected_n, abs=0.4)
    again = simulate_sequential(design, 0.6, 0.35, trials=200_000, seed=3)
    assert again == found


def test_simulation_refuses_what_is_no_trial() -> None:
    for call in (
        lambda: simulate_power(1.2, 0.5, 10, 10),
        lambda: simulate_power(0.5, 0.5, 10, 10, trials=0),
    ):
        with pytest.raises(AnalysisError, match="DSGN-001"):
            call()


def test_arrays_of_assumptions_give_arrays() -> None:
    p1 = np.array([0.6, 0.7])
    found = exact_power(p1, 0.35, 61, 61)
    assert found == pytest.approx([exact_power(each, 0.35, 61, 61) for each in p1], abs=1e-12)
    assert exact_rejections(61, 61).shape == (62, 62)
    design = exact_boundaries([30, 61], [30, 61])
    both = exact_operating(design, p1, 0.35)
    assert both.power[1] == pytest.approx(exact_operating(design, 0.7, 0.35).power, abs=1e-12)
    assert both.efficacy.shape == (2, 2)
