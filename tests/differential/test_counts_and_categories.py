"""Rates and ordered categories against likelihoods maximised by other software, and exact intervals against
R."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.count_models import fit_categories, fit_counts, ratio_effect
from equipoise.analysis.estimators.rates import clopper_pearson, poisson_rate, poisson_rate_ratio
from equipoise.analysis.estimators.win_odds import win_odds


def counts_in(text: str) -> list[int]:
    return [int(each) for each in text.split()]


COUNTS = counts_in(
    """
    2 2 4 0 5 1 2 0 6 2 4 3 2 1 9 1 2 4 4 2 6 9 1 0 2 2 1 3 4 1 1 5 1 2 10 1 1 1 3 6
    0 0 3 0 1 1 0 1 3 13 4 0 2 1 1 2 6 0 0 3 0 1 5 0 2 1 6 5 11 4 7 0 0 5 7 4 2 0 0 4
    """
)
CATEGORIES = counts_in(
    """
    1 2 1 1 1 2 3 2 3 3 2 3 2 2 2 2 1 2 2 3 1 2 0 2 2 2 2 3 1 2 2 3 2 3 1 3 3 2 1 1
    2 3 2 2 1 3 0 2 2 1 3 1 0 1 3 1 2 3 2 1 1 3 0 1 1 3 2 3 0 3 2 1 3 3 1 2 3 1 0 1
    """
)
ARM = ["new" if place % 2 else "old" for place in range(80)]
TIME = [1 + (place % 3) * 0.5 for place in range(80)]
LEVEL = [place % 4 for place in range(80)]


def test_the_negative_binomial_agrees_with_the_likelihood_maximised_by_r() -> None:
    """R 4.2.2: optim (BFGS) on dnbinom with the logarithm of the time as offset, error from the Hessian of
    all parameters."""
    found = fit_counts(COUNTS, ARM, TIME, {"level": LEVEL}, reference="old")
    assert found.logarithms["new"] == pytest.approx(-0.2771036226, abs=1e-6)
    assert (found.errors["new"], found.dispersion) == pytest.approx((0.24634265, 0.633212198), abs=2e-6)
    effect = ratio_effect(found, "new")
    assert effect.estimate == pytest.approx(math.exp(-0.2771036226), abs=1e-6)
    assert effect.interval.lower == pytest.approx(math.exp(-0.2771036 - 1.959964 * 0.24634265), abs=1e-5)
    assert effect.p == pytest.approx(0.26064, abs=1e-4)


def test_poisson_agrees_with_r() -> None:
    """R 4.2.2: glm(y ~ arm + level + offset(log(t)), poisson)."""
    found = fit_counts(COUNTS, ARM, TIME, {"level": LEVEL}, reference="old", model="poisson")
    assert (found.logarithms["new"], found.errors["new"]) == pytest.approx(
        (-0.38015212592, 0.15160357438), abs=1e-9
    )
    new = [place % 2 == 1 for place in range(80)]
    assert found.rates["new"] == pytest.approx(np.array(COUNTS)[new].sum() / np.array(TIME)[new].sum())


def test_proportional_odds_agree_with_the_likelihood_maximised_by_r() -> None:
    """R 4.2.2: optim on the cumulative logits; a higher odds ratio means higher categories."""
    found = fit_categories(CATEGORIES, ARM, {"level": LEVEL}, reference="old")
    assert (found.logarithms["new"], found.errors["new"]) == pytest.approx(
        (1.228988270, 0.47316473), abs=2e-6
    )
    assert ratio_effect(found, "new").estimate > 1


def test_two_categories_are_logistic_regression_and_one_rate_is_its_own_exposure() -> None:
    """Twelve of 20 against 6 of 20: the odds ratio is that of the table, the error Woolf's."""
    answers = [1] * 12 + [0] * 8 + [1] * 6 + [0] * 14
    found = fit_categories(answers, ["a"] * 20 + ["b"] * 20, reference="b")
    assert found.logarithms["a"] == pytest.approx(math.log(12 * 14 / (8 * 6)), abs=1e-7)
    assert found.errors["a"] == pytest.approx(math.sqrt(1 / 12 + 1 / 8 + 1 / 6 + 1 / 14), abs=1e-6)
    rates = fit_counts([4, 6, 1, 1], ["a", "a", "b", "b"], [2, 3, 1, 1], reference="b", model="poisson")
    assert rates.logarithms["a"] == pytest.approx(math.log(2.0), abs=1e-9)
    assert rates.errors["a"] == pytest.approx(math.sqrt(1 / 10 + 1 / 2), abs=1e-7)


def test_counts_that_vary_less_than_poisson_have_no_dispersion() -> None:
    values, arms = [2, 2, 3, 3, 4, 4, 3, 4], ["a"] * 4 + ["b"] * 4
    whole, plain = (
        fit_counts(values, arms, reference="b", model=each) for each in ("negative_binomial", "poisson")
    )
    assert (whole.dispersion, plain.dispersion) == (0.0, None) and whole.errors == plain.errors


