"""Every kind of endpoint gives the same distribution of whole trials at both speeds.

A copy of the second study with one estimand of each kind beside its own; the whole trials are simulated once, and
analysed by each estimand. Few participants in the suite, those that are planned under `make worlds`. The test is that
of the two speeds, and shares its false-alarm rate of 0.1 %: all columns at once, the seeds fixed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import polars as pl
import pytest

from equipoise.cli.simulating import scenario_of
from equipoise.simulation import reported
from equipoise.simulation.agreement import Agreement, compare
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.pool.compiling import compile_pool
from equipoise.simulation.characteristics.pool.plan import STEMS
from equipoise.simulation.characteristics.sample.screened import Sample, screen_sample, unscripted
from equipoise.simulation.characteristics.trials import run_trials
from equipoise.simulation.scenario import Looks, Scenario
from equipoise.simulation.trial import Simulated, simulate
from equipoise.simulation.whole.counted import counted, names_of
from equipoise.simulation.whole.many import seal_of as own_seal
from equipoise.simulation.whole.many import seed_of
from equipoise.simulation.whole.primary import Case
from equipoise.study import load
from equipoise.study.study import Study
from tests.copying import copied
from tests.worlds.agreeing import ALARM
from tests.worlds.simulating import REFERENCE, STUDIES, WHOLE, seal_of, study_of

NAME, SEED, FAST = "DEMO-TTE", 3, 3_000
MORE = """
  fear:
    label: Fear of movement at week 12
    objective: Whether fear is less
    population: All randomised participants of the two arms
    treatment: [back_school, usual_care]
    variable:
      label: Avoids movement, from 0 to 6
      endpoint: ordinal
      rule: fear.avoids at week_12
      timepoint: {encounter: week_12, anchor: randomised_on, day: 84, window: {before: 7, after: 7}}
    intercurrent_events: {}
    summary: common_odds_ratio
    interval: wald
  free:
    label: Time without a relapse in half a year
    objective: Whether it is longer
    population: All randomised participants
    treatment: [back_school, exercise, usual_care]
    variable:
      {label: Time to relapse, endpoint: time_to_event, rule: relapsed_on, censor: last_heard_on, horizons: [120]}
    intercurrent_events: {}
    summary: restricted_mean_difference
    estimator: kaplan_meier
    interval: wald
  adjusted:
    label: Programme against usual care, at one fear
    objective: Whether the programme delays relapse
    population: All randomised participants of the two arms
    treatment: [back_school, usual_care]
    variable: {label: Time to relapse, endpoint: time_to_event, rule: relapsed_on, censor: last_heard_on}
    intercurrent_events: {}
    measures: {fear: {label: fear at baseline, rule: fear.total at baseline}}
    model: {covariates: [fear]}
    summary: hazard_ratio
    interval: wald
    strata: [long_standing]
  wins:
    label: Worst pain at week 26, by wins
    objective: Whether pain is less
    population: All randomised participants
    treatment: [back_school, exercise, usual_care]
    variable:
      label: Worst pain, from 0 to 10
      endpoint: ordinal
      rule: call.worst at week_26
      timepoint: {encounter: week_26, anchor: randomised_on, day: 182, window: {before: 14, after: 14}}
    intercurrent_events: {}
    summary: win_odds
    estimator: mann_whitney
    interval: wald
  bad_calls:
    label: Calls with pain above 1
    objective: Whether there are fewer
    population: All randomised participants of the two arms
    treatment: [back_school, usual_care]
    variable:
      label: Number of calls with pain above 1
      endpoint: count
      rule: "count(c in call: c.worst is known and c.worst > 1)"
      exposure: last_heard_on - randomised_on
    intercurrent_events: {}
    summary: rate_ratio
    estimator: negative_binomial
    interval: wald
  odds:
    label: Odds of a relapse within half a year
    objective: Whether relapse is less likely
    population: All randomised participants of the two arms
    treatment: [back_school, usual_care]
    variable:
      label: Relapse within 182 days
      endpoint: binary
      rule: >-
        (relapsed_on is known and relapsed_on < randomised_on + 182 days) or call.worst at week_26 < 0
      timepoint: {encounter: week_26, anchor: randomised_on, day: 182, window: {before: 14, after: 14}}
    intercurrent_events: {}
    summary: odds_ratio
    interval: ye
    estimator: g_computation
    strata: [long_standing]
    model: {covariates: [strata]}
    missing: {method: non_response}
  imputed:
    label: Relapse within half a year, imputed
    objective: Whether relapse is less likely
    population: All randomised participants of the two arms
    treatment: [back_school, usual_care]
    variable:
      label: Relapse within 182 days
      endpoint: binary
      rule: >-
        (relapsed_on is known and relapsed_on < randomised_on + 182 days) or call.worst at week_26 < 0
      timepoint: {encounter: week_26, anchor: randomised_on, day: 182, window: {before: 14, after: 14}}
    intercurrent_events: {}
    summary: risk_difference
    interval: rubin
    strata: [long_standing]
    missing: {method: multiple_imputation, imputations: 5}
