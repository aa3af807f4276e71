"""Adjusted marginal effects against statsmodels, closed forms, and the sampling that they claim to describe."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit
from statsmodels.discrete.discrete_model import Logit

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.logistic import fit_logistic
from equipoise.analysis.estimators.marginal import Standardised, marginal_effect, risk_covariance, standardise
from equipoise.analysis.estimators.proportions import Table2x2, wald, wald_variance
from equipoise.analysis.estimators.ratios import odds_ratio, risk_ratio

# Two strata: treated with and without event, untreated with and without (SAS/STAT's migraine example).
STRATA = ((16, 11, 5, 20), (12, 16, 7, 19))


def rows(strata: tuple[tuple[int, ...], ...] = STRATA) -> tuple[list[int], list[str], list[float]]:
    """Response, arm and stratum of each participant of a table of strata."""
    found = [
        (event, arm, float(stratum))
        for stratum, cells in enumerate(strata)
        for count, (arm, event) in zip(cells, (("new", 1), ("new", 0), ("old", 1), ("old", 0)), strict=True)
        for _ in range(count)
    ]
    response, arm, stratum = (list(each) for each in zip(*found, strict=True))
    return response, arm, stratum


def trial(seed: int = 5, size: int = 160, blocks: bool = False) -> tuple[np.ndarray, list[str], dict]:
    """A simulated trial: a strong covariate and a stratum, arms at random or in blocks of four by stratum."""
    random = np.random.default_rng(seed)
    score, stratum = random.normal(size=size), random.integers(0, 2, size)
    treated = random.random(size) < 0.5
    if blocks:
        for each in (0, 1):
            place = np.flatnonzero(stratum == each)
            order = np.concatenate([random.permutation([0, 0, 1, 1]) for _ in range(len(place) // 4 + 1)])
            treated[place] = order[: len(place)] == 1
    chance = expit(-0.4 + 0.7 * treated + 1.2 * score + 1.5 * stratum * (1 + treated))
    response = (random.random(size) < chance).astype(float)
    return response, ["new" if each else "old" for each in treated], {"score": score, "stratum": stratum}


def test_the_model_agrees_with_statsmodels() -> None:
    response, arm, covariates = trial()
    design = np.column_stack([np.ones(len(arm)), [each == "new" for each in arm], *covariates.values()])
    theirs = Logit(response, design).fit(disp=0, tol=1e-12)
    ours = fit_logistic(response, design, ("one", "arm", "score", "stratum"))
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-8)
    assert ours.covariance == pytest.approx(theirs.cov_params(), rel=1e-8)
    assert ours.deviance == pytest.approx(-2 * theirs.llf)


def test_ge_is_the_delta_method_of_the_average_discrete_change_in_statsmodels() -> None:
    response, arm, covariates = trial()
    design = np.column_stack([np.ones(len(arm)), [each == "new" for each in arm], *covariates.values()])
    theirs = Logit(response, design).fit(disp=0, tol=1e-12).get_margeff(dummy=True)
    ours = marginal_effect(standardise(response, arm, covariates), "new", "old", variance="ge")
    assert (ours.estimate, ours.standard_error) == pytest.approx((theirs.margeff[0], theirs.margeff_se[0]))
    assert ours.p == pytest.approx(theirs.pvalues[0])


def test_the_robust_form_of_ge_is_the_same_with_the_robust_covariance_of_statsmodels() -> None:
    """HC0, the default of R's beeca; the marginal effect itself does not change."""
    response, arm, covariates = trial()
    design = np.column_stack([np.ones(len(arm)), [each == "new" for each in arm], *covariates.values()])
    theirs = Logit(response, design).fit(disp=0, tol=1e-12, cov_type="HC0").get_margeff(dummy=True)
    found = standardise(response, arm, covariates)
    ours = marginal_effect(found, "new", "old", variance="ge_robust")
    assert (ours.estimate, ours.standard_error) == pytest.approx((theirs.margeff[0], theirs.margeff_se[0]))
    assert ours.standard_error != marginal_effect(found, "new", "old", variance="ge").standard_error


