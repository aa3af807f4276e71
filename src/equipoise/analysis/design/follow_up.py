"""Who has the event while the trial looks: arrivals, hazards that change with time, loss, and the end of the study.

Participants arrive from 0 until the accrual ends; the study ends `follow_up` later. Time t after randomisation is seen
in those who arrived at least t before the end. Hazards of the event and of loss are constant between given times,
independent of each other. Integrals run piece by piece between the times at which anything changes, where Gauss and
Legendre's rule is exact to rounding; so a constant hazard, a changing one and non-proportional ones are one case.

Source of the expected log-rank statistic: Lakatos E. Biometrics 1988;44:229-241, here by integrals instead of steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.given import as_numbers, is_number

Hazard = float | Sequence[tuple[float, float]]
"""A constant rate, or the times from which a rate holds, with the rate; the first time is 0."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
QUICKEST = 1e5
"""Events and losses expected of one participant, beyond which a rate is taken for a slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When participants arrive and how long they are seen, in the unit of the hazards.

    accrual: how long they arrive, evenly; or (end of a period, share of all participants or any weight) in order.
    follow_up: from the last arrival to the end. longest: the most time that anybody is followed, or None.

    >>> eq.Window(accrual=12, follow_up=18).duration
    30.0
    """

    accrual: float | tuple[tuple[float, float], ...]
    follow_up: float
    longest: float | None = None

    def __post_init__(self) -> None:
        """Raises DSGN-001 for a window that is none."""
        ends = [end for end, _ in self.accrual] if isinstance(self.accrual, tuple) else [self.accrual]
        rising = as_numbers(ends) is not None and all(a <= b for a, b in pairwise([0.0, *ends]))
        longest = self.follow_up if self.longest is None else self.longest
        if not rising or not is_number(self.follow_up) or self.follow_up < 0 or not is_number(longest):
            raise design_error(
                "DSGN-001", "follow-up", f"accrual {self.accrual}, follow-up {self.follow_up}, {self.longest}"
            )

    @property
    def periods(self) -> tuple[tuple[float, float], ...]:
        """Ends and shares of the periods of accrual; the shares sum to 1. Raises DSGN-001."""
        given = self.accrual if isinstance(self.accrual, tuple) else ((float(self.accrual), 1.0),)
        total = sum(share for _, share in given)
        if not 0 < total < math.inf or any(share < 0 for _, share in given):
            raise design_error("DSGN-001", "accrual", f"the shares of the periods {given}")
        return tuple((end, share / total) for end, share in given)

    @property
    def duration(self) -> float:
        """From the first arrival to the end of the study."""
        return self.periods[-1][0] + self.follow_up

    @property
    def horizon(self) -> float:
        """The longest time that anybody is seen."""
        return self.duration if self.longest is None else min(self.longest, self.duration)

    def seen(self, t: np.ndarray) -> np.ndarray:
        """The share of participants who are seen for at least t."""
        latest = self.duration - t
        arrived, begin = np.zeros_like(latest), 0.0
        for end, share in self.periods:
            inside = np.clip((latest - begin) / (end - begin), 0.0, 1.0) if end > begin else latest >= end
            arrived, begin = arrived + share * inside, end
        return np.where(t <= self.horizon, arrived, 0.0)

    def changes(self) -> set[float]:
        """The times after randomisation at which the share seen bends."""
        return {self.duration - end for end, _ in self.periods} | {self.duration, self.horizon}


def hazard_from_median(median: float) -> float:
    """The constant rate (events a unit of time) at which half have the event by `median`.

    >>> round(eq.hazard_from_median(10), 4)
    0.0693
    """
    return hazard_from_share(0.5, median)


def hazard_from_share(share: float, at: float) -> float:
    """The constant rate (events a unit of time) at which a share has the event by the time `at`. Raises DSGN-001.

    >>> round(eq.hazard_from_share(0.3, at=12), 4)
    0.0297
    """
    if not (0 <= share < 1 and 0 < at < math.inf):
        raise design_error("DSGN-001", "hazard", f"a share of {share:g} at {at:g}")
    return -math.log1p(-share) / at


def times_hazard(hazard: Hazard, factor: float) -> Hazard:
    """The hazard times a hazard ratio."""
    if isinstance(hazard, int | float):
        return hazard * factor
    return tuple((start, rate * factor) for start, rate in hazard)


def pieces(hazard: Hazard) -> tuple[tuple[float, float], ...]:
    """Starts and rates. Raises DSGN-001 for negative rates, or times that do not rise from 0."""
    found = ((0.0, float(hazard)),) if isinstance(hazard, int | float) else tuple(hazard)
    rising = found and found[0][0] == 0 and all(a[0] < b[0] for a, b in pairwise(found))
    if not rising or any(rate < 0 or not math.isfinite(rate) for _, rate in found):
        raise design_error("DSGN-001", "hazard", f"{hazard}")
    return found


def rate_at(hazard: Hazard, t: np.ndarray) -> np.ndarray:
    """The rate at each time."""
    found = pieces(hazard)
    return np.array([rate for _, rate in found])[
        np.searchsorted([start for start, _ in found], t, side="right") - 1
    ]


def cumulative(hazard: Hazard, t: np.ndarray) -> np.ndarray:
    """The hazard summed up to each time."""
    found = pieces(hazard)
    ends = [start for start, _ in found[1:]] + [math.inf]
    total = np.zeros_like(t)
    for (start, rate), end in zip(found, ends, strict=True):
        total = total + rate * np.clip(t - start, 0.0, end - start)
    return total


