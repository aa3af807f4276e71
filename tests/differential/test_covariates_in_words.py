"""Covariates that are words (region, sex, stage) against R: the models, and means that count all words alike.

The data are those of twenty-four participants of `test_repeated_measures`, with a region made from the number of each.
R 4.2.2: nlme's gls (corSymm, varIdent by visit) and lm, with emmeans 1.8 for the means.
"""

from __future__ import annotations

import numpy as np
import polars
import pytest

import equipoise as eq
from tests.differential.test_repeated_measures import OWN

REGIONS = ("north", "south", "west")


@pytest.fixture(scope="module")
def frame() -> polars.DataFrame:
    """One row a participant and visit."""
    return polars.DataFrame(
        [
            {
                "id": number, "arm": "new" if treated else "old", "base": base, "visit": visit, "score": score,
                "region": REGIONS[(number * number + number // 5) % 3],
            }
            for number, treated, base, *scores in OWN
            for visit, score in enumerate(scores, 1)
        ],
        schema_overrides={"score": polars.Float64},
    )  # fmt: skip


ASKED = {"outcome": "score", "arm": "arm", "reference": "old"}
VISITS = {**ASKED, "participant": "id", "visit": "visit"}


def test_a_model_of_repeated_measures_agrees_with_gls_and_emmeans(frame: polars.DataFrame) -> None:
    """gls(y ~ base + region + trt * v): minus twice the log-likelihood 389.2033; emmeans(~ trt | v)."""
    found = eq.mmrm(frame, covariates=["base", "region"], **VISITS)
    assert found.model.fit.deviance == pytest.approx(389.2033, abs=5e-5)
    means = {(each.arm, each.visit): (each.mean, each.standard_error) for each in found.means}
    assert means["new", 1] == pytest.approx((-0.148635, 0.9563008), abs=2e-5)
    assert means["old", 4] == pytest.approx((-4.938873, 1.5096838), abs=2e-5)
    last = found.at(4).contrasts[0]
    assert (last.estimate, last.error) == pytest.approx((-0.42131, 2.1789398), abs=2e-5)


def test_a_slope_by_visit_of_a_word_is_one_for_each_level(frame: polars.DataFrame) -> None:
    """gls(y ~ base + region * v + trt * v)."""
    found = eq.mmrm(frame, covariates="base", by_visit="region", **VISITS)
    assert found.model.fit.deviance == pytest.approx(369.1947, abs=5e-5)
    last = found.at(4).contrasts[0]
    assert (last.estimate, last.error) == pytest.approx((-0.6423471, 2.3970166), abs=2e-5)


def test_analysis_of_covariance_agrees_with_lm_and_emmeans(frame: polars.DataFrame) -> None:
    """lm(y ~ trt + base + region) at the third visit."""
    third = frame.filter(polars.col("visit") == 3).drop_nulls()
    found = eq.compare_means(third, covariates=["base", "region"], **ASKED)
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (-2.2190901, -5.288923, 0.8507424), abs=1e-6
    )
    means = {each.arm: (each.mean, each.mean_error) for each in found.groups}
    assert means["new"] == pytest.approx((-5.013254, 1.0976901), abs=1e-6)
    assert means["old"] == pytest.approx((-2.794164, 0.9774727), abs=1e-6)


def test_words_are_the_same_as_their_own_columns(frame: polars.DataFrame) -> None:
    """Everywhere that takes covariates, with columns of 0 and 1 made by hand."""
    first = frame.filter(polars.col("visit") == 1).with_columns(
        *(polars.col("region").eq(each).cast(int).alias(each) for each in REGIONS),
        polars.col("score").gt(0).alias("better"), polars.col("score").round().abs().cast(int).alias("falls"),
    )  # fmt: skip
    asked = {"arm": "arm", "reference": "old"}
    for function, outcome in (
        (eq.adjusted_proportions, "better"), (eq.compare_counts, "falls"), (eq.compare_categories, "falls"),
    ):  # fmt: skip
        word = function(first, outcome=outcome, covariates="region", **asked)
        hand = function(first, outcome=outcome, covariates=["south", "west"], **asked)
        assert (word.estimate, word.lower) == pytest.approx((hand.estimate, hand.lower), rel=1e-6)
    wide = frame.with_columns(*(polars.col("region").eq(each).cast(int).alias(each) for each in REGIONS))
    settings = {**VISITS, "method": "conditional_mean"}
    word = eq.reference_based(wide, covariates=["base", "region"], **settings)
    hand = eq.reference_based(wide, covariates=["base", "south", "west"], **settings)
    assert word.estimate == pytest.approx(hand.estimate, rel=1e-9)


def test_a_gap_among_words_is_refused(frame: polars.DataFrame) -> None:
    gap = {
        "score": [1.0, 2.0, 3.0],
        "arm": ["a", "b", "a"],
        "region": ["x", None, "y"],
        "mixed": ["x", 3, "y"],
    }
    for name, code in (("region", "FRAM-004"), ("mixed", "FRAM-002")):
        with pytest.raises(eq.EquipoiseError, match=code):
            eq.compare_means(gap, outcome="score", arm="arm", reference="b", covariates=name)
    assert np.isfinite(eq.compare_means(frame.filter(polars.col("visit") == 1), **ASKED).estimate)


def test_visits_by_name_come_in_the_order_of_their_numbers(frame: polars.DataFrame) -> None:
    """`week 4` before `week 12`: a structure by lag, and the last visit, are those of the numbers."""
    weeks = frame.with_columns(
        polars.concat_str(polars.lit("week "), (polars.col("visit") * 4).cast(str)).alias("visit")
    )
    named = eq.mmrm(weeks, covariates="base", covariance="ar1", **VISITS)
    plain = eq.mmrm(frame, covariates="base", covariance="ar1", **VISITS)
    assert named.visits == ("week 4", "week 8", "week 12", "week 16")
    assert named.model.fit.deviance == pytest.approx(plain.model.fit.deviance, abs=1e-9)
    settings = {**VISITS, "covariates": "base", "method": "conditional_mean"}
    by_name = eq.reference_based(weeks, **settings)
    assert by_name.estimate == pytest.approx(eq.reference_based(frame, **settings).estimate, rel=1e-9)


def test_maximum_likelihood_says_so(frame: polars.DataFrame) -> None:
    restricted, plain = (
        eq.mmrm(frame, covariates="base", restricted=each, **VISITS) for each in (True, False)
    )
    assert plain.method == f"{restricted.method}, maximum likelihood"
    assert plain.at(4).contrasts[0].error < restricted.at(4).contrasts[0].error
