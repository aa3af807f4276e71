"""Intervals of ratios, and of effects common to strata: published examples, by the functions that a stranger finds.

Every number names its paper; ratesci is R's package of that name, version 1.1 (its vignettes and published checks).
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import polars
import pytest

import equipoise as eq
from equipoise.analysis.estimators.proportions import Table2x2
from equipoise.analysis.estimators.ratio_hybrids import odds_ratio_newcombe, risk_ratio_newcombe
from equipoise.analysis.estimators.ratios import odds_ratio_score, risk_ratio_score
from equipoise.analysis.estimators.stratified_scores import common_effect
from equipoise.analysis.frames.proportions import risk_difference

FORMS = ("mee", "miettinen_nurminen", "skewness_corrected")


def ends(found) -> tuple[float, float]:
    return found.lower, found.upper


# Newcombe, Stat Med 1998;17:873-890, Table II, methods 1 (Wald), 2 (Wald with correction), 10 and 11.
NEWCOMBE = {
    (56, 70, 48, 80): ((0.0575, 0.3425), (0.0441, 0.3559), (0.0524, 0.3339), (0.0428, 0.3422)),
    (9, 10, 3, 10): ((0.2605, 0.9395), (0.1605, 1.0), (0.1705, 0.8090), (0.1013, 0.8387)),
    (6, 7, 2, 7): ((0.1481, 0.9947), (0.0053, 1.0), (0.0582, 0.8062), (-0.0290, 0.8423)),
    (5, 56, 0, 29): ((0.0146, 0.1640), (-0.0116, 0.1901), (-0.0381, 0.1926), (-0.0667, 0.2037)),
    (0, 10, 0, 20): ((0.0, 0.0), (-0.0750, 0.0750), (-0.1611, 0.2775), (-0.2005, 0.3445)),
    (0, 10, 0, 10): ((0.0, 0.0), (-0.1, 0.1), (-0.2775, 0.2775), (-0.3445, 0.3445)),
    (10, 10, 0, 20): ((1.0, 1.0), (0.9250, 1.0), (0.6791, 1.0), (0.6014, 1.0)),
    (10, 10, 0, 10): ((1.0, 1.0), (0.9, 1.0), (0.6075, 1.0), (0.5128, 1.0)),
}


@pytest.mark.parametrize("counts", NEWCOMBE)
def test_the_published_contrasts_of_newcombe(counts: tuple[int, int, int, int]) -> None:
    for method, printed in zip(
        ("wald", "wald_corrected", "newcombe", "newcombe_corrected"), NEWCOMBE[counts], strict=True
    ):
        assert ends(eq.risk_difference(*counts, method=method)) == pytest.approx(printed, abs=5.1e-5), method


def test_agresti_and_caffo_agree_with_ratesci() -> None:
    """5 of 56 against 0 of 29: -0.0289 to 0.1712."""
    found = eq.risk_difference(5, 56, 0, 29, method="agresti_caffo")
    assert ends(found) == pytest.approx((-0.0289, 0.1712), abs=5.1e-5)


def test_published_score_intervals_of_risk_ratios() -> None:
    """Gart and Nam, Biometrics 1988;44:323-338: 8 of 15 against 4 of 15, and 6 of 10 against 6 of 20, without N / (N
    - 1); Fagerland and Newcombe, Stat Med 2013;32:2823-2836, with it, as given by ratesci."""
    assert ends(eq.risk_ratio(8, 15, 4, 15, method="mee")) == pytest.approx((0.815, 5.336), abs=6e-4)
    assert ends(eq.risk_ratio(6, 10, 6, 20, method="mee")) == pytest.approx((0.844, 4.594), abs=6e-4)
    printed = {
        (24, 73, 53, 65): (0.280, 0.560), (29, 55, 11, 11): (0.397, 0.742), (7, 18, 1, 18): (1.296, 42.544),
    }  # fmt: skip
    for counts, expected in printed.items():
        assert ends(eq.risk_ratio(*counts)) == pytest.approx(expected, abs=6e-4)


def test_published_hybrid_intervals_of_ratios() -> None:
    """Fagerland and Newcombe 2013 (risk ratio, odds ratio); Zou and Donner's 6 of 22 against 112 of 842."""
    printed = {
        (24, 73, 53, 65): ((0.282, 0.563), (0.050, 0.242)),
        (29, 55, 11, 11): ((0.398, 0.761), (0.0, 0.427)),
        (7, 18, 1, 18): ((1.277, 40.751), (1.395, 75.890)),
    }
    for counts, (risk, odds) in printed.items():
        assert ends(eq.risk_ratio(*counts, method="newcombe")) == pytest.approx(risk, abs=6e-4)
        assert ends(eq.odds_ratio(*counts, method="newcombe")) == pytest.approx(odds, abs=6e-4)
    assert ends(eq.risk_ratio(6, 22, 112, 842, method="newcombe")) == pytest.approx(
        (0.9735, 3.7295), abs=6e-5
    )


