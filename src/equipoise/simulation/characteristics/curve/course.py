"""The course of the endpoint's score, tabulated: for each patient of the sample the score at each share of the
disease that is left, and for each pair of scores whether the definition calls it a response.

The score is the definition's own computed item, evaluated over columns; a response is its own rule. In the loop of a
trial a rater's look is then one normal draw and one place in a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from equipoise.analysis.data.columns import Column, Frame
from equipoise.analysis.data.columns_nodes import column_of
from equipoise.analysis.data.endpoint import Endpoint, responder
from equipoise.rules.nodes import OWN
from equipoise.simulation.characteristics.sample.screened import Sample, Screened
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.patients import UNIT
from equipoise.simulation.scenario import Generator, Scenario
from equipoise.study.study import Study

LEVELS = 256
"""Steps of the share that is left, from nothing to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """scores: (randomised, LEVELS + 1) int16, scaled by 10^decimals, at the share level / LEVELS. baseline:
    (randomised,), as scored on the day of randomisation. responds: (values, values) of the score at the time point
    and at baseline. curve: its name. missing: the chance that a score is not complete."""

    scores: np.ndarray
    baseline: np.ndarray
    responds: np.ndarray
    curve: str
    missing: float


def course_of(study: Study, scenario: Scenario, where: Endpoint, name: str, sample: Sample) -> Course:
    """The tables of an estimand. Raises SIMU-005 for a score that follows no curve, or several."""
    members = sample.randomised
    derived = study.parsers[where.form].derived
    leaves = _leaves(study, where, derived)
    thinned = _thinned(scenario, where, leaves)
    scores = _table(study, where, derived, leaves, thinned, members)
    decimals = study.form(where.form).items[where.item].decimals or 0
    baseline = np.array([_scaled(_baseline(each, where), decimals) for each in members])
    top = int(max(scores.max(), baseline.max()))
    missing = 1.0 - float(np.prod([1.0 - _gap(scenario, where, item) for item in leaves]))
    return Course(
        scores=scores,
        baseline=baseline.astype(np.int32),
        responds=_responses(study, where, name, members[0], top, decimals),
        curve=next(iter({each.thin for each in thinned.values()})) or "",
        missing=missing,
    )


def _leaves(study: Study, where: Endpoint, derived) -> tuple[str, ...]:
    """The entered items of the form that the score is made of."""
    found: list[str] = []
    waiting = [where.item]
    while waiting:
        item = waiting.pop()
        if item not in derived:
            found.append(item)
            continue
        waiting += sorted(dependency[2] for dependency in derived[item].depends if dependency[0] == "item")
    return tuple(dict.fromkeys(found))


def _thinned(scenario: Scenario, where: Endpoint, leaves: Sequence[str]) -> dict[str, Generator]:
    """The generators of the items that follow a curve, as they are at the time point."""
    generators = scenario.forms.get(where.form, {})
    found = {item: _thin(generators[item], where.timepoint) for item in leaves if item in generators}
    thinned = {item: each for item, each in found.items() if each is not None}
    curves = {each.thin for each in thinned.values()}
    if len(curves) != 1:
        words = "no curve" if not curves else f"several curves ({', '.join(sorted(map(str, curves)))})"
        raise scenario_error("SIMU-005", scenario.scenario, f"{where.form}.{where.item} follows {words}")
    return thinned


def _thin(generator: Generator | None, encounter: str) -> Generator | None:
    """The part of a generator that thins, if there is one."""
    if generator is None or generator.thin is not None:
        return generator
    parts = (generator.at.get(encounter), generator.then, generator.otherwise, *generator.by_arm.values())
    return next((found for part in parts if (found := _thin(part, encounter)) is not None), None)


def _gap(scenario: Scenario, where: Endpoint, item: str) -> float:
    """The chance that an item is not entered."""
    generator = scenario.forms.get(where.form, {}).get(item)
    if generator is None:
        return 0.0
    generator = generator.at.get(where.timepoint, generator)
    return generator.probability if generator.missing is not None else 0.0


def _table(study, where, derived, leaves, thinned, members: Sequence[Screened]) -> np.ndarray:
    """The score of each patient at each level of what is left."""
    scope = study.scope(where.form)
    units = {item: _units(members, where, item) for item in leaves if item in thinned}
    fixed = {item: [_recorded(each, where, item) for each in members] for item in leaves if item not in units}
    rows = np.zeros((len(members), LEVELS + 1), np.int16)
    decimals = study.form(where.form).items[where.item].decimals or 0
    for level in range(LEVELS + 1):
        frame = Frame([None] * len(members), scope)
        for item, (count, thresholds) in units.items():
            kept = (thresholds < level * (UNIT // LEVELS)).sum(1)
            frame.columns[where.form, item, OWN] = _numbers(np.minimum(kept, count))
        for item, values in fixed.items():
            frame.columns[where.form, item, OWN] = frame.packed(values)
        for item, rule in derived.items():
            if item == where.item or _needed(item, where.item, derived):
                frame.columns[where.form, item, OWN] = column_of(rule.node, frame)
        column = frame.columns[where.form, where.item, OWN]
        rows[:, level] = column.values * 10 ** (decimals - column.decimals)
    return rows


def _needed(item: str, score: str, derived) -> bool:
    """Whether the score is computed from this computed item."""
    reads = {dependency[2] for dependency in derived[score].depends if dependency[0] == "item"}
    return item in reads or any(_needed(item, each, derived) for each in reads if each in derived)


def _units(members: Sequence[Screened], where: Endpoint, item: str) -> tuple[np.ndarray, np.ndarray]:
    """The units of an item at the first encounter (n,), and the draw of each (n, most), out of UNIT."""
    first = [each.patient.first.get((where.form, item), (0, 0)) for each in members]
    count = np.array([units for units, _ in first], np.int64)
    most = max(1, int(count.max()))
    thresholds = np.full((len(members), most), UNIT, np.int32)
    for row, (units, bits) in enumerate(first):
        for place in range(units):
            thresholds[row, place] = bits % UNIT
            bits //= UNIT
    return count, thresholds


def _numbers(values: np.ndarray) -> Column:
    return Column(kind="number", values=values.astype(np.int64), missing=np.zeros(len(values), np.int8))


def _recorded(each: Screened, where: Endpoint, item: str):
    """An item as entered on the day of randomisation."""
    assert each.subject is not None
    return each.subject.state.facts.record(where.form, where.baseline).values[item]


def _baseline(each: Screened, where: Endpoint) -> Decimal:
    value = _recorded(each, where, where.item)
    return getattr(value, "value", value)


def _scaled(value: Decimal, decimals: int) -> int:
    return int(value.scaleb(decimals))


def _responses(
    study: Study, where: Endpoint, name: str, each: Screened, top: int, decimals: int
) -> np.ndarray:
    """Whether each score at the time point (rows) is a response after each score at baseline (columns)."""
    assert each.subject is not None
    facts = each.subject.state.facts
    start: date = each.subject.state.randomised_on
    case = facts.on(start + timedelta(days=where.day))
    rule = study.rule(f"estimands.{name}.variable.rule")
    found = np.zeros((top + 1, top + 1), np.bool_)
    for baseline in range(top + 1):
        responds = responder(rule, where, case, (start, Decimal(baseline).scaleb(-decimals)))
        for value in range(top + 1):
            found[value, baseline] = responds(Decimal(value).scaleb(-decimals))
    return found