@pytest.mark.parametrize(
    ("count", "arm", "time", "code"),
    [
        ([1, 2, 0.5], ["a", "b", "b"], None, "ANAL-017"),
        ([1, 2, 3], ["a", "b", "b"], [1, 0, 1], "ANAL-017"),
        ([1, 2, 3], ["a", "a", "a"], None, "ANAL-017"),
        ([0, 0, 3, 1], ["a", "a", "b", "b"], None, "ANAL-004"),
    ],
)
def test_counts_that_make_no_rate_are_refused(count: list, arm: list, time: list | None, code: str) -> None:
    with pytest.raises(AnalysisError, match=code):
        fit_counts(count, arm, time, reference="b")


def test_categories_that_make_no_odds_are_refused() -> None:
    with pytest.raises(AnalysisError, match="ANAL-017"):
        fit_categories([1, 1, 1, 1], ["a", "a", "b", "b"], reference="b")
    with pytest.raises(AnalysisError, match="ANAL-016"):
        fit_categories([1, 1, 1, 0, 0, 0], ["a", "a", "a", "b", "b", "b"], reference="b")
    with pytest.raises(AnalysisError, match="ANAL-015"):
        fit_categories([1, 2, 1, 2, 2], list("aabbb"), {"x": [1, 1, 0, 0, 0]}, reference="b")
    with pytest.raises(AnalysisError, match="ANAL-017"):
        ratio_effect(fit_categories([1, 0, 1, 0, 0], list("aabbb"), reference="b"), "b")


def test_without_the_library_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.discrete.discrete_model", None)
    with pytest.raises(AnalysisError, match="ANAL-018") as caught:
        fit_counts([1, 2, 3, 1], ["a", "a", "b", "b"], reference="b")
    assert "equipoise[models]" in str(caught.value)


# R 4.2.2: binom.test(x, n)$conf.int
R_BINOMIAL = {
    (0, 10): (0.0, 0.308497107819),
    (10, 10): (0.691502892181, 1.0),
    (4, 61): (0.018154195976, 0.159468954641),
    (1, 1): (0.025, 1.0),
    (57, 60): (0.860756753279, 0.989567670356),
}
# R 4.2.2: poisson.test(x, T)$conf.int
R_POISSON = {
    (0, 12.5): (0.0, 0.295110356329),
    (7, 3.0): (0.938121017173, 4.8075584539),
    (21, 45.3): (0.286960948876, 0.708625402537),
    (1, 0.02): (1.26589039921, 278.582169547),
}


@pytest.mark.parametrize("counts", R_BINOMIAL)
def test_exact_proportions_agree_with_r_and_statsmodels(counts: tuple[int, int]) -> None:
    found = clopper_pearson(*counts)
    assert (found.lower, found.upper) == pytest.approx(R_BINOMIAL[counts], abs=1e-11)
    assert (found.lower, found.upper) == pytest.approx(proportion_confint(*counts, method="beta"), abs=1e-12)


@pytest.mark.parametrize("counts", R_POISSON)
def test_exact_rates_agree_with_r(counts: tuple[int, float]) -> None:
    found = poisson_rate(*counts)
    assert (found.lower, found.upper) == pytest.approx(R_POISSON[counts], rel=1e-10)


def test_exact_rate_ratios_agree_with_r() -> None:
    """R 4.2.2: poisson.test(c(11, 21), c(800, 3011)), and with no event in one of the groups."""
    found = poisson_rate_ratio(11, 800, 21, 3011)
    assert found.estimate == pytest.approx(1.97148809524)
    assert (found.interval.lower, found.interval.upper) == pytest.approx(
        (0.858426403392, 4.27726594365), rel=1e-10
    )
    none = poisson_rate_ratio(0, 10, 5, 12)
    assert (none.estimate, none.interval.lower, none.interval.upper) == pytest.approx((0, 0, 1.30953492622))
    only = poisson_rate_ratio(5, 10, 0, 12)
    assert (only.estimate, only.interval.upper) == (math.inf, math.inf)
    assert only.interval.lower == pytest.approx(1.09962702878)


def test_what_has_no_exact_interval_is_refused() -> None:
    for x, n in ((-1, 5), (6, 5), (0, 0)):
        with pytest.raises(AnalysisError, match="ANAL-004"):
            clopper_pearson(x, n)
    for events, time in ((-1, 1.0), (1, 0.0), (1, math.inf)):
        with pytest.raises(AnalysisError, match="ANAL-004"):
            poisson_rate(events, time)
        with pytest.raises(AnalysisError, match="ANAL-004"):
            poisson_rate_ratio(events, time, 1, 1.0)
    with pytest.raises(AnalysisError, match="ANAL-004"):
        poisson_rate_ratio(0, 1.0, 0, 1.0)


