"""The plan of trials whose outcomes follow a curve: a yes or no, made from a score with one curve of the scenario."""

from __future__ import annotations

import msgspec
import numpy as np

from equipoise.allocation import Seal
from equipoise.analysis.data.endpoint import Endpoint, endpoint
from equipoise.conduct.scheme import scheme_of
from equipoise.simulation.characteristics.curve.course import Course, course_of
from equipoise.simulation.characteristics.curve.foretold import foretold
from equipoise.simulation.characteristics.curve.judged import Judged, judge
from equipoise.simulation.characteristics.enrolling import (
    Compiled,
    planned_of,
    recruitment_of,
    room_of,
    strata_of,
)
from equipoise.simulation.characteristics.loop import contrast
from equipoise.simulation.characteristics.loop.arrays import (
    Analysis,
    Exit,
    Plan,
    Recruitment,
    Score,
)
from equipoise.simulation.characteristics.sample.screened import Sample
from equipoise.simulation.characteristics.sample.spread import SpreadDraws
from equipoise.simulation.characteristics.sample.supplied import MONTH, dispensing_of, kits_of, regimens_of
from equipoise.simulation.errors import scenario_error
from equipoise.simulation.looks import Bounds, bounds_of
from equipoise.simulation.patients import Patient
from equipoise.simulation.randomisation.plans import plan_of
from equipoise.simulation.scenario import Scenario
from equipoise.study.estimand import Estimand
from equipoise.study.study import Study

COURSES = 8
"""Courses after randomisation that are drawn for each patient and arm."""
STRATEGIES = {"composite": 0, "hypothetical": 1, "treatment_policy": 2}


def compile_curve(
    study: Study, scenario: Scenario, seal: Seal, name: str, sample: Sample, seed: int = 0
) -> Compiled:
    """The plan of a binary estimand whose score follows one curve of the scenario.

    Raises SIMU-005 for a score without a curve, SIMU-006 for an intercurrent event without a last day, SIMU-014 for an
    estimand that asks for more.
    """
    declared = study.definition.estimands[name]
    _check_curved(scenario, name, declared)
    where = endpoint(study, name, declared)
    regimens = regimens_of(sample)
    planned = planned_of(study, scenario)
    kits, looks = kits_of(planned, scenario, regimens, sample), bounds_of(scenario.looks, planned)
    course = course_of(study, scenario, where, name, sample)
    judged = _judged_once(study, scenario, seal, where, name, sample, seed)
    arms = tuple(study.definition.arms)
    depth, applies = _courses(scenario, course, arms, sample, seed)
    recruitment = recruitment_of(study, scenario, seal, declared, sample)
    exits = _exit(scenario, arms, judged, applies)
    score = _score(study, scenario, where, course, depth)
    plan = Plan(
        recruitment=recruitment,
        allocation=plan_of(scheme_of(study, seal.block_sizes), strata_of(study, scenario, sample)[0]),
        exit=exits,
        score=_foretold(study, where, declared, score, exits, recruitment, seed),
        analysis=_analysis(declared, arms, looks),
        dispensing=dispensing_of(study, scenario, seal, regimens, sample, seed),
        kits=kits,
    )
    return Compiled(
        plan=plan, scenario=scenario, estimand=name, sites=tuple(site.site for site in scenario.sites), arms=arms,
        compared=(declared.treatment[0], declared.treatment[-1]), events=judged.events, regimens=regimens,
        kits=tuple(scenario.supply.kits) if scenario.supply else (),
        confidence=float(declared.confidence), attempts=room_of(study, scenario, sample),
    )  # fmt: skip


def _foretold(
    study: Study,
    where: Endpoint,
    estimand: Estimand,
    score: Score,
    exits: Exit,
    recruitment: Recruitment,
    seed: int,
) -> Score:
    """The score with how far a missing response is foretold, where the analysis imputes it."""
    if estimand.missing.method != "multiple_imputation":
        return score
    return score._replace(foretold=foretold(study, where, score, exits, recruitment, seed))


