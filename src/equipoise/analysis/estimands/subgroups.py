"""The primary comparison of an estimand within the levels of each factor of the allocation and of each measure that
the estimand names, and whether the levels differ.

Missing values are imputed once, for everybody, by the primary analysis; a subgroup is a part of the
completed data. So the subgroups add up to the whole, and a small one needs no imputation of its own. Models
are fitted anew in each level. Heterogeneity is Cochran's Q over the levels, on the scale of the estimate
(ratios: their logarithms). No multiplicity is corrected: subgroups are shown to be read together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import chi2

from equipoise.analysis.data.baseline import level_label, stratum_codes
from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.data.rows import Dataset, Participant
from equipoise.analysis.data.taken import exposure_of, measures_of, planned, taken
from equipoise.analysis.errors import AnalysisError, noted
from equipoise.analysis.estimands.binary import contrast, responses
from equipoise.analysis.estimands.binary import group as binary_group
from equipoise.analysis.estimands.continuous import compared as in_arms
from equipoise.analysis.estimands.continuous import completed_values, from_sets, unimputed
from equipoise.analysis.estimands.continuous import group as mean_group
from equipoise.analysis.estimands.discrete import compared as by_model
from equipoise.analysis.estimands.discrete import group as counted_group
from equipoise.analysis.estimands.discrete import usable
from equipoise.analysis.estimands.estimates import Estimate, Reader, setting, times_of
from equipoise.analysis.estimands.events_over_time import Timed, versus
from equipoise.analysis.estimands.events_over_time import group as timed_group
from equipoise.analysis.estimands.specs import specs
from equipoise.analysis.results import Contrast, Group
from equipoise.study.methods import estimator_of

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand
    from equipoise.study.study import Study

Made = tuple[tuple[Group, ...], Contrast]
Maker = Callable[[frozenset[str]], Made]


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
    """A factor with its levels, of the primary analysis of an estimand. p_value: of heterogeneity; None with fewer than
    two levels that have an estimate. unknown: participants of no level."""

    estimand: str
    id: str
    label: str
    levels: tuple[Level, ...]
    p_value: float | None
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """What divides the participants: the labels of its levels in their order, and the level of each
    subject."""

    id: str
    label: str
    levels: Mapping[str, str]
    level_of: Mapping[str, str]


def all_subgroups(
    study: Study, data: Dataset, reader: Reader, estimates: Sequence[Estimate], seed: int
) -> tuple[Subgroup, ...]:
    """Those of the first estimate, and of every other whose estimand names subgroups."""
    asked = study.definition.estimands
    return tuple(
        found
        for place, each in enumerate(estimates)
        if not place or asked[each.name].subgroups
        for found in subgroups(study, data, reader, each, seed)
    )


def subgroups(
    study: Study, data: Dataset, reader: Reader, estimate: Estimate, seed: int
) -> tuple[Subgroup, ...]:
    """Of the first contrast of an estimate, by every factor of the allocation and every subgroup of the
    estimand."""
    estimand = study.definition.estimands[estimate.name]
    kept = {row.subject for row in estimate.population}
    members = [row for row in data.participants if row.subject in kept]
    arms = (estimate.arms[0], estimate.arms[-1])
    if not members or arms[0] == arms[1]:
        return ()
    make: Maker | None = None
    found = []
    for division in divisions(study, estimate.name, estimand, members, reader):
        people = {
            key: frozenset(row.subject for row in members if division.level_of.get(row.subject) == key)
            for key in division.levels
        }
        held = {key: who for key, who in people.items() if who}
        if len(held) < 2:
            continue
        make = make or maker(data, reader, estimate, estimand, seed)
        levels = tuple(level(key, division.levels[key], who, make) for key, who in held.items())
        found.append(
            Subgroup(
                estimand=estimate.name,
                id=division.id,
                label=division.label,
                levels=levels,
                p_value=heterogeneity(levels, estimate.ratio),
                unknown=len(members) - sum(len(who) for who in held.values()),
            )
        )
    return tuple(found)


def divisions(
    study: Study, name: str, estimand: Estimand, members: Sequence[Participant], reader: Reader
) -> Iterator[Division]:
    """The factors of the allocation as randomised, then the measures that the estimand names."""
    for factor, stratum in study.definition.allocation.strata.items():
        named = stratum_codes(study, stratum.rule)
        yield Division(
            id=factor,
            label=stratum.label,
            levels={each: named.get(each, level_label(each)) for each in stratum.levels},
            level_of={row.subject: row.factors.get(factor, "") for row in members},
        )
    known = measures_of(name, estimand, members, reader) if estimand.subgroups else {}
    for key in estimand.subgroups:
        measure = estimand.measures[key]
        values = getattr(study.rule(f"estimands.{name}.measures.{key}.rule").type, "values", ("yes", "no"))
        named = stratum_codes(study, measure.rule)
        yield Division(
            id=key,
            label=measure.label,
            levels={each: named.get(each, level_label(each)) for each in values},
            level_of={row.subject: str(known[row.subject][key] or "") for row in members},
        )


def level(key: str, label: str, people: frozenset[str], make: Maker) -> Level:
    """The comparison among the participants of one level."""
    everybody = tuple(sorted(people))
    try:
        groups, found = make(people)
    except AnalysisError as error:
        return Level(id=key, label=label, people=everybody, groups=(), contrast=None, note=noted(error))
    usable = found if math.isfinite(found.estimate) and found.error > 0 else None
    return Level(id=key, label=label, people=everybody, groups=groups, contrast=usable)


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


def maker(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand, seed: int) -> Maker:
    """What makes the groups and the contrast of some participants: the primary analysis of the first arm and
    the last."""
    kind = estimand.variable.endpoint
    if kind == "time_to_event":
        return of_times(data, reader, estimate, estimand)
    if kind in ("count", "ordinal"):
        return of_categories(data, reader, estimate, estimand)
    return of_scores(data, reader, estimate, estimand, seed)


def of_times(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand) -> Maker:
    """Times to the event: the contrast within the rows."""
    kept = {row.subject for row in estimate.population}
    rows = [row for row in data.participants if row.subject in kept]
    how = Timed(
        estimand=estimand,
        times=times_of(estimate.name, estimand, rows, reader),
        measures=measures_of(estimate.name, estimand, rows, reader),
    )
    first, last = estimate.arms[0], estimate.arms[-1]

    def make(people: frozenset[str]) -> Made:
        mine = [row for row in rows if row.subject in people]
        found, _ = versus(first, last, mine, how)
        return tuple(timed_group(arm, mine, how) for arm in (first, last)), found

    return make


def of_categories(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand) -> Maker:
    """Counts and categories: the model fitted within the rows."""
    given = taken(estimate.name, estimand, data, reader, estimate.arms)
    exposure = {
        row.subject: exposure_of(estimate.name, reader, row, planned(estimand, row)) for row in given.members
    }
    arms, name = (estimate.arms[0], estimate.arms[-1]), str(estimator_of(estimand))

    def make(people: frozenset[str]) -> Made:
        mine = [row for row in estimate.population if row.subject in people]
        used = usable(mine, arms, exposure)
        contrasts, _, _ = by_model(used, estimand, arms, exposure)
        return tuple(counted_group(arm, mine, used, exposure, name) for arm in arms), contrasts[0]

    return make


def of_scores(data: Dataset, reader: Reader, estimate: Estimate, estimand: Estimand, seed: int) -> Maker:
    """Responses and values: the primary analysis's completed data, restricted to the rows."""
    given = taken(estimate.name, estimand, data, reader, estimate.arms)
    spec = specs(estimand)[0]
    how = setting(estimate.name, spec, given, reader, seed)
    used = [row for row in estimate.population if spec.missing != "none" or row.kind != "missing"]
    first, last = estimate.arms[0], estimate.arms[-1]
    if estimand.variable.endpoint == "binary":
        completed = responses(spec, used, how)

        def of_responses(people: frozenset[str]) -> Made:
            mine = [row for row in used if row.subject in people]
            found = contrast(first, last, mine, completed, how)
            return tuple(binary_group(arm, mine, completed) for arm in (first, last)), found

        return of_responses
    rows = in_arms(estimate.population, how)
    sets = None
    if spec.missing == "multiple_imputation":
        sets = completed_values(rows, np.array([row.kind == "missing" for row in rows]), how)

    def of_values(people: frozenset[str]) -> Made:
        places = [place for place, row in enumerate(rows) if row.subject in people]
        mine: list[Outcome] = [rows[place] for place in places]
        if sets is None:
            means, contrasts, _ = unimputed(mine, how)
        else:
            means, contrasts, _ = from_sets([each[places] for each in sets], mine, how)
        return tuple(mean_group(arm, mine, means.get(arm)) for arm in (first, last)), contrasts[0]

    return of_values
