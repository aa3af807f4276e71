"""Repeated measures and missing values from a frame with one row for a participant at a visit."""

from __future__ import annotations

import numpy as np
import polars
import pytest

import equipoise as eq
from equipoise.analysis.estimators.longitudinal import difference, fit_visits

NAMED = {"outcome": "score", "participant": "id", "arm": "arm", "visit": "week", "reference": "old"}


def rows(people: int = 60) -> polars.DataFrame:
    """Three visits, some responses missing, a few rows absent."""
    random = np.random.default_rng(3)
    made = []
    for person in range(people):
        level, arm = random.normal(), "new" if person % 2 else "old"
        for week in (4, 8, 12):
            score = 10 + 3 * level + random.normal() - (arm == "new") * week / 6
            lost = random.random() < 0.02 * week
            made.append(
                {
                    "id": f"p{person}",
                    "arm": arm,
                    "week": week,
                    "base": level,
                    "score": None if lost else score,
                }
            )
    return polars.DataFrame(made[:-1])


def test_the_model_is_that_of_the_rows() -> None:
    frame = rows()
    found = eq.mmrm(frame, covariates="base", **NAMED)
    model = fit_visits(
        frame["score"].to_numpy(), frame["id"].to_list(), frame["arm"].to_list(), frame["week"].to_list(),
        {"base": frame["base"].to_numpy()},
    )  # fmt: skip
    for week in (4, 8, 12):
        expected, at = difference(model, "new", "old", week), found.at(week).only()
        assert (at.estimate, at.lower, at.p_value, at.df) == (
            expected.estimate, expected.interval.lower, expected.p, expected.df,
        )  # fmt: skip
    assert found.responses == frame["score"].count()
    assert found.responses + found.missing == 180, "an absent row is a missing response"
    assert found.to_frame()["visit"].to_list() == [4, 8, 12]
    assert len(found.means_frame()) == 6


def test_kenward_roger_widens_and_a_visit_that_is_none_is_refused() -> None:
    frame = rows()
    plain, wider = eq.mmrm(frame, **NAMED), eq.mmrm(frame, df="kenward_roger", **NAMED)
    assert wider.at(12).standard_error >= plain.at(12).standard_error
    with pytest.raises(
        eq.EquipoiseError, match=r"FRAM-005 visit: there is no visit '13' \(there are: 4, 8, 12\)"
    ):
        plain.at(13)
    with pytest.raises(eq.EquipoiseError, match="FRAM-005"):
        eq.mmrm(frame, covariance="unstructured", **NAMED)


def test_reference_based_imputation_lies_between_the_arms() -> None:
    frame = rows()
    random = eq.reference_based(frame, assumption="mar", imputations=10, **NAMED)
    jump = eq.reference_based(frame, assumption="j2r", imputations=10, **NAMED)
    assert random.estimate < jump.estimate < 0, "who left like the reference shrinks the difference"
    assert jump == eq.reference_based(frame, assumption="j2r", imputations=10, **NAMED)
    assert [each.missing for each in jump.groups] == [
        frame.filter((polars.col("arm") == arm) & (polars.col("week") == 12))["score"].null_count() + extra
        for arm, extra in (("new", 1), ("old", 0))
    ]
    mean = eq.reference_based(frame, method="conditional_mean", **NAMED)
    assert mean.estimate == pytest.approx(jump.estimate, abs=3 * jump.only().simulation_error + 0.1)
    assert "conditional mean" in repr(mean)


def test_rows_that_contradict_each_other_are_refused() -> None:
    frame = rows()
    twice = polars.concat([frame, frame.head(1)])
    with pytest.raises(
        eq.EquipoiseError, match="FRAM-002 week: the column holds two rows of participant 'p0' at 4"
    ):
        eq.reference_based(twice, **NAMED)
    moved = frame.with_columns(
        arm=polars.when((polars.col("id") == "p0") & (polars.col("week") == 4))
        .then(polars.lit("new"))
        .otherwise(polars.col("arm"))
    )
    with pytest.raises(
        eq.EquipoiseError, match="FRAM-002 arm: the column holds two arms of participant 'p0'"
    ):
        eq.reference_based(moved, **NAMED)


def test_a_tipping_point_is_found_between_the_extremes() -> None:
    response: list[bool | None] = (
        [True] * 36 + [False] * 20 + [None] * 8 + [True] * 22 + [False] * 38 + [None] * 4
    )
    frame = {"arm": ["new"] * 64 + ["old"] * 64, "response": response}
    found = eq.tipping_point(frame, outcome="response", arm="arm", reference="old", imputations=20)
    assert (len(found.grid), found.missing) == (25, (8, 4))
    by = {(each.first, each.second): each for each in found.grid}
    assert by[0.0, 1.0].estimate == pytest.approx(36 / 64 - 26 / 64)
    assert by[1.0, 0.0].estimate == pytest.approx(44 / 64 - 22 / 64)
    assert by[0.0, 1.0].estimate < by[0.5, 0.5].estimate < by[1.0, 0.0].estimate
    assert "change the conclusion" in found.conclusion[0]
    assert len(found.to_frame()) == 25 and "(" in repr(found)
    three = {"arm": ["a", "b", "c"], "response": [1, 0, 1]}
    with pytest.raises(eq.EquipoiseError, match="FRAM-003"):
        eq.tipping_point(three, outcome="response", arm="arm", reference="c")
    with pytest.raises(eq.EquipoiseError, match="FRAM-003"):
        eq.breslow_day(three, outcome="response", arm="arm", reference="c", strata="arm")


def test_a_pool_is_rubins() -> None:
    found = eq.pool_imputations([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    assert (found.estimate, found.imputations) == (2.0, 3)
    assert found.standard_error == pytest.approx((1 + 4 / 3) ** 0.5)
