"""Sizes, powers and boundaries against R's rpact 3.3.4 (R 4.2.2, Debian 12); each number names its call.

Shared by all: design = getDesignGroupSequential(kMax=1, alpha=0.025, beta=0.2, sided=1). rpact's allocation ratio is
n1 / n2, ours n2 / n1.
"""

from __future__ import annotations

import math

import pytest

from equipoise.analysis.design import (
    Window,
    boundaries,
    conditional_power,
    event_probability,
    events_power,
    events_size,
    expected_events,
    futility_spent,
    hazard_from_median,
    hazard_from_share,
    mean_size,
    means_power,
    means_size,
    monitored,
    power,
    proportions_power,
    proportions_size,
    repeated_interval,
    sample_size,
    sequential_size,
    stagewise,
    survival_size,
    time_of_events,
)


@pytest.mark.parametrize(
    ("given", "settings", "expected"),
    [
        # getSampleSizeRates(design, pi1=0.75, pi2=0.75, thetaH0=-0.15)
        ((0.75, 0.75), {"goal": "noninferiority", "margin": -0.15}, (131.4048818, 131.4048818)),
        # getSampleSizeRates(design, pi1=0.8, pi2=0.75, thetaH0=-0.1, allocationRatioPlanned=2)
        ((0.8, 0.75), {"goal": "noninferiority", "margin": -0.1, "ratio": 0.5}, (169.49604635, 84.74802317)),
        # getSampleSizeRates(design, pi1=0.3, pi2=0.3, riskRatio=TRUE, thetaH0=1.5)
        ((0.3, 0.3), {"goal": "noninferiority", "margin": 1.5, "measure": "risk_ratio"}, (226.2910677,) * 2),
        # getSampleSizeRates(design, pi1=0.75, pi2=0.75, riskRatio=TRUE, thetaH0=0.8)
        (
            (0.75, 0.75),
            {"goal": "noninferiority", "margin": 0.8, "measure": "risk_ratio"},
            (112.3767586,) * 2,
        ),
        # getSampleSizeRates(design, pi1=0.6, pi2=0.4, riskRatio=TRUE, thetaH0=1, allocationRatioPlanned=0.5)
        ((0.6, 0.4), {"measure": "risk_ratio", "ratio": 2.0}, (72.46525394, 144.93050789)),
    ],
)
def test_sizes_of_proportions(
    given: tuple[float, float], settings: dict, expected: tuple[float, float]
) -> None:
    assert proportions_size(*given, **settings).exact == pytest.approx(expected, abs=1e-6)


def test_unequal_groups_of_the_pooled_formula() -> None:
    """getSampleSizeRates(getDesignGroupSequential(kMax=1, alpha=0.025, beta=0.1, sided=1), pi1=0.6, pi2=0.35,
    allocationRatioPlanned=2), then pi1=0.25, pi2=0.4, allocationRatioPlanned=0.5; getPowerRates with 80 and 40."""
    assert sample_size(0.6, 0.35, power=0.9, ratio=0.5) == pytest.approx(122.307858793, abs=1e-7)
    assert sample_size(0.25, 0.4, power=0.9, ratio=2.0) == pytest.approx(153.033259149, abs=1e-7)
    assert proportions_size(0.25, 0.4, power=0.9, ratio=2.0).exact[1] == pytest.approx(
        306.066518297, abs=1e-6
    )
    assert power(0.6, 0.35, 80, 40) == pytest.approx(0.741281190973, abs=1e-9)


def test_powers_of_proportions() -> None:
    """getPowerRates(design, ..., directionUpper=TRUE) with 150 and 50, then with 150 and 150 participants."""
    found = proportions_power(0.75, 0.75, 150, 50, goal="noninferiority", margin=-0.15)
    assert found == pytest.approx(0.6439254824, abs=1e-9)
    found = proportions_power(0.75, 0.7, 150, 150, measure="risk_ratio", goal="noninferiority", margin=0.8)
    assert found == pytest.approx(0.9806726108, abs=1e-9)