def test_overdispersion_agrees_with_deans_statistic_from_r() -> None:
    """R 4.2.2: sum((y - mu)^2 - y) / sqrt(2 sum(mu^2)) of the fitted values of glm."""
    for model in ("poisson", "negative_binomial"):
        (check,) = fit_counts(COUNTS, ARM, TIME, {"level": LEVEL}, reference="old", model=model).checks
        assert check.statistic == pytest.approx(9.77347857904, abs=1e-6)
        assert (check.df, check.p_value) == (None, pytest.approx(norm.sf(9.77347857904), rel=1e-4))


def test_proportional_odds_are_tested_as_r_and_sas_do() -> None:
    """R 4.2.2: score and observed information of the larger model by numDeriv, at the maximum of the smaller one. SAS:
    the cheese tasting of PROC LOGISTIC's documentation prints 17.2866 on 21 degrees of freedom, p 0.6936."""
    (check,) = fit_categories(CATEGORIES, ARM, {"level": LEVEL}, reference="old").checks
    assert (check.statistic, check.df) == (pytest.approx(3.57142356232, abs=1e-4), 2)
    tasted = [counts_in(row) for row in (
        "0 0 1 7 8 8 19 8 1", "6 9 12 11 7 6 1 0 0", "1 1 6 8 23 7 5 1 0", "0 0 0 1 3 7 14 16 11"
    )]  # fmt: skip
    answers = [place for row in tasted for place, count in enumerate(row) for _ in range(count)]
    (check,) = fit_categories(answers, [each for each in "ABCD" for _ in range(52)], reference="D").checks
    assert (check.statistic, check.df) == (pytest.approx(17.2866, abs=5e-4), 21)
    assert check.p_value == pytest.approx(0.6936, abs=1e-4)


def test_two_categories_have_no_cuts_to_compare() -> None:
    assert fit_categories([0, 1, 1, 0, 1, 0, 0, 1], ["a", "b"] * 4, reference="b").checks == ()


PAIN_NEW = [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
PAIN_OLD = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1]


def test_the_win_probability_is_the_published_one() -> None:
    """Brunner and Munzel's example, pain after an operation: 0.788961, statistic 3.1375 (R package lawstat prints
    both); the error of the logit is that of the probability over p (1 - p)."""
    found = win_odds(PAIN_NEW, PAIN_OLD)
    assert found.probability == pytest.approx(0.788961, abs=1e-6)
    assert (found.probability - 0.5) / found.standard_error == pytest.approx(3.1375, abs=1e-4)
    assert found.estimate == pytest.approx(found.probability / (1 - found.probability))
    assert found.log_error == pytest.approx(found.standard_error / (0.788961 * 0.211039), rel=1e-5)
    turned = win_odds(PAIN_OLD, PAIN_NEW)
    assert (turned.estimate, turned.p) == pytest.approx((1 / found.estimate, found.p))


def test_strata_of_win_odds_have_van_elterens_weights() -> None:
    """Two strata by hand: n1 n2 / (n1 + n2 + 1) are 4/5 and 6/6; one with a single arm tells nothing."""
    first, second = [2, 3, 1, 2, 9], [1, 3, 1, 1, 2]
    strata = (["a", "a", "b", "b", "c"], ["a", "a", "b", "b", "b"])
    one, two = win_odds([2, 3], [1, 3]), win_odds([1, 2], [1, 1, 2])
    weight = 0.8 / 1.8
    found = win_odds(first, second, strata=strata)
    assert found.probability == pytest.approx(weight * one.probability + (1 - weight) * two.probability)
    assert found.standard_error**2 == pytest.approx(
        (weight * one.standard_error) ** 2 + ((1 - weight) * two.standard_error) ** 2
    )


@pytest.mark.parametrize(
    ("first", "second", "strata", "code"),
    [
        ([1, 1], [1, 1], None, "ANAL-016"),
        ([2, 3], [0, 1], None, "ANAL-016"),
        ([1], [1, 2], None, "ANAL-017"),
        ([1, math.nan], [1, 2], None, "ANAL-017"),
        ([1, 2], [1, 2], (["a", "a"], ["b", "b"]), "ANAL-017"),
    ],
)
def test_win_odds_without_an_error_are_refused(first: list, second: list, strata: tuple, code: str) -> None:
    with pytest.raises(AnalysisError, match=code):
        win_odds(first, second, strata=strata)


def test_the_origin_and_the_unit_of_a_covariate_do_not_matter() -> None:
    """Of the year of birth the search found no maximum, or another one, before covariates were standardised."""
    random = np.random.default_rng(5)
    arm, age = ["a", "b"] * 40, random.normal(0, 10, 80)
    count = random.poisson(np.exp(0.3 + 0.03 * age))
    for fit, rate in ((fit_counts, 1e-7), (fit_categories, 1e-5)):
        plain = ratio_effect(fit(count, arm, covariates={"age": age}, reference="a"), "b")
        for moved in (1960 + age, 1e6 * (1960 + age), 1e-6 * age):
            found = ratio_effect(fit(count, arm, covariates={"age": moved}, reference="a"), "b")
            assert (found.estimate, found.standard_error) == pytest.approx(
                (plain.estimate, plain.standard_error), rel=rate
            )
