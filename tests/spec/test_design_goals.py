"""Superiority, non-inferiority and equivalence of proportions, means and hazards: what must hold of every size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from equipoise.analysis.design import (
    Window,
    boundaries,
    event_probability,
    events_power,
    events_size,
    exact_score_power,
    expected_logrank,
    farrington_manning_n,
    futility_spent,
    hazard_from_median,
    hazard_from_share,
    largest_score_size,
    mean_power,
    mean_size,
    means_power,
    means_size,
    monitored,
    power_of,
    proportions_power,
    proportions_size,
    repeated_interval,
    sequential_size,
    survival_power,
    survival_size,
    time_of_events,
)
from equipoise.analysis.design.constrained import constrained, partner, value
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.proportions import Table2x2, constrained_pair
from equipoise.analysis.estimators.ratios import constrained_by_odds, constrained_by_ratio

GOALS = [
    ("risk_difference", "superiority", None),
    ("risk_difference", "noninferiority", -0.2),
    ("risk_difference", "equivalence", (-0.2, 0.25)),
    ("risk_ratio", "superiority", None),
    ("risk_ratio", "noninferiority", 0.75),
    ("risk_ratio", "equivalence", (0.7, 1.4)),
    ("odds_ratio", "superiority", None),
    ("odds_ratio", "noninferiority", 0.4),
    ("odds_ratio", "equivalence", (0.4, 3.5)),
]


@pytest.mark.parametrize(("measure", "goal", "margin"), GOALS)
@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
def test_the_power_of_a_size_is_the_power_asked_for(measure, goal, margin, ratio: float) -> None:
    settings = {"measure": measure, "goal": goal, "margin": margin}
    size = proportions_size(0.72, 0.66, ratio=ratio, power=0.85, loss=0.1, **settings)
    assert proportions_power(0.72, 0.66, *size.exact, **settings) == pytest.approx(0.85, abs=1e-7)
    assert size.power >= 0.85 and size.exact[1] == pytest.approx(ratio * size.exact[0])
    assert all(whole >= exact > whole - 1 for whole, exact in zip(size.groups, size.exact, strict=True))
    assert all(each * 0.9 >= kept - 1e-9 for each, kept in zip(size.randomised, size.groups, strict=True))
    assert size.total == sum(size.groups) and size.randomised_total == sum(size.randomised)


@pytest.mark.parametrize(("measure", "goal", "margin"), [*GOALS[:3], *GOALS[4:6], *GOALS[7:]])
def test_the_formula_is_near_the_exact_power_in_a_large_trial(measure, goal, margin) -> None:
    settings = {"measure": measure, "goal": goal, "margin": margin}
    formula = proportions_power(0.7, 0.65, 150, 150, **settings)
    exact = exact_score_power(0.7, 0.65, 150, 150, **settings)
    assert exact == pytest.approx(formula, abs=0.02)


@pytest.mark.parametrize(("measure", "goal", "margin"), GOALS)
def test_the_exact_size_at_the_margin_is_near_the_level(measure, goal, margin) -> None:
    size, at = largest_score_size(150, 150, measure=measure, goal=goal, margin=margin)
    assert 0.01 < size < 0.06 and 0 <= at <= 1


def test_the_margin_of_a_difference_is_that_of_farrington_and_manning() -> None:
    ours = proportions_size(0.75, 0.75, goal="noninferiority", margin=-0.15, power=0.9, ratio=2.0)
    assert ours.exact[0] == pytest.approx(
        farrington_manning_n(0.75, 0.75, margin=-0.15, power=0.9, ratio=2.0), abs=1e-6
    )


def test_fewer_events_wanted_turns_the_direction() -> None:
    """Where events are bad, the margin lies above no effect; swapping events and non-events changes nothing."""
    low = proportions_size(0.25, 0.25, goal="noninferiority", margin=0.15)
    high = proportions_size(0.75, 0.75, goal="noninferiority", margin=-0.15)
    assert low.exact == pytest.approx(high.exact, rel=1e-9)
    one = proportions_power(0.3, 0.5, 80, 60)
    assert one == pytest.approx(proportions_power(0.5, 0.3, 60, 80), abs=1e-12)


def test_arrays_of_assumptions() -> None:
    p1 = np.array([[0.6], [0.7]])
    n = np.array([50, 100, 150])
    found = proportions_power(p1, 0.5, n, n, measure="risk_ratio", goal="equivalence", margin=(0.7, 1.45))
    assert found.shape == (2, 3)
    alone = proportions_power(
        0.7, 0.5, 150, 150, measure="risk_ratio", goal="equivalence", margin=(0.7, 1.45)
    )
    assert found[1, 2] == pytest.approx(alone, abs=1e-12)
    assert means_power(np.array([0.2, 0.5]), 60, 60).shape == (2,)
    assert mean_power(0.5, np.array([20, 40])).shape == (2,)
    events = events_power(np.array([0.6, 0.7, 1.2]), np.array([[100], [200]]))
    assert (
        events.shape == (2, 3)
        and events[1, 1] == pytest.approx(events_power(0.7, 200))
        and events[0, 2] < 0.025
    )


def test_constrained_pairs_are_those_of_the_estimators() -> None:
    for x1, x2 in ((3, 9), (10, 1), (0, 5), (12, 20)):
        table = Table2x2(x1=x1, n1=12, x2=x2, n2=20)
        p1, p2, ratio = np.float64(table.p1), np.float64(table.p2), np.float64(20 / 12)
        assert constrained(p1, p2, ratio, "risk_difference", np.float64(-0.1)) == pytest.approx(
            constrained_pair(table.p1, table.p2, 20 / 12, -0.1), abs=1e-9
        )
        assert constrained(p1, p2, ratio, "risk_ratio", np.float64(0.8)) == pytest.approx(
            constrained_by_ratio(table, 0.8), abs=1e-12
        )
        if 0 < x1 + x2 < 32:
            assert constrained(p1, p2, ratio, "odds_ratio", np.float64(0.4)) == pytest.approx(
                constrained_by_odds(table, 0.4), abs=1e-12
            )


def test_the_partner_of_a_proportion_has_the_null_value() -> None:
    for measure, null in (("risk_difference", 0.2), ("risk_ratio", 1.4), ("odds_ratio", 2.5)):
        first = partner(np.array([0.3, 0.9]), measure, null)
        assert value(first[0], np.float64(0.3), measure) == pytest.approx(null)
    assert math.isnan(partner(np.array([0.9]), "risk_difference", 0.2)[0])


@pytest.mark.parametrize(
    ("goal", "margin"), [("superiority", None), ("noninferiority", -2.0), ("equivalence", (-4.0, 5.0))]
)
@pytest.mark.parametrize("distribution", ["t", "normal"])
def test_means_reach_their_power(goal, margin, distribution) -> None:
    for sd in (10.0, (8.0, 12.0)):
        for ratio in (0.5, 2.0):
            size = means_size(
                1.5, sd=sd, goal=goal, margin=margin, ratio=ratio, distribution=distribution, correlation=0.5
            )
            settings = {
                "sd": sd,
                "goal": goal,
                "margin": margin,
                "distribution": distribution,
                "correlation": 0.5,
            }
            assert means_power(1.5, *size.exact, **settings) == pytest.approx(0.8, abs=1e-7)
            assert size.power >= 0.8
    one = mean_size(1.5, sd=10, goal=goal, margin=margin, distribution=distribution)
    assert one.power >= 0.8 and len(one.groups) == 1


def test_equivalence_of_means_agrees_with_simulation() -> None:
    random = np.random.default_rng(5)
    a, b = random.normal(2, 10, (100_000, 10)), random.normal(0, 10, (100_000, 10))
    difference = a.mean(1) - b.mean(1)
    error = np.sqrt((a.var(1, ddof=1) + b.var(1, ddof=1)) / 10)
    both = ((difference + 12) / error > 1.7340636) & ((difference - 12) / error < -1.7340636)
    found = means_power(2, 10, 10, sd=10, goal="equivalence", margin=(-12.0, 12.0), alpha=0.05)
    assert found == pytest.approx(both.mean(), abs=0.008)


def test_equivalence_without_a_difference_has_a_closed_form() -> None:
    """Both tests at 2.5% and no difference: n = 2 (z(1 - beta / 2) + z(1 - alpha))^2 sd^2 / margin^2."""
    size = means_size(0, goal="equivalence", margin=(-0.5, 0.5), power=0.9, distribution="normal")
    assert size.exact[0] == pytest.approx(2 * (1.6448536 + 1.9599640) ** 2 / 0.25, rel=1e-6)
    exact = means_size(0, goal="equivalence", margin=(-0.5, 0.5), power=0.9)
    assert size.exact[0] < exact.exact[0] < size.exact[0] + 1.5


def test_a_baseline_saves_its_share_of_the_variance() -> None:
    plain = means_size(5, sd=10, distribution="normal").exact[0]
    adjusted = means_size(5, sd=10, distribution="normal", correlation=0.6).exact[0]
    assert adjusted == pytest.approx(plain * (1 - 0.36), rel=1e-9)


def test_a_published_plan_of_two_means() -> None:
    """NCT05638204's public plan: difference 3, standard deviations 7.58 and 8.17, power 80%: 109 an arm; 15% lost."""
    size = means_size(3, sd=(7.58, 8.17), loss=0.15, distribution="normal")
    assert size.groups == (109, 109) and size.total == 218
    assert means_size(3, sd=(7.58, 8.17), loss=0.15).randomised_total == 260


