"""Models for repeated measures against other implementations, exact results, and their own definitions."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import f as fisher
from scipy.stats import ttest_ind, ttest_rel
from statsmodels.regression.mixed_linear_model import MixedLM

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.covariance import STRUCTURES
from equipoise.analysis.estimators.longitudinal import (
    VisitModel,
    cell,
    difference,
    fit_visits,
    least_squares_mean,
    no_difference,
)
from equipoise.analysis.estimators.mmrm import Mmrm, mmrm
from equipoise.analysis.estimators.mmrm_inference import contrasts, f_test, kenward_roger, satterthwaite_df
from equipoise.analysis.estimators.mmrm_likelihood import curve, point

# Twenty-four participants, free to use: id, arm, base, four visits (None: missed).
OWN = (
    (1, 1, 23.2, 2.3, -4.8, -7.2, -1.9), (2, 0, 22.1, 1.7, 1.6, -1.0, 3.0), (3, 1, 21.2, -4.9, -5.1, -8.2, -11.1),
    (4, 0, 25.7, -1.6, 3.4, 0.0, -4.3), (5, 1, 15.4, 2.7, 1.5, 2.8, None), (6, 0, 20.5, -4.8, -9.0, -4.5, -9.7),
    (7, 1, 12.8, -0.1, None, None, None), (8, 0, 21.1, -2.0, 0.4, -0.4, None), (9, 1, 23.5, 1.5, -2.5, -4.4, -2.2),
    (10, 0, 23.5, -1.6, -0.2, -1.6, -5.5), (11, 1, 19.8, -4.1, -4.6, -5.0, -6.9),
    (12, 0, 26.3, 2.8, -2.9, -1.8, -4.2), (13, 1, 17.7, -5.5, -6.5, -5.5, -12.9),
    (14, 0, 18.5, 1.4, -0.2, -0.4, None), (15, 1, 16.7, -0.3, -2.6, None, None),
    (16, 0, 23.9, -5.2, None, -2.5, -14.2), (17, 1, 18.1, 1.5, -1.2, -0.4, -3.2),
    (18, 0, 20.3, -3.0, -3.2, -5.4, -1.3), (19, 1, 30.0, 2.6, -2.5, -5.0, -9.0), (20, 0, 25.6, 1.0, 0.5, -4.0, 0.8),
    (21, 1, 23.2, -5.8, -4.8, -9.9, -10.5), (22, 0, 17.1, -7.9, -2.3, -9.2, -10.1),
    (23, 1, 24.1, 3.2, 1.4, -6.3, None), (24, 0, 20.4, -3.8, -0.8, -2.0, None),
)  # fmt: skip
# mmrm 0.3.18 (R 4.2.2), y ~ base + trt*v: difference at visit 4, standard error and degrees of freedom of
# Satterthwaite, standard error of Kenward-Roger (linear), minus twice the restricted log-likelihood.
MMRM = {
    "us": (-0.797247, 2.174913, 19.6571, 2.242701, 396.872156),
    "cs": (-1.625125, 1.667809, 53.0269, 1.670246, 411.860524),
    "csh": (-1.24501, 2.301126, 17.9106, 2.316705, 402.735093),
    "ar1": (-1.970194, 1.744331, 58.2553, 1.751271, 422.849962),
    "ar1h": (-1.904877, 2.507047, 15.6684, 2.523689, 413.326026),
    "toep": (-1.426946, 1.608503, 52.7746, 1.627146, 408.632144),
    "toeph": (-0.709067, 2.218094, 18.8552, 2.255878, 398.225374),
    "ad": (-2.006817, 1.837658, 45.7976, 1.858538, 418.743453),
    "adh": (-1.952889, 2.432248, 15.1142, 2.476829, 412.934082),
}
# Cushny and Peebles, as printed by Student, Biometrika 1908;6:1-25: hours of sleep gained with two drugs.
SLEEP = (
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
)


def own(covariance: str = "us", rows: tuple[tuple, ...] = OWN, restricted: bool = True) -> VisitModel:
    """The model of the twenty-four participants, from all visits, those missed as NaN."""
    long = [
        (r[0], r[1], r[2], v, math.nan if r[2 + v] is None else r[2 + v]) for r in rows for v in (1, 2, 3, 4)
    ]
    who, arm, base, visit, response = (list(each) for each in zip(*long, strict=True))
    return fit_visits(response, who, arm, visit, {"base": base}, covariance=covariance, restricted=restricted)


def numbers(model: VisitModel) -> tuple[float, ...]:
    plain = difference(model, 1, 0, 4)
    corrected = difference(model, 1, 0, 4, df="kenward_roger")
    assert corrected.df == plain.df and corrected.estimate == plain.estimate
    return (plain.estimate, plain.standard_error, plain.df, corrected.standard_error, model.fit.deviance)


@pytest.mark.parametrize("covariance", sorted(MMRM))
def test_every_covariance_agrees_with_mmrm(covariance: str) -> None:
    """To a part in a thousand, the tolerance stated for these numbers; the likelihood is nowhere lower."""
    found = numbers(own(covariance))
    assert found == pytest.approx(MMRM[covariance], rel=1e-3)
    assert found[4] <= MMRM[covariance][4] + 1e-6


def test_every_covariance_agrees_with_the_reference_vector(shared: Path) -> None:
    entries = json.loads((shared / "vectors" / "statistics.json").read_text(encoding="utf-8"))
    entry = next(each for each in entries if each["id"] == "own24_mmrm")
    rows = tuple(tuple(row) for row in entry["input"]["data"])
    for covariance in sorted(set(entry["expected"]) & set(STRUCTURES)):
        expected = entry["expected"][covariance]
        assert numbers(own(covariance, rows)) == pytest.approx(expected, rel=entry["tolerance"]), covariance


def test_maximum_likelihood_agrees_with_the_reference_vector(shared: Path) -> None:
    """mmrm 0.3.18 with reml = FALSE; nlme's gls with method "ML" has the log-likelihood -203.340844 (R 4.2.2)."""
    entries = json.loads((shared / "vectors" / "statistics.json").read_text(encoding="utf-8"))
    entry = next(each for each in entries if each["id"] == "own24_mmrm")
    model = own(restricted=False)
    assert model.fit.deviance == pytest.approx(entry["expected"]["ml_us_m2ll"], abs=entry["tolerance"])
    assert model.fit.deviance == pytest.approx(2 * 203.340844, abs=1e-5)
    with pytest.raises(AnalysisError, match="ANAL-017"):
        difference(model, 1, 0, 4, df="kenward_roger")


