"""Time to an event compared: Kaplan-Meier, log-rank, hazard ratio, from a frame with one row a
participant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from equipoise.analysis.estimands.events_over_time import checks_of, contrast_of, mean_difference
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimators import survival
from equipoise.analysis.estimators.proportions import Interval
from equipoise.analysis.estimators.survival import Bands, Point, Restricted, Spell
from equipoise.analysis.frames.columns import (
    arms_of,
    chosen,
    complete,
    covariates_of,
    labels,
    several,
    strata_of,
    truths,
)
from equipoise.analysis.frames.comparison import Comparison, ranged, said, tested
from equipoise.analysis.frames.errors import frame_error
from equipoise.analysis.results import Check, Contrast
from equipoise.analysis.shown import Shown, number

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SurvivalArm(Shown):
    """One arm: participants, events, the median time with its interval (None where it is not reached), the
    Kaplan-Meier curve, and the restricted mean where a horizon was given."""

    arm: str
    participants: int
    events: int
    median: float | None
    median_interval: tuple[float | None, float | None]
    restricted: Restricted | None
    confidence: float
    bands: Bands = field(repr=False)
    curve: tuple[Point, ...] = field(repr=False)
    times: tuple[float, ...] = field(repr=False)

    def survival_at(self, time: float) -> float:
        """The share still without the event after `time`, in the units of the column."""
        return survival.survival_at(self.curve, time)

    def interval_at(self, time: float) -> Interval | None:
        """The interval of that share; None where it is 0 or 1."""
        point = survival.point_at(self.curve, time)
        return survival.band(point, self.confidence, self.bands) if point else None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Survival(Shown):
    """Arms compared by time to an event. contrasts: hazard ratios (Cox, Efron's ties), log-rank p-value or
    Wald's of the adjusted ratio. restricted: differences of restricted means, where a horizon was given.
    checks: whether hazards are proportional."""

    outcome: str
    method: str
    arms: tuple[SurvivalArm, ...]
    contrasts: tuple[Contrast, ...]
    restricted: tuple[Contrast, ...] = ()
    checks: tuple[Check, ...] = ()

    def versus(self, arm: object) -> Contrast:
        """The hazard ratio of this arm against the reference. Raises FRAM-003."""
        return Comparison(
            summary="hazard_ratio", method=self.method, groups=(), contrasts=self.contrasts
        ).versus(arm)

    def table(self) -> Table:
        """The arms, then the hazard ratios."""
        from equipoise.analysis.tables import Row, Table

        rows = [
            Row(head=each.arm, cells=(str(each.participants), str(each.events), median_of(each), "", ""))
            for each in self.arms
        ]
        for kind, found in (
            ("hazard_ratio", self.contrasts),
            ("restricted_mean_difference", self.restricted),
        ):
            extra = "" if kind == "hazard_ratio" else ", restricted mean time"
            rows += [
                Row(
                    head=f"{c.arm} against {c.reference}{extra}",
                    cells=("", "", "", ranged(SCALES[kind], c), said(c.p_value)),
                )
                for c in found
            ]
        heads = ("participants", "events", "median (interval)", "estimate (interval)", "p")
        return Table(
            id="survival", title=f"{self.outcome}: {self.method}", corner="", columns=heads, rows=tuple(rows),
            notes=tested(self.checks),
        )  # fmt: skip

    def figure(self) -> Figure | None:
        """The Kaplan-Meier curves with the numbers at risk."""
        from equipoise.analysis.figures.survival import survival_figure

        names = [each.arm for each in self.arms]
        followed = {each.arm: each.times for each in self.arms}
        last = int(max(max(each.times) for each in self.arms))
        curves = {each.arm: each.curve for each in self.arms}
        return survival_figure(
            curves, {name: name for name in names}, self.outcome, last, names, followed,
            axis=self.outcome, confidence=self.arms[0].confidence, kind=self.arms[0].bands,
        )  # fmt: skip

    def to_frame(self) -> polars.DataFrame:
        """One row for each step of each arm's curve."""
        import polars

        return polars.DataFrame(
            [
                {
                    "arm": each.arm, "time": float(point.time), "at_risk": point.at_risk, "events": point.events,
                    "survival": point.survival, "standard_error": point.variance**0.5,
                }
                for each in self.arms
                for point in each.curve
            ]
        )  # fmt: skip


def median_of(arm: SurvivalArm) -> str:
    """`23 (13 to not reached)`."""
    shown = ["not reached" if each is None else number(each) for each in (arm.median, *arm.median_interval)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def compare_survival(
    frame: Any,
    *,
    time: str,
    event: str,
    arm: str,
    reference: object,
    strata: str | Sequence[str] = (),
    covariates: str | Sequence[str] = (),
    horizon: float | None = None,
    bands: Bands = "log-log",
    confidence: float = 0.95,
) -> Survival:
    """Each arm against the reference by time to an event, over strata where named: log-rank test and hazard
    ratio.

    time: numbers (days), from 0, complete; event: true where the event ended it, false where it was
    censored. A hazard ratio below 1 means fewer events than in the reference; with covariates it is adjusted
    for them, and the p-value is Wald's. horizon: up to where mean times without the event are compared too,
    in the units of time. bands: `log-log`, `log` or `plain`, of the curves and the medians. Whether hazards are
    proportional is tested (`checks`). Raises FRAM-001 to FRAM-005, ANAL-015, ANAL-016 without events in both arms,
    ANAL-020. Sources: Kaplan and Meier, JASA 1958;53:457-481; Cox, J R Stat Soc B 1972;34:187-220; Efron, JASA
    1977;72:557-565; Grambsch and Therneau, Biometrika 1994;81:515-526; Brookmeyer and Crowley, Biometrics
    1982;38:29-41; Royston and Parmar, BMC Med Res Methodol 2013;13:152.

    >>> frame = {"arm": ["new"] * 4 + ["old"] * 4, "days": [90, 55, 71, 80, 12, 28, 44, 60], "died": [0, 1, 1, 0] * 2}
    >>> names = {"time": "days", "event": "died", "arm": "arm", "reference": "old"}
    >>> round(eq.compare_survival(frame, **names).contrasts[0].estimate, 4)
    0.2198
    """
    group, (days, seen) = labels(frame, arm), _ended(frame, time, event)
    arms, stratum = arms_of(group, reference), strata_of(frame, several(strata))
    rows = Rows(
        list(zip(days, seen, group, stratum, strict=True)), covariates_of(frame, several(covariates)).columns
    )
    chosen(bands, survival.BANDS, "bands")
    found = {each: _arm(each, rows.all, horizon, (confidence, bands)) for each in arms}
    made = [_versus(each, arms[-1], rows, confidence) for each in arms[:-1]]
    return Survival(
        outcome=time, method=_method(several(strata), several(covariates)),
        arms=tuple(found.values()),
        contrasts=tuple(each for each, _ in made),
        restricted=tuple(
            mean_difference(one, arms[-1], found[one].restricted, found[arms[-1]].restricted, confidence)
            for one in arms[:-1]
            if horizon is not None
        ),
        checks=tuple(check for _, checks in made for check in checks),
    )  # fmt: skip


def _ended(frame: Any, time: str, event: str) -> tuple[list[float], list[bool | None]]:
    """When each row ended, and whether by the event. Raises FRAM-001, FRAM-002, FRAM-004."""
    days, seen = complete(frame, time), truths(frame, event)
    if any(each is None for each in seen):
        raise frame_error("FRAM-004", event, f"{sum(e is None for e in seen)} of {len(seen)} values are")
    if min(days, default=0.0) < 0:
        raise frame_error("FRAM-002", time, f"a time before its start: {min(days):g}")
    return days, seen


def _method(strata: Sequence[str], covariates: Sequence[str]) -> str:
    """The method in words."""
    over = f", over strata of {', '.join(strata)}" if strata else ""
    adjusted = f", adjusted for {', '.join(covariates)}" if covariates else ""
    return f"{'Wald test' if covariates else 'log-rank test'}, Cox's hazard ratio{over}{adjusted}"


Row = tuple[float, bool | None, str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a frame, and the columns of its covariates."""

    all: list[Row]
    covariates: Mapping[str, list[float]]


def _spell(row: Row, first: str) -> Spell:
    return Spell(time=row[0], event=bool(row[1]), first=row[2] == first, stratum=row[3])


def _arm(name: str, rows: Sequence[Row], horizon: float | None, how: tuple[float, Bands]) -> SurvivalArm:
    mine = [_spell(row, name) for row in rows if row[2] == name]
    curve, times = survival.kaplan_meier(mine), tuple(float(each.time) for each in mine)
    return SurvivalArm(
        arm=name, participants=len(mine), events=sum(each.event for each in mine),
        median=survival.median(curve), median_interval=survival.median_interval(curve, *how),
        restricted=None if horizon is None else survival.restricted_mean(curve, horizon, max(times)),
        confidence=how[0], bands=how[1], curve=curve, times=times,
    )  # fmt: skip


def _versus(arm: str, reference: str, rows: Rows, confidence: float) -> tuple[Contrast, tuple[Check, ...]]:
    places = [place for place, row in enumerate(rows.all) if row[2] in (arm, reference)]
    spells = [_spell(rows.all[place], arm) for place in places]
    columns = {name: [each[place] for place in places] for name, each in rows.covariates.items()}
    found = survival.compare(spells, confidence, columns)
    return contrast_of(found, arm, reference, confidence), tuple(checks_of(found, arm, reference))
