"""Rules on posted results: sums, denominators and statistics that contradict one another.

Posted records are nearly clean under every one of these rules, so a finding on a record that this
package filled is a defect of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from equipoise.registry.lint.model import Hit, Subject, absent, rule
from equipoise.registry.results_model import Analysis, FlowStats, OutcomeMeasure, Period

RESULTS = "resultsSection"
CONTINUOUS = (
    "MEAN",
    "MEDIAN",
    "LEAST_SQUARES_MEAN",
    "GEOMETRIC_MEAN",
    "GEOMETRIC_LEAST_SQUARES_MEAN",
    "LOG_MEAN",
)


def number(text: str) -> Decimal | None:
    """The number in a text such as `1,234` or `0.05`; None for words, `NA` and `<0.001`."""
    try:
        found = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _measures(subject: Subject) -> Iterator[tuple[str, OutcomeMeasure]]:
    module = subject.record.results.outcome_measures_module if subject.record.results else None
    for place, one in enumerate(module.outcome_measures if module else ()):
        yield f"{RESULTS}.outcomeMeasuresModule.outcomeMeasures[{place}]", one


def _periods(subject: Subject) -> Iterator[tuple[str, Period]]:
    module = subject.record.results.participant_flow_module if subject.record.results else None
    for place, one in enumerate(module.periods if module else ()):
        yield f"{RESULTS}.participantFlowModule.periods[{place}]", one


def _counts(stats: tuple[FlowStats, ...]) -> dict[str, Decimal]:
    found = {one.group_id: number(one.num_subjects) for one in stats}
    return {group: count for group, count in found.items() if count is not None}


def _milestone(period: Period, kind: str) -> dict[str, Decimal]:
    return next((_counts(one.achievements) for one in period.milestones if one.type == kind), {})


@rule(
    "LINT-120",
    "E",
    "The participant flow does not add up",
    why="Everybody who started completed or left; a gap hides participants.",
    question="What became of the participants who are missing from the flow?",
)
def flow_sums(subject: Subject) -> Iterator[Hit]:
    """STARTED = COMPLETED + NOT COMPLETED, and NOT COMPLETED = the sum of the reasons, in each group."""
    for path, period in _periods(subject):
        started, completed = _milestone(period, "STARTED"), _milestone(period, "COMPLETED")
        left, reasons = _milestone(period, "NOT COMPLETED"), {}
        for one in period.drop_withdraws:
            for group, count in _counts(one.reasons).items():
                reasons[group] = reasons.get(group, Decimal(0)) + count
        for group in started.keys() & completed.keys():
            gone = started[group] - completed[group]
            if left.get(group, gone) != gone:
                detail = f"{started[group]} started, {completed[group]} completed, {left[group]} not"
                yield absent(path, f"{group}: {detail}")
            elif reasons and reasons.get(group, Decimal(0)) != gone:
                yield absent(
                    f"{path}.dropWithdraws", f"{group}: {gone} left, {reasons.get(group, 0)} reasons"
                )


@rule(
    "LINT-121",
    "W",
    "The enrolment and the participants who started differ",
    why="Somebody enrolled is not accounted for, or somebody started without being enrolled.",
    question="Why do the two counts differ?",
)
def enrolment_and_flow(subject: Subject) -> Iterator[Hit]:
    """The actual enrolment against the sum of STARTED in the first period."""
    info = subject.protocol.design_module.enrollment_info
    first = next(_periods(subject), None)
    if not first or not info or info.count is None or info.type == "ESTIMATED":
        return
    started = sum(_milestone(first[1], "STARTED").values(), Decimal(0))
    if started and info.type == "ACTUAL" and started != info.count:
        yield absent(f"{first[0]}.milestones", f"enrolment {info.count}, started {started}")


@rule(
    "LINT-122",
    "E",
    "More are counted than are in the group",
    why="A share above one is impossible; numerator or denominator is wrong.",
    question="Which population and which counting unit (participants or events) were used?",
)
def counts_within_denominators(subject: Subject) -> Iterator[Hit]:
    """COUNT_OF_PARTICIPANTS values against the denominators (of people, where named) of their class or measure."""
    for path, measure in _measures(subject):
        if measure.param_type != "COUNT_OF_PARTICIPANTS":
            continue
        for place, row in enumerate(measure.classes):
            denoms = row.denoms or measure.denoms
            denoms = [one for one in denoms if one.units == "Participants"] or denoms
            whole = {count.group_id: number(count.value) for one in denoms for count in one.counts}
            for category in row.categories:
                for value in category.measurements:
                    part, limit = number(value.value), whole.get(value.group_id)
                    if part is not None and limit is not None and part > limit:
                        yield absent(f"{path}.classes[{place}]", f"{value.group_id}: {part} of {limit}")


@rule(
    "LINT-123",
    "E",
    "An average has no measure of dispersion",
    why="Without it nobody can judge, pool or reproduce the comparison.",
    question="What is the standard deviation, the interval or the range?",
)
def average_without_dispersion(subject: Subject) -> Iterator[Hit]:
    """Mean, median and their like with values and dispersion type NA or none."""
    for path, measure in _measures(subject):
        if measure.param_type in CONTINUOUS and measure.dispersion_type in ("", "NA") and measure.classes:
            yield absent(f"{path}.dispersionType", measure.title[:80])


@rule(
    "LINT-124",
    "E",
    "An outcome's unit is missing or is no unit",
    why="A number without a unit cannot be read.",
    question="In which unit are the values?",
)
def unit_of_outcome(subject: Subject) -> Iterator[Hit]:
    """No unit, `NA`, or digits alone, where there are values."""
    for path, measure in _measures(subject):
        if measure.classes and re.fullmatch(r"n/?a|[\d.\s]*", measure.unit_of_measure.strip(), re.I):
            yield absent(f"{path}.unitOfMeasure", measure.title[:80])


@rule(
    "LINT-125",
    "E",
    "A p value or an interval is impossible",
    why="A p value lies in 0 to 1, and an interval holds its estimate.",
    question="What are the right numbers?",
)
def impossible_statistics(subject: Subject) -> Iterator[Hit]:
    """p outside 0..1, lower limit above upper, estimate outside its own interval."""
    for path, measure in _measures(subject):
        for place, analysis in enumerate(measure.analyses):
            fault = _fault(analysis)
            if fault:
                yield absent(f"{path}.analyses[{place}]", fault)


def _fault(analysis: Analysis) -> str:
    chance = number(re.sub(r"^\s*[<>=≤≥]+\s*", "", analysis.p_value))
    low, high, estimate = (
        number(text) for text in (analysis.ci_lower_limit, analysis.ci_upper_limit, analysis.param_value)
    )
    if chance is not None and not 0 <= chance <= 1:
        return f"p = {analysis.p_value}"
    if low is not None and high is not None and low > high:
        return f"interval {low} to {high}"
    if estimate is not None and (
        (low is not None and estimate < low) or (high is not None and estimate > high)
    ):
        return f"estimate {estimate}, interval {analysis.ci_lower_limit} to {analysis.ci_upper_limit}"
    return ""


@rule(
    "LINT-126",
    "E",
    "More people had an adverse event than were at risk, or more than had any",
    why="Events were counted for people, or a group total is wrong.",
    question="How many participants, of how many at risk?",
)
def events_within_risk(subject: Subject) -> Iterator[Hit]:
    """Affected <= at risk for each term, and no term above its group's total."""
    module = subject.record.results.adverse_events_module if subject.record.results else None
    if not module:
        return
    totals = {
        one.id: {"serious": one.serious_num_affected, "other": one.other_num_affected}
        for one in module.event_groups
    }
    for kind, events in (("serious", module.serious_events), ("other", module.other_events)):
        for place, event in enumerate(events):
            for one in event.stats:
                limits = (one.num_at_risk, totals.get(one.group_id, {}).get(kind))
                if one.num_affected is not None and any(
                    x is not None and one.num_affected > x for x in limits
                ):
                    path = f"{RESULTS}.adverseEventsModule.{kind}Events[{place}]"
                    yield absent(
                        path, f"{event.term}: {one.num_affected} of {one.num_at_risk} in {one.group_id}"
                    )


