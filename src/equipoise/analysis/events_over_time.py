"""The analysis of a time-to-event estimand: Kaplan-Meier by arm, log-rank test and hazard ratio over
strata.

The rule of the variable gives the day of the event. Unknown or missing means that it has not been seen: the
time is censored at the last day on which the participant was followed. A composite intercurrent event (and
death, when it is declared as one) that comes first is the event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.analysis.rows import Participant, Times
from equipoise.analysis.specs import Spec
from equipoise.analysis.survival import Point, Spell, compare, kaplan_meier, median

METHOD = "hazard ratio by Cox regression{over} (Efron ties), log-rank test, Kaplan-Meier medians"


def analyse_times(
    spec: Spec,
    rows: Sequence[Participant],
    times: Mapping[str, Times],
    arms: tuple[str, ...],
    strata: Sequence[str],
    confidence: float,
) -> Analysis:
    """Every arm against the last, which is the reference."""
    members = [row for row in rows if row.subject in times and row.arm in arms]
    contrasts, notes = [], []
    for arm in arms[:-1]:
        try:
            contrasts.append(versus(arm, arms[-1], members, times, strata, confidence))
        except AnalysisError as error:
            notes.append(f"{error.code}: {error.fault}")
    return Analysis(
        id=spec.id,
        label=spec.label,
        role=spec.role,
        method=METHOD.format(over=" over strata" if strata else ""),
        groups=tuple(group(arm, members, times) for arm in arms),
        contrasts=tuple(contrasts),
        summary="hazard_ratio",
        notes=tuple(notes),
    )


def versus(
    arm: str,
    reference: str,
    rows: Sequence[Participant],
    times: Mapping[str, Times],
    strata: Sequence[str],
    confidence: float,
) -> Contrast:
    """One arm against the reference."""
    spells = [
        Spell(
            time=times[row.subject].days,
            event=times[row.subject].event,
            first=row.arm == arm,
            stratum=";".join(row.factors.get(each, "") for each in strata),
        )
        for row in rows
        if row.arm in (arm, reference)
    ]
    found = compare(spells, confidence)
    return Contrast(
        arm=arm,
        reference=reference,
        estimate=found.ratio,
        lower=found.interval.lower,
        upper=found.interval.upper,
        error=found.error,
        p_value=found.p_value,
        confidence=confidence,
    )


def curve(arm: str | None, rows: Sequence[Participant], times: Mapping[str, Times]) -> tuple[Point, ...]:
    """The Kaplan-Meier curve of one arm; of everybody when the arm is None."""
    return kaplan_meier(
        Spell(time=times[row.subject].days, event=times[row.subject].event)
        for row in rows
        if (arm is None or row.arm == arm) and row.subject in times
    )


def group(arm: str, rows: Sequence[Participant], times: Mapping[str, Times]) -> Group:
    """Participants, events and the median time of one arm."""
    mine = [times[row.subject] for row in rows if row.arm == arm]
    events = sum(each.event for each in mine)
    return Group(
        arm=arm,
        analysed=len(mine),
        responders=float(events),
        proportion=events / len(mine) if mine else float("nan"),
        median=median(curve(arm, rows, times)),
    )
