"""Which records are judged, by rules that were fixed before any of them was read.

All samples are of the shared corpus and in the order of the SHA-256 of the records' numbers. There were five
readings, because a share that is too low or a fault that is seen is put right, and a record on which a rule was put
right is held out no more. Each sample was read once, after the last change of a rule.

1. Randomised trials of a drug with two arms or more: the even ones of the first 1,200 for development, the odd ones
   held out. Then all of them became development.
2. All other randomised trials. Then they became development, too.
3. The first 600 trials that are not randomised. Then they became development, too.
4. The next 1,200 of them. Then they became development, too.
5. All the others of them: what the rules are judged on now.

Left out of all are records that a rule may have been written on before: those in the registry's native form, the
first 305 of the corpus, and its every 35th from places 0, 7, 8, 16 and 24 (place 7 is the sample of the tests; where
the wordings of earlier corrections come from shows the others). Left out of all but the first are also the places
3 and 5 of every seven, where errors on other kinds of study were read while the rules were being sharpened.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIRST, STEP, PLACES = 305, 35, frozenset({0, 7, 8, 16, 24})
READ_STEP, READ_PLACES = 7, frozenset({3, 5})
HELD_OUT = slice(1_800, None)


def native(shared: Path) -> tuple[dict[str, Any], ...]:
    """The records in the registry's native form, each number once."""
    lines = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple({number(record): record for record in map(json.loads, lines)}.values())


def held_out(shared: Path) -> tuple[dict[str, Any], ...]:
    """The records of the last reading, in order."""
    known = {number(record) for record in native(shared)}
    found = [record for record in _fresh(shared) if number(record) not in known]
    found.sort(key=lambda one: hashlib.sha256(number(one).encode()).hexdigest())
    return tuple(found[HELD_OUT])


def _fresh(shared: Path) -> Iterator[dict[str, Any]]:
    """The trials that are not randomised and on which no rule can have been written before."""
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        for place, line in enumerate(stream):
            used = place < FIRST or place % STEP in PLACES or place % READ_STEP in READ_PLACES
            if not used and is_wanted(record := json.loads(line)):
                yield record


def is_wanted(record: dict[str, Any]) -> bool:
    """Whether it is an interventional trial whose participants are not randomised."""
    design = record["protocolSection"].get("designModule", {})
    randomised = design.get("designInfo", {}).get("allocation") == "RANDOMIZED"
    return design.get("studyType") == "INTERVENTIONAL" and not randomised


def number(record: dict[str, Any]) -> str:
    """The record's registry number."""
    found: str = record["protocolSection"]["identificationModule"]["nctId"]
    return found
