"""Schemes compared for one trial: what can be guessed, how balanced the arms are, what biases do to the tests.

Every list comes from the compiled twin of the scheme; the error rates are exact for each list, so that only the lists
are drawn. Each figure that is a mean over lists has its standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.allocation import ListScheme, Minimisation, PermutedBlocks
from equipoise.allocation.arms import lowest_terms
from equipoise.simulation.randomisation.arrivals import Arrivals
from equipoise.simulation.randomisation.biases import (
    TRENDS,
    binary_rejection,
    detectable,
    selection_shifts,
    t_rejection,
    trend,
)
from equipoise.simulation.randomisation.candidates import Candidate
from equipoise.simulation.randomisation.errors import assessment_error
from equipoise.simulation.randomisation.exact import every_list
from equipoise.simulation.randomisation.observed import Seen, foreseen, seen
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.randomisation.twins import lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """eta: what a guess moves the expected response by, and theta: the whole drift, both in standard deviations.
    response: the proportion that responds. alpha: of the two-sided tests. limit: the difference that is asked about.
    tested: lists whose error rates are computed. Raises LIST-003."""

    eta: float
    theta: float
    response: float = 0.5
    alpha: float = 0.05
    limit: int = 3
    tested: int = 2000

    def __post_init__(self) -> None:
        spread = (self.response * (1 - self.response)) ** 0.5
        moved = self.eta * spread, self.theta * spread
        inside = all(0 <= self.response + sign * move <= 1 for move in moved for sign in (-1, 1))
        if not (
            0 < self.response < 1 and 0 < self.alpha < 1 and inside and min(self.limit, self.tested) >= 1
        ):
            raise assessment_error("LIST-003", "assumptions", str(self))


def usual_assumptions(planned: int) -> Assumptions:
    """A guess moves the response by a quarter, and the drift by the whole, of the difference that this many
    participants show with a power of 80 %: sizes that a trial would not notice in its own results."""
    shown = min(detectable(planned), 0.9)
    return Assumptions(eta=shown / 4, theta=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over lists, and its standard error."""

    value: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Differences of the arms in the group that differs most. end, greatest: mean at the end and of the greatest on
    the way, with their 95th percentiles. average: mean over groups at the end. beyond: probability that the difference
    at the end exceeds the limit. distribution: shares of trials by the difference at the end."""

    end: Mean
    end95: float
    greatest: Mean
    greatest95: float
    average: Mean
    beyond: Mean
    distribution: dict[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A candidate assessed. guess_site, guess_list: right guesses by the converging strategy of who knows the
    allocations of one site, or of one list (of the whole trial for minimisation). best: of who knows everything but
    the draws. certain: places without a choice. errors: type I error by bias and test. placed: share of participants
    for whom a list had a place."""

    candidate: Candidate
    guess_site: Mean
    guess_list: Mean
    best: Mean
    certain: Mean
    trial: Spread
    strata: Spread
    sites: Spread
    errors: dict[str, dict[str, Mean]]
    placed: float


def assess(
    candidates: Sequence[Candidate],
    arrivals: Arrivals,
    assumptions: Assumptions,
    *,
    seed: int,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Assessed, ...]:
    """Every candidate over the same arrivals."""
    found = []
    for number, candidate in enumerate(candidates):
        found.append(_assessed(candidate, arrivals, assumptions, seed, workers))
        if progress is not None:
            progress(number + 1, len(candidates))
    return tuple(found)


def _assessed(
    candidate: Candidate, arrivals: Arrivals, assumptions: Assumptions, seed: int, workers: int
) -> Assessed:
    names, strata = arrivals.strata(candidate.by_site)
    plan = plan_of(candidate.scheme, names)
    arms = lists(plan, strata, seed, workers=workers)
    whole = np.zeros_like(strata)
    known = whole if isinstance(candidate.scheme, Minimisation) else strata
    trial, within, sites = (
        seen(arms, groups, plan.ratio) for groups in (whole, arrivals.level, arrivals.site)
    )
    listed = seen(arms, known, plan.ratio)
    best, certain = foreseen(plan, strata, seed)
    return Assessed(
        candidate=candidate,
        guess_site=mean(sites.right),
        guess_list=mean(listed.right),
        best=mean(best),
        certain=mean(certain),
        trial=_spread(trial, assumptions.limit),
        strata=_spread(within, assumptions.limit),
        sites=_spread(sites, assumptions.limit),
        errors=_errors(arms, sites.named, listed.named, assumptions, len(candidate.scheme.arms) - 1),
        placed=float((arms >= 0).mean()),
    )


def mean(values: np.ndarray) -> Mean:
    """The mean over lists and its standard error."""
    spread = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    return Mean(value=float(values.mean()), error=spread / len(values) ** 0.5)


def _spread(found: Seen, limit: int) -> Spread:
    values, counts = np.unique(found.ends.round(9), return_counts=True)
    return Spread(
        distribution=dict(zip(values.tolist(), (counts / counts.sum()).tolist(), strict=True)),
        end=mean(found.ends),
        end95=float(np.quantile(found.ends, 0.95, method="inverted_cdf")),
        greatest=mean(found.greatest),
        greatest95=float(np.quantile(found.greatest, 0.95, method="inverted_cdf")),
        average=mean(found.average),
        beyond=mean((found.ends > limit + 1e-9).astype(float)),
    )


def rejections(
    arms: np.ndarray, by_site: np.ndarray, by_list: np.ndarray, assumptions: Assumptions, last: int
) -> dict[str, dict[str, np.ndarray]]:
    """The probability that each list makes both tests of arm 0 against arm `last` reject, by bias and test.

    by_site, by_list: the arms that were guessed by what is known of one site, and of one list.
    """
    shifts = {
        "none": np.zeros(arms.shape[1]),
        "selection_site": selection_shifts(by_site, assumptions.eta, last=last),
        "selection_list": selection_shifts(by_list, assumptions.eta, last=last),
        **{kind: assumptions.theta * (trend(kind, arms.shape[1]) - 0.5) for kind in TRENDS},
    }
    spread = (assumptions.response * (1 - assumptions.response)) ** 0.5
    level = assumptions.alpha
    return {
        bias: {
            "t": t_rejection(arms, shift, last=last, alpha=level),
            "binary": binary_rejection(arms, assumptions.response + spread * shift, last=last, alpha=level),
        }
        for bias, shift in shifts.items()
    }


def _errors(
    arms: np.ndarray, by_site: np.ndarray, by_list: np.ndarray, assumptions: Assumptions, last: int
) -> dict[str, dict[str, Mean]]:
    """The type I error of both tests under each bias, over the first lists."""
    first = slice(assumptions.tested)
    found = rejections(arms[first], by_site[first], by_list[first], assumptions, last)
    return {bias: {test: mean(values) for test, values in tests.items()} for bias, tests in found.items()}


def exact_errors(
    scheme: ListScheme | PermutedBlocks, places: int, assumptions: Assumptions
) -> dict[str, dict[str, float]]:
    """The type I error of both tests, first arm against last, under each bias, exactly: over all lists of this many
    places, of which everything before is known. Raises LIST-001 and LIST-002 (more than 65,536 lists)."""
    arms, probabilities = every_list(scheme, places)
    ratio = np.array(lowest_terms(scheme.ratio))
    named = seen(arms, np.zeros(arms.shape, np.int32), ratio).named
    found = rejections(arms, named, named, assumptions, len(scheme.arms) - 1)
    return {
        bias: {test: float(probabilities @ values) for test, values in tests.items()}
        for bias, tests in found.items()
        if bias != "selection_site"
    }
