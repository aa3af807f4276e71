"""Stages combined with weights that were fixed beforehand, so that what is left of a trial may be planned anew.

Whoever has looked at the effect may change how many come later, and the error is kept as long as each stage is tested
by its own data alone and the stages are combined as planned. The inverse normal combination weighs the normal
quantiles of the stages' p-values by the information that was planned for them: it is then looked at with the bounds of
the group-sequential plan. Fisher's combination of two stages multiplies their p-values.

Sources: Lehmacher W, Wassmer G. Biometrics 1999;55:1286-1290 (inverse normal, repeated intervals); Bauer P, Koehne K.
Biometrics 1994;50:1029-1041 (the product); Brannath W, Posch M, Bauer P. J Am Stat Assoc 2002;97:236-244 (the overall
p-value of the product); Wassmer G, Brannath W. Group Sequential and Confirmatory Adaptive Designs (2016), chapters 6,
8.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, ndtri

from equipoise.analysis.design.given import as_numbers
from equipoise.analysis.design.sequential import Boundaries, reaching
from equipoise.analysis.design.stagewise import as_extreme, repeated_interval
from equipoise.analysis.design.underway import repeated_p
from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import check_confidence
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Combined(Shown):
    """The stages so far, combined. statistics: by look, the combined Z; rejected: the first look at which it reaches
    the bound, or None; p_value: stage-wise, one-sided, as if the trial ended here or at that look; repeated_p: by
    look."""

    statistics: tuple[float, ...]
    rejected: int | None
    p_value: float
    repeated_p: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CombinedEffect(Shown):
    """An effect over the stages, on the scale of their estimates. estimate: median-unbiased; lower and upper: the ends
    of the interval by stage-wise ordering; repeated_lower and repeated_upper: of that which may be given at every look.
    """

    estimate: float
    lower: float
    upper: float
    confidence: float
    repeated_lower: float
    repeated_upper: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FisherCombined(Shown):
    """Two stages by Fisher's product. early: p-values of the first stage that reject at once; late: products that
    reject at the end; rejected: the stage that did, or None; p_value: of both stages, at most alpha just where one
    rejects."""

    early: float
    late: float
    rejected: int | None
    p_value: float


def inverse_normal(bounds: Boundaries, p_values: Sequence[float]) -> Combined:
    """The inverse normal combination of the stages so far: the one-sided p-value of each by its own data alone.

    bounds: those of the plan, one-sided, whose shares of the information give the weights whatever the stages became.
    A stage after the one that rejects is not counted. Raises ANAL-014 for p-values that are none, or too many.

    >>> found = eq.inverse_normal(eq.boundaries("LDOF", [0.5, 1.0]), [0.03, 0.01])
    >>> found.rejected, round(found.p_value, 5)
    (2, 0.00272)
    """
    given = as_numbers(p_values)
    if not given or not all(0 < each < 1 for each in given):
        raise analysis_error("ANAL-014", "stages", f"p-values {p_values}")
    statistics = _combined(bounds, [-float(ndtri(each)) for each in given])
    rejected = _first(bounds, statistics)
    last = rejected or len(statistics)
    return Combined(
        statistics=statistics[:last],
        rejected=rejected,
        p_value=as_extreme(bounds, last, statistics[last - 1], 0.0, bounds.binding),
        repeated_p=repeated_p(bounds, statistics[:last]),
    )


def inverse_normal_effect(
    bounds: Boundaries,
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    confidence: float = 0.95,
) -> CombinedEffect:
    """The effect after stages that were combined by the inverse normal method, from the estimate of each by its own
    data and its standard error; larger is better.

    Every value θ is tested with Z = (estimate - θ) / standard error of each stage: the interval holds those that are
    not rejected by the stage-wise order of the trial, at the level (1 - confidence) / 2 on each side, and the estimate
    is the value at which that order is in its middle. Raises ANAL-014, ANAL-019.

    >>> found = eq.inverse_normal_effect(eq.boundaries("LDOF", [0.4, 1.0]), [0.35, 0.30], [0.158, 0.1])
    >>> round(found.estimate, 4), round(found.lower, 4), round(found.upper, 4)
    (0.3155, 0.143, 0.4834)
    """
    check_confidence(confidence)
    effects, errors = as_numbers(estimates), as_numbers(standard_errors)
    if not effects or not errors or len(effects) != len(errors) or min(errors) <= 0:
        raise analysis_error("ANAL-014", "stages", f"estimates {estimates} with errors {standard_errors}")
    statistics = _combined(bounds, [each / error for each, error in zip(effects, errors, strict=True)])
    last = _first(bounds, statistics) or len(statistics)
    # What one unit of the effect moves the combined Z of each look by.
    slopes = _combined(bounds, [1 / error for error in errors])[:last]

    def order(effect: float) -> float:
        shifted = _shifted(bounds, effect, slopes)
        seen = statistics[last - 1] - effect * slopes[-1]
        return as_extreme(shifted, last, seen, 0.0, bounds.binding)

    def at(share: float) -> float:
        def lacking(scaled: float) -> float:
            return order(scaled / slopes[-1]) - share

        found = brentq(lacking, reaching(lacking, -20.0), reaching(lacking, 20.0), xtol=1e-10)
        return float(found) / slopes[-1]

    root = math.sqrt(bounds.information[last - 1])
    low, high = repeated_interval(bounds, last, statistics[last - 1], before=statistics[: last - 1])
    tail = (1 - confidence) / 2
    return CombinedEffect(
        estimate=at(0.5), lower=at(tail), upper=at(1 - tail), confidence=confidence,
        repeated_lower=low * root / slopes[-1], repeated_upper=high * root / slopes[-1],
    )  # fmt: skip


def fisher_combination(
    p_values: Sequence[float], *, alpha: float = 0.025, futility: float = 1.0
) -> FisherCombined:
    """The product of the p-values of two stages, each one-sided and by its own data alone.

    The trial stops for futility where the first p-value is above `futility`, which binds. Where the product of both is
    at most that which all of `alpha` allows (Bauer and Koehne), it rejects; the first stage rejects alone at what
    stopping for futility gives back. One p-value asks after the first stage. Raises ANAL-014.

    >>> found = eq.fisher_combination([0.06, 0.02], futility=0.5)
    >>> found.rejected, round(found.p_value, 5)
    (2, 0.01486)
    """
    given = as_numbers(p_values)
    if not given or len(given) > 2 or not all(0 < each < 1 for each in given):
        raise analysis_error("ANAL-014", "stages", f"p-values {p_values}")
    if not 0 < alpha < 0.5 or not alpha < futility <= 1:
        raise analysis_error("ANAL-014", "stages", f"alpha {alpha}, futility above {futility}")
    late = math.exp(-float(chdtri(4, alpha)) / 2)
    early = late if futility == 1 else _early(late, alpha, futility)
    first, product = given[0], math.prod(given)
    if len(given) == 1 or first <= early or first > futility:
        return FisherCombined(early=early, late=late, rejected=1 if first <= early else None, p_value=first)
    return FisherCombined(
        early=early,
        late=late,
        rejected=2 if product <= late else None,
        p_value=_product_p(product, early, futility),
    )


def _product_p(product: float, early: float, futility: float) -> float:
    """The chance of the first stage rejecting, or of a product at most this after a first p-value between the two."""
    if product <= early:
        return early + product * math.log(futility / early)
    return product + product * math.log(futility / product)


def _early(late: float, alpha: float, futility: float) -> float:
    """The first p-value that rejects alone, so that both ways to reject together use up the error."""

    def lacking(first: float) -> float:
        return first + late * math.log(futility / first) - alpha

    return float(brentq(lacking, late, alpha, xtol=1e-15))


def _combined(bounds: Boundaries, z: Sequence[float]) -> tuple[float, ...]:
    """By look, the stages up to it combined. Raises ANAL-014."""
    if bounds.two_sided or not 1 <= len(z) <= len(bounds.information):
        sides = "two-sided" if bounds.two_sided else "one-sided"
        raise analysis_error(
            "ANAL-014", "stages", f"{len(z)} stages of {len(bounds.information)} looks, {sides}"
        )
    shares = np.diff([0.0, *bounds.information])[: len(z)]
    summed = np.cumsum(np.sqrt(shares) * np.asarray(z)) / np.sqrt(np.cumsum(shares))
    return tuple(float(each) for each in summed)


def _first(bounds: Boundaries, statistics: Sequence[float]) -> int | None:
    """The first look at which the combined Z reaches its bound."""
    for look, (seen, bound) in enumerate(zip(statistics, bounds.efficacy, strict=False), start=1):
        if seen >= bound:
            return look
    return None


def _shifted(bounds: Boundaries, effect: float, slopes: Sequence[float]) -> Boundaries:
    """The bounds as the Z that test this effect meet them."""
    rest = (0.0,) * (len(bounds.information) - len(slopes))
    moved = [effect * each for each in (*slopes, *rest)]
    return replace(
        bounds,
        efficacy=tuple(high - by for high, by in zip(bounds.efficacy, moved, strict=True)),
        futility=tuple(
            None if low is None else low - by for low, by in zip(bounds.futility, moved, strict=True)
        ),
    )
