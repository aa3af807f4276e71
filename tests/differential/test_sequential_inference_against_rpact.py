"""Inference of trials with futility against rpact 3.3.4: bounds that do not bind do not count, those that bind do.

rpact's numbers of three looks at 300, 600 and 1,000 participants with standard deviation 1 and futility at 0.5 and 0.9:

    d <- getDesignGroupSequential(informationRates=c(.3,.6,1), alpha=.025, sided=1, typeOfDesign="asOF",
           futilityBounds=c(.5,.9), bindingFutility=FALSE)  # then TRUE
    ds <- getDataset(overallSampleSizes=c(300,600,1000), overallMeans=c(1,1.3,2.05)/sqrt(c(300,600,1000)),
           overallStDevs=c(1,1,1))
    getFinalPValue, getFinalConfidenceInterval, getRepeatedPValues, getRepeatedConfidenceIntervals,
    getConditionalRejectionProbabilities, getConditionalPower(nPlanned=c(300,400), thetaH1=2/sqrt(1000), assumedStDev=1)
    with normalApproximation=TRUE; the last two after the first look.
"""

from __future__ import annotations

import math

import pytest

from equipoise.analysis.design import (
    Boundaries,
    boundaries,
    conditional_operating,
    repeated_interval,
    repeated_p,
    stagewise,
)
from equipoise.errors import EquipoiseError

SEEN = (1.0, 1.3, 2.05)
ROOT = math.sqrt(1000)


def design(binding: bool) -> Boundaries:
    return boundaries("LDOF", [0.3, 0.6, 1.0], futility=[0.5, 0.9], binding=binding)


@pytest.mark.parametrize(
    ("binding", "p", "interval", "median"),
    [
        (False, 0.021532088, (0.0020185565, 0.1265259023), 0.0643952435),
        (True, 0.017450261, (0.0049134659, 0.1467081687), 0.0703036711),
    ],
)
def test_the_end(binding: bool, p: float, interval: tuple[float, float], median: float) -> None:
    found = stagewise(design(binding), 3, SEEN[2])
    assert found.p_value == pytest.approx(p, abs=2e-7)
    assert (found.lower / ROOT, found.upper / ROOT) == pytest.approx(interval, abs=2e-6)
    assert found.estimate / ROOT == pytest.approx(median, abs=2e-6)


def test_futility_that_was_followed_all_the_same_may_be_counted() -> None:
    loose, strict = design(False), design(True)
    assert stagewise(loose, 3, SEEN[2], followed=True).p_value < stagewise(loose, 3, SEEN[2]).p_value
    assert stagewise(strict, 3, SEEN[2], followed=True) == stagewise(strict, 3, SEEN[2])


@pytest.mark.parametrize("binding", [False, True])
def test_the_p_value_is_the_error_just_at_the_last_bound(binding: bool) -> None:
    plan = design(binding)
    assert stagewise(plan, 3, plan.efficacy[-1]).p_value == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize(
    ("binding", "levels"),
    [
        (False, (0.440070272, 0.206761947, 0.021110539)),
        (True, (0.440070272, 0.182071368, 0.016639723)),
    ],
)
def test_p_values_that_may_be_repeated(binding: bool, levels: tuple[float, ...]) -> None:
    assert repeated_p(design(binding), SEEN) == pytest.approx(levels, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "information", "parameter", "futility", "alpha", "seen", "level"),
    [  # getRepeatedPValues of binding futility whose bounds lie above those of efficacy at a large error
        ("LDOF", 5, 0.0, [-0.3, -0.271, -0.233, 0.55], 0.01, (2.421848, 2.372114, 2.804007, 3.455995), 0.00116162),
        ("WT", 5, 0.06, [-0.343, -0.01, 0.019, 0.714], 0.025, (0.760502, 1.466921, 1.605863, 2.275816), 0.02295113),
        ("Pocock", [0.323, 0.615, 1.0], 0.0, [-0.791, -0.279], 0.025, (1.192868, 0.987164, 0.439096), 0.47849946),
    ],
)  # fmt: skip
def test_p_values_of_futility_that_binds(name, information, parameter, futility, alpha, seen, level) -> None:
    plan = boundaries(name, information, parameter=parameter, futility=futility, alpha=alpha, binding=True)
    assert repeated_p(plan, seen)[-1] == pytest.approx(level, rel=1e-3)  # its grid is coarser


def test_intervals_that_may_be_repeated() -> None:
    loose = [repeated_interval(design(False), look, SEEN[look - 1]) for look in (1, 2, 3)]
    assert [low / ROOT for low, _ in loose] == pytest.approx(
        [-0.16908122, -0.055928873, 0.0021811969], abs=2e-6
    )
    assert [high / ROOT for _, high in loose] == pytest.approx(
        [0.28455127, 0.162073429, 0.1274721871], abs=2e-6
    )


def test_a_repeated_interval_leans_on_futility_only_as_far_as_it_would_have_let_the_trial_go_on() -> None:
    bound = design(True)
    lows = [repeated_interval(bound, look, SEEN[look - 1], before=SEEN[: look - 1])[0] for look in (1, 2, 3)]
    assert [low / ROOT for low in lows] == pytest.approx([-0.16908122, -0.055735215, 0.0062356561], abs=2e-6)
    # Without what came before, the interval is that of bounds which keep the error whatever futility does.
    assert repeated_interval(bound, 3, SEEN[2]) == pytest.approx(repeated_interval(design(False), 3, SEEN[2]))
    # asKD with 1.67, looks 0.47 and 1, futility -0.141: the first look ends the interval, as in rpact (0.005254968).
    early = boundaries("KimDeMets", [0.47, 1.0], parameter=1.67, futility=[-0.141], binding=True)
    low = repeated_interval(early, 2, 2.468076, before=[-0.027075])[0]
    assert low / ROOT == pytest.approx(0.005254968, abs=2e-6)
    with pytest.raises(EquipoiseError, match="ANAL-014"):
        repeated_interval(early, 2, 2.468076, before=[])


@pytest.mark.parametrize(
    ("binding", "rejection", "power"),
    [(False, 0.044309894, 0.461227358), (True, 0.054440563, 0.512673563)],
)
def test_what_may_still_come(binding: bool, rejection: float, power: float) -> None:
    plan = design(binding)
    error = conditional_operating(plan, 1, 1.0, drift=0.0, followed=binding)[-1].cumulative
    assert error == pytest.approx(rejection, abs=1e-7)
    assert conditional_operating(plan, 1, 1.0, drift=2.0)[-1].cumulative == pytest.approx(power, abs=1e-7)
