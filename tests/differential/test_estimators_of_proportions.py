"""Intervals of a risk difference against published tables and against independent implementations."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from scipy.optimize import minimize_scalar
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.estimators.proportions import (
    Table2x2,
    constrained,
    miettinen_nurminen,
    newcombe,
    score_variance,
    wald,
    wilson,
)
from equipoise.analysis.estimators.stratified import (
    cochran_mantel_haenszel,
    mantel_haenszel,
    sato_variance,
    stratified_newcombe,
)
from equipoise.analysis.estimators.stratified_scores import common_effect

# Newcombe, Stat Med 1998;17:873-890, Table II: eight contrasts, method 10 (four decimals as printed there).
CONTRASTS = {
    "a": ((56, 70, 48, 80), (0.0524, 0.3339)),
    "b": ((9, 10, 3, 10), (0.1705, 0.8090)),
    "c": ((6, 7, 2, 7), (0.0582, 0.8062)),
    "d": ((5, 56, 0, 29), (-0.0381, 0.1926)),
    "e": ((0, 10, 0, 20), (-0.1611, 0.2775)),
    "f": ((0, 10, 0, 10), (-0.2775, 0.2775)),
    "g": ((10, 10, 0, 20), (0.6791, 1.0000)),
    "h": ((10, 10, 0, 10), (0.6075, 1.0000)),
}
# Colditz and others, JAMA 1994;271:698-702: tuberculosis after BCG vaccination, thirteen trials:
# vaccinated with and without disease, not vaccinated with and without.
BCG = (
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
    (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
)  # fmt: skip


def table(x1: int, n1: int, x2: int, n2: int) -> Table2x2:
    return Table2x2(x1=x1, n1=n1, x2=x2, n2=n2)


def crossed(a: int, b: int, c: int, d: int) -> Table2x2:
    return Table2x2(x1=a, n1=a + b, x2=c, n2=c + d)


def vectors(shared: Path) -> dict[str, dict]:
    entries = json.loads((shared / "vectors" / "statistics.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}


@pytest.mark.parametrize("name", sorted(CONTRASTS))
def test_newcombe_gives_the_published_table(name: str) -> None:
    counts, expected = CONTRASTS[name]
    interval = newcombe(table(*counts))
    assert (interval.lower, interval.upper) == pytest.approx(expected, abs=5.1e-5)


# ratesci 1.1.0.9000, the score method without skewness correction and with the factor N / (N - 1).
SCORE = {
    "a": (0.05283, 0.338173),
    "b": (0.170025, 0.84065),
    "e": (-0.16576, 0.284381),
    "f": (-0.287934, 0.287934),
    "h": (0.663642, 1.0),
}


@pytest.mark.parametrize("name", sorted(SCORE))
def test_the_score_interval_agrees_with_ratesci(name: str) -> None:
    interval = miettinen_nurminen(table(*CONTRASTS[name][0]))
    assert (interval.lower, interval.upper) == pytest.approx(SCORE[name], abs=2e-6)


@pytest.mark.parametrize(
    "name", ["newcombe98_a", "newcombe98_b", "newcombe98_e", "newcombe98_f", "newcombe98_h"]
)
def test_intervals_agree_with_the_reference_vectors(shared: Path, name: str) -> None:
    entry = vectors(shared)[name]
    counts = Table2x2(**entry["input"])
    for method, function in (("newcombe", newcombe), ("mn", miettinen_nurminen)):
        interval = function(counts)
        assert (interval.lower, interval.upper) == pytest.approx(
            entry["expected"][method], abs=entry["tolerance"]
        )


def test_the_stratified_difference_agrees_with_the_reference_vector(shared: Path) -> None:
    entry = vectors(shared)["migraine"]
    tables = [crossed(*each) for each in entry["input"]["strata"]]
    statistic, p = cochran_mantel_haenszel(tables)
    assert mantel_haenszel(tables).estimate == pytest.approx(
        entry["expected"]["rd_mh"], abs=entry["tolerance"]
    )
    assert statistic == pytest.approx(entry["expected"]["cmh"], abs=entry["tolerance"])
    assert p == pytest.approx(entry["expected"]["p"], abs=entry["tolerance"])


def test_mantel_haenszel_and_sato_agree_with_metafor_on_the_bcg_trials() -> None:
    # metafor, rma.mh(measure="RD", data=dat.bcg): estimate -3.288181832613e-03, se 2.866567485273736e-04.
    tables = [crossed(*each) for each in BCG]
    assert mantel_haenszel(tables).estimate == pytest.approx(-3.288181832613e-03, rel=1e-11)
    assert math.sqrt(sato_variance(tables)) == pytest.approx(2.866567485273736e-04, rel=1e-11)


STRATA = ((8, 9, 3, 6), (4, 4, 6, 12), (2, 5, 2, 5), (5, 7, 3, 4), (6, 7, 3, 8), (5, 8, 3, 5))


def test_the_stratified_newcombe_interval_is_that_of_sas_and_tern() -> None:
    # tern, prop_diff_strat_nc(rsp, grp, strata, weights_method = "cmh"), and PROC FREQ, COMMONRISKDIFF(CL=NEWCOMBE), as
    # recorded in tern's tests: 0.25390590 (0.03467969, 0.44544132), for the data of set.seed(1) there.
    found = stratified_newcombe([table(*each) for each in STRATA])
    numbers = (found.estimate, found.interval.lower, found.interval.upper)
    assert numbers == pytest.approx((0.25390590, 0.03467969, 0.44544132), abs=5e-9)


def test_the_stratified_newcombe_interval_of_one_stratum_is_newcombes() -> None:
    for counts, _ in CONTRASTS.values():
        found, own = stratified_newcombe([table(*counts)]).interval, newcombe(table(*counts))
        assert (found.lower, found.upper) == pytest.approx((own.lower, own.upper), abs=1e-12)


def test_the_stratified_newcombe_interval_at_the_edges() -> None:
    nothing = stratified_newcombe([table(0, 9, 0, 6), table(0, 4, 0, 9)])
    assert nothing.estimate == 0 and nothing.interval.lower < 0 < nothing.interval.upper
    whole = stratified_newcombe([table(0, 9, 6, 6), table(0, 4, 9, 9)]).interval
    assert whole.lower == -1 < whole.upper < -0.6
    mirrored = stratified_newcombe([table(x2, n2, x1, n1) for x1, n1, x2, n2 in STRATA]).interval
    plain = stratified_newcombe([table(*each) for each in STRATA]).interval
    assert (-mirrored.upper, -mirrored.lower) == pytest.approx((plain.lower, plain.upper))


@pytest.mark.parametrize("counts", [counts for counts, _ in CONTRASTS.values()])
def test_newcombe_and_wilson_agree_with_statsmodels(counts: tuple[int, int, int, int]) -> None:
    x1, n1, x2, n2 = counts
    theirs = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff")
    ours = newcombe(table(*counts))
    assert (ours.lower, ours.upper) == pytest.approx(theirs, abs=1e-9)
    one = wilson(x1, n1)
    assert (one.lower, one.upper) == pytest.approx(proportion_confint(x1, n1, method="wilson"), abs=1e-9)


def test_wald_agrees_with_statsmodels() -> None:
    theirs = confint_proportions_2indep(56, 70, 48, 80, method="wald", compare="diff")
    ours = wald(table(56, 70, 48, 80))
    assert (ours.lower, ours.upper) == pytest.approx(theirs, abs=1e-9)


def test_the_cochran_mantel_haenszel_test_agrees_with_statsmodels() -> None:
    tables = [crossed(*each) for each in BCG[:6]]
    theirs = StratifiedTable([[[a, b], [c, d]] for a, b, c, d in BCG[:6]]).test_null_odds(correction=False)
    assert cochran_mantel_haenszel(tables) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)


@pytest.mark.parametrize("difference", [-0.6, -0.2, 0.0, 0.1, 0.45, 0.8])
@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (2, 31, 17, 40)])
def test_the_constrained_estimate_is_the_likeliest_pair(
    counts: tuple[int, int, int, int], difference: float
) -> None:
    """The closed form against a numeric search of the likelihood, which shares no line with it."""
    x1, n1, x2, n2 = counts

    def loss(p1: float) -> float:
        pairs = ((x1, p1), (n1 - x1, 1 - p1), (x2, p1 - difference), (n2 - x2, 1 - p1 + difference))
        return -sum(k * math.log(max(p, 1e-300)) for k, p in pairs if k)

    low, high = max(0.0, difference), min(1.0, 1 + difference)
    found = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    assert constrained(table(*counts), difference)[0] == pytest.approx(found, abs=2e-6)


def test_the_stratified_score_interval_of_one_stratum_is_the_score_interval() -> None:
    one = table(31, 61, 45, 60)
    found, expected = common_effect([one], "risk_difference").interval, miettinen_nurminen(one)
    assert (found.lower, found.upper) == pytest.approx((expected.lower, expected.upper), abs=1e-12)


def test_the_stratified_score_interval_solves_its_own_equation() -> None:
    tables = [table(16, 27, 5, 25), table(12, 28, 7, 26)]
    pooled = common_effect(tables, "risk_difference")
    share = [each.n1 * each.n2 / (each.n1 + each.n2) for each in tables]
    for bound in (pooled.interval.lower, pooled.interval.upper):
        variance = (
            sum(w * w * score_variance(t, bound) for w, t in zip(share, tables, strict=True))
            / sum(share) ** 2
        )
        assert abs(pooled.estimate - bound) / math.sqrt(variance) == pytest.approx(1.959963985, abs=1e-6)


def test_swapping_the_groups_mirrors_every_interval() -> None:
    there, back = table(9, 20, 4, 31), table(4, 31, 9, 20)
    for method in (wald, newcombe, miettinen_nurminen):
        one, two = method(there), method(back)
        assert (one.lower, one.upper) == pytest.approx((-two.upper, -two.lower), abs=1e-9)


@pytest.mark.parametrize("counts", [(3, 2, 0, 4), (-1, 5, 0, 4), (0, 0, 1, 4), (1, 3, 0, 0)])
def test_counts_that_make_no_table_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(AnalysisError, match="ANAL-004"):
        table(*counts)


def test_no_strata_at_all_are_refused() -> None:
    with pytest.raises(AnalysisError, match="ANAL-004"):
        mantel_haenszel([])


def test_without_any_event_the_test_says_nothing() -> None:
    assert cochran_mantel_haenszel([table(0, 5, 0, 6)]) == (0.0, 1.0)
