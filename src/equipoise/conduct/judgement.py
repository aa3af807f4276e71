"""What the rules of a study say about one participant: criteria, gates, doses, strata, holds and stops.

One place says for each use of a rule what unknown means. A finding is `met` when it stands in nobody's way:
an inclusion whose rule is true, an exclusion whose rule is false, a gate whose rule is true. Unknown is never
met, and lists what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from equipoise.rules import EmptyCase, Expression, Fact, Missing, Quantity, Verdict, evaluate, explain_verdict
from equipoise.rules.explain import say_value
from equipoise.rules.values import Value
from equipoise.study.facts import TODAY, Facts, Record
from equipoise.study.study import CompiledCheck, FormChecks, Study

Word = Literal["met", "not_met", "unknown"]
Moment = Literal["screening", "randomisation"]
Act = Literal["randomise", "prescribe", "dispense"]


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """What one rule came to.

    rule: the identifier of the criterion, gate, exception, hold or stop.  key: the dotted path of its rule.
    missing: what is not known, as `form.item at encounter`, `form` (an open log) or a name.
    facts: what a verdict that is not met rests on, through derivations too.  text: the words of the protocol.
    """

    rule: str
    key: str
    label: str
    verdict: Word
    missing: tuple[str, ...]
    facts: tuple[Fact, ...]
    reference: str
    text: str

    def __str__(self) -> str:
        words = f"{self.rule} {self.verdict.replace('_', ' ')}: {self.text}"
        if self.missing:
            words += f" (missing: {', '.join(self.missing)})"
        return f"{words} [{self.reference}]" if self.reference else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """The dose that the protocol gives. `rule` is `base` or the name of the exception that applies."""

    regimen: str
    amount: Quantity | Decimal
    rule: str
    reference: str
    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        return say_value(self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDose:
    """No instruction, and why: a condition is `unknown`, two exceptions `conflict`, or there is `none`."""

    regimen: str
    because: Literal["unknown", "conflict", "none"]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        return "; ".join(str(finding) for finding in self.findings) or "the protocol gives no dose"


class Ruling(Struct, frozen=True, kw_only=True, gc=False):
    """A rule of the study that is judged: the verdict that stands in nobody's way, and the finding that says so."""

    expression: Expression
    wanted: bool
    met: Finding


def judge_criteria(study: Study, case: Facts, moment: Moment) -> tuple[Finding, ...]:
    """The criteria of a moment, in the order of the definition. Unknown means not yet eligible."""
    return tuple([_judged(study, case, ruling) for ruling in _criteria(study, moment)])


@lru_cache(maxsize=32)
def _criteria(study: Study, moment: Moment) -> tuple[Ruling, ...]:
    return tuple(
        _ruling(
            study, f"criteria.{name}.rule", rule=name, text=criterion.text, label=criterion.number,
            reference=criterion.reference, wanted=criterion.category == "inclusion",
        )
        for name, criterion in study.definition.criteria.items()
        if moment in criterion.moments
    )  # fmt: skip


def eligible(findings: tuple[Finding, ...]) -> Literal["yes", "no", "not_yet"]:
    """No when one finding is against, not yet when one is unknown."""
    verdicts = {finding.verdict for finding in findings}
    return "no" if "not_met" in verdicts else "not_yet" if "unknown" in verdicts else "yes"


def judge_gates(study: Study, case: Facts, act: Act, regimen: str | None = None) -> tuple[Finding, ...]:
    """The gates before an act. Those of certain regimens count for these, and always before randomisation,
    when the arm is not known. Unknown keeps a gate closed."""
    return tuple([_judged(study, case, ruling) for ruling in _gates(study, act, regimen)])


@lru_cache(maxsize=256)
def _gates(study: Study, act: Act, regimen: str | None) -> tuple[Ruling, ...]:
    return tuple(
        _ruling(
            study,
            f"gates.{name}.rule",
            rule=name,
            text=gate.message,
            reference=gate.reference,
            label=gate.label,
        )
        for name, gate in study.definition.gates.items()
        if gate.act == act and (not gate.regimens or act == "randomise" or regimen in gate.regimens)
    )


def needed(study: Study, case: Facts, regimen: str) -> Finding:
    """Whether a regimen is given at all. Unknown means that it is not prescribed, and somebody is alerted."""
    ruling = _need(study, regimen)
    return ruling if isinstance(ruling, Finding) else _judged(study, case, ruling)


@lru_cache(maxsize=256)
def _need(study: Study, regimen: str) -> Ruling | Finding:
    """The rule for the need of a regimen; where there is none, it is needed."""
    part, key = study.definition.regimens[regimen], f"regimens.{regimen}.needed"
    words = {"rule": regimen, "text": part.label, "reference": part.reference, "label": part.label}
    return _ruling(study, key, **words) if study.has_rule(key) else _met(key, **words)


