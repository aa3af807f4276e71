"""Matches a patient with studies: retrieve, judge each criterion in three values, rank, and say what is excluded.

Nothing is dropped in silence: a study that a definite fact excludes stays in the list, last, with the reason.
Whether a study is open is judged and shown, and excludes only when that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from equipoise.registry.interfaces import Found, Reason
from equipoise.registry.match.criteria import Finding
from equipoise.registry.match.errors import match_error
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import STATUS, Terms, hard_findings
from equipoise.registry.match.retrieval import FIELDS, Candidates, fused, terms
from equipoise.registry.match.running import RunningTrial, running_findings
from equipoise.registry.match.together import worded_findings
from equipoise.registry.match.wording import content
from equipoise.registry.search.text import words

NOTICE = (
    "This is no medical advice. It compares words and figures of public records with a description; only the study's "
    "own team can say who may enter. Criteria that are not known are neither met nor failed."
)
CONSIDERED = 500  # recall of eligible studies still rises up to here
MOST = 2_000
CONDITION = 0.25  # what a condition of the study that the patient has adds to a score of at most one

Meaning = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Found):
    """A study for a patient. findings: the verdict on each criterion. excluded: why the patient is kept out, if so."""

    title: str = ""
    status: str = ""
    findings: tuple[Finding, ...] = ()
    excluded: tuple[str, ...] = ()

    def count(self, verdict: str) -> int:
        """How many criteria have this verdict."""
        return sum(each.verdict == verdict for each in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches(Sequence[Match]):
    """The studies for a patient, the best first; where too few are possible, excluded ones fill the list at its end.

    excluded: every study that would have stood in the list, had nothing known excluded the patient.
    considered: how many studies were retrieved. notes: what was not used of the description.
    """

    matches: tuple[Match, ...]
    excluded: tuple[Match, ...]
    considered: int
    facts: Facts
    notes: tuple[str, ...] = ()
    notice: str = NOTICE

    @property
    def possible(self) -> tuple[Match, ...]:
        """Those that nothing known excludes."""
        return tuple(each for each in self.matches if not each.excluded)

    def __len__(self) -> int:
        return len(self.matches)

    def __getitem__(self, index: Any) -> Any:
        return self.matches[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Answers for one set of records.

    candidates: finds studies by words. terms: what a study says on who may enter. running: trials that run here.
    meaning: ranks studies by the meaning of a text, when a model is installed. today: for rules with dates.
    """

    candidates: Candidates
    terms: Callable[[Sequence[str]], Mapping[str, Terms]]
    today: date
    running: Mapping[str, RunningTrial]
    meaning: Meaning | None = None

    def match(self, facts: Facts, *, top: int = 100, open_only: bool = False) -> Matches:
        """The studies for a patient. Errors: MATC-001 (nothing to search by), MATC-005."""
        if not 1 <= top <= MOST:
            raise match_error("MATC-005", "top", str(MOST))
        weights = terms(facts)
        if not weights:
            raise match_error("MATC-001", "description")
        found = self._retrieve(facts, weights, max(top, CONSIDERED))
        known = {
            **self.terms([number for number, _ in found]),
            **{number: trial.terms for number, trial in self.running.items()},
        }
        scored = sorted(
            (self._scored(known[number], score, facts) for number, score in found if number in known),
            key=lambda each: (-each[0], each[1].nct_id),
        )
        possible: list[Match] = []
        excluded: list[Match] = []
        for score, study, had in scored:
            # Criteria in words are read only until the list is full: reading is what costs time.
            # A trial that runs here is always judged, because somebody asked about it.
            if len(possible) >= top and study.nct_id not in self.running:
                continue
            made = self._match(study, score, had, facts, weights, open_only)
            (excluded if made.excluded else possible).append(made)
        return Matches(
            matches=(*possible, *excluded)[: max(top, len(possible))],
            excluded=tuple(excluded),
            considered=len(scored),
            facts=facts,
            notes=facts.notes,
        )

    def _scored(self, study: Terms, score: float, facts: Facts) -> tuple[float, Terms, tuple[str, ...]]:
        """The score of a study, and which of its conditions the patient has."""
        had = tuple(each for each in study.conditions if _has(facts, each))
        return round(score + (CONDITION if had else 0.0), 6), study, had

    def _retrieve(self, facts: Facts, weights: Mapping[str, float], size: int) -> list[tuple[str, float]]:
        """Studies with scores between 0 and 1; those that run here are always among them."""
        found = list(self.candidates.weighted(weights, FIELDS, size))
        if self.meaning is not None and facts.text:
            found = fused([[number for number, _ in found], self.meaning(facts.text, size)])[:size]
        best = found[0][1] if found else 1.0
        scored = {number: score / best for number, score in found}
        return [*scored.items(), *((number, 0.0) for number in self.running if number not in scored)]

    def _match(
        self,
        study: Terms,
        score: float,
        had: Sequence[str],
        facts: Facts,
        weights: Mapping[str, float],
        open_only: bool,
    ) -> Match:
        findings = tuple(self._findings(study, facts))
        excluded = tuple(
            f"excluded because {reason(each)}"
            for each in findings
            if each.bars and (open_only or each.kind != STATUS)
        )
        return Match(
            nct_id=study.nct_id,
            score=score,
            reasons=(*_reasons(study, had, findings, weights), *self._remarks(study.nct_id)),
            title=study.title,
            status=study.status,
            findings=findings,
            excluded=excluded,
        )

    def _remarks(self, number: str) -> Iterator[Reason]:
        """What a reader found in the criteria of a trial that runs here: where they leave something open."""
        for remark in self.running[number].annotations if number in self.running else ():
            yield Reason(kind="annotation", field="criteria", text=f"reviewed: {remark}")

    def _findings(self, study: Terms, facts: Facts) -> Iterator[Finding]:
        """The fields of the record, then its criteria in words, or the rules of a trial that runs here."""
        yield from hard_findings(study, facts)
        trial = self.running.get(study.nct_id)
        if trial is not None:
            yield from running_findings(trial, facts, self.today)
        else:
            yield from worded_findings(study, facts)


