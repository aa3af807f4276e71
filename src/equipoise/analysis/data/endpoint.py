"""Reading the endpoint: the score of each assessment, and what the definition's variable says of two
scores.

The rule of the variable is the definition's own, evaluated by the rules' reference on a case in which the
assessment form has exactly two records: the baseline, and the value at the time point, observed or
imputed. So a threshold is compared in the exact numbers of the rule and is written nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from equipoise.analysis.errors import analysis_error
from equipoise.rules import Missing, Quantity, evaluate

if TYPE_CHECKING:
    from equipoise.analysis.data.rows import Participant
    from equipoise.rules import Case, Expression, Verdict
    from equipoise.study.estimand import Estimand
    from equipoise.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """A record of the assessment form that holds the score alone, as the rules read it."""

    encounter: str
    date: date
    values: Mapping[str, Any]
    sequence: int = 0


class EndpointCase:
    """A participant's case in which the assessment form has the given records and no others."""

    __slots__ = ("base", "form", "held", "own")

    def __init__(self, base: Case, form: str, held: Mapping[str, ScoreRecord]) -> None:
        self.base = base
        self.form = form
        self.held = held
        self.own = None

    def record(self, form: str, encounter: str) -> Any:
        return self.held.get(encounter) if form == self.form else self.base.record(form, encounter)

    def records(self, form: str) -> Sequence[Any]:
        if form != self.form:
            return self.base.records(form)
        return sorted(self.held.values(), key=lambda each: each.date)

    def log_closed(self, form: str) -> bool:
        return self.base.log_closed(form)

    def named(self, name: str) -> Any:
        return self.base.named(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an estimand's score is found: form, item, the encounters of its assessment, baseline and time
    point. `binary`: the score becomes a response, and who dies before the time point is none."""

    form: str
    item: str
    baseline: str
    encounters: tuple[str, ...]
    timepoint: str
    anchor: str = "randomised_on"
    day: int
    before: int
    after: int
    binary: bool = True

    def planned(self, row: Participant) -> date:
        """The planned day of the time point, from the anchor; from randomisation for who never started."""
        start = row.first_dose_on if self.anchor == "first_dose_on" else row.randomised_on
        return (start or row.randomised_on) + timedelta(days=self.day)

    @property
    def visits(self) -> tuple[str, ...]:
        """The assessments after baseline up to the time point, which comes last."""
        place = self.encounters.index(self.timepoint)
        start = self.encounters.index(self.baseline)
        return self.encounters[start + 1 : place + 1]


def endpoint(study: Study, name: str, estimand: Estimand) -> Endpoint:
    """Raises ANAL-009 when the variable has no score, no time point or no assessment."""
    variable, plan = estimand.variable, study.definition.assessment
    place = f"estimands.{name}.variable"
    if plan is None or variable.score is None or variable.timepoint is None:
        raise analysis_error("ANAL-009", place, "a score, a time point and the study's assessment are needed")
    form, _, item = variable.score.partition(".")
    if variable.timepoint.encounter not in plan.encounters or form != plan.form:
        raise analysis_error("ANAL-009", place, "the score is not assessed at the time point")
    return Endpoint(
        form=form,
        item=item,
        baseline=plan.baseline,
        encounters=plan.encounters,
        timepoint=variable.timepoint.encounter,
        anchor=variable.timepoint.anchor,
        day=variable.timepoint.day,
        before=variable.timepoint.window.before,
        after=variable.timepoint.window.after,
        binary=variable.endpoint == "binary",
    )


def number(value: Any) -> Decimal | None:
    """A number, or the number of a quantity; None when missing."""
    if isinstance(value, Quantity):
        return value.value
    return value if isinstance(value, Decimal) else None


def verdict(rule: Expression, case: Case) -> str:
    """true, false or unknown."""
    found = evaluate(rule, case)
    return "true" if found.is_true else "false" if found.is_false else "unknown"


def responder(
    rule: Expression, where: Endpoint, case: Case, start: tuple[date, Decimal | None]
) -> Callable[[Decimal], bool]:
    """A function of the score at the time point that says whether the participant responds.

    `start` is the day and value of the baseline. Unknown (a missing baseline) is no response.
    """
    verdict_of = _of_score(rule, where, case, start)
    return lambda value: verdict_of(value).is_true


def measurer(
    rule: Expression, where: Endpoint, case: Case, start: tuple[date, Decimal | None]
) -> Callable[[Decimal], Decimal | None]:
    """A function of the score at a visit that gives the variable there, as if that visit were the time point;
    None where the rule gives no number."""
    verdict_of = _of_score(rule, where, case, start)
    return lambda value: number(verdict_of(value).value)


def _of_score(
    rule: Expression, where: Endpoint, case: Case, start: tuple[date, Decimal | None]
) -> Callable[[Decimal], Verdict]:
    """The rule on a case with two assessments: the baseline, and one at the time point with the score
    given."""
    day, baseline = start
    held = {where.baseline: score_record(where, where.baseline, day, baseline)}

    def asked(value: Decimal) -> Verdict:
        last = score_record(where, where.timepoint, day, value)
        return evaluate(rule, EndpointCase(case, where.form, {**held, where.timepoint: last}))

    return asked


def score_record(where: Endpoint, encounter: str, day: date, value: Decimal | None) -> ScoreRecord:
    """A record of the assessment form with the score alone."""
    known = Missing() if value is None else value
    return ScoreRecord(encounter=encounter, date=day, values={where.item: known})
