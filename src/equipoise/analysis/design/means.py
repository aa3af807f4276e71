"""Sample size and power of means: two groups, or one (also paired differences), by the t test or the normal law.

The t test's power is that of the noncentral t distribution, not an approximation; with two standard deviations it is
Welch's test with Satterthwaite's degrees of freedom, which approximates. Equivalence by t integrates over the estimated
standard deviation, which both one-sided tests share. A baseline covariate with `correlation` r to the outcome leaves
1 - r^2 of the variance and costs one degree of freedom.

Sources: Julious SA. Sample Sizes for Clinical Trials (2010), chapters 3 to 6; Owen DB. Biometrika 1965;52:437-446
(equivalence); Borm GF, Fransen J, Lemmens WAJG. J Clin Epidemiol 2007;60:1234-1238 (covariate).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, gammaln, nctdtr, ndtr, ndtri, stdtrit, xlogy

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.hypotheses import Goal, Hypotheses, Margin, check_reachable, hypotheses
from equipoise.analysis.design.size import Size, sized, smallest

Distribution = Literal["t", "normal"]
TINY = 1e-12
"""Of sizes, standard deviations and errors: what is smaller is taken for a slip."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)


def means_power(
    difference: ArrayLike,
    n1: ArrayLike,
    n2: ArrayLike,
    *,
    sd: float | tuple[float, float] = 1.0,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    distribution: Distribution = "t",
    correlation: float = 0.0,
) -> float | np.ndarray:
    """The one-sided power to show that the mean of group 1 exceeds (or undercuts) that of group 2 by `difference`.

    n1, n2: participants. sd: the standard deviation of both groups, or of each as a pair. goal and margin: as for
    `means_size`. correlation: of the outcome with an adjusted baseline. difference, n1 and n2 may be arrays. Raises
    DSGN-001 and DSGN-002.

    >>> round(eq.means_power(5, 100, 100, sd=12), 4)
    0.8345
    """
    effect, first, second = np.broadcast_arrays(*(np.asarray(each, float) for each in (difference, n1, n2)))
    sds = sd if isinstance(sd, tuple) else (sd, sd)
    _check((*sds, first, second), alpha, correlation, distribution)
    tested = hypotheses(goal, margin, float(effect.flat[0]), 0.0, "means")
    variances = sds[0] ** 2 / first, sds[1] ** 2 / second
    error = np.sqrt((variances[0] + variances[1]) * (1 - correlation**2))
    degrees = first + second - 2
    if sds[0] != sds[1] and distribution == "t":
        _check_degrees(effect, np.minimum(first, second) - 1, distribution)
        below = variances[0] ** 2 / (first - 1) + variances[1] ** 2 / (second - 1)
        degrees = (variances[0] + variances[1]) ** 2 / below
    degrees = degrees - (correlation != 0)
    _check_degrees(effect, degrees, distribution)
    return _plain(_power(effect, error, degrees, tested, alpha, distribution))


def means_size(
    difference: float,
    *,
    sd: float | tuple[float, float] = 1.0,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    ratio: float = 1.0,
    loss: float = 0.0,
    distribution: Distribution = "t",
    correlation: float = 0.0,
) -> Size:
    """Participants to compare two means that differ by `difference` (group 1 minus group 2), in the unit of `sd`.

    sd: the standard deviation of both groups, or of each as a pair. goal: `superiority`, `noninferiority` or
    `equivalence`, with its margin on the scale of the difference. alpha: one-sided; power: wanted; ratio: n2 / n1;
    loss: the share without data. distribution: `t` or `normal`; correlation: of the outcome with an adjusted
    baseline. Raises DSGN-001, DSGN-002, DSGN-003.

    >>> eq.means_size(5, sd=12, power=0.9)
    Sample size
                formula  with data  to randomise
      group 1     122.0        123           123
      group 2     122.0        123           123
      together    244.0        246           246
      The whole groups have a power of 0.9023; 0.9 was asked for.
    """
    _check((ratio,), alpha, correlation, distribution)
    check_reachable(hypotheses(goal, margin, difference, 0.0, "means"), difference, "means")

    def reached(first: float, second: float) -> float:
        return float(
            means_power(
                difference, first, second, sd=sd, goal=goal, margin=margin, alpha=alpha,
                distribution=distribution, correlation=correlation,
            )
        )  # fmt: skip

    least = max(2.0, 2.0 / ratio) if distribution == "t" else 1e-3
    exact = smallest(lambda first: reached(first, first * ratio), power, "means", alpha=alpha, least=least)
    return sized(exact, reached, ratios=(ratio,), wanted=power, loss=loss)


