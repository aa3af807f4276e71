"""The estimands as a table of their five attributes, and what the intercurrent events and missing values become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.analysis.tables import Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report
    from equipoise.study.estimand import Estimand

SUMMARIES = {
    "risk_difference": "Difference of proportions",
    "risk_ratio": "Ratio of proportions",
    "odds_ratio": "Odds ratio",
    "mean_difference": "Difference of means",
    "hazard_ratio": "Hazard ratio",
    "rate_ratio": "Ratio of rates",
    "common_odds_ratio": "Common odds ratio",
    "win_odds": "Win odds",
    "restricted_mean_difference": "Difference of restricted mean times",
}
NOT_APPLIED = "Not applied here: what it rests on may tell of an arm."


def worded(code: str) -> str:
    """A word of a definition as words."""
    return code.replace("_", " ").capitalize()


def attributes_table(report: Report) -> Table:
    """One block for each estimand. In a blind report the treatments, the objective and the label, which name arms, are
    left out, and it is said that no intercurrent event is applied."""
    lines: list[Row] = []
    shown = {each.name for each in report.estimates}
    for name, each in report.study.definition.estimands.items():
        if name in shown:
            lines += estimand_rows(name, each, report)
    return Table(
        id="estimands",
        title="Estimands: the five attributes of ICH E9(R1)",
        corner="Attribute",
        columns=("Specification",),
        rows=tuple(lines),
        prose=True,
    )


def estimand_rows(name: str, each: Estimand, report: Report) -> list[Row]:
    """The attributes of one estimand, and how it is estimated."""
    arms = report.study.definition.arms
    label = each.label if report.by_arm else each.variable.label
    rows = [Row(head=label, key=name)]
    if report.by_arm:
        treatments = " against ".join(arms[arm].label for arm in each.treatment)
        rows.append(Row(head="Objective", cells=(each.objective,), level=1))
        rows.append(Row(head="Treatment", cells=(treatments,), level=1))
        rows.append(Row(head="Population", cells=(each.population,), level=1))
    rows.append(Row(head="Variable", cells=(each.variable.label,), level=1))
    for event in each.intercurrent_events.values():
        handled = f"{event.label}: {worded(event.strategy).lower()}" if report.by_arm else NOT_APPLIED
        rows.append(Row(head="Intercurrent event", cells=(handled,), level=1))
        if not report.by_arm:
            break
    rows.append(Row(head="Summary measure", cells=(SUMMARIES[each.summary],), level=1))
    rows.append(Row(head="Missing values", cells=(missing_words(each),), level=1))
    strata = report.study.definition.allocation.strata
    factors = ", ".join(strata[key].label for key in each.strata) or "None"
    rows.append(Row(head="Strata of the analysis", cells=(factors,), level=1))
    return rows


def missing_words(each: Estimand) -> str:
    """What becomes of missing values, in words."""
    if each.variable.endpoint == "time_to_event":
        return "Censored on the last day known to be free of the event"
    if each.missing.method == "none":
        return "Not imputed; the model uses what was observed"
    words = worded(each.missing.method)
    return f"{words}, {each.missing.imputations} imputations" if each.missing.imputations > 1 else words
