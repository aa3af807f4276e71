"""From the report of an analysis to the results of a registry record.

The numbers are those of the report, written with the digits that its tables show. What a registry's results
section cannot hold (the flow diagram, the course over time, the decisions) goes to the page as sections of
its own; nothing is analysed here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from equipoise.analysis.data.consort import POOLED, Branch, Reason
from equipoise.analysis.data.populations import safety
from equipoise.analysis.data.rows import NOT_CODED, AdverseEvent, Participant
from equipoise.analysis.data.summaries import Characteristic, Spread
from equipoise.analysis.estimands.estimates import Estimate
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.numbers import fixed, hundredfold, p_value
from equipoise.analysis.reporting.report import Report
from equipoise.analysis.reporting.times import median_cell
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.exchange.errors import exchange_error
from equipoise.exchange.results import (
    Baseline,
    BaselineCount,
    BaselineValue,
    CountRow,
    Counts,
    EventRow,
    FlowPeriod,
    OutcomeAnalysis,
    OutcomeResult,
    OutcomeRow,
    ResultGroup,
    Results,
    SafetyResult,
    Value,
)
from equipoise.registry.countries import country_name

PARAMETERS = {
    "risk_difference": ("NUMBER", "percentage of participants"),
    "risk_ratio": ("NUMBER", "percentage of participants"),
    "odds_ratio": ("NUMBER", "percentage of participants"),
    "mean_difference": ("LEAST_SQUARES_MEAN", "units of the variable"),
    "hazard_ratio": ("COUNT_OF_PARTICIPANTS", "Participants"),
    "rate_ratio": ("NUMBER", "events per unit of exposure"),
    "common_odds_ratio": ("COUNT_OF_PARTICIPANTS", "Participants"),
    "win_odds": ("COUNT_OF_PARTICIPANTS", "Participants"),
    "restricted_mean_difference": ("MEAN", "days"),
}
"""By summary, what is reported of each group, and its unit."""

ERRORS = ("mean_difference", "restricted_mean_difference")
"""The summaries whose groups have a mean with its standard error."""

LONGEST_VOCABULARY = 20
"""The characters that the registry takes for the name of a dictionary."""

NOT_COMPARED = Value(value="NA", comment="This group is not part of the comparison.")


def results_of(report: Report) -> Results:
    """The results section of a report by arm. Raises EXCH-004 for a pooled report, which has no groups."""
    if not report.by_arm:
        raise exchange_error("EXCH-004", "results", "the arms, since the report is pooled")
    arms = report.study.definition.arms
    return Results(
        groups=tuple(
            ResultGroup(title=arms[name].label, description=arms[name].description) for name in report.arms
        ),
        flow=(_flow(report),),
        baseline=Baseline(
            participants=tuple(report.sizes[arm] for arm in report.arms),
            measures=(*(_measure(each, report) for each in report.baseline), *_region(report)),
            population="All randomised participants",
        ),
        outcomes=tuple(_outcome(each, report) for each in report.estimates if each.analyses),
        safety=_safety(report),
        limitations=_limitations(report),
        banner=report.source.banner or None,
    )


def _flow(report: Report) -> FlowPeriod:
    branches = {branch.arm: branch for branch in report.flow.branches}
    found = [branches[arm] for arm in report.arms]
    reasons = _reasons(found, lambda branch: branch.left)
    lost = [sum(row.counts[place] for row in reasons) for place in range(len(found))]
    return FlowPeriod(
        title="Overall study",
        started=tuple(branch.allocated for branch in found),
        completed=tuple(branch.allocated - gone for branch, gone in zip(found, lost, strict=True)),
        milestones=(
            CountRow(title="Received allocated treatment", counts=tuple(each.received for each in found)),
            CountRow(title="In the primary analysis", counts=tuple(each.analysed for each in found)),
        ),
        reasons=reasons,
    )


def _reasons(branches: Iterable[Branch], of: Callable[[Branch], tuple[Reason, ...]]) -> tuple[CountRow, ...]:
    """One row a reason, over all arms, in the order in which the reasons first come up."""
    by_arm = [{reason.text: reason.count for reason in of(branch)} for branch in branches]
    titles = dict.fromkeys(title for counts in by_arm for title in counts)
    return tuple(
        CountRow(title=title, counts=tuple(counts.get(title, 0) for counts in by_arm)) for title in titles
    )


def _measure(each: Characteristic, report: Report) -> BaselineCount | BaselineValue:
    title, description = _registry_title(each)
    if each.spreads is not None:
        columns = (*report.arms, POOLED)
        return BaselineValue(
            title=title,
            description=description,
            param="MEAN",
            dispersion="STANDARD_DEVIATION",
            unit=each.unit or "units",
            values=tuple(_mean(each.spreads[name], each.decimals) for name in columns),
        )
    counts, missing = each.counts or {}, each.missing or {}
    rows = [
        CountRow(title=label, counts=tuple(counts[arm].get(code, 0) for arm in report.arms))
        for code, label in (each.codes or {}).items()
    ]
    if any(missing.get(arm, 0) for arm in report.arms):
        rows.append(CountRow(title="Missing", counts=tuple(missing.get(arm, 0) for arm in report.arms)))
    return BaselineCount(title=title, description=description, categories=tuple(rows))


def _registry_title(each: Characteristic) -> tuple[str, str]:
    """The registry's own title of a measure that every record has, with the study's words as its description."""
    if each.id == "AGE" and each.spreads is not None:
        return "Age, Continuous", each.label
    if each.id == "SEX" and sorted((each.codes or {}).values()) == ["Female", "Male"]:
        return "Sex: Female, Male", ""
    return each.label, ""


def _region(report: Report) -> tuple[BaselineCount, ...]:
    """How many were enrolled in each country, by the site that randomised them."""
    country = {site.site: site.country for site in report.quality.sites}
    people = [(country[row.randomising_site], row.arm) for row in report.data.participants]
    rows = tuple(
        CountRow(title=country_name(name), counts=tuple(people.count((name, arm)) for arm in report.arms))
        for name in sorted({name for name, _ in people})
    )
    return (BaselineCount(title="Region of Enrollment", categories=rows),) if rows else ()


def _mean(one: Spread, decimals: int) -> Value:
    if not one.observed:
        return Value(value="NA", comment="No value was observed.")
    missing = f"{one.missing} missing" if one.missing else ""
    spread = "" if math.isnan(one.sd) else fixed(one.sd, decimals + 1)
    return Value(value=fixed(one.mean, decimals + 1), spread=spread, comment=missing)


def _outcome(each: Estimate, report: Report) -> OutcomeResult:
    primary = each.analyses[0]
    groups = {group.arm: group for group in primary.groups}
    values = tuple(_value(groups[arm], each) if arm in groups else NOT_COMPARED for arm in report.arms)
    return OutcomeResult(
        kind="PRIMARY" if each is report.estimates[0] else "SECONDARY",
        title=each.variable,
        description=each.objective,
        registered=report.study.definition.estimands[each.name].registered or "",
        time_frame=time_frame_of(report, each),
        param=PARAMETERS[each.summary][0],
        dispersion="Standard Error" if each.summary in ERRORS else "",
        unit=PARAMETERS[each.summary][1],
        analysed=tuple(groups[arm].analysed if arm in groups else 0 for arm in report.arms),
        population=f"{primary.label}. {'; '.join(primary.notes)}".strip(),
        rows=(OutcomeRow(values=values),),
        analyses=tuple(
            _analysis(one, contrast, report) for one in each.analyses for contrast in one.contrasts
        ),
    )


def time_frame_of(report: Report, each: Estimate) -> str:
    """When the variable was measured, in words."""
    variable = report.study.definition.estimands[each.name].variable
    point = variable.timepoint
    if point is not None:
        start = "the first dose" if point.anchor == "first_dose_on" else "randomisation"
        where = report.study.definition.encounters.get(point.encounter)
        name = where.label if where is not None else point.encounter
        return f"{name}, {point.day} days after {start}"
    start = "the first dose" if variable.origin == "first_dose_on" else "randomisation"
    return f"From {start}, up to {each.day} days" if each.day else f"From {start} to the end of follow-up"


def _value(group: Group, each: Estimate) -> Value:
    comment = f"{group.missing} values were missing" if group.missing else ""
    if each.summary == "mean_difference":
        if group.mean is None:
            return Value(value="NA", comment="The method gives no mean of a group.")
        return Value(value=fixed(group.mean, 2), spread=fixed(group.mean_error, 2), comment=comment)
    if each.summary == "hazard_ratio":
        return Value(value=fixed(group.responders, 0), comment=f"Median time in days: {median_cell(group)}")
    if each.summary == "restricted_mean_difference":
        if group.mean is None:
            return Value(value="NA", comment="The follow-up of this group ends before the day of the mean.")
        return Value(value=fixed(group.mean), spread=fixed(group.mean_error), comment="")
    if each.summary == "rate_ratio":
        return Value(value=fixed(group.rate, 3), comment=comment)
    if group.proportion is None:
        return Value(value=fixed(group.analysed, 0), comment=comment)
    return Value(value=fixed(hundredfold(group.proportion), 1), comment=comment)


def _analysis(one: Analysis, contrast: Contrast, report: Report) -> OutcomeAnalysis:
    scale = SCALES[one.summary]
    exact = hundredfold if scale.percent else float
    name, _, details = one.method.partition(", ")
    imputed = f", pooled over {one.imputations} imputations" if one.imputations else ""
    lower, upper = (
        fixed(exact(bound), scale.decimals) if math.isfinite(bound) else ""
        for bound in (contrast.lower, contrast.upper)
    )
    return OutcomeAnalysis(
        method=name[:1].upper() + name[1:],
        method_comment=details[:1].upper() + details[1:],
        groups=(report.arms.index(contrast.arm), report.arms.index(contrast.reference)),
        estimate_name=scale.registry,
        estimate=fixed(exact(contrast.estimate), scale.decimals),
        level=fixed(100 * contrast.confidence, 0),
        lower=lower,
        upper=upper,
        p_value=p_value(contrast.p_value),
        estimate_comment="In percentage points." if scale.percent else "",
        description=f"{one.role.capitalize()}: {one.label}{imputed}",
    )


def _safety(report: Report) -> SafetyResult:
    """The adverse events that began on treatment, by organ system and term, serious ones apart."""
    treated = safety(report.data).members
    arm_of = {row.subject: row.arm for row in treated}
    died = [row for row in report.data.participants if row.died_on is not None]
    at_risk = tuple(sum(row.arm == arm for row in treated) for arm in report.arms)
    threshold = report.study.definition.safety.threshold
    vocabulary, coded = _vocabulary(report)

    def counted(subjects: Iterable[str]) -> Counts:
        found = [arm_of[each] for each in subjects]
        return tuple(found.count(arm) for arm in report.arms)

    def people(chosen: Iterable[AdverseEvent]) -> Counts:
        return counted({event.subject for event in chosen})

    kinds: dict[tuple[bool, str, str], list[AdverseEvent]] = {}
    for event in report.emergent:
        kinds.setdefault((not event.serious, event.system or NOT_CODED, event.term), []).append(event)
    kept = [
        (kind, found)
        for kind, found in sorted(kinds.items(), key=lambda each: each[0])
        if not kind[0] or any(100 * n > threshold * of for n, of in zip(people(found), at_risk, strict=True))
    ]
    return SafetyResult(
        time_frame="From the first dose (from randomisation without one) to the end of follow-up",
        at_risk=at_risk,
        deaths=counted(row.subject for row in died if row.subject in arm_of),
        serious=people(event for event in report.emergent if event.serious),
        other=people(event for kind, found in kept if kind[0] for event in found),
        threshold=str(threshold),
        rows=tuple(
            EventRow(
                term=term,
                organ_system=system,
                serious=not other,
                affected=people(found),
                events=counted(each.subject for each in found),
                vocabulary=vocabulary,
            )
            for (other, system, term), found in kept
        ),
        description=f"Population: {report.harms_population}.{coded}{_other_deaths(report, died, arm_of)}",
    )


def _vocabulary(report: Report) -> tuple[str, str]:
    """The dictionary of the coding with its version, as the registry's field and, where it is longer than the registry
    takes, as a sentence of the description instead; nothing without a coding."""
    coding = report.study.definition.safety.coding
    if coding is None:
        return "", ""
    name = f"{coding.dictionary} {coding.version}"
    if len(name) <= LONGEST_VOCABULARY:
        return name, ""
    return "", f" Terms by {coding.dictionary}, version {coding.version}."


def _other_deaths(report: Report, died: Iterable[Participant], arm_of: Mapping[str, str | None]) -> str:
    """Deaths outside the safety population, in words: the section counts only participants at risk."""
    others = [row for row in died if row.subject not in arm_of]
    if not others:
        return ""
    counts = ", ".join(f"{report.labels[arm]} {sum(row.arm == arm for row in others)}" for arm in report.arms)
    return f" Deaths of other randomised participants: {counts}."


def _limitations(report: Report) -> str:
    assumed = [one for one in report.study.definition.decisions.values() if one.status == "assumption"]
    if not assumed:
        return ""
    return f"{len(assumed)} decisions on what the record leaves open are assumptions; the page lists them."