@pytest.mark.parametrize("covariance", ["us", "toeph", "ar1"])
def test_slope_and_curvature_of_the_plain_likelihood_are_those_of_differences(covariance: str) -> None:
    """At the maximum the slope is 0; the curvature is that of differences of the deviance."""
    model = own(covariance, restricted=False)
    fit, steps = model.fit, 1e-4 * np.abs(model.fit.theta) + 1e-5
    assert np.abs(fit.curve.slope * steps).max() < 1e-8

    def slope(theta: np.ndarray) -> np.ndarray:
        found = point(fit.sums, fit.structure.at(theta, fit.sums.visits), restricted=False)
        assert found is not None
        return curve(fit.sums, found).slope

    for place, step in enumerate(steps):
        moved = np.eye(len(steps))[place] * step
        bent = (slope(fit.theta + moved) - slope(fit.theta - moved)) / (2 * step)
        assert bent == pytest.approx(
            fit.curve.observed[place], rel=1e-4, abs=1e-4 * abs(fit.curve.observed).max()
        )


def sleep(drugs: tuple[tuple[float, ...], ...] = SLEEP) -> Mmrm:
    people, drug = list(range(10)) * 2, [0] * 10 + [1] * 10
    design = [[1, each] for each in drug]
    return mmrm([*drugs[0], *drugs[1]], design, people, drug)