@pytest.mark.parametrize("method", ["schoenfeld", "freedman", "lakatos"])
def test_times_reach_their_power_both_ways(method) -> None:
    window = Window(accrual=((6, 1.0), (18, 4.0)), follow_up=6, longest=15)
    second = ((0.0, 0.05), (6.0, 0.02))
    lost = (0.01, ((0.0, 0.02), (3.0, 0.005)))
    found = survival_size(second, 0.6, window, ratio=0.5, dropout=lost, loss=0.05, method=method)
    first = tuple((start, 0.6 * rate) for start, rate in second)
    power = survival_power(first, second, *found.size.exact, window, dropout=lost, method=method)
    assert power == pytest.approx(0.8, abs=1e-6)
    assert found.duration == 24 and found.events == pytest.approx(
        found.size.groups[0] * found.chances[0] + found.size.groups[1] * found.chances[1]
    )
    assert found.size.randomised_total > found.size.total


def test_margins_of_hazards() -> None:
    assert events_size(1.0, goal="noninferiority", margin=1.3) == pytest.approx(
        4 * (1.959964 + 0.841621) ** 2 / math.log(1.3) ** 2, rel=1e-5
    )
    assert events_power(1.0, 300, goal="equivalence", margin=(0.7, 1 / 0.7)) == pytest.approx(
        0.7410733, abs=1e-6
    )
    assert events_power(1.4, 200) == pytest.approx(events_power(1 / 1.4, 200), abs=1e-12)


