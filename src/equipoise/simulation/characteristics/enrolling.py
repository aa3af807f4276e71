"""Who takes part in a simulated trial: the sample, its strata, the sites, and the room that a trial needs.

What both sources of outcomes share: the score that follows a curve, and the participants whom the engine followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.allocation import Seal, stratum_levels, stratum_name
from equipoise.simulation.characteristics.loop.arrays import Plan, Recruitment
from equipoise.simulation.characteristics.pool.plan import Pooled
from equipoise.simulation.characteristics.sample.screened import Sample
from equipoise.simulation.characteristics.sample.supplied import MONTH
from equipoise.simulation.reported import Names
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.screening import OPENING_HOUR
from equipoise.study.estimand import Estimand
from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A plan with the names that its numbers stand for. attempts: room for screening attempts in one trial. binary:
    whether the variable is a yes or no; scored: whether it is made from a score. truth: the value of the estimand in
    the population, with its standard error and that of what losses and gaps do to these participants, where the plan
    knows it; from a curve it is counted in the trials."""

    plan: Plan | Pooled
    scenario: Scenario
    estimand: str
    sites: tuple[str, ...]
    arms: tuple[str, ...]
    compared: tuple[str, str]
    events: tuple[str, ...]
    regimens: tuple[str, ...]
    kits: tuple[str, ...]
    confidence: float
    attempts: int
    binary: bool = True
    scored: bool = True
    summary: str = "risk_difference"
    truth: tuple[float, float, float] | None = None

    @property
    def names(self) -> Names:
        """What the reported quantities are counted by."""
        return Names(
            sites=self.sites, arms=self.arms, events=self.events, regimens=self.regimens, kits=self.kits,
            binary=self.binary, scored=self.scored,
        )  # fmt: skip


def planned_of(study: Study, scenario: Scenario) -> int:
    """How many are randomised."""
    return scenario.participants or study.definition.allocation.planned


def room_of(study: Study, scenario: Scenario, sample: Sample) -> int:
    """Room for screening attempts: three times what the sample makes us expect."""
    attempts = sum(len(each.attempts) for each in sample.patients)
    return int(3 * planned_of(study, scenario) * attempts / len(sample.randomised)) + 1000


def levels_of(sample: Sample) -> list[dict[str, str]]:
    """The levels of the strata of each randomised patient, without the site."""
    found = []
    for each in sample.randomised:
        levels = dict(stratum_levels(each.subject.state.stratum)) if each.subject is not None else {}
        levels.pop("site", None)
        found.append(levels)
    return found


def strata_of(study: Study, scenario: Scenario, sample: Sample) -> tuple[list[str], list[dict[str, str]]]:
    """The strata of the allocation, by combination and site, and the combinations."""
    combinations = [dict(pairs) for pairs in sorted({tuple(each.items()) for each in levels_of(sample)})]
    if not study.definition.allocation.by_site:
        return [stratum_name(each) for each in combinations], combinations
    sites = [site.site for site in scenario.sites]
    return [stratum_name({**each, "site": site}) for each in combinations for site in sites], combinations


def recruitment_of(
    study: Study, scenario: Scenario, seal: Seal, estimand: Estimand, sample: Sample
) -> Recruitment:
    """Sites, arrivals, and what becomes of each patient of the sample."""
    combinations = strata_of(study, scenario, sample)[1]
    numbers = {tuple(each.items()): place for place, each in enumerate(combinations)}
    members = {id(each): place for place, each in enumerate(sample.randomised)}
    levels = [numbers[tuple(each.items())] for each in levels_of(sample)]
    place = [members.get(id(each), -1) for each in sample.patients]
    count, by_site = len(scenario.sites), study.definition.allocation.by_site
    strata = np.arange(len(combinations))[:, None] * (count if by_site else 1)
    analysed = [tuple(each.get(factor, "") for factor in estimand.strata) for each in combinations]
    groups = {group: number for number, group in enumerate(sorted(set(analysed)))}
    opens = np.array([site.opens for site in scenario.sites], np.int64)
    order = np.argsort(opens, kind="stable")
    keep, own, other = _aliases([scenario.sites[place].per_month for place in order], order)
    return Recruitment(
        planned=planned_of(study, scenario),
        rate=np.array([site.per_month / MONTH for site in scenario.sites]),
        opens=opens + OPENING_HOUR / 24,
        order=order,
        day=opens,
        keep=keep,
        own=own,
        other=other,
        ramp=np.array([site.ramp for site in scenario.sites], np.int64),
        again=np.array([each.attempts[1] if len(each.attempts) > 1 else -1.0 for each in sample.patients]),
        randomised=np.array(
            [-1.0 if each.randomised is None else each.randomised for each in sample.patients]
        ),
        member=np.array(place, np.int64),
        level=np.array([levels[each] if each >= 0 else 0 for each in place], np.int64),
        strata=strata + (np.arange(count) if by_site else np.zeros(count, np.int64)),
        analysed=np.array([groups[group] for group in analysed], np.int64),
    )


def _aliases(rates: Sequence[float], order: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Walker's tables for the first 1, 2, ... sites: chance to keep, own site, other site.

    Walker, Electronics Letters 1974;10:127-128.
    """
    count = len(rates)
    keep, own, other = (np.zeros((count + 1, count)), *(np.zeros((2, count + 1, count), np.int64)))
    for opened in range(1, count + 1):
        left = np.array(rates[:opened]) / max(sum(rates[:opened]), 1e-300) * opened
        own[opened, :opened], other[opened, :opened] = order[:opened], order[:opened]
        short = [place for place in range(opened) if left[place] < 1]
        long = [place for place in range(opened) if left[place] >= 1]
        while short and long:
            small, large = short.pop(), long[-1]
            keep[opened, small], other[opened, small] = left[small], order[large]
            left[large] -= 1 - left[small]
            if left[large] < 1:
                short.append(long.pop())
        keep[opened, short + long] = 1.0
    return keep, own, other
