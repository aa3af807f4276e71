"""The seal: the secrets of an allocation, and the commitments that fix them before the first draw.

The commitments go into the trial's first event, and that to the block sizes into the definition. The seal
itself is kept outside the ledger's database. When it is opened, anyone can check it and recompute every
allocation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from equipoise.allocation.errors import allocation_error

LEAST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The secrets: a seed and a salt of at least 16 random bytes each, and the block sizes in order.

    None of them shows when the seal is printed. Raises ALLO-030.
    """

    seed: bytes = field(repr=False)
    block_sizes: tuple[int, ...] = field(repr=False)
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        for secret in (self.seed, self.salt):
            if len(secret) < LEAST_BYTES:
                raise allocation_error("ALLO-030", "seal", f"{len(secret)} bytes")


def seal_data(seal: Seal) -> dict[str, Any]:
    """The seal as it is kept in a file: bytes in hexadecimal."""
    return {"seed": seal.seed.hex(), "block_sizes": list(seal.block_sizes), "salt": seal.salt.hex()}


def seal_from(data: Mapping[str, Any], place: str = "seal") -> Seal:
    """The seal that a file keeps; other keys are ignored. Raises ALLO-030 and ALLO-035."""
    try:
        sizes = tuple(int(size) for size in data["block_sizes"])
        return Seal(seed=bytes.fromhex(data["seed"]), block_sizes=sizes, salt=bytes.fromhex(data["salt"]))
    except (KeyError, TypeError, ValueError) as error:
        # The message may not repeat what was read: it could be half of a secret.
        raise allocation_error("ALLO-035", place, type(error).__name__) from None


def seed_commitment(seal: Seal) -> str:
    """SHA-256, in hexadecimal, of three lines: `equipoise-seed-1`, the salt and the seed in hexadecimal."""
    text = f"equipoise-seed-1\n{seal.salt.hex()}\n{seal.seed.hex()}"
    return hashlib.sha256(text.encode()).hexdigest()


def blocks_commitment(seal: Seal) -> str:
    """SHA-256, in hexadecimal, of three lines: `equipoise-blocks-1`, the salt, the sizes with commas."""
    sizes = ",".join(map(str, seal.block_sizes))
    return hashlib.sha256(f"equipoise-blocks-1\n{seal.salt.hex()}\n{sizes}".encode()).hexdigest()


def check_opened(seal: Seal, *, seed: str, blocks: str | None = None) -> None:
    """Raises ALLO-031 or ALLO-032 where an opened seal is not the one committed to.

    seed, blocks: the commitments as recorded; a trial without blocks has none for them.
    """
    if seed_commitment(seal) != seed:
        raise allocation_error("ALLO-031", "seal")
    if blocks is not None and blocks_commitment(seal) != blocks:
        raise allocation_error("ALLO-032", "seal")
