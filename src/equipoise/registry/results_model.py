"""The results section of a version 2 record, as typed and frozen structures.

Field names are those of the registry's schema (camelCase there, snake_case here). Numbers of flow,
baseline and outcomes are strings, as the registry exchanges them; adverse-event counts are integers.
Every field may be absent: what a record does not say is None or empty, never an error.
"""

from __future__ import annotations

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of each part of a record: frozen, keyword-only, camelCase in JSON."""


class Group(Part):
    id: str = ""
    title: str = ""
    description: str = ""


class FlowStats(Part):
    group_id: str = ""
    num_subjects: str = ""
    num_units: str = ""
    comment: str = ""


class Milestone(Part):
    type: str = ""
    comment: str = ""
    achievements: tuple[FlowStats, ...] = ()


class DropWithdraw(Part):
    type: str = ""
    comment: str = ""
    reasons: tuple[FlowStats, ...] = ()


class Period(Part):
    title: str = ""
    milestones: tuple[Milestone, ...] = ()
    drop_withdraws: tuple[DropWithdraw, ...] = ()


class ParticipantFlow(Part):
    pre_assignment_details: str = ""
    recruitment_details: str = ""
    type_units_analyzed: str = ""
    groups: tuple[Group, ...] = ()
    periods: tuple[Period, ...] = ()


class DenomCount(Part):
    group_id: str = ""
    value: str = ""


class Denom(Part):
    units: str = ""
    counts: tuple[DenomCount, ...] = ()


class Measurement(Part):
    group_id: str = ""
    value: str = ""
    spread: str = ""
    lower_limit: str = ""
    upper_limit: str = ""
    comment: str = ""


class Category(Part):
    title: str = ""
    measurements: tuple[Measurement, ...] = ()


class MeasureClass(Part):
    title: str = ""
    denoms: tuple[Denom, ...] = ()
    categories: tuple[Category, ...] = ()


class BaselineMeasure(Part):
    title: str = ""
    description: str = ""
    population_description: str = ""
    param_type: str = ""
    dispersion_type: str = ""
    unit_of_measure: str = ""
    calculate_pct: bool | None = None
    denom_units_selected: str = ""
    denoms: tuple[Denom, ...] = ()
    classes: tuple[MeasureClass, ...] = ()


class BaselineCharacteristics(Part):
    population_description: str = ""
    type_units_analyzed: str = ""
    groups: tuple[Group, ...] = ()
    denoms: tuple[Denom, ...] = ()
    measures: tuple[BaselineMeasure, ...] = ()


class Analysis(Part):
    param_type: str = ""
    param_value: str = ""
    dispersion_type: str = ""
    dispersion_value: str = ""
    statistical_method: str = ""
    statistical_comment: str = ""
    p_value: str = ""
    p_value_comment: str = ""
    ci_num_sides: str = ""
    ci_pct_value: str = ""
    ci_lower_limit: str = ""
    ci_upper_limit: str = ""
    ci_lower_limit_comment: str = ""
    ci_upper_limit_comment: str = ""
    estimate_comment: str = ""
    tested_non_inferiority: bool | None = None
    non_inferiority_type: str = ""
    non_inferiority_comment: str = ""
    other_analysis_description: str = ""
    group_description: str = ""
    group_ids: tuple[str, ...] = ()


class OutcomeMeasure(Part):
    type: str = ""
    title: str = ""
    description: str = ""
    population_description: str = ""
    reporting_status: str = ""
    anticipated_posting_date: str = ""
    param_type: str = ""
    dispersion_type: str = ""
    unit_of_measure: str = ""
    calculate_pct: bool | None = None
    time_frame: str = ""
    type_units_analyzed: str = ""
    denom_units_selected: str = ""
    groups: tuple[Group, ...] = ()
    denoms: tuple[Denom, ...] = ()
    classes: tuple[MeasureClass, ...] = ()
    analyses: tuple[Analysis, ...] = ()


class OutcomeMeasures(Part):
    outcome_measures: tuple[OutcomeMeasure, ...] = ()


class EventGroup(Part):
    id: str = ""
    title: str = ""
    description: str = ""
    deaths_num_affected: int | None = None
    deaths_num_at_risk: int | None = None
    serious_num_affected: int | None = None
    serious_num_at_risk: int | None = None
    other_num_affected: int | None = None
    other_num_at_risk: int | None = None


class EventStats(Part):
    group_id: str = ""
    num_events: int | None = None
    num_affected: int | None = None
    num_at_risk: int | None = None


class AdverseEvent(Part):
    term: str = ""
    organ_system: str = ""
    source_vocabulary: str = ""
    assessment_type: str = ""
    notes: str = ""
    stats: tuple[EventStats, ...] = ()


class AdverseEvents(Part):
    frequency_threshold: str = ""
    time_frame: str = ""
    description: str = ""
    all_cause_mortality_comment: str = ""
    event_groups: tuple[EventGroup, ...] = ()
    serious_events: tuple[AdverseEvent, ...] = ()
    other_events: tuple[AdverseEvent, ...] = ()


class Limitations(Part):
    description: str = ""


class CertainAgreement(Part):
    pi_sponsor_employee: bool | None = None
    restriction_type: str = ""
    restrictive_agreement: bool | None = None
    other_details: str = ""


class PointOfContact(Part):
    title: str = ""
    organization: str = ""
    email: str = ""
    phone: str = ""
    phone_ext: str = ""


class MoreInfo(Part):
    limitations_and_caveats: Limitations | None = None
    certain_agreement: CertainAgreement | None = None
    point_of_contact: PointOfContact | None = None


class ResultsSection(Part):
    participant_flow_module: ParticipantFlow | None = None
    baseline_characteristics_module: BaselineCharacteristics | None = None
    outcome_measures_module: OutcomeMeasures | None = None
    adverse_events_module: AdverseEvents | None = None
    more_info_module: MoreInfo | None = None
