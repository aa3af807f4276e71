"""Plans of whole trials for the tests: the reference study with its own scenario, and a plain one to enumerate."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import msgspec

from equipoise.allocation import Seal
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.sample.screened import Sample, screen_sample
from equipoise.simulation.scenario import Conduct, Exits, Generator, Scenario
from equipoise.study import load
from equipoise.study.study import Study

STUDIES = Path(__file__).parents[3] / "studies"
REFERENCE = STUDIES / "NCT06965244"
SIZE = 150


@cache
def study() -> Study:
    """The reference study."""
    return load(REFERENCE)


@cache
def seal() -> Seal:
    """Its seal for practice."""
    return practice_seal(REFERENCE)


def scenario(name: str = "base") -> Scenario:
    """One of its scenarios."""
    return scenario_of(REFERENCE, name)


@cache
def sample() -> Sample:
    """A small sample of its base scenario, which serves the others too."""
    return screen_sample(study(), scenario(), seal(), size=SIZE)


@cache
def compiled(name: str = "base") -> Compiled:
    """The plan of one of its scenarios, from the small sample."""
    return compile_plan(study(), scenario(name), seal(), sample=sample())


def plain(first: float, last: float) -> Scenario:
    """A scenario in which all come, nothing goes wrong, and this share of each arm responds, without an error."""
    base = scenario()
    arms = tuple(study().definition.arms)
    shares = dict(zip(arms, (first, last), strict=True))
    depth = {arm: Generator(choose={"1": share, "0": 1 - share}) for arm, share in shares.items()}
    curves = {
        name: msgspec.structs.replace(curve, half_time=0.5, noise=0.0) for name, curve in base.curves.items()
    }
    return msgspec.structs.replace(
        base, latents={**base.latents, "depth": Generator(by_arm=depth)}, curves=curves, exits=Exits(),
        adverse_events=(), conduct=Conduct(screening_days=base.conduct.screening_days, follow_up_months=8.0),
        incidents=(),
    )  # fmt: skip


@cache
def unstratified() -> Study:
    """The reference study, analysed by one table in which a missing score is a non-response."""
    whole = study()
    name, estimand = next(iter(whole.definition.estimands.items()))
    missing = msgspec.structs.replace(estimand.missing, method="non_response")
    other = msgspec.structs.replace(estimand, interval="mantel_haenszel", strata=(), missing=missing)
    definition = msgspec.structs.replace(whole.definition, estimands={name: other})
    return dataclasses.replace(whole, definition=definition)


def without_kits(plan: Compiled) -> Compiled:
    """The same plan without a supply."""
    none = plan.plan.kits.regimen[:0]
    return dataclasses.replace(
        plan, kits=(), plan=plan.plan._replace(kits=plan.plan.kits._replace(regimen=none))
    )