def _judged_once(
    study: Study, scenario: Scenario, seal: Seal, where: Endpoint, name: str, sample: Sample, seed: int
) -> Judged:
    """What the engine says of each happening, asked once for all scenarios of a sample with the same ones."""
    declared = msgspec.json.encode(study.definition.estimands[name])
    asked = (study.digest, declared, tuple(scenario.exits.stops), scenario.conduct.follow_up_months)
    if asked not in sample.answers:
        sample.answers[asked] = judge(study, scenario, seal, where, name, sample, seed)
    return sample.answers[asked]


def _check_curved(scenario: Scenario, name: str, estimand: Estimand) -> None:
    """Raises SIMU-014 with all that a curve alone does not tell."""
    variable, missing = estimand.variable, estimand.missing
    events = estimand.intercurrent_events.values()
    found = [
        (variable.endpoint != "binary" or variable.score is None, f"a {variable.endpoint} variable"),
        (estimand.summary != "risk_difference", f"the summary {estimand.summary}"),
        (estimand.estimator not in (None, "crude", "mantel_haenszel"), f"the estimator {estimand.estimator}"),
        (estimand.interval not in contrast.METHODS, f"the interval {estimand.interval}"),
        (missing.method not in contrast.MISSING, f"missing values by {missing.method}"),
        (missing.assumption != "mar" or missing.delta != "0", f"the assumption {missing.assumption}"),
        (any(each.strategy not in STRATEGIES for each in events), "a strategy for an intercurrent event"),
        (any(each.value is not None for each in events), "a value in place of a score"),
        (
            {"composite", "hypothetical"} <= {each.strategy for each in events if each.since is not None},
            "intercurrent events of which the first decides",
        ),
        (estimand.population_rule is not None, "a rule for who is analysed"),
        ("site" in estimand.strata, "an analysis by site"),
        (
            variable.timepoint is not None and variable.timepoint.anchor != "randomised_on",
            "a time point that is counted from the first dose",
        ),
        (
            bool(estimand.strata) and estimand.interval in ("wald", "newcombe"),
            f"{estimand.interval} over strata",
        ),
    ]
    open_ones = [words for problem, words in found if problem]
    if open_ones:
        raise scenario_error("SIMU-014", f"{scenario.scenario}: estimands.{name}", ", ".join(open_ones))


