"""Related trials: pairs of records that cite one publication or name each other, against every method.

A pair is a weak sign that two studies belong together, and most true neighbours are in no pair, so values are low
and only rows can be compared. Citations and study numbers are removed from all texts. Two studies that share a
publication often share a sponsor, so the pairs with different sponsors are measured apart. Pairs hang together in
clusters, which are drawn whole; half of the clusters was used to choose the method, the other half was not.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from benchmarks.registry_quality import corpus as corpora
from benchmarks.registry_quality.measures import hit, interval, ndcg, recall
from benchmarks.registry_quality.methods import all_methods, ranked
from benchmarks.registry_quality.report import table
from equipoise.registry.index import open_index
from equipoise.registry.ingest import ingest

NAME = "Related trials: quality"
OURS = "equipoise"
DEPTH = 20
Rank = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Questions:
    """The studies to ask about with the studies that should be found, and the cluster of each."""

    name: str
    wanted: Mapping[str, set[str]]
    cluster: Mapping[str, int]

    def of(self, keep: Callable[[str], bool], name: str) -> Questions:
        """The questions that are kept."""
        return Questions(name, {each: self.wanted[each] for each in self.wanted if keep(each)}, self.cluster)


def questions(shared: Path, sponsor: Mapping[str, str]) -> list[Questions]:
    """The sets of questions: each kind of pair, all of it and different sponsors only; then co-eligible studies."""
    kinds = json.loads((shared / "similar_pairs_dev.json").read_text(encoding="utf-8"))
    kinds = {"same publication": kinds["pmid"], "named": kinds["mention"], "same patient": eligible(shared)}
    found = []
    for kind, pairs in kinds.items():
        known = [pair for pair in pairs if pair[0] in sponsor and pair[1] in sponsor]
        cluster = clusters(known)
        found.append(Questions(kind, both_ways(known), cluster))
        different = [pair for pair in known if sponsor[pair[0]] != sponsor[pair[1]]]
        found.append(Questions(f"{kind}, different sponsors", both_ways(different), cluster))
    return found


def eligible(shared: Path) -> list[list[str]]:
    """Pairs of studies for which one patient was judged eligible: a third, different sign of being related."""
    by_patient = defaultdict(list)
    for line in (shared / "patient_relevance_dev.tsv").read_text(encoding="utf-8").splitlines():
        cells = line.split()
        if cells and cells[-1] == "2":
            by_patient[cells[0]].append(next(cell for cell in cells if cell.startswith("NCT")))
    return [[one, other] for each in by_patient.values() for one in each for other in each if one < other]


def both_ways(pairs: list[list[str]]) -> dict[str, set[str]]:
    """Each study of a pair, with all its partners."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        wanted[one].add(other)
        wanted[other].add(one)
    return dict(sorted(wanted.items()))


def clusters(pairs: list[list[str]]) -> dict[str, int]:
    """The number of the cluster of each study: pairs that have a study in common are in one."""
    above: dict[str, str] = {}

    def top(each: str) -> str:
        while above.setdefault(each, each) != each:
            each = above[each]
        return each

    for one, other in pairs:
        above[top(max(one, other))] = top(min(one, other))
    tops = sorted({top(each) for each in above})
    return {each: tops.index(top(each)) for each in above}


def held_back(asked: Questions) -> Callable[[str], bool]:
    """Whether a study is in the half of the clusters that was not used to choose the method."""
    name = {
        number: min(each for each in asked.cluster if asked.cluster[each] == number)
        for number in set(asked.cluster.values())
    }
    return lambda each: bool(hashlib.sha256(name[asked.cluster[each]].encode()).digest()[0] & 1)


def section(shared: Path, work: Path) -> str:
    """Measures every method on every set of questions."""
    known = corpora.corpus(shared)
    place = {number: at for at, number in enumerate(known.numbers)}
    asked = questions(shared, dict(zip(known.numbers, known.sponsors, strict=True)))
    studies = sorted({each for one in asked for each in one.wanted})
    lists: dict[str, dict[str, list[str]]] = {}
    for name, scores in all_methods(known).items():
        lists[name] = {
            each: ranked(scores(place[each]), known.numbers, place[each], DEPTH) for each in studies
        }
    ours = own_index(shared, work)
    lists[OURS] = {each: ours(each) for each in studies}
    return "\n".join([INTRODUCTION, *(measured(one, lists) for one in asked)])


def own_index(shared: Path, work: Path) -> Rank:
    """The index of the product, made anew in its folder from the same records."""
    folder = work / "index"
    ingest([shared / "records.jsonl.gz"], folder, today=date(2026, 1, 1))
    index = open_index(folder)
    return lambda number: [found.nct_id for found in index.related(number, top=DEPTH)]


def measured(asked: Questions, lists: Mapping[str, Mapping[str, list[str]]]) -> str:
    """The table of one set: each method, and its difference from the first, on all questions and the held back half."""
    apart = asked.of(held_back(asked), "")
    first = next(iter(lists))
    rows = []
    for name, found in lists.items():
        own = values(asked, found)
        cells = [str(interval(own[measure], groups(asked))) for measure in own]
        difference = [
            ""
            if name == first or not part.wanted
            else interval(
                values(part, found)["ndcg"] - values(part, lists[first])["ndcg"], groups(part)
            ).signed()
            for part in (asked, apart)
        ]
        rows.append([name, *cells, *difference])
    head = ["method", "nDCG@10", "hit@5", "recall@20", "nDCG@10 less TF-IDF", "the same, half held back"]
    pairs = sum(map(len, asked.wanted.values())) // 2
    return f"### {asked.name}: {len(asked.wanted)} questions, {pairs} pairs\n\n{table(head, rows)}"


def values(asked: Questions, found: Mapping[str, list[str]]) -> dict[str, np.ndarray]:
    """The measures of each question."""
    each = [(found[study], wanted) for study, wanted in asked.wanted.items()]
    return {
        "ndcg": np.array([ndcg(ranking, dict.fromkeys(wanted, 1.0)) for ranking, wanted in each]),
        "hit": np.array([hit(ranking, wanted) for ranking, wanted in each]),
        "recall": np.array([recall(ranking, wanted, DEPTH) for ranking, wanted in each]),
    }


def groups(asked: Questions) -> list[int]:
    """The cluster of each question, in their order."""
    return [asked.cluster[each] for each in asked.wanted]


INTRODUCTION = """`python -m benchmarks.registry_quality related`. 10,655 real records, citations and study numbers
removed. Means over questions with 95 % bootstrap intervals over clusters of pairs. A difference whose interval
includes 0 is no difference. The method was chosen on one half of the clusters; the last column is the other half alone.
"""
