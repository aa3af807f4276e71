"""The results section of a record as plain tables, ready for a template.

A table is a caption, column heads and rows of text; nothing here is HTML. Percentages are computed
with Decimal and rounded half up to one place. Empty cells are an en dash, so that a reader never
wonders whether a number was lost. What the registry takes from closed lists is said in the reader's language;
the record's own words are `Own`, so that the page can mark whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from equipoise.registry.page.labels import words
from equipoise.registry.page.listed import listed
from equipoise.registry.results_model import (
    AdverseEvent,
    AdverseEvents,
    Analysis,
    BaselineCharacteristics,
    Denom,
    EventGroup,
    FlowStats,
    Group,
    MeasureClass,
    Measurement,
    OutcomeMeasure,
    ParticipantFlow,
    Period,
)

ABSENT = "–"
MINUS = re.compile(r"(?<![\w.\-])-(?=\d)")
Translate = Callable[[str], str]


class Own(str):
    """Words of the record, in its own language."""

    __slots__ = ()


def in_words(text: str, say: Translate) -> str:
    """A text of the record: as the registry's lists are said, or else its own words."""
    known = listed(text)
    if not known:
        return Own(text)
    said = say(known)
    return said if said != known else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: head, a quieter note to it, cells. `spans`: it names the rows below; `strong`: it is a measure."""

    head: str
    note: str = ""
    cells: tuple[str, ...] = ()
    spans: bool = False
    strong: bool = False
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of results. caption: in parts, the narrower behind the wider. arms: each column's place among the arms
    (1, 2, 3 ...), 0 for none."""

    id: str
    caption: tuple[str, ...]
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    arms: tuple[int, ...] = ()


def signed(text: str) -> str:
    """Hyphens before digits as minus signs, as the tables of an analysis write them."""
    return MINUS.sub("−", text)


def percent(part: int | str | None, whole: int | str | None) -> str:
    """`12.5%`, or nothing when either is no number, the whole is zero, or the share has more digits than a reader."""
    try:
        share = 100 * Decimal(str(part)) / Decimal(str(whole))
        return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP)}%" if share.is_finite() else ""
    except ArithmeticError:
        return ""


def flow_tables(flow: ParticipantFlow, say: Translate) -> tuple[Table, ...]:
    """One table a period: started, other milestones, completed, and why people left."""
    return tuple(_flow_table(flow, period, number, say) for number, period in enumerate(flow.periods, 1))


def _flow_table(flow: ParticipantFlow, period: Period, number: int, say: Translate) -> Table:
    rows = [
        Row(head=_milestone(one.type, say), cells=_flow_cells(one.achievements, flow.groups))
        for one in period.milestones
    ]
    if period.drop_withdraws:
        rows.append(Row(head=say("Reason not completed"), spans=True))
    rows += [
        Row(head=in_words(one.type, say), cells=_flow_cells(one.reasons, flow.groups), level=1)
        for one in period.drop_withdraws
    ]
    return Table(
        id=f"results-table-flow-{number}",
        caption=(in_words(period.title, say) if period.title else say("Overall study"),),
        corner=say("Milestone"),
        columns=_titles(flow.groups, say),
        rows=tuple(rows),
        notes=tuple(Own(one.comment) for one in period.milestones if one.comment),
        arms=_arms(flow.groups),
    )


def _milestone(text: str, say: Translate) -> str:
    """A milestone in sentence case where it is one of the registry's own, else as the record names it."""
    return say(words(text)) if words(text) != text else in_words(text, say)


def _flow_cells(stats: Iterable[FlowStats], groups: Iterable[Group]) -> tuple[str, ...]:
    found = {one.group_id: one for one in stats}
    return tuple(found[group.id].num_subjects or ABSENT if group.id in found else ABSENT for group in groups)