def test_the_expected_logrank_statistic_agrees_with_simulation() -> None:
    """A late effect: the hazard falls to a third after 6 months. 1,500 trials; five standard errors are 0.06."""
    first, second = ((0.0, 0.08), (6.0, 0.02)), 0.08
    window = Window(accrual=12, follow_up=12)
    random = np.random.default_rng(11)
    rejected = [_logrank(random, first, second, 60, window) < -1.959964 for _ in range(1500)]
    found = survival_power(first, second, 60, 60, window)
    assert found == pytest.approx(np.mean(rejected), abs=0.06)
    mean, variance = expected_logrank(second, second, 60, 60, window)
    assert mean == pytest.approx(0.0, abs=1e-12)
    assert variance == pytest.approx(120 * event_probability(second, window) / 4, rel=1e-9)


def _logrank(random: np.random.Generator, first, second: float, n: int, window: Window) -> float:
    """The statistic of one simulated trial; negative where the first group has fewer events than expected."""
    early = random.exponential(1 / first[0][1], n)
    late = first[1][0] + random.exponential(1 / first[1][1], n)
    times = np.concatenate([np.where(early < first[1][0], early, late), random.exponential(1 / second, n)])
    seen = window.duration - random.uniform(0, 12, 2 * n)
    event, time = times <= seen, np.minimum(times, seen)
    order = np.argsort(time)
    group, event = (np.arange(2 * n) < n)[order], event[order]
    at_risk, ours = np.arange(2 * n, 0, -1), np.cumsum(group[::-1])[::-1]
    share = ours / at_risk
    return float((event * (group - share)).sum() / np.sqrt((event * share * (1 - share)).sum()))


def test_hazards_from_what_clinicians_say() -> None:
    assert 1 - math.exp(-hazard_from_median(10) * 10) == pytest.approx(0.5)
    assert 1 - math.exp(-hazard_from_share(0.3, 12) * 12) == pytest.approx(0.3)


