"""Score intervals of differences and ratios of rates: printed numbers, their own equations, and their ends."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm

import equipoise as eq
from equipoise.analysis.estimators.rate_scores import METHODS, rate_difference

SEEN = (15, 19_017.0, 41, 28_010.0)  # coronary events and person-years of two groups of postmenopausal women


def ends(found) -> tuple[float, float]:
    return found.interval.lower, found.interval.upper


def test_a_ratio_agrees_with_ratesci() -> None:
    """scasci(5, 56, 0, 29, contrast = "RR", distrib = "poi") of version 1.1: 0.7264 to infinity."""
    found = eq.rate_ratio(5, 56, 0, 29, method="skewness_corrected")
    assert found.interval.lower == pytest.approx(0.7264, abs=5.1e-5)
    assert found.estimate == found.interval.upper == math.inf
    exact = eq.rate_ratio(5, 56, 0, 29)
    assert exact == eq.poisson_rate_ratio(5, 56, 0, 29)


def test_a_bound_has_the_quantile_as_its_score() -> None:
    """Written out with the likeliest rates that differ by the bound, found as the root of their quadratic."""
    x1, t1, x2, t2 = SEEN
    found = eq.rate_difference(*SEEN)
    for bound, side in zip(ends(found), (1, -1), strict=True):
        middle = (t1 + t2) * bound - x1 - x2
        second = (-middle + math.sqrt(middle**2 + 4 * (t1 + t2) * x2 * bound)) / (2 * (t1 + t2))
        z = (found.estimate - bound) / math.sqrt((second + bound) / t1 + second / t2)
        assert z == pytest.approx(side * norm.ppf(0.975), abs=1e-7)
    ratio = eq.rate_ratio(*SEEN, method="miettinen_nurminen")
    for bound, side in zip(ends(ratio), (1, -1), strict=True):
        second = (x1 + x2) / (t1 * bound + t2)
        z = (x1 / t1 - bound * x2 / t2) / math.sqrt(bound * second / t1 + bound**2 * second / t2)
        assert z == pytest.approx(side * norm.ppf(0.975), abs=1e-7)


def test_differences_and_ratios_say_the_same_of_no_effect() -> None:
    """At the value of no effect both scores are the normal test of the share of the events."""
    x1, t1, x2, t2 = SEEN
    share = t1 / (t1 + t2)
    z = (x1 - (x1 + x2) * share) / math.sqrt((x1 + x2) * share * (1 - share))
    confidence = 1 - 2 * norm.sf(abs(z))
    assert ends(eq.rate_difference(*SEEN, confidence=confidence))[1] == pytest.approx(0, abs=1e-9)
    ratio = eq.rate_ratio(*SEEN, method="miettinen_nurminen", confidence=confidence)
    assert ends(ratio)[1] == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("events", [(0, 0), (0, 3), (1, 0), (1, 1), (30, 2)])
def test_the_ends_and_the_groups_exchanged(method: str, events: tuple[int, int]) -> None:
    seen, turned = (events[0], 0.5, events[1], 40.0), (events[1], 40.0, events[0], 0.5)
    found, other = (eq.rate_difference(*each, method=method) for each in (seen, turned))
    assert found.interval.lower <= found.estimate <= found.interval.upper
    assert ends(found) == pytest.approx((-other.interval.upper, -other.interval.lower), abs=1e-9)
    if sum(events):
        ratio, other = (eq.rate_ratio(*each, method=method) for each in (seen, turned))
        assert ratio.interval.lower <= ratio.estimate <= ratio.interval.upper
        assert (ratio.interval.lower == 0) == (other.interval.upper == math.inf)
        if ratio.interval.lower:
            assert ratio.interval.lower * other.interval.upper == pytest.approx(1, rel=1e-8)


@pytest.mark.parametrize(
    "seen", [(1, 0.0, 2, 3.0), (-1, 1.0, 2, 3.0), (1.5, 1.0, 2, 3.0), (1, 1.0, 2, math.inf)]
)
def test_rates_that_are_none_are_refused(seen: tuple[float, ...]) -> None:
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        rate_difference(*seen)  # type: ignore[arg-type]
    with pytest.raises(eq.EquipoiseError, match="FRAM-008" if seen[0] == 1.5 else "ANAL-004"):
        eq.rate_difference(*seen)  # type: ignore[arg-type]
    with pytest.raises(eq.EquipoiseError, match="ANAL-017"):
        eq.rate_ratio(1, 1.0, 2, 3.0, method="wald")  # type: ignore[arg-type]
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        eq.rate_ratio(0, 1.0, 0, 3.0, method="miettinen_nurminen")
