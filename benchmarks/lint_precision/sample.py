"""Which records are judged, by rules that were fixed before any of them was read.

Both samples are of the shared corpus and in the order of the SHA-256 of the records' numbers. **Development:** the
records in the registry's native form, and the first 1,200 randomised trials of a drug with two arms or more. **Held
out:** all other randomised trials, judged once, after the last change of a rule.

Left out of both are records that a rule may have been written on before: the native ones, the first 305 of the
corpus, and its every 35th from places 0, 7, 8, 16 and 24 (place 7 is the sample of the tests; where the wordings of
earlier corrections come from shows the others). Left out of the held-out sample are also the places 3 and 5 of
every seven, where errors of other kinds of study were read while the rules were being sharpened.

Half of the development sample was held out at first. It was judged, its share of right errors was found too low,
and it was then used to sharpen the rules; `FIRST_READING` keeps that result.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIRST, RANKED = 305, 1_200
STEP, PLACES = 35, frozenset({0, 7, 8, 16, 24})
READ_STEP, READ_PLACES = 7, frozenset({3, 5})
FIRST_READING = (41, 55)


def native(shared: Path) -> tuple[dict[str, Any], ...]:
    """The records in the registry's native form, each number once."""
    lines = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple({number(record): record for record in map(json.loads, lines)}.values())


def samples(shared: Path) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """The development records and the held-out ones, in order."""
    own = native(shared)
    fresh = list(_fresh(shared, {number(record) for record in own}))
    drugs = _by_hash([record for _, record in fresh if is_drug_trial(record)])
    used = {number(record) for record in drugs[:RANKED]}
    others = [
        record
        for place, record in fresh
        if number(record) not in used and (place % READ_STEP not in READ_PLACES or is_drug_trial(record))
    ]
    return (*own, *drugs[:RANKED]), tuple(_by_hash(others))


def _fresh(shared: Path, known: set[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The randomised trials on which no rule can have been written before, with their places."""
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        for place, line in enumerate(stream):
            if place >= FIRST and place % STEP not in PLACES:
                record = json.loads(line)
                if is_randomised(record) and number(record) not in known:
                    yield place, record


def is_randomised(record: dict[str, Any]) -> bool:
    """Whether it is an interventional trial whose participants are randomised."""
    design = record["protocolSection"].get("designModule", {})
    return (
        design.get("studyType") == "INTERVENTIONAL"
        and design.get("designInfo", {}).get("allocation") == "RANDOMIZED"
    )


def is_drug_trial(record: dict[str, Any]) -> bool:
    """Whether a randomised trial gives a drug and has at least two registered arms."""
    given = record["protocolSection"].get("armsInterventionsModule", {})
    drugs = any(one.get("type") == "DRUG" for one in given.get("interventions", []))
    return drugs and len(given.get("armGroups", [])) >= 2


def number(record: dict[str, Any]) -> str:
    """The record's registry number."""
    found: str = record["protocolSection"]["identificationModule"]["nctId"]
    return found


def _by_hash(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda one: hashlib.sha256(number(one).encode()).hexdigest())