def test_an_early_end_spends_all_that_is_left_and_keeps_the_error() -> None:
    for design in ("LDOF", "OF", "Pocock", "user"):
        user = (lambda alpha, t: alpha * t) if design == "user" else None
        plan = boundaries(design, [0.4, 0.7, 1.0], futility=[0.0, None], binding=design == "LDOF", user=user)
        for seen in ([0.35, 0.8, 0.9], [0.45, 0.7, 1.2], [0.5, 0.6]):
            assert power_of(monitored(plan, seen), 0.0) == pytest.approx(
                0.025, abs=1e-8 if design == "LDOF" else 4e-3
            )
    plan = boundaries("LDOF", [0.5, 1.0])
    going = monitored(plan, [0.4, 0.6, 0.8], final=False)
    assert power_of(going, 0.0) < 0.025
    assert monitored(boundaries("OF", [0.5, 1.0]), [0.45], final=False).efficacy == pytest.approx(
        (2.79651,), abs=1e-5
    )


def test_refusals_of_monitoring() -> None:
    plan = boundaries("OF", [0.5, 1.0])
    for seen in ([], [0.6, 0.5], [0.2, 0.5, 1.0]):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            monitored(plan, seen)
    for given in (("OF", {}), ("LDOF", {"beta": 0.99})):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            futility_spent(given[0], [0.5, 1.0], **given[1])


def test_futility_that_spends_little_has_no_bound_and_much_meets_efficacy() -> None:
    early, _ = futility_spent("LDOF", [0.01, 0.5, 1.0], beta_design="KimDeMets", beta_parameter=12)
    assert early.futility[0] is None
    late, drift = futility_spent("KimDeMets", [0.97, 1.0], parameter=1.0, beta_design="LDOF")
    assert late.futility[0] <= late.efficacy[0] and power_of(late, drift) == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: proportions_size(1.2, 0.5), "DSGN-001"),
        (lambda: proportions_power(0.6, 0.5, 0, 10), "DSGN-001"),
        (lambda: proportions_power(0.6, 0.5, 10, 10, alpha=1.0), "DSGN-001"),
        (lambda: proportions_size(0.6, 0.5, power=1.0), "DSGN-001"),
        (lambda: proportions_size(0.5, 0.5), "DSGN-002"),
        (lambda: proportions_size(0.5, 0.6, margin=0.0, goal="noninferiority"), "DSGN-002"),
        (lambda: proportions_size(0.3, 0.6, margin=-0.1, goal="noninferiority"), "DSGN-002"),
        (lambda: proportions_size(0.3, 0.6, margin=0.2, goal="equivalence"), "DSGN-002"),
        (lambda: proportions_size(0.6, 0.3, margin=(0.1, 0.2), goal="superiority"), "DSGN-002"),
        (lambda: proportions_size(0.6, 0.5, margin=(-0.1, 0.05), goal="equivalence"), "DSGN-002"),
        (lambda: exact_score_power(0.6, 0.5, 0, 10), "DSGN-001"),
        (lambda: means_size(5, sd=0), "DSGN-001"),
        (lambda: means_power(5, 10, 10, correlation=1.0), "DSGN-001"),
        (lambda: means_size(-5, goal="noninferiority", margin=-2.0), "DSGN-002"),
        (lambda: means_size(1e-7, sd=10), "DSGN-003"),
        (lambda: events_size(1.0), "DSGN-002"),
        (lambda: events_power(-1.0, 10), "DSGN-001"),
        (lambda: survival_size(0.1, 0.6, Window(accrual=0, follow_up=0)), "DSGN-001"),
        (lambda: survival_size(((1, 0.1),), 0.6, Window(accrual=1, follow_up=1)), "DSGN-001"),
        (lambda: survival_size(-0.1, 0.6, Window(accrual=1, follow_up=1)), "DSGN-001"),
        (lambda: hazard_from_share(1.0, 12), "DSGN-001"),
        (
            lambda: sequential_size(
                means_size(5, sd=10), monitored(boundaries("OF", [0.5, 1.0]), [0.5, 0.9])
            ),
            "DSGN-004",
        ),
        (
            lambda: time_of_events(90, 0.1, 0.2, 50, 50, Window(accrual=1, follow_up=1)),
            "DSGN-003",
        ),
        (lambda: repeated_interval(boundaries("OF", [0.5, 1.0]), 3, 1.0), "ANAL-014"),
        (
            lambda: survival_size(
                0.1, 1.0, Window(accrual=1, follow_up=1), goal="noninferiority", margin=1.3, method="lakatos"
            ),
            "DSGN-002",
        ),
        (
            lambda: survival_power(
                ((0, 0.1), (3, 0.2)), 0.1, 50, 50, Window(accrual=1, follow_up=9), method="schoenfeld"
            ),
            "DSGN-001",
        ),
    ],
)
def test_what_is_no_design_is_refused_with_its_reason(call, code: str) -> None:
    with pytest.raises(AnalysisError, match=code):
        call()
