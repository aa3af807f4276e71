"""Biases: what guesses and drifts do to the error of a test, exactly, for each list."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from equipoise.simulation.randomisation.biases import (
    binary_rejection,
    detectable,
    selection_shifts,
    t_rejection,
    trend,
)

ALTERNATING = np.tile([0, 1], 10)[None, :]
HALVES = np.repeat([0, 1], 10)[None, :]


def test_trends_rise_from_nothing_to_the_whole() -> None:
    assert trend("linear", 5).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert trend("step", 5).tolist() == [0, 0, 1, 1, 1]
    logarithmic = trend("logarithmic", 100)
    assert logarithmic[0] == 0 and logarithmic[-1] == 1 and logarithmic[9] == pytest.approx(0.5)


def test_without_shifts_the_t_test_keeps_its_level() -> None:
    assert t_rejection(HALVES, np.zeros(20), alpha=0.03) == pytest.approx(0.03, abs=1e-12)


def test_a_shift_of_a_whole_arm_is_the_power_of_the_t_test() -> None:
    shifts = np.where(HALVES == 0, 0.7, -0.2)
    critical, moved = stats.t.ppf(0.975, 18), 0.9 * np.sqrt(5)
    power = stats.nct.sf(critical, 18, moved) + stats.nct.cdf(-critical, 18, moved)
    assert t_rejection(HALVES, shifts) == pytest.approx(power, abs=1e-9)


def test_a_drift_that_both_arms_share_makes_the_t_test_conservative() -> None:
    drift = 2 * trend("linear", 20)
    alternating, halves = t_rejection(ALTERNATING, drift)[0], t_rejection(HALVES, drift)[0]
    assert alternating < 0.05 < halves


def test_the_doubly_noncentral_distribution_is_that_of_drawn_responses() -> None:
    shifts = 1.5 * trend("logarithmic", 20) + np.where(HALVES == 0, 0.3, 0.0)
    responses = np.random.default_rng(5).normal(size=(40_000, 20)) + shifts
    drawn = stats.ttest_ind(responses[:, :10], responses[:, 10:], axis=1).pvalue < 0.05
    exact = t_rejection(HALVES, shifts)[0]
    assert abs(drawn.mean() - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 40_000)


def test_a_list_with_an_empty_arm_or_two_participants_rejects_nothing() -> None:
    assert t_rejection(np.zeros((1, 9), int), np.zeros(9)).tolist() == [0]
    assert t_rejection(np.array([[0, 1, -1]]), np.zeros(3)).tolist() == [0]
    assert binary_rejection(np.zeros((1, 9), int), np.full(9, 0.5)).tolist() == [0]


def test_the_binary_test_is_that_of_every_table() -> None:
    arms, chances = np.array([[0, 1, 1, 0, 2, 1, 0, -1]]), np.array([0.2, 0.9, 0.5, 0.7, 0.1, 0.4, 0.6, 0.3])
    expected = 0.0
    for responses in product((0, 1), repeat=8):
        chance = np.prod(np.where(responses, chances, 1 - chances))
        x1, x2 = (sum(r for r, arm in zip(responses, arms[0], strict=True) if arm == each) for each in (0, 1))
        pooled = (x1 + x2) / 6
        variance = pooled * (1 - pooled) * (2 / 3)
        expected += chance * (variance > 0 and abs(x1 / 3 - x2 / 3) / np.sqrt(variance) > stats.norm.ppf(0.9))
    assert binary_rejection(arms, chances, alpha=0.2)[0] == pytest.approx(expected, abs=1e-12)
    assert 0 < expected < 1


def test_the_size_of_the_pooled_test_is_the_known_one() -> None:
    # Exact size of the two-sided pooled z-test at one half, 61 against 61: enumeration gives 0.0568.
    arms = np.repeat([0, 1], 61)[None, :]
    assert binary_rejection(arms, np.full(122, 0.5))[0] == pytest.approx(0.0568, abs=5e-5)


def test_who_expects_an_arm_moves_the_response() -> None:
    named = np.array([[0, 1, -1, 2]], np.int8)
    assert selection_shifts(named, 0.3).tolist() == [[0.3, -0.3, 0, 0]]
    assert selection_shifts(named, 0.3, last=2).tolist() == [[0.3, 0, 0, -0.3]]


def test_the_difference_that_is_shown_has_the_power() -> None:
    shown = detectable(122)
    assert stats.norm.sf(stats.norm.isf(0.025) - shown * np.sqrt(122) / 2) == pytest.approx(0.8)
