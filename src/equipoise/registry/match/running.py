"""Trials that run here: their real rules, judged in place of the words of their record.

The caller passes each trial's criteria as compiled expressions with a mapping from facts about a patient to items
of the trial's forms. What the mapping does not give is missing, so a rule that needs it is of unknown truth. This
module knows no study and no form: it sees rules, and the values that the mapping makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from equipoise.registry.match.criteria import Finding
from equipoise.registry.match.facts import Facts
from equipoise.registry.match.hard import Terms
from equipoise.registry.match.truth import verdict
from equipoise.rules import Case, Expression, Scope, Verdict, evaluate, explain_verdict
from equipoise.rules.values import ABSENT, Missing, Value

Given = Mapping[tuple[str, str], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCriterion:
    """One criterion of a trial that runs here: its side, the record's words, the rule that the team reads in them."""

    side: str
    words: str
    rule: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTrial:
    """The rules of a trial that runs here.

    terms: what its record says, shown and judged with the rules whether or not the index has the record.
    facts: from the facts of a patient, the values of (form, item) that they give; the rest is missing.
    derivations, parameters: the names that rules may read; `today` is one of the parameters.
    scope: for the explanation in words.
    annotations: reviewed remarks on the record, shown with the match.
    """

    terms: Terms
    criteria: Sequence[RunningCriterion]
    scope: Scope
    facts: Callable[[Facts], Given]
    derivations: Mapping[str, Expression] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    annotations: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRecord:
    """One form, as far as facts fill it."""

    values: Mapping[str, Value | Missing]
    date: date
    encounter: str | None = None
    sequence: int = 0


class FactCase:
    """A patient as rules read one: what the facts give, and nothing else."""

    own = None

    def __init__(self, trial: RunningTrial, given: Given, today: date) -> None:
        self._trial = trial
        forms: dict[str, dict[str, Value | Missing]] = {}
        for (form, item), value in given.items():
            forms.setdefault(form, {})[item] = value
        self._records = {form: FactRecord(values=values, date=today) for form, values in forms.items()}

    def record(self, form: str, encounter: str) -> FactRecord | None:
        """The same facts at whatever encounter they are asked for: they are what is known today."""
        return self._records.get(form)

    def records(self, form: str) -> tuple[FactRecord, ...]:
        """The one record of a form that facts fill, or none."""
        found = self._records.get(form)
        return (found,) if found else ()

    def log_closed(self, form: str) -> bool:
        """Open: nobody has said that a description is complete."""
        return False

    def named(self, name: str) -> Value | Missing:
        """A parameter, a name that the caller knows, or a derivation; every other name has not come yet."""
        if name in self._trial.parameters:
            return self._trial.parameters[name]
        if name not in self._trial.derivations:
            return ABSENT
        return evaluate(self._trial.derivations[name], self).value


def running_findings(trial: RunningTrial, facts: Facts, today: date) -> Iterator[Finding]:
    """The verdicts of a trial's own rules."""
    case: Case = FactCase(trial, trial.facts(facts), today)
    for criterion in trial.criteria:
        judged = evaluate(criterion.rule, case)
        holds = None if isinstance(judged.value, Missing) else bool(judged.value)
        yield Finding(
            kind="rule",
            side=criterion.side,
            words=criterion.words,
            verdict=verdict(holds, criterion.side),
            why=_why(judged, criterion.rule, trial.scope),
            mentioned=holds is not None,
        )


def _why(judged: Verdict, rule: Expression, scope: Scope) -> str:
    return explain_verdict(rule, judged, scope)
