"""The primary comparison within the levels of each randomisation factor, and whether the levels differ.

Missing values are completed once, for everybody, by the primary analysis; a subgroup is a part of the
completed data. So the subgroups add up to the whole, and a small one needs no regression of its own.
Heterogeneity is Cochran's Q over the levels of a factor, on the scale of the estimate (ratios: their
logarithms). No multiplicity is corrected: subgroups are shown to be read together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.stats import chi2

from equipoise.analysis.baseline import level_label, stratum_codes
from equipoise.analysis.binary import Setting, contrast, group, responses
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimates import Estimate, Reader, setting, time_of
from equipoise.analysis.events_over_time import group as timed_group
from equipoise.analysis.events_over_time import versus
from equipoise.analysis.results import Contrast, Group
from equipoise.analysis.rows import Dataset, Participant
from equipoise.analysis.specs import specs
from equipoise.analysis.taken import taken

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand
    from equipoise.study.study import Study

Made = tuple[tuple[Group, ...], Contrast]
Maker = Callable[[Sequence[Participant]], Made]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a factor: its participants by arm and the first contrast, None with a note where it has
    none."""

    id: str
    label: str
    people: tuple[str, ...]
    groups: tuple[Group, ...]
    contrast: Contrast | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """A factor with its levels. p_value: of heterogeneity; None with fewer than two levels that have an
    estimate."""

    id: str
    label: str
    levels: tuple[Level, ...]
    p_value: float | None


def subgroups(
    study: Study, data: Dataset, reader: Reader, estimate: Estimate, seed: int
) -> tuple[Subgroup, ...]:
    """Of the first contrast of an estimate by every factor of the allocation; of other measures than a risk
    difference or a hazard ratio, none."""
    estimand = study.definition.estimands[estimate.name]
    make = maker(data, reader, estimate, estimand, seed)
    if make is None or len(estimate.arms) < 2:
        return ()
    kept = {row.subject for row in estimate.population}
    members = [row for row in data.participants if row.subject in kept]
    found = []
    for factor, stratum in study.definition.allocation.strata.items():
        names = stratum_codes(study, stratum.rule)
        levels = tuple(
            level(each, names.get(each, level_label(each)), factor, members, make)
            for each in stratum.levels
            if any(row.factors.get(factor) == each for row in members)
        )
        if len(levels) > 1:
            found.append(
                Subgroup(id=factor, label=stratum.label, levels=levels, p_value=heterogeneity(levels, estimate.ratio))
            )  # fmt: skip
    return tuple(found)


def level(key: str, label: str, factor: str, members: Sequence[Participant], make: Maker) -> Level:
    """The comparison among the participants of one level."""
    mine = [row for row in members if row.factors.get(factor) == key]
    people = tuple(row.subject for row in mine)
    try:
        groups, found = make(mine)
    except AnalysisError as error:
        note = f"{error.code}: {error.fault}"
        return Level(id=key, label=label, people=people, groups=(), contrast=None, note=note)
    usable = found if math.isfinite(found.estimate) and found.error > 0 else None
    return Level(id=key, label=label, people=people, groups=groups, contrast=usable)


def heterogeneity(levels: Sequence[Level], ratio: bool) -> float | None:
    """The p-value of Cochran's Q: inverse-variance weights, chi-squared on one fewer than the levels."""
    found = [each.contrast for each in levels if each.contrast is not None]
    if len(found) < 2:
        return None
    values = [math.log(each.estimate) if ratio else each.estimate for each in found]
    weights = [each.error**-2 for each in found]
    mean = math.fsum(w * v for w, v in zip(weights, values, strict=True)) / math.fsum(weights)
    total = math.fsum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True))
    return float(chi2.sf(total, len(found) - 1))


def maker(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand, seed: int) -> Maker | None:
    """What makes the groups and the contrast of some participants; None for a measure without subgroups
    here."""
    if estimand.summary == "hazard_ratio":
        return of_times(data, reader, estimate, estimand)
    if estimand.summary == "risk_difference" and estimand.variable.score is not None and estimate.population:
        return of_responses(data, reader, estimate, estimand, seed)
    return None


def of_times(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand) -> Maker:
    """Times to the event: the hazard ratio within the rows."""
    kept = {row.subject for row in estimate.population}
    times = {
        row.subject: found
        for row in data.participants
        if row.subject in kept and (found := time_of(estimate.name, estimand, row, reader)) is not None
    }
    first, last = estimate.arms[0], estimate.arms[-1]

    def make(rows: Sequence[Participant]) -> Made:
        groups = tuple(timed_group(arm, rows, times) for arm in (first, last))
        return groups, versus(first, last, rows, times, estimand.strata, float(estimand.confidence))

    return make


def of_responses(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand, seed: int) -> Maker:
    """Responses: the primary analysis's completed data, restricted to the rows."""
    given = taken(estimate.name, estimand, data, reader, estimate.arms)
    spec = specs(estimand)[0]
    how: Setting = setting(estimate.name, spec, given, reader, seed)
    used = [row for row in estimate.population if spec.missing != "none" or row.kind != "missing"]
    completed = responses(spec, used, how)
    first, last = estimate.arms[0], estimate.arms[-1]

    def make(rows: Sequence[Participant]) -> Made:
        chosen = {row.subject for row in rows}
        mine = [row for row in used if row.subject in chosen]
        found = contrast(first, last, mine, completed, how)
        return tuple(group(arm, mine, completed) for arm in (first, last)), found

    return make
