"""What is reported of each simulated trial: names, units and exact meaning, the same for the vectorised path and the
whole engine. One row a trial.

Each quantity is defined by what the ledger of that trial holds, so that it can be counted from the events of a whole
trial; those that only a simulation knows say so. A name is a stem and, after points, the site, arm, intercurrent
event, regimen or kit that it counts. A month is 365.25 / 12 days. The start is the day on which the ledger is opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars

MONTH = 365.25 / 12
"""Days in a month of what is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """by: what follows the stem (`""`, site, arm, `arm.event`, regimen, kit). known: `ledger`, `simulation` for what
    only the assumed truth tells, or `truth` for what is added when the truth of the estimand is known (`against`).
    kind: count, months, share, number or flag."""

    stem: str
    by: str
    kind: str
    unit: str
    known: str
    meaning: str


def _one(stem: str, by: str, kind: str, unit: str, meaning: str, known: str = "ledger") -> Quantity:
    return Quantity(stem=stem, by=by, kind=kind, unit=unit, meaning=meaning, known=known)


QUANTITIES: tuple[Quantity, ...] = (
    _one("trial", "", "number", "", "The number of the trial, from 0; with the seed it names all its draws."),
    _one("attempts", "", "count", "attempts", "ParticipantScreened events: a person who comes again counts again."),
    _one("people", "", "count", "people", "Persons with a ParticipantScreened event."),
    _one("randomised", "", "count", "participants", "ParticipantRandomised events."),
    _one("attempts", "site", "count", "attempts", "The same as `attempts`, by the site of the event."),
    _one("randomised", "site", "count", "participants", "The same as `randomised`, by the randomising site."),
    _one("randomised", "arm", "count", "participants", "TreatmentAllocated events, by arm."),
    _one("months_first", "", "months", "months", "From the start to the day of the first randomisation."),
    _one("months_last", "", "months", "months", "From the start to the day of the last randomisation."),
    _one(
        "months_readable", "", "months", "months",
        "From the start to the last day of the time point's window of the last participant who is analysed; without a "
        "time point, to the last day on which one of them is followed.",
    ),
    _one(
        "months_ended", "", "months", "months",
        "From the start to the day on which the last part in the study ends (StudyEnded; for the lost, the withdrawn "
        "and the dead, the day of that).",
    ),
    _one("look", "", "number", "", "The look at which the trial ended, from 1; 1 for a trial without looks."),
    _one(
        "analysed", "", "count", "participants",
        "Participants of the primary analysis at that look: the first so many randomised, all without looks.",
    ),
    _one(
        "event", "arm.event", "count", "participants",
        "Of the analysed, those for whom the rule of this intercurrent event of the primary estimand is true, read on "
        "the planned day of the time point, whatever its strategy; one participant may count for several.",
    ),
    _one("died", "arm", "count", "participants", "Of the analysed, those who died before the planned day."),
    _one(
        "missing", "arm", "count", "participants",
        "Of the analysed, those whose outcome is missing in the primary analysis, before imputation.",
    ),
    _one(
        "responders", "arm", "count", "participants",
        "Of the analysed, those whose observed score is a response and who have no composite event: before imputation.",
    ),
    _one(
        "truth", "arm", "count", "participants",
        "Of the randomised, those who would count as responders had no score been missing.", "simulation",
    ),
    _one("lost", "arm", "count", "participants", "ParticipantLost events of the randomised."),
    _one("withdrawn", "arm", "count", "participants", "Randomised who withdrew consent to visits or to data."),
    _one("deaths", "arm", "count", "participants", "DeathRecorded events of the randomised."),
    _one(
        "stopped", "arm", "count", "participants",
        "Randomised whose treatment ended for another cause than `completed`.",
    ),
    _one("supplies", "arm", "count", "supplies", "Days on which a participant of the arm was dispensed anything."),
    _one("units", "regimen", "count", "units", "The sum of the quantities of DoseDispensed events."),
    _one(
        "estimate", "", "share", "",
        "The estimate of the primary analysis, first arm of the estimand against the last: a difference or a ratio, as "
        "the estimand's summary says.",
    ),
    _one("lower", "", "share", "", "The lower bound of its interval at the estimand's confidence."),
    _one("upper", "", "share", "", "The upper bound."),
    _one("p", "", "share", "", "The two-sided p-value of the primary analysis."),
    _one(
        "rejected", "", "flag", "",
        "Without looks: p is below 1 - confidence. With looks: |Z| reached the efficacy bound at one of them.",
    ),
    _one("shipped", "kit", "count", "kits", "Kits sent to sites, with the first stock.", "simulation"),
    _one("used", "kit", "count", "kits", "Kits given to participants from the stock of a site.", "simulation"),
    _one("expired", "kit", "count", "kits", "Kits that expired at a site.", "simulation"),
    _one("left", "kit", "count", "kits", "Kits at the sites or on their way at the end.", "simulation"),
    _one(
        "stockouts", "site", "count", "visits",
        "Visits at which a participant could not be supplied in full from the stock of the site.", "simulation",
    ),
    _one(
        "truth", "", "share", "",
        "The value of the estimand in the population of the scenario, on the scale of the estimate: the same in all "
        "trials.", "truth",
    ),
    _one("covered", "", "flag", "", "The interval from `lower` to `upper` holds that value.", "truth"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the quantities of a trial are counted by. binary: whether the variable is a yes or no; scored: whether it is
    made from a score."""

    sites: Sequence[str]
    arms: Sequence[str]
    events: Sequence[str]
    regimens: Sequence[str]
    kits: Sequence[str] = ()
    binary: bool = True
    scored: bool = True

    def columns(self, quantity: Quantity) -> list[str]:
        """The names of the columns of a quantity, in order."""
        pairs = [f"{arm}.{event}" for arm in self.arms for event in self.events]
        by = {
            "site": self.sites,
            "arm": self.arms,
            "regimen": self.regimens,
            "kit": self.kits,
            "arm.event": pairs,
        }
        return [f"{quantity.stem}.{name}" for name in by[quantity.by]] if quantity.by else [quantity.stem]


def schema(names: Names) -> dict[str, Quantity]:
    """By name of column, its quantity, in the order of the frame; without kits the stock is left out, and responders
    where the variable is no yes or no; the truth by arm is counted where a yes or no is made from a score. What is
    known when all trials are there is left out (`against`)."""
    there = {
        "stockouts": bool(names.kits),
        "responders": names.binary,
        "truth": names.binary and names.scored,
    }
    return {
        column: quantity
        for quantity in QUANTITIES
        if quantity.known != "truth" and there.get(quantity.stem, True)
        for column in names.columns(quantity)
    }


def frame(columns: Mapping[str, np.ndarray], names: Names) -> polars.DataFrame:
    """The frame of reported quantities: counts as Int32, flags as Boolean, the rest as Float64.

    Raises KeyError for a column that is missing; others are left out.
    """
    import polars as pl

    kinds = {"count": pl.Int32, "number": pl.Int32, "flag": pl.Boolean}
    return pl.DataFrame(
        {
            name: pl.Series(np.asarray(columns[name])).cast(kinds.get(quantity.kind, pl.Float64))
            for name, quantity in schema(names).items()
        }
    )


def against(frame: polars.DataFrame, truth: float | None) -> polars.DataFrame:
    """The frame with the truth of the estimand, and whether the interval of each trial holds it (no interval, no); the
    frame as it is where the truth is not known."""
    import polars as pl

    if truth is None:
        return frame
    holds = (pl.col("lower") <= truth) & (pl.col("upper") >= truth) & pl.col("upper").is_not_nan()
    return frame.with_columns(truth=pl.lit(truth), covered=holds)
