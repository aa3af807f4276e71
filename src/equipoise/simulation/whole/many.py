"""Many whole trials of a scenario as a frame of reported quantities, one row a trial.

Trial i of a seed has draws and a sealed list of its own, made from the seed and i alone: the rows do not depend on
how the trials are divided among processes and machines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from equipoise.allocation import Seal
from equipoise.simulation import reported
from equipoise.simulation.characteristics.screened import unscripted
from equipoise.simulation.scenario import Scenario
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
    progress: Callable[[int], None] | None = None,
) -> polars.DataFrame:
    """The trials `first` to `first + trials - 1` of a seed, without the incidents that a scenario scripts.

    Raises SIMU-003 for a scenario of another study.
    """
    name = estimand or next(iter(study.definition.estimands))
    plain = unscripted(scenario)
    rows = []
    for trial in range(first, first + trials):
        own = seed_of(seed, trial)
        made = simulate(study, plain, own, seal_of(seal, own))
        case = Case(study=study, scenario=plain, name=name, made=made, seed=own)
        rows.append(counted(case, trial))
        if progress is not None:
            progress(1)
    columns = {column: np.array([row[column] for row in rows]) for column in rows[0]}
    return reported.frame(columns, names_of(study, plain, name))


def seed_of(seed: int, trial: int) -> int:
    """The seed of one trial: 64 bits."""
    text = f"equipoise-whole-trial-1|{seed}|{trial}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def seal_of(seal: Seal, seed: int) -> Seal:
    """The seal of one trial: the block sizes and the salt that the definition commits to, and a seed of its own."""
    own = hashlib.sha256(seal.seed + seed.to_bytes(8, "big")).digest()
    return Seal(seed=own, block_sizes=seal.block_sizes, salt=seal.salt)
