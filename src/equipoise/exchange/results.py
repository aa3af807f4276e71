"""The results of a trial in the plainest form that a registry's results section can be written from.

Whoever analyses fills these structures; `exchange.ctgov` turns them into a record. Every tuple of
counts or values has one entry a group, in the order of `Results.groups`; baseline values have one more
for the total. Counts are integers. Other numbers are text, written with the digits that shall be shown,
because a registry exchanges text and a rounding belongs to the analysis that knows its precision.
"""

from __future__ import annotations

from dataclasses import dataclass

Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGroup:
    """One arm as it is reported."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """A named count for each group: a milestone, a reason for leaving, a category."""

    title: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPeriod:
    """One period of the participant flow; started = completed + the sum of `reasons`, in each group.

    `milestones` stand between started and completed (such as "Received allocated treatment").
    """

    title: str
    started: Counts
    completed: Counts
    milestones: tuple[CountRow, ...] = ()
    reasons: tuple[CountRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value with its spread (one number) or limits (two), as text: `Value(value="45.2", spread="11.0")`.

    "NA" as a value needs a comment that says why.
    """

    value: str
    spread: str = ""
    lower: str = ""
    upper: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineCount:
    """A baseline measure in categories; counts of participants for each group (the total is summed)."""

    title: str
    categories: tuple[CountRow, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineValue:
    """A continuous baseline measure: one value for each group and, last, for the total.

    param: MEAN or MEDIAN. dispersion: STANDARD_DEVIATION, INTER_QUARTILE_RANGE or FULL_RANGE.
    """

    title: str
    param: str
    dispersion: str
    unit: str
    values: tuple[Value, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Baseline characteristics of the participants counted in `participants`."""

    participants: Counts
    measures: tuple[BaselineCount | BaselineValue, ...]
    population: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAnalysis:
    """One statistical analysis. `groups` are places in `Results.groups` (0 is the first).

    kind: SUPERIORITY, NON_INFERIORITY, EQUIVALENCE or OTHER. level: of the interval, in per cent ("95").
    """

    method: str
    groups: tuple[int, ...] = (0, 1)
    kind: str = "SUPERIORITY"
    estimate_name: str = ""
    estimate: str = ""
    level: str = ""
    lower: str = ""
    upper: str = ""
    p_value: str = ""
    estimate_comment: str = ""
    method_comment: str = ""
    description: str = ""
    margin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """One line of an outcome's table: a value for each group; the title may be empty when there is one."""

    values: tuple[Value, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeResult:
    """One outcome measure.

    kind: PRIMARY, SECONDARY, OTHER_PRE_SPECIFIED or POST_HOC. param: COUNT_OF_PARTICIPANTS, NUMBER,
    MEAN, MEDIAN, LEAST_SQUARES_MEAN. dispersion: as the registry words it ("Standard Deviation",
    "95% Confidence Interval", "Inter-Quartile Range"), empty for counts. registered: the title of the
    registered outcome that this one reports, where it has another title.
    """

    kind: str
    title: str
    time_frame: str
    param: str
    unit: str
    analysed: Counts
    rows: tuple[OutcomeRow, ...]
    population: str
    description: str = ""
    dispersion: str = ""
    registered: str = ""
    analyses: tuple[OutcomeAnalysis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Participants with one kind of adverse event; `events` counts the events themselves, when known."""

    term: str
    organ_system: str
    serious: bool
    affected: Counts
    events: Counts = ()
    vocabulary: str = ""
    systematic: bool = True
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyResult:
    """Adverse events: participants at risk, who died, who had any serious and any other event."""

    time_frame: str
    at_risk: Counts
    deaths: Counts
    serious: Counts
    other: Counts
    rows: tuple[EventRow, ...] = ()
    threshold: str = "0"
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """All that a results section holds. `banner` is what must be said of simulated or practice results."""

    groups: tuple[ResultGroup, ...]
    flow: tuple[FlowPeriod, ...]
    baseline: Baseline
    outcomes: tuple[OutcomeResult, ...]
    safety: SafetyResult
    recruitment: str = ""
    before_assignment: str = ""
    limitations: str = ""
    contact_title: str = ""
    contact_organization: str = ""
    banner: str | None = None
