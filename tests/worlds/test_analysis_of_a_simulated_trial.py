"""The report of a whole simulated trial against a recount of its events that shares no line with it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from equipoise.allocation import Seal
from equipoise.analysis.cut import cut
from equipoise.analysis.data.consort import total
from equipoise.analysis.reporting.render import report_json, sections
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.ledger import events
from equipoise.ledger.entry import Event, Head
from equipoise.simulation.scenario import load_scenario
from equipoise.simulation.trial import simulate
from equipoise.study import load

FOLDER = Path(__file__).resolve().parents[2] / "studies" / "DEMO-TTE"


@cache
def ledger(seed: int) -> tuple[Event, ...]:
    scenario = load_scenario(FOLDER / "scenarios" / "base.yaml")
    return simulate(load(FOLDER), scenario, seed, Seal(seed=b"1" * 32, block_sizes=(), salt=b"2" * 32)).events


def reported(seed: int) -> Report:
    found = ledger(seed)
    return analyse(load(FOLDER), cut(found, 1, Head(found[-1].sequence, b"\1" * 32)), seed)


def of(kind: str, seed: int = 1) -> list[Event]:
    return [event for event in ledger(seed) if event.type == kind]


def test_the_flow_agrees_with_a_recount_of_the_events() -> None:
    flow = reported(1).flow
    arms = Counter(event.data["arm"] for event in of(events.TREATMENT_ALLOCATED))
    persons = {event.data["person"] for event in of(events.PARTICIPANT_SCREENED)}
    person = {event.participant: event.data["person"] for event in of(events.PARTICIPANT_SCREENED)}
    randomised = {person[event.participant] for event in of(events.PARTICIPANT_RANDOMISED)}
    assert {each.arm: each.allocated for each in flow.branches} == arms
    assert (flow.assessed, flow.randomised, total(flow.excluded)) == (
        len(persons),
        len(randomised),
        len(persons - randomised),
    )


def test_the_events_of_the_endpoint_agree_with_a_recount_of_the_calls() -> None:
    """A relapse is a call that says worst >= 4 and limited; each participant counts once."""
    arm = {event.participant: event.data["arm"] for event in of(events.TREATMENT_ALLOCATED)}
    said: dict[tuple, dict] = {}
    for event in ledger(1):
        if event.type in (events.FORM_RECORDED, events.FORM_CORRECTED) and event.data["form"] == "call":
            said.setdefault((event.participant, event.encounter), {}).update(event.data["values"])
    relapsed = {
        who for (who, _), each in said.items() if each.get("limited") == "true" and int(each["worst"]) >= 4
    }
    counted = Counter(arm[who] for who in relapsed if who in arm)
    primary = reported(1).estimates[0].analyses[0]
    found = {each.arm: each.responders for each in primary.groups}
    assert found == {"back_school": counted["back_school"], "usual_care": counted["usual_care"]}


def test_the_same_ledger_and_seed_give_the_same_report() -> None:
    assert report_json(reported(1)) == report_json(reported(1)) != report_json(reported(2))
    assert [part.id for part in sections(reported(1))][:2] == ["flow", "primary-result"]