@rule(
    "LINT-127",
    "E",
    "A group's identifier is used and not defined, or defined twice",
    why="The number stands under no group, or under the wrong one.",
    question="Which group is meant?",
)
def group_identifiers(subject: Subject) -> Iterator[Hit]:
    """Measurements and analyses of each outcome against the groups that it defines."""
    for path, measure in _measures(subject):
        defined = [group.id for group in measure.groups]
        used = {
            value.group_id for row in measure.classes for one in row.categories for value in one.measurements
        }
        used |= {group for analysis in measure.analyses for group in analysis.group_ids}
        if len(defined) != len(set(defined)) or (defined and not used <= set(defined)):
            yield absent(f"{path}.groups", ", ".join(sorted(used - set(defined))) or "defined twice")


@rule(
    "LINT-128",
    "W",
    "A reported primary outcome is not among the registered ones",
    why="An outcome that appears only with the results may have been chosen for them.",
    question="When and why was this outcome added or renamed?",
)
def registered_outcomes(subject: Subject) -> Iterator[Hit]:
    """Primary outcome measures whose title no registered primary outcome has. A record that registers none has
    LINT-040 for that."""
    registered = {_plain(one.measure) for one in subject.protocol.outcomes_module.primary_outcomes}
    if not registered:
        return
    for path, measure in _measures(subject):
        if measure.type == "PRIMARY" and _plain(measure.title) not in registered:
            yield absent(f"{path}.title", measure.title[:80])


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