def reason(finding: Finding) -> str:
    """Why one criterion keeps the patient out, in words."""
    if finding.kind in ("criterion", "rule"):
        decided = f" ({finding.why})" if finding.why else ""
        told = "it excludes" if finding.side == "exclusion" else "it requires"
        return f"{told}: {finding.words[:300]}{decided}"
    return finding.why


def _has(facts: Facts, condition: str) -> bool:
    """Whether the patient is said to have a condition of the study, or a kind of it."""
    asked = frozenset(content(condition))
    return bool(asked) and any(
        each.present and not each.past and asked <= each.words for each in facts.statements
    )


def _reasons(
    study: Terms, had: Sequence[str], findings: Sequence[Finding], weights: Mapping[str, float]
) -> Iterator[Reason]:
    """Why the study is in the list, in words: conditions, telling words, criteria met."""
    for condition in had:
        yield Reason(
            kind="condition", field="condition", words=(condition,), text=f"the patient has {condition}"
        )
    named = {word for text in (study.title, *study.conditions) for word in words(text)}
    telling = sorted(named & weights.keys(), key=lambda word: (-weights[word], word))[:5]
    if telling:
        yield Reason(
            kind="terms", field="title", words=tuple(telling), text="shared words: " + ", ".join(telling)
        )
    for finding in findings:
        if finding.bars:
            yield Reason(kind="criterion", field=finding.kind, text=f"not met: {reason(finding)}")
        elif finding.mentioned and finding.kind in ("criterion", "rule"):
            yield Reason(kind="criterion", field=finding.kind, text=f"met: {finding.words[:300]}")