def _courses(
    scenario: Scenario, course: Course, arms: tuple[str, ...], sample: Sample, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What each randomised patient becomes in each arm: the depth of the curve, and which causes of a stop apply."""
    size = len(sample.randomised)
    draws = SpreadDraws(seed + 1, size * COURSES)
    depth = np.zeros((size, COURSES, len(arms)), np.float32)
    causes = tuple(scenario.exits.stops)
    applies = np.zeros((size, COURSES, len(arms), len(causes)))
    for place, each in enumerate(sample.randomised):
        known = {
            name: value for name, value in each.patient.latents.items() if not scenario.latents[name].by_arm
        }
        for copy in range(COURSES):
            for number, arm in enumerate(arms):
                key = SpreadDraws.name(place * COURSES + copy)
                patient = Patient(key=key, scenario=scenario, draws=draws, arm=arm, latents=dict(known))
                patient.days = dict(each.patient.days)
                depth[place, copy, number] = float(patient.latent(scenario.curves[course.curve].depth) or 0)
                applies[place, copy, number] = [
                    patient.holds(scenario.exits.stop_when.get(cause, {})) for cause in causes
                ]
    return depth, applies


def _exit(scenario: Scenario, arms: tuple[str, ...], judged: Judged, applies: np.ndarray) -> Exit:
    exits, conduct = scenario.exits, scenario.conduct
    followed = int(conduct.follow_up_months * 30.4)
    treatment = scenario.treatment_days or followed
    stops = (
        np.array([[*(by_arm.get(arm, 0.0) for by_arm in exits.stops.values()), 0.0] for arm in arms]) / MONTH
    )
    for number, arm in enumerate(arms):
        harms = (each.stops * each.per_month.get(arm, 0.0) for each in scenario.adverse_events)
        stops[number, -1] = sum(harms) / MONTH
    rates = stops * np.concatenate([applies, np.ones((*applies.shape[:3], 1))], axis=3)
    alike, group = np.unique(rates.reshape(-1, rates.shape[3]), axis=0, return_inverse=True)
    until_treated = min(treatment - 1, int(conduct.follow_up_months * MONTH))
    leaving = np.array([exits.loss, exits.visits_withdrawn, exits.data_withdrawn, exits.death]) / MONTH
    strategy = np.array([STRATEGIES[each] for each in judged.strategies], np.int64)
    last = min(conduct.follow_up_months * MONTH, followed)
    return Exit(
        never=exits.never_started,
        group=group.reshape(rates.shape[:3]).astype(np.uint16),
        stops=alike,
        stopping=-np.expm1(-alike.sum(1) * until_treated),
        leaving=leaving,
        gone=float(leaving.sum()),
        leave=-float(np.expm1(-leaving.sum() * last)),
        treatment=treatment,
        followed=followed,
        until=judged.until,
        strategy=strategy,
        quiet=bool((judged.until[-5] < treatment).all()),
    )


def _score(study: Study, scenario: Scenario, where: Endpoint, course: Course, depth: np.ndarray) -> Score:
    """Visits that can fall into the window of the time point, with the days on which they take place."""
    days = []
    for encounter_id in where.encounters:
        planned = study.definition.encounters[encounter_id]
        if encounter_id == where.baseline or planned.anchor != "randomised_on" or not planned.day:
            continue
        together = [
            each.window
            for each in study.definition.encounters.values()
            if each.anchor == planned.anchor and each.day == planned.day
        ]
        first = planned.day - min(window.before for window in together)
        last = planned.day + min(window.after for window in together)
        late = planned.day + max(window.after for window in together) + 1
        if (
            last >= where.day - where.before
            and first <= where.day + where.after
            or late <= where.day + where.after
        ):
            days.append((first, last, late))
    curve, conduct = scenario.curves[course.curve], scenario.conduct
    first, last, late = (np.array(part, np.int64) for part in zip(*days, strict=True))
    return Score(
        scores=course.scores, baseline=course.baseline, responds=course.responds, response=_response(course),
        levels=course.scores.shape[1] - 1, depth=depth,
        faded=1 - 2.0 ** (-np.arange(int(late.max()) + 8) / curve.half_time), noise=curve.noise, gap=course.missing,
        day=where.day, before=where.before, after=where.after, first=first, last=last, late=late,
        missed=conduct.missed_visit, outside=conduct.outside_window, substitute=conduct.substitute_assessor,
        foretold=np.zeros((depth.shape[2], 3)),
    )  # fmt: skip


def _response(course: Course) -> np.ndarray:
    """Whether each level of each patient's score is a response, 64 levels in one number (R, words)."""
    found = course.responds[course.scores, course.baseline[:, None]]
    room = np.zeros((len(found), -(-found.shape[1] // 64) * 64), np.bool_)
    room[:, : found.shape[1]] = found
    return np.packbits(room, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _analysis(estimand: Estimand, arms: tuple[str, ...], looks: Bounds) -> Analysis:
    """The contrast of the first arm of the estimand with its last, at the looks."""
    imputed = estimand.missing.method == "multiple_imputation"
    declared = "mantel_haenszel" if estimand.interval == "rubin" and not imputed else estimand.interval
    return Analysis(
        arms=np.array([arms.index(estimand.treatment[0]), arms.index(estimand.treatment[-1])], np.int64),
        method=contrast.RUBIN if imputed else contrast.METHODS[declared],
        missing=contrast.MISSING[estimand.missing.method],
        imputations=max(2, estimand.missing.imputations),
        looks=np.array(looks.people, np.int64),
        bounds=np.array(looks.efficacy, np.float64),
        futility=np.array(looks.futility, np.float64),
    )