def test_odds_ratios_agree_with_ratesci() -> None:
    """orci(5, 56, 1, 29), and scasci(5, 56, 0, 29) with "RR" and "OR"."""
    printed = {
        "skewness_corrected": (0.385475, 56.08070), "miettinen_nurminen": (0.392931, 18.56785),
        "mee": (0.396590, 18.40530), "newcombe": (0.363784, 18.78207), "wald": (0.305395, 24.67482),
    }  # fmt: skip
    for method, expected in printed.items():
        assert ends(eq.odds_ratio(5, 56, 1, 29, method=method)) == pytest.approx(expected, rel=2e-6), method
    for function, lower in ((eq.risk_ratio, 0.7696), (eq.odds_ratio, 0.7587)):
        found = function(5, 56, 0, 29, method="skewness_corrected")
        assert found.lower == pytest.approx(lower, abs=6e-5) and found.upper == math.inf
    # Gart and Thomas 1982, Cornfield's example.
    assert ends(eq.odds_ratio(28, 51, 71, 230, method="mee")) == pytest.approx((1.476, 5.035), abs=6e-4)


def test_the_ends_of_ratios() -> None:
    """Over small tables: the estimate lies within, exchanging the groups inverts, 0 and infinity are ends."""
    functions = [
        *((lambda t, f=f: risk_ratio_score(t, form=f)) for f in FORMS),
        *((lambda t, f=f: odds_ratio_score(t, form=f)) for f in FORMS),
        *((lambda t, c=c: risk_ratio_newcombe(t, corrected=c)) for c in (False, True)),
        *((lambda t, c=c: odds_ratio_newcombe(t, corrected=c)) for c in (False, True)),
    ]
    for x1, x2 in product(range(6), range(5)):
        table, other = Table2x2(x1=x1, n1=5, x2=x2, n2=4), Table2x2(x1=x2, n1=4, x2=x1, n2=5)
        for function in functions:
            found, turned = function(table), function(other).interval
            lower, upper = ends(found.interval)
            assert math.isnan(found.estimate) or lower <= found.estimate <= upper
            assert (lower == 0) == (turned.upper == math.inf)
            assert (upper == math.inf) == (turned.lower == 0)
            if lower:
                assert lower * turned.upper == pytest.approx(1, rel=1e-7)


# Data of the meta-analysis of nine trials of stockings in ratesci's vignette; of Mehrotra and Railkar in Tang, Stat Med
# 2020;39:3427-3457; of the trial REPROVE by region.
STOCKINGS = (
    (15, 0, 11, 4, 7, 8, 5, 0, 7), (97, 8, 50, 110, 65, 25, 126, 104, 80),
    (37, 5, 23, 16, 7, 8, 17, 4, 16), (103, 10, 48, 110, 32, 25, 126, 92, 81),
)  # fmt: skip
REPROVE = ((21, 76, 73, 75), (29, 96, 124, 107), (19, 73, 91, 87), (27, 95, 130, 118))
MIGRAINE = ((16, 12), (27, 28), (5, 7), (25, 26))


def test_score_intervals_over_strata_agree_with_ratesci() -> None:
    """scoreci(..., stratified=TRUE): skewness-corrected, Mantel-Haenszel weights: -0.124 (-0.163 to -0.0866); and the
    Cochran-Mantel-Haenszel test of REPROVE, p = 0.206."""
    found = eq.risk_difference(*STOCKINGS, method="skewness_corrected")
    assert (found.estimate, *ends(found)) == pytest.approx((-0.124, -0.163, -0.0866), abs=5.1e-4)
    assert found.upper == pytest.approx(-0.0866, abs=5.1e-5)
    assert eq.risk_difference(*REPROVE).p_value == pytest.approx(0.206, abs=5.1e-4)


def test_the_score_test_over_strata_is_the_cochran_mantel_haenszel_test() -> None:
    """The bound of the interval at confidence 1 - p is the value of no effect, for every measure."""
    for function, none in ((eq.risk_difference, 0.0), (eq.risk_ratio, 1.0), (eq.odds_ratio, 1.0)):
        for strata in (MIGRAINE, STOCKINGS):
            p = function(*strata, method="miettinen_nurminen").p_value
            bounds = ends(function(*strata, method="miettinen_nurminen", confidence=1 - p))
            assert min(abs(each - none) for each in bounds) < 1e-6


