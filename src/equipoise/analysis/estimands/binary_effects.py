"""One effect on a binary endpoint, by the summary, estimator and interval that an estimand declares.

Each completed data set gives an estimate with its variance on the scale on which it is nearly normal (a
difference, or the logarithm of a ratio). One data set then has the interval that was declared; several are
pooled on that scale by Rubin's rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from equipoise.analysis.errors import analysis_error
from equipoise.analysis.estimands.contrasts import contrast_from_pool
from equipoise.analysis.estimators.imputation import Pool, rubin
from equipoise.analysis.estimators.marginal import Effect, marginal_effect, standardise
from equipoise.analysis.estimators.proportions import (
    Interval,
    Table2x2,
    agresti_caffo,
    mee,
    miettinen_nurminen,
    newcombe,
    newcombe_corrected,
    normal_quantile,
    skewness_corrected,
    two_sided_p,
    wald,
    wald_corrected,
    wald_variance,
)
from equipoise.analysis.estimators.ratio_hybrids import odds_ratio_newcombe, risk_ratio_newcombe
from equipoise.analysis.estimators.ratios import (
    Form,
    Ratio,
    odds_ratio,
    odds_ratio_score,
    risk_ratio,
    risk_ratio_score,
)
from equipoise.analysis.estimators.stratified import (
    Pooled,
    cochran_mantel_haenszel,
    greenland_robins_variance,
    inverse_variance,
    mantel_haenszel,
    sato_variance,
    stratified_newcombe,
)
from equipoise.analysis.estimators.stratified_ratios import (
    inverse_variance_ratio,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_ratio,
)
from equipoise.analysis.estimators.stratified_scores import Weights, common_effect
from equipoise.analysis.results import Contrast

CRUDE: Mapping[str, Callable[[Table2x2, float], Interval]] = {
    "wald": wald,
    "wald_corrected": wald_corrected,
    "agresti_caffo": agresti_caffo,
    "newcombe": newcombe,
    "newcombe_corrected": newcombe_corrected,
    "mee": mee,
    "miettinen_nurminen": miettinen_nurminen,
    "skewness_corrected": skewness_corrected,
}
SCORES: tuple[Form, ...] = ("mee", "miettinen_nurminen", "skewness_corrected")
RATIOS: Mapping[tuple[str, str], Callable[[Table2x2, float], Ratio]] = {
    ("risk_ratio", "wald"): risk_ratio,
    ("odds_ratio", "wald"): odds_ratio,
    ("risk_ratio", "newcombe"): risk_ratio_newcombe,
    ("odds_ratio", "newcombe"): odds_ratio_newcombe,
    ("risk_ratio", "newcombe_corrected"): partial(risk_ratio_newcombe, corrected=True),
    ("odds_ratio", "newcombe_corrected"): partial(odds_ratio_newcombe, corrected=True),
    **{("risk_ratio", form): partial(risk_ratio_score, form=form) for form in SCORES},
    **{("odds_ratio", form): partial(odds_ratio_score, form=form) for form in SCORES},
}
MARGINAL = {"risk_difference": "difference", "risk_ratio": "ratio", "odds_ratio": "odds_ratio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """The method of one analysis."""

    summary: str
    estimator: str
    interval: str
    confidence: float
    interactions: bool = False
    weights: Weights = "mantel_haenszel"

    @property
    def ratio(self) -> bool:
        return self.summary != "risk_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One completed data set: for each participant of every arm the response, arm, stratum and covariates,
    and the two arms that are compared."""

    response: Sequence[bool]
    arm: Sequence[str]
    stratum: Sequence[str]
    covariates: Mapping[str, Sequence[float]]
    one: str
    two: str

    def tables(self, stratified: bool = True) -> list[Table2x2]:
        """A table for each stratum that has both arms, or one for all. Raises ANAL-004 without any."""
        counts: dict[str, list[int]] = {}
        for answer, arm, stratum in zip(self.response, self.arm, self.stratum, strict=True):
            if arm in (self.one, self.two):
                cell = counts.setdefault(stratum if stratified else "", [0, 0, 0, 0])
                place = 0 if arm == self.one else 2
                cell[place] += bool(answer)
                cell[place + 1] += 1
        found = [
            Table2x2(x1=x1, n1=n1, x2=x2, n2=n2)
            for _, (x1, n1, x2, n2) in sorted(counts.items())
            if n1 and n2
        ]
        if not found:
            raise analysis_error("ANAL-004", f"{self.one} against {self.two}", "no stratum has both arms")
        return found

    def compared(self) -> int:
        """How many participants the two arms have."""
        return sum(each in (self.one, self.two) for each in self.arm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """The same of two arms that are known by their counts alone: one table for each stratum that has both arms."""

    strata: Sequence[Table2x2]
    one: str
    two: str

    def tables(self, stratified: bool = True) -> list[Table2x2]:
        """The tables of the strata; there is one where they are not asked for."""
        assert stratified or len(self.strata) == 1
        return list(self.strata)


def effect(how: How, sets: Sequence[People]) -> Contrast:
    """The effect in one completed data set, or pooled over several. Raises ANAL-004 where the data have no
    such effect."""
    if len(sets) == 1:
        return single(how, sets[0])
    parts = [pooled_part(how, each) for each in sets]
    df = sets[0].compared() - (2 if how.estimator != "g_computation" else 2 + len(sets[0].covariates))
    pool = rubin([value for value, _ in parts], [variance for _, variance in parts], complete_df=df)
    return from_pool(how, sets[0], pool)


def from_pool(how: How, people: People, pool: Pool) -> Contrast:
    """The contrast that a pool on the normal scale makes."""
    turned = math.exp if how.ratio else _kept
    return contrast_from_pool(people.one, people.two, pool, how.confidence, turned)


def _kept(value: float) -> float:
    return max(-1.0, min(1.0, value))


def pooled_part(how: How, people: People) -> tuple[float, float]:
    """The estimate and its variance on the normal scale."""
    if how.estimator == "g_computation":
        found = adjusted(how, people)
        return (math.log(found.estimate) if how.ratio else found.estimate), found.standard_error**2
    if how.ratio:
        ratio = common_ratio(how, people.tables(how.estimator != "crude"))
        return math.log(ratio.estimate), spread_of(ratio) ** 2
    tables = people.tables(how.estimator != "crude")
    if how.estimator == "crude":
        return tables[0].difference, wald_variance(tables[0])
    part = inverse_variance(tables) if how.estimator == "inverse_variance" else over_strata(how, tables)
    return part.estimate, part.variance


def over_strata(how: How, tables: Sequence[Table2x2]) -> Pooled:
    """The Mantel-Haenszel difference with the variance that is declared."""
    variance = greenland_robins_variance if how.interval == "greenland_robins" else sato_variance
    return mantel_haenszel(tables, how.confidence, variance)


def common_ratio(how: How, tables: Sequence[Table2x2]) -> Ratio:
    """The ratio with Wald's interval of its logarithm, over the tables. Raises ANAL-004 where it is 0,
    infinite or not defined, so that its logarithm has no variance."""
    common = mantel_haenszel_risk_ratio if how.summary == "risk_ratio" else mantel_haenszel_odds_ratio
    if how.estimator == "mantel_haenszel":
        return common(tables, how.confidence)
    if how.estimator == "inverse_variance":
        return inverse_variance_ratio(tables, RATIOS[how.summary, "wald"], how.confidence)
    found = RATIOS[how.summary, "wald"](tables[0], how.confidence)
    if not 0 < found.estimate < math.inf or math.isinf(found.interval.upper):
        raise analysis_error("ANAL-004", how.summary, "a ratio without events in both arms has no variance")
    return found


def spread_of(ratio: Ratio) -> float:
    """The standard error of the logarithm, from Wald's interval."""
    wide = math.log(ratio.interval.upper / ratio.interval.lower)
    return wide / (2 * normal_quantile(ratio.interval.confidence))


def adjusted(how: How, people: People) -> Effect:
    """The marginal effect after a logistic regression of all arms on the covariates."""
    found = standardise(
        np.asarray(people.response, dtype=float),
        list(people.arm),
        {name: np.asarray(each, dtype=float) for name, each in people.covariates.items()},
        interactions=how.interactions,
    )
    return marginal_effect(
        found,
        people.one,
        people.two,
        summary=MARGINAL[how.summary],
        variance=how.interval,
        strata=list(people.stratum) if how.interval.endswith("_strata") else None,
        confidence=how.confidence,
    )


def single(how: How, people: People | Tallied) -> Contrast:
    """The effect in one data set, with the interval declared; the p-value is that of the model for adjusted
    and inverse variance estimates, otherwise of the Cochran-Mantel-Haenszel test."""
    if how.estimator == "g_computation" and isinstance(people, People):
        found = adjusted(how, people)
        return _contrast(how, people, found.estimate, found.interval, found.standard_error, found.p)
    tables = people.tables(how.estimator != "crude")
    p = cochran_mantel_haenszel(tables)[1]
    if how.ratio:
        ratio = ratio_of(how, tables)
        if how.estimator == "inverse_variance":
            p = two_sided_p(math.log(ratio.estimate) / spread_of(ratio))
        error = spread_of(ratio) if ratio.interval.lower > 0 and ratio.interval.upper < math.inf else math.inf
        return _contrast(how, people, ratio.estimate, ratio.interval, error, p)
    if how.estimator == "crude":
        interval = CRUDE[how.interval](tables[0], how.confidence)
        error = math.sqrt(wald_variance(tables[0]))
        return _contrast(how, people, tables[0].difference, interval, error, p)
    if how.interval in SCORES:
        found = common_effect(
            tables, "risk_difference", how.confidence, form=how.interval, weights=how.weights
        )  # type: ignore[arg-type]
        return _contrast(how, people, found.estimate, found.interval, math.sqrt(sato_variance(tables)), p)
    if how.interval == "newcombe":
        part = stratified_newcombe(tables, how.confidence)
    elif how.estimator == "inverse_variance":
        part = inverse_variance(tables, how.confidence)
        p = two_sided_p(part.estimate / math.sqrt(part.variance))
    else:
        part = over_strata(how, tables)
    return _contrast(how, people, part.estimate, part.interval, math.sqrt(part.variance), p)


def ratio_of(how: How, tables: Sequence[Table2x2]) -> Ratio:
    """A ratio with the interval declared. Raises ANAL-004 where it is not defined: no event in either arm
    (for odds, also nothing but events)."""
    if how.estimator != "crude" and how.interval == "wald":
        return common_ratio(how, tables)
    if how.estimator == "crude":
        found = RATIOS[how.summary, how.interval](tables[0], how.confidence)
    else:
        common = common_effect(tables, how.summary, how.confidence, form=how.interval, weights=how.weights)  # type: ignore[arg-type]
        found = Ratio(estimate=common.estimate, interval=common.interval)
    if math.isnan(found.estimate):
        raise analysis_error("ANAL-004", how.summary, "a ratio of nothing to nothing is not defined")
    return found


def _contrast(
    how: How, people: People | Tallied, estimate: float, interval: Interval, error: float, p: float
) -> Contrast:
    return Contrast(
        arm=people.one,
        reference=people.two,
        estimate=estimate,
        lower=interval.lower,
        upper=interval.upper,
        error=error,
        p_value=p,
        confidence=how.confidence,
    )


NAMES = {
    "crude": "",
    "mantel_haenszel": "Mantel-Haenszel ",
    "inverse_variance": "inverse-variance ",
    "g_computation": "marginal ",
}
INTERVALS = {
    "wald": "Wald interval",
    "wald_corrected": "Wald interval with continuity correction",
    "agresti_caffo": "Agresti and Caffo's interval",
    "newcombe": "Newcombe's hybrid score interval",
    "newcombe_corrected": "Newcombe's hybrid score interval with continuity correction",
    "mee": "Mee's score interval",
    "miettinen_nurminen": "Miettinen-Nurminen score interval",
    "skewness_corrected": "skewness-corrected score interval",
    "mantel_haenszel": "Sato variance",
    "greenland_robins": "Greenland-Robins variance",
    "rubin": "Sato variance",
    "ge": "logistic regression and standardisation, Ge's variance",
    "ge_robust": "logistic regression and standardisation, Ge's variance with robust errors of the model",
    "ye": "logistic regression and standardisation, Ye's robust variance",
    "ye_strata": "logistic regression and standardisation, Ye's robust variance for stratified allocation",
    "bannick": "logistic regression and standardisation, robust variance of Bannick and others",
    "bannick_strata": "logistic regression and standardisation, robust variance of Bannick and others for stratified "
    "allocation",
}


def method_name(how: How, pooled: bool, several: bool) -> str:
    """The method in words; `several`: there is more than one stratum."""
    interval = INTERVALS[how.interval]
    if how.ratio and how.estimator == "mantel_haenszel" and how.interval == "wald":
        names = {"risk_ratio": "Greenland-Robins", "odds_ratio": "Robins-Breslow-Greenland"}
        interval = f"{names[how.summary]} variance of the logarithm"
    elif how.estimator == "mantel_haenszel" and how.interval in SCORES:
        own = ", Miettinen-Nurminen weights" if how.weights == "miettinen_nurminen" else ""
        interval = f"stratified {interval}{own}"
    elif how.estimator == "mantel_haenszel" and how.interval == "newcombe":
        interval = "stratified Newcombe interval (Yan and Su)"
    elif how.ratio and how.interval == "wald":
        interval = "Wald interval of the logarithm"
    over = " over strata" if several and how.estimator in ("mantel_haenszel", "inverse_variance") else ""
    named = NAMES[how.estimator]
    if how.interval in SCORES and (how.summary == "odds_ratio" or how.weights != "mantel_haenszel"):
        named = "common " if how.estimator == "mantel_haenszel" else named
    rules = ", pooled by Rubin's rules with Barnard-Rubin degrees of freedom" if pooled else ""
    return f"{named}{how.summary.replace('_', ' ')}{over}, {interval}{rules}"
