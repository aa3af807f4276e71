"""Missing scores by assumption: against a fit of the same model by other software, and what must hold of
draws."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.ancova import adjusted_mean, ancova, mean_difference
from equipoise.analysis.estimators.imputation import generator
from equipoise.analysis.estimators.reference_based import (
    ASSUMPTIONS,
    Course,
    completed,
    conditional_mean,
    course,
    design,
    fitted,
    imputations,
    means_under,
    posterior,
)

GAP = np.nan
# Treated or not, baseline, scores at four visits: twenty-four made-up participants.
ROWS = np.array(
    [
        [1, 23.2, 2.3, -4.8, -7.2, -1.9], [0, 22.1, 1.7, 1.6, -1.0, 3.0], [1, 21.2, -4.9, -5.1, -8.2, -11.1],
        [0, 25.7, -1.6, 3.4, 0.0, -4.3], [1, 15.4, 2.7, 1.5, 2.8, GAP], [0, 20.5, -4.8, -9.0, -4.5, -9.7],
        [1, 12.8, -0.1, GAP, GAP, GAP], [0, 21.1, -2.0, 0.4, -0.4, GAP], [1, 23.5, 1.5, -2.5, -4.4, -2.2],
        [0, 23.5, -1.6, -0.2, -1.6, -5.5], [1, 19.8, -4.1, -4.6, -5.0, -6.9], [0, 26.3, 2.8, -2.9, -1.8, -4.2],
        [1, 17.7, -5.5, -6.5, -5.5, -12.9], [0, 18.5, 1.4, -0.2, -0.4, GAP], [1, 16.7, -0.3, -2.6, GAP, GAP],
        [0, 23.9, -5.2, GAP, -2.5, -14.2], [1, 18.1, 1.5, -1.2, -0.4, -3.2], [0, 20.3, -3.0, -3.2, -5.4, -1.3],
        [1, 30.0, 2.6, -2.5, -5.0, -9.0], [0, 25.6, 1.0, 0.5, -4.0, 0.8], [1, 23.2, -5.8, -4.8, -9.9, -10.5],
        [0, 17.1, -7.9, -2.3, -9.2, -10.1], [1, 24.1, 3.2, 1.4, -6.3, GAP], [0, 20.4, -3.8, -0.8, -2.0, GAP],
    ]
)  # fmt: skip
ARMS = ["T" if each else "C" for each in ROWS[:, 0]]


def given(*by_visit: str, rows: np.ndarray = ROWS) -> Course:
    labels = ["T" if each else "C" for each in rows[:, 0]]
    return course(rows[:, 2:], labels, {"base": rows[:, 1]}, by_visit=by_visit)


# R 4.2.2, nlme 3.1 (gls, corSymm, varIdent, REML) for the means and the covariance; then the conditional means by their
# formulas, lm at the last visit, and the jackknife over participants, in some forty lines of R. Estimate, error.
R_COMMON_SLOPE = {
    "mar": (-0.885947973, 2.544420920),
    "j2r": (-0.669342389, 1.910799182),
    "cr": (-0.287334828, 2.404728095),
    "cir": (-1.00780295, 1.99573796),
    "lmcf": (-0.898512823, 2.107677739),
}
R_SLOPE_BY_VISIT = {
    "mar": (-0.508027459, 2.538920784),
    "j2r": (-0.369980476, 1.906005794),
    "cr": (0.337866415, 2.563958894),
    "cir": (-0.705804062, 2.010084203),
    "lmcf": (-0.884664928, 2.134898972),
}


@pytest.mark.parametrize("assumption", ASSUMPTIONS)
def test_the_conditional_mean_and_its_jackknife_agree_with_r(assumption: str) -> None:
    for by_visit, expected in (((), R_COMMON_SLOPE), (("base",), R_SLOPE_BY_VISIT)):
        found = conditional_mean(given(*by_visit), "T", "C", assumption=assumption)
        assert (found.estimate, found.standard_error) == pytest.approx(expected[assumption], abs=2e-6)
        half = 1.959963984540054 * found.standard_error
        assert found.interval.upper == pytest.approx(found.estimate + half)


def test_draws_are_spread_around_the_conditional_mean_of_their_parameters() -> None:
    one = given()
    coefficients, sigma = fitted(one)
    mean = means_under(one, coefficients, "j2r", "C")
    expected = completed(one, mean, sigma)
    draws = np.array([completed(one, mean, sigma, generator("d", seed)) for seed in range(3000)])
    assert (
        np.abs(draws.mean(axis=0) - expected).max() < 0.35
    )  # the largest sd is 4.7: four errors of the mean
    seen = ~np.isnan(one.scores)
    assert (draws[0][seen] == one.scores[seen]).all()
    # The first to leave has three gaps: their covariance is that of the conditional distribution.
    gap = np.array([False, True, True, True])
    left = sigma[np.ix_(gap, gap)] - sigma[np.ix_(gap, ~gap)] @ sigma[np.ix_(~gap, gap)] / sigma[0, 0]
    assert np.cov(draws[:, 6, 1:].T) == pytest.approx(left, rel=0.15, abs=0.5)


def test_the_posterior_of_complete_data_is_the_known_one() -> None:
    """With a flat prior and Jeffreys's, each visit's regression has its least-squares mean, and the
    covariance the inverse Wishart mean S / (n - p - T - 1) when every covariate has a slope for each visit.
    """
    random = np.random.default_rng(5)
    scores = random.normal(size=(40, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]])
    whole = course(scores, ["a", "b"] * 20, {"x": np.arange(40.0) % 7}, by_visit=("x",))
    draws = list(posterior(whole, 1500, generator("p", 1)))
    columns = design(whole, whole.group)
    flat = columns.reshape(80, -1)
    least = np.linalg.lstsq(flat, scores.ravel(), rcond=None)[0]
    left = scores - columns @ least
    assert np.mean([each for each, _ in draws], axis=0) == pytest.approx(least, abs=0.03)
    expected = left.T @ left / (40 - 3 - 2 - 1)
    assert np.mean([each for _, each in draws], axis=0) == pytest.approx(expected, rel=0.05, abs=0.03)


def test_multiple_imputation_and_the_conditional_mean_tell_the_same() -> None:
    """Many participants, so that the posterior is narrow: the pooled estimate lies within its simulation
    error."""
    random = np.random.default_rng(8)
    start = random.normal(20, 4, 300)
    arm = np.arange(300) % 2
    first = start + random.normal(0, 2, 300)
    last = first - 3 * arm + random.normal(0, 2, 300)
    last[(first > 21) & (random.random(300) < 0.5)] = GAP
    one = course(np.column_stack([first, last]), ["t" if each else "c" for each in arm], {"start": start})
    labels = [one.arms[each] for each in one.group]
    for assumption in ("mar", "j2r", "cir"):
        sets = imputations(one, 40, generator("m", 1), assumption=assumption, reference="c")
        pooled = np.mean(
            [mean_difference(ancova(each[:, 1], labels, one.covariates), "t", "c").estimate for each in sets]
        )
        coefficients, sigma = fitted(one)
        full = completed(one, means_under(one, coefficients, assumption, "c"), sigma)
        expected = mean_difference(ancova(full[:, 1], labels, one.covariates), "t", "c").estimate
        assert pooled == pytest.approx(expected, abs=0.12)


def test_who_is_in_the_reference_is_the_same_under_every_assumption() -> None:
    one = given()
    coefficients, _ = fitted(one)
    control = one.group == one.arms.index("C")
    own = means_under(one, coefficients, "mar", "C")
    for assumption in ("j2r", "cr", "cir"):
        assert means_under(one, coefficients, assumption, "C")[control] == pytest.approx(own[control])


def test_who_was_never_scored_is_in_the_reference_from_the_start() -> None:
    rows = np.vstack([ROWS, [1, 20.0, GAP, GAP, GAP, GAP]])
    one = given(rows=rows)
    coefficients, sigma = fitted(one)
    other = means_under(one, coefficients, "cr", "C")[-1]
    for assumption in ("j2r", "cir"):
        mean = means_under(one, coefficients, assumption, "C")
        assert mean[-1] == pytest.approx(other) == completed(one, mean, sigma)[-1]
    own = means_under(one, coefficients, "mar", "C")[-1]
    assert means_under(one, coefficients, "lmcf", "C")[-1] == pytest.approx(own)


def test_the_same_seed_draws_the_same() -> None:
    one, two = (imputations(given(), 3, generator("k", 1), assumption="cr", reference="C") for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    other = imputations(given(), 3, generator("k", 2), assumption="cr", reference="C")
    assert (one[0] != other[0]).any()


def test_rows_that_make_no_course_are_refused() -> None:
    one = given()
    with pytest.raises(AnalysisError, match="ANAL-017"):
        means_under(one, np.zeros(9), "hope", "C")
    with pytest.raises(AnalysisError, match="ANAL-017"):
        means_under(one, np.zeros(9), "j2r", "X")
    with pytest.raises(AnalysisError, match="ANAL-017"):
        course(ROWS[:, 2:], ARMS[:-1])
    with pytest.raises(AnalysisError, match="ANAL-017"):
        course(ROWS[:, 2:], ARMS, {"base": np.full(24, np.nan)})
    with pytest.raises(AnalysisError, match="ANAL-010"):
        course([[1.0, GAP], [2.0, GAP], [3.0, 1.0], [4.0, 2.0]], ["a", "a", "b", "b"])
    exact = course([[1.0, 2.0], [3.0, 4.0], [2.5, 3.5], [4.0, 5.0]] * 3, ["a", "a", "b", "b"] * 3)
    with pytest.raises(AnalysisError, match="ANAL-016"):
        list(posterior(exact, 1, generator("d", 1)))
    twice = course(ROWS[:, 2:], ARMS, {"base": ROWS[:, 1], "again": 2 * ROWS[:, 1]})
    with pytest.raises(AnalysisError, match="ANAL-015 .*again"):
        list(posterior(twice, 1, generator("d", 1)))
    small = course([[1.0, 2.0], [2.0, 1.0], [3.0, 1.5], [4.0, 2.5]], ["a", "a", "b", "b"])
    with pytest.raises(AnalysisError, match="ANAL-010"):
        list(posterior(small, 1, generator("d", 1)))


def test_least_squares_agree_with_r() -> None:
    """R 4.2.2: lm(y3 ~ trt + base) on those seen at the third visit, confint, and predict at the mean
    baseline."""
    seen = ~np.isnan(ROWS[:, 4])
    fit = ancova(
        ROWS[seen, 4], [arm for arm, each in zip(ARMS, seen, strict=True) if each], {"base": ROWS[seen, 1]}
    )
    found = mean_difference(fit, "T", "C")
    assert (found.estimate, found.standard_error, found.df, found.p) == pytest.approx(
        (-2.242143805598, 1.37868380894, 19, 0.120358766380), abs=1e-10
    )
    assert (found.interval.lower, found.interval.upper) == pytest.approx(
        (-5.127762181136, 0.643474569940), abs=1e-9
    )
    for arm, mean, error in (("C", -2.70357099746, 0.928328347862), ("T", -4.94571480305, 1.017148321218)):
        one = adjusted_mean(fit, arm)
        assert (one.estimate, one.standard_error) == pytest.approx((mean, error), abs=1e-10)


def test_least_squares_without_residuals_and_with_rows_that_do_not_fit() -> None:
    exact = ancova([1.0, 1.0, 3.0, 3.0], ["a", "a", "b", "b"])
    found = mean_difference(exact, "b", "a")
    assert (found.estimate, found.standard_error, found.p) == (pytest.approx(2.0), 0.0, 0.0)
    assert mean_difference(ancova([1.0, 1.0, 1.0, 1.0], ["a", "a", "b", "b"]), "b", "a").p == 1.0
    for response, arm, columns in (
        ([1.0, 2.0, 3.0], ["a", "b"], {}),
        ([1.0, np.nan, 3.0], ["a", "b", "b"], {}),
        ([1.0, 2.0, 3.0], ["a", "b", "b"], {"x": [1.0, np.inf, 0.0]}),
    ):
        with pytest.raises(AnalysisError, match="ANAL-017"):
            ancova(response, arm, columns)
    with pytest.raises(AnalysisError, match="ANAL-015"):
        ancova([1.0, 2.0, 3.0, 4.0], ["a", "a", "b", "b"], {"x": [1.0, 1.0, 0.0, 0.0]})
    with pytest.raises(AnalysisError, match="ANAL-017"):
        adjusted_mean(exact, "c")
