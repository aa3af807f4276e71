"""Tests of two arms over strata: whether they differ, and whether one odds ratio fits all strata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.analysis.estimands.binary_effects import People
from equipoise.analysis.estimators.proportions import Table2x2
from equipoise.analysis.estimators.stratified import cochran_mantel_haenszel as test_of_association
from equipoise.analysis.estimators.stratified_ratios import Homogeneity
from equipoise.analysis.estimators.stratified_ratios import breslow_day as test_of_strata
from equipoise.analysis.frames.columns import arms_of, labels, several, strata_of, truths
from equipoise.analysis.frames.errors import frame_error
from equipoise.analysis.frames.proportions import Handling, answers
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Association(Shown):
    """A test that two arms do not differ in any stratum: chi-squared on one degree of freedom, two-sided p."""

    statistic: float
    df: int
    p: float


def cochran_mantel_haenszel(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    strata: str | Sequence[str] = (),
    missing: Handling = "refuse",
    corrected: bool = False,
) -> Association:
    """Whether two arms differ, over strata where named: the Cochran-Mantel-Haenszel test.

    corrected: with a continuity correction of one half. Without strata it is Pearson's statistic times (N - 1) / N.
    Raises FRAM-001 to FRAM-005, ANAL-004. Sources: Cochran, Biometrics 1954;10:417-451; Mantel and Haenszel, J Natl
    Cancer Inst 1959;22:719-748.

    >>> frame = {"arm": ["new", "old"] * 6, "cured": [1, 0, 1, 1, 0, 0] * 2, "site": ["a"] * 6 + ["b"] * 6}
    >>> eq.cochran_mantel_haenszel(frame, outcome="cured", arm="arm", reference="old", strata="site")
    Association
      statistic  1.111
      df         1
      p          0.2918
    """
    tables = _tables(frame, outcome, arm, reference, strata, missing)
    statistic, p = test_of_association(tables, corrected=corrected)
    return Association(statistic=statistic, df=1, p=p)


def breslow_day(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    strata: str | Sequence[str],
    missing: Handling = "refuse",
    tarone: bool = True,
) -> Homogeneity:
    """Whether one odds ratio fits all strata of two arms: Breslow and Day's test, with Tarone's correction or without.

    Raises FRAM-001 to FRAM-005, ANAL-004. Sources: Breslow and Day, IARC 1980, section 4.4; Tarone, Biometrika
    1985;72:91-95.

    >>> frame = {"arm": ["new", "old"] * 6, "ill": [1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0], "site": ["a"] * 6 + ["b"] * 6}
    >>> eq.breslow_day(frame, outcome="ill", arm="arm", reference="old", strata="site")
    Homogeneity
      statistic  0.3238
      df         1
      p          0.5693
    """
    return test_of_strata(_tables(frame, outcome, arm, reference, strata, missing), tarone=tarone)


def _tables(
    frame: Any, outcome: str, arm: str, reference: object, strata: str | Sequence[str], missing: Handling
) -> list[Table2x2]:
    """The table of each stratum that has both arms."""
    group = labels(frame, arm)
    arms, stratum = arms_of(group, reference), strata_of(frame, several(strata))
    if len(arms) != 2:
        raise frame_error("FRAM-003", "arms", f"pair in {', '.join(arms)}: the test compares two")
    response, kept, _ = answers(truths(frame, outcome), group, missing, outcome)
    people = People(
        response=response,
        arm=[group[place] for place in kept],
        stratum=[stratum[place] for place in kept],
        covariates={},
        one=arms[0],
        two=arms[1],
    )
    return people.tables()
