"""Bang's and James's indices against the published example, and their variances against enumeration."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.blinding_index import Guesses, SureGuesses, bang, james

# The CRISP trial, as in Bang, Ni and Davis, Control Clin Trials 2004;25:143-156, Table 7.
TREATED = Guesses(right=82, wrong=25, unknown=170)
PLACEBO = Guesses(right=29, wrong=27, unknown=83)


def test_the_published_example() -> None:
    """There: 0.21 (0.15, 0.26) and 0.01 (-0.07, 0.10), with one-sided 95% limits; James 0.75."""
    for guesses, expected in ((TREATED, (0.21, 0.15, 0.26)), (PLACEBO, (0.01, -0.07, 0.10))):
        found = bang(guesses, 0.90)
        assert (found.estimate, found.interval.lower, found.interval.upper) == pytest.approx(
            expected, abs=5.1e-3
        )
    assert james(TREATED, PLACEBO).estimate == pytest.approx(0.75, abs=5.1e-3)


def test_a_second_example_agrees_with_another_program() -> None:
    """The example that BlindingIndex.jl prints: guesses 48, 4, 330 in one arm and 30, 22, 319 in the other; James 0.896
    (0.011; 0.875 to 0.918), Bang 0.115 (0.018; 0.08 to 0.15) and 0.022 (0.019; -0.016 to 0.06)."""
    one, two = Guesses(right=48, wrong=4, unknown=330), Guesses(right=30, wrong=22, unknown=319)
    printed = (
        (james(one, two), (0.896, 0.011, 0.875, 0.918)),
        (bang(one), (0.115, 0.018, 0.08, 0.15)),
        (bang(two), (0.022, 0.019, -0.016, 0.06)),
    )
    for found, expected in printed:
        numbers = (found.estimate, found.standard_error, found.interval.lower, found.interval.upper)
        assert numbers == pytest.approx(expected, abs=5.1e-4)


def test_the_variance_of_james_is_that_of_its_paper() -> None:
    """The formula of the paper's appendix, with the weights 0, 0.5 and 1, for the counts of the published example."""
    table = ((82, 27), (25, 29), (170, 83))
    total = sum(map(sum, table))
    cells = [[count / total for count in row] for row in table]
    weight, unknown = ((0.0, 0.5), (0.5, 0.0)), sum(cells[2])
    rows, columns = [sum(cells[0]), sum(cells[1])], [cells[0][0] + cells[1][0], cells[0][1] + cells[1][1]]
    places = [(i, j) for i in (0, 1) for j in (0, 1)]
    chance = sum(weight[i][j] * rows[i] * columns[j] for i, j in places)
    seen = sum(weight[i][j] * cells[i][j] for i, j in places) / (1 - unknown)
    excess = 1 + (seen - chance / (1 - unknown) ** 2) / (chance / (1 - unknown) ** 2)
    pulls = {
        (i, j): (1 - unknown) * weight[i][j]
        - excess * sum(weight[r][j] * rows[r] + weight[i][r] * columns[r] for r in (0, 1))
        for i, j in places
    }
    first = sum(cells[i][j] * (1 - unknown) ** 2 * pulls[i, j] ** 2 for i, j in places) / (4 * chance**2)
    second = unknown * (1 - unknown) - (1 - unknown) * excess * (unknown + (1 - unknown) * excess / 4)
    found = james(Guesses(right=82, wrong=25, unknown=170), Guesses(right=29, wrong=27, unknown=83))
    assert found.standard_error == pytest.approx(math.sqrt((first + second) / total), rel=1e-10)


def test_james_is_what_its_paper_defines() -> None:
    """Written out as there: with P_DK who do not know, observed and chance disagreement of the others, and the
    weight 0.5 for wrong guesses."""
    total, guessed = 416, 163
    unknown = 253 / total
    observed = 0.5 * (25 + 27) / guessed
    chance = 0.5 * (107 * (25 + 29) + 56 * (82 + 27)) / guessed**2
    kappa = (observed - chance) / chance
    assert james(TREATED, PLACEBO).estimate == pytest.approx((1 + unknown + (1 - unknown) * kappa) / 2)
    assert james(PLACEBO, TREATED) == james(TREATED, PLACEBO)


def test_the_ends_of_the_scales() -> None:
    right, wrong = Guesses(right=20, wrong=0, unknown=0), Guesses(right=0, wrong=20, unknown=0)
    nobody, chance = Guesses(right=0, wrong=0, unknown=20), Guesses(right=10, wrong=10, unknown=0)
    assert [bang(each).estimate for each in (right, wrong, nobody, chance)] == [1, -1, 0, 0]
    assert [james(each, each).estimate for each in (right, wrong, nobody, chance)] == [0, 1, 1, 0.5]
    assert (james(nobody, nobody).interval.lower, james(nobody, nobody).standard_error) == (1, 0)
    assert (bang(wrong).interval.lower, bang(right).interval.upper) == (-1, 1)


