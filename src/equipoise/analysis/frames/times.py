"""Time to an event compared: Kaplan-Meier, log-rank, hazard ratio, from a frame with one row a participant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from equipoise.analysis import survival
from equipoise.analysis.frames.columns import arms_of, complete, labels, several, strata_of, truths
from equipoise.analysis.frames.comparison import Comparison, ranged, said
from equipoise.analysis.frames.errors import frame_error
from equipoise.analysis.results import Contrast
from equipoise.analysis.scales import SCALES
from equipoise.analysis.shown import Shown, number
from equipoise.analysis.survival import Point, Spell

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SurvivalArm(Shown):
    """One arm: participants, events, the median time (None where it is not reached), the Kaplan-Meier curve."""

    arm: str
    participants: int
    events: int
    median: float | None
    curve: tuple[Point, ...] = field(repr=False)
    times: tuple[float, ...] = field(repr=False)

    def survival_at(self, time: float) -> float:
        """The share still without the event after `time`, in the units of the column."""
        return survival.survival_at(self.curve, time)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Survival(Shown):
    """Arms compared by time to an event. contrasts: hazard ratios (Cox, Efron's ties) with the log-rank p-value."""

    outcome: str
    method: str
    arms: tuple[SurvivalArm, ...]
    contrasts: tuple[Contrast, ...]

    def versus(self, arm: object) -> Contrast:
        """The hazard ratio of this arm against the reference. Raises FRAM-003."""
        return Comparison(
            summary="hazard_ratio", method=self.method, groups=(), contrasts=self.contrasts
        ).versus(arm)

    def table(self) -> Table:
        """The arms, then the hazard ratios."""
        from equipoise.analysis.tables import Row, Table

        rows = [
            Row(
                head=each.arm,
                cells=(
                    str(each.participants), str(each.events),
                    "not reached" if each.median is None else number(each.median), "", "",
                ),
            )
            for each in self.arms
        ]  # fmt: skip
        scale = SCALES["hazard_ratio"]
        rows += [
            Row(head=f"{c.arm} against {c.reference}", cells=("", "", "", ranged(scale, c), said(c.p_value)))
            for c in self.contrasts
        ]
        heads = ("participants", "events", "median", "hazard ratio (interval)", "log-rank p")
        return Table(
            id="survival", title=f"{self.outcome}: {self.method}", corner="", columns=heads, rows=tuple(rows)
        )

    def figure(self) -> Figure | None:
        """The Kaplan-Meier curves with the numbers at risk."""
        from equipoise.analysis.figures.survival import survival_figure

        names = [each.arm for each in self.arms]
        followed: dict[str, Sequence[int]] = {each.arm: each.times for each in self.arms}  # type: ignore[misc]
        last = int(max(max(each.times) for each in self.arms))
        curves = {each.arm: each.curve for each in self.arms}
        return survival_figure(curves, {name: name for name in names}, self.outcome, last, names, followed)

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


def compare_survival(
    frame: Any,
    *,
    time: str,
    event: str,
    arm: str,
    reference: object,
    strata: str | Sequence[str] = (),
    confidence: float = 0.95,
) -> Survival:
    """Each arm against the reference by time to an event, over strata where named: log-rank test and hazard ratio.

    time: numbers (days), from 0, complete; event: true where the event ended it, false where it was censored. A
    hazard ratio below 1 means fewer events than in the reference. Raises FRAM-001 to FRAM-004, ANAL-016 without events
    in both arms. Sources: Kaplan and Meier, JASA 1958;53:457-481; Cox, J R Stat Soc B 1972;34:187-220; Efron, JASA
    1977;72:557-565.
    """
    group, days, seen = labels(frame, arm), complete(frame, time), truths(frame, event)
    if any(each is None for each in seen):
        raise frame_error("FRAM-004", event, f"{sum(e is None for e in seen)} of {len(seen)} values are")
    if min(days, default=0.0) < 0:
        raise frame_error("FRAM-002", time, f"a time before its start: {min(days):g}")
    arms, stratum = arms_of(group, reference), strata_of(frame, several(strata))
    rows = list(zip(days, seen, group, stratum, strict=True))
    over = f", over strata of {', '.join(several(strata))}" if strata else ""
    return Survival(
        outcome=time, method=f"log-rank test, Cox's hazard ratio{over}",
        arms=tuple(_arm(each, rows) for each in arms),
        contrasts=tuple(_versus(each, arms[-1], rows, confidence) for each in arms[:-1]),
    )  # fmt: skip


Row = tuple[float, bool | None, str, str]


def _spell(row: Row, first: str) -> Spell:
    return Spell(time=row[0], event=bool(row[1]), first=row[2] == first, stratum=row[3])  # type: ignore[arg-type]


def _arm(name: str, rows: Sequence[Row]) -> SurvivalArm:
    mine = [_spell(row, name) for row in rows if row[2] == name]
    curve = survival.kaplan_meier(mine)
    return SurvivalArm(
        arm=name, participants=len(mine), events=sum(each.event for each in mine),
        median=survival.median(curve), curve=curve, times=tuple(float(each.time) for each in mine),
    )  # fmt: skip


def _versus(arm: str, reference: str, rows: Sequence[Row], confidence: float) -> Contrast:
    found = survival.compare([_spell(row, arm) for row in rows if row[2] in (arm, reference)], confidence)
    return Contrast(
        arm=arm, reference=reference, estimate=found.ratio, lower=found.interval.lower,
        upper=found.interval.upper, error=found.error, p_value=found.p_value, confidence=confidence,
    )  # fmt: skip
