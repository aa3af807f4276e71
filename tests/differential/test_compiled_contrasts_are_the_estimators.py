"""The compiled contrasts of simulated trials against the estimators of `analysis`, on random tables."""

from __future__ import annotations

import math

import numpy as np
import pytest

from equipoise.analysis.estimators.imputation import barnard_rubin, rubin
from equipoise.analysis.estimators.proportions import (
    Table2x2,
    miettinen_nurminen,
    newcombe,
    two_sided_p,
    wald,
)
from equipoise.analysis.estimators.stratified import (
    cochran_mantel_haenszel,
    mantel_haenszel,
)
from equipoise.analysis.estimators.stratified_scores import common_effect
from equipoise.simulation.characteristics.loop import contrast

RANDOM = np.random.default_rng(20)


def tables(strata: int, count: int = 40) -> np.ndarray:
    """Random tables (count, strata, 4), some with nobody in an arm of a stratum, some without responders."""
    sizes = RANDOM.integers(1, 40, (count, strata, 2))
    sizes[::7, -1, 0] = 0 if strata > 1 else 5
    responders = RANDOM.integers(0, sizes + 1)
    responders[::11, 0, 0] = 0
    return np.stack([responders[..., 0], sizes[..., 0], responders[..., 1], sizes[..., 1]], axis=-1).astype(
        float
    )


def named(table: np.ndarray) -> list[Table2x2]:
    """The strata that have both arms."""
    return [
        Table2x2(x1=int(x1), n1=int(n1), x2=int(x2), n2=int(n2))
        for x1, n1, x2, n2 in table
        if n1 > 0 and n2 > 0
    ]


def found(table: np.ndarray) -> np.ndarray:
    """What the loop keeps of complete tables."""
    rows = []
    for each in table:
        estimate, variance = contrast.difference(each)
        rows.append((estimate, variance, math.inf, contrast.cochran(each)))
    return np.array(rows)


@pytest.mark.parametrize("strata", [1, 2, 3])
def test_mantel_haenszel(strata: int) -> None:
    whole = tables(strata)
    lower, upper, p = contrast.inference(contrast.MANTEL_HAENSZEL, whole, found(whole), 0.95)
    for place, table in enumerate(whole):
        pooled = mantel_haenszel(named(table))
        kept = found(table[None])[0]
        assert kept[0] == pytest.approx(pooled.estimate, abs=1e-12)
        assert kept[1] == pytest.approx(pooled.variance, abs=1e-12)
        assert (lower[place], upper[place]) == pytest.approx(
            (pooled.interval.lower, pooled.interval.upper), abs=1e-12
        )
        assert p[place] == pytest.approx(cochran_mantel_haenszel(named(table))[1], abs=1e-9)


@pytest.mark.parametrize("strata", [1, 3])
def test_score_intervals(strata: int) -> None:
    whole = tables(strata, 15)
    lower, upper, _ = contrast.inference(contrast.SCORE, whole, found(whole), 0.9)
    for place, table in enumerate(whole):
        one = (
            miettinen_nurminen(named(table)[0], 0.9)
            if strata == 1
            else common_effect(named(table), "risk_difference", 0.9).interval
        )
        assert (lower[place], upper[place]) == pytest.approx((one.lower, one.upper), abs=1e-9)


@pytest.mark.parametrize(("method", "function"), [(contrast.WALD, wald), (contrast.NEWCOMBE, newcombe)])
def test_intervals_of_one_table(method: int, function) -> None:
    whole = tables(1)
    lower, upper, _ = contrast.inference(method, whole, found(whole), 0.95)
    for place, table in enumerate(whole):
        one = function(named(table)[0], 0.95)
        assert (lower[place], upper[place]) == pytest.approx((one.lower, one.upper), abs=1e-12)


def test_pooled_intervals_and_degrees_of_freedom() -> None:
    """With the estimate, the variances and the number of imputations given, Rubin's rules as `analysis` has them."""
    estimates = RANDOM.normal(0.2, 0.03, 50)
    pool = rubin(list(estimates), [0.008] * 50, complete_df=118)
    df = contrast.freedom(pool.between, pool.total, 50, 120)
    share = (1 + 1 / 50) * pool.between / pool.total
    assert df == pytest.approx(pool.df) == pytest.approx(barnard_rubin(50, share, 118))
    kept = np.array([[pool.estimate, pool.total, df, 0.0]])
    lower, upper, p = contrast.inference(contrast.RUBIN, np.zeros((1, 1, 4)), kept, 0.95)
    interval = pool.interval(0.95)
    assert (lower[0], upper[0], p[0]) == pytest.approx(
        (interval.lower, interval.upper, pool.p_value()), abs=1e-9
    )
    whole = np.array([[0.2, 0.008, math.inf, 0.0]])
    assert contrast.inference(contrast.RUBIN, np.zeros((1, 1, 4)), whole, 0.95)[2][0] == pytest.approx(
        two_sided_p(0.2 / math.sqrt(0.008))
    )


def test_the_limit_of_imputation_is_the_limit_of_drawing() -> None:
    """Responses drawn from the posterior of each arm's probability, 20,000 times: the mean of the difference and its
    variance are those of the closed form (four standard errors)."""
    counts = np.array([[[40, 28, 6, 4], [20, 11, 3, 3]], [[38, 18, 5, 5], [22, 9, 4, 1]]], float)
    table = np.zeros((2, 4))
    between = contrast.completed(counts, contrast.IMPUTED, table)
    centre = contrast.difference(table)[0]
    drawn = []
    for _ in range(20_000):
        full = np.zeros((2, 4))
        for arm in range(2):
            values, responders = (
                counts[arm, :, contrast.VALUES].sum(),
                counts[arm, :, contrast.RESPONDERS].sum(),
            )
            share = responders / values
            probability = np.clip(RANDOM.normal(share, math.sqrt(share * (1 - share) / values)), 0, 1)
            gaps = counts[arm, :, contrast.GAPS].astype(int)
            full[:, 2 * arm] = counts[arm, :, contrast.RESPONDERS] + RANDOM.binomial(gaps, probability)
            full[:, 2 * arm + 1] = counts[arm, :, [contrast.VALUES, contrast.EVENTS, contrast.GAPS]].sum(0)
        drawn.append(contrast.difference(full)[0])
    error = math.sqrt(between / len(drawn))
    assert np.mean(drawn) == pytest.approx(centre, abs=4 * error)
    assert np.var(drawn) == pytest.approx(between, rel=4 * math.sqrt(2 / len(drawn)))


def test_missing_values_as_non_response_or_left_out() -> None:
    counts = np.array([[[40, 28, 6, 4]], [[38, 18, 5, 5]]], float)
    table = np.zeros((1, 4))
    assert contrast.completed(counts, contrast.NON_RESPONSE, table) == 0
    assert table[0].tolist() == [28, 50, 18, 48]
    contrast.completed(counts, contrast.LEFT_OUT, table)
    assert table[0].tolist() == [28, 46, 18, 43]
    assert math.isnan(contrast.difference(np.array([[1.0, 2.0, 0.0, 0.0]]))[0])
