"""What a planned number of participants can show of two proportions: numbers only, from which tables are made."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from equipoise.analysis.design.assumptions import Assumed, Comparison
from equipoise.analysis.design.exact import ExactTest, exact_power, largest_size
from equipoise.analysis.design.exact_sequential import exact_boundaries, exact_operating
from equipoise.analysis.design.inverse import Assumption, assumptions_for
from equipoise.analysis.design.two_proportions import power as formula_power
from equipoise.analysis.design.two_proportions import sample_size
from equipoise.analysis.estimators.proportions import normal_quantile

if TYPE_CHECKING:
    from equipoise.study.estimand import Estimand

TESTS: tuple[ExactTest, ...] = ("pooled_z", "unconditional_z", "boschloo", "fisher", "unpooled_z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The power under one set of assumptions, before and after the loss.

    formula and exact: of the proportions as assumed; handled: exact, with the loss counted as the file says;
    proportions and groups: what is then compared. needed: participants of both groups by the formula, before the loss.
    half_width: of the expected confidence interval of the difference.
    """

    name: str
    label: str
    source: str
    assumed: tuple[float, float]
    loss: float
    loss_counts: str
    wanted: float
    formula: float
    exact: float
    proportions: tuple[float, float]
    groups: tuple[int, int]
    handled: float
    needed: int
    half_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The difference from a reference proportion that is found with a power: by the formula, exactly, and exactly after
    the loss of the main assumptions (the difference of the assumed proportions, not of those then compared)."""

    reference: float
    power: float
    formula: float | None
    exact: float | None
    handled: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A test's largest size, where it is reached, its size at one half, and its power under the main assumptions."""

    test: ExactTest
    largest: float
    at: float
    half: float
    power: float
    handled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Assumptions that give the planned number, and the power that they really have with it."""

    assumption: Assumption
    exact: float
    handled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What interim looks would do, exactly, under the main assumptions with the loss counted.

    looks: participants at each; bounds: of the size of the z statistic; size: the largest over common proportions;
    power; early: the chance to end before the last look; expected: participants on average, `expected_null` when both
    arms have the reference proportion.
    """

    spending: str
    looks: tuple[int, ...]
    bounds: tuple[float, ...]
    size: float
    power: float
    early: float
    expected: float
    expected_null: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryReport:
    """Everything; arms and groups in the order of the estimand, the last arm being the reference."""

    estimand: str
    label: str
    variable: str
    arms: tuple[str, str]
    labels: tuple[str, str]
    groups: tuple[int, int]
    alpha: float
    test: ExactTest
    shown: tuple[Shown, ...]
    detectable: tuple[Detectable, ...]
    sizes: tuple[Sized, ...]
    readings: tuple[Reading, ...]
    looked: tuple[Looked, ...]
    half_width_at_half: float

    @property
    def primary(self) -> Sized:
        """The size of the primary test."""
        return next(each for each in self.sizes if each.test == self.test)


def binary_report(
    name: str, estimand: Estimand, comparison: Comparison, groups: tuple[int, int], labels: tuple[str, str]
) -> BinaryReport:
    """The numbers of one comparison. Raises DSGN and ANAL codes of the calculations."""
    alpha = round(1 - float(estimand.confidence), 12)
    arms = (estimand.treatment[0], estimand.treatment[-1])
    test: ExactTest = comparison.test.method  # type: ignore[assignment]
    first = next(iter(comparison.assumptions.values()))
    return BinaryReport(
        estimand=name,
        label=estimand.label,
        variable=estimand.variable.label,
        arms=arms,
        labels=labels,
        groups=groups,
        alpha=alpha,
        test=test,
        shown=tuple(
            _shown(key, each, arms, groups, test, alpha) for key, each in comparison.assumptions.items()
        ),
        detectable=_detectable(comparison, first, arms, groups, test, alpha),
        sizes=tuple(_sized(each, first, arms, groups, alpha) for each in TESTS),
        readings=_readings(comparison, groups, test, alpha),
        looked=_looked(comparison, first, arms, groups, alpha),
        half_width_at_half=_half_width((0.5, 0.5), groups, alpha),
    )


def handled(assumed: tuple[float, float], groups: tuple[int, int], loss: float, counts: str) -> tuple:
    """The proportions and the groups that are compared when a share is lost and counts as said."""
    if counts == "non_response":
        return (assumed[0] * (1 - loss), assumed[1] * (1 - loss)), groups
    return assumed, tuple(math.floor(each * (1 - loss) + 1e-9) for each in groups)


def _pair(assumed: Assumed, arms: tuple[str, str]) -> tuple[float, float]:
    return assumed.proportions[arms[0]], assumed.proportions[arms[1]]


def _shown(
    name: str, each: Assumed, arms: tuple[str, str], groups: tuple[int, int], test: ExactTest, alpha: float
) -> Shown:
    pair = _pair(each, arms)
    after, left = handled(pair, groups, each.loss, each.loss_counts)
    needed = sample_size(*pair, alpha=alpha, power=each.power, ratio=groups[1] / groups[0])
    return Shown(
        name=name,
        label=each.label,
        source=each.source,
        assumed=pair,
        loss=each.loss,
        loss_counts=each.loss_counts,
        wanted=each.power,
        formula=formula_power(*pair, *groups, alpha=alpha),
        exact=exact_power(*pair, *groups, test=test, alpha=alpha),
        proportions=after,
        groups=left,
        handled=exact_power(*after, *left, test=test, alpha=alpha),
        needed=math.ceil(needed - 1e-9) + math.ceil(needed * groups[1] / groups[0] - 1e-9),
        half_width=_half_width(after, left, alpha),
    )


