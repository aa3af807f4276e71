"""Whether two ways to simulate one trial agree in distribution: one joint test over all reported quantities.

The rows of both are pooled, and if the two ways are one, which rows came from which is chance: a permutation test,
whose false-alarm rate is what it says however the quantities depend on each other. For each column three linear
statistics are taken: of the values (location), of their ranks (location, whatever the tails), and of the squared
distance of the ranks from the middle (spread). Each is put on the scale of its own upper tail over the permutations,
0 at its 99 % quantile and 1 at 99.9 %, so that rare counts do not drown the others, and the largest decides (Westfall
and Young, Resampling-Based Multiple Testing, 1993). Several comparisons share one false-alarm rate by dividing it
(Bonferroni), whether or not their trials are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    import polars

FALSE_ALARMS = 0.001
"""How often two samples of one distribution are found to differ, at most: in all comparisons together."""
PERMUTATIONS = 9_999
"""At least; more where the false-alarm rate of one comparison asks for them."""
TAIL = (0.99, 0.999)
"""The quantiles of each statistic over the permutations that stand for 0 and 1."""
NARROW, INSTEAD = 0.15, 0.5
"""Where the two lie closer together than this share of the upper one, as those of a rare count do (of a normal value
0.22), the unit is this share of it instead: half of what one case makes."""
KINDS = ("mean", "ranks", "spread")
TOTALLED = (
    "lost", "withdrawn", "deaths", "stopped", "missing", "responders", "truth", "supplies", "died",
    "shipped", "used", "expired", "left", "stockouts",
)  # fmt: skip
"""Stems of which the sum over arms, kits or sites is compared too: a rare event shows there first."""
UNCOMPARED = ("trial", "truth")
"""The number of the trial, and what is the same in all trials of one way; whether an interval holds it is compared."""
LOOKS = 10
"""Looks that are told apart."""
GAPS = (("second attempts", "attempts", "people"), ("width of the interval", "upper", "lower"))
"""Differences of two columns that are compared too: they vary much less than the columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One column: mean and standard deviation of both ways, and the largest of its statistics on the scale of its tail.

    z: by kind of KINDS, standardised under the permutations.
    """

    column: str
    means: tuple[float, float]
    deviations: tuple[float, float]
    z: tuple[float, ...]
    excess: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The joint test. rows: of both ways. p: of the permutations with the rows as they are among them.

    alarm: the false-alarm rate of this comparison. bound: what the excess of no column reaches but once in 1 / alarm;
    columns: the largest excess first; constant: columns with one value in both, which cannot differ. alone: columns
    that one of the two has not, compared with 0. seen: the difference of a mean, in standard deviations of the
    column, that would be found in 9 of 10 tests.
    """

    rows: tuple[int, int]
    p: float
    alarm: float
    bound: float
    columns: tuple[Compared, ...]
    constant: tuple[str, ...]
    alone: tuple[str, ...]
    seen: float

    @property
    def agree(self) -> bool:
        """Whether no difference was found."""
        return self.p > self.alarm

    @property
    def apart(self) -> tuple[str, ...]:
        """The columns that are found to differ, the largest difference first."""
        return (
            tuple(each.column for each in self.columns if each.excess >= self.bound) if not self.agree else ()
        )


def compare(
    one: polars.DataFrame,
    two: polars.DataFrame,
    *,
    alarm: float = FALSE_ALARMS,
    permutations: int | None = None,
    seed: int = 1,
) -> Agreement:
    """Compares all columns but those of UNCOMPARED; one that a frame has not is taken to be 0 there.

    `one` is the smaller sample; NaN is a value of its own, below all others. alarm: how often two samples of one
    distribution are found to differ, at most. Raises ValueError for frames without a column, and for fewer
    permutations than the alarm asks for.
    """
    permutations = permutations or max(PERMUTATIONS, int(1.05 / alarm))
    if (permutations + 1) * alarm < 1:
        raise ValueError(f"{permutations} permutations cannot show a difference at {alarm}")
    first, second, alone = side_by_side(one, two)
    values = {name: np.concatenate([first[name], second[name]]) for name in first}
    constant = tuple(name for name in values if np.ptp(values[name]) == 0)
    used = [name for name in values if name not in constant]
    scores = np.stack([score for name in used for score in scored(values[name])], axis=1)
    size, whole = len(one), len(one) + len(two)
    found = permuted(standardised(scores, size), size, permutations, seed)
    low, scale = tails(found)
    excess = (found - low) / scale
    largest = excess.max(axis=1)
    order = sorted(range(len(used)), key=lambda place: -excess[0, _of(place)].max())
    real = standardised(scores, size)[:size].sum(axis=0)
    columns = tuple(
        Compared(
            column=used[place],
            means=(float(first[used[place]].mean()), float(second[used[place]].mean())),
            deviations=(float(first[used[place]].std()), float(second[used[place]].std())),
            z=tuple(float(each) for each in real[_of(place)]),
            excess=float(excess[0, _of(place)].max()),
        )
        for place in order
    )
    bound = float(np.quantile(largest, 1 - alarm, method="higher"))
    return Agreement(
        rows=(len(one), len(two)),
        p=float((largest >= largest[0]).mean()),
        alarm=alarm,
        bound=bound,
        columns=columns,
        constant=constant,
        alone=alone,
        seen=difference_seen(float(np.median(low + bound * scale)), size, whole - size),
    )