def test_two_visits_without_structure_are_the_paired_t_test(shared: Path) -> None:
    entries = json.loads((shared / "vectors" / "statistics.json").read_text(encoding="utf-8"))
    entry = next(each for each in entries if each["id"] == "sleep_mmrm")
    fit = sleep((tuple(entry["input"]["g1"]), tuple(entry["input"]["g2"])))
    found = contrasts(fit, [0, 1])[0]
    given = {"est": found.estimate, "se": found.standard_error, "df": found.df, "t": found.statistic}
    given |= {"p": found.p, "m2rll": fit.deviance}
    for name, value in given.items():
        assert value == pytest.approx(entry["expected"][name], abs=entry["tolerance"]), name


def test_the_paired_t_test_of_scipy_is_met_with_both_degrees_of_freedom() -> None:
    theirs = ttest_rel(SLEEP[1], SLEEP[0])
    interval = theirs.confidence_interval()
    for method in ("satterthwaite", "kenward_roger"):
        found = contrasts(sleep(), [0, 1], df=method)[0]
        assert (found.statistic, found.df, found.p) == pytest.approx((theirs.statistic, 9, theirs.pvalue))
        assert (found.interval.lower, found.interval.upper) == pytest.approx((interval.low, interval.high))


def test_compound_symmetry_is_the_random_intercept_of_statsmodels() -> None:
    model = own("cs")
    rows = [(r[0], r[1], r[2], v, r[2 + v]) for r in OWN for v in (1, 2, 3, 4) if r[2 + v] is not None]
    middle = model.origin["base"]
    design = [
        [float(r[1] == a and r[3] == v) for a in (0, 1) for v in (1, 2, 3, 4)] + [r[2] - middle] for r in rows
    ]
    theirs = MixedLM([r[4] for r in rows], np.array(design), groups=[r[0] for r in rows]).fit(reml=True)
    assert model.fit.coefficients == pytest.approx(theirs.fe_params, abs=1e-4)
    assert model.fit.deviance == pytest.approx(-2 * theirs.llf, abs=1e-6)


def test_complete_data_of_two_arms_give_hotelling_and_the_two_sample_t_test() -> None:
    """Without covariates and missing visits the exact tests are known: Kenward and Roger's F is then exactly
    Hotelling's, as they show (Biometrics 1997;53:983-997), and one visit is Student's test."""
    rows = [(i, i % 2, v, float(np.sin(7.3 * i * v) * 3 + i % 2 + v)) for i in range(20) for v in (1, 2, 3)]
    who, arm, visit, response = (list(each) for each in zip(*rows, strict=True))
    model = fit_visits(response, who, arm, visit)
    one = [r[3] for r in rows if r[1] == 1 and r[2] == 2]
    two = [r[3] for r in rows if r[1] == 0 and r[2] == 2]
    theirs, ours = ttest_ind(one, two), difference(model, 1, 0, 2)
    assert (ours.statistic, ours.df, ours.p) == pytest.approx((theirs.statistic, 18, theirs.pvalue))
    wide = np.array([r[3] for r in rows]).reshape(20, 3)
    gap = wide[1::2].mean(axis=0) - wide[0::2].mean(axis=0)
    pooled = (np.cov(wide[1::2].T) + np.cov(wide[0::2].T)) / 2
    hotelling = float(gap @ np.linalg.solve(pooled * 0.2, gap))
    exact = hotelling * (18 - 3 + 1) / (18 * 3)
    found = no_difference(model, 1, 0, df="kenward_roger")
    assert (found.statistic, found.numerator, found.df) == pytest.approx((exact, 3, 16))
    assert found.p == pytest.approx(fisher.sf(exact, 3, 16))
    assert model.fit.sigma == pytest.approx(pooled)