def nodes(window: Window, *hazards: Hazard) -> tuple[np.ndarray, np.ndarray]:
    """Times and weights of the integral over everything that is seen. Raises DSGN-001 where nobody is seen, or
    where all have had the event long before the end."""
    fastest = sum(max(rate for _, rate in pieces(each)) for each in hazards)
    if not (window.horizon > 0 and fastest * window.horizon < QUICKEST):
        raise design_error("DSGN-001", "follow-up", f"rates up to {fastest:g} over {window.horizon:g}")
    changes = window.changes().union(*({start for start, _ in pieces(each)} for each in hazards))
    edges = np.unique([0.0, window.horizon, *(each for each in changes if 0 < each < window.horizon)])
    # A piece is cut again where it is long for its rates, so that 24 nodes stay exact.
    cut = np.unique(np.concatenate([np.linspace(a, b, _cuts(fastest * (b - a))) for a, b in pairwise(edges)]))
    half = np.diff(cut) / 2
    middle = (cut[1:] + cut[:-1]) / 2
    return (middle[:, None] + half[:, None] * NODES).ravel(), (half[:, None] * WEIGHTS).ravel()


def _cuts(falls: float) -> int:
    """Ends of the parts of a piece over which the logarithm of those at risk falls by no more than `falls`."""
    return 1 + max(8, math.ceil(falls / 20))


def at_risk(hazard: Hazard, dropout: Hazard, window: Window, t: np.ndarray) -> np.ndarray:
    """The share of randomised participants who at time t are seen, not lost, and without the event."""
    return np.exp(-cumulative(hazard, t) - cumulative(dropout, t)) * window.seen(t)


def event_probability(
    hazard: Hazard, window: Window, *, dropout: Hazard = 0.0, until: float | None = None
) -> float:
    """The probability that a participant's event is seen; with `until`, by that time since the first arrival, in those
    who have arrived by then and those who have not. Raises DSGN-001."""
    share, seen = (1.0, window) if until is None else _cut(window, until)
    if share <= 0 or seen.horizon <= 0:
        return 0.0
    t, weights = nodes(seen, hazard, dropout)
    return share * float(weights @ (rate_at(hazard, t) * at_risk(hazard, dropout, seen, t)))


def expected_events(
    first: Hazard,
    second: Hazard,
    n1: float,
    n2: float,
    window: Window,
    *,
    dropout: tuple[Hazard, Hazard] = (0.0, 0.0),
    until: float | None = None,
) -> float:
    """The events expected in both groups at the end of the study, or `until` a time since the first arrival.

    >>> months = eq.Window(accrual=12, follow_up=18)
    >>> round(eq.expected_events(0.05, 0.07, 150, 150, months), 1)
    225.4
    """
    if not (0 <= n1 < math.inf and 0 <= n2 < math.inf):
        raise design_error("DSGN-001", "events", f"{n1} and {n2} participants")
    one = event_probability(first, window, dropout=dropout[0], until=until)
    return n1 * one + n2 * event_probability(second, window, dropout=dropout[1], until=until)


def time_of_events(
    events: float,
    first: Hazard,
    second: Hazard,
    n1: float,
    n2: float,
    window: Window,
    *,
    dropout: tuple[Hazard, Hazard] = (0.0, 0.0),
) -> float:
    """When so many events are expected, counted from the first arrival. Raises DSGN-003 if not before the end.

    >>> months = eq.Window(accrual=12, follow_up=18)
    >>> round(eq.time_of_events(100, 0.05, 0.07, 150, 150, months), 2)
    13.16
    """

    def lacking(until: float) -> float:
        return expected_events(first, second, n1, n2, window, dropout=dropout, until=until) - events

    most = lacking(window.duration) + events
    if not 0 < events <= most:
        raise design_error("DSGN-003", "events", f"{events:g} events of {most:.2f} expected")
    return float(brentq(lacking, 0.0, window.duration, xtol=1e-10))


def _cut(window: Window, until: float) -> tuple[float, Window]:
    """The share of participants who have arrived by a time, and the window that these are seen in."""
    if not is_number(until):
        raise design_error("DSGN-001", "follow-up", f"events until {until}")
    arrived, begin, periods = 0.0, 0.0, []
    for end, share in window.periods:
        part = min(1.0, max(0.0, (until - begin) / (end - begin))) if end > begin else float(until >= end)
        if part > 0:
            periods.append((min(end, until), share * part))
            arrived += share * part
        begin = end
    if not periods:
        return 0.0, window
    return arrived, Window(accrual=tuple(periods), follow_up=until - periods[-1][0], longest=window.longest)


def expected_logrank(
    first: Hazard,
    second: Hazard,
    n1: float,
    n2: float,
    window: Window,
    *,
    dropout: tuple[Hazard, Hazard] = (0.0, 0.0),
) -> tuple[float, float]:
    """The mean and the variance of the log-rank numerator (events of the first group above those expected)."""
    t, weights = nodes(window, first, second, *dropout)
    one = n1 * at_risk(first, dropout[0], window, t)
    two = n2 * at_risk(second, dropout[1], window, t)
    both = np.maximum(one + two, 1e-300)
    rates = rate_at(first, t), rate_at(second, t)
    mean = weights @ (one * two / both * (rates[0] - rates[1]))
    variance = weights @ ((one / both) * (two / both) * (one * rates[0] + two * rates[1]))
    return float(mean), float(variance)
