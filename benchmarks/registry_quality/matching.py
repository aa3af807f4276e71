"""Measures patient matching: which studies are retrieved, what filters remove, and single criteria against experts.

The reference topics are split into two halves by a hash of their names. Whatever was chosen was chosen on the first;
the second is reported beside it. Every method answers the same topics; intervals are bootstrapped over topics.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry_quality.measures import interval, ndcg, recall
from benchmarks.registry_quality.report import table
from equipoise.registry.errors import RegistryError
from equipoise.registry.index import RegistryIndex, open_index
from equipoise.registry.ingest import ingest
from equipoise.registry.match.criteria import read_criterion
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import STATUS, Terms, hard_findings, terms_of
from equipoise.registry.match.matching import CONDITION, _has
from equipoise.registry.match.meaning import PACKAGE, VECTORS
from equipoise.registry.match.notes import read_note
from equipoise.registry.match.retrieval import FIELDS, fused, raw_terms, terms
from equipoise.registry.match.together import worded_findings

NAME = "Patient matching"
DEPTH = 500
ELIGIBLE = 2
INTRODUCTION = """`python -m benchmarks.registry_quality matching`. 10,655 real records, 95 %
bootstrap intervals over patients.
Each row adds to the one above. Unjudged studies count as not eligible, so compare rows and not with other tables. The
last row judges the criteria of all 500 studies; a match judges only until its list is full. The experts' criteria were
read while the rules were written, so the last table flatters. Their notes all end with a sentence that promises consent
and keeping to the protocol; verdicts on that alone are counted apart. Of the eligible studies that a field removes,
each was looked at: all are of a sex or an age that the record itself refuses."""
Ranked = Callable[[Facts], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A described patient, what was read of the description, and judged studies: 0, 1 (excluded) or 2 (eligible)."""

    name: str
    facts: Facts
    grades: Mapping[str, int]

    @property
    def chosen_on(self) -> bool:
        """Whether this topic belongs to the half on which choices were made."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0

    @property
    def eligible(self) -> set[str]:
        """The studies for which the patient is eligible."""
        return {number for number, grade in self.grades.items() if grade == ELIGIBLE}


class Methods:
    """Every way to rank, over one index; what one needs of another is kept."""

    def __init__(self, index: RegistryIndex) -> None:
        self._index = index
        self._part = index._matching
        self._terms: dict[str, Terms] = {}

    def terms(self, number: str) -> Terms:
        """What a study says on who may enter."""
        if number not in self._terms:
            stored = self._index.store.record(number)
            self._terms[number] = terms_of(number, stored.data if stored else {})
        return self._terms[number]

    def weighted(self, weights: Mapping[str, float], fields: Mapping[str, float]) -> list[tuple[str, float]]:
        """The retrieval that all share."""
        return list(self._part._candidates().weighted(weights, fields, DEPTH))

    def raw(self, facts: Facts) -> list[str]:
        """Every word of the note."""
        return [number for number, _ in self.weighted(raw_terms(facts.text), {})]

    def selected(self, facts: Facts) -> list[str]:
        """Chosen and weighted words."""
        return [number for number, _ in self.weighted(terms(facts), {})]

    def fields(self, facts: Facts) -> list[str]:
        """The same, with conditions, title and keywords adding."""
        return [number for number, _ in self.weighted(terms(facts), FIELDS)]

    def conditions(self, facts: Facts) -> list[str]:
        """The same, with studies of a condition that the patient has put forward."""
        found = self.weighted(terms(facts), FIELDS)
        return self._with_conditions(facts, found)

    def _with_conditions(self, facts: Facts, found: list[tuple[str, float]]) -> list[str]:
        best = found[0][1] if found else 1.0
        scored = [
            (
                score / best + CONDITION * any(_has(facts, each) for each in self.terms(number).conditions),
                number,
            )
            for number, score in found
        ]
        return [number for _, number in sorted(scored, key=lambda each: (-each[0], each[1]))]

    def filtered(self, facts: Facts) -> list[str]:
        """The same, with studies that a field of the record excludes put last."""
        return self._last(facts, self.conditions(facts), self.hard)

    def judged(self, facts: Facts) -> list[str]:
        """The same, with studies that a criterion in words excludes put last too: the default."""
        return self._last(facts, self.filtered(facts), self.worded)

    def meant(self, facts: Facts) -> list[str]:
        """The default fused with the meaning of the note."""
        both = fused(
            [
                [number for number, _ in self.weighted(terms(facts), FIELDS)],
                self._part.meaning(facts.text, DEPTH),
            ]
        )
        ranked = self._with_conditions(facts, both[:DEPTH])
        return self._last(facts, self._last(facts, ranked, self.hard), self.worded)

    def _last(self, facts: Facts, ranked: list[str], bars: Callable[[str, Facts], list[str]]) -> list[str]:
        return sorted(ranked, key=lambda number: bool(bars(number, facts)))

    def hard(self, number: str, facts: Facts) -> list[str]:
        """The fields of the record that exclude."""
        found = hard_findings(self.terms(number), facts)
        return [each.kind for each in found if each.bars and each.kind != STATUS]

    def worded(self, number: str, facts: Facts) -> list[str]:
        """The criteria in words that exclude."""
        return [each.words for each in worded_findings(self.terms(number), facts) if each.bars]


def ways(methods: Methods) -> dict[str, Ranked]:
    """The methods side by side, by their names in the table; the last only where a model is installed."""
    found: dict[str, Ranked] = {
        "BM25, every word of the note": methods.raw,
        "+ chosen, weighted words": methods.selected,
        "+ fields": methods.fields,
        "+ conditions that the patient has": methods.conditions,
        "+ age, sex, healthy volunteers": methods.filtered,
        "+ criteria in words (the default)": methods.judged,
    }
    if (methods._index.folder.path / VECTORS).is_file() and find_spec(PACKAGE):
        found["default fused with MiniLM (extra `embeddings`)"] = methods.meant
    return found


def objects(path: Path) -> Iterator[Any]:
    """The JSON objects of a file, one after another."""
    text, decoder, place = path.read_text(encoding="utf-8").strip(), json.JSONDecoder(), 0
    while place < len(text):
        found, place = decoder.raw_decode(text, place)
        yield found
        while place < len(text) and text[place].isspace():
            place += 1


def topics(shared: Path) -> list[Topic]:
    """The topics for which at least one study is eligible."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (shared / "patient_relevance_dev.tsv").read_text(encoding="utf-8").splitlines():
        name, number, grade = line.split()
        grades[name][number] = int(grade)
    found = [
        Topic(name=each["_id"], facts=read_note(each["text"]), grades=grades[each["_id"]])
        for each in objects(shared / "patient_topics_dev.jsonl")
    ]
    return [each for each in found if each.eligible]


