"""The seal of practice and simulation, which is no secret."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from equipoise.allocation import Seal, seal_from
from equipoise.study.study import Study

SEAL = "practice_seal.json"


def practice_seal(folder: Path, study: Study | None = None) -> Seal:
    """The seal of practice and simulation: the study's public one, or one made from the name of its folder, with blocks
    of two and three times the ratio of the arms where the study randomises in blocks.

    Whoever has the repository can foretell what it gives; it is never used for a live trial.
    """
    path = folder / SEAL
    if path.is_file():
        return seal_from(json.loads(path.read_text(encoding="utf-8")), str(path))
    seed = hashlib.sha256(f"equipoise practice seed {folder.resolve().name}".encode()).digest()
    salt = hashlib.sha256(f"equipoise practice salt {folder.resolve().name}".encode()).digest()
    sizes: tuple[int, ...] = ()
    if study is not None and study.definition.allocation.scheme == "permuted_blocks":
        whole = sum(arm.ratio for arm in study.definition.arms.values())
        sizes = (2 * whole, 3 * whole)
    return Seal(seed=seed, block_sizes=sizes, salt=salt)