def test_sizes_and_powers_of_means() -> None:
    """getSampleSizeMeans and getPowerMeans(design, alternative=5, stDev=10), t unless said.

    rpact's search for a size by t ends within 2e-5 of it."""
    assert means_size(5, sd=10).exact[0] == pytest.approx(63.76578422, abs=1e-4)
    assert means_size(5, sd=10, distribution="normal").exact[0] == pytest.approx(62.79103787, abs=1e-7)
    assert means_size(5, sd=10, ratio=0.5).exact == pytest.approx((95.48404942, 47.74202471), abs=1e-4)
    # alternative=0, thetaH0=-4
    found = means_size(0, sd=10, goal="noninferiority", margin=-4.0).exact[0]
    assert found == pytest.approx(99.08055161, abs=1e-4)
    # groups=1
    assert mean_size(5, sd=10).exact == pytest.approx((33.36720424,), abs=1e-4)
    # maxNumberOfSubjects=122; then 90 with allocationRatioPlanned=2
    assert means_power(5, 61, 61, sd=10) == pytest.approx(0.7820732436, abs=1e-9)
    assert means_power(5, 60, 30, sd=10) == pytest.approx(0.5993459931, abs=1e-9)


@pytest.mark.parametrize(
    ("method", "ratio", "events", "first"),
    [
        ("schoenfeld", 1.0, 169.1806629, 143.3054694),
        ("schoenfeld", 0.5, 190.3282458, 227.6507676),
        ("freedman", 1.0, 174.4373476, 147.7581748),
        ("freedman", 0.5, 169.4717298, 202.7043817),
    ],
)
def test_events_and_participants(method, ratio: float, events: float, first: float) -> None:
    """getSampleSizeSurvival(design, lambda2=log(2)/12, hazardRatio=0.65, accrualTime=c(0, 18), followUpTime=12,
    dropoutRate1=0.05, dropoutRate2=0.05 (0.1 where allocationRatioPlanned=2), dropoutTime=12)."""
    lost = hazard_from_share(0.05, 12), hazard_from_share(0.05 if ratio == 1 else 0.1, 12)
    found = survival_size(
        hazard_from_median(12),
        0.65,
        Window(accrual=18, follow_up=12),
        ratio=ratio,
        dropout=lost,
        method=method,
    )
    assert events_size(0.65, ratio=ratio, method=method) == pytest.approx(events, abs=1e-6)
    assert found.size.exact[0] == pytest.approx(first, abs=1e-6)


def test_events_over_calendar_time() -> None:
    """getEventProbabilities(time=c(6, 12, 20, 30), accrualTime=c(0, 18), lambda2=log(2)/12, hazardRatio=0.65,
    dropoutRate1=0.05, dropoutRate2=0.05, dropoutTime=12)$overallEventProbabilities; then getSampleSizeSurvival(d, ...,
    followUpTime=12) with "asOF" at 0.5 and 1: maxNumberOfEvents, maxNumberOfSubjects and analysisTime."""
    window, second = Window(accrual=18, follow_up=12), hazard_from_median(12)
    lost = hazard_from_share(0.05, 12)
    settings = {"dropout": (lost, lost)}
    found = [
        expected_events(0.65 * second, second, 0.5, 0.5, window, until=at, **settings)
        for at in (6, 12, 20, 30)
    ]
    expected = [0.0429041813975, 0.155447182943, 0.376625893629, 0.590279853375]
    assert found == pytest.approx(expected, abs=1e-9)
    size = survival_size(second, 0.65, window, **settings).size
    looks = sequential_size(size, boundaries("LDOF", [0.5, 1.0]))
    events = events_size(0.65) * looks.inflation
    assert (events, sum(looks.looks[-1])) == pytest.approx((169.810865939, 287.678573084), abs=1e-4)
    half = time_of_events(events / 2, 0.65 * second, second, *looks.looks[-1], window, **settings)
    assert half == pytest.approx(17.222993653, abs=1e-6)


def test_hazards_and_accrual_in_pieces() -> None:
    """getSampleSizeSurvival(design, piecewiseSurvivalTime=c(0, 6, 12), lambda2=c(0.05, 0.03, 0.01), hazardRatio=0.6,
    accrualTime=c(0, 12), followUpTime=12); getEventProbabilities(time=30, accrualTime=c(0, 18), ...) and (time=24,
    accrualTime=c(0, 6, 12), accrualIntensity=c(5, 15), lambda2=0.04, hazardRatio=1); getPowerSurvival(design, ...,
    maxNumberOfEvents=170)."""
    hazard = ((0, 0.05), (6, 0.03), (12, 0.01))
    found = survival_size(hazard, 0.6, Window(accrual=12, follow_up=12))
    assert found.size.exact[0] == pytest.approx(173.4916719, abs=1e-6)
    window = Window(accrual=18, follow_up=12)
    lost = hazard_from_share(0.05, 12)
    seen = event_probability(0.65 * math.log(2) / 12, window, dropout=lost)
    assert seen == pytest.approx(0.5158671099, abs=1e-9)
    late = Window(accrual=((6, 30), (12, 90)), follow_up=12)
    assert event_probability(0.04, late) == pytest.approx(0.4792158567, abs=1e-9)
    assert events_power(0.65, 170) == pytest.approx(0.8018915542, abs=1e-9)


