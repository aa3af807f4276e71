"""Plans kept between processes: the second question about a scenario is answered without asking the engine again.

A plan follows from the definition, the scenario, the seal, the sample's size and seed, the estimand and the sources
of the engine; the file is named by a digest of them all, so that one which no longer holds is never found. What is
kept are plain arrays and JSON, no object of Python: nothing in a file can be carried out. A file that is damaged, was
renamed or belongs to somebody else is passed over and the plan made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import scipy

import equipoise
from equipoise.allocation import Seal
from equipoise.analysis.data.estimand import Outcome
from equipoise.simulation.characteristics.enrolling import Compiled
from equipoise.simulation.characteristics.loop import arrays
from equipoise.simulation.characteristics.pool import plan as pool
from equipoise.simulation.compiling import cache_root, private
from equipoise.simulation.randomisation import plans
from equipoise.simulation.scenario import Scenario
from equipoise.study.estimand import Estimand
from equipoise.study.study import Study

ROOM = 256 * 2**20
"""Bytes of all plans that are kept; the longest unused go first."""
ENGINE = ("allocation", "analysis", "blinding", "conduct", "ledger", "rules", "simulation", "study")
"""The packages whose sources a plan rests on."""
GIVEN = "scenario"
"""The field of a compiled plan that is not kept, because whoever asks has it."""


def name_of_part(kind: type) -> str:
    """What a file calls a type."""
    return f"{kind.__module__}.{kind.__qualname__}"


PARTS = {
    name_of_part(each): each
    for module in (arrays, pool, plans)
    for each in vars(module).values()
    if isinstance(each, type) and each.__module__ == module.__name__ and hasattr(each, "_fields")
} | {name_of_part(each): each for each in (Estimand, Outcome)}
"""What a plan may be made of: nothing else is made from a file."""


def kept_plan(
    study: Study,
    scenario: Scenario,
    seal: Seal,
    make: Callable[[], Compiled],
    *,
    size: int,
    seed: int = 0,
    estimand: str | None = None,
    fresh: bool = False,
) -> Compiled:
    """The plan of these, read where it is kept, else made and kept; the same in either case. fresh: made anew."""
    name = name_of(study, scenario, seal, size=size, seed=seed, estimand=estimand)
    room = folder()
    found = read(room / name, scenario) if room is not None and not fresh else None
    if found is not None:
        return found
    content = packed(make())
    if room is not None:
        write(room / name, content)
    return unpacked(content, scenario)


def folder() -> Path | None:
    """The folder of plans, made where it is not there; None where nothing may or can be kept, or it is not safe."""
    root = cache_root()
    return private(root / "plans") if root is not None else None


def name_of(
    study: Study, scenario: Scenario, seal: Seal, *, size: int, seed: int = 0, estimand: str | None = None
) -> str:
    """The name of the file: a digest of all that the plan follows from."""
    asked = (
        study.digest, msgspec.json.encode(scenario).decode(), seal.seed.hex(), seal.salt.hex(),
        list(seal.block_sizes), size, seed, estimand, sources(),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest() + ".plan"


@cache
def sources() -> str:
    """A digest of the sources of the engine, and of the versions of what it computes with."""
    top = Path(equipoise.__file__).parent
    digest = hashlib.sha256(f"{np.__version__} {scipy.__version__}".encode())
    for package in ENGINE:
        for path in sorted((top / package).rglob("*.py")):
            digest.update(f"\n{path.relative_to(top)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def packed(compiled: Compiled) -> bytes:
    """A plan as bytes: arrays as numpy writes them, and a description of how they belong together."""
    found: dict[str, np.ndarray] = {}
    described = {
        each.name: _described(getattr(compiled, each.name), each.name, found)
        for each in fields(compiled)
        if each.name != GIVEN
    }
    written = np.frombuffer(json.dumps(described).encode(), np.uint8)
    out = io.BytesIO()
    np.savez(out, **found, described=written)  # type: ignore[arg-type]
    return out.getvalue()


def unpacked(content: bytes, scenario: Scenario) -> Compiled:
    """The plan from its bytes, and the scenario that it was asked for."""
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        described = json.loads(found["described"].tobytes())
        return Compiled(**{GIVEN: scenario}, **{name: _made(each, found) for name, each in described.items()})


def _described(value: Any, place: str, found: dict[str, np.ndarray]) -> Any:
    """A value in JSON; arrays of numbers go into `found` by their place."""

    def parts(names: Iterable[str]) -> dict[str, Any]:
        return {name: _described(getattr(value, name), f"{place}.{name}", found) for name in names}

    def each_of(values: Iterable[Any]) -> list[Any]:
        return [_described(each, f"{place}.{number}", found) for number, each in enumerate(values)]

    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return {"objects": each_of(value)}
        found[place] = np.ascontiguousarray(value)
        return {"array": place}
    if hasattr(value, "_fields"):
        return {"part": name_of_part(type(value)), "of": parts(value._fields)}
    if is_dataclass(value):
        return {"part": name_of_part(type(value)), "of": parts(each.name for each in fields(value))}
    if isinstance(value, msgspec.Struct):
        return {"struct": name_of_part(type(value)), "of": msgspec.json.encode(value).decode()}
    if isinstance(value, tuple):
        return {"tuple": each_of(value)}
    if isinstance(value, Mapping):
        return {"mapping": [list(value), each_of(value.values())]}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value.item() if isinstance(value, np.generic) else value


def _made(described: Any, found: Any) -> Any:
    """The value that was described."""
    if not isinstance(described, dict):
        return described
    (kind, its), *more = described.items()
    if kind == "array":
        return found[its]
    if kind == "decimal":
        return Decimal(its)
    if kind == "struct":
        return msgspec.json.decode(more[0][1], type=PARTS[its])
    if kind == "part":
        return PARTS[its](**{name: _made(each, found) for name, each in more[0][1].items()})
    if kind == "mapping":
        return dict(zip(its[0], (_made(each, found) for each in its[1]), strict=True))
    if kind == "objects":
        made = np.full(len(its), None, object)
        made[:] = [_made(each, found) for each in its]
        return made
    return tuple(_made(each, found) for each in its)


def write(path: Path, content: bytes) -> None:
    """Keeps a plan: whole or not at all. Where there is no room for it, it is not kept, and made anew next time."""
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
        with os.fdopen(handle, "wb") as out:
            out.write(_seal_of(path, content) + content)
        os.replace(name, path)
        _make_room(path.parent)


def read(path: Path, scenario: Scenario) -> Compiled | None:
    """The plan in a file; None where there is none, or one that is damaged, renamed or of another user."""
    try:
        with path.open("rb") as source:
            mine = not hasattr(os, "getuid") or os.fstat(source.fileno()).st_uid == os.getuid()
            whole = source.read()
        os.utime(path)
    except OSError:
        return None
    seal, content = whole[:32], whole[32:]
    if not mine or seal != _seal_of(path, content):
        return None
    return unpacked(content, scenario)


def _seal_of(path: Path, content: bytes) -> bytes:
    """What tells a damaged or renamed file."""
    return hashlib.sha256(path.name.encode() + content).digest()


def _make_room(kept: Path) -> None:
    """Removes what was not used for longest, and what a process that was killed left, until all fits."""
    files = sorted(kept.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    whole = 0
    for path in files:
        whole += path.stat().st_size
        if whole > ROOM:
            path.unlink()