def test_the_decomposed_form_is_written_out_here_and_near_the_other() -> None:
    """As R's RobinCar 1.2 and beeca 0.2 do by default: Var(Y) - 2 Cov(Y, mu) + Var(mu), mu over everybody."""
    response, arm, covariates = trial()
    found = standardise(response, arm, covariates)
    places = [found.arms.index(each) for each in ("new", "old")]
    count, total = len(arm), 0.0
    mu = found.predicted
    for a, b, sign in ((places[0], places[1], 1), (places[1], places[0], 1)):
        own = found.group == a
        y, share = response[own], own.sum() / count
        left = np.var(y, ddof=1) - 2 * np.cov(y, mu[own, a])[0, 1] + np.var(mu[:, a], ddof=1)
        total += left / share + 2 * np.cov(y, mu[own, a])[0, 1] - np.var(mu[:, a], ddof=1)
        total -= sign * 2 * np.cov(y, mu[own, b])[0, 1]
    total += 2 * np.cov(mu[:, places[0]], mu[:, places[1]])[0, 1]
    ours = marginal_effect(found, "new", "old", variance="bannick")
    assert ours.standard_error == pytest.approx(math.sqrt(total / count), rel=1e-12)
    other = marginal_effect(found, "new", "old", variance="ye").standard_error
    assert ours.standard_error == pytest.approx(other, rel=0.05) and ours.standard_error != other
    strata = list(covariates["stratum"])
    spared = [
        marginal_effect(found, "new", "old", variance=f"{each}_strata", strata=strata).standard_error ** 2
        - marginal_effect(found, "new", "old", variance=each).standard_error ** 2
        for each in ("ye", "bannick")
    ]
    assert spared[0] == pytest.approx(spared[1], rel=1e-9)


def test_without_covariates_the_effects_are_those_of_the_table() -> None:
    response, arm, _ = rows()
    found, table = standardise(response, arm, {}), Table2x2(x1=28, n1=55, x2=12, n2=51)
    plain = marginal_effect(found, "new", "old", variance="ge")
    assert (plain.interval.lower, plain.interval.upper) == pytest.approx(
        (wald(table).lower, wald(table).upper)
    )
    for summary, same in (("ratio", risk_ratio), ("odds_ratio", odds_ratio)):
        other = marginal_effect(found, "new", "old", summary=summary, variance="ge")
        expected = same(table)
        assert (other.estimate, other.interval.lower, other.interval.upper) == pytest.approx(
            (expected.estimate, expected.interval.lower, expected.interval.upper)
        )
    one, two = 28 / 55 * 27 / 55 / 54, 12 / 51 * 39 / 51 / 50
    assert risk_covariance(found, "ye") == pytest.approx(np.diag([one, two]))


def saturated() -> Standardised:
    response, arm, stratum = rows()
    return standardise(response, arm, {"stratum": stratum}, interactions=True)


def test_the_saturated_model_is_stratified_standardisation() -> None:
    """The risk of an arm is the mean of its risks in the strata, weighed by the size of the strata."""
    tables = [Table2x2(x1=a, n1=a + b, x2=c, n2=c + d) for a, b, c, d in STRATA]
    size = [t.n1 + t.n2 for t in tables]
    share = [each / sum(size) for each in size]
    found = saturated()
    one, two = (sum(w * getattr(t, p) for w, t in zip(share, tables, strict=True)) for p in ("p1", "p2"))
    assert found.risks == pytest.approx([one, two])
    effect = marginal_effect(found, "new", "old", variance="ge")
    assert effect.estimate == pytest.approx(one - two)
    # Ge's variance is that of the weighted mean with the strata fixed.
    variance = sum(w * w * wald_variance(t) for w, t in zip(share, tables, strict=True))
    assert effect.standard_error == pytest.approx(math.sqrt(variance))
    ratio = marginal_effect(found, "new", "old", summary="ratio")
    assert ratio.estimate == pytest.approx(one / two)


def test_ye_of_the_saturated_model_splits_within_and_between_strata() -> None:
    """Large counts: the variance of the difference is that within strata plus that of the strata's
    differences, in which divisors of n and n - 1 are the same."""
    strata = tuple(tuple(1000 * each for each in cells) for cells in ((16, 10, 5, 21), (12, 16, 7, 21)))
    response, arm, stratum = rows(strata)
    found = standardise(response, arm, {"stratum": stratum}, interactions=True)
    share, gap = [52 / 108, 56 / 108], [11 / 26, 5 / 28]
    spread = [16 / 26 * 10 / 26 + 5 / 26 * 21 / 26, 12 / 28 * 16 / 28 + 7 / 28 * 21 / 28]
    mean = sum(w * d for w, d in zip(share, gap, strict=True))
    # Half of each stratum is in each arm, so that 1 / pi = 2.
    within = sum(w * 2 * s for w, s in zip(share, spread, strict=True))
    between = sum(w * (d - mean) ** 2 for w, d in zip(share, gap, strict=True))
    effect = marginal_effect(found, "new", "old", variance="ye")
    assert effect.standard_error == pytest.approx(math.sqrt((within + between) / 108_000), rel=1e-4)
    # Nothing is left for the strata to spare, and without covariates they spare exactly that.
    again = marginal_effect(found, "new", "old", variance="ye_strata", strata=stratum)
    assert again.standard_error == pytest.approx(effect.standard_error, rel=1e-9)
    bare = marginal_effect(standardise(response, arm, {}), "new", "old", variance="ye_strata", strata=stratum)
    assert bare.standard_error == pytest.approx(effect.standard_error, rel=1e-4)


