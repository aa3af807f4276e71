"""How far earlier scores foretell a missing response: not at all where they say nothing, wholly where they say all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from equipoise.analysis.endpoint import endpoint
from equipoise.simulation.characteristics.foretold import foretold
from equipoise.simulation.characteristics.trials import run_trials
from tests.spec.simulation.thousands import compiled, study

ARMS = 2


def chance(**changes: object) -> np.ndarray:
    plan = compiled().plan
    where = endpoint(study(), "primary", study().definition.estimands["primary"])
    return foretold(study(), where, plan.score._replace(**changes), plan.recruitment, ARMS, 1)


def test_scores_that_are_noise_foretell_little_and_exact_ones_much() -> None:
    depth = compiled().plan.score.depth
    noise = chance(depth=np.full_like(depth, 0.5), noise=0.6)
    exact = chance(noise=0.0)
    assert noise.max() < 0.35 < exact.min()
    assert (compiled().plan.score.foretold > noise).all()


def test_without_an_earlier_visit_nothing_is_foretold() -> None:
    plan = compiled().plan
    where = dataclasses.replace(
        endpoint(study(), "primary", study().definition.estimands["primary"]),
        encounters=("randomisation", "week_16"),
    )
    assert foretold(study(), where, plan.score, plan.recruitment, ARMS, 1).tolist() == [0.0, 0.0]


def test_a_foretold_response_is_still_missing_but_leaves_the_interval_narrower() -> None:
    made = {
        share: run_trials(
            dataclasses.replace(
                compiled(),
                plan=compiled().plan._replace(
                    score=compiled().plan.score._replace(foretold=np.full(ARMS, share), missed=0.4)
                ),
            ),
            200,
            1,
        )
        for share in (0.0, 1.0)
    }
    widths = {share: (frame["upper"] - frame["lower"]).mean() for share, frame in made.items()}
    assert made[0.0]["missing.methotrexate"].equals(made[1.0]["missing.methotrexate"])
    assert widths[1.0] < 0.95 * widths[0.0]
    assert made[0.0]["estimate"].mean() == pytest.approx(made[1.0]["estimate"].mean(), abs=0.03)
