"""A group-sequential trial that does not look when it was planned to, and futility bounds that spend a type II error.

Information is a share of the planned maximum. A look may come at another share, or the trial may end below it (the
last look then spends all error that is left) or above it (over-running: the final bound is found at the information
that really came). Designs that spend recompute every bound; designs of a fixed shape keep the bounds of the looks
that were made, and only the last one changes.

Sources: Jennison and Turnbull (2000), sections 7.2 and 3.3; Pampallona S, Tsiatis AA, Kim K. Drug Inf J
2001;35:1113-1121 (spending of the type II error).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scipy.optimize import brentq
from scipy.special import ndtri

from equipoise.analysis.design.given import rising_times
from equipoise.analysis.design.grid import Going, below
from equipoise.analysis.design.sequential import (
    INFINITE,
    SPENDING,
    Boundaries,
    bound_for,
    boundaries,
    continued,
    spend,
    spent_by,
)
from equipoise.analysis.errors import analysis_error

SMALLEST = 1e-12
"""The least error for which bounds of futility are looked for."""


def monitored(plan: Boundaries, information: Sequence[float], *, final: bool = True) -> Boundaries:
    """The bounds at the information that was really seen, as shares of the planned maximum.

    final: the last look given ends the trial, so it spends all that is left, below, at or above a share of 1. Bounds of
    futility stay those of the plan, look by look. Raises ANAL-014 for shares that do not rise, for a list of spent
    errors with another number of looks, and for more looks than a design of a fixed shape has.

    >>> [round(z, 4) for z in eq.monitored(eq.boundaries("LDOF", [0.5, 1.0]), [0.6, 1.0]).efficacy]
    [2.6686, 1.981]
    """
    times = rising_times(information)
    kept = () if plan.two_sided else plan.futility[: len(times) - final]
    lower = (*kept, *(None,) * (len(times) - len(kept)))
    counted = lower if plan.binding else (None,) * len(times)
    spending = plan.design in SPENDING or plan.design == "user"
    if spending:
        allowed = spent_by(plan.design, times, plan.alpha, plan.parameter, plan.user)
        fixed: tuple[float, ...] = ()
    elif len(times) > len(plan.efficacy):
        raise analysis_error("ANAL-014", plan.design, f"{len(times)} looks of {len(plan.efficacy)}")
    else:
        allowed = (plan.alpha,) * len(times)
        fixed = plan.efficacy[: len(times) - final]
    if final:
        allowed = (*allowed[:-1], plan.alpha)
    efficacy = spend(times, allowed, counted, fixed, plan.two_sided)
    if plan.two_sided:
        lower = (*(-each for each in efficacy[: len(times) - final]), *(None,) * final)
    return replace(plan, information=times, efficacy=efficacy, futility=lower)


def futility_spent(
    design: str,
    information: Sequence[float] | int,
    *,
    alpha: float = 0.025,
    beta: float = 0.2,
    parameter: float = 0.0,
    beta_design: str = "LDOF",
    beta_parameter: float = 0.0,
    binding: bool = False,
) -> tuple[Boundaries, float]:
    """Bounds of futility that spend `beta`, and the drift (the mean of Z at full information) that has power 1 - beta.

    design and beta_design: spending functions. The bounds of efficacy and futility meet at the last look. Without
    `binding`, efficacy is that of a trial that ignores futility. Raises ANAL-014.

    >>> bounds, drift = eq.futility_spent("LDOF", [0.5, 1.0])
    >>> round(bounds.futility[0], 4), round(drift, 4)
    (0.5594, 2.879)
    """
    plan = boundaries(design, information, alpha=alpha, parameter=parameter)
    if design not in SPENDING or not SMALLEST < beta < 1 - alpha or alpha < SMALLEST:
        raise analysis_error("ANAL-014", design, f"futility by spending {beta:g}")
    allowed = spent_by(design, plan.information, alpha, parameter, None)
    misses = spent_by(beta_design, plan.information, beta, beta_parameter, None)

    def at(drift: float) -> tuple[list[float], list[float], float]:
        return _joined(plan, allowed, misses, drift, binding)

    fixed = float(-ndtri(alpha) - ndtri(beta))
    high = fixed * 1.2
    while at(high)[2] > 0:
        high *= 1.2
    drift = float(brentq(lambda each: at(each)[2], 0.8 * fixed, high, xtol=1e-9))
    efficacy, futility, _ = at(drift)
    found = Boundaries(
        information=plan.information, efficacy=tuple(efficacy),
        futility=(*(None if each == -INFINITE else each for each in futility), None),
        alpha=alpha, design=design, binding=binding, parameter=parameter,
    )  # fmt: skip
    return found, drift


def harm_spent(plan: Boundaries, error: float, *, design: str = "LDOF", parameter: float = 0.0) -> Boundaries:
    """The plan with lower bounds that spend an `error` when nothing differs, at every look but the last.

    The trial stops there for harm: the new treatment looks worse, at a one-sided level of its own. The bounds do not
    bind, so efficacy keeps its error; bounds of futility that the plan had are replaced. design: a spending function.
    Raises ANAL-014. Source: Jennison and Turnbull (2000), section 7.2.

    >>> eq.harm_spent(eq.boundaries("LDOF", [0.5, 1.0]), 0.05)
    Boundaries: LDOF
              information  reject at Z ≥  stop at Z ≤  one-sided p
      look 1          0.5          2.963       -2.538     0.001525
      look 2            1          1.969            –      0.02450
      One-sided error rate 0.025; futility is not binding.
    """
    if not 0 < error < 1 - plan.alpha:
        raise analysis_error("ANAL-014", design, f"harm by spending {error:g}")
    allowed = spent_by(design, plan.information, error, parameter, None)
    lower: list[float | None] = []
    before, used = None, 0.0
    for t, upper, share in zip(plan.information[:-1], plan.efficacy, allowed, strict=False):
        bound = _below(before, 0.0, t, share - used, upper)
        used += below(before, 0.0, t, bound)
        lower.append(None if bound == -INFINITE else bound)
        before = continued(before, 0.0, t, bound, upper)
    return replace(plan, futility=(*lower, None), binding=False)


def _joined(
    plan: Boundaries, allowed: Sequence[float], misses: Sequence[float], drift: float, binding: bool
) -> tuple[list[float], list[float], float]:
    """Bounds under a drift, and by how much the last look misses more than it may."""
    efficacy, futility = [], []
    null: Going | None = None
    real: Going | None = None
    used, missed, last = 0.0, 0.0, len(plan.information) - 1
    for look, t in enumerate(plan.information):
        upper = bound_for(null, t, allowed[look] - used) if binding else plan.efficacy[look]
        used = allowed[look]
        efficacy.append(upper)
        if look == last:
            break
        lower = _below(real, drift, t, misses[look] - missed, upper)
        missed += below(real, drift, t, lower)
        futility.append(lower)
        null = continued(null, 0.0, t, lower, upper) if binding else None
        real = continued(real, drift, t, lower, upper)
    return (
        efficacy,
        futility,
        below(real, drift, plan.information[last], efficacy[last]) - (misses[last] - missed),
    )


def _below(before: Going | None, drift: float, t: float, share: float, upper: float) -> float:
    """The bound below which this chance lies, at most the bound of efficacy."""
    if share <= 0 or below(before, drift, t, -9.0) >= share:
        return -INFINITE
    if below(before, drift, t, upper) <= share:
        return upper
    return float(brentq(lambda bound: below(before, drift, t, bound) - share, -9.0, upper, xtol=1e-11))
