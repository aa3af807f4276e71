"""The plan of trials whose participants the engine follows: every kind of endpoint that a definition can declare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from equipoise.allocation import Seal
from equipoise.analysis.data.rows import Participant
from equipoise.conduct.scheme import scheme_of
from equipoise.simulation.characteristics.enrolling import (
    Compiled,
    planned_of,
    recruitment_of,
    room_of,
    strata_of,
)
from equipoise.simulation.characteristics.loop.arrays import Dispensing
from equipoise.simulation.characteristics.pool.estimators.chosen import asks
from equipoise.simulation.characteristics.pool.followed import follow
from equipoise.simulation.characteristics.pool.meaning import meaning_of
from equipoise.simulation.characteristics.pool.plan import Meaning, Outcomes, Pooled, Tally
from equipoise.simulation.characteristics.pool.reduced import (
    interleaved,
    members_of,
    outcomes_of,
    tally,
)
from equipoise.simulation.characteristics.pool.truth import truth_of
from equipoise.simulation.characteristics.pool.undisturbed import again, undisturbed, unmissed
from equipoise.simulation.characteristics.sample.screened import Sample
from equipoise.simulation.characteristics.sample.supplied import kits_of
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.looks import bounds_of
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.supplies import check_kits, planned_supplies
from equipoise.simulation.whole.primary import Case
from equipoise.study.study import Study

Progress = Callable[[int, int], None]


def compile_pool(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    name: str,
    sample: Sample,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Compiled:
    """The plan of an estimand from participants of the sample, followed once in each arm.

    Raises SIMU-004 as whole trials do, SIMU-007 for a score whose meaning no table can hold, SIMU-009 for
    kits that can reach nobody.
    """
    estimand, arms = study.definition.estimands[name], tuple(study.definition.arms)
    pool = followed_once(study, scenario, seal, name, sample, seed, progress)
    tallied = pool.tally
    regimens, planned = tuple(study.definition.regimens), planned_of(study, scenario)
    check_kits(scenario, [name for name, units in zip(regimens, tallied.units.sum(0), strict=True) if units])
    looks = bounds_of(scenario.looks, planned)
    strata, stratum = analysed_by(study, scenario, estimand.strata, sample)
    recruitment = recruitment_of(study, scenario, seal, estimand, sample)
    plan = Pooled(
        recruitment=recruitment._replace(analysed=np.arange(len(recruitment.analysed))),
        allocation=plan_of(scheme_of(study, seal.block_sizes), strata_of(study, scenario, sample)[0]),
        tally=tallied,
        outcomes=pool.outcomes,
        meaning=pool.meaning,
        decimals=decimals_of(study, name),
        estimand=estimand,
        strata=strata,
        stratum=stratum,
        treatment=np.array([arms.index(arm) for arm in estimand.treatment], np.int64),
        people=np.array(looks.people, np.int64),
        bounds=np.array(looks.efficacy),
        futility=np.array(looks.futility),
        dispensing=dispensing_of(study, scenario, tallied, len(arms)),
        kits=kits_of(planned, scenario, regimens, sample),
    )
    return Compiled(
        plan=plan, scenario=scenario, estimand=name, sites=tuple(site.site for site in scenario.sites), arms=arms,
        compared=(estimand.treatment[0], estimand.treatment[-1]), events=tuple(estimand.intercurrent_events),
        regimens=regimens, kits=tuple(scenario.supply.kits) if scenario.supply else (),
        confidence=float(estimand.confidence),
        attempts=room_of(study, scenario, sample), binary=estimand.variable.endpoint == "binary",
        scored=estimand.variable.score is not None, summary=estimand.summary,
        truth=truth_of(plan, pool.undisturbed, float(estimand.confidence)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What is known of the participants who were followed. undisturbed: their outcomes had nothing been missing."""

    tally: Tally
    outcomes: Outcomes
    meaning: Meaning
    undisturbed: Outcomes