def test_weights_of_miettinen_and_nurminen_solve_their_own_equation() -> None:
    """At the bound, the weights are those that the weighted mean proportions give."""
    tables = [Table2x2(x1=a, n1=b, x2=c, n2=d) for a, b, c, d in zip(*STOCKINGS, strict=True)]
    found = common_effect(tables, "risk_difference", weights="miettinen_nurminen")
    plain = common_effect(tables, "risk_difference")
    assert found.estimate == pytest.approx(plain.estimate, abs=2e-3) and found.estimate != plain.estimate
    from equipoise.analysis.estimators.proportions import constrained, score_variance

    pairs = [constrained(t, found.interval.upper) for t in tables]
    share = np.array([t.n1 * t.n2 / (t.n1 + t.n2) for t in tables])
    for _ in range(100):
        one, two = (share / share.sum()) @ np.array(pairs)
        odd = one * (1 - one) / (two * (1 - two))
        share = np.array([1 / (odd / t.n1 + 1 / t.n2) for t in tables])
    share /= share.sum()
    gap = sum(w * (t.difference - found.interval.upper) for w, t in zip(share, tables, strict=True))
    spread = sum(w * w * score_variance(t, found.interval.upper) for w, t in zip(share, tables, strict=True))
    assert -gap / math.sqrt(spread) == pytest.approx(1.959963985, abs=1e-6)
    with pytest.raises(eq.EquipoiseError, match="ANAL-017"):
        common_effect(tables, "risk_difference", weights="equal")  # type: ignore[arg-type]


def test_the_migraine_example() -> None:
    """SAS/STAT, PROC FREQ, Cochran-Mantel-Haenszel statistics: Mantel-Haenszel and logit (inverse variance)."""
    printed = {
        (eq.odds_ratio, "mantel_haenszel"): (3.3132, 1.4456, 7.5934),
        (eq.odds_ratio, "inverse_variance"): (3.2941, 1.4182, 7.6515),
        (eq.risk_ratio, "mantel_haenszel"): (2.1636, 1.2336, 3.7948),
        (eq.risk_ratio, "inverse_variance"): (2.1059, 1.1951, 3.7108),
    }
    for (function, method), expected in printed.items():
        found = function(*MIGRAINE, method=method)
        assert (found.estimate, *ends(found)) == pytest.approx(expected, abs=5.1e-5), method
    rows = [
        {"sex": sex, "arm": arm, "better": place < x}
        for sex, (x1, n1, x2, n2) in zip("fm", zip(*MIGRAINE, strict=True), strict=True)
        for arm, x, n in (("active", x1, n1), ("placebo", x2, n2))
        for place in range(n)
    ]
    asked = {"outcome": "better", "arm": "arm", "reference": "placebo", "strata": "sex"}
    test = eq.cochran_mantel_haenszel(polars.DataFrame(rows), **asked)
    assert (test.statistic, test.df, test.p) == pytest.approx((8.3052, 1, 0.0040), abs=5.1e-5)
    corrected = eq.cochran_mantel_haenszel(polars.DataFrame(rows), **asked, corrected=True)
    assert corrected.statistic == pytest.approx(7.1982913, abs=1e-6)  # R 4.2.2: mantelhaen.test


def test_the_older_variance_of_the_mantel_haenszel_difference() -> None:
    """Of one table it is Wald's (Greenland and Robins, Biometrics 1985;41:55-68)."""
    one = ((56,), (70,), (48,), (80,))
    assert ends(eq.risk_difference(*one, method="greenland_robins")) == pytest.approx(
        (0.0575, 0.3425), abs=5.1e-5
    )
    both = [
        eq.risk_difference(*MIGRAINE, method=method) for method in ("mantel_haenszel", "greenland_robins")
    ]
    assert both[0].estimate == both[1].estimate and both[0].lower < both[1].lower


def test_strata_without_a_ratio_are_refused_or_say_nothing() -> None:
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        eq.risk_ratio((0, 3), (5, 6), (1, 2), (5, 6), method="inverse_variance")
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        eq.odds_ratio((0, 6), (5, 6), (0, 6), (5, 6), method="miettinen_nurminen")
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        eq.risk_difference((1, 2), (5, 6), (1, 2), (5,))
    some = eq.odds_ratio((2, 6, 0), (5, 6, 4), (1, 6, 0), (5, 6, 4), method="miettinen_nurminen")
    alone = eq.odds_ratio((2,), (5,), (1,), (5,), method="miettinen_nurminen")
    assert ends(some) == pytest.approx(ends(alone), rel=1e-9)
    nobody = eq.risk_ratio((0, 0), (5, 6), (1, 2), (5, 6), method="mee")
    assert (nobody.estimate, nobody.lower) == (0, 0) and 0 < nobody.upper < math.inf
    every = common_effect(
        [Table2x2(x1=5, n1=5, x2=0, n2=4)] * 2, "risk_difference", weights="miettinen_nurminen"
    )
    assert every.estimate == 1.0


