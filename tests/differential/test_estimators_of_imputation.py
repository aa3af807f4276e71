"""Rubin's rules against a published implementation, and the imputation against what must hold of it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.imputation import Limits, draw_regression, generator, impute, rubin

FREE = Limits(lowest=-1e9, highest=1e9, decimals=6)


def test_rubin_gives_the_reference_pooling() -> None:
    # mice 3.15, pool.scalar(Q, U, n = 122, k = 2).
    estimates, variances = [1.1, 0.9, 1.3, 1.0, 1.2], [0.04, 0.05, 0.045, 0.05, 0.042]
    pooled = rubin(estimates, variances, complete_df=120)
    assert (pooled.estimate, pooled.within, pooled.between, pooled.total) == pytest.approx(
        (1.1, 0.0454, 0.025, 0.0754)
    )
    assert (pooled.df, pooled.increase, pooled.fraction) == pytest.approx(
        (18.6409192205, 0.6607929515, 0.4535246052), abs=1e-9
    )
    assert rubin(estimates, variances).df == pytest.approx(25.2673777778, abs=1e-9)


def test_rubin_agrees_with_the_reference_vector(shared: Path) -> None:
    entries = json.loads((shared / "vectors" / "statistics.json").read_text(encoding="utf-8"))
    entry = next(each for each in entries if each["id"] == "rubin")
    given, expected = entry["input"], entry["expected"]
    pooled = rubin(given["Q"], given["U"], complete_df=given["n"] - given["k"])
    found = {"qbar": pooled.estimate, "ubar": pooled.within, "b": pooled.between, "t": pooled.total}
    found |= {"df": pooled.df, "r": pooled.increase, "fmi": pooled.fraction}
    for name, value in found.items():
        assert value == pytest.approx(expected[name], abs=entry["tolerance"]), name


def test_pooling_does_not_depend_on_the_unit() -> None:
    """In moles a litre a difference is some 10^-12: what varies between imputations must not be taken for rounding."""
    estimates, variances = [1.1, 0.9, 1.3, 1.0, 1.2], [0.04, 0.05, 0.045, 0.05, 0.042]
    plain = rubin(estimates, variances, complete_df=120)
    for unit in (1e-13, 1e12):
        found = rubin([e * unit for e in estimates], [v * unit**2 for v in variances], complete_df=120)
        assert found.df == pytest.approx(plain.df)
        assert found.error == pytest.approx(plain.error * unit)
    assert rubin([0.1 + 0.2, 0.3], [1e-4, 1e-4]).df == math.inf


def test_equal_estimates_pool_to_the_complete_data_result() -> None:
    pooled = rubin([0.2] * 50, [0.01] * 50, complete_df=120)
    interval = pooled.interval()
    assert (pooled.total, pooled.df) == (pytest.approx(0.01), math.inf)
    assert (interval.lower, interval.upper) == pytest.approx((0.2 - 0.1959964, 0.2 + 0.1959964), abs=1e-6)


def test_nothing_missing_is_returned_as_it_is() -> None:
    scores = np.array([[4.0, 2.0], [9.0, 8.0]])
    assert (impute(scores, np.zeros((2, 1)), FREE, generator("d", 1)) == scores).all()


def test_the_same_key_draws_the_same_and_another_differs() -> None:
    assert generator("digest", 7, "arm").random() == generator("digest", 7, "arm").random()
    assert generator("digest", 7, "arm").random() != generator("digest", 8, "arm").random()
    assert generator("digest", 7, "arm").random() != generator("other", 7, "arm").random()


def test_observed_values_stay_and_draws_are_kept_within_the_score() -> None:
    random = np.random.default_rng(3)
    scores = np.round(random.normal(3, 4, (40, 3)).clip(0, 70))
    scores[5:12, 2] = np.nan
    scores[9:15, 1] = np.nan
    full = impute(scores, random.normal(size=(40, 2)), Limits(lowest=0, highest=70), generator("d", 1))
    seen = ~np.isnan(scores)
    assert (full[seen] == scores[seen]).all() and not np.isnan(full).any()
    assert ((full[:, 2] >= 0) & (full[:, 2] <= 70) & (full[:, 2] == np.round(full[:, 2]))).all()


def test_draws_of_a_regression_have_the_moments_of_its_posterior() -> None:
    """Flat prior: the predictive mean is the fitted value, the variance s2 (1 + h) (n - p) / (n - p - 2)."""
    random = np.random.default_rng(11)
    x = np.hstack([np.ones((30, 1)), random.normal(size=(30, 1))])
    y = 2 + 3 * x[:, 1] + random.normal(size=30)
    at = np.array([[1.0, 0.7]])
    draws = np.array([draw_regression(x, y, at, random)[0] for _ in range(20_000)])
    fitted, residual, *_ = np.linalg.lstsq(x, y)
    leverage = (at @ np.linalg.inv(x.T @ x) @ at.T).item()
    variance = float(residual[0]) / (30 - 2) * (1 + leverage) * 28 / 26
    assert draws.mean() == pytest.approx((at @ fitted).item(), abs=0.03)
    assert draws.var() == pytest.approx(variance, rel=0.03)


def test_values_missing_because_of_an_earlier_score_do_not_bias_the_mean() -> None:
    """Most high scorers leave: the mean of those who stay is low, the imputed mean is not; nor is its
    interval too short. 120 seeded trials of 80 participants, tolerance four standard errors."""
    covered, gaps, naive = 0, [], []
    for trial in range(120):
        random = np.random.default_rng(trial)
        base = random.normal(20, 5, 80)
        early = 0.5 * base + random.normal(0, 3, 80)
        late = early + random.normal(0, 2, 80)
        scores = np.column_stack([early, np.where((early > 10) & (random.random(80) < 0.7), np.nan, late)])
        draw = generator("coverage", trial)
        full = [impute(scores, base[:, None], FREE, draw)[:, 1] for _ in range(10)]
        pooled = rubin(
            [each.mean() for each in full], [each.var(ddof=1) / 80 for each in full], complete_df=79
        )
        gaps.append(pooled.estimate - 10)
        naive.append(np.nanmean(scores[:, 1]) - 10)
        covered += pooled.interval().lower <= 10 <= pooled.interval().upper
    assert abs(np.mean(gaps)) < 0.2 < 1.0 < abs(np.mean(naive))
    assert covered / 120 == pytest.approx(0.95, abs=0.08)


def test_an_arm_of_few_gives_up_predictors_before_it_gives_up() -> None:
    scores = np.array([[3.0, 2.0], [5.0, 4.0], [4.0, 6.0], [6.0, np.nan]])
    full = impute(scores, np.array([[9.0], [8.0], [12.0], [10.0]]), FREE, generator("d", 1))
    assert np.isfinite(full).all()


def test_a_visit_that_an_arm_of_few_gives_up_needs_no_regression_of_its_own() -> None:
    """Two values at the first visit carry none; the time point has five, and the baseline."""
    scores = np.array([[3.0, 2.0], [5.0, 4.0], [np.nan, 6.0], [np.nan, 5.0], [np.nan, 3.0], [np.nan, np.nan]])
    full = impute(scores, np.array([[9.0], [8.0], [12.0], [10.0], [7.0], [9.0]]), FREE, generator("d", 1))
    assert np.isfinite(full).all() and (full[:5, 1] == scores[:5, 1]).all()


def test_an_arm_without_any_value_at_the_time_point_cannot_be_imputed() -> None:
    with pytest.raises(AnalysisError, match="ANAL-010"):
        impute(np.array([[3.0, np.nan], [5.0, np.nan]]), np.ones((2, 1)), FREE, generator("d", 1))


def test_one_value_cannot_carry_a_regression() -> None:
    with pytest.raises(AnalysisError, match="ANAL-010"):
        impute(np.array([[3.0], [np.nan]]), np.ones((2, 1)), FREE, generator("d", 1))


def test_one_estimate_is_no_pool() -> None:
    with pytest.raises(AnalysisError, match="ANAL-010"):
        rubin([1.0], [1.0])


def test_the_p_value_of_a_pool() -> None:
    """Student's t on the pool's own degrees of freedom: 1.1 / sqrt(0.0754) = 4.006 on 18.64."""
    pooled = rubin([1.1, 0.9, 1.3, 1.0, 1.2], [0.04, 0.05, 0.045, 0.05, 0.042], complete_df=120)
    assert pooled.p_value() == pytest.approx(2 * student.sf(1.1 / math.sqrt(0.0754), 18.6409192205), rel=1e-9)
    assert rubin([0.0, 0.0], [0.0, 0.0]).p_value() == 1.0 and rubin([0.2, 0.2], [0.0, 0.0]).p_value() == 0.0