@pytest.mark.parametrize(
    ("design", "settings", "expected"),
    [
        ("LDOF", {}, (3.928572543, 3.148975886, 1.964792378)),  # typeOfDesign="asOF"
        ("Pocock", {}, (2.29567291, 2.29567291, 2.29567291)),  # "P"
        ("WT", {"parameter": 0.25}, (2.768106629, 2.501266696, 2.048628117)),  # "WT", deltaWT=0.25
        ("HSD", {"parameter": -2}, (2.724812317, 2.681625403, 2.023108877)),  # "asHSD", gammaA=-2
        ("KimDeMets", {"parameter": 2}, (2.840803718, 2.672521022, 2.012396611)),  # "asKD", gammaA=2
        ("LDPocock", {}, (2.311835304, 2.442187317, 2.202343382)),  # "asP"
    ],
)
def test_looks_at_unequal_times(design: str, settings: dict, expected: tuple[float, ...]) -> None:
    """getDesignGroupSequential(typeOfDesign=..., alpha=0.025, informationRates=c(0.3, 0.45, 1))."""
    found = boundaries(design, [0.3, 0.45, 1.0], **settings)
    assert found.efficacy == pytest.approx(expected, abs=3e-6)


def test_participants_of_looks() -> None:
    """getSampleSizeRates(d, pi1=0.4, pi2=0.6) with d = getDesignGroupSequential(typeOfDesign="OF", beta=0.1,
    informationRates=c(0.5, 0.75, 1), futilityBounds=c(0, 0.5), bindingFutility=FALSE): numberOfSubjects and
    expectedNumberOfSubjects H1, H01, H0 (also printed in rpact's vignette on planning binary endpoints); then
    getSampleSizeMeans(d, alternative=5, stDev=10, normalApproximation=TRUE) with "asOF" at 0.5 and 1."""
    bounds = boundaries("OF", [0.5, 0.75, 1.0], futility=[0.0, 0.5])
    found = sequential_size(proportions_size(0.4, 0.6, power=0.9, loss=0.1), bounds)
    assert [sum(each) for each in found.looks] == pytest.approx(
        [133.1326797, 199.6990195, 266.2653594], abs=1e-4
    )
    assert found.expected == pytest.approx((198.2875564, 228.8316212, 184.2784356), abs=1e-4)
    assert found.groups == (134, 134) and found.total == 268 and found.randomised == (149, 149)
    means = sequential_size(means_size(5, sd=10, distribution="normal"), boundaries("LDOF", [0.5, 1.0]))
    assert sum(means.looks[-1]) == pytest.approx(126.0498727, abs=1e-5)
    assert means.expected == pytest.approx((115.7096, 124.5117035, 125.9537393), abs=1e-4)


def test_intervals_that_may_be_repeated() -> None:
    """getRepeatedConfidenceIntervals(d, getDataset(n=c(30, 30), means=c(4, 3), stDevs=c(10, 10)),
    normalApproximation=TRUE) with "asOF" at 0.5 and 1: the first stage, on the scale of the mean."""
    plan = boundaries("LDOF", [0.5, 1.0])
    to_mean = math.sqrt(0.5) * 10 / math.sqrt(30)
    low, high = repeated_interval(plan, 1, 4 / 10 * math.sqrt(30))
    assert (low * to_mean, high * to_mean) == pytest.approx((-1.408920997, 9.408921028), abs=1e-6)


@pytest.mark.parametrize(
    ("design", "second", "p", "median", "low", "high"),
    [
        ("LDOF", 6, 0.00169733919947, 4.34036276786, 1.56466497082, 6.94748988488),
        ("LDOF", 2, 0.0260393870876, 2.49483452443, -0.0224910426629, 5.00871822002),
        ("Pocock", 6, 0.0147604509807, 3.75247018187, 0.393560818217, 6.63538669483),
        ("Pocock", 2, 0.0341960740156, 2.42626770825, -0.189648905022, 4.96901004771),
    ],
)
def test_inference_after_the_last_look(
    design: str, second: int, p: float, median: float, low: float, high: float
) -> None:
    """getFinalConfidenceInterval(d, getDataset(n=c(30, 30), means=c(3, second), stDevs=c(10, 10)),
    normalApproximation=TRUE) and getFinalPValue, with "asOF" and "P" at 0.5 and 1; rpact's roots end at 1e-6."""
    mean = (3 + second) / 2
    squares = 2 * 29 * 100 + 30 * (3 - mean) ** 2 + 30 * (second - mean) ** 2
    error = math.sqrt(squares / 59 / 60)
    found = stagewise(boundaries(design, [0.5, 1.0]), 2, mean / error)
    assert found.p_value == pytest.approx(p, abs=1e-9)
    assert found.estimate * error == pytest.approx(median, abs=1e-5)
    assert (found.lower * error, found.upper * error) == pytest.approx((low, high), abs=5e-6)


