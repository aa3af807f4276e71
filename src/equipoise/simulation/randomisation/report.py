"""The randomisation of a study assessed: its own scheme beside others, over its sites and strata, in plain words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from equipoise.allocation import ListScheme, PermutedBlocks, Seal
from equipoise.analysis.cut import SIMULATED
from equipoise.analysis.design.report import Assumed, percent
from equipoise.analysis.numbers import fixed
from equipoise.conduct.scheme import scheme_of
from equipoise.simulation.randomisation.arrivals import arrivals_of, shares_of
from equipoise.simulation.randomisation.assess import (
    Assessed,
    Assumptions,
    assess,
    usual_assumptions,
)
from equipoise.simulation.randomisation.candidates import Candidate, candidates
from equipoise.simulation.randomisation.exact import ListProperties, list_properties
from equipoise.simulation.scenario import Scenario
from equipoise.study.study import Study

TRIALS = 10_000
LONGEST = 200
"""Places of a list that is gone through exactly in a report: the work grows with the third power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomisationReport:
    """Everything that is said of the randomisation of a study. lists: what is known exactly of one list of the whole
    trial's length, by candidate, for two arms and at most 200 places. undefined: schemes that do not exist for these
    arms."""

    study: str
    title: str
    scenario: str
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    planned: int
    sites: tuple[str, ...]
    shares: dict[str, float]
    trials: int
    seed: int
    assumptions: Assumptions
    assessed: tuple[Assessed, ...]
    lists: dict[str, ListProperties]
    undefined: tuple[str, ...]
    source: Assumed

    @property
    def own(self) -> Assessed:
        """The trial's own scheme."""
        return next(each for each in self.assessed if each.candidate.own)

    @property
    def unknowing(self) -> float:
        """The share of right guesses of somebody who knows the ratio and always names an arm with the largest share."""
        return max(self.ratio) / sum(self.ratio)


