"""The records of the reference files as matrices of words, made by plain code of this benchmark's own.

Nothing here is taken from the index that is measured, so that a fault in its reading of records shows.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

WORD = re.compile(r"[^\W_]+")
REMOVED = re.compile(r"NCT\s?\d{8}|PMID:?\s*\d+|https?://\S+", re.IGNORECASE)
# What is no text of the record: citations, numbers of studies, dates.
LEFT_OUT = {"referencesModule", "nctId", "nctIdAliases", "orgStudyIdInfo", "secondaryIdInfos", "statusModule"}
SITES = {"locations"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Numbers, lead sponsors and matrices of counts (studies by words): all text, all with sites, structured."""

    numbers: list[str]
    sponsors: list[str]
    whole: csr_array
    sites: csr_array
    structured: csr_array


def records(shared: Path) -> Iterator[dict[str, Any]]:
    """The records of the corpus, each number once."""
    seen = set()
    with gzip.open(shared / "records.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            number = record["protocolSection"]["identificationModule"]["nctId"]
            if number not in seen:
                seen.add(number)
                yield record


def texts(value: Any, left_out: set[str]) -> Iterator[str]:
    """Every text in a record, apart from what stands under these names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in left_out:
                yield from texts(inner, left_out)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, left_out)


def words(value: Any, left_out: set[str]) -> list[str]:
    """Every word in a record, in lower case."""
    return WORD.findall(REMOVED.sub(" ", "\n".join(texts(value, left_out))).lower())


def names(record: dict[str, Any]) -> Iterator[str]:
    """Conditions, interventions, subject headings and phases, each as one term."""
    protocol = record["protocolSection"]
    derived = record.get("derivedSection", {})
    for kind, value in (
        ("c", protocol.get("conditionsModule", {}).get("conditions")),
        (
            "i",
            [
                each.get("name")
                for each in protocol.get("armsInterventionsModule", {}).get("interventions", [])
            ],
        ),
        ("c", list(texts(derived.get("conditionBrowseModule", {}), {"id"}))),
        ("i", list(texts(derived.get("interventionBrowseModule", {}), {"id"}))),
        ("p", protocol.get("designModule", {}).get("phases")),
    ):
        yield from (f"{kind} {' '.join(WORD.findall(name.lower()))}" for name in value or [] if name)


def corpus(shared: Path) -> Corpus:
    """Reads the corpus."""
    numbers, sponsors = [], []
    whole, sites, structured = Rows(), Rows(), Rows()
    for record in records(shared):
        protocol = record["protocolSection"]
        numbers.append(protocol["identificationModule"]["nctId"])
        lead = protocol.get("sponsorCollaboratorsModule", {}).get("leadSponsor", {})
        sponsors.append(" ".join(WORD.findall(lead.get("name", "").lower())))
        described = {name: record[name] for name in ("protocolSection", "derivedSection") if name in record}
        whole.add(Counter(words(described, LEFT_OUT | SITES)))
        sites.add(Counter(words(described, LEFT_OUT)))
        structured.add(dict.fromkeys(names(record), 1))
    return Corpus(numbers, sponsors, whole.matrix(), sites.matrix(), structured.matrix())


class Rows:
    """Collects counted words as the rows of a matrix."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._columns: list[int] = []
        self._counts: list[int] = []
        self._ends = [0]

    def add(self, counted: dict[str, int]) -> None:
        """One more row."""
        self._columns += [self._words.setdefault(word, len(self._words)) for word in counted]
        self._counts += counted.values()
        self._ends.append(len(self._columns))

    def matrix(self) -> csr_array:
        """All rows, as floats of 4 bytes."""
        values = np.array(self._counts, np.float32)
        shape = (len(self._ends) - 1, len(self._words))
        return csr_array((values, np.array(self._columns, np.int32), np.array(self._ends)), shape=shape)
