"""The seal of practice and simulation, which is no secret."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from equipoise.allocation import Seal, seal_from

SEAL = "practice_seal.json"


def practice_seal(study: Path) -> Seal:
    """The seal of practice and simulation: the study's public one, or one made from the study's folder name.

    Whoever has the repository can foretell what it gives; it is never used for a live trial.
    """
    path = study / SEAL
    if path.is_file():
        return seal_from(json.loads(path.read_text(encoding="utf-8")), str(path))
    seed = hashlib.sha256(f"equipoise practice seed {study.resolve().name}".encode()).digest()
    salt = hashlib.sha256(f"equipoise practice salt {study.resolve().name}".encode()).digest()
    return Seal(seed=seed, block_sizes=(), salt=salt)
