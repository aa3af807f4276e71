"""The shape of results: what every analysis gives, whatever its kind. Plain frozen data that an exporter
reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One arm of one analysis.

    analysed: participants. responders: the mean number of responders over imputations, or of events for a
    time to event. proportion: responders over analysed. missing, by_event: how many values were missing,
    and how many are non-response by an intercurrent event. median: days, for a time to event; None when it
    is not reached.
    """

    arm: str
    analysed: int
    responders: float
    proportion: float
    missing: int = 0
    by_event: int = 0
    median: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One arm against the reference: estimate, standard error, interval at a confidence, two-sided p-value.

    For a hazard ratio the error is that of its logarithm. df and missing_information belong to pooled
    results.
    """

    arm: str
    reference: str
    estimate: float
    lower: float
    upper: float
    error: float
    p_value: float
    confidence: float
    df: float | None = None
    missing_information: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One analysis of one estimand. role: primary or sensitivity. imputations: 0 when nothing was imputed.

    Without contrasts the analysis could not be made, and a note says why.
    """

    id: str
    label: str
    role: str
    method: str
    groups: tuple[Group, ...]
    contrasts: tuple[Contrast, ...]
    imputations: int = 0
    notes: tuple[str, ...] = ()
