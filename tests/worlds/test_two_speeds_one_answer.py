"""The compiled loop and the whole engine agree in distribution on every quantity that is reported, in every scenario.

In the suite few participants and few trials; under `make worlds` the trial as it is planned and all scenarios. Each
comparison is a permutation test over all columns at once; all of them together have a false-alarm rate of 0.1 %, and
the seeds are fixed: a test passes or fails for good until the code changes. They must also find each of the loops that
are broken on purpose.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from equipoise.simulation.agreement import FALSE_ALARMS, Agreement, compare
from equipoise.simulation.characteristics.loop.arrays import Plan
from tests.worlds.agreeing import (
    ALARM,
    BROKEN,
    LEDGERS,
    Ledgers,
    compiled,
    fast_trials,
    whole_trials,
)
from tests.worlds.simulating import WHOLE

Break = Callable[[Plan], Plan]
WITHOUT_LOOKS = {
    name
    for ledgers in LEDGERS
    for name, scenario in zip(ledgers.readings, ledgers.scenarios(), strict=True)
    if scenario.looks is None
}
CONSTANT = {
    "randomised": "recruitment goes on until all are randomised",
    "analysed": "without looks all who are randomised",
    "look": "without looks the only one",
    "ended at look 1": "without looks every trial does",
}
"""Columns that no trial without looks can differ in."""
NEVER = {
    "event.": "the scenario gives nobody such an event: rescue, pregnancy, changed doses are incidents, left out"
}
PLENTY = {
    "expired": "kits keep longer than a trial lasts",
    "stockouts": "kits are never short where few people come",
}
"""Columns that may be 0 in all trials, by how they begin; PLENTY where kits are not scarce."""


@pytest.mark.parametrize(
    "ledgers",
    [each for each in LEDGERS if each.trials or WHOLE],
    ids=lambda each: f"{each.study}-{each.readings[0]}",
)
def test_the_two_speeds_agree_and_every_broken_loop_is_found(ledgers: Ledgers) -> None:
    """One test for the scenarios that read the same whole trials, which are slow and run once."""
    whole = whole_trials(ledgers)
    found = {
        name: compare(frame, fast_trials(compiled(ledgers, name)), alarm=ALARM)
        for name, frame in whole.items()
    }
    text = "\n\n".join(printed(name, each) for name, each in found.items())
    print(text)
    assert all(each.agree for each in found.values()), text
    assert [
        column for name, each in found.items() for column in each.constant if not argued(column, name)
    ] == []
    assert [column for each in found.values() for column in each.alone if column not in each.constant] == []
    broken = [
        each
        for each in BREAKS
        if each.scenario in whole and len(whole[each.scenario]) >= each.trials and (WHOLE or not each.planned)
    ]
    assert [each.name for each in broken if not is_found(each, whole[each.scenario], ledgers)] == []


def argued(column: str, scenario: str) -> str:
    """Why a column has one value in all trials of both, or nothing."""
    if scenario in WITHOUT_LOOKS and column in CONSTANT:
        return CONSTANT[column]
    starts = NEVER if scenario == "scarce" else NEVER | PLENTY
    return next((why for start, why in starts.items() if column.startswith(start)), "")


def is_found(broken: Broken, whole: pl.DataFrame, ledgers: Ledgers) -> bool:
    """Whether the comparison of the suite finds a loop that is broken on purpose."""
    plan = compiled(ledgers, broken.scenario)
    loop = dataclasses.replace(plan, plan=broken.broken(plan.plan))
    return not compare(whole, fast_trials(loop, BROKEN), alarm=ALARM).agree


def printed(name: str, found: Agreement) -> str:
    """Both means of each column, as the manual shows them."""
    lines = [
        f"{name}: {found.rows[0]} whole trials, {found.rows[1]} compiled; p {found.p:.4f}, bound {found.bound:.2f}; "
        f"a mean that differs by {found.seen:.2f} standard deviations is seen in 9 of 10",
        *(
            f"{each.column:42s} {one:10.4f} {two:10.4f} {each.deviations[1]:9.4f} {each.excess:6.2f}"
            for each in found.columns
            for one, two in [each.means]
        ),
        f"constant: {', '.join(found.constant)}",
    ]
    return "\n".join(lines)


def part(name: str, **changes: Callable[[np.ndarray], object]) -> Break:
    """A plan with fields of one of its parts changed."""

    def broken(plan: Plan) -> Plan:
        own = getattr(plan, name)
        made = {field: change(getattr(own, field)) for field, change in changes.items()}
        return plan._replace(**{name: own._replace(**made)})

    return broken


def no_loss(plan: Plan) -> Plan:
    """Nobody is lost; the other exits as before."""
    leaving = plan.exit.leaving.copy()
    span = -np.log1p(-plan.exit.leave) / plan.exit.gone
    leaving[0] = 0
    gone = float(leaving.sum())
    return plan._replace(
        exit=plan.exit._replace(leaving=leaving, gone=gone, leave=float(-np.expm1(-gone * span)))
    )


def no_look(plan: Plan) -> Plan:
    """The first look is skipped: nobody stops there."""
    bounds, futility = plan.analysis.bounds.copy(), plan.analysis.futility.copy()
    bounds[0], futility[0] = np.inf, -np.inf
    return plan._replace(analysis=plan.analysis._replace(bounds=bounds, futility=futility))


def fewer_lost(plan: Plan) -> Plan:
    """A fifth fewer are lost; the other exits as before."""
    leaving = plan.exit.leaving * np.array([0.8, 1, 1, 1])
    span = -np.log1p(-plan.exit.leave) / plan.exit.gone
    gone = float(leaving.sum())
    return plan._replace(
        exit=plan.exit._replace(leaving=leaving, gone=gone, leave=float(-np.expm1(-gone * span)))
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A compiled loop with one thing wrong, in a scenario.

    planned: it takes all planned participants to find it; trials: so many whole trials.
    """

    name: str
    scenario: str
    broken: Break
    planned: bool = False
    trials: int = 0