@pytest.mark.parametrize(("design", "expected"), [("LDOF", 0.692279018786), ("Pocock", 0.581523853893)])
def test_conditional_power(design: str, expected: float) -> None:
    """getConditionalPower(getStageResults(d, getDataset(n=30, means=3, stDevs=10), normalApproximation=TRUE),
    nPlanned=30, thetaH1=3, assumedStDev=10), with "asOF" and "P" at 0.5 and 1."""
    critical = boundaries(design, [0.5, 1.0]).efficacy[1]
    found = conditional_power(0.3 * math.sqrt(30), 0.5, critical, drift=0.3 * math.sqrt(60))
    assert found == pytest.approx(expected, abs=1e-7)


def test_spending_of_ones_own() -> None:
    """getDesignGroupSequential(typeOfDesign="asUser", alpha=0.025, informationRates=c(0.3, 0.7, 1),
    userAlphaSpending=c(0.005, 0.012, 0.025))."""
    found = boundaries("user", [0.3, 0.7, 1.0], user=(0.005, 0.012, 0.025))
    assert found.efficacy == pytest.approx((2.575829304, 2.395744704, 2.081561439), abs=1e-7)
    same = boundaries("user", [0.3, 0.7, 1.0], user=lambda alpha, t: alpha * t**2)
    assert same.efficacy == pytest.approx(
        boundaries("KimDeMets", [0.3, 0.7, 1.0], parameter=2).efficacy, abs=1e-9
    )


def test_running_under_and_over() -> None:
    """A design of Lan and DeMets at one half and 1 that ends at 0.9, and at 1.15: "asUser" with informationRates
    c(0.5, 0.9) / 0.9 and c(0.5, 1.15) / 1.15, and the error of "asOF" spent at 0.5."""
    plan = boundaries("LDOF", [0.5, 1.0])
    assert monitored(plan, [0.5, 0.9]).efficacy == pytest.approx((2.962588043, 1.966730691), abs=1e-8)
    assert monitored(plan, [0.5, 1.15]).efficacy == pytest.approx((2.962588043, 1.970870577), abs=1e-8)


@pytest.mark.parametrize(
    ("settings", "efficacy", "futility", "shift"),
    [
        # typeOfDesign="asOF", typeBetaSpending="bsOF", beta=0.2, informationRates=c(1/3, 2/3, 1), bindingFutility=FALSE
        ({}, (3.7103028733, 2.5114274845, 1.9930474833), (-0.2361446099, 1.1703720312), 8.6677849321),
        # the same with bindingFutility=TRUE
        (
            {"binding": True},
            (3.7103028733, 2.5111084357, 1.9309157208),
            (-0.2700055638, 1.1224846072),
            8.3258870126,
        ),
    ],
)
def test_futility_that_spends_the_second_error(settings: dict, efficacy, futility, shift: float) -> None:
    found, drift = futility_spent("LDOF", [1 / 3, 2 / 3, 1.0], **settings)
    assert found.efficacy == pytest.approx(efficacy, abs=1e-6)
    assert found.futility[:-1] == pytest.approx(futility, abs=1e-6) and found.futility[-1] is None
    assert drift**2 == pytest.approx(shift, abs=2e-6)


def test_futility_of_hwang_shih_and_decani() -> None:
    """typeOfDesign="asHSD", gammaA=-4, beta=0.1, informationRates=c(0.5, 0.75, 1), typeBetaSpending="bsHSD",
    gammaB=-2, bindingFutility=TRUE."""
    found, drift = futility_spent(
        "HSD", [0.5, 0.75, 1.0], beta=0.1, parameter=-4, beta_design="HSD", beta_parameter=-2, binding=True
    )
    assert found.efficacy == pytest.approx((2.749965932, 2.431244709, 1.964902155), abs=1e-6)
    assert found.futility[:-1] == pytest.approx((0.425126269, 1.174887797), abs=1e-6)
    assert drift**2 == pytest.approx(11.079467798, abs=2e-6)
