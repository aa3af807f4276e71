"""An invented trial of two arms with its results, small enough to check by hand."""

from __future__ import annotations

from typing import Any

from equipoise.exchange.results import (
    Baseline,
    BaselineCount,
    BaselineValue,
    CountRow,
    EventRow,
    FlowPeriod,
    OutcomeAnalysis,
    OutcomeResult,
    OutcomeRow,
    ResultGroup,
    Results,
    SafetyResult,
    Value,
)

BANNER = "SIMULATED – not results of this trial"


def record(**modules: Any) -> dict[str, Any]:
    """A record in version 2 JSON that has nothing to complain of, with some modules replaced or added."""
    protocol: dict[str, Any] = {
        "identificationModule": {
            "nctId": "NCT00000000",
            "orgStudyIdInfo": {"id": "EX-1"},
            "briefTitle": "Walking or swimming for low back pain",
            "officialTitle": "A randomised trial of walking or swimming in adults with low back pain",
        },
        "statusModule": {"overallStatus": "COMPLETED"},
    }
    protocol |= modules
    return {"protocolSection": protocol, "hasResults": False}


def results(**changes: Any) -> Results:
    """Results of that trial: 10 and 12 people, one primary outcome, two kinds of adverse event."""
    parts: dict[str, Any] = {
        "groups": (
            ResultGroup(title="Walking", description="Walking 30 min/day"),
            ResultGroup(title="Swimming"),
        ),
        "flow": (
            FlowPeriod(
                title="Overall study",
                started=(10, 12),
                completed=(8, 11),
                milestones=(CountRow(title="Received allocated treatment", counts=(9, 12)),),
                reasons=(
                    CountRow(title="Withdrawal by Subject", counts=(1, 1)),
                    CountRow(title="Lost to Follow-up", counts=(1, 0)),
                ),
            ),
        ),
        "baseline": Baseline(
            participants=(10, 12),
            measures=(
                BaselineCount(
                    title="Sex: Female, Male",
                    categories=(
                        CountRow(title="Female", counts=(6, 7)),
                        CountRow(title="Male", counts=(4, 5)),
                    ),
                ),
                BaselineValue(
                    title="Age, Continuous",
                    param="MEAN",
                    dispersion="STANDARD_DEVIATION",
                    unit="years",
                    values=(
                        Value(value="41.2", spread="10.1"),
                        Value(value="43.0", spread="9.8"),
                        Value(value="42.2", spread="9.9"),
                    ),
                ),
            ),
        ),
        "outcomes": (
            OutcomeResult(
                kind="PRIMARY",
                title="Number of participants with less pain",
                time_frame="16 weeks",
                param="COUNT_OF_PARTICIPANTS",
                unit="Participants",
                analysed=(10, 12),
                population="All randomised participants",
                rows=(OutcomeRow(values=(Value(value="5"), Value(value="9"))),),
                analyses=(
                    OutcomeAnalysis(
                        method="Stratified risk difference",
                        estimate_name="Risk Difference (RD)",
                        estimate="25.0",
                        level="95",
                        lower="-14.6",
                        upper="64.6",
                        p_value="0.22",
                    ),
                ),
            ),
        ),
        "safety": SafetyResult(
            time_frame="16 weeks",
            at_risk=(10, 12),
            deaths=(0, 0),
            serious=(1, 0),
            other=(3, 4),
            rows=(
                EventRow(
                    term="Fracture", organ_system="Injuries", serious=True, affected=(1, 0), events=(1, 0)
                ),
                EventRow(term="Sore feet", organ_system="Skin", serious=False, affected=(3, 4)),
            ),
        ),
    }
    return Results(**(parts | changes))
