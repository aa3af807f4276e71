"""Robust errors of analysis of covariance against R, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import equipoise as eq
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.ancova import adjusted_mean, ancova, error_weights, mean_difference

ARM = ["a"] * 19 + ["b"] * 12
Y = [
    26.78, 12.57, 22.68, 18.14, 19.7, 13.58, 14.76, 17.24, 13.54, 32.51, 22.2, 17.83, 16.85, 17.65,
    16.09, 21.41, 23.21, 19.55, 25.66, 21.05, 17.52, 32.06, 28.46, 19.91, 17.66, 26.33, 15.0, 26.18,
    25.07, 16.77, 20.17,
]  # fmt: skip
X = [
    68.4, 27.0, 53.8, 44.9, 45.9, 48.1, 31.8, 47.9, 42.2, 79.9, 52.0, 46.8, 47.5, 44.0, 40.5, 46.5,
    54.3, 47.9, 58.6, 48.2, 50.2, 63.9, 54.9, 45.5, 48.4, 54.9, 67.4, 47.6, 47.8, 59.0, 42.0,
]  # fmt: skip
FRAME = {"arm": ARM, "y": Y, "x": X}


@pytest.mark.parametrize(
    ("errors", "covariates", "expected"),
    [
        # R 4.2.2, clubSandwich 0.5.8: coef_test(lm(y ~ a + x), vcov = "CR2", cluster = seq_along(y),
        # test = "Satterthwaite"),
        # and sandwich 3.0-2: sqrt(vcovHC(lm(y ~ a + x), type = "HC3")["ab", "ab"]), p from 28 degrees of freedom.
        ("student", "x", (1.5056485, 28, 0.352878)),
        ("hc2", "x", (1.62255, 21.28, 0.390459538033)),
        ("hc3", "x", (1.734026, 28, 0.418970814)),
        ("hc2", (), (1.931850, 23.54, 0.190286729404)),
        ("hc3", (), (2.005732, 29, 0.204193616)),
    ],
)
def test_robust_errors_agree_with_sandwich_and_clubsandwich(
    errors: str, covariates: str, expected: tuple[float, float, float]
) -> None:
    found = eq.compare_means(
        FRAME, outcome="y", arm="arm", reference="a", covariates=covariates, errors=errors
    ).only()
    assert found.error == pytest.approx(expected[0], rel=5e-7)
    assert found.df == pytest.approx(expected[1], abs=5e-3)
    assert found.p_value == pytest.approx(expected[2], abs=5e-12 if errors == "hc2" else 5e-7)


def test_the_mean_of_an_arm_has_its_robust_error_too() -> None:
    """The same call of clubSandwich for lm(y ~ 0 + a + I(x - mean(x))): 21.457, 1.5775 on 11.11."""
    found = adjusted_mean(ancova(Y, ARM, {"x": X}), "b", errors="hc2")
    assert (found.estimate, found.standard_error, found.df) == pytest.approx(
        (21.457, 1.5775, 11.11), abs=5e-3
    )


def test_without_covariates_the_error_is_that_of_welch() -> None:
    found = mean_difference(ancova(Y, ARM), "b", "a", errors="hc2")
    welch = np.sqrt(np.var(Y[:19], ddof=1) / 19 + np.var(Y[19:], ddof=1) / 12)
    assert found.standard_error == pytest.approx(welch)


def test_the_degrees_of_freedom_are_those_of_the_whole_matrix() -> None:
    """Bell and McCaffrey: the squared trace over the trace of the square, with all n x n elements."""
    fit = ancova(Y, ARM, {"x": X})
    row = np.array([-1.0, 1.0, 0.0])
    left = np.eye(len(Y)) - fit.design @ fit.inverse @ fit.design.T
    weight = fit.design @ fit.inverse @ row / np.sqrt(np.diag(left))
    whole = weight[:, None] * left * weight[None, :]
    expected = np.trace(whole) ** 2 / np.trace(whole @ whole)
    assert error_weights(fit, row, "hc2")[1] == pytest.approx(expected)


def test_the_origin_of_a_covariate_does_not_matter() -> None:
    plain = mean_difference(ancova(Y, ARM, {"x": X}), "b", "a")
    for far in (1e4, 1e7):
        fit = ancova(Y, ARM, {"x": np.array(X) + far})
        found = mean_difference(fit, "b", "a")
        assert (found.estimate, found.standard_error) == pytest.approx(
            (plain.estimate, plain.standard_error), rel=1e-8
        )
        assert adjusted_mean(fit, "a").estimate == pytest.approx(
            adjusted_mean(ancova(Y, ARM, {"x": X}), "a").estimate, rel=1e-9
        )


def test_somebody_who_determines_a_mean_alone_has_no_robust_error() -> None:
    fit = ancova([1.0, 2.0, 3.0, 4.0], ["a", "a", "a", "b"])
    with pytest.raises(AnalysisError, match="ANAL-016"):
        mean_difference(fit, "b", "a", errors="hc3")
    with pytest.raises(AnalysisError, match="ANAL-017"):
        mean_difference(fit, "b", "a", errors="hc1")
    with pytest.raises(eq.EquipoiseError, match="FRAM-005"):
        eq.compare_means(pl.DataFrame(FRAME), outcome="y", arm="arm", reference="a", errors="hc1")
