"""How far earlier scores foretell a missing response: not at all where they say nothing, wholly where they say all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from equipoise.analysis.data.endpoint import endpoint
from equipoise.simulation.characteristics.curve.foretold import events_of, foretold, gaps_of
from equipoise.simulation.characteristics.loop.arrays import Exit
from equipoise.simulation.characteristics.trials import run_trials
from tests.spec.simulation.thousands import compiled, study

ARMS, DAYS = 2, [28, 56, 112]
NO_EVENT = 2
"""The number of treatment policy: an exit is no composite event, and the score is missing."""


def told(**changes: object) -> np.ndarray:
    """By arm the chance, and how often the imputation says response where the truth is no and where it is yes."""
    plan = compiled().plan
    where = endpoint(study(), "primary", study().definition.estimands["primary"])
    return foretold(study(), where, plan.score._replace(**changes), plan.exit, plan.recruitment, 1)


def chance(**changes: object) -> np.ndarray:
    return told(**changes)[:, 0]


def test_scores_that_are_noise_foretell_little_and_exact_ones_much() -> None:
    depth = compiled().plan.score.depth
    noise = chance(depth=np.full_like(depth, 0.5), noise=0.6)
    exact = chance(noise=0.0)
    assert noise.max() < 0.35 < exact.min()
    assert (compiled().plan.score.foretold[:, 0] > noise).all()


def test_without_an_earlier_visit_nothing_is_foretold() -> None:
    plan = compiled().plan
    where = dataclasses.replace(
        endpoint(study(), "primary", study().definition.estimands["primary"]),
        encounters=("randomisation", "week_16"),
    )
    assert foretold(study(), where, plan.score, plan.exit, plan.recruitment, 1).tolist() == [[0.0] * 3] * 2


def test_a_foretold_response_is_still_missing_but_leaves_the_interval_narrower() -> None:
    made = {
        share: run_trials(
            dataclasses.replace(
                compiled(),
                plan=compiled().plan._replace(
                    score=compiled().plan.score._replace(
                        foretold=np.array([[share, 0.0, 1.0]] * ARMS), missed=0.4
                    )
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


def test_what_the_imputation_says_is_nearer_the_truth_the_more_is_foretold() -> None:
    own, exact = told(), told(noise=0.0)
    assert (own[:, 1] < 0.25).all() and (own[:, 2] > 0.85).all(), "no and yes are told apart"
    assert (exact[:, 2] - exact[:, 1] > own[:, 2] - own[:, 1]).all()


@pytest.mark.parametrize(("no", "yes"), [(0.0, 0.0), (1.0, 1.0)])
def test_a_foretold_response_is_what_the_imputation_says_of_it(no: float, yes: float) -> None:
    score = compiled().plan.score._replace(foretold=np.array([[1.0, 0.0, 1.0], [1.0, no, yes]]), missed=1.0)
    plan = compiled().plan._replace(score=score)
    frame = run_trials(dataclasses.replace(compiled(), plan=plan), 200, 1)
    kept = frame["missing.methotrexate"].mean() / frame["randomised.methotrexate"].mean()
    first = frame["truth.lenalidomide"].mean() / frame["randomised.lenalidomide"].mean()
    assert frame["estimate"].mean() == pytest.approx(first - no * kept, abs=0.02)


def exits(**changes: object) -> Exit:
    own = compiled().plan.exit
    return own._replace(**{"strategy": np.full_like(own.strategy, NO_EVENT)} | changes)


def test_who_leaves_is_seen_no_more_and_who_stays_misses_a_visit_now_and_then() -> None:
    random = np.random.default_rng(1)
    leaving = np.array([np.log(2) / 112, 0, 0, 0])
    score = compiled().plan.score._replace(missed=0.0, substitute=0.0, outside=0.0)
    seen, unseen = gaps_of(score, exits(leaving=leaving), DAYS, random)
    assert not seen.any() and unseen[:, -1].all()
    assert len(unseen) / (len(seen) + len(unseen)) == pytest.approx(0.5, abs=0.02)
    assert (unseen[:, :-1] <= unseen[:, 1:]).all(), "a gap is never followed by a score"
    seen, unseen = gaps_of(score._replace(missed=0.1, outside=0.2), exits(leaving=0 * leaving), DAYS, random)
    assert seen[:, :-1].mean() == pytest.approx(0.1, abs=0.01)
    assert len(unseen) / (len(seen) + len(unseen)) == pytest.approx(1 - 0.9 * 0.8, abs=0.02)


def test_the_share_with_a_composite_event_is_of_stops_and_exits_before_its_last_day() -> None:
    own = compiled().plan.exit
    half = own._replace(
        stopping=np.full_like(own.stopping, 0.5), never=0.1, leaving=np.array([0.001, 0, 0, 0])
    )
    expected = 1 - 0.9 * 0.5 ** (111 / own.treatment) * np.exp(-0.112)
    assert events_of(half) == pytest.approx([expected] * ARMS)
    assert events_of(exits()).tolist() == [0, 0]


def test_those_who_left_early_are_foretold_less() -> None:
    plan = compiled().plan
    where = endpoint(study(), "primary", study().definition.estimands["primary"])
    late, early = (
        foretold(study(), where, plan.score, exits(leaving=np.array([rate, 0, 0, 0])), plan.recruitment, 0)[
            :, 0
        ]
        for rate in (0.0, 0.03)
    )
    assert (late > early + 0.05).all() and (early >= 0).all()
