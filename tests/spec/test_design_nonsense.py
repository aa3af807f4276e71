"""What is no design is refused with a code, whatever it is: never a failure inside, an endless search or a number."""

from __future__ import annotations

import math

import pytest

from equipoise.analysis import design as d
from equipoise.errors import EquipoiseError

NAN, INF = math.nan, math.inf
MONTHS = d.Window(accrual=12.0, follow_up=12.0)
BOUNDS = d.boundaries("LDOF", [0.5, 1.0], futility=[0.0])

NONSENSE = {
    "endless groups": lambda: d.proportions_power(0.6, 0.4, 50, INF),
    "an endless ratio": lambda: d.proportions_size(0.6, 0.4, ratio=INF),
    "a power below the error": lambda: d.proportions_size(0.6, 0.4, power=0.02),
    "the same of means": lambda: d.means_size(1.0, sd=2.0, power=0.01),
    "the same of one mean": lambda: d.mean_size(1.0, sd=2.0, power=0.025),
    "the same of events": lambda: d.events_size(0.6, power=0.01),
    "the same of survival": lambda: d.survival_size(0.1, 0.6, MONTHS, power=0.01),
    "the same of the formula": lambda: d.sample_size(0.6, 0.4, power=0.01),
    "two margins for one": lambda: d.farrington_manning_n(0.6, 0.6, margin=(0.0, 0.1)),  # type: ignore
    "endless tables": lambda: d.exact_power(0.6, 0.4, INF, 12),  # type: ignore
    "parts of a participant": lambda: d.exact_p(5, 10.5, 3, 10),  # type: ignore
    "too many score tables": lambda: d.exact_score_power(0.6, 0.4, 10**6, 10**6),
    "no steps": lambda: d.largest_score_size(12, 13, margin=-0.1, steps=-1),
    "sizes that last for less than none": lambda: d.exact_size(0.9, 0.2, lasting=-1),
    "an endless standard deviation": lambda: d.means_power(1.0, 50, 60, sd=INF),
    "no standard deviation": lambda: d.mean_size(1.0, sd=0.0),
    "an endless mean": lambda: d.mean_power(INF, 50),
    "a window that is no number": lambda: d.Window(accrual=NAN, follow_up=12.0),
    "an endless follow-up": lambda: d.Window(accrual=12.0, follow_up=INF),
    "a window backwards": lambda: d.Window(accrual=((6.0, 1.0), (3.0, 1.0)), follow_up=12.0),
    "participants below none": lambda: d.expected_events(0.05, 0.08, -1, 60, MONTHS),
    "events until no time": lambda: d.event_probability(0.05, MONTHS, until=NAN),
    "events at once": lambda: d.survival_size(0.08, 1e9, MONTHS),
    "a share at no time": lambda: d.hazard_from_share(0.5, INF),
    "looks that are none": lambda: d.boundaries("LDOF", [None, 1.0]),  # type: ignore
    "futility that is no list": lambda: d.boundaries("LDOF", [0.5, 1.0], futility=3),  # type: ignore
    "futility that is no number": lambda: d.boundaries("LDOF", [0.5, 1.0], futility=[NAN]),
    "an error of none for futility": lambda: d.futility_spent("LDOF", [0.5, 1.0], beta=1e-300),
    "one look for a list": lambda: d.monitored(BOUNDS, 3),  # type: ignore
    "a drift that is no number": lambda: d.operating(BOUNDS, NAN),
    "half a look": lambda: d.stagewise(BOUNDS, 1.5, 2.0),  # type: ignore
    "an interval of no number": lambda: d.repeated_interval(BOUNDS, 1, NAN),
    "a chance given no number": lambda: d.conditional_power(NAN, 0.5, 2.0),
    "a prior that is no number": lambda: d.predictive_power(1.0, 0.5, 2.0, prior=(NAN, 1.0)),
    "chances under no drift": lambda: d.conditional_operating(BOUNDS, 1, 2.0, drift=NAN),
    "p-values of no list": lambda: d.repeated_p(BOUNDS, 3),  # type: ignore
    "halves at a look": lambda: d.exact_boundaries([10.5, 20], [10, 20]),  # type: ignore
    "looks of no list": lambda: d.one_sample_boundaries(3, 0.3),  # type: ignore
    "stops of no list": lambda: d.one_sample_boundaries([10, 20], 0.3, stop=3),  # type: ignore
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused_with_a_code(what: str) -> None:
    with pytest.raises(EquipoiseError, match="^(DSGN-00[1-4]|ANAL-01[349]) "):
        NONSENSE[what]()


def test_an_effect_far_beyond_its_error_is_found_always_and_its_opposite_never() -> None:
    assert d.mean_power(1e9, 50, sd=2.0) == 1.0
    assert d.mean_power(-1e9, 50, sd=2.0, margin=0.0) == 1.0  # superiority is in the direction assumed
    assert d.mean_power(-1e9, 50, sd=2.0, goal="noninferiority", margin=-1.0) == 0.0


def test_a_small_error_loses_no_digit() -> None:
    # 1 - 1e-17 is 1 in floating point; the quantile is taken of the small error itself: Phi^-1(1e-17) = -8.4937932.
    size = d.sample_size(0.6, 0.4, alpha=1e-17, sided=1, power=0.5, method="unpooled")
    assert size == pytest.approx(8.4937932**2 * 0.48 / 0.04, rel=1e-6)
