"""The endpoints of a blind report: what was observed, all arms together, without a comparison.

The intercurrent events of an estimand mostly read what is under seal (the drug, its stop), so none of them is applied
here: the numbers say how many values there are and what they are on the whole, not what the estimand will give.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from equipoise.analysis.cut import Cut, check_by_arm
from equipoise.analysis.data.blind import blinded
from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.endpoint import endpoint
from equipoise.analysis.data.estimand import Outcome, Reading, outcomes
from equipoise.analysis.data.populations import all_randomised, for_endpoint
from equipoise.analysis.data.rows import Dataset
from equipoise.analysis.estimands.estimates import Estimate, Reader, answers, over_time
from equipoise.analysis.numbers import fixed
from equipoise.analysis.plan import check_plan
from equipoise.analysis.results import Analysis, Group

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand
    from equipoise.study.study import Study

METHOD = "observed values, all arms together; nothing is compared and nothing is imputed"
NOTE = "Intercurrent events are not applied, since what they rest on may tell of an arm."


def readable(study: Study, slice_: Cut, by_arm: bool) -> Cut:
    """The cut that a report may read: all of it by arm, where that is due, else what a masked person may read."""
    if not by_arm:
        return blinded(study, slice_)
    check_by_arm(slice_)
    check_plan(study, slice_)
    return slice_


def pooled_estimates(study: Study, data: Dataset, reader: Reader) -> tuple[Estimate, ...]:
    """The variable of every estimand, as observed in all participants. Estimands that differ in their arms alone have
    one variable, which is counted once, under its own label: that of an estimand may name arms. The days at
    which shares are told make no other variable."""
    first: dict[str, str] = {}
    for name, estimand in study.definition.estimands.items():
        first.setdefault(repr(structs.replace(estimand.variable, horizons=())), name)
    return tuple(pooled(name, study.definition.estimands[name], data, reader) for name in first.values())


def pooled(name: str, estimand: Estimand, data: Dataset, reader: Reader) -> Estimate:
    """One endpoint: a share, a mean, a curve, or the number of participants where it is none of these."""
    variable = estimand.variable
    if variable.endpoint == "time_to_event":
        curve = over_time(name, replace_events(estimand), data, reader, (POOLED,))
        events = sum(point.events for point in curve.curves[POOLED])
        curve = replace(curve, label=variable.label, objective="")
        return replace(curve, analyses=(_analysis(estimand, len(curve.population), events, 0),))
    if variable.score is None or variable.timepoint is None:
        members = all_randomised(data).members
        return _estimate(name, estimand, (), (_analysis(estimand, len(members), None, 0),), 0, {})
    where = endpoint(reader.study, name, estimand)
    population = for_endpoint(data, where, None)
    rows = outcomes(data, where, Reading(policy=True), population.members)
    known = [row for row in rows if row.kind == "value"]
    missing = sum(row.kind == "missing" for row in rows)
    deaths = sum(row.kind == "event" for row in rows)
    if variable.endpoint == "binary":
        answer = answers(name, where, population, data, reader)
        good = sum(answer[row.subject](row.value) for row in known) if known else 0
        made = _analysis(estimand, len(known), good, missing, deaths)
    else:
        made = replace(_analysis(estimand, len(known), None, missing, deaths), notes=(_mean(known), NOTE))
    return _estimate(name, estimand, rows, (made,), where.day, population.excluded)


def replace_events(estimand: Estimand) -> Estimand:
    """The estimand without intercurrent events."""
    return structs.replace(estimand, intercurrent_events={})


def _mean(rows: Sequence[Outcome]) -> str:
    values = [float(row.value) for row in rows if row.value is not None]
    spread = statistics.stdev(values) if len(values) > 1 else None
    return f"Mean of the observed values {fixed(statistics.fmean(values) if values else None)}, SD {fixed(spread)}."


def _analysis(estimand: Estimand, known: int, good: float | None, missing: int, deaths: int = 0) -> Analysis:
    share = good / known if known and good is not None else None
    group = Group(
        arm=POOLED,
        analysed=known,
        responders=None if good is None else float(good),
        proportion=share,
        missing=missing,
        by_event=deaths,
    )
    return Analysis(
        id="pooled",
        label=estimand.variable.label,
        role="primary",
        method=METHOD,
        groups=(group,),
        contrasts=(),
        notes=(NOTE,),
    )


def _estimate(
    name: str,
    estimand: Estimand,
    rows: tuple[Outcome, ...],
    analyses: tuple[Analysis, ...],
    day: int,
    excluded: dict[str, str],
) -> Estimate:
    return Estimate(
        name=name,
        label=estimand.variable.label,
        variable=estimand.variable.label,
        objective="",
        ratio=estimand.summary == "hazard_ratio",
        arms=(POOLED,),
        day=day,
        analyses=analyses,
        population=rows,
        excluded=excluded,
        curves={},
        summary=estimand.summary,
    )
