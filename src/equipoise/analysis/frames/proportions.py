"""Two or more proportions compared: from counts, from a frame over strata, and adjusted for covariates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimands.binary_effects import (
    SCORES,
    How,
    People,
    Tallied,
    effect,
    method_name,
    single,
)
from equipoise.analysis.estimators.imputation import generator
from equipoise.analysis.estimators.proportions import Table2x2
from equipoise.analysis.estimators.stratified_scores import WEIGHTS, Weights
from equipoise.analysis.frames.columns import (
    arms_of,
    chosen,
    covariates_of,
    labels,
    several,
    strata_of,
    truths,
)
from equipoise.analysis.frames.comparison import Comparison
from equipoise.analysis.frames.errors import frame_error
from equipoise.analysis.results import Group
from equipoise.study.methods import METHODS, POOLED

Measure = Literal["risk_difference", "risk_ratio", "odds_ratio"]
Handling = Literal["refuse", "left_out", "non_response"]
Imputing = Literal["refuse", "left_out", "non_response", "imputed"]
MEASURES = ("risk_difference", "risk_ratio", "odds_ratio")
HANDLINGS = ("refuse", "left_out", "non_response")
SAID = {
    "left_out": "Participants whose value is missing are left out.",
    "non_response": "A missing value counts as non-response.",
}
FIRST, SECOND = "group 1", "group 2"


Counts = int | Sequence[int]
"""One number, or one for each stratum."""


def risk_difference(
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    *,
    method: str = "miettinen_nurminen",
    confidence: float = 0.95,
    weights: Weights = "mantel_haenszel",
) -> Comparison:
    """The difference of two proportions, x1 of n1 minus x2 of n2, with its interval and the Cochran-Mantel-Haenszel p.

    method: `wald`, `wald_corrected`, `agresti_caffo`, `newcombe`, `newcombe_corrected`, `mee`, `miettinen_nurminen` or
    `skewness_corrected`. Counts in sequences, one for each stratum, are compared over strata; then method and weights
    are those of `compare_proportions` over strata. Raises FRAM-005 for another method, ANAL-004 for counts that make no
    table. Sources: see the reference of estimators.

    >>> eq.risk_difference(38, 61, 27, 61)
    Difference: risk difference, Miettinen-Nurminen score interval
                               analysed  missing  responders  estimate (95% interval)      p
      group 1                        61        0  38 (62.3%)
      group 2                        61        0  27 (44.3%)
      group 1 against group 2                                   18.0% (0.3% to 34.7%)  0.047
    """
    return _of_counts("risk_difference", (x1, n1, x2, n2), method, confidence, weights)


def risk_ratio(
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    *,
    method: str = "miettinen_nurminen",
    confidence: float = 0.95,
    weights: Weights = "mantel_haenszel",
) -> Comparison:
    """The ratio of two proportions, x1 of n1 to x2 of n2, with its interval and the Cochran-Mantel-Haenszel p.

    method: `wald`, `newcombe`, `newcombe_corrected`, `mee` (Koopman), `miettinen_nurminen` or `skewness_corrected`;
    counts may be sequences, as for `risk_difference`. Raises FRAM-005, ANAL-004. Sources: Katz and others, Biometrics
    1978;34:469-474; Donner and Zou, Stat Methods Med Res 2012;21:347-359; Koopman, Biometrics 1984;40:513-517;
    Miettinen and Nurminen, Stat Med 1985;4:213-226; Laud, Pharm Stat 2017;16:334-348.

    >>> eq.risk_ratio(38, 61, 27, 61)
    Risk ratio: risk ratio, Miettinen-Nurminen score interval
                               analysed  missing  responders  estimate (95% interval)      p
      group 1                        61        0  38 (62.3%)
      group 2                        61        0  27 (44.3%)
      group 1 against group 2                                    1.41 (1.005 to 2.01)  0.047
    """
    return _of_counts("risk_ratio", (x1, n1, x2, n2), method, confidence, weights)


def odds_ratio(
    x1: Counts,
    n1: Counts,
    x2: Counts,
    n2: Counts,
    *,
    method: str = "miettinen_nurminen",
    confidence: float = 0.95,
) -> Comparison:
    """The odds ratio of x1 of n1 to x2 of n2, with its interval and the Cochran-Mantel-Haenszel p.

    method: `wald`, `newcombe`, `newcombe_corrected`, `mee`, `miettinen_nurminen` or `skewness_corrected`; counts may be
    sequences, as for `risk_difference`. Raises FRAM-005, ANAL-004. Sources: Woolf, Ann Hum Genet 1955;19:251-253;
    Fagerland and Newcombe, Stat Med 2013;32:2823-2836; Miettinen and Nurminen, Stat Med 1985;4:213-226; Laud, Pharm
    Stat 2018;17:290-293.

    >>> round(eq.odds_ratio([20, 18], [30, 31], [15, 12], [31, 30]).estimate, 4)
    2.1046
    """
    return _of_counts("odds_ratio", (x1, n1, x2, n2), method, confidence)


def _of_counts(
    measure: Measure,
    counts: tuple[Counts, Counts, Counts, Counts],
    method: str,
    confidence: float,
    weights: Weights = "mantel_haenszel",
) -> Comparison:
    stratified = any(np.ndim(each) for each in counts)
    how = _how(measure, method, stratified, confidence, weights)
    rows = _tables(counts)
    used = [Table2x2(x1=x1, n1=n1, x2=x2, n2=n2) for x1, n1, x2, n2 in rows if n1 and n2]
    if not used:
        raise analysis_error("ANAL-004", f"{FIRST} against {SECOND}", "no stratum has both arms")
    lost = sum(n1 + n2 for _, n1, _, n2 in rows if not (n1 and n2))
    note = f"{lost} participants are in strata without {FIRST} or without {SECOND}: they do not count."
    sums = [sum(column) for column in zip(*rows, strict=True)]
    return Comparison(
        summary=measure,
        method=method_name(how, pooled=False, several=len(rows) > 1),
        groups=tuple(
            Group(arm=arm, analysed=n, responders=float(x), proportion=x / n, missing=0)
            for arm, x, n in ((FIRST, *sums[:2]), (SECOND, *sums[2:]))
        ),
        contrasts=(single(how, Tallied(strata=used, one=FIRST, two=SECOND)),),
        notes=(note,) if lost else (),
    )


def _tables(counts: tuple[Counts, Counts, Counts, Counts]) -> list[tuple[int, ...]]:
    """The counts of each stratum, as whole numbers. Raises ANAL-004."""
    columns = [np.atleast_1d(np.asarray(each)).tolist() for each in counts]
    if len({len(each) for each in columns}) > 1:
        raise analysis_error("ANAL-004", "counts", f"{[len(each) for each in columns]} strata")
    rows = list(zip(*columns, strict=True))
    for x1, n1, x2, n2 in rows:
        whole = all(
            each == each and each not in (math.inf, -math.inf) and each == int(each)
            for each in (x1, n1, x2, n2)
        )
        if not whole or not (0 <= x1 <= n1 and 0 <= x2 <= n2):
            raise analysis_error("ANAL-004", "counts", f"{x1}/{n1} against {x2}/{n2}")
    return [tuple(int(each) for each in row) for row in rows]


def compare_proportions(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    measure: Measure = "risk_difference",
    strata: str | Sequence[str] = (),
    method: str | None = None,
    weights: Weights = "mantel_haenszel",
    missing: Imputing = "refuse",
    imputations: int = 50,
    seed: int = 1,
    confidence: float = 0.95,
) -> Comparison:
    """Each arm's proportion against the reference's, from a frame with one row a participant; over strata where named.

    outcome: a column of true and false (1 and 0). method, without strata: as for `risk_difference` and the ratios;
    over strata: `miettinen_nurminen` (the default for a difference), `mee` or `skewness_corrected`, `mantel_haenszel`
    (the default for ratios; for a difference Sato's variance, and `greenland_robins` theirs), for a difference
    `newcombe` (Yan and Su), or `inverse_variance`.
    weights: of score intervals over strata, `mantel_haenszel` or `miettinen_nurminen`. missing: `refuse`, `left_out`,
    `non_response`, or `imputed`: drawn (`seed`) at random within arm and stratum under Jeffreys's prior, and pooled
    by Rubin's rules, which needs a method with a variance (`wald`, over strata `mantel_haenszel`, `greenland_robins`,
    `inverse_variance`). The p-value is that of the Cochran-Mantel-Haenszel test, or of the pool. Raises FRAM-001 to
    FRAM-005, ANAL-004. Sources: the reference of estimators; Rubin and Schenker, JASA 1986;81:366-374.

    >>> frame = {"arm": ["new"] * 61 + ["old"] * 61, "response": [1] * 38 + [0] * 23 + [1] * 27 + [0] * 34}
    >>> eq.compare_proportions(frame, outcome="response", arm="arm", reference="old")
    Difference: risk difference, Miettinen-Nurminen score interval
                       analysed  missing  responders  estimate (95% interval)      p
      new                    61        0  38 (62.3%)
      old                    61        0  27 (44.3%)
      new against old                                   18.0% (0.3% to 34.7%)  0.047
    """
    chosen(measure, MEASURES, "measure")
    group = labels(frame, arm)
    arms, stratum = arms_of(group, reference), strata_of(frame, several(strata))
    how = _how(measure, method, bool(several(strata)), confidence, weights)
    if missing == "imputed":
        return _imputed(how, truths(frame, outcome), group, stratum, arms, (imputations, seed))
    response, kept, counted = answers(truths(frame, outcome), group, missing, outcome)
    rows = [stratum[place] for place in kept]
    return _compared(how, response, [group[place] for place in kept], rows, {}, arms, counted)


def _how(measure: Measure, method: str | None, stratified: bool, confidence: float, weights: Weights) -> How:
    """The method by its one word: with strata the word names estimator or interval."""
    found = METHODS["binary", measure]
    chosen(weights, WEIGHTS, "weights")
    if not stratified:
        name = chosen(method or "miettinen_nurminen", found["crude"], "method")
        return How(summary=measure, estimator="crude", interval=name, confidence=confidence)
    scores = {form: ("mantel_haenszel", form) for form in SCORES}
    offered = {"mantel_haenszel": ("mantel_haenszel", "wald"), **scores}
    if measure == "risk_difference":
        own = {
            each: ("mantel_haenszel", each) for each in ("mantel_haenszel", "greenland_robins", "newcombe")
        }
        offered = {"miettinen_nurminen": scores["miettinen_nurminen"], **own, **scores}
    offered["inverse_variance"] = ("inverse_variance", "wald")
    name = chosen(method or next(iter(offered)), tuple(offered), "method over strata")
    estimator, interval = offered[name]
    return How(
        summary=measure, estimator=estimator, interval=interval, confidence=confidence, weights=weights
    )


def adjusted_proportions(
    frame: Any,
    *,
    outcome: str,
    arm: str,
    reference: object,
    covariates: str | Sequence[str],
    measure: Measure = "risk_difference",
    variance: Literal["ge", "ge_robust", "ye", "ye_strata", "bannick", "bannick_strata"] = "ye",
    strata: str | Sequence[str] = (),
    interactions: bool = False,
    missing: Handling = "refuse",
    confidence: float = 0.95,
) -> Comparison:
    """The marginal effect after adjusting for baseline covariates: logistic regression, then standardisation.

    covariates: columns of numbers or of words, complete, measured before allocation. variance: `ge` (the model's),
    `ge_robust` (its robust HC0 form), `ye` (robust), `bannick` (the same with what the model leaves over found by
    decomposition, as other programs do by default), and both with `_strata` for allocation in blocks within `strata`.
    interactions: each arm its own slopes. missing: as for `compare_proportions`. Raises FRAM-001 to FRAM-005,
    ANAL-015 to ANAL-017. Sources: Ge and others, Drug Inf J 2011;45:481-493; Ye and others, Stat Theory Relat Fields
    2023;7:159-163.

    >>> frame = {"arm": ["new", "old"] * 6, "response": [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1], "age": [*range(30, 42)]}
    >>> names = {"outcome": "response", "arm": "arm", "reference": "old", "covariates": "age"}
    >>> round(eq.adjusted_proportions(frame, **names).estimate, 4)
    0.1738
    """
    chosen(measure, MEASURES, "measure")
    chosen(variance, METHODS["binary", measure]["g_computation"], "variance")
    group = labels(frame, arm)
    arms, stratum = arms_of(group, reference), strata_of(frame, several(strata))
    columns = covariates_of(frame, several(covariates)).columns
    response, kept, counted = answers(truths(frame, outcome), group, missing, outcome)
    how = How(
        summary=measure, estimator="g_computation", interval=variance, confidence=confidence,
        interactions=interactions,
    )  # fmt: skip
    used = {name: [values[place] for place in kept] for name, values in columns.items()}
    rows = [stratum[place] for place in kept]
    return _compared(how, response, [group[place] for place in kept], rows, used, arms, counted)


Counted = tuple[dict[str, int], tuple[str, ...]]


def answers(
    values: Sequence[bool | None], arm: Sequence[str], missing: str, name: str
) -> tuple[list[bool], list[int], Counted]:
    """The responses, the places they come from, and how many are missing by arm with the note that says what was
    done. Raises FRAM-004, FRAM-005."""
    chosen(missing, HANDLINGS, "missing")
    gaps = [place for place, value in enumerate(values) if value is None]
    if gaps and missing == "refuse":
        raise frame_error("FRAM-004", name, f"{len(gaps)} of {len(values)} values are")
    lost = {each: sum(arm[place] == each for place in gaps) for each in set(arm)}
    kept = [p for p, value in enumerate(values) if value is not None or missing == "non_response"]
    note = (f"{len(gaps)} of {len(values)} values are missing. {SAID[missing]}",) if gaps else ()
    return [bool(values[place]) for place in kept], kept, (lost, note)


def _compared(
    how: How,
    response: Sequence[bool],
    arm: Sequence[str],
    stratum: Sequence[str],
    covariates: dict[str, list[float]],
    arms: Sequence[str],
    counted: Counted,
) -> Comparison:
    """Each arm against the last."""
    contrasts = tuple(
        effect(
            how,
            [
                People(
                    response=response, arm=arm, stratum=stratum, covariates=covariates, one=one, two=arms[-1]
                )
            ],
        )
        for one in arms[:-1]
    )
    alone = _alone(arm, stratum, arms) if how.estimator in ("mantel_haenszel", "inverse_variance") else ()
    return Comparison(
        summary=how.summary,
        method=method_name(how, pooled=False, several=len(set(stratum)) > 1),
        groups=tuple(_group(each, response, arm, counted[0].get(each, 0)) for each in arms),
        contrasts=contrasts,
        notes=(*counted[1], *alone),
    )


def _alone(arm: Sequence[str], stratum: Sequence[str], arms: Sequence[str]) -> tuple[str, ...]:
    """A note of participants whose stratum lacks the other arm, so that they say nothing about a difference."""
    found = []
    rows = list(zip(arm, stratum, strict=True))
    for one in arms[:-1]:
        both = {s for a, s in rows if a == one} & {s for a, s in rows if a == arms[-1]}
        lost = sum(a in (one, arms[-1]) and s not in both for a, s in rows)
        if lost:
            found.append(
                f"{lost} participants are in strata without {one} or without {arms[-1]}: they do not count."
            )
    return tuple(found)


def _group(name: str, response: Sequence[bool], arm: Sequence[str], missing: int) -> Group:
    mine = [answer for answer, own in zip(response, arm, strict=True) if own == name]
    share = sum(mine) / len(mine) if mine else math.nan
    return Group(arm=name, analysed=len(mine), responders=float(sum(mine)), proportion=share, missing=missing)


def _imputed(
    how: How,
    values: Sequence[bool | None],
    arm: Sequence[str],
    stratum: Sequence[str],
    arms: Sequence[str],
    draws: tuple[int, int],
) -> Comparison:
    """Each arm against the last, missing responses drawn from the posterior of their arm and stratum."""
    chosen(how.interval, POOLED, "method of imputed responses, with a variance,")
    count, seed = draws
    random = generator("frame", seed, "responses")
    sets = np.tile(np.array([bool(each) for each in values]), (count, 1))
    for cell in sorted(set(zip(arm, stratum, strict=True))):
        mine = [place for place, each in enumerate(zip(arm, stratum, strict=True)) if each == cell]
        known = [values[place] for place in mine if values[place] is not None]
        lost = [place for place in mine if values[place] is None]
        chances = random.beta(sum(map(bool, known)) + 0.5, len(known) - sum(map(bool, known)) + 0.5, count)
        sets[:, lost] = random.random((count, len(lost))) < chances[:, None]
    gaps = sum(each is None for each in values)
    people = [
        [
            People(response=row, arm=arm, stratum=stratum, covariates={}, one=one, two=arms[-1])
            for row in sets.tolist()
        ]
        for one in arms[:-1]
    ]
    return Comparison(
        summary=how.summary,
        method=method_name(how, pooled=True, several=len(set(stratum)) > 1),
        groups=tuple(_mean_group(each, sets, values, arm) for each in arms),
        contrasts=tuple(effect(how, each) for each in people),
        notes=(f"{gaps} of {len(values)} values are missing and were imputed {count} times.",),
    )


def _mean_group(name: str, sets: np.ndarray, values: Sequence[bool | None], arm: Sequence[str]) -> Group:
    mine = np.array([each == name for each in arm])
    responders = float(sets[:, mine].sum(axis=1).mean())
    lost = sum(value is None and own == name for value, own in zip(values, arm, strict=True))
    size = int(mine.sum())
    return Group(arm=name, analysed=size, responders=responders, proportion=responders / size, missing=lost)
