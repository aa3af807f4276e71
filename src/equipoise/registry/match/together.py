"""The criteria of one record judged together, because some words mean less beside others than alone.

An exclusion of the very condition that a study is about speaks of one of its groups or of a form of it. Where several
inclusion criteria each ask an age together with something else, they describe groups, and nobody must be in all. A sex
or an age that the fields of the record admit is at most that of a group too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from equipoise.registry.match.ages import at_least, at_most
from equipoise.registry.match.atoms import find_ages, tidy
from equipoise.registry.match.criteria import FILLER, Criterion, Finding, criteria_of, judge, read_criterion
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import Terms
from equipoise.registry.match.truth import EXCLUSION, INCLUSION, Verdict
from equipoise.registry.match.wording import content

MUCH = 3  # words that mean something


def worded_findings(terms: Terms, facts: Facts) -> Iterator[Finding]:
    """The verdicts on the criteria in words of a record."""
    criteria = tuple(criteria_of(terms.criteria))
    own = {frozenset(content(each)) for each in terms.conditions} - {frozenset()}
    groups = {each for each in criteria if _of_a_group(each)}
    for criterion in criteria:
        found = judge(criterion, facts)
        if found.bars and _admitted(criterion, terms, facts):
            yield replace(
                found, verdict=Verdict.NOT_KNOWN, why="the fields of the record admit this sex and age"
            )
        elif found.bars and _own(criterion, own):
            yield replace(found, verdict=Verdict.NOT_KNOWN, why="the study is about this condition")
        elif found.bars and len(groups) > 1 and criterion in groups:
            yield replace(
                found, verdict=Verdict.NOT_KNOWN, why="the study has several groups with ages of their own"
            )
        else:
            yield found


def _admitted(criterion: Criterion, terms: Terms, facts: Facts) -> bool:
    """Whether an inclusion fails by a sex or an age that the fields of the record admit: it is that of a group."""
    reading = read_criterion(criterion.text, INCLUSION) if criterion.side == INCLUSION else None
    if reading is None:
        return False
    failed = {part.kind for part in reading.parts if part.test(facts)[0] is False}
    sex = terms.sex.upper() in ("ALL", facts.sex)
    limits = terms.minimum and terms.maximum
    age = bool(limits and at_least(facts.age, terms.minimum) and at_most(facts.age, terms.maximum))
    return bool(failed) and failed <= {*(["sex"] if sex else []), *(["age"] if age else [])}


def _own(criterion: Criterion, own: Collection[frozenset[str]]) -> bool:
    return criterion.side == EXCLUSION and frozenset(content(criterion.text)) in own


def _of_a_group(criterion: Criterion) -> bool:
    """Whether an inclusion asks an age of the patient, and much else in the same breath."""
    if criterion.side != INCLUSION:
        return False
    plain = tidy(criterion.text)
    limits = [plain[atom.start : atom.end] for atom in find_ages(plain) if atom.kind]
    more = set(content(plain)) - set(content(" ".join(limits))) - FILLER
    return bool(limits) and len(more) >= MUCH
