"""How well a blind held, from guesses of the arm: Bang's index of each arm and James's index of the trial.

Bang's is the proportion of right guesses minus that of wrong ones: 1 all guess right, 0 they guess at random or
do not know, -1 all guess wrong. James's goes from 0 (all right) over 0.5 (random) to 1 (nobody knows, or all
wrong), and gives most weight to those who do not know.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimators.proportions import Interval, normal_quantile
from equipoise.analysis.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Guesses(Shown):
    """Counts of the guesses about the participants of one arm: right, wrong, and "I do not know".

    >>> eq.Guesses(right=30, wrong=15, unknown=16).asked
    61
    """

    right: int
    wrong: int
    unknown: int

    def __post_init__(self) -> None:
        if min(self.right, self.wrong, self.unknown) < 0 or not self.asked:
            raise analysis_error("ANAL-004", "guesses", f"{self.right}, {self.wrong}, {self.unknown}")

    @property
    def asked(self) -> int:
        return self.right + self.wrong + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SureGuesses(Shown):
    """Counts of the guesses about the participants of one arm, with how sure: right and sure, right and not sure, "I do
    not know", wrong and not sure, wrong and sure (the 2 x 5 format).

    >>> round(eq.bang_index(eq.SureGuesses(sure_right=20, right=10, unknown=16, wrong=5, sure_wrong=10)).estimate, 4)
    0.2049
    """

    sure_right: int
    right: int
    unknown: int
    wrong: int
    sure_wrong: int

    def __post_init__(self) -> None:
        if min(self.cells) < 0 or not sum(self.cells):
            raise analysis_error("ANAL-004", "guesses", ", ".join(str(each) for each in self.cells))

    @property
    def cells(self) -> tuple[int, ...]:
        """The counts, from the surest right guess to the surest wrong one."""
        return self.sure_right, self.right, self.unknown, self.wrong, self.sure_wrong

    @property
    def plain(self) -> Guesses:
        """The same without how sure: what James's index takes."""
        return Guesses(
            right=self.sure_right + self.right, wrong=self.sure_wrong + self.wrong, unknown=self.unknown
        )


WEIGHTS = (1.0, 0.5, 0.0, -0.5, -1.0)
"""What a guess counts, from right and sure to wrong and sure."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Index(Shown):
    """An index, its standard error and its normal interval, kept within the range of the index."""

    estimate: float
    standard_error: float
    interval: Interval


def bang(guesses: Guesses | SureGuesses, confidence: float = 0.95) -> Index:
    """Bang's index of one arm, from -1 to 1, from participants of one arm; a guess that is not sure counts half.

    The paper prints one-sided 95% limits, which are those of a two-sided interval at 0.90. Source: Bang, Ni and
    Davis, Control Clin Trials 2004;25:143-156.

    >>> eq.bang_index(eq.Guesses(right=30, wrong=15, unknown=16))
    Index
      estimate        0.2459
      standard error  0.1054
      interval        0.03939 to 0.4524 (95%)
    """
    sure = isinstance(guesses, SureGuesses)
    counts = guesses.cells if sure else (guesses.right, 0, guesses.unknown, 0, guesses.wrong)
    asked = sum(counts)
    estimate = math.fsum(w * each for w, each in zip(WEIGHTS, counts, strict=True)) / asked
    square = math.fsum(w * w * each for w, each in zip(WEIGHTS, counts, strict=True)) / asked
    return _index(estimate, (square - estimate * estimate) / asked, -1.0, confidence)


def james(one: Guesses, two: Guesses, confidence: float = 0.95) -> Index:
    """James's index of a trial of two arms, from 0 to 1, with its variance by the delta method.

    Where only one arm was ever guessed and all guessed so were in it, agreement by chance has no measure: ANAL-004.
    Nobody guessing is the index 1 without variance, as the paper says. Source: James and others, Stat Med
    1996;15:1421-1434.

    >>> new, old = eq.Guesses(right=30, wrong=15, unknown=16), eq.Guesses(right=22, wrong=20, unknown=19)
    >>> round(eq.james_index(new, old).estimate, 4)
    0.5753
    """
    total = one.asked + two.asked
    cells = [each / total for each in (one.right, one.wrong, two.wrong, two.right)]
    guessed = math.fsum(cells)
    if not guessed:
        return _index(1.0, 0.0, 0.0, confidence)
    rows = (cells[0] + cells[1], cells[2] + cells[3])
    columns = (cells[0] + cells[2], cells[1] + cells[3])
    wrong, chance = cells[1] + cells[2], rows[0] * columns[1] + rows[1] * columns[0]
    if not chance:
        raise analysis_error("ANAL-004", "guesses", "all who guessed were in one arm, and named it")
    estimate = 1 - guessed + wrong * guessed**2 / (2 * chance)
    # The derivatives by the cells in the order above; by those who do not know it is 0.
    moved = (columns[1] + rows[1], columns[1] + rows[0], columns[0] + rows[1], columns[0] + rows[0])
    slopes = [
        -1
        + (guessed**2 * (place in (1, 2)) + 2 * wrong * guessed - wrong * guessed**2 * each / chance)
        / (2 * chance)
        for place, each in enumerate(moved)
    ]
    mean = math.fsum(p * slope for p, slope in zip(cells, slopes, strict=True))
    square = math.fsum(p * slope * slope for p, slope in zip(cells, slopes, strict=True))
    return _index(estimate, (square - mean * mean) / total, 0.0, confidence)


def _index(estimate: float, variance: float, lowest: float, confidence: float) -> Index:
    error = math.sqrt(max(0.0, variance))
    half = normal_quantile(confidence) * error
    interval = Interval(
        lower=max(lowest, estimate - half), upper=min(1.0, estimate + half), confidence=confidence
    )
    return Index(estimate=estimate, standard_error=error, interval=interval)
