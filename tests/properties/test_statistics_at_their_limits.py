"""Estimators and designs where numbers run out: nobody, everybody, one participant, a million, looks close together.

Every function gives an answer, a bound that is said to be infinite, or a coded refusal; never NaN, a warning or a
traceback. Swapping the arms or counting those without the event turns an interval round and changes nothing else.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest

from equipoise.analysis.design import (
    Window,
    boundaries,
    detectable,
    drift_for,
    event_probability,
    events_power,
    events_size,
    exact_boundaries,
    exact_operating,
    exact_power,
    exact_score_power,
    expected_events,
    farrington_manning_n,
    farrington_manning_power,
    inflated,
    inflation,
    largest_score_size,
    largest_size,
    mean_power,
    means_power,
    monitored,
    one_sample_boundaries,
    operating,
    power,
    power_of,
    proportions_size,
    sample_size,
    stagewise,
    survival_power,
    survival_size,
)
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators import rates
from equipoise.analysis.estimators.imputation import rubin
from equipoise.analysis.estimators.proportions import (
    Table2x2,
    constrained,
    mee,
    miettinen_nurminen,
    newcombe,
    newcombe_corrected,
    skewness_corrected,
    wald,
)
from equipoise.analysis.estimators.ratios import (
    constrained_by_ratio,
    odds_ratio,
    odds_ratio_score,
    risk_ratio,
    risk_ratio_score,
)
from equipoise.simulation.sufficient import simulate_power

pytestmark = pytest.mark.filterwarnings("error")

DIFFERENCES = (wald, newcombe, newcombe_corrected, mee, miettinen_nurminen)
RATIOS = (risk_ratio, odds_ratio, risk_ratio_score, odds_ratio_score)
SIZES = ((1, 1), (1, 2), (2, 5), (3, 20), (10, 10), (1, 10**6), (10**6, 20), (10**6, 10**6))


def tables() -> list[Table2x2]:
    found = []
    for n1, n2 in SIZES:
        counts = ({0, 1, n // 2, n - 1, n} for n in (n1, n2))
        found += [Table2x2(x1=x1, n1=n1, x2=x2, n2=n2) for x1, x2 in itertools.product(*counts)]
    return found


def swapped(table: Table2x2) -> Table2x2:
    return Table2x2(x1=table.x2, n1=table.n2, x2=table.x1, n2=table.n1)


def without(table: Table2x2) -> Table2x2:
    return Table2x2(x1=table.n1 - table.x1, n1=table.n1, x2=table.n2 - table.x2, n2=table.n2)


@pytest.mark.parametrize("method", DIFFERENCES)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999999])
def test_intervals_of_differences_turn_round(method: Callable, confidence: float) -> None:
    for table in tables():
        found = method(table, confidence)
        assert -1 <= found.lower <= table.difference + 1e-9, table
        assert table.difference - 1e-9 <= found.upper <= 1, table
        for other in (method(swapped(table), confidence), method(without(table), confidence)):
            assert (-other.upper, -other.lower) == pytest.approx((found.lower, found.upper), abs=1e-9), table


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999999])
def test_the_interval_corrected_for_skewness_is_one(confidence: float) -> None:
    for table in tables():
        found = skewness_corrected(table, confidence)
        assert -1 <= found.lower <= found.upper <= 1
        if max(table.n1, table.n2) < 1000:
            other = skewness_corrected(swapped(table), confidence)
            assert (-other.upper, -other.lower) == pytest.approx((found.lower, found.upper), abs=1e-6), table


@pytest.mark.parametrize("method", RATIOS)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999999])
def test_intervals_of_ratios_turn_round(method: Callable, confidence: float) -> None:
    for table in tables():
        found, other = method(table, confidence), method(swapped(table), confidence)
        lower, upper = found.interval.lower, found.interval.upper
        assert 0 <= lower <= upper
        assert math.isnan(found.estimate) or lower * (1 - 1e-9) <= found.estimate <= upper * (1 + 1e-9), table
        assert (lower == 0) == (other.interval.upper == math.inf), table
        if lower > 0:
            assert lower * other.interval.upper == pytest.approx(1, rel=1e-6), table


def test_an_odds_ratio_without_an_upper_bound_says_so() -> None:
    for counts in ((1, 1, 2, 5), (2, 2, 1, 5), (5, 5, 1, 20), (61, 61, 30, 61)):
        x1, n1, x2, n2 = counts
        assert odds_ratio_score(Table2x2(x1=x1, n1=n1, x2=x2, n2=n2)).interval.upper == math.inf


def test_the_likeliest_proportions_are_where_the_likelihood_is_flat() -> None:
    """Or at an end of what is possible, where it still rises towards the end; also with a millionth."""
    for table, d in itertools.product(tables(), (-0.9, -0.3, -1e-5, 1e-6, 0.02, 0.5)):
        first, second = constrained(table, d)
        low, high = max(0.0, d), min(1.0, 1 + d)
        assert low <= first <= high
        if low < first < high and 0 < second < 1:
            pulls = [
                (x - n * p) / (p * (1 - p))
                for x, n, p in ((table.x1, table.n1, first), (table.x2, table.n2, second))
            ]
            scale = table.n1 / (first * (1 - first)) + table.n2 / (second * (1 - second))
            assert abs(sum(pulls)) <= 1e-9 * scale, (table, d)


def test_the_likeliest_proportions_with_a_ratio_keep_their_digits() -> None:
    table = Table2x2(x1=10**6, n1=10**6, x2=1, n2=1)
    assert constrained_by_ratio(table, 1.0) == pytest.approx((1.0, 1.0), abs=1e-15)


NO_TRIAL: tuple[tuple[str, Callable[[], object]], ...] = (
    ("ANAL-019", lambda: wald(Table2x2(x1=1, n1=2, x2=1, n2=2), 95)),
    ("ANAL-019", lambda: miettinen_nurminen(Table2x2(x1=1, n1=2, x2=1, n2=2), 1.0)),
    ("ANAL-019", lambda: rates.clopper_pearson(1, 2, 95)),
    ("ANAL-019", lambda: rates.poisson_rate(1, 2.0, math.nan)),
    ("ANAL-019", lambda: stagewise(boundaries("OF", [0.5, 1]), 2, 2.0, confidence=95)),
    ("ANAL-019", lambda: rubin([1.0, 2.0], [1.0, 1.0], 20).interval(95)),
    ("ANAL-010", lambda: rubin([1.0, math.nan], [1.0, 1.0], 20)),
    ("ANAL-010", lambda: rubin([1.0, 2.0], [-1.0, -1.0], 20)),
    ("ANAL-010", lambda: rubin([1.0, 2.0], [1.0, 1.0], -3)),
    ("ANAL-014", lambda: stagewise(boundaries("OF", [0.5, 1]), 2, math.nan)),
    ("ANAL-014", lambda: boundaries("KimDeMets", [0.5, 1])),
    ("ANAL-014", lambda: boundaries("KimDeMets", [0.5, 1], parameter=-1)),
    ("ANAL-014", lambda: boundaries("HSD", [0.5, 1], parameter=-1000)),
    ("ANAL-014", lambda: boundaries("user", [0.5, 1], user=lambda alpha, t: alpha * (2 - t))),
    ("ANAL-014", lambda: boundaries("user", [0.3, 0.5, 1], user=lambda alpha, t: alpha * (1 - t))),
    ("ANAL-014", lambda: boundaries("OF", [0.5, 1], futility=[5.0])),
    ("ANAL-014", lambda: boundaries("OF", [0.5, 1], futility=[math.nan])),
    ("ANAL-014", lambda: one_sample_boundaries([10, 20], 0.2, alpha=2)),
    ("ANAL-013", lambda: inflation(boundaries("OF", [0.5, 1]), 1.0)),
    ("ANAL-013", lambda: inflation(boundaries("OF", [0.5, 1]), 0.02)),
    ("ANAL-013", lambda: drift_for(boundaries("WT", [1e-15, 1], parameter=0.9), 0.999)),
    ("ANAL-013", lambda: sample_size(0.5, 0.3, method="chi")),  # type: ignore[arg-type]
    ("ANAL-013", lambda: sample_size(0.5, 0.3, sided=0)),
    ("ANAL-013", lambda: sample_size(0.5, 0.3, power=0.02)),
    ("ANAL-013", lambda: sample_size(0.5, 0.3, power=0.02, method="arcsine")),
    ("ANAL-013", lambda: power(0.5, 0.3, math.nan, 5)),
    ("ANAL-013", lambda: detectable(0.5, 2, 2)),
    ("ANAL-013", lambda: detectable(0.5, 0, 2)),
    ("ANAL-013", lambda: detectable(0.5, 20, 20, wanted=0.01)),
    ("ANAL-013", lambda: farrington_manning_n(0.9, 0.9, margin=-1.5)),
    ("ANAL-013", lambda: inflated(math.nan, 0.1)),
    ("ANAL-013", lambda: exact_power(0.5, 0.4, 5, 5, test="chi")),  # type: ignore[arg-type]
    ("ANAL-013", lambda: exact_power(0.5, 0.4, 5.5, 5)),  # type: ignore[arg-type]
    ("ANAL-013", lambda: exact_power(1.5, 0.4, 5, 5)),
    ("ANAL-013", lambda: largest_size(0, 5)),
    ("ANAL-013", lambda: largest_size(5, 5, alpha=2.0)),
    ("ANAL-013", lambda: simulate_power(0.5, 0.5, 0, 5)),
    ("DSGN-001", lambda: simulate_power(0.5, 0.5, 5, 5, trials=2.5)),  # type: ignore[arg-type]
    ("DSGN-001", lambda: exact_score_power(0.5, 0.4, 5, 5, measure="hazard")),  # type: ignore[arg-type]
    ("DSGN-001", lambda: exact_score_power(1.5, 0.4, 5, 5)),
    ("DSGN-002", lambda: exact_score_power(0.0, 0.0, 5, 5, measure="risk_ratio")),
    ("DSGN-001", lambda: largest_score_size(0, 5, margin=-0.1)),
    ("DSGN-002", lambda: largest_score_size(20, 20, goal="equivalence")),
    ("DSGN-002", lambda: proportions_size(0.9, 0.9, goal="noninferiority", margin=-1.2)),
    (
        "DSGN-002",
        lambda: proportions_size(0.9, 0.9, measure="risk_ratio", goal="noninferiority", margin=-0.1),
    ),
    ("DSGN-001", lambda: means_power(1.0, 1, 1)),
    ("DSGN-001", lambda: means_power(1.0, 2, 1, correlation=0.5)),
    ("DSGN-001", lambda: means_power(1.0, 1, 5, sd=(1.0, 2.0))),
    ("DSGN-001", lambda: mean_power(1.0, 1)),
    ("DSGN-001", lambda: means_power(math.inf, 10, 10)),
    ("DSGN-002", lambda: means_power(math.nan, 10, 10)),
    ("DSGN-001", lambda: events_power(0.5, 10, method="cox")),  # type: ignore[arg-type]
    ("DSGN-002", lambda: events_size(1.0, goal="noninferiority", margin=-1.0)),
    ("DSGN-001", lambda: survival_power(0.1, 0.2, 0, 50, Window(accrual=12, follow_up=12))),
    ("DSGN-001", lambda: survival_power(0.0, 0.0, 50, 50, Window(accrual=12, follow_up=12))),
    ("DSGN-001", lambda: survival_size(0.1, 0.7, Window(accrual=(), follow_up=3))),
    ("DSGN-001", lambda: survival_size(0.1, 0.7, Window(accrual=((6, 0.0),), follow_up=3))),
    ("DSGN-001", lambda: survival_size(0.1, 0.7, Window(accrual=((6, -1.0), (9, 2.0)), follow_up=3))),
    ("DSGN-001", lambda: exact_operating(exact_boundaries([5, 9], [5, 9]), 1.5, 0.5)),
)


@pytest.mark.parametrize("number", range(len(NO_TRIAL)))
def test_what_no_trial_has_is_refused(number: int) -> None:
    code, ask = NO_TRIAL[number]
    with pytest.raises(AnalysisError, match=code):
        ask()


def test_equal_proportions_need_no_room_for_the_margin() -> None:
    found = farrington_manning_n(0.1, 0.1, margin=-0.15)
    assert farrington_manning_power(0.1, 0.1, found, found, margin=-0.15) == pytest.approx(0.8, abs=1e-9)
    assert found == pytest.approx(
        proportions_size(0.1, 0.1, goal="noninferiority", margin=-0.15).exact[0], rel=1e-9
    )


DESIGNS = (
    ("OF", 0.0), ("Pocock", 0.0), ("WT", 0.9), ("WT", -0.5), ("LDOF", 0.0), ("LDPocock", 0.0),
    ("HSD", -50.0), ("HSD", 50.0), ("KimDeMets", 3.0),
)  # fmt: skip
LOOKS = ([1.0], [0.01, 1.0], [0.5, 0.999, 1.0], [0.01, 0.02, 1.0], [i / 20 for i in range(1, 21)])


@pytest.mark.parametrize(("design", "parameter"), DESIGNS)
@pytest.mark.parametrize("looks", LOOKS, ids=len)
@pytest.mark.parametrize("alpha", [1e-6, 0.025, 0.49])
def test_any_looks_keep_the_error_and_cost_information(
    design: str, parameter: float, looks: list[float], alpha: float
) -> None:
    bounds = boundaries(design, looks, alpha=alpha, parameter=parameter)
    assert power_of(bounds, 0.0) == pytest.approx(alpha, rel=1e-6)
    assert power_of(bounds, 1.0) > alpha
    for wanted in (0.8, 0.999):
        assert inflation(bounds, wanted) >= 1 - 1e-8


def test_bounds_of_looks_close_together_do_not_hang_on_the_grid() -> None:
    """The converged values: four times as many points change nothing in the seventh decimal."""
    close = boundaries("LDPocock", [0.5, 0.999, 1.0]).efficacy
    assert close[2] == pytest.approx(2.2548845, abs=2e-7)
    looks = [0.4812301096, 0.5505298532, 0.6563602482, 0.6881753611, 0.7527331283, 1.0]
    assert boundaries("Pocock", looks, alpha=0.001).efficacy[0] == pytest.approx(3.4174735, abs=1e-7)
    assert inflation(boundaries("OF", [0.01, 1.0]), 0.999) == pytest.approx(1, abs=1e-9)


def test_an_early_end_has_its_estimate_and_interval() -> None:
    """At the first look the drift is Z over the root of the information, whatever comes later."""
    bounds = boundaries("LDOF", [0.01, 0.5, 1.0])
    found = stagewise(bounds, 1, 3.0)
    assert found.estimate == pytest.approx(30.0)
    assert found.upper - found.lower == pytest.approx(2 * 10 * 1.959964, abs=1e-4)
    assert 0 <= stagewise(bounds, 3, -30.0).p_value <= 1


def test_a_look_on_the_way_keeps_its_futility_bound() -> None:
    plan = boundaries("LDOF", [0.5, 1.0], futility=[0.3])
    assert boundaries("LDOF", [0.5, 1.0], futility=[0.3, None]) == plan
    assert monitored(plan, [0.45], final=False).futility == (0.3,)
    assert monitored(plan, [0.45]).futility == (None,)
    assert monitored(plan, [0.45, 1.0]).futility == (0.3, None)
    assert [look.futility > 0 for look in operating(monitored(plan, [0.45, 1.0]), 1.0)] == [True, False]


def test_events_that_come_at_once_or_all_arrive_at_once() -> None:
    window = Window(accrual=12, follow_up=12)
    assert event_probability(1000.0, window) == pytest.approx(1, abs=1e-9)
    together = Window(accrual=0, follow_up=12)
    assert expected_events(0.05, 0.05, 50, 50, together, until=6) == pytest.approx(100 * (1 - math.exp(-0.3)))
    assert expected_events(0.05, 0.05, 50, 50, together, until=0) == 0
    fast = survival_size(1000.0, 0.7, window, method="lakatos").size.exact[0]
    assert fast == pytest.approx(survival_size(2000.0, 0.7, window, method="lakatos").size.exact[0], rel=1e-6)
