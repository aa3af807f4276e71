"""Missing values from a frame: imputed as if like the reference arm, pooled, and moved until a conclusion tips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from equipoise.analysis.estimands.binary_effects import How, People, from_pool, method_name, pooled_part
from equipoise.analysis.estimands.scales import SCALES
from equipoise.analysis.estimands.tipping import told
from equipoise.analysis.estimators.ancova import ancova, mean_difference
from equipoise.analysis.estimators.imputation import Pool, generator, rubin
from equipoise.analysis.estimators.reference_based import (
    ASSUMPTIONS,
    Course,
    conditional_mean,
    course,
    imputations,
)
from equipoise.analysis.frames.columns import (
    arms_of,
    chosen,
    column,
    covariates_of,
    in_order,
    labels,
    numbers,
    several,
    truths,
)
from equipoise.analysis.frames.comparison import Comparison, said
from equipoise.analysis.frames.errors import frame_error
from equipoise.analysis.frames.proportions import MEASURES
from equipoise.analysis.results import Contrast, GridPoint, Group
from equipoise.analysis.shown import Shown, number

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.tables import Table

STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
WORDS = {
    "mar": "missing at random",
    "j2r": "jump to reference",
    "cr": "copy reference",
    "cir": "copy increments in reference",
    "lmcf": "last mean carried forward",
}


def reference_based(
    frame: Any,
    *,
    outcome: str,
    participant: str,
    arm: str,
    visit: str,
    reference: object,
    covariates: str | Sequence[str] = (),
    assumption: Literal["mar", "j2r", "cr", "cir", "lmcf"] = "j2r",
    method: Literal["multiple_imputation", "conditional_mean"] = "multiple_imputation",
    imputations: int = 50,
    seed: int = 1,
    visits: Sequence[object] | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """The difference of means at the last visit when missing scores are like the reference arm's, or at random.

    The frame has one row for a participant at a visit; an absent row is a missing score. assumption: `mar`, `j2r`,
    `cr`, `cir`, `lmcf`. method: multiple imputation pooled by Rubin's rules (its `seed` fixes every draw), or the
    conditional mean with a jackknife error. Raises FRAM-001 to FRAM-005, ANAL-010, ANAL-015 to ANAL-017. Sources:
    Carpenter, Roger and Kenward, J Biopharm Stat 2013;23:1352-1371; Wolbers and others, Pharm Stat 2022;21:1246-1257.

    >>> frame = {"who": [*range(8)] * 2, "arm": (["new"] * 4 + ["old"] * 4) * 2, "week": [4] * 8 + [8] * 8,
    ...          "score": [9, 11, 12, 10, 14, 12, 13, 11, 7, 8, 11, None, 13, 13, 12, 10]}
    >>> names = {"outcome": "score", "participant": "who", "arm": "arm", "visit": "week", "reference": "old"}
    >>> round(eq.reference_based(frame, **names, method="conditional_mean").estimate, 4)
    -2.625
    """
    chosen(assumption, ASSUMPTIONS, "assumption")
    chosen(method, ("multiple_imputation", "conditional_mean"), "method")
    given, group, order = wide(frame, (outcome, participant, arm, visit), several(covariates), visits)
    arms = arms_of(group, reference)
    gone = np.isnan(given.scores[:, -1])
    if method == "conditional_mean":
        contrasts = [_by_jackknife(given, one, arms[-1], assumption, confidence) for one in arms[:-1]]
        words = "conditional mean imputation, jackknife"
        means: dict[str, float | None] = {}
    else:
        sets = _completed(given, assumption, arms[-1], imputations, seed)
        contrasts = [_pooled(given, group, sets, one, arms[-1], confidence) for one in arms[:-1]]
        means = {one: float(np.mean([s[np.array(group) == one, -1].mean() for s in sets])) for one in arms}
        words = f"{imputations} imputations, Rubin's rules"
    return Comparison(
        summary="mean_difference", method=f"{WORDS[assumption]}, {words}, at {order[-1]}",
        groups=tuple(_filled(one, np.array(group) == one, gone, means.get(one)) for one in arms),
        contrasts=tuple(contrasts),
        notes=(f"{int(gone.sum())} of {len(gone)} scores at {order[-1]} are missing and were imputed.",),
    )  # fmt: skip


def _filled(arm: str, mine: np.ndarray, gone: np.ndarray, mean: float | None) -> Group:
    """One arm: how many it has, how many of them were imputed, and its mean."""
    return Group(arm=arm, analysed=int(mine.sum()), missing=int(gone[mine].sum()), mean=mean)


def wide(
    frame: Any, names: tuple[str, str, str, str], covariates: Sequence[str], visits: Sequence[object] | None
) -> tuple[Course, list[str], list[Any]]:
    """Scores (participants, visits) from rows by participant and visit, the arm of each, the visits in order.

    names: outcome, participant, arm, visit. Raises FRAM-002 where a participant has two arms or two rows at a visit.
    """
    outcome, participant, arm, visit = names
    values, who, group = numbers(frame, outcome), labels(frame, participant), labels(frame, arm)
    when = column(frame, visit)
    order = list(visits) if visits is not None else in_order(when)
    people = list(dict.fromkeys(who))
    place = {each: number_ for number_, each in enumerate(people)}
    scores = np.full((len(people), len(order)), np.nan)
    arms: dict[str, str] = {}
    once: set[tuple[str, Any]] = set()
    for value, one, own, at in zip(values, who, group, when, strict=True):
        if arms.setdefault(one, own) != own:
            raise frame_error("FRAM-002", arm, f"two arms of participant {one!r}")
        if (one, at) in once:
            raise frame_error("FRAM-002", visit, f"two rows of participant {one!r} at {at!r}")
        once.add((one, at))
        if at in order and value is not None:
            scores[place[one], order.index(at)] = value
    given = {}
    for name, values_ in covariates_of(frame, covariates).columns.items():
        by = dict(zip(reversed(who), reversed(values_), strict=True))
        given[name] = np.array([by[each] for each in people])
    labels_ = [arms[each] for each in people]
    return course(scores, labels_, given), labels_, order


def _completed(given: Course, assumption: str, like: str, count: int, seed: int) -> list[np.ndarray]:
    random = generator("frame", seed, "reference_based", assumption)
    return imputations(given, count, random, assumption=assumption, reference=like)


def _pooled(
    given: Course,
    group: Sequence[str],
    sets: Sequence[np.ndarray],
    arm: str,
    reference: str,
    confidence: float,
) -> Contrast:
    parts = [
        mean_difference(ancova(each[:, -1], group, given.covariates), arm, reference, confidence)
        for each in sets
    ]
    pool = rubin(
        [each.estimate for each in parts], [each.standard_error**2 for each in parts], complete_df=parts[0].df
    )
    return pool_contrast(arm, reference, pool, confidence)


def pool_contrast(arm: str, reference: str, pool: Pool, confidence: float) -> Contrast:
    """A pool as a contrast."""
    interval = pool.interval(confidence)
    return Contrast(
        arm=arm, reference=reference, estimate=pool.estimate, lower=interval.lower, upper=interval.upper,
        error=pool.error, p_value=pool.p_value(), confidence=confidence, df=pool.df,
        missing_information=pool.fraction, simulation_error=pool.simulation_error,
    )  # fmt: skip


def _by_jackknife(given: Course, arm: str, reference: str, assumption: str, confidence: float) -> Contrast:
    found = conditional_mean(given, arm, reference, assumption=assumption, confidence=confidence)
    return Contrast(
        arm=arm, reference=reference, estimate=found.estimate, lower=found.interval.lower,
        upper=found.interval.upper, error=found.standard_error, p_value=found.p, confidence=confidence,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TippingPoint(Shown):
    """What the missing values would have to be before the conclusion changes.

    grid: the effect when the missing responses of `arm` have the probability `first` and those of `reference` the
    probability `second`. conclusion: where it changes, in words.
    """

    arm: str
    reference: str
    summary: str
    method: str
    missing: tuple[int, int]
    main: Contrast = field(repr=False)
    grid: tuple[GridPoint, ...] = field(repr=False)
    conclusion: tuple[str, ...]

    def table(self) -> Table:
        """The p-values: a line for each probability in the arm, a column for each in the reference."""
        from equipoise.analysis.tables import Row, Table

        firsts = list(dict.fromkeys(each.first for each in self.grid))
        seconds = list(dict.fromkeys(each.second for each in self.grid))
        by = {(each.first, each.second): each for each in self.grid}
        scale = SCALES[self.summary]
        rows = [
            Row(
                head=f"{one:g}", cells=tuple(self._cell(by.get((one, two)), scale.percent) for two in seconds)
            )
            for one in firsts
        ]
        lost = f"Missing: {self.missing[0]} in {self.arm}, {self.missing[1]} in {self.reference}."
        return Table(
            id="tipping", title=f"{self.method}: estimate (p) by the chance of response of those missing",
            corner=f"{self.arm} (down), {self.reference} (across)", columns=tuple(f"{each:g}" for each in seconds),
            rows=tuple(rows), notes=(lost, *self.conclusion),
        )  # fmt: skip

    def _cell(self, point: GridPoint | None, percent: bool) -> str:
        if point is None:
            return "–"
        value = f"{100 * point.estimate:.1f}%" if percent else number(point.estimate, 3)
        return f"{value} ({said(point.p_value)})"

    def to_frame(self) -> polars.DataFrame:
        """One row a point of the grid."""
        import polars

        names = ("first", "second", "estimate", "lower", "upper", "p_value")
        return polars.DataFrame([{name: getattr(each, name) for name in names} for each in self.grid])


def tipping_point(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    measure: Literal["risk_difference", "risk_ratio", "odds_ratio"] = "risk_difference",
    steps: Sequence[float] = STEPS,
    imputations: int = 50,
    seed: int = 1,
    confidence: float = 0.95,
) -> TippingPoint:
    """The effect for every pair of chances that the missing responses of two arms were responses.

    From a frame with one row a participant of two arms. steps: the chances. Each point is a multiple imputation
    (`seed` fixes its draws) with Wald's variance pooled by Rubin's rules; the conclusion is compared with that of the
    analysis in which a missing value is a non-response. Raises FRAM-001 to FRAM-003, ANAL-004. Source: Liublinska and
    Rubin, Stat Med 2014;33:4170-4185.

    >>> frame = {"arm": ["new"] * 40 + ["old"] * 40, "response": [1] * 26 + [0] * 11 + [None] * 3 + [1] * 15 + [0] * 25}
    >>> eq.tipping_point(frame, outcome="response", arm="arm", reference="old", steps=[0, 0.5, 1]).conclusion
    ('0 of 9 points of the grid change the conclusion (p < 0.05).',)
    """
    group, values = labels(frame, arm), truths(frame, outcome)
    arms = arms_of(group, reference)
    if len(arms) != 2:
        raise frame_error("FRAM-003", "arms", f"pair in {', '.join(arms)}: a grid compares two")
    chosen(measure, MEASURES, "measure")
    how = How(summary=measure, estimator="crude", interval="wald", confidence=confidence)
    people = People(
        response=[bool(each) for each in values], arm=group, stratum=[""] * len(group), covariates={},
        one=arms[0], two=arms[1],
    )  # fmt: skip
    lost = [
        np.flatnonzero([v is None and g == one for v, g in zip(values, group, strict=True)]) for one in arms
    ]
    main, grid = _main(how, people), _grid(how, people, lost, steps, (imputations, seed))
    return TippingPoint(
        arm=arms[0], reference=arms[1], summary=measure, method=method_name(how, True, False),
        missing=(len(lost[0]), len(lost[1])), main=main, grid=grid,
        conclusion=told(grid, main, float(SCALES[measure].ratio), (0.0, 0.0)),
    )  # fmt: skip


def _grid(
    how: How, people: People, lost: Sequence[np.ndarray], steps: Sequence[float], draws: tuple[int, int]
) -> tuple[GridPoint, ...]:
    """Every pair of chances. The same uniform draws serve all, so that points differ by the chances alone."""
    count, seed = draws
    random = [
        generator("frame", seed, "tipping", one).random((count, len(places)))
        for one, places in zip((people.one, people.two), lost, strict=True)
    ]
    found = []
    for first, second in product(steps, steps):
        drawn = np.tile(np.array(people.response), (count, 1))
        drawn[:, lost[0]], drawn[:, lost[1]] = random[0] < first, random[1] < second
        found.append(_point(how, people, drawn, first, second))
    return tuple(found)


def _main(how: How, people: People) -> Contrast:
    value, variance = pooled_part(how, people)
    return from_pool(how, people, rubin([value, value], [variance, variance], people.compared() - 2))


def _point(how: How, people: People, drawn: np.ndarray, first: float, second: float) -> GridPoint:
    parts: dict[bytes, tuple[float, float]] = {}
    for row in drawn:
        if row.tobytes() not in parts:
            parts[row.tobytes()] = pooled_part(how, replace(people, response=row.tolist()))
    pairs = [parts[row.tobytes()] for row in drawn]
    pool = rubin([value for value, _ in pairs], [error for _, error in pairs], people.compared() - 2)
    found = from_pool(how, people, pool)
    return GridPoint(
        first=first, second=second, estimate=found.estimate, lower=found.lower, upper=found.upper,
        p_value=found.p_value,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pooled(Shown):
    """Estimates of imputed data sets pooled by Rubin's rules."""

    estimate: float
    standard_error: float
    lower: float
    upper: float
    p_value: float
    df: float
    missing_information: float
    imputations: int
    confidence: float


def pool_imputations(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    complete_df: float = float("inf"),
    confidence: float = 0.95,
) -> Pooled:
    """Rubin's pool of one estimate from m >= 2 imputed data sets, on the scale on which it is nearly normal.

    complete_df: degrees of freedom of complete data. Raises ANAL-010. Sources: Rubin 1987, chapter 3; Barnard and
    Rubin, Biometrika 1999;86:948-955.

    >>> eq.pool_imputations([1.9, 2.3, 2.1], [0.80, 0.82, 0.79])
    Pooled
      estimate             2.1
      standard error       0.8360
      lower                0.4557
      upper                3.744
      p value              0.01246
      df                   343.4
      missing information  0.08165
      imputations          3
      confidence           0.95
    """
    pool = rubin(list(estimates), [each**2 for each in standard_errors], complete_df)
    interval = pool.interval(confidence)
    return Pooled(
        estimate=pool.estimate, standard_error=pool.error, lower=interval.lower, upper=interval.upper,
        p_value=pool.p_value(), df=pool.df, missing_information=pool.fraction, imputations=pool.imputations,
        confidence=confidence,
    )  # fmt: skip