def baseline_table(baseline: BaselineCharacteristics, say: Translate) -> Table:
    """Participants per group, then each measure with its classes and categories."""
    rows = list(_denominators(baseline.denoms, baseline.groups, say))
    for measure in baseline.measures:
        kind = _kind(measure.param_type, measure.dispersion_type, measure.unit_of_measure, say)
        title = in_words(measure.title, say)
        values = list(
            _class_rows(
                measure.classes, measure.denoms or baseline.denoms, baseline.groups, measure.param_type, say
            )
        )
        if len(values) == 1 and values[0].head == ABSENT:
            rows.append(replace(values[0], head=title, note=kind, level=0, strong=True))
        else:
            rows += [Row(head=title, note=kind, spans=True), *values]
    return Table(
        id="results-table-baseline",
        caption=(say("Baseline characteristics"),),
        corner=say("Characteristic"),
        columns=_titles(baseline.groups, say),
        rows=tuple(rows),
        notes=tuple(Own(text) for text in [baseline.population_description] if text),
        arms=_arms(baseline.groups),
    )


def outcome_table(measure: OutcomeMeasure, number: int, say: Translate) -> Table:
    """The values of one outcome measure by group."""
    rows = list(_denominators(measure.denoms, measure.groups, say))
    counted = measure.param_type.startswith(("COUNT_OF", "NUMBER"))
    head = in_words(measure.unit_of_measure, say) if counted else say(words(measure.param_type))
    values = _class_rows(measure.classes, measure.denoms, measure.groups, measure.param_type, say)
    rows += [
        replace(row, head=head or say("Value"), level=0) if row.head == ABSENT else row for row in values
    ]
    kind = _kind(measure.param_type, measure.dispersion_type, measure.unit_of_measure, say)
    return Table(
        id=f"results-table-outcome-{number}",
        caption=(Own(measure.title), kind) if kind else (Own(measure.title),),
        corner=say("Value"),
        columns=_titles(measure.groups, say),
        rows=tuple(rows),
        notes=tuple(Own(text) for text in [measure.population_description] if text),
        arms=_arms(measure.groups),
    )


def further_analyses(measure: OutcomeMeasure, number: int, say: Translate) -> Table | None:
    """Every analysis after the first, one a row; None when there is none."""
    first, *others = measure.analyses
    if not others:
        return None
    names = {group.id: group.title for group in measure.groups}
    rows = []
    for analysis in others:
        compared = " · ".join(names.get(one, one) for one in analysis.group_ids)
        kind = say(words(analysis.non_inferiority_type))
        told = [
            compared if analysis.group_ids != first.group_ids else "",
            kind if analysis.non_inferiority_type != first.non_inferiority_type else "",
            in_words(analysis.statistical_method, say),
            analysis.statistical_comment or analysis.other_analysis_description,
            analysis.estimate_comment if analysis.estimate_comment != first.estimate_comment else "",
            analysis.non_inferiority_comment,
        ]
        interval = _interval(analysis, say)
        level = (
            f" ({analysis.ci_pct_value}%)" if interval and analysis.ci_pct_value != first.ci_pct_value else ""
        )
        estimate = " ".join(
            filter(None, [signed(analysis.param_value), _other(analysis.param_type, first.param_type)])
        )
        chance = " ".join(filter(None, [analysis.p_value, analysis.p_value_comment]))
        cells = (estimate or ABSENT, f"{interval}{level}" or ABSENT, chance or ABSENT)
        head = Own(analysis.group_description or compared)
        rows.append(Row(head=head, note=Own(". ".join(filter(None, told))), cells=cells))
    estimate = in_words(first.param_type, say) if first.param_type else say("Estimate")
    columns = (estimate, _interval_name(first, say), say("P value"))
    return Table(
        id=f"results-table-analyses-{number}",
        caption=(say("Further analyses"), Own(measure.title)),
        corner=say("Statistical analysis"),
        columns=columns,
        rows=tuple(rows),
        arms=(0, 0, 0),
    )


