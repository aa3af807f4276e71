"""The report: everything that a cut gives, computed once, as frozen data.

`analyse` reads the cut, makes the rows, the flow, the summaries and every estimand; tables, figures and the
printed report are built from it. By arm it needs the frozen analysis, the lock and the unblinding; the
blind report needs none of them, reads only what a masked person may read, and names no arm. What an
exporter needs stands in the fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from equipoise.analysis.cut import Cut
from equipoise.analysis.data import facts as reading
from equipoise.analysis.data.baseline import baseline
from equipoise.analysis.data.consort import POOLED, Flow, flow
from equipoise.analysis.data.datasets import (
    adverse_events,
    attempts,
    deviations,
    participants,
    scores,
    screenings,
)
from equipoise.analysis.data.endpoint import Endpoint, endpoint
from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.data.populations import emergent, safety
from equipoise.analysis.data.quality import Quality, quality
from equipoise.analysis.data.rows import AdverseEvent, Dataset
from equipoise.analysis.data.summaries import Characteristic, Harms, Mean, harms, means
from equipoise.analysis.estimands.estimates import Estimate, Reader, estimate_all
from equipoise.analysis.estimands.subgroups import Subgroup, all_subgroups
from equipoise.analysis.reporting.guesses import Masking, last_guesses, masking
from equipoise.analysis.reporting.harm_rates import HarmRates, harm_rates
from equipoise.analysis.reporting.pooled import pooled_estimates, readable
from equipoise.analysis.tables import Provenance, provenance

if TYPE_CHECKING:
    from equipoise.conduct.state import ParticipantState
    from equipoise.study.study import Study


NOT_COMPARED = "no estimand compares the arm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All results of one cut.

    arms: the identifiers of the columns in order, or `("all",)` when pooled; labels: their names. sizes:
    the randomised by column, everybody last. estimates: one for each estimand of the definition, its
    primary first. means: the observed score over time, where the trial has one. score_label names that
    score. harms, rates and masking: none in a blind report, since they are under seal or compare arms.
    """

    source: Provenance
    title: str
    by_arm: bool
    arms: tuple[str, ...]
    labels: Mapping[str, str]
    sizes: Mapping[str, int]
    flow: Flow
    baseline: tuple[Characteristic, ...]
    estimates: tuple[Estimate, ...]
    subgroups: tuple[Subgroup, ...]
    means: tuple[Mean, ...]
    score_label: str
    harms: Harms | None
    harms_population: str
    rates: tuple[HarmRates, ...]
    masking: Masking | None
    quality: Quality
    data: Dataset
    study: Study = field(repr=False)

    def subgroups_of(self, name: str) -> tuple[Subgroup, ...]:
        """The subgroups of one estimand."""
        return tuple(each for each in self.subgroups if each.estimand == name)

    @property
    def emergent(self) -> tuple[AdverseEvent, ...]:
        """The adverse events of the safety population that began on treatment: those that tables count."""
        return emergent(self.data.adverse_events, safety(self.data).members)


def analyse(study: Study, slice_: Cut, seed: int, *, by_arm: bool = True) -> Report:
    """The report of a cut.

    seed: of the imputation; with the study's digest it fixes every draw. Not by arm, the report is blind: it
    is made from what a masked person may read. Raises ANAL-001 when results by arm are asked of a ledger
    that is not frozen, locked and unblinded, and ANAL-012 when another plan was frozen.
    """
    slice_ = readable(study, slice_, by_arm)
    states = reading.folded(study, slice_)
    where = main_endpoint(study)
    data = dataset(study, slice_, states, where, by_arm)
    arms = tuple(study.definition.arms) if by_arm else (POOLED,)
    found = attempts(slice_)
    reader = Reader(study=study, states=states, scores_of=lambda form, item: scores(study, found, form, item))
    estimates = (
        estimate_all(study, data, reader, arms, seed) if by_arm else pooled_estimates(study, data, reader)
    )
    rows, excluded = analysed(estimates, data)
    treated = safety(data)
    events = emergent(data.adverse_events, treated.members)
    days = {key: each.day or 0 for key, each in study.definition.encounters.items()}
    sizes = {arm: sum(row.arm == arm for row in data.participants) for arm in arms if arm != POOLED}
    return Report(
        source=provenance(slice_, study.digest, seed),
        title=study.definition.study.title,
        by_arm=by_arm,
        arms=arms,
        labels={**{key: arm.label for key, arm in study.definition.arms.items()}, POOLED: "All participants"},
        sizes={**sizes, POOLED: len(data.participants)},
        flow=flow(data.screenings, data.participants, rows, excluded, arms),
        baseline=baseline(study, data, arms, where),
        estimates=estimates,
        subgroups=all_subgroups(study, data, reader, estimates, seed) if by_arm else (),
        means=means(data, where, arms, days) if where else (),
        score_label=score_label(study, where),
        harms=harms(events, treated.members, data.participants, arms) if by_arm else None,
        harms_population=treated.name,
        rates=harm_rates(events, treated.members, arms, cut_day(slice_)) if by_arm else (),
        masking=masking(last_guesses(slice_.events), arms_of(data), arms) if by_arm else None,
        quality=quality(study, slice_, states),
        data=data,
        study=study,
    )


def cut_day(slice_: Cut) -> date:
    """The day of the cut: that of its last event."""
    return date.fromisoformat(slice_.until[:10])


def arms_of(data: Dataset) -> dict[str, str]:
    """By subject, the arm of each randomised participant."""
    return {row.subject: row.arm for row in data.participants if row.arm is not None}


def analysed(estimates: Sequence[Estimate], data: Dataset) -> tuple[tuple[Outcome, ...], dict[str, str]]:
    """The outcome of every participant for the flow, and why the others have none.

    It is that of the first estimand that compares the participant's arm: the primary one, where it does.
    """
    rows: dict[str, Outcome] = {}
    excluded: dict[str, str] = {}
    for estimate in estimates:
        known = rows.keys() | excluded.keys()
        rows |= {row.subject: row for row in estimate.population if row.subject not in known}
        excluded |= {subject: why for subject, why in estimate.excluded.items() if subject not in known}
    left = {
        row.subject: NOT_COMPARED
        for row in data.participants
        if row.subject not in rows.keys() | excluded.keys()
    }
    return tuple(rows.values()), {**excluded, **left}


def main_endpoint(study: Study) -> Endpoint | None:
    """The score of the first estimand that has one; None in a trial without a score."""
    for name, estimand in study.definition.estimands.items():
        if estimand.variable.score is not None:
            return endpoint(study, name, estimand)
    return None


def dataset(
    study: Study,
    slice_: Cut,
    states: Mapping[str, ParticipantState],
    where: Endpoint | None,
    by_arm: bool,
) -> Dataset:
    """All rows of a cut, intercurrent events left to each estimand."""
    found = attempts(slice_)
    members = tuple(
        replace(row, **reading.told(study, states[row.subject], row.randomised_on))
        for row in participants(found, by_arm)
    )
    return Dataset(
        screenings=screenings(found),
        participants=members,
        scores=scores(study, found, where.form, where.item) if where else {},
        adverse_events=adverse_events(study, found),
        deviations=deviations(found),
    )


def score_label(study: Study, where: Endpoint | None) -> str:
    """The label of the score without its range in brackets."""
    if where is None:
        return ""
    return study.form(where.form).items[where.item].label.partition(" (")[0].rstrip(",")
