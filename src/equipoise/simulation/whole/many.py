"""Many whole trials of a scenario as a frame of reported quantities, one row a trial.

Trial i of a seed has draws and a sealed list of its own, made from the seed and i alone: the rows do not depend on
how the trials are divided among processes and machines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from equipoise.allocation import Seal
from equipoise.simulation import reported
from equipoise.simulation.characteristics.sample.screened import unscripted
from equipoise.simulation.parts import Progress
from equipoise.simulation.scenario import Scenario
from equipoise.simulation.supplies import check_kits
from equipoise.simulation.trial import simulate
from equipoise.simulation.whole.counted import counted, names_of
from equipoise.simulation.whole.primary import Case
from equipoise.study.study import Study

if TYPE_CHECKING:
    import polars


def run_whole(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    trials: int,
    seed: int,
    *,
    first: int = 0,
    estimand: str | None = None,
    progress: Progress = lambda rows: None,
) -> polars.DataFrame:
    """The trials `first` to `first + trials - 1` of a seed, without the incidents that a scenario scripts.

    Raises SIMU-003 for a scenario of another study, SIMU-009 for kits that cannot reach anybody.
    """
    (found,) = run_readings(
        study, [scenario], seal, trials, seed, first=first, estimand=estimand, progress=progress
    )
    return found


def run_readings(
    study: Study,
    scenarios: Sequence[Scenario],
    seal: Seal,
    trials: int,
    seed: int,
    *,
    first: int = 0,
    estimand: str | None = None,
    progress: Progress = lambda rows: None,
) -> list[polars.DataFrame]:
    """The frame of each of several scenarios in which the same happens: they differ in looks and kits alone, which
    read the ledger of a trial and change nothing in it. Each trial is run once."""
    plain = [unscripted(scenario) for scenario in scenarios]
    if len({happening(scenario) for scenario in plain}) != 1:
        raise ValueError("scenarios that differ in more than looks and kits have no ledger in common")
    name = estimand or next(iter(study.definition.estimands))
    for scenario in plain:
        check_kits(scenario, study.definition.regimens)
    rows: list[list[dict[str, float]]] = [[] for _ in plain]
    for trial in range(first, first + trials):
        own = seed_of(seed, trial)
        made = simulate(study, plain[0], own, seal_of(seal, own))
        case = Case(study=study, scenario=plain[0], name=name, made=made, seed=own)
        for scenario, found in zip(plain, rows, strict=True):
            found.append(counted(case.under(scenario), trial))
        progress(1)
    return [
        reported.frame(
            {column: np.array([row[column] for row in found]) for column in found[0]},
            names_of(study, scenario, name),
        )
        for scenario, found in zip(plain, rows, strict=True)
    ]


def happening(scenario: Scenario) -> bytes:
    """What of a scenario decides what happens in its trials."""
    return msgspec.json.encode(
        msgspec.structs.replace(scenario, scenario="", label="", looks=None, supply=None)
    )


def seed_of(seed: int, trial: int) -> int:
    """The seed of one trial: 64 bits."""
    text = f"equipoise-whole-trial-1|{seed}|{trial}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def seal_of(seal: Seal, seed: int) -> Seal:
    """The seal of one trial: the block sizes and the salt that the definition commits to, and a seed of its own."""
    own = hashlib.sha256(seal.seed + seed.to_bytes(8, "big")).digest()
    return Seal(seed=own, block_sizes=seal.block_sizes, salt=seal.salt)