def followed_once(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    name: str,
    sample: Sample,
    seed: int,
    progress: Progress | None,
) -> Followed:
    """The pool, made once for all scenarios of a sample that differ in recruitment, looks and kits alone."""
    plain = msgspec.structs.replace(
        scenario, scenario="", label="", sites=scenario.sites[:1], participants=None, looks=None, supply=None
    )
    declared = msgspec.json.encode(study.definition.estimands[name])
    asked: tuple[Any, ...] = (study.digest, name, declared, msgspec.json.encode(plain), seed)
    if asked not in sample.answers:
        sample.answers[asked] = _followed(study, scenario, seal, name, sample, seed, progress)
    return sample.answers[asked]


def _followed(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    name: str,
    sample: Sample,
    seed: int,
    progress: Progress | None,
) -> Followed:
    estimand, arms = study.definition.estimands[name], tuple(study.definition.arms)
    scored, later = estimand.variable.score is not None, undisturbed(scenario)
    times = 1 if scored else 2
    total, done = len(sample.randomised) * len(arms) * times, 0

    def one_more() -> None:
        nonlocal done
        done += 1
        if progress is not None and (done % 10 == 0 or done == total):
            progress(done, total)

    def every(then: Scenario | None) -> tuple[list[Case], list[list[Participant]], Outcomes]:
        cases = [
            follow(study, scenario, seal, name, sample, arm, seed=seed, later=then, progress=one_more)
            for arm in arms
        ]
        rows = [members_of(case, sample) for case in cases]
        both = zip(cases, rows, strict=True)
        return cases, rows, interleaved([outcomes_of(*each) for each in both])

    cases, rows, outcomes = every(None)
    meaning = Meaning(grid=np.zeros(0), table=np.zeros((0, 0)), place=np.full(len(outcomes.kind), -1))
    if asks(estimand):
        try:
            meaning = meaning_of(cases, rows, outcomes, decimals_of(study, name))
        except ValueError as error:
            raise scenario_error("SIMU-007", f"{scenario.scenario}: estimands.{name}", str(error)) from error
    regimens = tuple(study.definition.regimens)
    return Followed(
        tally=interleaved([tally(*each, regimens) for each in zip(cases, rows, strict=True)]),
        outcomes=outcomes,
        meaning=meaning,
        undisturbed=unmissed(cases, rows, outcomes) if scored else again(outcomes, every(later)[2]),
    )


def dispensing_of(study: Study, scenario: Scenario, tallied: Tally, arms: int) -> Dispensing:
    """The calendar of the supplies, with what each participant was given in each arm."""
    planned = planned_supplies(study, scenario)
    return Dispensing(
        days=np.array([(each.first, each.last) for each in planned[1:]], np.int64).reshape(-1, 2),
        supplied=np.array([each.covers for each in planned] or [0], np.int64),
        refused=np.zeros((arms, max(1, len(planned)))),
        units=tallied.full.reshape(len(tallied.full) // arms, arms, tallied.full.shape[1]),
        full=planned[0].covers if planned else 0,
    )


def decimals_of(study: Study, name: str) -> int:
    """The decimals of the estimand's score; 0 without one."""
    score = study.definition.estimands[name].variable.score
    form, _, item = (score or "").partition(".")
    return (study.form(form).items[item].decimals or 0) if score else 0


def analysed_by(
    study: Study, scenario: Scenario, factors: tuple[str, ...], sample: Sample
) -> tuple[tuple[str, ...], np.ndarray]:
    """The strata of the analysis in the order of their names, and which of them a combination of levels at a site
    belongs to (levels, sites)."""
    sites = [site.site for site in scenario.sites]
    named = [
        [
            ";".join(f"{factor}={({**each, 'site': site}).get(factor, '')}" for factor in factors)
            for site in sites
        ]
        for each in strata_of(study, scenario, sample)[1]
    ]
    names = sorted({name for row in named for name in row})
    return tuple(names), np.array([[names.index(name) for name in row] for row in named], np.int64)
