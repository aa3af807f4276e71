"""What the rules of a study say about one participant: criteria, gates, doses, strata, holds and stops.

One place says for each use of a rule what unknown means. A finding is `met` when it stands in nobody's way:
an inclusion whose rule is true, an exclusion whose rule is false, a gate whose rule is true. Unknown is never
met, and lists what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal

from msgspec import Struct

from equipoise.rules import Expression, Fact, Missing, Quantity, Verdict, evaluate, explain_verdict
from equipoise.rules.explain import say_value
from equipoise.study.facts import Facts
from equipoise.study.study import Study

Word = Literal["met", "not_met", "unknown"]
Moment = Literal["screening", "randomisation"]
Act = Literal["randomise", "prescribe", "dispense"]


class Finding(Struct, frozen=True, kw_only=True):
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


def judge_criteria(study: Study, case: Facts, moment: Moment) -> tuple[Finding, ...]:
    """The criteria of a moment, in the order of the definition. Unknown means not yet eligible."""
    return tuple(
        _finding(
            study, case, f"criteria.{name}.rule", rule=name, text=criterion.text, label=criterion.number,
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
    return tuple(
        _finding(
            study, case, f"gates.{name}.rule", rule=name, text=gate.message, reference=gate.reference,
            label=gate.label, wanted=True,
        )
        for name, gate in study.definition.gates.items()
        if gate.act == act and (not gate.regimens or act == "randomise" or regimen in gate.regimens)
    )  # fmt: skip


def needed(study: Study, case: Facts, regimen: str) -> Finding:
    """Whether a regimen is given at all. Unknown means that it is not prescribed, and somebody is alerted."""
    part = study.definition.regimens[regimen]
    key = f"regimens.{regimen}.needed"
    if not study.has_rule(key):
        return Finding(
            rule=regimen, key=key, label=part.label, verdict="met", missing=(), facts=(),
            reference=part.reference, text=part.label,
        )  # fmt: skip
    return _finding(
        study,
        case,
        key,
        rule=regimen,
        text=part.label,
        reference=part.reference,
        label=part.label,
        wanted=True,
    )


def dose(study: Study, case: Facts, regimen: str) -> Dose | NoDose:
    """The dose of a regimen: its base, or the one exception that applies. Nothing is given while a condition
    is unknown, when two apply, or when none does and there is no base."""
    ruling = study.definition.regimens[regimen].dose
    path = f"regimens.{regimen}.dose"
    findings = {
        name: _plain(study, case, f"{path}.exceptions.{name}.when", name, exception.reference)
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
        finding = _plain(study, case, key, rule, reference)
        return NoDose(regimen=regimen, because="unknown", findings=(finding,))
    assert isinstance(verdict.value, Quantity | Decimal), "the loader asks for an amount"
    return Dose(regimen=regimen, amount=verdict.value, rule=rule, reference=reference, facts=facts)


def _plain(study: Study, case: Facts, key: str, rule: str, reference: str) -> Finding:
    """A finding whose words are the rule itself."""
    text = study.rule(key).text
    return _finding(study, case, key, rule=rule, text=text, reference=reference, label=rule, wanted=True)


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
    part = study.definition.regimens[regimen]
    found = []
    for kind, rules in (("holds", part.holds), ("stops", part.stops)):
        for name, instruction in rules.items():
            key = f"regimens.{regimen}.{kind}.{name}.when"
            if (among is None or key in among) and study.rule(key).value(case) is True:
                found.append(
                    _finding(
                        study, case, key, rule=name, text=instruction.message,
                        reference=instruction.reference, label=part.label, wanted=True,
                    )
                )  # fmt: skip
    return tuple(found)


def explained(study: Study, case: Facts, key: str) -> str:
    """The verdict of the rule at a dotted path in words, down to what it was derived from."""
    rule = study.rule(key)
    verdict = evaluate(rule, case)
    deep = Verdict(value=verdict.value, facts=tuple(_deep(study, case, verdict.facts)))
    return explain_verdict(rule, deep, study.scope_of(key))


def _finding(
    study: Study, case: Facts, key: str, *, rule: str, text: str, reference: str, label: str, wanted: bool
) -> Finding:
    expression = study.rule(key)
    word: Word = "met"
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    if expression.value(case) is not wanted:
        verdict = evaluate(expression, case)
        word, facts = "not_met", verdict.facts
        if verdict.is_unknown:
            word = "unknown"
            facts = tuple(_deep(study, case, facts))
            missing = tuple(dict.fromkeys(said(fact) for fact in facts if type(fact.value) is Missing))
    return Finding(
        rule=rule,
        key=key,
        label=label,
        verdict=word,
        missing=missing,
        facts=facts,
        reference=reference,
        text=text,
    )


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