def test_satterthwaite_of_several_rows_follows_its_rule_and_one_row_is_t_squared() -> None:
    model = own()
    for method in ("satterthwaite", "kenward_roger"):
        row = cell(model, 1, 3) - cell(model, 0, 3)
        single, t = f_test(model.fit, row, df=method), contrasts(model.fit, row, df=method)[0]
        assert (single.statistic, single.df, single.p) == pytest.approx((t.statistic**2, t.df, t.p))
    rows = np.array([cell(model, 1, v) - cell(model, 0, v) for v in (1, 2, 3, 4)])
    values, turned = np.linalg.eigh(rows @ model.fit.covariance @ rows.T)
    freedom = [satterthwaite_df(model.fit, row) for row in turned.T @ rows]
    mean = sum(each / (each - 2) for each in freedom) / 4
    found = no_difference(model, 1, 0)
    gap = rows @ model.fit.coefficients
    assert found.statistic == pytest.approx(
        gap @ np.linalg.solve(rows @ model.fit.covariance @ rows.T, gap) / 4
    )
    assert found.df / (found.df - 2) == pytest.approx(mean)
    # The joint test does not depend on how the same hypothesis is written.
    again = f_test(model.fit, np.tril(np.ones((4, 4))) @ rows, df="kenward_roger")
    assert (again.statistic, again.df) == pytest.approx(
        (no_difference(model, 1, 0, df="kenward_roger").statistic,
         no_difference(model, 1, 0, df="kenward_roger").df)
    )  # fmt: skip


def test_means_and_slopes_by_visit() -> None:
    model = own()
    high, low = (least_squares_mean(model, 1, 4, {"base": base}) for base in (30.0, 20.0))
    slope = dict(zip(model.fit.names, model.fit.coefficients, strict=True))["base"]
    assert high.estimate - low.estimate == pytest.approx(10 * slope)
    assert least_squares_mean(model, 0, 2).estimate == pytest.approx(
        least_squares_mean(model, 0, 2, {"base": model.means["base"]}).estimate
    )
    rows = [r for r in OWN if None not in r]
    long = [(r[0], r[1], r[2], v, r[2 + v]) for r in rows for v in (1, 2, 3, 4)]
    who, arm, base, visit, response = (list(each) for each in zip(*long, strict=True))
    each = fit_visits(response, who, arm, visit, {"base": base}, by_visit=["base"])
    # With complete data and a slope for each visit, each visit is its own analysis of covariance.
    columns = np.array([[r[1] == 1, r[1] == 0, r[2]] for r in rows], dtype=float)
    alone = np.linalg.lstsq(columns, np.array([r[6] for r in rows]), rcond=None)[0]
    assert difference(each, 1, 0, 4).estimate == pytest.approx(alone[0] - alone[1])
    assert difference(each, 1, 0, 4).df == pytest.approx(len(rows) - 3)
    assert least_squares_mean(each, 1, 4, {"base": 20.0}).estimate == pytest.approx(alone @ [1, 0, 20])


@pytest.mark.parametrize("covariance", sorted(STRUCTURES))
def test_slope_and_curvature_are_those_of_the_likelihood(covariance: str) -> None:
    """Against differences of the deviance, which is itself checked against the full matrices."""
    from equipoise.analysis.estimators.mmrm_likelihood import curve, point

    fit, size = own(covariance).fit, 1e-5
    moved = fit.theta * 1.1 + 0.01

    def at(theta: np.ndarray):  # noqa: ANN202 - a Point
        return point(fit.sums, fit.structure.at(theta, 4))

    bent = curve(fit.sums, at(moved))
    steps = size * np.eye(len(moved))
    slope = [(at(moved + e).deviance - at(moved - e).deviance) / (2 * size) for e in steps]
    second = [
        (curve(fit.sums, at(moved + e)).slope - curve(fit.sums, at(moved - e)).slope) / (2 * size)
        for e in steps
    ]
    assert bent.slope == pytest.approx(np.array(slope), abs=1e-5)
    assert bent.observed == pytest.approx(np.array(second), rel=1e-5, abs=1e-5)


