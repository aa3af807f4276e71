"""A study's randomisation assessed: its own scheme beside others, over the sites and strata of a scenario."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equipoise.allocation import BiasedCoin, Complete, ListScheme, Minimisation, PermutedBlocks, Scheme
from equipoise.cli.main import main
from equipoise.simulation.randomisation.arrivals import Arrivals, arrivals_of
from equipoise.simulation.randomisation.assess import (
    Assessed,
    Assumptions,
    assess,
    exact_errors,
    usual_assumptions,
)
from equipoise.simulation.randomisation.biases import t_rejection
from equipoise.simulation.randomisation.candidates import candidates, described
from equipoise.simulation.randomisation.errors import AssessmentError
from equipoise.simulation.scenario import SiteSpec

STUDIES = Path(__file__).resolve().parents[3] / "studies"
TWO: dict[str, Any] = {"arms": ("a", "b"), "ratio": (1, 1)}
BLOCKS = PermutedBlocks(**TWO, block_sizes=(4, 6))


def site(number: int, per_month: float, opens: int = 0, ramp: int = 0) -> SiteSpec:
    return SiteSpec(
        site=f"0{number}", name="A site", country="FR", per_month=per_month, opens=opens, ramp=ramp
    )


SITES = (site(1, 6.0), site(2, 3.0), site(3, 3.0))
SHARES = {"sex=f": 0.7, "sex=m": 0.3}


def coming(trials: int = 400, planned: int = 60, sites: tuple[SiteSpec, ...] = SITES) -> Arrivals:
    return arrivals_of(sites, SHARES, planned=planned, trials=trials, seed=4)


def code_of(action: Callable[[], object]) -> str:
    """The code with which an action is refused."""
    with pytest.raises(AssessmentError) as refusal:
        action()
    return refusal.value.code


@pytest.fixture(scope="module")
def assessed() -> dict[str, Assessed]:
    listed, _ = candidates(BLOCKS, factors=("sex",), by_site=False, planned=60)
    found = assess(listed, coming(), usual_assumptions(60), seed=3, workers=2)
    return {each.candidate.id: each for each in found}


def test_participants_come_by_the_rates_of_the_sites_and_the_shares_of_the_strata() -> None:
    arrivals = coming()
    assert arrivals.site.shape == (400, 60)
    shares = [(arrivals.site == number).mean() for number in range(3)]
    assert shares == pytest.approx([0.5, 0.25, 0.25], abs=4.5 * 0.5 / (400 * 60) ** 0.5)
    assert (arrivals.level == 0).mean() == pytest.approx(0.7, abs=4.5 * 0.5 / (400 * 60) ** 0.5)


def test_a_site_that_opens_later_has_none_of_the_first_and_a_ramp_fewer() -> None:
    late = coming(sites=(site(1, 30.0), site(2, 30.0, opens=30), site(3, 30.0, ramp=60)))
    early = late.site[:, :10]
    assert not (early == 1).any() and 0 < (early == 2).mean() < (late.site[:, 40:] == 2).mean()
    assert (late.site[:, 40:] == 1).any()


def test_strata_are_named_with_or_without_the_site() -> None:
    arrivals = coming(trials=2, planned=3)
    names, numbers = arrivals.strata(by_site=False)
    assert names == ["sex=f", "sex=m"] and np.array_equal(numbers, arrivals.level)
    names, numbers = arrivals.strata(by_site=True)
    level, place = arrivals.level[1, 2], arrivals.site[1, 2]
    assert names[numbers[1, 2]] == f"sex={'fm'[level]};site={arrivals.sites[place]}"


def test_a_trial_without_anybody_to_come_is_refused() -> None:
    assert code_of(lambda: coming(sites=())) == code_of(lambda: coming(planned=0)) == "LIST-003"
    assert code_of(lambda: coming(sites=(site(1, 0.0),))) == "LIST-003"


def test_the_own_scheme_comes_first_and_once() -> None:
    listed, undefined = candidates(BLOCKS, factors=("sex",), by_site=False, planned=60)
    assert listed[0].own and listed[0].scheme is BLOCKS and undefined == ()
    assert sum(each.scheme == BLOCKS and not each.by_site for each in listed) == 1
    assert len({each.id for each in listed}) == len(listed) == 11


def test_schemes_that_the_arms_do_not_allow_are_named() -> None:
    own = Complete(arms=("a", "b", "c"), ratio=(2, 1, 1))
    listed, undefined = candidates(own, factors=(), by_site=True, planned=50)
    assert undefined == (
        "big stick", "Efron's biased coin", "Chen's biased coin", "maximal procedure", "Wei's urn",
    )  # fmt: skip
    assert [each.id for each in listed] == [
        "own",
        "rule",
        "blocks",
        "random-blocks",
        "site-blocks",
        "minimisation",
    ]
    assert listed[1].scheme.maximum == 52  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (PermutedBlocks(**TWO, block_sizes=(6, 4, 4)), "Permuted blocks of 4 or 6"),
        (BiasedCoin(**TWO, probability=Fraction("0.6")), "Efron's biased coin 0.6"),
        (BiasedCoin(**TWO, tolerance=2), "Big stick, tolerance 2"),
        (
            Minimisation(**TWO, factors=("sex", "site"), weights={"sex": 2}, probability=Fraction("0.85")),
            "Minimisation over sex (weight 2), site, probability 0.85",
        ),
    ],
)
def test_a_scheme_is_described_with_its_settings(scheme: Scheme, words: str) -> None:
    assert described(scheme, by_site=False) == words


def test_what_is_known_of_the_schemes_shows_in_the_figures(assessed: dict[str, Assessed]) -> None:
    own, complete, minimised = assessed["own"], assessed["complete"], assessed["minimisation"]
    assert complete.best.value == pytest.approx(0.5) and complete.certain.value == 0
    assert own.guess_list.value > 0.65 > own.guess_site.value and 0.2 < own.certain.value < 0.35
    assert own.trial.end95 <= 6 < complete.trial.end95
    assert minimised.sites.end95 < own.sites.end95 and minimised.best.value > 0.65
    assert assessed["stick"].strata.greatest95 == 3 and assessed["stick"].strata.beyond.value == 0
    assert assessed["site-blocks"].guess_site.value > own.guess_site.value
    assert all(each.placed == 1 for each in assessed.values())


def test_biases_raise_and_lower_the_error(assessed: dict[str, Assessed]) -> None:
    for each in assessed.values():
        assert each.errors["none"]["t"].value == pytest.approx(0.05, abs=1e-9)
    own, complete = assessed["own"].errors, assessed["complete"].errors
    assert own["selection_list"]["t"].value > 0.07 > complete["selection_list"]["t"].value
    assert own["selection_list"]["binary"].value > own["none"]["binary"].value
    for kind in ("linear", "logarithmic", "step"):
        assert own[kind]["t"].value < 0.05
    assert abs(complete["linear"]["t"].value - 0.05) < 0.003


@pytest.mark.parametrize("scheme", [BLOCKS, BiasedCoin(**TWO, tolerance=2), Complete(**TWO)], ids=repr)
def test_drawn_lists_err_as_all_lists_do(scheme: Scheme) -> None:
    assumed = Assumptions(eta=0.5, theta=0.9, tested=3000)
    assert isinstance(scheme, PermutedBlocks | ListScheme)
    exact = exact_errors(scheme, 12, assumed)
    arrivals = arrivals_of(SITES[:1], {"all": 1.0}, planned=12, trials=3000, seed=1)
    own, _ = candidates(scheme, factors=(), by_site=False, planned=12)
    found = assess(own[:1], arrivals, assumed, seed=5)[0].errors
    for bias, tests in exact.items():
        for test, value in tests.items():
            drawn = found[bias][test]
            # Lists of one arm alone are so rare that none may have been drawn.
            assert abs(drawn.value - value) <= 4.5 * drawn.error + 1e-4


def test_all_lists_of_a_few_places_err_exactly() -> None:
    """With blocks of two the second of each pair is known: four pairs by hand, from the same test of each list."""
    pairs = PermutedBlocks(**TWO, block_sizes=(2,))
    errors = exact_errors(pairs, 8, Assumptions(eta=1.0, theta=1.0, response=0.5))
    assert errors["none"]["t"] == pytest.approx(0.05, abs=1e-9)
    by_hand = []
    for order in product((0, 1), repeat=4):
        arms = np.array([[each for first in order for each in (first, 1 - first)]])
        shifts = np.array([[each for first in order for each in (0.0, 1.0 if first else -1.0)]])
        by_hand.append(t_rejection(arms, shifts)[0])
    assert errors["selection_list"]["t"] == pytest.approx(np.mean(by_hand)) and np.mean(by_hand) > 0.1
    assert "selection_site" not in errors


def test_the_distribution_of_the_differences_is_given(assessed: dict[str, Assessed]) -> None:
    spread = assessed["own"].trial
    assert sum(spread.distribution.values()) == pytest.approx(1)
    assert sum(value * share for value, share in spread.distribution.items()) == pytest.approx(
        spread.end.value
    )
    beyond = sum(share for value, share in spread.distribution.items() if value > 3)
    assert beyond == pytest.approx(spread.beyond.value)


def test_the_figures_do_not_depend_on_the_number_of_workers(assessed: dict[str, Assessed]) -> None:
    listed, _ = candidates(BLOCKS, factors=("sex",), by_site=False, planned=60)
    assert assess(listed[:1], coming(), usual_assumptions(60), seed=3) == (assessed["own"],)


def test_a_list_that_is_too_short_is_counted() -> None:
    own = replace(BLOCKS, maximum=10)
    listed, _ = candidates(own, factors=("sex",), by_site=False, planned=60)
    found = assess(listed[:1], coming(trials=5), usual_assumptions(60), seed=3)[0]
    assert found.placed == pytest.approx(20 / 60)


def test_assumptions_outside_their_range_are_refused() -> None:
    good: dict[str, Any] = {"eta": 0.1, "theta": 0.2}
    for wrong in ({"response": 1.0}, {"alpha": 0.0}, {"theta": 1.5}, {"limit": 0}, {"tested": 0}):
        assert code_of(lambda wrong=wrong: Assumptions(**{**good, **wrong})) == "LIST-003"


def test_the_command_writes_a_page_a_picture_tables_and_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["randomisation", str(STUDIES / "DEMO-TTE"), "--trials", "50", "--out", str(tmp_path), "--json"]
    assert main([*words, "--eta", "0.2", "--limit", "4"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == json.loads((tmp_path / "randomisation.json").read_text())
    assert data["assumptions"]["eta"] == 0.2 and data["assumptions"]["limit"] == 4
    own = data["schemes"][0]
    assert own["own"] and own["scheme"].startswith("Minimisation over long_standing (weight 2), work")
    assert sum(data["strata"].values()) == pytest.approx(1) and data["note"].startswith("SIMULATED")
    page = (tmp_path / "randomisation.html").read_text()
    assert "What to read from it" in page and "(this trial)" in page and page.count("<table") == 3
    written = sorted(each.name for each in tmp_path.iterdir())
    assert written == [
        "randomisation-balance.csv", "randomisation-errors.csv", "randomisation-guesses.csv",
        "randomisation-schemes.svg", "randomisation.html", "randomisation.json",
    ]  # fmt: skip


def test_the_command_says_what_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["randomisation", str(STUDIES / "NCT06965244"), "--trials", "40"]) == 0
    said = capsys.readouterr().out
    assert "Permuted blocks of 4 or 6 (this trial)" in said and "One list of 122 places, exactly" in said
    assert "names the next arm rightly" in said and "Minimisation over sle, site, probability 0.8" in said