@pytest.mark.parametrize(
    "counts", [(56.5, 70, 48, 80), (math.nan, 70, 48, 80), (math.inf, math.inf, 4, 8), (-1, 3, 0, 1)]
)
def test_counts_that_are_none_are_refused(counts: tuple[float, ...]) -> None:
    """By the function itself; taken from `eq`, numbers that are not whole are refused as arguments before."""
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        risk_difference(*counts)  # type: ignore[arg-type]
    with pytest.raises(eq.EquipoiseError, match="ANAL-004" if counts[0] == -1 else "FRAM-008"):
        eq.risk_difference(*counts)  # type: ignore[arg-type]


def test_counts_are_not_made_into_people() -> None:
    """A hundred million participants cost no more than a hundred; a stratum without an arm is told and says nothing."""
    many = eq.risk_difference(60_000_000, 100_000_000, 35_000_000, 100_000_000)
    assert ends(many) == pytest.approx((0.25 - 1.34e-4, 0.25 + 1.34e-4), abs=1e-6)
    found = eq.risk_difference((16, 12, 3), (27, 28, 4), (5, 7, 0), (25, 26, 0))
    assert ends(found) == pytest.approx(ends(eq.risk_difference(*MIGRAINE)), abs=1e-12)
    assert found.groups[0].analysed == 59 and "4 participants are in strata without" in found.notes[0]
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        eq.risk_difference((1, 0), (3, 0), (0, 1), (0, 4))


def test_whole_numbers_of_any_kind_are_counts() -> None:
    plain = ends(eq.risk_difference(56, 70, 48, 80))
    for kind in (float, np.int64, np.float64, lambda each: np.array(each)):
        assert ends(eq.risk_difference(*(kind(each) for each in (56, 70, 48, 80)))) == plain


# Admissions of men and women to six departments of Berkeley, 1973 (R's UCBAdmissions).
BERKELEY = (
    (512, 353, 120, 138, 53, 22), (825, 560, 325, 417, 191, 373),
    (89, 17, 202, 131, 94, 24), (108, 25, 593, 375, 393, 341),
)  # fmt: skip


def test_the_admissions_of_berkeley() -> None:
    """R 4.2.2, mantelhaen.test(UCBAdmissions), whose help prints 1.4269, 0.2323 and 0.9046968 (0.7719074 to 1.0603298);
    metafor 3.8, rma.mh with "OR", "RR" and "RD" (Sato's variance), Breslow and Day's 18.82551."""
    odds = eq.odds_ratio(*BERKELEY, method="mantel_haenszel")
    assert (odds.estimate, *ends(odds)) == pytest.approx((0.904696828, 0.771907362, 1.060329764), abs=1e-9)
    risks = eq.risk_ratio(*BERKELEY, method="mantel_haenszel")
    assert (risks.estimate, *ends(risks)) == pytest.approx(
        (0.9449050226, 0.8664522327, 1.0304613088), abs=1e-9
    )
    rows = [
        {"department": place, "sex": sex, "admitted": number < x}
        for place, (x1, n1, x2, n2) in enumerate(zip(*BERKELEY, strict=True))
        for sex, x, n in (("male", x1, n1), ("female", x2, n2))
        for number in range(n)
    ]
    asked = {"outcome": "admitted", "arm": "sex", "reference": "female", "strata": "department"}
    frame = polars.DataFrame(rows)
    test = eq.cochran_mantel_haenszel(frame, **asked, corrected=True)
    assert (test.statistic, test.p) == pytest.approx((1.42694623, 0.23226346), abs=1e-8)
    assert eq.breslow_day(frame, **asked, tarone=False).statistic == pytest.approx(18.82551, abs=1e-5)
    assert eq.breslow_day(frame, **asked).statistic == pytest.approx(18.82550125, abs=1e-8)
    difference = eq.risk_difference(*BERKELEY, method="mantel_haenszel")
    assert difference.estimate == pytest.approx(-0.0184251962, abs=1e-10)
    assert difference.contrasts[0].error == pytest.approx(0.0148253944, abs=1e-10)
