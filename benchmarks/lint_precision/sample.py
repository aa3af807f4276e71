"""Which records were read, by rules that were fixed before any of them was read.

All samples are of the shared corpus, in the order of the SHA-256 of the records' numbers. There were five readings,
because a fault that is seen is put right, and a record on which a rule was put right is held out no more. Each sample
was read once, after the last change of a rule. Later all levels were set anew and rules were added; for that state of
the rules readings 6 and 7 were drawn (below).

1. Randomised trials of a drug with two arms or more: of the first 1,200 the odd ones (the even ones were the
   development sample).
2. All other randomised trials.
3. The first 600 interventional trials that are not randomised. 4. The next 1,200 of them. 5. The others.

Left out are records that a rule may have been written on before: those in the registry's native form, the first 305
of the corpus, and its every 35th from places 0, 7, 8, 16 and 24 (place 7 is the sample of the tests; where the
wordings of earlier corrections come from shows the others). Left out of readings 2 to 5, but for trials of a drug,
are also the places 3 and 5 of every seven, where errors were read while the rules were being sharpened.

Readings 6 and 7 are of all study types and decades: every record of the corpus on which no finding had ever been
read. Left out are the development slices above, every record with a judgement in readings 1 to 5, the records of
`used.txt`, and of the studies that give no treatment every third by its hash, on which the new rules were tried. In
each stratum (begun before 2000, to 2014, since 2015; interventional or not) the first 85% by the SHA-256 of seed and
number are reading 6, the others are kept for reading 7. The interventional trials among them were in the samples of
readings 1 to 5 and had no error by the rules of then, so nobody had read them; rules that are as they were (LINT-023)
therefore cannot be seen in readings 6 and 7, and keep the shares of the earlier ones.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

Raw = dict[str, Any]
FIRST, STEP, PLACES = 305, 35, frozenset({0, 7, 8, 16, 24})
READ_STEP, READ_PLACES = 7, frozenset({3, 5})
RANKED, THIRD, FOURTH = 1_200, 600, 1_800
SEED, FIRST_PART, TRIED = 20261122, 0.85, 3
HERE = Path(__file__).parent


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


def later_readings(shared: Path, judged: Collection[str]) -> dict[int, tuple[Raw, ...]]:
    """The records of readings 6 and 7. judged: the numbers that have a judgement in readings 1 to 5."""
    read = {number(one) for records in readings(shared).values() for one in records}
    out = set(judged) | used() | _native(shared)
    strata: dict[tuple[str, bool], list[Raw]] = defaultdict(list)
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        for place, line in enumerate(stream):
            record = json.loads(line)
            name, treats = number(record), is_interventional(record)
            tried = name not in read if treats else _hash(name) % TRIED == 0
            if not (name in out or place < FIRST or place % STEP in PLACES or tried):
                strata[decade(record), treats].append(record)
    parts: dict[int, list[Raw]] = {6: [], 7: []}
    for _, records in sorted(strata.items()):
        ranked = sorted(records, key=lambda one: _hash(f"{SEED} {number(one)}"))
        cut = round(FIRST_PART * len(ranked))
        parts[6] += ranked[:cut]
        parts[7] += ranked[cut:]
    return {reading: tuple(records) for reading, records in parts.items()}


def used() -> frozenset[str]:
    """The numbers of `used.txt`."""
    lines = (HERE / "used.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line.startswith("NCT"))


def decade(record: Raw) -> str:
    """When the study began (or was submitted): before 2000, to 2014, since 2015."""
    status = record["protocolSection"].get("statusModule", {})
    year = (status.get("startDateStruct", {}).get("date") or status.get("studyFirstSubmitDate") or "1999")[:4]
    return "since 2015" if year >= "2015" else "2000 to 2014" if year >= "2000" else "before 2000"


def is_interventional(record: Raw) -> bool:
    """Whether the study gives treatments."""
    design = record["protocolSection"].get("designModule", {})
    return bool(design.get("studyType") == "INTERVENTIONAL")


def _native(shared: Path) -> set[str]:
    lines = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    return {number(json.loads(line)) for line in lines}


def _fresh(shared: Path) -> Iterator[tuple[int, Raw]]:
    """The interventional trials on which no rule can have been written before, with their places."""
    known = _native(shared)
    with gzip.open(shared / "registry" / "records.jsonl.gz", "rt", encoding="utf-8") as stream:
        for place, line in enumerate(stream):
            if place >= FIRST and place % STEP not in PLACES:
                record = json.loads(line)
                if is_interventional(record) and number(record) not in known:
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
    return sorted(records, key=lambda one: _hash(number(one)))


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
