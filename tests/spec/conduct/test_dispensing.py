"""Dispensing and returns: whole units, a valid prescription, open gates; what came back is a fact."""

from __future__ import annotations

import pytest

from equipoise.conduct.dispensing import units_for

from .treated import Clinic, clinic, deviations, drugs

SUPPLY = {"prescription": "P1", "quantity": "16", "days": "28"}


def prescribed(**given: str) -> Clinic:
    """A participant with the usual prescription of the weekly drug."""
    here = clinic(**given)  # type: ignore[arg-type]
    here.weekly()
    return here


def test_a_supply_follows_the_prescription_and_counts_whole_units() -> None:
    here = prescribed()
    (event,) = here.do("dispense", **SUPPLY, kit="B1", role="pharmacist", actor="p-1")
    assert event.data == {
        "prescription": "P1", "regimen": "weekly", "quantity": "16", "days": "28", "kit": "B1",
    }  # fmt: skip
    order = here.state.prescriptions["P1/weekly"]
    assert (order.dispensed, order.dispensed_days) == (16, 28)
    assert here.state.facts.records("dispensing")[0].values["quantity"] == 16
    assert "p-1" in here.state.seen_by
    assert here.do("dispense", **{**SUPPLY, "quantity": "4"}, regimen="follower")


def test_without_a_prescription_nothing_is_given_out() -> None:
    here = clinic()
    assert here.no("dispense", **SUPPLY).code == "DRUG-001"
    assert here.no("dispense", **SUPPLY, regimen="weekly").code == "DOSE-009"
    assert here.no("dispense", quantity="16", days="28").code == "COND-010"
    here.weekly()
    assert here.no("dispense", **{**SUPPLY, "prescription": "P2"}, regimen="weekly").code == "DRUG-001"


def test_what_was_given_out_without_a_prescription_is_recorded() -> None:
    here = clinic()
    events = here.do("dispense", **SUPPLY, regimen="weekly", happened="yes")
    assert [event.type for event in events] == ["DoseDispensed", "DeviationRecorded", "DeviationRecorded"]
    assert deviations(events) == ["DOSE-009", "DRUG-001"]
    assert len(here.state.facts.records("dispensing")) == 1 and here.state.prescriptions == {}


@pytest.mark.parametrize(("day", "open_"), [("02", True), ("09", True), ("10", False)])
def test_a_prescription_is_valid_for_seven_days(day: str, open_: bool) -> None:
    here = clinic(study=drugs(("act: dispense, regimens: [weekly]", "act: dispense, regimens: [daily]")))
    here.weekly()
    here.day = f"2026-03-{day}"
    if open_:
        assert here.do("dispense", **SUPPLY)
    else:
        assert here.no("dispense", **SUPPLY).code == "DRUG-002"


def test_a_supply_does_not_precede_its_prescription() -> None:
    here = clinic("south")
    here.day = "2026-03-05"
    here.daily()
    answer = here.no("dispense", prescription="P1", quantity="28", days="28", effective="2026-03-04")
    assert answer.code == "DRUG-002" and "valid" not in answer.fault
    here.day = "2026-12-01"
    assert here.do("dispense", prescription="P1", quantity="28", days="28")


def test_a_gate_of_dispensing_that_is_not_true_stays_closed() -> None:
    here = prescribed()
    here.day = "2026-03-10"
    answer = here.no("dispense", **SUPPLY)
    assert answer.code == "DOSE-009" and answer.findings[0].rule == "G02"
    events = here.do("dispense", **SUPPLY, happened="yes")
    assert deviations(events) == ["DOSE-009", "DRUG-002"]
    assert "G02" in events[1].data["text"]


def test_days_are_limited_by_the_label_and_the_prescription() -> None:
    here = clinic()
    here.weekly(days="28")
    assert here.no("dispense", prescription="P1", quantity="20", days="35").code == "DRUG-003"
    here.do("dispense", prescription="P1", quantity="8", days="14")
    answer = here.no("dispense", prescription="P1", quantity="12", days="21")
    assert answer.code == "DRUG-004" and "14 of 28" in answer.fault
    here.do("dispense", prescription="P1", quantity="8", days="14")