def _all(scenario: str, **broken: Break) -> list[Broken]:
    return [
        Broken(name=name.replace("_", " "), scenario=scenario, broken=each) for name, each in broken.items()
    ]


BREAKS = [
    *_all(
        "base",
        nobody_is_lost=no_loss,
        a_fifth_fewer_arrive=part("recruitment", rate=lambda rate: 0.8 * rate),
        screening_takes_longer=part("recruitment", randomised=lambda day: np.where(day >= 0, day + 20, day)),
        sites_are_full_from_their_first_day=part("recruitment", ramp=np.zeros_like),
        nobody_comes_again=part("recruitment", again=lambda day: np.full_like(day, -1)),
        treatment_never_ends_early=part("exit", stopping=np.zeros_like),
        a_stop_is_no_intercurrent_event=part("exit", until=lambda day: np.full_like(day, -1)),
        everybody_comes_in_time=part("score", missed=lambda _: 0.0, outside=lambda _: 0.0, substitute=lambda _: 0.0),
        a_third_of_the_effect_is_missing=part("score", depth=lambda depth: depth * np.float32([0.7, 1.0])),
        the_arms_are_swapped=part("score", depth=lambda depth: np.ascontiguousarray(depth[..., ::-1])),
    ),
    *_all(
        "looks",
        the_first_look_is_skipped=no_look,
        futility_is_forgotten=part("analysis", futility=lambda bound: np.full_like(bound, -np.inf)),
        a_look_comes_a_fifth_late=part("analysis", looks=lambda people: np.minimum(people * 6 // 5, people[-1])),
    ),
    *_all(
        "scarce",
        kits_come_a_week_late=part("kits", lead=lambda days: days + 7),
        no_kit_expires=part("kits", shelf=lambda days: days + 10_000),
        less_is_sent=part("kits", resupply=lambda weeks: weeks - 3),
        sites_begin_with_one_kit_more=part("kits", initial=lambda kits: kits + 1),
    ),
    Broken(name="a fifth fewer are lost", scenario="exits", broken=fewer_lost, planned=True, trials=30),
    Broken(
        name="the trigger is forgotten", scenario="scarce", broken=part("kits", trigger=lambda weeks: 0), trials=60
    ),
    Broken(name="no strata", scenario="base", broken=part("recruitment", strata=np.zeros_like), trials=200),
]  # fmt: skip


def test_two_samples_of_one_loop_seldom_differ() -> None:
    """The false-alarm rate is that of a permutation test; of 40 comparisons of the loop with itself none alarms."""
    random = np.random.default_rng(3)
    frames = [
        pl.DataFrame(
            {"a": random.poisson(0.2, 430), "b": random.normal(size=430), "lost.x": random.poisson(2, 430)}
        )
        for _ in range(40)
    ]
    ps = [compare(each.head(30), each.tail(400), permutations=1999).p for each in frames]
    assert min(ps) > FALSE_ALARMS
    assert 0.3 < float(np.mean(ps)) < 0.7


def test_the_difference_that_is_said_to_be_seen_is_seen() -> None:
    """In 9 of 10 samples of one normal column; 25 samples, so at least 18 with near certainty."""
    random = np.random.default_rng(4)
    seen = 0
    for _ in range(25):
        values = random.normal(size=460)
        shift = compare(frame_of(values[:60]), frame_of(values[60:]), permutations=1999).seen
        moved = compare(frame_of(values[:60] + shift), frame_of(values[60:]), permutations=1999)
        seen += moved.apart == ("value",)
    assert seen >= 18


def test_a_column_that_one_of_the_two_has_not_is_compared_with_nothing() -> None:
    one = pl.DataFrame({"a": [1.0, 2.0, 3.0], "units.x": [0, 0, 0]})
    found = compare(one, pl.DataFrame({"a": [1.0, 2.0, 3.0, 2.0], "used.y": [1, 0, 0, 2]}), permutations=999)
    assert found.alone == ("units.x", "used (all)", "used.y")
    assert found.constant == ("units.x",)
    assert {each.column for each in found.columns} == {"a", "used.y", "used (all)"}


def test_what_cannot_be_compared_is_refused() -> None:
    one = pl.DataFrame({"trial": [1, 2]})
    with pytest.raises(ValueError, match="no column"):
        compare(one, one)
    with pytest.raises(ValueError, match="cannot show"):
        compare(frame_of(np.arange(4.0)), frame_of(np.arange(4.0)), alarm=0.0001, permutations=1000)


def test_where_trials_end_is_told_apart_by_look_and_by_what_it_found() -> None:
    """The share that ends at each look is the same in both; only what the first look finds differs."""
    look = np.array([1, 1, 2, 2] * 100)
    one, two = (
        pl.DataFrame({"look": look, "rejected": rejected})
        for rejected in (np.tile([0, 1, 0, 1], 100), np.tile([1, 1, 0, 0], 100))
    )
    found = compare(one, two)
    assert set(found.apart) == {"rejected at look 1", "rejected at look 2"}


def frame_of(values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"value": values})
