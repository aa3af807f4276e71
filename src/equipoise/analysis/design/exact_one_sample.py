"""Group-sequential tests of one proportion, exactly: reject at many events, stop at few.

The counts at the looks are a random walk with binomial steps, so every probability is a finite sum. Boundaries spend an
error as those of two proportions do, but the null proportion is one number, so nothing has to be maximised.

Sources: Fleming TR. Biometrics 1982;38:143-151; Simon R. Control Clin Trials 1989;10:1-10 (two stages, futility only).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.given import lower_bounds, rising_counts
from equipoise.analysis.design.nuisance import binomial
from equipoise.analysis.design.sequential import UserSpending, spent_by
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OneSample(Shown):
    """Participants at each look; reject at `reject` events or more, stop at `stop` or fewer (None: never)."""

    n: tuple[int, ...]
    reject: tuple[int | None, ...]
    stop: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OneSampleOperating(Shown):
    """Under one proportion: power, chances to reject and to stop at each look, participants expected."""

    power: float
    rejects: tuple[float, ...]
    stops: tuple[float, ...]
    expected_n: float


def one_sample_boundaries(
    n: Sequence[int],
    null: float,
    *,
    alpha: float = 0.05,
    spending: str = "LDOF",
    parameter: float = 0.0,
    user: UserSpending | None = None,
    stop: Sequence[int | None] | None = None,
    binding: bool = False,
) -> OneSample:
    """The fewest events to reject at each look, so that the one-sided error at the `null` proportion is kept.

    stop: events at which to give up, at the looks before the last; they lend error to efficacy only if `binding`.
    Raises DSGN-004, ANAL-014.

    >>> eq.one_sample_boundaries([20, 40], 0.3)
    One sample
      n       20, 40
      reject  12, 18
      stop    –, –
    """
    lower = lower_bounds(stop, len(_counts(n)))
    _check(n, lower, null)
    allowed = spent_by(spending, [each / n[-1] for each in n], alpha, parameter, user)
    found: list[int | None] = []
    going, used = np.ones(1), 0.0
    for look, size in enumerate(n):
        going = _grown(going, size - (n[look - 1] if look else 0), null)
        tails = np.cumsum(going[::-1])[::-1]
        enough = np.flatnonzero(used + tails <= allowed[look] + 1e-12)
        found.append(int(enough[0]) if enough.size and enough[0] <= size else None)
        used += float(tails[found[-1]]) if found[-1] is not None else 0.0
        going = _left(going, found[-1], lower[look] if binding else None)
    return OneSample(n=tuple(n), reject=tuple(found), stop=lower)


def one_sample_operating(design: OneSample, p: float) -> OneSampleOperating:
    """What a design for one proportion does when it is `p`: power, stops and the mean number of participants.

    Raises DSGN-004.

    >>> eq.one_sample_operating(eq.one_sample_boundaries([20, 40], 0.3), 0.5)
    One sample operating
      power       0.7882
      rejects     0.2517, 0.5365
      stops       0, 0
      expected n  34.97
    """
    _check(design.n, design.stop, p)
    going, rejects, stops, before = np.ones(1), [], [], 0
    for size, high, low in zip(design.n, design.reject, design.stop, strict=True):
        going = _grown(going, size - before, p)
        rejects.append(float(going[high:].sum()) if high is not None else 0.0)
        stops.append(float(going[: low + 1].sum()) if low is not None else 0.0)
        going, before = _left(going, high, low), size
    ended = np.add(rejects, stops)[:-1]
    expected = design.n[-1] - float(ended @ (design.n[-1] - np.array(design.n[:-1])))
    return OneSampleOperating(
        power=sum(rejects), rejects=tuple(rejects), stops=tuple(stops), expected_n=expected
    )


def _grown(going: np.ndarray, more: int, p: float) -> np.ndarray:
    return np.convolve(going, binomial(more, np.array([p]))[0])


def _left(going: np.ndarray, high: int | None, low: int | None) -> np.ndarray:
    left = going.copy()
    if high is not None:
        left[high:] = 0.0
    if low is not None:
        left[: low + 1] = 0.0
    return left


def _counts(n: Sequence[int]) -> tuple[int, ...]:
    counts = rising_counts(n)
    if counts is None:
        raise design_error("DSGN-004", "looks", f"{n} participants")
    return counts


def _check(n: Sequence[int], lower: Sequence[int | None], p: float) -> None:
    if len(lower) != len(n) or not 0 <= p <= 1:
        raise design_error(
            "DSGN-004", "looks", f"{tuple(n)} participants, {len(lower)} stops, proportion {p:g}"
        )
