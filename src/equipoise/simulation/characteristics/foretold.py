"""How far a response whose score is missing is foretold by the participant's earlier scores.

The primary analysis imputes a missing score from those before it, so that a missing response is uncertain by less
than the share of responders of its arm says. How much less is asked of the imputation itself, on arms of the planned
size made from the sample. In the loop a missing response is then known with that chance, and else open: the
variance between imputations, and that of their mean, are those of the analysis.
"""

from __future__ import annotations

import numpy as np

from equipoise.analysis.endpoint import Endpoint
from equipoise.analysis.imputation import Limits, impute
from equipoise.simulation.characteristics.arrays import Recruitment, Score
from equipoise.study.study import Study

ARMS, COPIES = 24, 20
"""Arms that are made, and imputations of each."""
MISSING = 0.15
"""The share of the scores at the time point that is left out of them."""


def foretold(
    study: Study, where: Endpoint, score: Score, recruitment: Recruitment, arms: int, seed: int
) -> np.ndarray:
    """The chance by arm (arms,); 0 where nothing comes before the time point."""
    days = [study.definition.encounters[each].day or 0 for each in where.visits]
    size = max(8, recruitment.planned // arms)
    random = np.random.default_rng([seed, 7])
    if len(days) < 2:
        return np.zeros(arms)
    return np.array([_of_arm(score, recruitment, arm, days, size, random) for arm in range(arms)])


def _of_arm(
    score: Score, recruitment: Recruitment, arm: int, days: list[int], size: int, random: np.random.Generator
) -> float:
    """One minus the variance that imputation leaves to a missing response, over that of the arm's share."""
    strata = recruitment.analysed[recruitment.level[recruitment.member >= 0]]
    open_part, whole = 0.0, 0.0
    for _ in range(ARMS):
        who = random.integers(len(score.baseline), size=size)
        scores = _scores(score, arm, days, who, random)
        limits = Limits(lowest=0.0, highest=float(scores.max()))
        gaps = random.random(size) < MISSING
        known = score.responds[scores[~gaps, -1], score.baseline[who[~gaps]]]
        if not gaps.any() or len(known) < 6:
            continue
        given = np.where(gaps[:, None] & (np.arange(len(days)) == len(days) - 1), np.nan, scores)
        others = np.unique(strata[who])[1:]
        fixed = np.column_stack([score.baseline[who], *(strata[who] == each for each in others)]).astype(
            float
        )
        drawn = [impute(given, fixed, limits, random)[gaps, -1] for _ in range(COPIES)]
        rounded = np.clip(np.rint(drawn), 0, len(score.responds) - 1).astype(int)
        open_part += score.responds[rounded, score.baseline[who[gaps]]].var(axis=0, ddof=1).sum()
        whole += gaps.sum() * known.mean() * (1 - known.mean()) * (1 + 1 / len(known))
    return float(np.clip(1 - open_part / whole, 0, 1)) if whole else 0.0


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
