"""What happens at a visit: forms, logs, the masked score and the guess after it; queries are answered later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from equipoise.conduct.command import Refusal
from equipoise.conduct.schedule import expected
from equipoise.ledger.entry import Event
from equipoise.simulation.making import making_of
from equipoise.simulation.world import Subject, World


def visit(world: World, subject: Subject, encounter_id: str) -> None:
    """All forms of an encounter, in the definition's order, if the protocol asks for it."""
    study = world.study
    if not expected(study, subject.state, encounter_id, world.today):
        return
    plan = study.definition.assessment
    for form_id in study.definition.encounters[encounter_id].forms:
        form = study.definition.forms[form_id]
        if form.kind == "encounter" and form.act is None:
            record(world, subject, form_id, encounter_id)
        elif plan is not None and form_id == plan.form:
            score(world, subject, encounter_id)
        elif plan is not None and form_id == plan.guess:
            guess(world, subject, encounter_id)


def record(world: World, subject: Subject, form_id: str, encounter_id: str) -> None:
    """One form, as the patient is today."""
    values = subject.patient.record(form_id, encounter_id, world.today, subject.state.attempt)
    answer = world.do(
        "record_form", subject, encounter=encounter_id, data={"form": form_id, "values": values}
    )
    _deal_with_queries(world, subject, answer)


def fill_logs(world: World, subject: Subject) -> None:
    """The rows of each log of the scenario, then the log is closed."""
    for form_id, rows in world.scenario.logs.items():
        number, items = 0, making_of(world.scenario).logs[form_id]
        for index, row in enumerate(rows):
            patient = subject.patient
            drawn = world.draws.chance(row.probability, f"{patient.key}|{form_id}|{index}|row")
            if not drawn or not patient.holds(row.when):
                continue
            number += 1
            where = f"{form_id}|{index}|{subject.state.attempt}"
            values = patient.filled(items[index], where, None, world.today)
            data = {"form": form_id, "repeat": str(number), "values": values}
            _deal_with_queries(world, subject, world.must("record_form", subject, data=data))
        status = "complete" if number else "none"
        world.must("close_log", subject, data={"form": form_id, "status": status})


def score(world: World, subject: Subject, encounter_id: str) -> None:
    """The masked assessor's score; a substitute who knows the arm says so."""
    plan = world.study.definition.assessment
    assert plan is not None
    patient = subject.patient
    values = patient.record(plan.form, encounter_id, world.today, subject.state.attempt)
    data: dict[str, Any] = {"form": plan.form, "values": values, "blinded": "true"}
    assessor = f"{world.role_for('submit_assessment')}-{subject.site}"
    away = encounter_id != plan.baseline and world.draws.chance(
        world.scenario.conduct.substitute_assessor, f"{patient.key}|{encounter_id}|substitute"
    )
    if away:
        data["blinded"] = "false"
        assessor = f"{world.role_for('prescribe')}-{subject.site}"
    elif assessor in subject.state.seen_by:
        assessor = f"{world.role_for('submit_assessment')}-second-{subject.site}"
    world.do("submit_assessment", subject, encounter=encounter_id, data=data, actor=assessor)


def guess(world: World, subject: Subject, encounter_id: str) -> None:
    """The assessor's guess of the arm, after the signature."""
    made = [each for each in subject.state.assessments if each.encounter == encounter_id and each.blinded]
    plan = world.study.definition.assessment
    if not made or plan is None or plan.guess is None:
        return
    arms = list(world.study.definition.arms)
    patient = subject.patient
    right = world.draws.chance(world.scenario.conduct.guess_right, f"{patient.key}|{encounter_id}|right")
    others = [arm for arm in arms if arm != patient.arm]
    other = others[world.draws.between(0, len(others) - 1, f"{patient.key}|{encounter_id}|other")]
    values = patient.record(plan.guess, encounter_id, world.today)
    data = {**values, "assessment": made[-1].id, "guess": patient.arm if right else other}
    world.do("guess_arm", subject, encounter=encounter_id, data=data, actor=made[-1].assessor)


def _deal_with_queries(world: World, subject: Subject, answer: Sequence[Event] | Refusal) -> None:
    if isinstance(answer, Refusal):
        return
    for event in answer:
        if event.type == "QueryOpened":
            query = event.data["query"]
            day = world.today + timedelta(days=5)
            world.on(day, 0, lambda query=query: _answer(world, subject, query))


def _answer(world: World, subject: Subject, query: str) -> None:
    """The site confirms the value; the query is closed a day later."""
    state = subject.state.queries.get(query)
    if state is None or state.state != "open":
        return
    world.do("answer_query", subject, data={"query": query, "text": "Checked against the source: correct."})
    day = world.today + timedelta(days=2)
    world.on(day, 0, lambda: world.do("close_query", subject, data={"query": query, "text": ""}))
