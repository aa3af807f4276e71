"""What the design asks of every definition before anybody is entered: unknown lets nobody in, doses exclude
each other, decisions are complete, and each intercurrent event has one strategy.

These checks read compiled rules, and run only when all rules compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from equipoise.errors import EquipoiseError
from equipoise.rules.evaluate import evaluate
from equipoise.rules.types import Boolean, Code
from equipoise.study import probes
from equipoise.study.compiling import Compiled, NoFacts
from equipoise.study.errors import problem
from equipoise.study.model import Decision, Definition
from equipoise.study.source import Source


def faults(definition: Definition, source: Source, compiled: Compiled) -> Iterator[EquipoiseError]:
    """Every breach, in the order of the checks."""
    yield from criteria(definition, source, compiled)
    yield from decisions(definition, source)
    yield from strata(definition, source, compiled)
    yield from intercurrent_events(definition, source, compiled)
    yield from doses(definition, source, compiled)


def criteria(definition: Definition, source: Source, compiled: Compiled) -> Iterator[EquipoiseError]:
    """No criterion is true, and no exclusion false, when nothing is known."""
    nobody = NoFacts(compiled.parameters, compiled.expressions)
    for name, criterion in definition.criteria.items():
        path = f"criteria.{name}.rule"
        verdict = evaluate(compiled.expressions[path], nobody)
        if verdict.is_true:
            yield problem("STUD-030", source.place(path), name=name)
        if verdict.is_false and criterion.category == "exclusion":
            yield problem("STUD-031", source.place(path), name=name)


def decisions(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """What each status asks for."""
    for name, decision in definition.decisions.items():
        place = source.key(f"decisions.{name}")
        lacking = _lacking(decision) if decision.status == "decided" else ""
        if lacking:
            yield problem("STUD-033", place, name=name, lacking=lacking)
        found = _choice_fault(decision)
        if found:
            yield problem("STUD-034", place, name=name, found=found)


def _lacking(decision: Decision) -> str:
    parts = {
        "the signatory (`decided_by`)": decision.decided_by is not None,
        "the protocol that it cites (`cites`)": bool(decision.cites),
        "a date of the calendar (`on`)": _is_date(decision.on),
    }
    return ", ".join(words for words, there in parts.items() if not there)


def _is_date(text: str | None) -> bool:
    try:
        date.fromisoformat(text or "")
    except ValueError:
        return False
    return True


def _choice_fault(decision: Decision) -> str:
    options = ", ".join(decision.options)
    if decision.status == "open":
        return "is open, and yet has a choice" if decision.choice is not None else ""
    if decision.choice is None:
        return f"has no choice, one of {options}"
    if decision.choice not in decision.options:
        return f"chooses {decision.choice!r}, which is none of {options}"
    if not decision.reason.strip():
        return "gives no reason for its choice"
    if decision.status == "assumption" and decision.decided_by is not None:
        return "is an assumption, and yet names who decided it"
    return ""


def strata(definition: Definition, source: Source, compiled: Compiled) -> Iterator[EquipoiseError]:
    """The levels of a stratum are what its rule can give."""
    for name, stratum in definition.allocation.strata.items():
        kind = compiled.expressions[f"allocation.strata.{name}.rule"].type
        place = source.place(f"allocation.strata.{name}.levels")
        if isinstance(kind, Boolean) and len(stratum.levels) != 2:
            found = f"has the stratum {name!r}, true or false, with {len(stratum.levels)} levels"
            yield problem("STUD-045", place, found=found)
        if isinstance(kind, Code) and set(stratum.levels) != set(kind.values):
            found = f"has the stratum {name!r} whose levels are not its codes: {', '.join(kind.values)}"
            yield problem("STUD-045", place, found=found)


def intercurrent_events(
    definition: Definition, source: Source, compiled: Compiled
) -> Iterator[EquipoiseError]:
    """No event of an estimand is handled twice. (That each has a strategy, the model asks.)"""
    for name, estimand in definition.estimands.items():
        path = f"estimands.{name}.intercurrent_events"
        for first, second in combinations(estimand.intercurrent_events, 2):
            one, two = (compiled.expressions[f"{path}.{event}.rule"] for event in (first, second))
            if one.node == two.node:
                place, other = (source.place(f"{path}.{event}.rule") for event in (second, first))
                yield problem("STUD-042", place, first=second, second=first, other=other)


def doses(definition: Definition, source: Source, compiled: Compiled) -> Iterator[EquipoiseError]:
    """At the values that the conditions of a regimen name, and just beside them, exactly one dose applies."""
    for name, regimen in definition.regimens.items():
        path = f"regimens.{name}.dose"
        linked = [regimen.dose.decision, regimen.decision]
        linked += [exception.decision for exception in regimen.dose.exceptions.values()]
        covered = any(
            definition.decisions[decision].status == "open" for decision in linked if decision is not None
        )
        overlaps, gap = probes.probe(definition, compiled, name)
        for (first, second), when in overlaps.items():
            place, other = (source.place(f"{path}.exceptions.{event}.when") for event in (second, first))
            yield problem("STUD-040", place, first=second, second=first, other=other, when=when)
        if gap and not covered:
            yield problem("STUD-041", source.key(path), when=gap)
