"""Restricted randomisation against published and independently computed numbers, each with its source."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equipoise.allocation import (
    BiasedCoin,
    Complete,
    ListScheme,
    Maximal,
    PermutedBlocks,
    RandomAllocationRule,
    Urn,
)
from equipoise.simulation.randomisation.exact import every_list, list_properties, mean_of

TWO: dict[str, Any] = {"arms": ("a", "b"), "ratio": (1, 1)}
COIN = Fraction(2, 3)
SCHEMES: dict[str, ListScheme | PermutedBlocks] = {
    "CR": Complete(**TWO),
    "RAR": RandomAllocationRule(**TWO, maximum=8),
    "PBR4": PermutedBlocks(**TWO, block_sizes=(4,)),
    "PBR2": PermutedBlocks(**TWO, block_sizes=(2,)),
    "BSD2": BiasedCoin(**TWO, tolerance=2),
    "BSD3": BiasedCoin(**TWO, tolerance=3),
    "EBC23": BiasedCoin(**TWO, probability=COIN),
    "CHEN2_23": BiasedCoin(**TWO, probability=COIN, tolerance=2),
    "MP2": Maximal(**TWO, tolerance=2, maximum=8),
    "UD01": Urn(**TWO, initial=0, added=1),
}


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "vectors" / "statistics.json").read_text())
    return {each["id"]: each for each in found}


@pytest.mark.parametrize("name", SCHEMES)
def test_every_list_of_eight(vectors: dict[str, Any], name: str) -> None:
    """randomizeR 3.0.2 and enumeration with fractions (maximal procedure and urn: randomizeR alone)."""
    vector = vectors["rand_exact_8"]
    number, guesses, difference, greatest = vector["expected"][name]
    arms, probabilities = every_list(SCHEMES[name], vector["input"]["N"])
    known = list_properties(SCHEMES[name], vector["input"]["N"])
    assert len(arms) == number and probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert known.converging == pytest.approx(guesses, abs=vector["tolerance"])
    assert mean_of(known.differences) == pytest.approx(difference, abs=vector["tolerance"])
    assert mean_of(known.greatest) == pytest.approx(greatest, abs=vector["tolerance"])


def test_guesses_in_a_permuted_block(vectors: dict[str, Any]) -> None:
    """Blackwell and Hodges, Ann Math Stat 1957;28:449-460."""
    vector = vectors["blackwell_hodges"]
    for size, expected in zip(vector["input"]["block"], vector["expected"]["p"], strict=True):
        known = list_properties(PermutedBlocks(**TWO, block_sizes=(size,)), size)
        assert known.converging == pytest.approx(expected, abs=vector["tolerance"])


def test_guesses_of_complete_randomisation_are_coins() -> None:
    """The guess is right with probability 1/2 whatever went before (Blackwell and Hodges 1957)."""
    assert list_properties(Complete(**TWO), 40).converging == pytest.approx(0.5, abs=1e-12)


def test_efrons_coin_in_the_long_run() -> None:
    """Efron, Biometrika 1971;58:403-417: with p = 2/3 the arms are even at half of the even places in the long run; a
    converging guess is right with 7/12 at even and 2/3 at odd places, 5/8 in all."""
    known = list_properties(BiasedCoin(**TWO, probability=COIN), 100)
    assert known.differences[0.0] == pytest.approx(1 / 2, abs=1e-4)
    assert known.converging == pytest.approx(0.625, abs=2e-3)


def test_the_big_stick_in_the_long_run() -> None:
    """Soares and Wu, Commun Stat 1983;12:2017-2034: the difference is a walk reflected at b, uniform over its 2b steps,
    so 1/(2b) of the places are certain and a guess is right in 1/2 + 1/(4b)."""
    for tolerance in (1, 2, 3, 5):
        known = list_properties(BiasedCoin(**TWO, tolerance=tolerance), 2000 if tolerance < 3 else 600)
        assert known.certain == pytest.approx(1 / (2 * tolerance), abs=0.01)
        assert known.converging == pytest.approx(1 / 2 + 1 / (4 * tolerance), abs=0.005)


@pytest.mark.parametrize(
    ("scheme", "ahead"),
    [
        (Complete(**TWO), lambda n, apart: 0.5),
        (BiasedCoin(**TWO, probability=COIN), lambda n, apart: 1 / 3 if apart else 0.5),
        (Urn(**TWO), lambda n, apart: (n - apart) / (2 * n) if n else 0.5),
    ],
    ids=["complete", "Efron", "Wei"],
)
def test_long_lists_agree_with_a_walk_of_the_difference_alone(scheme, ahead) -> None:
    """|D| grows with the probability `ahead` of the arm that is ahead; a walk that stops beyond m has kept below it."""
    places = 250

    def ends(most: int) -> np.ndarray:
        """The probability of each |D| after all places, of the lists that never had a greater one than `most`."""
        now = np.zeros(most + 2)
        now[0] = 1.0
        for n in range(places):
            then = np.zeros(most + 2)
            for apart in range(most + 1):
                up = 1.0 if apart == 0 else ahead(n, apart)
                then[apart + 1] += now[apart] * up
                if apart:
                    then[apart - 1] += now[apart] * (1 - up)
            then[most + 1] = 0.0
            now = then
        return now

    known = list_properties(scheme, places)
    whole = ends(places)
    assert known.mean_difference == pytest.approx(float(whole @ np.arange(len(whole))), abs=1e-9)
    below = np.array([ends(most).sum() for most in range(0, 61, 6)])
    given = np.array(
        [sum(p for each, p in known.greatest.items() if each <= most) for most in range(0, 61, 6)]
    )
    assert given == pytest.approx(below, abs=1e-12)