def randomisation_report(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    *,
    trials: int = TRIALS,
    seed: int = 1,
    assumptions: Assumptions | None = None,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> RandomisationReport:
    """Assesses the study's scheme and others for the scenario's sites and strata.

    seal: its block sizes are those that are assessed. Raises LIST-003, and the codes of schemes and scenario.
    """
    plan = study.definition.allocation
    planned = scenario.participants or plan.planned
    own = scheme_of(study, seal.block_sizes)
    shares = shares_of(study, scenario, seal)
    arrivals = arrivals_of(scenario.sites, shares, planned=planned, trials=trials, seed=seed)
    listed, undefined = candidates(own, factors=tuple(plan.strata), by_site=plan.by_site, planned=planned)
    assumed = assumptions or usual_assumptions(planned)
    found = assess(listed, arrivals, assumed, seed=seed, workers=workers, progress=progress)
    header = study.definition.study
    return RandomisationReport(
        study=header.id,
        title=header.title,
        scenario=scenario.label,
        arms=tuple(arm.label for arm in study.definition.arms.values()),
        ratio=own.ratio,
        planned=planned,
        sites=arrivals.sites,
        shares=shares,
        trials=trials,
        seed=seed,
        assumptions=assumed,
        assessed=found,
        lists=_lists(listed, planned) if len(own.arms) == 2 and planned <= LONGEST else {},
        undefined=undefined,
        source=_source(study, scenario),
    )


def _lists(listed: tuple[Candidate, ...], planned: int) -> dict[str, ListProperties]:
    """One list for everybody, by candidate; the site makes no difference to a list."""
    found: dict[str, ListProperties] = {}
    schemes: list[object] = []
    for each in listed:
        if isinstance(each.scheme, ListScheme | PermutedBlocks) and each.scheme not in schemes:
            maximum = each.scheme.maximum
            if maximum is None or maximum >= planned:
                schemes.append(each.scheme)
                found[each.id] = list_properties(each.scheme, planned)
    return found


def _source(study: Study, scenario: Scenario) -> Assumed:
    return Assumed(
        banner=SIMULATED,
        mode="simulation",
        study=study.definition.study.id,
        cut=0,
        head=hashlib.sha256(msgspec.json.encode(scenario, order="sorted")).hexdigest(),
        sequence=0,
        digest=study.digest,
    )


def sentences(report: RandomisationReport) -> list[str]:
    """What to read from the tables, in plain words."""
    own, assumed = report.own, report.assumptions
    errors = own.errors
    said = [
        f"This trial randomises {report.planned} participants at {len(report.sites)} sites by: {own.candidate.label}.",
        f"Who knows all earlier allocations of a list names the next arm rightly {percent(own.guess_list.value)} of "
        f"the time (who knows nothing: {percent(report.unknowing)}); who sees the allocations of one site only, "
        f"{percent(own.guess_site.value)}; at {percent(own.certain.value)} of the places nothing is left to chance for "
        "somebody who also knows the scheme's settings.",
        f"In 95% of trials the arms end within {number(own.trial.end95)} of each other in all, within "
        f"{number(own.strata.end95)} in the stratum and within {number(own.sites.end95)} at the site that differ most.",
        f"If whoever enrols moved the expected response by {fixed(assumed.eta, 2)} standard deviations with each "
        f"guess, a t-test at {percent(assumed.alpha)} would find a difference that is not there in "
        f"{percent(errors['selection_list']['t'].value)} of trials where the list is known, in "
        f"{percent(errors['selection_site']['t'].value)} where one site is.",
        f"If the response drifted by {fixed(assumed.theta, 2)} standard deviations over the trial, the same test would "
        f"err in {percent(errors['linear']['t'].value)} of trials; an error below the level costs power.",
    ]
    better = _less_guessed(report)
    if better is not None:
        said.append(
            f"Of the schemes that keep the arms as close within strata (95% of trials), the one that is guessed least "
            f"by somebody who knows all but the draws is: {better.candidate.label}, {percent(better.best.value)}; this "
            f"trial's {percent(own.best.value)}."
        )
    if own.placed < 1:
        said.append(f"For {percent(1 - own.placed)} of the participants the lists have no place left.")
    return said


def _less_guessed(report: RandomisationReport) -> Assessed | None:
    """The candidate with the fewest right guesses among those as balanced as the trial's own; None if it is that."""
    close = [each for each in report.assessed if each.strata.end95 <= report.own.strata.end95]
    least = min(close, key=lambda each: each.best.value)
    return None if least.candidate.own else least


def number(value: float) -> str:
    """A difference with no needless decimals."""
    return fixed(value, 0) if value == round(value) else fixed(value, 1)


def report_data(report: RandomisationReport) -> dict[str, Any]:
    """The numbers as JSON values; schemes in words."""
    return {
        "study": report.study,
        "note": report.source.banner,
        "scenario": report.scenario,
        "definition": report.source.digest,
        "planned": report.planned,
        "sites": list(report.sites),
        "strata": report.shares,
        "trials": report.trials,
        "seed": report.seed,
        "assumptions": asdict(report.assumptions),
        "says": sentences(report),
        "schemes": [
            {
                "id": each.candidate.id,
                "scheme": each.candidate.label,
                "own": each.candidate.own,
                "by_site": each.candidate.by_site,
                **{
                    name: asdict(getattr(each, name))
                    for name in ("guess_site", "guess_list", "best", "certain", "trial", "strata", "sites")
                },
                "type_one_error": {
                    bias: {test: asdict(one) for test, one in tests.items()}
                    for bias, tests in each.errors.items()
                },
                "placed": each.placed,
                "one_list": asdict(report.lists[each.candidate.id])
                if each.candidate.id in report.lists
                else None,
            }
            for each in report.assessed
        ],
        "undefined": list(report.undefined),
    }


def report_json(report: RandomisationReport) -> str:
    """The numbers as text."""
    return json.dumps(report_data(report), ensure_ascii=False, indent=2)