"""
ESTIMANDS = ("primary", "fear", "bad_calls", "adjusted", "imputed")
"""Those of the suite: a time, categories, counts, and two that are analysed trial by trial."""
MORE_ESTIMANDS = ("relapsed_by_half_a_year", "odds", "free", "wins")
BY_ROWS = ("odds", "imputed", "free", "adjusted", "wins")
"""Those that are analysed trial by trial."""


@cache
def study() -> Study:
    """The second study with the further estimands."""
    with TemporaryDirectory() as place:
        folder = Path(place) / NAME
        copied(STUDIES / NAME, folder)
        text = (folder / "study.yaml").read_text(encoding="utf-8")
        (folder / "study.yaml").write_text(text.rstrip() + MORE, encoding="utf-8")
        return load(folder)


def scenario() -> Scenario:
    """Its base scenario with other treatments and missed calls, so that something is missing."""
    base = unscripted(scenario_of(STUDIES / NAME, "base"))
    conduct = msgspec.structs.replace(base.conduct, missed_visit=0.12)
    return msgspec.structs.replace(base, participants=None if WHOLE else 40, conduct=conduct)


@dataclass(frozen=True, eq=False)
class World:
    """A study, a scenario of it, its seal, and how many whole trials and patients of a sample."""

    study: Study
    scenario: Scenario
    name: str
    trials: int
    size: int

    def whole(self, estimand: str, given: Scenario) -> pl.DataFrame:
        """The whole trials, analysed by an estimand at the looks of a scenario."""
        rows = [
            counted(Case(study=self.study, scenario=given, name=estimand, made=made, seed=seed), trial)
            for trial, (seed, made) in enumerate(ledgers(self))
        ]
        columns = {column: np.array([row[column] for row in rows]) for column in rows[0]}
        return reported.frame(columns, names_of(self.study, given, estimand))

    def compiled(self, estimand: str, given: Scenario) -> Compiled:
        """The plan of an estimand."""
        return compile_pool(self.study, given, seal_of(self.name), estimand, sample(self))

    def agreement(self, estimand: str, given: Scenario, trials: int) -> Agreement:
        """The two speeds compared, also in how often they hold the truth."""
        plan = self.compiled(estimand, given)
        assert plan.truth is not None and plan.truth[1] < 0.2 * max(1, abs(plan.truth[0]))
        frames = self.whole(estimand, given), run_trials(plan, trials, SEED)
        one, two = (reported.against(each, plan.truth[0]) for each in frames)
        found = compare(one, two, alarm=ALARM)
        assert "covered" in {*found.constant, *(each.column for each in found.columns)}
        return found


@cache
def ledgers(world: World) -> tuple[tuple[int, Simulated], ...]:
    """The whole trials of a world, with their seeds."""
    seeds = [seed_of(SEED, trial) for trial in range(world.trials)]
    seal = seal_of(world.name)
    return tuple((seed, simulate(world.study, world.scenario, seed, own_seal(seal, seed))) for seed in seeds)


@cache
def sample(world: World) -> Sample:
    """Its patients."""
    return screen_sample(world.study, world.scenario, seal_of(world.name), size=world.size)


@cache
def second() -> World:
    """The second study, of which 40 are randomised in the suite."""
    return World(study(), scenario(), NAME, 240 if WHOLE else 50, 3_000 if WHOLE else 400)


@cache
def reference() -> World:
    """The reference study, of which 16 are randomised in the suite, with its means also by least squares."""
    whole = study_of(REFERENCE)
    means = whole.definition.estimands["activity_over_time"]
    model = msgspec.structs.replace(means.model, fallback=(), baseline_by_visit=False)
    least = msgspec.structs.replace(
        means, estimator="ancova", interval="student", model=model, sensitivity={}
    )
    definition = msgspec.structs.replace(
        whole.definition, estimands={**whole.definition.estimands, "least": least}
    )
    rules = {
        path.replace(".activity_over_time.", ".least."): rule
        for path, rule in whole.expressions.items()
        if path.startswith("estimands.activity_over_time.")
    }
    made = dataclasses.replace(whole, definition=definition, expressions={**whole.expressions, **rules})
    base = unscripted(scenario_of(STUDIES / REFERENCE, "base"))
    given = msgspec.structs.replace(base, participants=48 if WHOLE else 16, supply=None)
    return World(made, given, REFERENCE, 80 if WHOLE else 30, 2_000 if WHOLE else 160)


def printed(found: Agreement) -> str:
    return "\n".join(f"{each.column:36s} {each.means} {each.excess:.2f}" for each in found.columns[:12])


@pytest.mark.parametrize("name", (*ESTIMANDS, *MORE_ESTIMANDS) if WHOLE else ESTIMANDS)
def test_the_two_speeds_agree(name: str) -> None:
    found = second().agreement(name, scenario(), 600 if name in BY_ROWS else FAST)
    assert found.agree, printed(found)


@pytest.mark.parametrize("name", ["least", "activity_over_time", "primary"] if WHOLE else ["least"])
def test_they_agree_on_means(name: str) -> None:
    found = reference().agreement(name, reference().scenario, 1_000)
    assert found.agree, printed(found)


def test_they_agree_where_trials_end_at_a_look() -> None:
    looks = Looks(design="LDPocock", shares=(0.4, 0.7, 1.0), futility=(-0.5, None))
    found = second().agreement("primary", msgspec.structs.replace(scenario(), looks=looks), FAST)
    assert found.agree, printed(found)
    assert {"look", "analysed"} <= {each.column for each in found.columns}


def test_a_pool_with_one_thing_wrong_is_found() -> None:
    plan = second().compiled("primary", scenario())
    assert plan.truth is not None
    whole = reported.against(second().whole("primary", scenario()), plan.truth[0])
    tally, outcomes = plan.plan.tally, plan.plan.outcomes
    lost = tally.counts.copy()
    lost[:, STEMS.index("lost")] = 0
    arm = np.arange(len(outcomes.days)) % len(plan.arms)
    alike = np.where(arm == 2, np.arange(len(arm)) - 2, np.arange(len(arm)))
    wrong = {
        "nobody is lost": plan.plan._replace(tally=tally._replace(counts=lost)),
        "the last arm does as the first": plan.plan._replace(
            outcomes=outcomes._replace(days=outcomes.days[alike], seen=outcomes.seen[alike])
        ),
        "read two months early": plan.plan._replace(tally=tally._replace(closing=tally.closing - 60)),
    }
    for words, broken in wrong.items():
        fast = run_trials(dataclasses.replace(plan, plan=broken), 2_000, SEED)
        found = compare(whole, reported.against(fast, plan.truth[0]), permutations=1_999)
        assert not found.agree, words
    narrow = run_trials(dataclasses.replace(plan, confidence=0.3), 2_000, SEED)
    found = compare(whole, reported.against(narrow, plan.truth[0]), permutations=1_999)
    assert "covered" in found.apart
