"""Virtual draws and patients: keyed, so that nothing that one of them does moves another."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from equipoise.simulation.draws import Draws
from equipoise.simulation.making import entered
from equipoise.simulation.patients import Patient
from equipoise.simulation.scenario import Curve, Generator, Scenario

DAY = date(2026, 3, 2)


def patient(arm: str | None = None, key: str = "01|1", **latents: Generator) -> Patient:
    scenario = Scenario(
        scenario="s",
        label="S",
        study="T",
        start="2026-01-01",
        sites=(),
        latents=latents,
        forms={
            "body": {
                "weight": Generator(latent="weight", decimals=1),
                "mood": Generator(missing="refused", probability=1.0, value="good"),
                "later": Generator(at={"month_1": Generator(value="yes")}),
                "red": Generator(choose={"3": 1.0}, thin="disease"),
            }
        },
        curves={"disease": Curve(depth="depth", half_time=10.0)},
    )
    made = Patient(key=key, scenario=scenario, draws=Draws(7), arm=arm)
    made.days["randomised_on"] = DAY
    return made


def value(generator: Generator, one: Patient | None = None, today: date | None = DAY) -> str | None:
    return entered(generator, ("body", "x"), "|x")(one or patient(), "k", None, today)


def test_a_draw_depends_on_its_key_and_the_seed_alone() -> None:
    assert Draws(1).uniform("a") == Draws(1).uniform("a")
    assert len({Draws(1).uniform("a"), Draws(1).uniform("b"), Draws(2).uniform("a")}) == 3
    assert len({Draws(1).salt(number) for number in range(50)}) == 50
    assert all(len(Draws(1).salt(number)) == 32 for number in range(3))


def test_draws_follow_their_distributions() -> None:
    draws = Draws(3)
    number = 20_000
    normal = [draws.normal(10.0, 2.0, f"n{i}") for i in range(number)]
    mean = sum(normal) / number
    assert abs(mean - 10.0) < 5 * 2.0 / math.sqrt(number)
    waiting = [draws.waiting(3.0, f"w{i}") for i in range(number)]
    assert abs(sum(waiting) / number - 10.0) < 5 * 10.0 / math.sqrt(number)
    assert draws.waiting(0.0, "never") == math.inf
    heads = sum(draws.chance(0.25, f"c{i}") for i in range(number)) / number
    assert abs(heads - 0.25) < 5 * math.sqrt(0.25 * 0.75 / number)
    assert not draws.chance(0.0, "no")
    chosen = [draws.choose({"a": 3.0, "b": 1.0}, f"o{i}") for i in range(number)]
    assert abs(chosen.count("b") / number - 0.25) < 5 * math.sqrt(0.25 * 0.75 / number)
    assert {draws.between(1, 3, f"b{i}") for i in range(200)} == {1, 2, 3}


def test_a_latent_is_drawn_once_and_waits_for_the_arm_it_needs() -> None:
    by_arm = Generator(by_arm={"a": Generator(value="well"), "b": Generator(value="ill")})
    one = patient(weight=Generator(normal=(70.0, 10.0), decimals=1), state=by_arm)
    assert one.latent("weight") == one.latent("weight")
    assert one.latent("state") is None and one.latent("arm") is None
    one.arm = "b"
    assert one.latent("state") == "ill"
    assert one.holds({"state": "ill", "arm": "b"}) and not one.holds({"state": "well"})


def test_two_arms_of_one_patient_share_every_draw_that_does_not_name_the_arm() -> None:
    weight = Generator(normal=(70.0, 10.0), decimals=1)
    assert patient("a", weight=weight).latent("weight") == patient("b", weight=weight).latent("weight")
    other = patient("a", key="01|2", weight=weight)
    assert other.latent("weight") != patient("a", weight=weight).latent("weight")


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        (Generator(value="yes"), "yes"),
        (Generator(choose={"x": 1.0}), "x"),
        (Generator(between=(4, 4)), "4"),
        (Generator(between=(1.0, 1.0), decimals=2), "1.00"),
        (Generator(normal=(5.0, 0.0), scale=2.0, plus=Generator(normal=(1.0, 0.0))), "11"),
        (Generator(normal=(500.0, 0.0), high=400.0, decimals=1), "400.0"),
        (Generator(normal=(-5.0, 0.0), low=0.0), "0"),
        (Generator(days=(-3, -3)), "2026-02-27"),
        (Generator(days=(1, 1), anchor="randomised_on"), "2026-03-03"),
        (Generator(days=(1, 1), anchor="consented_on"), None),
        (Generator(days=(10, 10), anchor="born"), "1970-01-11"),
        (Generator(latent="sex"), "f"),
        (Generator(latent="depth", scale=10.0), "8"),
        (Generator(when={"sex": "f"}, value="woman"), "woman"),
        (Generator(when={"sex": "m"}, value="man"), None),
        (Generator(when={"sex": "m"}, value="man", otherwise=Generator(value="no man")), "no man"),
        (Generator(when={"sex": "f"}, then=Generator(value="then")), "then"),
        (Generator(by_arm={"a": Generator(value="A")}), None),
        (Generator(), None),
    ],
)
def test_each_way_to_make_a_value(generator: Generator, expected: str | None) -> None:
    one = patient(sex=Generator(value="f"), depth=Generator(value="0.8"), born=Generator(value="1970-01-01"))
    assert value(generator, one) == expected


def test_a_form_is_filled_in_as_the_patient_is_today() -> None:
    one = patient(weight=Generator(value="70"), depth=Generator(value="1.0"))
    first = one.record("body", "baseline", DAY)
    assert first == {"weight": "70.0", "mood": {"missing": "refused"}, "red": "3"}
    later = one.record("body", "month_1", DAY + timedelta(days=200))
    assert later["later"] == "yes" and later["red"] == "0"
    assert one.record("unknown", "month_1", DAY) == {}


def test_an_item_falls_with_the_curve_and_never_rises_again() -> None:
    one = patient(depth=Generator(value="0.6"), weight=Generator(value="70"))
    assert one.left("disease", DAY) == 1.0
    assert abs(one.left("disease", DAY + timedelta(days=10)) - 0.7) < 1e-12
    days = [int(one.record("body", f"e{n}", DAY + timedelta(days=n))["red"]) for n in range(0, 90, 5)]
    assert days == sorted(days, reverse=True) and days[0] == 3


def test_a_rater_errs_once_a_score() -> None:
    one = patient(depth=Generator(value="0.5"), weight=Generator(value="70"))
    noisy = Curve(depth="depth", half_time=10.0, noise=0.2)
    one.scenario = Scenario(
        scenario="s", label="S", study="T", start="2026-01-01", sites=(), latents=one.scenario.latents,
        forms={}, curves={"disease": noisy},
    )  # fmt: skip
    day = DAY + timedelta(days=30)
    assert one.units_left("disease", "e1", day) == one.units_left("disease", "e1", day)
    assert one.units_left("disease", "e1", day) != one.units_left("disease", "e2", day)