def side_by_side(
    one: polars.DataFrame, two: polars.DataFrame
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], tuple[str, ...]]:
    """The values of both by column, with zeros where a frame has not the column, and the columns that one has alone."""
    first, second = totalled(one), totalled(two)
    shared = [*first, *(name for name in second if name not in first)]
    if not shared:
        raise ValueError("the two frames have no column")
    both = (
        {name: found.get(name, np.zeros(rows)) for name in shared}
        for found, rows in ((first, len(one)), (second, len(two)))
    )
    return (*both, tuple(sorted(first.keys() ^ second.keys())))


def tails(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By statistic, where the scale of its tail begins, and its unit; 1 for one that is 0 whatever the rows."""
    low, high = np.quantile(found, TAIL, axis=0)
    return low, np.where(high > 0, np.where(high - low < NARROW * high, INSTEAD * high, high - low), 1.0)


def _of(place: int) -> slice:
    """The statistics of a column."""
    return slice(len(KINDS) * place, len(KINDS) * (place + 1))


def totalled(frame: polars.DataFrame) -> dict[str, np.ndarray]:
    """The columns as numbers, with the sums of TOTALLED, the differences of GAPS, and which look ended the trial."""
    found = {
        name: np.nan_to_num(frame[name].to_numpy().astype(float), nan=-1e9)
        for name in frame.columns
        if name not in UNCOMPARED
    }
    sums = {
        f"{stem} (all)": sum(values for name, values in found.items() if name.startswith(f"{stem}."))
        for stem in TOTALLED
    }
    gaps = {name: found[high] - found[low] for name, high, low in GAPS if high in found and low in found}
    return (
        found
        | {name: total for name, total in sums.items() if isinstance(total, np.ndarray)}
        | gaps
        | (stages(found["look"], found["rejected"]) if "look" in found else {})
    )


def stages(look: np.ndarray, rejected: np.ndarray) -> dict[str, np.ndarray]:
    """Whether a trial ended at each look that ended any, and whether it did so for efficacy."""
    early = [number for number in range(1, LOOKS) if (look == number).any()]
    return {f"ended at look {number}": (look == number).astype(float) for number in early} | {
        f"rejected at look {number}": ((look == number) & (rejected > 0)).astype(float) for number in early
    }


def scored(values: np.ndarray) -> Sequence[np.ndarray]:
    """The three scores of a column, in the order of KINDS."""
    ranks = rankdata(values)
    middle = (len(values) + 1) / 2
    return values, ranks, (ranks - middle) ** 2


def standardised(scores: np.ndarray, size: int) -> np.ndarray:
    """Scores whose sum over `size` rows drawn without replacement has mean 0 and variance 1; 0 for constant ones."""
    count = len(scores)
    centred = scores - scores.mean(axis=0)
    variance = size * (count - size) / (count * (count - 1)) * (centred**2).sum(axis=0)
    return np.where(variance > 0, centred / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)


def permuted(scores: np.ndarray, size: int, permutations: int, seed: int) -> np.ndarray:
    """The absolute sums over the first `size` rows (first), and over `size` rows drawn at random."""
    random = np.random.default_rng(seed)
    found = np.empty((permutations + 1, scores.shape[1]))
    found[0] = scores[:size].sum(axis=0)
    for row in range(1, permutations + 1):
        found[row] = scores[random.choice(len(scores), size, replace=False, shuffle=False)].sum(axis=0)
    return np.abs(found)


def difference_seen(bound: float, size: int, other: int) -> float:
    """The difference of means, in standard deviations, that passes a bound of |z| in 9 of 10 tests."""
    return (bound + 1.2816) * float(np.sqrt(1 / size + 1 / other))