def mean_power(
    difference: ArrayLike,
    n: ArrayLike,
    *,
    sd: float = 1.0,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    distribution: Distribution = "t",
) -> float | np.ndarray:
    """The one-sided power for one mean, or for the mean of paired differences, against the null value 0.

    difference: the assumed mean; n: participants or pairs; sd: of the values or of the differences of pairs; goal and
    margin: as for `means_size`; distribution: `t` or `normal`. Raises DSGN-001, DSGN-002.

    >>> round(eq.mean_power(3, 58, sd=8), 4)
    0.8016
    """
    effect, size = np.broadcast_arrays(np.asarray(difference, float), np.asarray(n, float))
    _check((sd, size), alpha, 0.0, distribution)
    tested = hypotheses(goal, margin, float(effect.flat[0]), 0.0, "mean")
    _check_degrees(effect, size - 1, distribution)
    return _plain(_power(effect, sd / np.sqrt(size), size - 1, tested, alpha, distribution))


def mean_size(
    difference: float,
    *,
    sd: float = 1.0,
    goal: Goal = "superiority",
    margin: Margin = None,
    alpha: float = 0.025,
    power: float = 0.8,
    loss: float = 0.0,
    distribution: Distribution = "t",
) -> Size:
    """Participants (or pairs) for a test of one mean, or of the mean of paired differences, against 0.

    difference: the assumed mean; sd: of the values or of the differences of pairs; goal and margin: as for
    `means_size`; alpha: one-sided; loss: the share without data. Raises DSGN-001, DSGN-002, DSGN-003.

    >>> eq.mean_size(3, sd=8).groups
    (58,)
    """
    check_reachable(hypotheses(goal, margin, difference, 0.0, "mean"), difference, "mean")

    def reached(n: float) -> float:
        return float(
            mean_power(difference, n, sd=sd, goal=goal, margin=margin, alpha=alpha, distribution=distribution)
        )

    exact = smallest(reached, power, "mean", alpha=alpha, least=2.0 if distribution == "t" else 1e-3)
    return sized(exact, reached, ratios=(), wanted=power, loss=loss)


def _power(
    effect: np.ndarray,
    error: np.ndarray,
    degrees: np.ndarray,
    tested: Hypotheses,
    alpha: float,
    distribution: Distribution,
) -> np.ndarray:
    exact = distribution == "t"
    critical = -stdtrit(degrees, max(alpha, TINY)) if exact else np.full_like(error, -ndtri(alpha))
    if tested.above is not None and tested.below is not None:
        low, high = (tested.above - effect) / error, (tested.below - effect) / error
        if not exact:
            return np.maximum(0.0, ndtr(high - critical) - ndtr(low + critical))
        return _between(low, high, critical, degrees)
    shift = tested.sign * (effect - tested.only) / error
    # Beyond this the test always rejects, or never; the noncentral t distribution is not computed so far out.
    far = 1000 + 50 * critical
    shift = np.clip(shift, -far, far)
    return 1 - nctdtr(degrees, shift, critical) if exact else ndtr(shift - critical)


def _between(low: np.ndarray, high: np.ndarray, critical: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Both t tests reject: for each estimated standard deviation s (of the true one) the mean lies between two bounds.

    Owen's integral, by Gauss and Legendre over the s that leave room between the bounds.
    """
    smallest_s = np.sqrt(chdtri(degrees, 1 - 1e-13) / degrees)
    room = np.minimum((high - low) / (2 * critical), np.sqrt(chdtri(degrees, 1e-13) / degrees))
    largest_s = np.maximum(smallest_s, room)
    half = ((largest_s - smallest_s) / 2)[..., None]
    s = ((largest_s + smallest_s) / 2)[..., None] + half * NODES
    free = degrees[..., None]
    squares = s * s * free  # chi-square with these degrees of freedom
    logarithm = xlogy(free / 2 - 1, squares) - squares / 2 - gammaln(free / 2) - free / 2 * np.log(2)
    density = np.exp(logarithm) * 2 * s * free
    inside = ndtr(high[..., None] - critical[..., None] * s) - ndtr(low[..., None] + critical[..., None] * s)
    return (half * density * inside) @ WEIGHTS


def _check_degrees(effect: np.ndarray, degrees: np.ndarray, distribution: Distribution) -> None:
    """A t test needs participants from whom to estimate a standard deviation."""
    if not np.all(np.isfinite(effect)) or (distribution == "t" and not np.all(degrees > 0)):
        raise design_error("DSGN-001", "means", f"a difference of {effect}, {degrees} degrees of freedom")


def _plain(found: np.ndarray) -> float | np.ndarray:
    return float(found) if np.ndim(found) == 0 else found


def _check(positive: tuple[ArrayLike, ...], alpha: float, correlation: float, distribution: str) -> None:
    sizes = [np.asarray(each, float) for each in positive]
    good = all(bool(np.all((each > TINY) & (each < 1 / TINY))) for each in sizes)
    if not good or not 0 < alpha < 1 or not -1 < correlation < 1 or distribution not in ("t", "normal"):
        given = ", ".join(str(each) for each in positive)
        raise design_error(
            "DSGN-001", "means", f"{given}; alpha {alpha:g}, correlation {correlation:g}, {distribution}"
        )
