"""The reference trial's doses, companions and bars, through the engine that knows nothing of it."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from equipoise.allocation import empty_tallies
from equipoise.conduct.intake import companion_due
from equipoise.conduct.state import SiteState, TrialState
from equipoise.study import load
from equipoise.study.study import Study

from .treated import Clinic, alarms, deviations

FOLDER = Path(__file__).resolve().parents[3] / "studies" / "NCT06965244"
MEDICINE = {
    "name": "warfarin",
    "drug_class": "anticoagulant",
    "started": "2026-03-02",
    "ongoing": "true",
}


@cache
def study() -> Study:
    """The reference trial."""
    return load(FOLDER)


def treated(arm: str, weight: str = "70.0") -> Clinic:
    """A participant who was randomised outside, and who was weighed on that Monday."""
    here = Clinic(study(), "practice")
    site = SiteState(site="01", name="Site 01", approved_on=date(2026, 1, 1))
    sites = {"01": site}
    here.trial = TrialState(mode="practice", digest=study().digest, sites=sites, tallies=empty_tallies())
    here.subject = here.ok("screen_participant")[0].data["subject"]
    here.do("give_consent", version="1")
    here.record("vital_signs", "randomisation", weight=weight)
    here.do("close_log", form="medication", status="none")
    here.do("randomise", happened="yes", arm=arm)
    return here


def prescribed(here: Clinic, regimen: str, number: str = "P1", **more: Any) -> Any:
    """A prescription that happened, whatever laboratory and tests say; its event."""
    data = {"prescription": number, "regimen": regimen, "days": "28", "happened": "yes", **more}
    return here.do("prescribe", **data)[0]


@pytest.mark.parametrize(("weight", "dose"), [("79.9", "15"), ("80.0", "20"), ("80.1", "20")])
def test_methotrexate_by_the_weight_of_randomisation_day_with_as_much_folic_acid(
    weight: str, dose: str
) -> None:
    event = prescribed(treated("methotrexate", weight), "methotrexate", weekday="monday")
    assert (event.data["dose"], event.data["unit"], event.data["weekday"]) == (dose, "mg", "monday")
    (companion,) = event.data["companions"]
    assert (companion["regimen"], companion["dose"]) == ("folic_acid", dose)


def test_methotrexate_needs_a_weekday_and_twice_in_a_week_raises_an_alarm() -> None:
    here = treated("methotrexate")
    data = {"prescription": "P1", "regimen": "methotrexate", "days": "28"}
    assert here.no("prescribe", **data).code == "DOSE-015"
    prescribed(here, "methotrexate", weekday="monday")
    here.took("methotrexate", "2026-03-02", "15")
    here.day = "2026-03-07"
    events = here.took("methotrexate", "2026-03-07", "15")
    assert alarms(events) == ["TAKE-006"] and "TAKE-005" in deviations(events)


def test_folic_acid_follows_the_actual_intake_by_48_hours() -> None:
    here = treated("methotrexate")
    prescribed(here, "methotrexate", weekday="monday")
    here.day = "2026-03-10"
    here.took("methotrexate", "2026-03-04T08:00:00Z", "15")
    (task,) = companion_due(here.study, here.state)
    assert (task.regimen, task.on) == ("folic_acid", date(2026, 3, 6))
    assert deviations(here.took("folic_acid", "2026-03-05T07:00:00Z", "15")) == ["TAKE-010"]
    assert deviations(here.took("folic_acid", "2026-03-06T08:00:00Z", "15")) == []


def test_aspirin_comes_with_lenalidomide_until_an_anticoagulant_does() -> None:
    here = treated("lenalidomide")
    event = prescribed(here, "lenalidomide")
    assert (event.data["dose"], event.data["companions"][0]["dose"]) == ("5", "100")
    assert alarms(here.record("medication", repeat="1", **MEDICINE)) == ["DOSE-030"]
    here.day = "2026-03-30"
    assert prescribed(here, "lenalidomide", "P2").data["companions"] == []


def test_the_gates_of_pregnancy_prevention_and_laboratory_stay_closed_while_unknown() -> None:
    here = treated("lenalidomide")
    answer = here.no("prescribe", prescription="P1", regimen="lenalidomide", days="28")
    assert answer.code == "DOSE-009" and any(finding.missing for finding in answer.findings)


def test_a_live_ledger_does_not_dose_on_assumptions() -> None:
    here = treated("lenalidomide")
    here.trial = replace(
        here.trial, mode="live", delegations=frozenset({("investigator-1", "investigator", "01")})
    )
    answer = here.no("prescribe", prescription="P1", regimen="lenalidomide", days="28")
    assert answer.code == "DOSE-008"
    assert any(finding.startswith("weight_of_80_kg: ") for finding in answer.findings)


@pytest.mark.parametrize("arm", ["lenalidomide", "methotrexate"])
def test_a_pregnancy_bars_both_drugs_and_a_stop_is_asked_for(arm: str) -> None:
    here = treated(arm)
    prescribed(here, arm, **({"weekday": "monday"} if arm == "methotrexate" else {}))
    aware = "2026-03-02T08:00:00Z"
    events = here.do("report_pregnancy", event="PR1", of="participant", site_aware=aware)
    assert alarms(events) == ["DOSE-032"]
    data = {"prescription": "P2", "regimen": arm, "days": "28", "weekday": "monday"}
    assert here.no("prescribe", **data).code == "DOSE-007"
