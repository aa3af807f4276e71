"""The shape of results: what every analysis gives, whatever its kind. Plain frozen data that an exporter
reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share of one arm without the event after a day (None where nobody was followed so far), with its
    log-log interval (None at 0 and 1), and how many were followed so far."""

    day: int
    survival: float | None
    lower: float | None
    upper: float | None
    at_risk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A test of an assumption of a model: a small p-value speaks against it. subject: the contrast or
    column. df: None where the statistic is a standard normal one."""

    assumption: str
    subject: str
    test: str
    statistic: float
    df: int | None
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One arm of one analysis.

    analysed: participants. responders: the mean number of responders over imputations, or of events for a
    time to event or a count. proportion: responders over analysed; both None where the endpoint is no yes
    or no. missing, by_event: how many values were missing, and how many are given by an intercurrent event.
    median: days, for a time to event, with its interval; None where it is not reached. shares: without the
    event at the horizons. mean, mean_error: of a continuous endpoint, adjusted as the method says, in the
    units of the variable; of a time to event, the restricted mean in days. rate: events over exposure, for a
    count.
    """

    arm: str
    analysed: int
    responders: float | None = None
    proportion: float | None = None
    missing: int = 0
    by_event: int = 0
    median: float | None = None
    median_interval: tuple[float | None, float | None] = (None, None)
    shares: tuple[Share, ...] = ()
    mean: float | None = None
    mean_error: float | None = None
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One arm against the reference: estimate, standard error, interval at a confidence, two-sided p-value.

    For a ratio the error is that of its logarithm. df, missing_information and simulation_error (the standard
    deviation of the estimate, or of its logarithm, over other seeds) belong to pooled results.
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
    simulation_error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPoint:
    """One point of a tipping-point analysis: what was assumed of the missing values of the first arm and of
    the reference (a shift of scores, or the probability of a response), and what follows."""

    first: float
    second: float
    estimate: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One analysis of one estimand. role: primary, sensitivity or supplementary. summary: what is
    estimated, a key of `scales.SCALES`. imputations: 0 when nothing was imputed. grid: of a tipping-point
    analysis, of the first contrast. checks: tests of what the model assumes.

    Without contrasts the analysis could not be made, and a note says why.
    """

    id: str
    label: str
    role: str
    method: str
    groups: tuple[Group, ...]
    contrasts: tuple[Contrast, ...]
    summary: str = "risk_difference"
    imputations: int = 0
    grid: tuple[GridPoint, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