def dose(study: Study, case: Facts, regimen: str) -> Dose | NoDose:
    """The dose of a regimen: its base, or the one exception that applies. Nothing is given while a condition
    is unknown, when two apply, or when none does and there is no base."""
    ruling = study.definition.regimens[regimen].dose
    path = f"regimens.{regimen}.dose"
    findings = {
        name: _judged(study, case, _plain(study, f"{path}.exceptions.{name}.when", name, exception.reference))
        for name, exception in ruling.exceptions.items()
    }
    unknown = tuple(finding for finding in findings.values() if finding.verdict == "unknown")
    if unknown:
        return NoDose(regimen=regimen, because="unknown", findings=unknown)
    true = tuple(finding for finding in findings.values() if finding.verdict == "met")
    if len(true) > 1:
        return NoDose(regimen=regimen, because="conflict", findings=true)
    if not true and ruling.base is None:
        return NoDose(regimen=regimen, because="none", findings=tuple(findings.values()))
    if true:
        key, rule = f"{path}.exceptions.{true[0].rule}.give", true[0].rule
        reference = true[0].reference
    else:
        key, rule, reference = f"{path}.base", "base", ruling.reference
    verdict = evaluate(study.rule(key), case)
    whens = (evaluate(study.rule(finding.key), case).facts for finding in findings.values())
    facts = (*chain.from_iterable(whens), *verdict.facts)
    if isinstance(verdict.value, Missing):
        finding = _judged(study, case, _plain(study, key, rule, reference))
        return NoDose(regimen=regimen, because="unknown", findings=(finding,))
    assert isinstance(verdict.value, Quantity | Decimal), "the loader asks for an amount"
    return Dose(regimen=regimen, amount=verdict.value, rule=rule, reference=reference, facts=facts)


@lru_cache(maxsize=256)
def _plain(study: Study, key: str, rule: str, reference: str) -> Ruling:
    """A rule whose words are the rule itself."""
    return _ruling(study, key, rule=rule, text=study.rule(key).text, reference=reference, label=rule)


def strata(study: Study, case: Facts) -> dict[str, str | Missing]:
    """The level of each stratification factor, missing where it is unknown, which stops randomisation."""
    found: dict[str, str | Missing] = {}
    for name, stratum in study.definition.allocation.strata.items():
        value = study.rule(f"allocation.strata.{name}.rule").value(case)
        if isinstance(value, bool):
            found[name] = stratum.levels[0] if value else stratum.levels[1]
        else:
            assert isinstance(value, str | Missing), "the loader asks for true, false or a code"
            found[name] = value
    return found


def instructions(
    study: Study, case: Facts, regimen: str, among: frozenset[str] | None = None
) -> tuple[Finding, ...]:
    """The holds and stops of a regimen that are true now; `key` tells which is which.

    among: look only at the rules of these dotted paths.
    """
    return tuple(
        [
            ruling.met
            for ruling in _instructions(study, regimen, among)
            if ruling.expression.value(case) is True
        ]
    )


@lru_cache(maxsize=512)
def _instructions(study: Study, regimen: str, among: frozenset[str] | None) -> tuple[Ruling, ...]:
    part = study.definition.regimens[regimen]
    rules = {f"holds.{name}": (name, each) for name, each in part.holds.items()}
    rules |= {f"stops.{name}": (name, each) for name, each in part.stops.items()}
    found = {f"regimens.{regimen}.{place}.when": each for place, each in rules.items()}
    return tuple(
        _ruling(study, key, rule=name, text=each.message, reference=each.reference, label=part.label)
        for key, (name, each) in found.items()
        if among is None or key in among
    )


def false_checks(checks: FormChecks, facts: Facts, record: Record, day: date) -> list[CompiledCheck]:
    """The checks of a form that are false of a record that is being entered on a day. Most read nothing else."""
    if checks.alone:
        return checks.false(EmptyCase(_named_on(facts.study, day), record))
    return checks.false(facts.with_record(record).on(day).with_own(record))


@lru_cache(maxsize=1024)
def _named_on(study: Study, day: date) -> Mapping[str, Value]:
    """The names whose values are the same for every participant on a day."""
    return {**study.parameters, TODAY: day}


def explained(study: Study, case: Facts, key: str) -> str:
    """The verdict of the rule at a dotted path in words, down to what it was derived from."""
    rule = study.rule(key)
    verdict = evaluate(rule, case)
    deep = Verdict(value=verdict.value, facts=tuple(_deep(study, case, verdict.facts)))
    return explain_verdict(rule, deep, study.scope_of(key))


def _ruling(study: Study, key: str, *, wanted: bool = True, **words: str) -> Ruling:
    return Ruling(expression=study.rule(key), wanted=wanted, met=_met(key, **words))


def _met(key: str, *, rule: str, text: str, reference: str, label: str) -> Finding:
    return Finding(
        rule=rule, key=key, label=label, verdict="met", missing=(), facts=(), reference=reference, text=text
    )


def _judged(study: Study, case: Facts, ruling: Ruling) -> Finding:
    """What a rule comes to. The facts are asked for where it is not met."""
    if ruling.expression.value(case) is ruling.wanted:
        return ruling.met
    verdict = evaluate(ruling.expression, case)
    if not verdict.is_unknown:
        return replace(ruling.met, verdict="not_met", facts=verdict.facts)
    facts = tuple(_deep(study, case, verdict.facts))
    missing = tuple(dict.fromkeys(said(fact) for fact in facts if type(fact.value) is Missing))
    return replace(ruling.met, verdict="unknown", facts=facts, missing=missing)


def _deep(study: Study, case: Facts, facts: tuple[Fact, ...]) -> Iterator[Fact]:
    """The facts, with those behind a derivation in its place."""
    for fact in facts:
        rule: Expression | None = study.derivations.get(fact.item)
        behind = evaluate(rule, case).facts if rule is not None else ()
        if behind:
            yield from _deep(study, case, behind)
        else:
            yield fact


def said(fact: Fact) -> str:
    """A fact as `form.item at encounter`."""
    return f"{fact.item} at {fact.encounter}" if fact.encounter else fact.item