def test_the_variance_of_bang_is_that_of_every_possible_answer() -> None:
    """Over all counts of 12 answers with their multinomial probabilities."""
    chances, size = (0.5, 0.2, 0.3), 12
    mean = square = inside = 0.0
    for right, wrong in product(range(size + 1), repeat=2):
        unknown = size - right - wrong
        if unknown >= 0:
            ways = math.factorial(size) / math.prod(math.factorial(each) for each in (right, wrong, unknown))
            weight = ways * math.prod(c**n for c, n in zip(chances, (right, wrong, unknown), strict=True))
            found = bang(Guesses(right=right, wrong=wrong, unknown=unknown))
            mean, square = mean + weight * found.estimate, square + weight * found.estimate**2
            inside += weight * found.standard_error**2
    assert mean == pytest.approx(0.3)
    # The plug-in variance of a proportion is (n - 1) / n of the true one, on average.
    assert inside == pytest.approx((square - mean**2) * (size - 1) / size)


def test_the_variance_of_james_is_the_delta_method_of_the_whole_table() -> None:
    counts = np.array([82, 25, 170, 29, 27, 83], dtype=float)

    def index(cells: np.ndarray) -> float:
        p = cells / cells.sum()
        guessed = p[0] + p[1] + p[3] + p[4]
        observed = (p[1] + p[4]) / guessed
        chance = ((p[0] + p[1]) * (p[1] + p[3]) + (p[3] + p[4]) * (p[0] + p[4])) / guessed**2
        return (1 + (1 - guessed) + guessed * (observed - chance) / chance) / 2

    slope = np.array([(index(counts + e) - index(counts - e)) / 2e-4 for e in 1e-4 * np.eye(6)])
    p = counts / counts.sum()
    spread = counts.sum() * (np.diag(p) - np.outer(p, p))
    found = james(TREATED, PLACEBO)
    assert found.standard_error == pytest.approx(math.sqrt(slope @ spread @ slope), rel=1e-6)
    assert found.interval.upper - found.estimate == pytest.approx(1.959964 * found.standard_error, rel=1e-6)


def test_guesses_that_give_no_index_are_refused() -> None:
    for counts in ((-1, 2, 0), (0, 0, 0)):
        with pytest.raises(AnalysisError, match="ANAL-004"):
            Guesses(right=counts[0], wrong=counts[1], unknown=counts[2])
    with pytest.raises(AnalysisError, match="ANAL-004"):
        james(Guesses(right=5, wrong=0, unknown=1), Guesses(right=0, wrong=0, unknown=6))


def test_guesses_of_two_degrees_are_a_mean_of_weights() -> None:
    """The 2 x 5 format of Bang, Ni and Davis: 1, 0.5, 0, -0.5 and -1; every answer of three people, by enumeration."""
    chances, weights = np.array([0.3, 0.1, 0.25, 0.15, 0.2]), np.array([1, 0.5, 0, -0.5, -1])
    mean = square = 0.0
    for answers in product(range(5), repeat=3):
        chance = float(np.prod(chances[list(answers)]))
        counts = np.bincount(answers, minlength=5).tolist()
        names = ("sure_right", "right", "unknown", "wrong", "sure_wrong")
        found = bang(SureGuesses(**dict(zip(names, counts, strict=True)))).estimate
        mean, square = mean + chance * found, square + chance * found**2
    assert mean == pytest.approx(float(chances @ weights))
    whole = SureGuesses(sure_right=30, right=10, unknown=25, wrong=15, sure_wrong=20)
    assert bang(whole).estimate == pytest.approx(mean)
    assert 100 * bang(whole).standard_error ** 2 == pytest.approx(3 * (square - mean**2))


def test_guesses_that_are_all_sure_are_those_without_degrees() -> None:
    sure = SureGuesses(sure_right=82, right=0, unknown=170, wrong=0, sure_wrong=25)
    assert bang(sure) == bang(TREATED)
    mixed = SureGuesses(sure_right=2, right=80, unknown=170, wrong=24, sure_wrong=1)
    assert (sure.plain, mixed.plain) == (TREATED, TREATED)
    with pytest.raises(AnalysisError, match="ANAL-004"):
        SureGuesses(sure_right=0, right=0, unknown=0, wrong=0, sure_wrong=0)
