"""Simulated power and size of a plain scenario against exact enumeration over both binomials.

61 against 61 at 0.60 against 0.35: the pooled z has the exact power 0.81355, not the 0.797 of the normal formula.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from equipoise.simulation.characteristics.compiling import compile_plan
from equipoise.simulation.characteristics.summary import characterise
from equipoise.simulation.characteristics.trials import run_trials
from tests.spec.simulation import thousands

TRIALS = 20_000


def power(n1: int, n2: int, p1: float, p2: float, *, factor: float = 1.0) -> float:
    """The chance that the two-sided pooled z is below 0.05; `factor` multiplies its square."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None]
    pooled = (x1 + x2) / (n1 + n2)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(variance > 0, np.abs(x1 / n1 - x2 / n2) / np.sqrt(variance), 0.0) * np.sqrt(factor)
    chance = binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2)
    return float(chance[2 * ndtr(-z) < 0.05].sum())


def test_the_enumeration_gives_the_published_power() -> None:
    assert power(61, 61, 0.60, 0.35) == pytest.approx(0.81355, abs=5e-6)


@pytest.mark.parametrize(("first", "last"), [(0.60, 0.35), (0.5, 0.5)])
def test_whole_trials_reject_as_often_as_the_enumeration_says(first: float, last: float) -> None:
    """Fixed seed; the bound is four Monte Carlo standard errors (0.011 for the power, 0.006 for the size)."""
    study = thousands.unstratified()
    compiled = compile_plan(study, thousands.plain(first, last), thousands.seal(), sample=thousands.sample())
    frame = run_trials(compiled, TRIALS, 7)
    people = frame[f"randomised.{compiled.arms[0]}"].to_numpy()
    sizes, counts = np.unique(people, return_counts=True)
    assert people.min() >= 58 and people.max() <= 64, "blocks keep the arms together"
    factor = 121 / 122  # the test of Cochran, Mantel and Haenszel conditions on the margins
    exact = sum(
        count / TRIALS * power(int(size), 122 - int(size), first, last, factor=factor)
        for size, count in zip(sizes, counts, strict=True)
    )
    found = characterise(frame, "plain", "", compiled.compared)
    assert found.rejected.value == pytest.approx(exact, abs=4 * found.rejected.error)
    assert found.truth.value == pytest.approx(first - last, abs=4 * found.truth.error)
    assert abs(found.bias.value) < 4 * found.bias.error
    assert (frame["missing." + compiled.arms[0]] == 0).all()
