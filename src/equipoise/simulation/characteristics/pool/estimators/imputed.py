"""Proportions whose missing responses are imputed at random, at the limit of many imputations.

The analysis imputes a missing score from those before it. How far they foretell the response is asked of the
imputation itself, on arms of the planned size drawn from the followed participants: with that chance a missing
response is known, as imputation has it, and else it is drawn as from the posterior of the responses of its arm. So a
trial is a few counts: a Mantel-Haenszel difference is pooled in closed form, any other effect over as many completed
tables as are declared.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimands.binary_effects import How, from_pool, pooled_part
from equipoise.analysis.estimands.covariates import predictors
from equipoise.analysis.estimators.imputation import Limits, impute, rubin
from equipoise.simulation.characteristics.loop import contrast
from equipoise.simulation.characteristics.loop.contrast import EVENTS, GAPS, RESPONDERS, VALUES
from equipoise.simulation.characteristics.pool.estimators.estimating import Estimator, Found, Picked, found
from equipoise.simulation.characteristics.pool.estimators.tables import KEPT, Counted
from equipoise.simulation.characteristics.pool.plan import EVENT, MISSING, OUT, STEMS, VALUE, Pooled
from equipoise.simulation.compiling import kept
from equipoise.study.methods import estimator_of

ARMS, COPIES = 24, 10
"""Arms that are made of each, and imputations of each, to ask how far a response is foretold."""


def imputed_estimator(plan: Pooled, confidence: float) -> Estimator:
    """The estimator of a binary variable by tables, missing responses imputed at random within the arms."""
    own, name = plan.estimand, estimator_of(plan.estimand) or ""
    how = How(summary=own.summary, estimator=name, interval=own.interval, confidence=confidence)
    told, imputations = foretold(plan), max(2, own.missing.imputations)
    part = remembered(how)

    def estimate(picked: Picked, numbers: np.ndarray, seed: int) -> Found:
        draws = [np.random.default_rng([seed, int(number), 3]) for number in numbers]
        counts = counted(plan, picked, told, draws)
        if own.summary == "risk_difference" and name == "mantel_haenszel":
            return closed(counts, imputations, confidence)
        rows = [pooled(how, part, each, imputations, draw) for each, draw in zip(counts, draws, strict=True)]
        return found(own.summary, *np.array(rows).T.reshape(4, -1))

    return estimate


class Foretold(NamedTuple):
    """By row of the pool: the chance that a missing response is known, that of its arm, and what imputation makes of it
    then: its mean over imputations (rows,)."""

    chance: np.ndarray
    mean: np.ndarray


def foretold(plan: Pooled) -> Foretold:
    """What the imputation says of the rows whose score is missing."""
    random, arms, count = np.random.default_rng(7), plan.allocation.arms, len(plan.outcomes.kind)
    chance, sums = np.zeros(count), np.zeros((count, 2))
    for arm in plan.treatment:
        rows = np.arange(arm, count, arms)
        chance[rows] = _of_arm(plan, rows, random, sums)
    truth = plan.tally.counts[:, STEMS.index("truth")]
    return Foretold(chance, np.where(sums[:, 1] > 0, sums[:, 0] / np.maximum(sums[:, 1], 1), truth))


def _of_arm(plan: Pooled, rows: np.ndarray, random: np.random.Generator, sums: np.ndarray) -> float:
    """One minus the variance that imputation leaves to a missing response, over that of the arm's share. Adds responses
    and imputations of each row to `sums` (rows, 2)."""
    outcomes, arms = plan.outcomes, plan.allocation.arms
    used = rows[(outcomes.kind[rows] == VALUE) | (outcomes.kind[rows] == MISSING)]
    level = plan.recruitment.level[plan.recruitment.member >= 0]
    limits = Limits(
        lowest=float(outcomes.lowest.min()), highest=float(outcomes.highest.max()), decimals=plan.decimals
    )
    share = len(used) / max(1, (outcomes.kind[rows] != OUT).sum())
    size = max(8, int(plan.recruitment.planned * share) // plan.treatment.size)
    open_part = whole = 0.0
    for _ in range(ARMS if (outcomes.kind[used] == MISSING).any() else 0):
        made = random.choice(used, min(size, len(used)))
        gaps = outcomes.kind[made] == MISSING
        known = outcomes.value[made[~gaps]]
        if not gaps.any() or len(known) < 6:
            continue
        people = [outcomes.whole[row] for row in made]
        scores = np.array([[np.nan if v is None else float(v) for v in each.visits] for each in people])
        strata = plan.stratum[level[made // arms], 0]
        fixed = np.column_stack(
            [predictors(people, plan.estimand.model), *(strata == each for each in np.unique(strata)[1:])]
        ).astype(float)
        try:
            drawn = [limits.kept(impute(scores, fixed, limits, random)[gaps, -1]) for _ in range(COPIES)]
        except AnalysisError:  # too few to learn from, as in the analysis of such a trial
            continue
        answers = _responses(plan, made[gaps], np.array(drawn))
        np.add.at(sums, made[gaps], np.stack([answers.sum(0), np.full(gaps.sum(), COPIES)], axis=1))
        open_part += answers.var(axis=0, ddof=1).sum()
        whole += gaps.sum() * known.mean() * (1 - known.mean()) * (1 + 1 / len(known))
    return float(np.clip(1 - open_part / whole, 0, 1)) if whole else 0.0


def _responses(plan: Pooled, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Whether drawn scores (copies, rows) are responses."""
    grid, table, place = plan.meaning
    at = np.clip(np.searchsorted(grid, scores - 1e-9), 0, len(grid) - 1)
    return table[place[rows][None, :], at]