def opened(shared: Path, work: Path) -> RegistryIndex:
    """The index of the reference records, made once."""
    folder = work / "index"
    try:
        return open_index(folder)
    except RegistryError:
        ingest([shared / "records.jsonl.gz"], folder, today=date(2026, 1, 1))
    return open_index(folder)


def measured(ways: Mapping[str, Ranked], asked: Sequence[Topic]) -> Iterator[list[str]]:
    """A row for each method: recall at two depths, nDCG at 10 over the corpus and over judged studies, milliseconds."""
    for name, ranked in ways.items():
        rows = []
        start = time.process_time()
        for topic in asked:
            found = list(ranked(topic.facts))
            judged = [number for number in found if number in topic.grades]
            rows.append(
                (
                    recall(found, topic.eligible, 100),
                    recall(found, topic.eligible, DEPTH),
                    ndcg(found, dict.fromkeys(topic.eligible, 1.0)),
                    ndcg(judged, {number: float(grade) for number, grade in topic.grades.items()}),
                )
            )
        spent = (time.process_time() - start) / len(asked)
        columns = np.array(rows).T
        yield [name, *(str(interval(column)) for column in columns), f"{1000 * spent:.0f}"]


def removed(methods: Methods, asked: Sequence[Topic]) -> Iterator[list[str]]:
    """How often a verdict excludes a judged pair, by the pair's grade."""
    counts: Counter[tuple[int, str]] = Counter()
    for topic in asked:
        for number, grade in topic.grades.items():
            hard = bool(methods.hard(number, topic.facts))
            worded = bool(methods.worded(number, topic.facts))
            counts.update(
                [(grade, "all")] + [(grade, "hard")] * hard + [(grade, "worded")] * (worded and not hard)
            )
    meaning = {2: "eligible", 1: "excluded", 0: "not relevant"}
    for grade, name in meaning.items():
        whole = counts[(grade, "all")]
        yield [
            name,
            str(whole),
            *(
                f"{counts[(grade, kind)]} ({counts[(grade, kind)] / whole:.1%})"
                for kind in ("hard", "worded")
            ),
        ]