def _other(name: str, first: str) -> str:
    return f"({name})" if name and name != first else ""


def analysis_facts(
    analysis: Analysis, groups: Iterable[Group], say: Translate
) -> tuple[tuple[str, str], ...]:
    """What one statistical analysis did and found, as term and description."""
    names = {group.id: group.title for group in groups}
    compared = " · ".join(names.get(one, one) for one in analysis.group_ids)
    facts = [
        (say("Groups compared"), Own(compared)),
        (say("Type of test"), say(words(analysis.non_inferiority_type))),
        (say("Method"), in_words(analysis.statistical_method, say)),
        (in_words(analysis.param_type, say) or say("Estimate"), signed(analysis.param_value)),
        (_interval_name(analysis, say), _interval(analysis, say)),
        (_dispersion_name(analysis, say), analysis.dispersion_value),
        (say("P value"), " ".join(filter(None, [analysis.p_value, analysis.p_value_comment]))),
        (say("About the estimate"), Own(analysis.estimate_comment)),
        (say("About the method"), Own(analysis.statistical_comment or analysis.other_analysis_description)),
        (say("About the comparison"), Own(analysis.group_description)),
        (say("Margin"), Own(analysis.non_inferiority_comment)),
    ]
    return tuple((term, text) for term, text in facts if text)


def _dispersion_name(analysis: Analysis, say: Translate) -> str:
    return say(words(analysis.dispersion_type)) if analysis.dispersion_type else say("Dispersion")


def _interval_name(analysis: Analysis, say: Translate) -> str:
    level = f"{analysis.ci_pct_value}% " if analysis.ci_pct_value else ""
    sides = f" ({say('one-sided')})" if analysis.ci_num_sides == "ONE_SIDED" else ""
    return f"{level}{say('confidence interval')}{sides}"


def _interval(analysis: Analysis, say: Translate) -> str:
    if not (analysis.ci_lower_limit or analysis.ci_upper_limit):
        return ""
    return signed(f"{analysis.ci_lower_limit or ABSENT} {say('to')} {analysis.ci_upper_limit or ABSENT}")


def event_tables(events: AdverseEvents, say: Translate) -> tuple[Table, ...]:
    """A summary table, then serious and other events by organ system."""
    tables = [_event_summary(events, say)]
    lists = [
        ("serious", say("Serious adverse events"), events.serious_events),
        ("other", say("Other adverse events"), events.other_events),
    ]
    tables += [_event_table(key, title, found, events, say) for key, title, found in lists if found]
    return tuple(tables)


def _event_summary(events: AdverseEvents, say: Translate) -> Table:
    rows = (
        Row(
            head=say("Deaths from any cause"),
            cells=_event_cells(events, lambda one: (one.deaths_num_affected, one.deaths_num_at_risk)),
        ),
        Row(
            head=say("Any serious adverse event"),
            cells=_event_cells(events, lambda one: (one.serious_num_affected, one.serious_num_at_risk)),
        ),
        Row(
            head=say("Any other adverse event"),
            cells=_event_cells(events, lambda one: (one.other_num_affected, one.other_num_at_risk)),
        ),
    )
    return Table(
        id="results-table-events-summary",
        caption=(say("Participants affected, of those at risk"),),
        corner=say("Event"),
        columns=_titles(events.event_groups, say),
        rows=rows,
        notes=tuple(Own(text) for text in [events.all_cause_mortality_comment] if text),
        arms=tuple(range(1, len(events.event_groups) + 1)),
    )


def _event_cells(
    events: AdverseEvents, pick: Callable[[EventGroup], tuple[int | None, int | None]]
) -> tuple[str, ...]:
    return tuple(_affected(*pick(group)) for group in events.event_groups)


