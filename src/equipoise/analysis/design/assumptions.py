"""The file `design.yaml` of a study: what its planners assume, beside the definition and no part of it.

How many are planned, in which ratio, the level and the estimand stand in the definition; the file adds what a
calculation needs beside them, each number with its source. One comparison for each estimand: proportions for a binary
endpoint, a difference of means for a continuous one, hazards for a time to an event. Nothing is invented: a comparison
without assumptions has no report.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import yaml
from msgspec import Meta

from equipoise.analysis.design.errors import design_error
from equipoise.analysis.design.exact import ExactTest
from equipoise.analysis.design.follow_up import Hazard, Window, hazard_from_median, hazard_from_share

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand
    from equipoise.study.study import Study

FILE = "design.yaml"
Proportion = Annotated[float, Meta(gt=0, lt=1)]
Share = Annotated[float, Meta(ge=0, lt=1)]
Positive = Annotated[float, Meta(gt=0)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every part: frozen, keyword-only, closed."""


class TestPlan(Part):
    """The primary test, and the decision of the definition that weighs it where it exceeds its level."""

    method: ExactTest | Literal["t", "logrank"]
    decision: str | None = None


class Course(Part):
    """How fast something happens: half by `median`, or a `share` by the time `by`, or rates from given times on."""

    median: Positive | None = None
    share: Share | None = None
    by: Positive | None = None
    rates: tuple[tuple[float, float], ...] = ()

    @property
    def hazard(self) -> Hazard:
        """The rate, or the rates with the times from which they hold. Raises DSGN-005."""
        given = (self.median is not None, self.share is not None and self.by is not None, bool(self.rates))
        if sum(given) != 1:
            raise design_error("DSGN-005", FILE, "a course needs `median`, or `share` and `by`, or `rates`")
        if self.median is not None:
            return hazard_from_median(self.median)
        return self.rates or hazard_from_share(self.share or 0.0, self.by or 1.0)


class Assumed(Part):
    """One set of assumptions. `proportions` by arm; or the `difference` of the means, first arm minus last, with the
    standard deviation `sd` and the `correlation` with an adjusted baseline; or `hazard` of the last arm with
    `hazard_ratio`.

    loss: the share that is lost; `loss_counts`: as non-response, or left out of the analysis. power: what the planners
    would have asked for; source: where the numbers come from.
    """

    label: str
    source: str
    proportions: dict[str, Proportion] = {}
    difference: float | None = None
    sd: Positive | None = None
    correlation: Annotated[float, Meta(gt=-1, lt=1)] = 0.0
    hazard: Course | None = None
    hazard_ratio: Positive | None = None
    dropout: Course | None = None
    loss: Share = 0.0
    loss_counts: Literal["non_response", "left_out"] = "non_response"
    power: Proportion = 0.8


class Readings(Part):
    """Where to look for assumptions that give the planned number: proportions of the last arm, and gains over them."""

    references: tuple[Proportion, ...]
    gains: tuple[float, ...]
    powers: tuple[Proportion, ...] = (0.8, 0.9)
    losses: tuple[Share, ...] = (0.0, 0.05, 0.1, 0.15)
    tolerance: Annotated[int, Meta(ge=0)] = 2


class Looks(Part):
    """What interim looks would do: shares of the participants, the last being 1, under each way to spend the error."""

    shares: tuple[Annotated[float, Meta(gt=0, le=1)], ...]
    spending: tuple[Literal["LDOF", "LDPocock"], ...] = ("LDOF", "LDPocock")


class FollowUp(Part):
    """How long participants arrive and are followed, in one unit; longest: the most for each of them."""

    unit: str
    accrual: Positive
    follow_up: Annotated[float, Meta(ge=0)]
    longest: Positive | None = None

    @property
    def window(self) -> Window:
        """The same for the calculation."""
        return Window(accrual=self.accrual, follow_up=self.follow_up, longest=self.longest)


class Comparison(Part):
    """What is assumed for one estimand. The first of `assumptions` is the main one."""

    test: TestPlan
    assumptions: dict[str, Assumed]
    powers: tuple[Proportion, ...] = (0.8, 0.9)
    readings: Readings | None = None
    looks: Looks | None = None
    follow_up: FollowUp | None = None


class Assumptions(Part):
    """The whole file: comparisons by estimand."""

    comparisons: dict[str, Comparison]


def load_assumptions(path: Path) -> Assumptions:
    """The file. Raises DSGN-005 where it cannot be read or is not of the shape above."""
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        return msgspec.convert(tree, Assumptions, strict=False)
    except OSError as error:
        raise design_error("DSGN-005", str(path), error.strerror or "no file") from error
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise design_error("DSGN-005", path.name, " ".join(str(error).split())) from error


def check_assumptions(study: Study, given: Assumptions) -> None:
    """Raises DSGN-006 where an estimand, an arm or a decision does not stand in the definition, or numbers are missing
    that the endpoint needs."""
    for name, comparison in given.comparisons.items():
        estimand = study.definition.estimands.get(name)
        if estimand is None or len(estimand.treatment) != 2:
            raise design_error("DSGN-006", f"{FILE} {name}", "no estimand of two arms has this name")
        if not comparison.assumptions:
            raise design_error("DSGN-006", f"{FILE} {name}", "no assumptions")
        decision = comparison.test.decision
        if decision is not None and decision not in study.definition.decisions:
            raise design_error("DSGN-006", f"{FILE} {name}", f"there is no decision {decision!r}")
        for key, assumed in comparison.assumptions.items():
            _check(f"{FILE} {name}.{key}", estimand, comparison, assumed)


def _check(place: str, estimand: Estimand, comparison: Comparison, assumed: Assumed) -> None:
    kind, method = estimand.variable.endpoint, comparison.test.method
    fitting = {"logrank": "time_to_event", "t": "continuous"}.get(method, "binary")
    if kind != fitting:
        raise design_error("DSGN-006", place, f"no report for a {kind} endpoint with {method}")
    if kind != "binary" and assumed.loss and assumed.loss_counts != "left_out":
        raise design_error("DSGN-006", place, f"the loss of a {kind} endpoint can only be left out")
    if kind == "binary" and set(assumed.proportions) != set(estimand.treatment):
        raise design_error("DSGN-006", place, f"proportions of {', '.join(estimand.treatment)} are needed")
    if kind == "continuous" and (not assumed.difference or assumed.sd is None):
        raise design_error("DSGN-006", place, "a difference and a standard deviation are needed")
    timed = (
        assumed.hazard is not None and assumed.hazard_ratio is not None and comparison.follow_up is not None
    )
    if kind == "time_to_event" and not timed:
        raise design_error("DSGN-006", place, "a hazard, a hazard ratio and the follow-up are needed")


def planned_groups(study: Study, arms: tuple[str, ...]) -> tuple[int, ...]:
    """How many of the planned participants each of these arms gets, in whole numbers that add up over all arms."""
    ratios = {name: arm.ratio for name, arm in study.definition.arms.items()}
    total, whole = study.definition.allocation.planned, sum(ratios.values())
    parts = {name: total * ratio // whole for name, ratio in ratios.items()}
    rest = sorted(ratios, key=lambda name: -(total * ratios[name] % whole))
    for name in rest[: total - sum(parts.values())]:
        parts[name] += 1
    return tuple(parts[arm] for arm in arms)