def test_the_correction_is_what_the_paper_sums_over_the_full_matrices() -> None:
    """Kenward and Roger's sum, written with the matrices of all observations and without any pattern."""
    fit, middle, design, place = own().fit, own().origin["base"], [], []
    for index, row in enumerate(OWN):
        for visit in (1, 2, 3, 4):
            if row[2 + visit] is not None:
                cells = [float(row[1] == a and visit == v) for a in (0, 1) for v in (1, 2, 3, 4)]
                design.append([*cells, row[2] - middle])
                place.append((index, visit - 1))
    columns, who, when = np.array(design), *np.array(place).T
    same = who[:, None] == who[None, :]

    def spread(matrix: np.ndarray) -> np.ndarray:
        return np.where(same, matrix[np.ix_(when, when)], 0.0)

    inverse = np.linalg.inv(spread(fit.sigma))
    parts = [inverse @ spread(each) @ inverse for each in fit.point.shape.first]
    phi = np.linalg.inv(columns.T @ inverse @ columns)
    total = np.zeros_like(phi)
    for k, one in enumerate(parts):
        for j, two in enumerate(parts):
            q = columns.T @ one @ spread(fit.sigma) @ two @ columns
            p = columns.T @ one @ columns @ phi @ columns.T @ two @ columns
            total += fit.theta_covariance[k, j] * (q - p)
    assert fit.covariance == pytest.approx(phi)
    assert kenward_roger(fit) == pytest.approx(phi + 2 * phi @ total @ phi)
    whole = spread(fit.sigma)
    projected = inverse - inverse @ columns @ phi @ columns.T @ inverse
    response = np.array([OWN[i][3 + v] for i, v in place])
    deviance = (len(columns) - 9) * math.log(2 * math.pi) + np.linalg.slogdet(whole)[1]
    deviance += np.linalg.slogdet(columns.T @ inverse @ columns)[1] + response @ projected @ response
    assert fit.deviance == pytest.approx(deviance)


def test_the_order_of_rows_and_the_units_do_not_matter() -> None:
    rows = [(r[0], r[1], v, r[2 + v]) for r in OWN for v in (1, 2, 3, 4) if r[2 + v] is not None]
    found = []
    for arranged, unit in ((rows, 1.0), (rows[::-1], 1.0), (sorted(rows, key=lambda r: r[3]), 1000.0)):
        who, arm, visit, response = (list(each) for each in zip(*arranged, strict=True))
        one = difference(fit_visits([unit * each for each in response], who, arm, visit), 1, 0, 4)
        found.append((one.estimate / unit, one.standard_error / unit, one.df))
    assert found[1] == pytest.approx(found[0], rel=1e-6) and found[2] == pytest.approx(found[0], rel=1e-6)


def test_one_visit_is_least_squares() -> None:
    response, arm = [1.0, 2.0, 4.0, 3.0, 6.0, 8.0], [0, 0, 0, 1, 1, 1]
    model = fit_visits(response, range(6), arm, [1] * 6)
    theirs = ttest_ind(response[3:], response[:3])
    found = difference(model, 1, 0, 1)
    assert (found.statistic, found.df) == pytest.approx((theirs.statistic, 4))


COMPLETE = ([1.0, 2.0, 4.0, 3.0, 6.0, 9.0, 2.0, 2.5], [1, 1, 2, 2, 3, 3, 4, 4], [1, 2] * 4)


def refused(code: str, response=COMPLETE[0], design=None, who=COMPLETE[1], visit=COMPLETE[2], **how) -> None:
    design = np.ones((len(response), 1)) if design is None else design
    with pytest.raises(AnalysisError, match=code):
        mmrm(response, design, who, visit, **how)