def counted(plan: Pooled, picked: Picked, known: Foretold, draws: list[np.random.Generator]) -> np.ndarray:
    """Values, responders among them, events and gaps by trial, compared arm and stratum (trials, 2, strata, 4)."""
    outcomes, rows = plan.outcomes, picked.row
    kind, last, strata = outcomes.kind[rows], plan.treatment.size - 1, len(plan.strata)
    missing = kind == MISSING
    lucky, answer = np.stack([draw.random((2, rows.shape[1])) for draw in draws], axis=1)
    told = missing & (lucky < known.chance[rows])
    response = np.where(told, answer < known.mean[rows], outcomes.value[rows] == 1)
    value = (kind == VALUE) | told
    found = np.zeros((len(rows), 2, strata, 4))
    place = np.arange(len(rows))[:, None] * strata + picked.stratum
    for number, side in enumerate((0, last)):
        inside = (picked.side == side) & (kind != OUT)
        each_of = {
            VALUES: value, RESPONDERS: value & response, EVENTS: kind == EVENT, GAPS: missing & ~told,
        }  # fmt: skip
        for cell, which in each_of.items():
            many = np.bincount(place[inside & which], minlength=len(rows) * strata)
            found[:, number, :, cell] = many.reshape(len(rows), strata)
    return found


def closed(counts: np.ndarray, imputations: int, confidence: float) -> Found:
    """The Mantel-Haenszel difference at the limit of its imputations."""
    tables, made = np.zeros((len(counts), counts.shape[2], 4)), np.zeros((len(counts), 4))
    complete(counts, imputations, tables, made)
    lower, upper, p = contrast.inference(contrast.RUBIN, tables, made, confidence)
    estimate, total = made[:, 0], made[:, 1]
    nothing = np.isnan(estimate)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(total > 0, estimate / np.sqrt(total), 0.0)
    return Found(
        estimate=estimate, lower=np.where(nothing, np.nan, lower), upper=np.where(nothing, np.nan, upper),
        p=np.where(nothing, np.nan, p), z=np.where(nothing, 0.0, z),
    )  # fmt: skip


@kept
def complete(counts, imputations, tables, made):
    """The completed tables; estimate, total variance, degrees of freedom and root of the test of each trial."""
    for trial in range(counts.shape[0]):
        between = contrast.completed(counts[trial], contrast.IMPUTED, tables[trial])
        estimate, within = contrast.difference(tables[trial])
        total, analysed = within + (1 + 1 / imputations) * between, 0.0
        for stratum in range(tables.shape[1]):
            if tables[trial, stratum, 1] > 0 and tables[trial, stratum, 3] > 0:
                analysed += tables[trial, stratum, 1] + tables[trial, stratum, 3]
        made[trial, 0], made[trial, 1] = estimate, total
        made[trial, 2] = contrast.freedom(between, total, imputations, analysed)
        made[trial, 3] = contrast.cochran(tables[trial])


def remembered(how: How):
    """A function from the counts of a completed table to an estimate and its variance, on the scale to pool on."""

    @lru_cache(KEPT)
    def part(counts: tuple[int, ...]) -> tuple[float, float]:
        return pooled_part(how, people_of(counts))

    return part


def people_of(counts: tuple[int, ...]) -> Counted:
    """A data set with these tables."""
    return Counted(response=(), arm=(), stratum=(), covariates={}, one="1", two="2", counts=counts)


def pooled(
    how: How, part, counts: np.ndarray, imputations: int, draw: np.random.Generator
) -> tuple[float, ...]:
    """Estimate, bounds and p-value of one trial from completed tables; NaN where the analysis has none."""
    known, responders = counts[:, :, VALUES].sum(1), counts[:, :, RESPONDERS].sum(1)
    shape = np.maximum([responders, known - responders], 0.5)
    chance = draw.beta(shape[0], shape[1], size=(imputations, 2))
    gaps = counts[:, :, GAPS].astype(int)
    drawn = draw.binomial(gaps, np.broadcast_to(chance[:, :, None], (imputations, *gaps.shape)))
    people = counts[:, :, VALUES] + counts[:, :, EVENTS] + gaps
    tables = np.stack([counts[:, :, RESPONDERS] + drawn, np.broadcast_to(people, drawn.shape)], axis=-1)
    rows = tables.transpose(0, 2, 1, 3).reshape(imputations, -1).astype(int).tolist()
    try:
        parts = [part(tuple(row)) for row in rows]
        pool = rubin([one for one, _ in parts], [two for _, two in parts], complete_df=people.sum() - 2)
    except AnalysisError:
        return (np.nan,) * 4
    made = from_pool(how, people_of(tuple(rows[0])), pool)
    return made.estimate, made.lower, made.upper, made.p_value
