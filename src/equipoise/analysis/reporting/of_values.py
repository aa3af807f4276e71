"""From an estimate to the picture of its arms' values: of a mean, a rate, or ordered categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import stdtrit

from equipoise.analysis.data.baseline import stratum_codes
from equipoise.analysis.estimators.proportions import normal_quantile
from equipoise.analysis.estimators.rates import poisson_rate
from equipoise.analysis.figures.values import Bar, Dot, bars_figure, dots_figure
from equipoise.analysis.numbers import fixed

if TYPE_CHECKING:
    from equipoise.analysis.estimands.estimates import Estimate
    from equipoise.analysis.reporting.report import Report
    from equipoise.analysis.results import Group
    from equipoise.analysis.svg import Figure

KINDS = {
    "mean_difference": "mean by the primary analysis",
    "restricted_mean_difference": "restricted mean",
    "rate_ratio": "rate per unit of exposure",
}


def values_of(each: Estimate, report: Report) -> Figure | None:
    """The values of each arm; None where nothing was analysed, or the endpoint has figures of its own."""
    if not each.analyses or not report.by_arm:
        return None
    if each.summary in ("common_odds_ratio", "win_odds"):
        return categories_of(each, report)
    if each.summary not in KINDS:
        return None
    confidence = float(report.study.definition.estimands[each.name].confidence)
    rows = [dot for one in each.analyses[0].groups if (dot := dot_of(one, each, report, confidence))]
    if not rows:
        return None
    words = f"{fixed(100 * confidence, 0)}% intervals"
    if each.summary == "rate_ratio":
        words = f"exact {words} of Poisson counts"
    kind = KINDS[each.summary]
    axis = "Days" if each.summary == "restricted_mean_difference" else kind.capitalize()
    decimals = 3 if each.summary == "rate_ratio" else 2
    return dots_figure(rows, f"{each.label}: {kind}", axis, decimals, f"{each.label}: {kind} with {words}.")


def dot_of(one: Group, each: Estimate, report: Report, confidence: float) -> Dot | None:
    """The value of one arm with its interval; None without one."""
    if one.rate is not None and one.responders is not None:
        time = one.responders / one.rate if one.rate else 0.0
        if not time:
            return None
        ends = poisson_rate(round(one.responders), time, confidence)
        value, lower, upper = one.rate, ends.lower, ends.upper
    elif one.mean is not None and one.mean_error is not None:
        df = next((c.df for c in each.analyses[0].contrasts if c.df), None)
        half = one.mean_error * (
            float(stdtrit(df, (1 + confidence) / 2)) if df else normal_quantile(confidence)
        )
        value, lower, upper = one.mean, one.mean - half, one.mean + half
    else:
        return None
    return Dot(
        number=report.arms.index(one.arm) + 1, name=report.labels[one.arm], value=value, lower=lower, upper=upper,
        people=one.analysed,
    )  # fmt: skip


def categories_of(each: Estimate, report: Report) -> Figure | None:
    """The shares of the ordered categories of each arm, as the estimand has them."""
    rule = report.study.rule(f"estimands.{each.name}.variable.rule")
    known = {row.subject: float(row.value) for row in each.population if row.value is not None}
    names = stratum_codes(report.study, report.study.definition.estimands[each.name].variable.rule)
    codes = getattr(rule.type, "values", None)
    levels = [float(rank) for rank in range(len(codes))] if codes else sorted(set(known.values()))
    shown = [names.get(code, code) for code in codes] if codes else [f"{level:g}" for level in levels]
    rows = []
    for arm in each.arms:
        mine = [known[row.subject] for row in each.population if row.arm == arm and row.subject in known]
        counts = tuple(mine.count(level) for level in levels)
        if sum(counts):
            rows.append(Bar(number=report.arms.index(arm) + 1, name=report.labels[arm], counts=counts))
    if not rows or len(levels) > 12:
        return None
    counted = ", ".join(f"{each.name} {sum(each.counts)}" for each in rows)
    return bars_figure(
        rows, shown, f"{each.label}: categories", f"{each.label}: participants by category: {counted}."
    )
