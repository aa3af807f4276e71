"""The participants' facts, and what the rules say of them.

Events are folded by the engine's own `evolve`. Whether an intercurrent event came before the time point is
for its rule to say, by the dates that the rule names: a rescue drug may be entered late, a stop may come
in the last week. `today` is the planned day of the time point.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from equipoise.analysis.data.rows import Measure, Occurrence
from equipoise.conduct.engine import evolve
from equipoise.conduct.state import ParticipantState, State, TrialState
from equipoise.rules import Missing, PartialDate, Quantity, evaluate

if TYPE_CHECKING:
    from equipoise.analysis.cut import Cut
    from equipoise.rules import Expression, Value
    from equipoise.study.estimand import Estimand
    from equipoise.study.facts import Facts, Record
    from equipoise.study.study import Study


def folded(study: Study, slice_: Cut) -> dict[str, ParticipantState]:
    """The state of every subject at the head of the cut."""
    trial = TrialState()
    found: dict[str, ParticipantState] = {}
    for event in slice_.events:
        subject = event.participant
        before = found.get(subject) if subject is not None else None
        after = evolve(study, State(trial=trial, participant=before), event)
        trial = after.trial
        if subject is not None and after.participant is not None:
            found[subject] = after.participant
    return found


def entries(study: Study, rule: Expression, facts: Facts) -> tuple[int, ...]:
    """The ledger entries that a rule reads, also through the derivations that it names."""
    found = {fact.sequence for fact in evaluate(rule, facts).facts if fact.sequence}
    named = {key[1] for key in rule.depends if key[0] == "name" and key[1] in study.derivations}
    for name in named:
        found.update(entries(study, study.derivations[name], facts))
    return tuple(sorted(found))


def occurrences(study: Study, name: str, estimand: Estimand, facts: Facts) -> tuple[Occurrence, ...]:
    """The verdict of every intercurrent event of an estimand, with the events that it rests on."""
    rows = []
    for key, event in estimand.intercurrent_events.items():
        path = f"estimands.{name}.intercurrent_events.{key}"
        found = evaluate(study.rule(f"{path}.rule"), facts)
        rows.append(
            Occurrence(
                event=key,
                strategy=event.strategy,
                verdict="true" if found.is_true else "false" if found.is_false else "unknown",
                sources=entries(study, study.rule(f"{path}.rule"), facts),
                on=day_of_event(study, f"{path}.since", facts) if found.is_true else None,
                value=event.value,
            )
        )
    return tuple(rows)


def day_of_event(study: Study, rule: str, facts: Facts) -> date | None:
    """The day that a rule gives, the last possible one of a partial date; None without the rule or the day."""
    if not study.has_rule(rule):
        return None
    value = evaluate(study.rule(rule), facts).value
    if isinstance(value, PartialDate):
        return value.high
    return value if isinstance(value, date) else None


def told(study: Study, state: ParticipantState, randomised_on: date) -> dict[str, Any]:
    """What the facts add to a participant's row: first dose, end of treatment, characteristics."""
    first = state.facts.named("first_dose_on")
    return {
        "first_dose_on": first if isinstance(first, date) else None,
        "stopped_on": state.stopped_on,
        "stop_cause": state.stop_cause or "",
        "measures": measures(study, state.facts, randomised_on),
    }


def measured(study: Study, name: str, estimand: Estimand, facts: Facts) -> dict[str, Decimal | str | None]:
    """The measures of an estimand: a number, a code, `yes` or `no`, or None where the rule gives nothing."""
    found: dict[str, Decimal | str | None] = {}
    for key in estimand.measures:
        value = evaluate(study.rule(f"estimands.{name}.measures.{key}.rule"), facts).value
        if isinstance(value, bool):
            found[key] = "yes" if value else "no"
        else:
            found[key] = printable(value, date.max)
    return found


CHARACTERISTICS = ("AGE", "BRTHDTC", "SEX", "RACE", "ETHNIC", "WEIGHT", "HEIGHT", "BMI")
"""The items of a baseline table, by the SDTM name that the definition gives them."""


def characteristics(study: Study) -> dict[str, tuple[str, str]]:
    """By SDTM name, the form and item that hold it; the first form of the definition wins."""
    found: dict[str, tuple[str, str]] = {}
    for form_id, form in study.definition.forms.items():
        for item_id, item in form.items.items():
            if item.sdtm in CHARACTERISTICS and item.sdtm not in found:
                found[item.sdtm] = (form_id, item_id)
    return found


def measures(study: Study, facts: Facts, on: date) -> dict[str, Measure]:
    """The last value of each characteristic on or before a day; age in completed years on that day."""
    found = {}
    for name, (form, item) in characteristics(study).items():
        known = [record for record in facts.records(form) if record.date <= on and _has(record, item)]
        record = known[-1] if known else None
        value = record.values[item] if record else Missing()
        key = "AGE" if name == "BRTHDTC" else name
        if key == "AGE" and "AGE" in found:
            continue
        found[key] = Measure(value=printable(value, on), sequence=record.sequence if record else None)
    return found


def _has(record: Record, item: str) -> bool:
    return not isinstance(record.values.get(item, Missing()), Missing)


def printable(value: Value | Missing, on: date) -> Decimal | str | None:
    """A number, a code, or None; a date of birth as the age on a day (of a partial one, the least age)."""
    if isinstance(value, PartialDate):
        value = value.high
    if isinstance(value, date):
        return Decimal(on.year - value.year - ((on.month, on.day) < (value.month, value.day)))
    if isinstance(value, Quantity):
        return value.value
    return value if isinstance(value, Decimal | str) else None
