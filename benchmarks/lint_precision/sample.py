"""Which records were read, by rules that were fixed before any of them was read.

All samples are of the shared corpus, in the order of the SHA-256 of the records' numbers. There were five readings,
because a fault that is seen is put right, and a record on which a rule was put right is held out no more. Each sample
was read once, after the last change of a rule.

1. Randomised trials of a drug with two arms or more: of the first 1,200 the odd ones (the even ones were the
   development sample).
2. All other randomised trials.
3. The first 600 interventional trials that are not randomised. 4. The next 1,200 of them. 5. The others.

Left out are records that a rule may have been written on before: those in the registry's native form, the first 305
of the corpus, and its every 35th from places 0, 7, 8, 16 and 24 (place 7 is the sample of the tests; where the
wordings of earlier corrections come from shows the others). Left out of readings 2 to 5, but for trials of a drug,
are also the places 3 and 5 of every seven, where errors were read while the rules were being sharpened.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Raw = dict[str, Any]
FIRST, STEP, PLACES = 305, 35, frozenset({0, 7, 8, 16, 24})
READ_STEP, READ_PLACES = 7, frozenset({3, 5})
RANKED, THIRD, FOURTH = 1_200, 600, 1_800


def readings(shared: Path) -> dict[int, tuple[Raw, ...]]:
    """The records of each reading, in order."""
    fresh = list(_fresh(shared))
    drugs = _by_hash([one for _, one in fresh if is_randomised(one) and is_drug_trial(one)])
    unread = [
        one
        for place, one in fresh
        if place % READ_STEP not in READ_PLACES and not (is_randomised(one) and is_drug_trial(one))
    ]
    others = _by_hash([*drugs[RANKED:], *(one for one in unread if is_randomised(one))])
    rest = _by_hash([one for one in unread if not is_randomised(one)])
    return {
        1: tuple(drugs[:RANKED][1::2]),
        2: tuple(others),
        3: tuple(rest[:THIRD]),
        4: tuple(rest[THIRD:FOURTH]),
        5: tuple(rest[FOURTH:]),
    }


def _fresh(shared: Path) -> Iterator[tuple[int, Raw]]:
    """The interventional trials on which no rule can have been written before, with their places."""
    native = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    known = {number(json.loads(line)) for line in native}
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        for place, line in enumerate(stream):
            if place >= FIRST and place % STEP not in PLACES:
                record = json.loads(line)
                design = record["protocolSection"].get("designModule", {})
                if design.get("studyType") == "INTERVENTIONAL" and number(record) not in known:
                    yield place, record


def is_randomised(record: Raw) -> bool:
    """Whether its participants are randomised."""
    design = record["protocolSection"].get("designModule", {})
    return bool(design.get("designInfo", {}).get("allocation") == "RANDOMIZED")


def is_drug_trial(record: Raw) -> bool:
    """Whether it gives a drug and has at least two registered arms."""
    given = record["protocolSection"].get("armsInterventionsModule", {})
    drugs = any(one.get("type") == "DRUG" for one in given.get("interventions", []))
    return drugs and len(given.get("armGroups", [])) >= 2


def number(record: Raw) -> str:
    """The record's registry number."""
    found: str = record["protocolSection"]["identificationModule"]["nctId"]
    return found


def _by_hash(records: list[Raw]) -> list[Raw]:
    return sorted(records, key=lambda one: hashlib.sha256(number(one).encode()).hexdigest())
