"""Means compared: by analysis of covariance at one time, and by the model for repeated measures over visits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from equipoise.analysis.estimators.ancova import ERRORS, Ancova, adjusted_mean, ancova, mean_difference
from equipoise.analysis.estimators.covariance import STRUCTURES
from equipoise.analysis.estimators.longitudinal import VisitModel, difference, fit_visits, least_squares_mean
from equipoise.analysis.frames.columns import (
    Covariates,
    arms_of,
    chosen,
    column,
    covariates_of,
    in_order,
    labels,
    numbers,
    several,
)
from equipoise.analysis.frames.comparison import Comparison, said
from equipoise.analysis.frames.errors import frame_error, unlike
from equipoise.analysis.results import Contrast, Group
from equipoise.analysis.shown import Shown, number

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.estimators.mmrm_inference import Estimate
    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Table

DF = ("satterthwaite", "kenward_roger")


def compare_means(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    covariates: str | Sequence[str] = (),
    errors: Literal["student", "hc2", "hc3"] = "student",
    missing: Literal["refuse", "left_out"] = "refuse",
    confidence: float = 0.95,
) -> Comparison:
    """Each arm's mean against the reference's by analysis of covariance, from a frame with one row a participant.

    outcome: numbers; covariates: columns of numbers or of words, complete. The mean of an arm is read at the means of
    numbers, and with all words of a column counting alike. errors: `student` (one variance), `hc2` or `hc3` (robust).
    Raises FRAM-001 to FRAM-005, ANAL-015 to ANAL-017. Sources: Fisher, Statistical Methods for Research Workers, 1932,
    section 49.1; MacKinnon and White, J Econom 1985;29:305-325.

    >>> frame = {"arm": ["new"] * 4 + ["old"] * 4, "score": [8, 11, 9, 6, 12, 14, 9, 13]}
    >>> eq.compare_means(frame, outcome="score", arm="arm", reference="old").estimate
    -3.5
    """
    chosen(missing, ("refuse", "left_out"), "missing")
    chosen(errors, ERRORS, "errors")
    group, values = labels(frame, arm), numbers(frame, outcome)
    arms = arms_of(group, reference)
    given = covariates_of(frame, several(covariates))
    kept = [place for place, value in enumerate(values) if value is not None]
    gaps = len(values) - len(kept)
    if gaps and missing == "refuse":
        raise frame_error("FRAM-004", outcome, f"{gaps} of {len(values)} values are")
    whole, seen = [group[place] for place in kept], np.array([values[place] for place in kept], dtype=float)
    columns = {name: [each[place] for place in kept] for name, each in given.columns.items()}
    fit = _even(ancova(seen, whole, columns), given)
    note = f"{gaps} of {len(values)} values are missing. Participants whose value is missing are left out."
    return Comparison(
        summary="mean_difference",
        method=_least_squares(bool(columns), errors),
        groups=tuple(
            mean_group(
                each, adjusted_mean(fit, each, confidence, errors), whole.count(each), group.count(each)
            )
            for each in arms
        ),
        contrasts=tuple(
            contrast_of(each, arms[-1], mean_difference(fit, each, arms[-1], confidence, errors))
            for each in arms[:-1]
        ),
        notes=(note,) if gaps else (),
    )


def _even(fit: Ancova, given: Covariates) -> Ancova:
    """The fit with adjusted means read at the means of numbers, all words of a column counting alike."""
    at = [given.even.get(name, mean) for name, mean in zip(given.columns, fit.centre, strict=True)]
    return replace(fit, centre=np.array(at, dtype=float))


def _least_squares(adjusted: bool, errors: str) -> str:
    """The method in words."""
    found = "analysis of covariance" if adjusted else "difference of means"
    if errors != "student":
        return f"{found}, robust errors ({errors.upper()})"
    return found if adjusted else f"{found}, common variance"


def mean_group(arm: str, mean: Estimate, used: int, there: int) -> Group:
    """One arm: its mean, how many were used, and how many of those there are were not."""
    return Group(
        arm=arm, analysed=used, missing=there - used, mean=mean.estimate, mean_error=mean.standard_error
    )


def contrast_of(arm: str, reference: str, found: Estimate) -> Contrast:
    """An estimated difference as a contrast."""
    return Contrast(
        arm=arm, reference=reference, estimate=found.estimate, lower=found.interval.lower,
        upper=found.interval.upper, error=found.standard_error, p_value=found.p,
        confidence=found.interval.confidence, df=found.df,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VisitMean(Shown):
    """The least-squares mean of an arm at a visit, with its interval, and how many responses it has."""

    arm: str
    visit: Any
    responses: int
    missing: int
    mean: float
    standard_error: float
    df: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RepeatedMeasures(Shown):
    """A model for repeated measures: least-squares means by arm and visit, differences to the reference by visit.

    Take the difference at a visit with `result.at(visit)`, a comparison; `model` is the fitted model itself. A missing
    response is missing at random, given the arm, the covariates and the participant's other responses.
    """

    outcome: str
    method: str
    participants: int
    responses: int
    missing: int
    arms: tuple[str, ...]
    visits: tuple[Any, ...]
    means: tuple[VisitMean, ...] = field(repr=False)
    differences: dict[Any, Comparison] = field(repr=False)
    model: VisitModel = field(repr=False)
    notes: tuple[str, ...] = ()

    def at(self, visit: object) -> Comparison:
        """The arms compared at a visit. Raises FRAM-005."""
        if visit not in self.differences:
            raise frame_error("FRAM-005", "visit", f"visit {unlike(visit, self.visits)}")
        return self.differences[visit]

    def table(self) -> Table:
        """A line for each visit and arm, the difference beside the arm."""
        from equipoise.analysis.tables import Row, Table

        rows = []
        for each in self.means:
            cells = (
                str(each.responses),
                str(each.missing),
                f"{number(each.mean)} (SE {number(each.standard_error)})",
            )
            rows.append(Row(head=f"{each.visit}: {each.arm}", cells=(*cells, *self._against(each))))
        return Table(
            id="repeated-measures", title=f"{self.outcome}: {self.method}", corner="visit: arm",
            columns=("responses", "missing", "mean", "difference (interval)", "df", "p"), rows=tuple(rows),
            notes=(f"{self.participants} participants with {self.responses} responses.", *self.notes),
        )  # fmt: skip

    def _against(self, each: VisitMean) -> tuple[str, str, str]:
        if each.arm == self.arms[-1]:
            return "", "", ""
        found = self.differences[each.visit].versus(each.arm)
        shown = f"{number(found.estimate)} ({number(found.lower)} to {number(found.upper)})"
        return shown, f"{found.df or math.nan:.1f}", said(found.p_value)

    def figure(self) -> Figure | None:
        """The means over the visits with their intervals."""
        return _means_over_visits(self)

    def to_frame(self) -> polars.DataFrame:
        """One row for each visit and arm against the reference."""
        import polars

        parts = [
            each.to_frame().insert_column(0, polars.Series("visit", [visit] * len(each.contrasts)))
            for visit, each in self.differences.items()
        ]
        return polars.concat(parts)

    def means_frame(self) -> polars.DataFrame:
        """One row for each visit and arm: the least-squares means."""
        import polars

        return polars.concat([each.to_frame() for each in self.means])


def mmrm(
    frame: Any,
    *,
    outcome: str,
    participant: str,
    arm: str,
    visit: str,
    reference: object,
    covariates: str | Sequence[str] = (),
    by_visit: str | Sequence[str] = (),
    covariance: str = "us",
    df: Literal["satterthwaite", "kenward_roger"] = "satterthwaite",
    visits: Sequence[object] | None = None,
    restricted: bool = True,
    confidence: float = 0.95,
) -> RepeatedMeasures:
    """A mixed model for repeated measures, from a frame with one row for a participant at a visit.

    outcome: numbers, missing where not observed (or the row is absent). covariates: numbers or words, complete; those
    in `by_visit` have a slope for each visit. covariance: `us` (unstructured), `toep`, `ar1`, `cs`, `ad` and their
    heterogeneous forms. visits: the visits in their order (default: sorted, names by the numbers in them).
    Least-squares means stand at the mean of numbers, and count all words of a column alike. Fitted by restricted
    maximum likelihood, or by maximum likelihood (`restricted=False`). Raises FRAM-001 to FRAM-005, ANAL-015 to
    ANAL-017. Sources: Mallinckrodt and others, J Biopharm Stat 2001;11:9-21; Kenward and Roger, Biometrics
    1997;53:983-997.

    >>> frame = {"who": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], "arm": ["new"] * 6 + ["old"] * 6, "week": [4, 8] * 6,
    ...          "score": [9, 7, 11, 8, 12, 11, 10, 10, 14, 13, 12, None]}
    >>> model = eq.mmrm(frame, outcome="score", participant="who", arm="arm", visit="week", reference="old")
    >>> round(model.at(8).estimate, 4)
    -2.8333
    """
    chosen(covariance, tuple(STRUCTURES), "covariance")
    chosen(df, DF, "degrees of freedom")
    group, values = labels(frame, arm), numbers(frame, outcome)
    arms, when, who = arms_of(group, reference), column(frame, visit), labels(frame, participant)
    given = covariates_of(frame, tuple(dict.fromkeys((*several(covariates), *several(by_visit)))))
    seen = (each for each, value in zip(when, values, strict=True) if value is not None)
    model = fit_visits(
        np.array(values, dtype=float), who, group, when, given.columns, by_visit=given.of(several(by_visit)),
        covariance=covariance, visits=in_order(seen) if visits is None else visits, restricted=restricted,
    )  # fmt: skip
    model = replace(model, means={**model.means, **given.even})
    counts = _counts(group, when, who, values)
    means = tuple(
        _visit_mean(model, one, each, counts, df, confidence) for each in model.visits for one in arms
    )
    return _fitted(outcome, arms, model, means, (_label(covariance, df, restricted), df, confidence))


def _fitted(
    outcome: str,
    arms: list[str],
    model: VisitModel,
    means: tuple[VisitMean, ...],
    how: tuple[str, str, float],
) -> RepeatedMeasures:
    """What is shown of a fitted model; `how`: its label, the degrees of freedom, the confidence."""
    return RepeatedMeasures(
        outcome=outcome, method=how[0], participants=model.fit.participants, responses=model.fit.observations,
        missing=sum(each.missing for each in means), arms=tuple(arms), visits=model.visits, means=means,
        differences={each: _difference(model, arms, each, means, how) for each in model.visits},
        model=model, notes=("A missing response is taken as missing at random.",),
    )  # fmt: skip


def _label(covariance: str, df: str, restricted: bool) -> str:
    """The method in words; restricted likelihood goes without saying."""
    found = (
        f"MMRM, {STRUCTURES[covariance].label} covariance, {df.replace('_', '-').title()} degrees of freedom"
    )
    return found if restricted else f"{found}, maximum likelihood"


Counts = tuple[dict[tuple[str, Any], int], dict[str, int]]


def _counts(
    arm: Sequence[str], visit: Sequence[Any], who: Sequence[str], values: Sequence[float | None]
) -> Counts:
    """Responses by arm and visit, and participants by arm: whoever has a row of the arm could have a response."""
    seen: dict[tuple[str, Any], int] = {}
    people: dict[str, set[str]] = {}
    for one, when, each, value in zip(arm, visit, who, values, strict=True):
        people.setdefault(one, set()).add(each)
        seen[one, when] = seen.get((one, when), 0) + (value is not None)
    return seen, {one: len(each) for one, each in people.items()}


def _visit_mean(
    model: VisitModel, arm: str, visit: Any, counts: Counts, df: str, confidence: float
) -> VisitMean:
    found = least_squares_mean(model, arm, visit, df=df, confidence=confidence)
    responses = counts[0].get((arm, visit), 0)
    return VisitMean(
        arm=arm, visit=visit, responses=responses, missing=counts[1][arm] - responses, mean=found.estimate,
        standard_error=found.standard_error, df=found.df, lower=found.interval.lower, upper=found.interval.upper,
    )  # fmt: skip


def _difference(
    model: VisitModel,
    arms: Sequence[str],
    visit: Any,
    means: Sequence[VisitMean],
    how: tuple[str, str, float],
) -> Comparison:
    label, df, confidence = how
    here = [each for each in means if each.visit == visit]
    return Comparison(
        summary="mean_difference", method=f"{label}, at {visit}",
        groups=tuple(
            Group(
                arm=each.arm, analysed=each.responses, missing=each.missing, mean=each.mean,
                mean_error=each.standard_error,
            )
            for each in here
        ),
        contrasts=tuple(
            contrast_of(each, arms[-1], difference(model, each, arms[-1], visit, df=df, confidence=confidence))
            for each in arms[:-1]
        ),
    )  # fmt: skip


def _means_over_visits(found: RepeatedMeasures) -> Figure:
    """Least-squares means of each arm over the visits, with their intervals."""
    from equipoise.analysis.figures.named_lines import lines_figure

    places = {visit: float(place) for place, visit in enumerate(found.visits)}
    if len(places) == 1:
        places = dict.fromkeys(places, 0.5)
    lines, whiskers = [], []
    for arm in found.arms:
        mine = [each for each in found.means if each.arm == arm]
        lines.append((arm, [(places[each.visit], each.mean) for each in mine]))
        whiskers.append([(places[each.visit], each.lower, each.upper) for each in mine])
    marks = [(at, str(visit)) for visit, at in places.items()]
    if len(marks) == 1:
        marks = [(0.0, ""), *marks, (1.0, "")]
    title = f"{found.outcome}: least-squares means with intervals"
    return lines_figure("means", title, lines, ("visit", found.outcome), marks, whiskers)