def _event_table(
    key: str, title: str, found: tuple[AdverseEvent, ...], events: AdverseEvents, say: Translate
) -> Table:
    rows: list[Row] = []
    systems = sorted({one.organ_system for one in found})
    for system in systems:
        rows.append(Row(head=in_words(system, say) or say("Organ system not given"), spans=True))
        members = sorted((one for one in found if one.organ_system == system), key=lambda one: one.term)
        rows += [Row(head=Own(one.term), cells=_stats(one, events), level=1) for one in members]
    return Table(
        id=f"results-table-events-{key}",
        caption=(title,),
        corner=say("Organ system and term"),
        columns=_titles(events.event_groups, say),
        rows=tuple(rows),
        arms=tuple(range(1, len(events.event_groups) + 1)),
    )


def _stats(event: AdverseEvent, events: AdverseEvents) -> tuple[str, ...]:
    found = {one.group_id: one for one in event.stats}
    cells = []
    for group in events.event_groups:
        one = found.get(group.id)
        cells.append(_affected(one.num_affected, one.num_at_risk) if one else ABSENT)
    return tuple(cells)


def _affected(affected: int | None, at_risk: int | None) -> str:
    if affected is None:
        return ABSENT
    share = percent(affected, at_risk)
    whole = f"{affected}/{at_risk}" if at_risk is not None else str(affected)
    return f"{whole} ({share})" if share else whole


def _denominators(denoms: Iterable[Denom], groups: Iterable[Group], say: Translate) -> Iterable[Row]:
    for denom in denoms:
        counts = {one.group_id: one.value for one in denom.counts}
        yield Row(
            head=in_words(denom.units, say),
            cells=tuple(counts.get(group.id, "") or ABSENT for group in groups),
        )


def _class_rows(
    classes: Iterable[MeasureClass],
    denoms: Iterable[Denom],
    groups: tuple[Group, ...],
    param: str,
    say: Translate,
) -> Iterable[Row]:
    for one in classes:
        titled = bool(one.title) and any(category.title for category in one.categories)
        if titled:
            yield Row(head=in_words(one.title, say), spans=True, level=1)
        whole = {count.group_id: count.value for denom in (one.denoms or denoms) for count in denom.counts}
        for category in one.categories:
            found = {value.group_id: value for value in category.measurements}
            cells = (_measurement(found.get(group.id), whole.get(group.id), param) for group in groups)
            head = in_words(category.title or one.title, say) or ABSENT
            yield Row(head=head, cells=tuple(cells), level=1 + titled)


def _measurement(value: Measurement | None, whole: str | None, param: str) -> str:
    if value is None or not value.value:
        return ABSENT
    share = percent(value.value, whole) if param.startswith("COUNT_OF") else ""
    text = f"{value.value} ({share})" if share else value.value
    if value.spread:
        text = f"{text} ({value.spread})"
    if value.lower_limit or value.upper_limit:
        text = f"{text} [{value.lower_limit or ABSENT}; {value.upper_limit or ABSENT}]"
    return signed(text)


def _kind(param: str, dispersion: str, unit: str, say: Translate) -> str:
    """`Mean (standard deviation), years`: what a cell holds, in words."""
    spread = say(words(dispersion.upper().replace(" ", "_").replace("-", "_"))) if dispersion else ""
    name = say(words(param)) if param else ""
    first = f"{name} ({spread})" if spread and dispersion not in ("NA", "") else name
    said_unit = in_words(unit, say)
    unit = said_unit if said_unit == unit else said_unit[:1].lower() + said_unit[1:]
    return ", ".join(filter(None, [first, "" if unit.lower() == name.lower() else unit]))


def _titles(groups: Iterable[Group | EventGroup], say: Translate) -> tuple[str, ...]:
    return tuple(in_words(group.title, say) for group in groups)


def _arms(groups: tuple[Group, ...]) -> tuple[int, ...]:
    """Columns carry their arm's colour, in order; a total carries none."""
    return tuple(0 if group.title.lower().startswith("total") else n for n, group in enumerate(groups, 1))