def _half_width(pair: tuple[float, float], groups: tuple[int, int], alpha: float) -> float:
    variance = sum(p * (1 - p) / n for p, n in zip(pair, groups, strict=True))
    return normal_quantile(1 - alpha) * math.sqrt(variance)


def _detectable(
    comparison: Comparison,
    first: Assumed,
    arms: tuple[str, str],
    groups: tuple[int, int],
    test: ExactTest,
    alpha: float,
) -> tuple[Detectable, ...]:
    """For the reference proportions assumed or looked at, in order."""
    references = {_pair(each, arms)[1] for each in comparison.assumptions.values()}
    references |= set(comparison.readings.references) if comparison.readings else set()

    def after_loss(p: float, reference: float) -> float:
        pair, left = handled((p, reference), groups, first.loss, first.loss_counts)
        return exact_power(*pair, *left, test=test, alpha=alpha)

    found = []
    for reference in sorted(references):
        for power in comparison.powers:
            ways: tuple[Callable[[float], float], ...] = (
                lambda p, r=reference: formula_power(p, r, *groups, alpha=alpha),
                lambda p, r=reference: exact_power(p, r, *groups, test=test, alpha=alpha),
                lambda p, r=reference: after_loss(p, r),
            )
            gaps = [_smallest_gap(way, reference, power) for way in ways]
            found.append(
                Detectable(reference=reference, power=power, formula=gaps[0], exact=gaps[1], handled=gaps[2])
            )
    return tuple(found)


def _smallest_gap(reached: Callable[[float], float], reference: float, power: float) -> float | None:
    """How far above the reference the power is reached; None where it is nowhere."""
    low, high = reference + 1e-6, 1 - 1e-6
    if reached(high) < power:
        return None
    return float(brentq(lambda p: reached(p) - power, low, high, xtol=1e-8)) - reference


def _sized(
    test: ExactTest, first: Assumed, arms: tuple[str, str], groups: tuple[int, int], alpha: float
) -> Sized:
    pair = _pair(first, arms)
    after, left = handled(pair, groups, first.loss, first.loss_counts)
    largest, at = largest_size(*groups, test=test, alpha=alpha)
    return Sized(
        test=test,
        largest=largest,
        at=at,
        half=exact_power(0.5, 0.5, *groups, test=test, alpha=alpha),
        power=exact_power(*pair, *groups, test=test, alpha=alpha),
        handled=exact_power(*after, *left, test=test, alpha=alpha),
    )


def _readings(
    comparison: Comparison, groups: tuple[int, int], test: ExactTest, alpha: float
) -> tuple[Reading, ...]:
    """The inverse question; only for groups of one size, as the readings of a published total are."""
    given = comparison.readings
    if given is None or groups[0] != groups[1]:
        return ()
    counts = next(iter(comparison.assumptions.values())).loss_counts
    found = assumptions_for(
        sum(groups),
        references=given.references,
        gains=given.gains,
        powers=given.powers,
        losses=given.losses,
        alpha=alpha,
        tolerance=given.tolerance,
    )
    made = []
    for each in found:
        after, left = handled((each.p1, each.p2), groups, each.loss, counts)
        made.append(
            Reading(
                assumption=each,
                exact=exact_power(each.p1, each.p2, *groups, test=test, alpha=alpha),
                handled=exact_power(*after, *left, test=test, alpha=alpha),
            )
        )
    return tuple(made)


def _looked(
    comparison: Comparison, first: Assumed, arms: tuple[str, str], groups: tuple[int, int], alpha: float
) -> tuple[Looked, ...]:
    """One look for comparison, then the looks asked for under each way to spend the error."""
    if comparison.looks is None:
        return ()
    pair, left = handled(_pair(first, arms), groups, first.loss, first.loss_counts)
    ways = [("one look", (1.0,)), *((each, comparison.looks.shares) for each in comparison.looks.spending)]
    return tuple(_looks(name, shares, pair, left, alpha) for name, shares in ways)


def _looks(
    name: str, shares: tuple[float, ...], pair: tuple[float, float], groups: tuple[int, int], alpha: float
) -> Looked:
    counts = [[round(each * share) for share in shares] for each in groups]
    spending = "LDOF" if name == "one look" else name
    design = exact_boundaries(counts[0], counts[1], alpha=alpha, spending=spending)
    found = exact_operating(design, *pair)
    null = exact_operating(design, pair[1], pair[1])
    return Looked(
        spending=name,
        looks=tuple(a + b for a, b in zip(*counts, strict=True)),
        bounds=design.efficacy,
        size=design.sizes[-1],
        power=float(found.power),
        early=float(found.efficacy[:-1].sum()),
        expected=float(found.expected_n),
        expected_null=float(null.expected_n),
    )


def power_curve(
    report: BinaryReport, reference: float, loss: float, counts: str, gains: np.ndarray
) -> np.ndarray:
    """The exact power of the primary test at these gains over a reference, after a loss."""
    pairs, left = handled((reference + gains, np.full_like(gains, reference)), report.groups, loss, counts)
    return exact_power(pairs[0], pairs[1], *left, test=report.test, alpha=report.alpha)


def size_curve(report: BinaryReport, test: ExactTest, proportions: np.ndarray) -> np.ndarray:
    """The exact size of a test at these common proportions."""
    return exact_power(proportions, proportions, *report.groups, test=test, alpha=report.alpha)