def test_a_limit_that_is_unknown_keeps_the_pharmacy_closed() -> None:
    for limit in ("dispense_within: 7 days", "supply_limit: 28 days"):
        study = drugs((limit, limit.split(":")[0] + ": 12 hours"))
        here = clinic(study=study)
        here.weekly(happened="yes")
        assert here.no("dispense", **SUPPLY).code == "DOSE-022"


@pytest.mark.parametrize(("quantity", "days"), [("15", "28"), ("17", "28"), ("16", "14")])
def test_the_units_are_the_dose_times_the_days(quantity: str, days: str) -> None:
    answer = prescribed().no("dispense", prescription="P1", quantity=quantity, days=days)
    assert answer.code == "DRUG-005" and "units, not" in answer.fault


def test_a_started_week_needs_a_whole_dose() -> None:
    assert prescribed().do("dispense", prescription="P1", quantity="8", days="8")


def test_a_dose_that_is_no_whole_number_of_units_is_not_dispensed() -> None:
    here = clinic()
    here.weekly(dose="12", happened="yes")
    answer = here.no("dispense", **SUPPLY)
    assert answer.code == "DRUG-005" and "no whole number" in answer.fault


def test_units_are_converted_and_other_dimensions_have_none() -> None:
    here = prescribed()
    order = here.state.prescriptions["P1/weekly"]
    facts = here.state.facts
    grams = drugs(("strength: 2.5 mg", "strength: 0.0025 g"))
    litres = drugs(("strength: 2.5 mg", "strength: 2.5 mL"))
    months = drugs(
        ("schedule: {every: 7 days, minimum_interval", "schedule: {every: 1 month, minimum_interval")
    )
    assert units_for(grams, facts, order, 28) == 16
    assert units_for(litres, facts, order, 28) is None
    assert units_for(months, facts, order, 28) is None


def test_impossible_values_are_refused() -> None:
    here = prescribed()
    for change in ({"quantity": "1.5"}, {"quantity": "0"}, {"days": "x"}, {"regimen": "none"}):
        assert here.no("dispense", **{**SUPPLY, **change}).code == "DRUG-006"
    assert here.no("dispense", **SUPPLY, kit="B3").code == "DRUG-006"


def test_a_return_is_a_fact() -> None:
    here = prescribed()
    here.do("dispense", **SUPPLY)
    here.day = "2026-03-30"
    (event,) = here.do("record_return", prescription="P1", quantity="4")
    assert event.data == {"prescription": "P1", "regimen": "weekly", "quantity": "4"}
    assert here.state.prescriptions["P1/weekly"].returned == 4
    assert here.state.facts.records("drug_return")[0].date.day == 30
    assert deviations(here.do("record_return", prescription="P1", quantity="0")) == []
    events = here.do("record_return", prescription="P1", quantity="13")
    assert deviations(events) == ["DRUG-010"] and "17 units" in events[1].data["text"]


def test_a_return_of_what_is_on_no_prescription_is_recorded() -> None:
    here = clinic()
    events = here.do("record_return", prescription="P9", quantity="4", regimen="weekly")
    assert deviations(events) == ["DRUG-011"]
    assert len(here.state.facts.records("drug_return")) == 1


def test_an_impossible_return_is_refused() -> None:
    here = prescribed()
    assert here.no("record_return", quantity="4").code == "COND-010"
    for data in (
        {"prescription": "P1", "quantity": "-1"},
        {"prescription": "P1", "quantity": "some"},
        {"prescription": "P1"},
        {"prescription": "P2", "quantity": "4"},
        {"prescription": "P1", "quantity": "4.5"},
    ):
        assert here.no("record_return", **data).code == "DRUG-006"
