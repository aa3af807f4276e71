"""The analyses that an estimand asks for: the main one, then those beside it in the order of the
definition."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from equipoise.analysis.data.estimand import Reading
from equipoise.study.estimand import Estimand, Sensitivity
from equipoise.study.methods import derived

AGAINST = {"against": "against the first arm", "favour": "in favour of the first arm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One analysis to make.

    missing: a method of the estimand, or `against` or `favour` (missing values count against, or in favour
    of, the arms that are compared with the reference). estimand: what this analysis estimates. draws: the
    purpose of its random numbers; analyses with the same one complete the data alike. tipping: the grid is
    made too, over `deltas` for scores.
    """

    id: str
    label: str
    role: str
    reading: Reading
    missing: str
    estimand: Estimand | None = field(default=None, repr=False)
    draws: str = "primary"
    tipping: bool = False
    deltas: tuple[float, ...] = ()


READINGS = {
    "treatment_policy": Reading(policy=True),
    "with_substitute_scores": Reading(substitutes=True),
    "without_flagged_scores": Reading(flagged=False),
}


KEEPING = ("estimator", "tipping_point")
"""The changes that leave the missing values as the main analysis draws them."""


def specs(estimand: Estimand) -> tuple[Spec, ...]:
    """The primary analysis, then the others in the order of the definition."""
    main = Spec(
        id="primary",
        label=estimand.label,
        role="primary",
        reading=Reading(),
        missing=estimand.missing.method,
        estimand=estimand,
    )
    found = [main]
    for key, each in estimand.sensitivity.items():
        found += beside(main, key, each)
    return tuple(found)


def beside(main: Spec, key: str, change: Sensitivity) -> list[Spec]:
    """One analysis beside the main one, or the two ways of counting missing values."""
    assert main.estimand is not None
    own = derived(main.estimand, change)
    plain = replace(
        main,
        id=key,
        label=change.label,
        role=change.role,
        reading=READINGS.get(change.change, Reading()),
        missing=own.missing.method,
        estimand=own,
        draws="primary" if change.change in KEEPING and change.missing is None else key,
        tipping=change.change == "tipping_point",
        deltas=tuple(float(each) for each in change.deltas),
    )
    if change.change != "per_arm_missing":
        return [plain]
    return [
        replace(plain, id=f"{key}_{missing}", label=f"{change.label}: {words}", missing=missing)
        for missing, words in AGAINST.items()
    ]
