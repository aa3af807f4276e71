"""The scales that effects are shown on: what an estimate is called, its unit, its digits, and the value of
no effect."""

from __future__ import annotations

import math
from dataclasses import dataclass

from equipoise.analysis.numbers import fixed, hundredfold


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a summary is shown. `ratio`: no effect is 1, and errors are those of logarithms; otherwise it is
    0. `percent`: a difference of proportions, shown in percentage points. `registry`: its name in a
    registry's results. `more`: what a larger estimate means for the arm that is named."""

    name: str
    label: str
    ratio: bool
    percent: bool
    decimals: int
    registry: str
    more: str


def _scale(name: str, label: str, registry: str, more: str, **given: bool | int) -> Scale:
    shape = {"ratio": True, "percent": False, "decimals": 2, **given}
    return Scale(name=name, label=label, registry=registry, more=more, **shape)  # type: ignore[arg-type]


RESPONDERS = "more responders"
SCALES: dict[str, Scale] = {
    each.name: each
    for each in (
        _scale(
            "risk_difference", "Difference", "Risk Difference (RD)", RESPONDERS,
            ratio=False, percent=True, decimals=1,
        ),
        _scale("risk_ratio", "Risk ratio", "Risk Ratio (RR)", RESPONDERS),
        _scale("odds_ratio", "Odds ratio", "Odds Ratio (OR)", RESPONDERS),
        _scale(
            "mean_difference", "Mean difference", "Mean Difference (Final Values)", "a larger mean",
            ratio=False,
        ),
        _scale("hazard_ratio", "Hazard ratio", "Hazard Ratio (HR)", "more events"),
        _scale("rate_ratio", "Rate ratio", "Rate Ratio", "more events"),
        _scale("common_odds_ratio", "Common odds ratio", "Odds Ratio (OR)", "higher categories"),
        _scale("win_odds", "Win odds", "Win odds", "higher categories"),
        _scale(
            "restricted_mean_difference", "Difference of mean times, days",
            "Difference in restricted mean time", "a longer time without the event", ratio=False, decimals=1,
        ),
    )
}  # fmt: skip


def shown(scale: Scale, value: float) -> str:
    """`12.3%`, `1.23`; an infinite ratio is said so."""
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    return f"{fixed(hundredfold(value), scale.decimals)}%" if scale.percent else fixed(value, scale.decimals)


def shown_interval(scale: Scale, lower: float, upper: float) -> str:
    """`-2.3% to 41.0%`, `0.45 to infinite`."""
    return f"{shown(scale, lower)} to {shown(scale, upper)}"
