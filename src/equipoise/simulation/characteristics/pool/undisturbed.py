"""Followed participants as they would be had everybody been followed and nothing gone missing.

What the truth of an estimand is made of: the intercurrent events that happen stay as they are and are handled as the
estimand declares; what was lost, missed, late or not recorded is undone. A score is that which the patient would have
had on the planned day, as an assessor would have recorded it (under a hypothetical strategy too, since the course of a
patient is that of a scenario, whatever happened). What is read by a rule (a time, a count, a category) is read after
the engine has followed everybody a second time, with the same draws and none of those gaps. A death stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec
import numpy as np

from equipoise.analysis.data.estimand import Outcome, Reading
from equipoise.analysis.data.rows import Participant
from equipoise.simulation.characteristics.pool.plan import EVENT, MISSING, VALUE, Outcomes
from equipoise.simulation.scenario import Generator, Scenario
from equipoise.simulation.whole.counted import unseen
from equipoise.simulation.whole.primary import Case


def undisturbed(scenario: Scenario) -> Scenario:
    """The scenario without losses, withdrawals, missed and late visits, unblinded assessors and missing values.

    Treatment stops, adverse events and deaths are as they were. A value that is never entered stays so.
    """
    change = msgspec.structs.replace
    return change(
        scenario,
        exits=change(scenario.exits, loss=0.0, visits_withdrawn=0.0, data_withdrawn=0.0),
        conduct=change(scenario.conduct, missed_visit=0.0, outside_window=0.0, substitute_assessor=0.0),
        forms={
            form: {item: entered(each) for item, each in items.items()}
            for form, items in scenario.forms.items()
        },
    )


def entered(generator: Generator) -> Generator:
    """The generator without values that are missing now and then."""
    return msgspec.structs.replace(
        generator,
        missing=generator.missing if generator.probability == 1 else None,
        at={name: entered(each) for name, each in generator.at.items()},
    )


def unmissed(cases: Sequence[Case], rows: Sequence[Sequence[Participant]], outcomes: Outcomes) -> Outcomes:
    """The outcomes of a variable that is made from a score, with the score of the planned day for one that is missing;
    a patient who never has one stays without."""
    found = Outcomes(*(each.copy() for each in outcomes))
    for arm, (case, members) in enumerate(zip(cases, rows, strict=True)):
        given = case.of_first(len(case.data.participants))
        known = {each.subject: each for each in given.outcomes(case.estimand, Reading())}
        patients = {each.state.subject: each.patient for each in case.made.subjects}
        for member, row in enumerate(members):
            place = member * len(cases) + arm
            if outcomes.kind[place] == MISSING:
                score = unseen(case, row, patients[row.subject])
                if score is not None:
                    _put(found, place, known[row.subject], score, given.respond)
    return found


def _put(found: Outcomes, place: int, each: Outcome, score: Decimal, respond: Callable) -> None:
    """Writes a score that was not seen as the value of a row."""
    value = respond(each, score)
    if value is None:
        return
    found.kind[place], found.score[place], found.value[place] = VALUE, float(score), float(value)
    whole = found.whole[place]
    found.whole[place] = replace(
        whole, kind="value", reason="", value=score, visits=(*whole.visits[:-1], score)
    )


def again(first: Outcomes, second: Outcomes) -> Outcomes:
    """The outcomes of a variable that is read by a rule, once with and once without what was undone: those without,
    but for an intercurrent event or an end that happened with it alone."""
    happened = (first.kind == EVENT) | (first.seen & ~second.seen)
    return Outcomes(
        *(
            np.where(happened.reshape(-1, *[1] * (one.ndim - 1)), one, two)
            for one, two in zip(first, second, strict=True)
        )
    )
