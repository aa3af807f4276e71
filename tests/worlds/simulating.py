"""Simulated trials of this repository's studies: few participants in the suite, whole trials under `make worlds`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import msgspec

from equipoise.allocation import Seal
from equipoise.cli.simulating import practice_seal, scenario_of
from equipoise.ledger import Store
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.trial import Simulated, simulate
from equipoise.study import load
from equipoise.study.study import Study

STUDIES = Path(__file__).parents[2] / "studies"
WHOLE = os.environ.get("EQUIPOISE_WORLDS") == "whole"
REFERENCE = "NCT06965244"


@cache
def study_of(name: str) -> Study:
    """A study of this repository."""
    return load(STUDIES / name)


def seal_of(name: str) -> Seal:
    """Its seal for practice."""
    return practice_seal(STUDIES / name)


def scenario(name: str, participants: int) -> Scenario:
    """Its base scenario, with so many participants; with all of them in a long run."""
    base = scenario_of(STUDIES / name, "base")
    return base if WHOLE else msgspec.structs.replace(base, participants=participants)


def run(name: str, seed: int, participants: int, store: Store | None = None) -> Simulated:
    """A simulated trial with its log of commands."""
    study = study_of(name)
    return simulate(study, scenario(name, participants), seed, seal_of(name), store=store, keep_log=True)