EXPERT = {
    ("inclusion", "included"): True,
    ("inclusion", "not included"): False,
    ("exclusion", "excluded"): True,
    ("exclusion", "not excluded"): False,
}


def criteria(shared: Path) -> Iterator[list[str]]:
    """Verdicts on single criteria against experts: how often one is given, how often it is right, and all together.

    Experts take an exclusion of which the note says nothing for not applying; this product says that it is not
    known. Both readings are counted: as it is said, and with an exclusion that nothing bears on read as the experts do.
    """
    rows = json.loads((shared / "criterion_judgements_dev.json").read_text(encoding="utf-8"))
    names = sorted({row["patient_id"] for row in rows})
    clusters, strict, read, given, right, plain, rest = [], [], [], [], [], [], []
    for row in rows:
        facts = read_note(re.sub(r"^\d+\. ", "", row["note"], flags=re.MULTILINE))
        reading = read_criterion(row["criterion_text"], row["criterion_type"])
        holds = reading.holds(facts)[0] if reading else None
        # "Not applicable" and "not enough information" are no verdict; an exclusion that cannot apply does not.
        expert = EXPERT.get((row["criterion_type"], row["expert_eligibility"]))
        if row["criterion_type"] == "exclusion" and row["expert_eligibility"] == "not applicable":
            expert = False
        assumed = False if holds is None and row["criterion_type"] == "exclusion" else holds
        clusters.append(names.index(row["patient_id"]))
        strict.append(float(holds == expert))
        read.append(float(assumed == expert))
        given.append(float(holds is not None))
        plain.append(float((False if row["criterion_type"] == "exclusion" else None) == expert))
        if not reading or any(part.kind != "consent" for part in reading.parts):
            rest.append((clusters[-1], float(holds is not None)))
        if holds is not None:
            right.append((names.index(row["patient_id"]), float(holds == expert)))
    yield ["a definite verdict is given", str(len(rows)), str(interval(np.array(given), clusters))]
    yield [
        "the same, criteria on consent alone left out",
        str(len(rest)),
        str(interval(np.array([each for _, each in rest]), [each for each, _ in rest])),
    ]
    yield [
        "a definite verdict is right",
        str(len(right)),
        str(interval(np.array([each for _, each in right]), [each for each, _ in right])),
    ]
    yield ["agreement, three-valued as it is said", str(len(rows)), str(interval(np.array(strict), clusters))]
    yield [
        "the same of a constant answer, for comparison",
        str(len(rows)),
        str(interval(np.array(plain), clusters)),
    ]
    yield [
        "agreement, unmentioned exclusions read as not applying",
        str(len(rows)),
        str(interval(np.array(read), clusters)),
    ]


def section(shared: Path, work: Path) -> str:
    """The section of patient matching, in Markdown."""
    methods = Methods(opened(shared, work))
    every = topics(shared)
    halves = {
        "the half that choices were made on": [each for each in every if each.chosen_on],
        "the other half": [each for each in every if not each.chosen_on],
    }
    head = ["method", "recall@100", f"recall@{DEPTH}", "nDCG@10, corpus", "nDCG@10, judged", "processor ms"]
    parts = [
        INTRODUCTION,
        f"{len(every)} described patients have at least one study that they are eligible for.",
    ]
    for name, asked in halves.items():
        parts += [f"**{len(asked)} topics, {name}**", table(head, list(measured(ways(methods), asked)))]
    parts += [
        "**How often a verdict excludes a judged pair, on the other half**",
        table(
            ["judged", "pairs", "by a field of the record", "by its words alone"],
            list(removed(methods, halves["the other half"])),
        ),
        "**Single criteria against experts**",
        table(["", "criteria", "part [95 % interval]"], list(criteria(shared))),
    ]
    return "\n\n".join(parts)