@pytest.mark.parametrize("blocks", [False, True])
def test_the_standard_errors_are_those_of_repeated_trials(blocks: bool) -> None:
    """400 trials: the mean estimated error within 13% of the spread of the estimates, which is three and a half
    standard errors of that spread. In blocks Ye's is too large and the strata-aware one is not."""
    estimates, errors, plain = [], [], []
    for seed in range(400):
        response, arm, covariates = trial(seed, 120, blocks)
        found = standardise(response, arm, {"score": covariates["score"]})
        strata = covariates["stratum"].tolist() if blocks else None
        kind = "ye_strata" if blocks else "ye"
        effect = marginal_effect(found, "new", "old", variance=kind, strata=strata)
        estimates.append(effect.estimate)
        errors.append(effect.standard_error)
        plain.append(marginal_effect(found, "new", "old", variance="ye").standard_error)
    spread = np.std(estimates, ddof=1)
    assert np.mean(errors) == pytest.approx(spread, rel=0.13)
    if blocks:
        assert np.mean(plain) > 1.05 * np.mean(errors)


def test_three_arms_and_renamed_or_shifted_covariates() -> None:
    response, arm, covariates = trial(7, 200)
    three = ["other" if i % 3 == 0 else each for i, each in enumerate(arm)]
    found = standardise(response, three, covariates)
    for variance in ("ge", "ye"):
        there = marginal_effect(found, "other", "old", variance=variance)
        back = marginal_effect(found, "old", "other", variance=variance)
        assert (there.estimate, there.standard_error) == pytest.approx((-back.estimate, back.standard_error))
        odds = marginal_effect(found, "other", "old", summary="odds_ratio", variance=variance)
        same = marginal_effect(found, "old", "other", summary="odds_ratio", variance=variance)
        assert odds.estimate == pytest.approx(1 / same.estimate)
    moved = standardise(response, three, {"a": 1000 + 50 * covariates["score"], "b": covariates["stratum"]})
    assert moved.risks == pytest.approx(found.risks)
    assert risk_covariance(moved) == pytest.approx(risk_covariance(found))


def test_what_makes_no_effect_is_refused() -> None:
    response, arm, stratum = rows()
    found = standardise(response, arm, {"stratum": stratum})
    for wrong in (
        lambda: standardise([2, *response[1:]], arm, {}),
        lambda: standardise([], [], {}),
        lambda: standardise(response, arm, {"age": [math.nan] * len(arm)}),
        lambda: standardise(response, arm[1:], {}),
        lambda: marginal_effect(found, "new", "newer"),
        lambda: marginal_effect(found, "new", "new"),
        lambda: marginal_effect(found, "new", "old", summary="hazard_ratio"),
        lambda: marginal_effect(found, "new", "old", variance="ye_strata"),
        lambda: marginal_effect(found, "new", "old", variance="ye", strata=stratum),
        lambda: marginal_effect(found, "new", "old", variance="ye_strata", strata=stratum[1:]),
        lambda: marginal_effect(found, "new", "old", variance="robust"),
    ):
        with pytest.raises(AnalysisError, match="ANAL-017"):
            wrong()
    with pytest.raises(AnalysisError, match="ANAL-015"):
        standardise(response, arm, {"stratum": stratum, "again": stratum})
    with pytest.raises(AnalysisError, match="ANAL-016"):
        standardise(response, arm, {"itself": response})
    with pytest.raises(AnalysisError, match="ANAL-016"):
        standardise([1, 1, 1, 0, 1, 0], ["a", "a", "a", "b", "b", "b"], {})


def test_a_stratum_without_one_arm_spares_nothing_for_it() -> None:
    response, arm, _ = rows()
    strata = ["small" if index < 3 else "large" for index in range(len(arm))]
    found = standardise(response, arm, {})
    aware, plain = (
        marginal_effect(found, "new", "old", variance="ye_strata", strata=strata),
        marginal_effect(found, "new", "old", variance="ye"),
    )
    assert 0 < aware.standard_error < plain.standard_error
