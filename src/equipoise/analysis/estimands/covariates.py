"""What the models of an estimand hold beside the arms, as columns: the baseline, the strata, the measures.

A missing measure never takes a participant out of the analysis: allocation makes it independent of the arm,
so the mean of the others, or a level of its own, costs no bias (White and Thompson, Stat Med
2005;24:993-1007).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from equipoise.analysis.data.estimand import Outcome
from equipoise.study.estimand import Estimand, Model
from equipoise.study.methods import OWN


def covariates(rows: Sequence[Outcome], model: Model) -> dict[str, list[float]]:
    """The columns that the model asks for, in its order: the baseline, one for each stratum but the first, a
    measure."""
    found: dict[str, list[float]] = {}
    for name in model.covariates:
        if name == "strata":
            found |= in_levels([row.stratum for row in rows], "")
        else:
            values = [row.baseline if name == "baseline" else row.measures.get(name) for row in rows]
            found |= columns_of(name, values)
    return found


def columns_of(name: str, values: Sequence[Decimal | str | None]) -> dict[str, list[float]]:
    """One measure as columns: a number (the mean of the others where it is missing), or a column for each
    level but the first, the missing as a level of their own. What is the same for everybody tells nothing,
    and has no column."""
    known = [each for each in values if each is not None]
    if any(isinstance(each, str) for each in known):
        return in_levels(["missing" if each is None else str(each) for each in values], f"{name}=")
    if len(set(known)) < 2:
        return {}
    mean = math.fsum(float(each) for each in known) / len(known)
    return {name: [mean if each is None else float(each) for each in values]}


def in_levels(values: Sequence[str], prefix: str) -> dict[str, list[float]]:
    """A column of 0 and 1 for each level but the first."""
    return {
        f"{prefix}{level}": [float(each == level) for each in values] for level in sorted(set(values))[1:]
    }


def predictors(rows: Sequence[Outcome], model: Model) -> np.ndarray:
    """What missing values are imputed from: the baseline, one column for each stratum but the first, the
    measures of the
    model; shape (rows, columns)."""
    strata = sorted({row.stratum for row in rows})[1:]
    measures = model_of_measures(model)
    rest = list(covariates(rows, measures).values())
    return np.array(
        [
            [
                float(row.baseline or 0),
                *(float(row.stratum == each) for each in strata),
                *(col[at] for col in rest),
            ]
            for at, row in enumerate(rows)
        ]
    )


def model_of_measures(model: Model) -> Model:
    """The model with its measures alone."""
    return Model(covariates=tuple(each for each in model.covariates if each not in OWN))


def adjusted_for(estimand: Estimand) -> str:
    """`, adjusted for baseline and age`; nothing without covariates."""
    names = [
        estimand.measures[each].label if each in estimand.measures else each
        for each in estimand.model.covariates
    ]
    return f", adjusted for {' and '.join(names)}" if names else ""
