"""How far a response whose score is missing is foretold by the participant's earlier scores.

The primary analysis imputes a missing score from those before it, so that a missing response is uncertain by less
than the share of responders of its arm says. How much less is asked of the imputation itself, on arms of the planned
size made from the sample. In the loop a missing response is then known with that chance, as what the imputation says
of those who would and would not respond, and else open: the variance between imputations, and that of their mean, are
those of the analysis, and so is what imputation by a normal model moves.
"""

from __future__ import annotations

import numpy as np

from equipoise.analysis.data.endpoint import Endpoint
from equipoise.analysis.estimators.imputation import Limits, impute
from equipoise.simulation.characteristics.loop.arrays import Exit, Recruitment, Score
from equipoise.simulation.characteristics.loop.following import COMPOSITE, DEATH
from equipoise.study.study import Study

ARMS, COPIES = 100, 5
"""Arms that are made, and imputations of each."""
MISSING = 0.08
"""The share of the scores at the time point that is left out of them, at least."""
PATTERNS = 20_000
"""Patterns of missing visits that are drawn."""


def foretold(
    study: Study, where: Endpoint, score: Score, exits: Exit, recruitment: Recruitment, seed: int
) -> np.ndarray:
    """By arm the chance, and how often the imputation says response of those who would not respond and of those who
    would (arms, 3); 0 where nothing comes before the time point."""
    days = [study.definition.encounters[each].day or 0 for each in where.visits]
    arms = len(score.foretold)
    random = np.random.default_rng([seed, 7])
    if len(days) < 2:
        return np.zeros((arms, 3))
    open_ones = gaps_of(score, exits, days, random)
    sizes = np.maximum(8, recruitment.planned // arms * (1 - events_of(exits))).astype(int)
    return np.array(
        [_of_arm(score, recruitment, arm, days, sizes[arm], open_ones, random) for arm in range(arms)]
    )


def gaps_of(
    score: Score, exits: Exit, days: list[int], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Patterns of missing visits (patterns, visits): of those with a score at the time point, and of those without.

    Who has left has no score from then on; any visit may be missed or scored by somebody who knows the arm, and that
    of the time point outside its window.
    """
    rate = exits.leaving[:DEATH][_until(exits)[:DEATH] < 0].sum()
    left = random.standard_exponential(PATTERNS) / rate if rate > 0 else np.full(PATTERNS, np.inf)
    unused = 1 - (1 - score.missed) * (1 - score.substitute)
    gaps = (left[:, None] < np.array(days)) | (random.random((PATTERNS, len(days))) < unused)
    gaps[:, -1] |= random.random(PATTERNS) < score.outside
    gaps[0], gaps[1] = False, [False] * (len(days) - 1) + [True]  # at least one of each kind
    return gaps[~gaps[:, -1]], gaps[gaps[:, -1]]


def events_of(exits: Exit) -> np.ndarray:
    """About what share of each arm has a composite event (arms,): nothing is imputed of them, or learnt."""
    composite = exits.until[:, exits.strategy == COMPOSITE]
    if not composite.size:
        return np.zeros(exits.group.shape[2])
    never = exits.never * (composite[0] >= 0).any()
    days = max(0, composite[1:-5].max(initial=0))
    stay = (1 - exits.stopping[exits.group]) ** (min(days, exits.treatment) / exits.treatment)
    gone = np.exp(-(exits.leaving * (_until(exits) + 1)).sum())
    return 1 - (1 - never) * stay.mean(axis=(0, 1)) * gone


def _until(exits: Exit) -> np.ndarray:
    """By exit, the last day on which it is a composite event, -1 for never (4,)."""
    composite = exits.until[-len(exits.leaving) :, exits.strategy == COMPOSITE]
    return np.minimum(composite.max(axis=1, initial=-1), exits.followed)


def _of_arm(
    score: Score,
    recruitment: Recruitment,
    arm: int,
    days: list[int],
    size: int,
    patterns: tuple[np.ndarray, np.ndarray],
    random: np.random.Generator,
) -> tuple[float, float, float]:
    """One minus the variance that imputation leaves to a missing response, over that of the arm's share; then how often
    it says response, by the truth."""
    strata = recruitment.analysed[recruitment.level[recruitment.member >= 0]]
    share = max(MISSING, len(patterns[1]) / PATTERNS)
    open_part, whole, said = 0.0, 0.0, np.zeros((2, 2))
    for _ in range(ARMS):
        who = random.integers(len(score.baseline), size=size)
        scores = _scores(score, arm, days, who, random)
        limits = Limits(lowest=0.0, highest=float(scores.max()))
        gaps = random.random(size) < share
        known = score.responds[scores[~gaps, -1], score.baseline[who[~gaps]]]
        if not gaps.any() or len(known) < 6:
            continue
        seen, unseen = (each[random.integers(len(each), size=size)] for each in patterns)
        given = np.where(np.where(gaps[:, None], unseen, seen), np.nan, scores)
        others = np.unique(strata[who])[1:]
        fixed = np.column_stack([score.baseline[who], *(strata[who] == each for each in others)]).astype(
            float
        )
        drawn = [impute(given, fixed, limits, random)[gaps, -1] for _ in range(COPIES)]
        rounded = np.clip(np.rint(drawn), 0, len(score.responds) - 1).astype(int)
        answers = score.responds[rounded, score.baseline[who[gaps]]]
        truth = score.responds[scores[gaps, -1], score.baseline[who[gaps]]].astype(int)
        np.add.at(said, truth, np.column_stack([answers.mean(axis=0), np.ones(len(truth))]))
        open_part += answers.var(axis=0, ddof=1).sum()
        whole += gaps.sum() * known.mean() * (1 - known.mean()) * (1 + 1 / len(known))
    chance = float(np.clip(1 - open_part / whole, 0, 1)) if whole else 0.0
    no, yes = np.divide(said[:, 0], said[:, 1], out=np.array([0.0, 1.0]), where=said[:, 1] > 0)
    return chance, float(no), float(yes)


def _scores(
    score: Score, arm: int, days: list[int], who: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """The scores (participants, visits) of patients of the sample, each with one of its courses."""
    course = random.integers(score.depth.shape[1], size=len(who))
    share = 1 - score.depth[who, course, arm][:, None] * score.faded[days]
    share = share + score.noise * random.standard_normal(share.shape)
    levels = score.scores.shape[1] - 1
    level = np.clip((share * levels + 0.5).astype(int), 0, levels)
    return score.scores[who[:, None], level].astype(int)