def test_rows_that_make_no_model_are_refused() -> None:
    refused("ANAL-017", covariance="diagonal")
    refused("ANAL-017", who=[1, 1, 2, 2, 3, 3, 4])
    refused("ANAL-017", design=np.full((8, 1), math.nan))
    refused("ANAL-017", who=[1] * 8)
    refused("ANAL-017", visits=[1, 3])
    refused("ANAL-017", visits=[1, 2, 3])
    refused("ANAL-017", visit=[1] * 8, who=range(8), covariance="cs")
    refused("ANAL-015", design=np.array([[1, i, 2 * i] for i in range(8)]), names=["one", "i", "twice"])
    refused("ANAL-015", design=np.eye(8))
    refused("ANAL-015", names=["one", "two"])
    fit = mmrm(*(COMPLETE[0], np.ones((8, 1)), COMPLETE[1], COMPLETE[2]))
    for wrong in ([[0.0]], [[1.0, 2.0]]):
        with pytest.raises(AnalysisError, match="ANAL-017"):
            contrasts(fit, wrong)
    with pytest.raises(AnalysisError, match="ANAL-017"):
        contrasts(fit, [1.0], df="residual")


def test_an_arm_by_visit_without_data_and_wrong_names_are_refused() -> None:
    with pytest.raises(AnalysisError, match="ANAL-015"):
        fit_visits([1, 2, 3, 4, 5.0], [1, 1, 2, 2, 3], ["a", "a", "a", "a", "b"], [1, 2, 1, 2, 1])
    with pytest.raises(AnalysisError, match="ANAL-017"):
        fit_visits([1, 2.0], [1, 2], ["a", "b"], [1, 1], by_visit=["base"])
    model = own()
    for arm, visit, at in ((2, 1, {}), (1, 5, {}), (1, 1, {"age": 3.0})):
        with pytest.raises(AnalysisError, match="ANAL-017"):
            cell(model, arm, visit, at)
    with pytest.raises(AnalysisError, match="ANAL-015"):
        f_test(model.fit, np.array([cell(model, 1, 1), 2 * cell(model, 1, 1)]))


def test_a_covariance_that_the_data_do_not_determine_is_refused() -> None:
    # Nobody was seen at both visits: their covariance is unknown.
    refused("ANAL-016", who=range(8), visit=[1, 2] * 4)
    # Both visits are equal: the correlation runs to 1 and the likelihood without end.
    refused("ANAL-016", response=[1.0, 1.0, 4.0, 4.0, 6.0, 6.0, 2.0, 2.0])
    # Nothing varies: there is no variance to estimate.
    refused("ANAL-016", response=[1.0] * 8)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_very_small_and_very_large_units_fit_as_well(scale: float) -> None:
    rows = tuple((*r[:3], *(None if each is None else each * scale for each in r[3:])) for r in OWN)
    plain, scaled = difference(own(), 1, 0, 4), difference(own("us", rows), 1, 0, 4)
    assert scaled.estimate / scale == pytest.approx(plain.estimate, rel=1e-6)
    assert scaled.df == pytest.approx(plain.df, rel=1e-6)


@pytest.mark.parametrize("far", [1e3, 1e6])
def test_neither_the_origin_of_the_response_nor_that_of_a_covariate_matters(far: float) -> None:
    """A year of birth, or a pH, is far from 0 in its own spread; with sums of products as they came the search found no
    maximum there."""
    moved = tuple((r[0], r[1], r[2] + far, *(None if y is None else y - far for y in r[3:])) for r in OWN)
    plain, away = own(), own(rows=moved)
    assert numbers(away) == pytest.approx(numbers(plain), rel=1e-7)
    for arm in (0, 1):
        one, two = least_squares_mean(plain, arm, 3), least_squares_mean(away, arm, 3)
        assert (two.estimate + far, two.standard_error) == pytest.approx(
            (one.estimate, one.standard_error), rel=1e-7
        )
    at = least_squares_mean(away, 1, 3, {"base": far + 20}).estimate + far
    assert at == pytest.approx(least_squares_mean(plain, 1, 3, {"base": 20}).estimate, rel=1e-7)
