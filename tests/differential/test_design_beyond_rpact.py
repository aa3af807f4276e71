"""Design against other packages, published examples and enumeration: what `test_design_against_rpact` leaves out.

gsDesign's numbers are those that its public checks print, of East 6.5, SAS and itself; rpact is 3.3.4 (R 4.2.2).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import barnard_exact, boschloo_exact, chi2_contingency, fisher_exact

import equipoise as eq
from equipoise.analysis.design.nuisance import binomial
from equipoise.analysis.errors import AnalysisError
from equipoise.errors import EquipoiseError


# Haybittle and Peto: getDesignGroupSequential(typeOfDesign="HP", kMax=2 to 5), and constantBoundsHP=2.5, alpha=0.05
# with informationRates=c(0.3, 0.6, 1).
@pytest.mark.parametrize(
    ("looks", "last"), [(2, 1.967294235), (3, 1.975097633), (4, 1.98275137), (5, 1.990047746)]
)
def test_haybittle_and_peto_agree_with_rpact(looks: int, last: float) -> None:
    bounds = eq.boundaries("HP", looks)
    assert bounds.efficacy[:-1] == (3.0,) * (looks - 1)
    assert bounds.efficacy[-1] == pytest.approx(last, abs=2e-8)
    late = eq.monitored(bounds, [*bounds.information[:-1], 1.1])
    assert late.efficacy[:-1] == bounds.efficacy[:-1] and late.efficacy[-1] != bounds.efficacy[-1]


def test_haybittle_and_peto_with_a_bound_of_ones_own() -> None:
    bounds = eq.boundaries("HP", [0.3, 0.6, 1], alpha=0.05, parameter=2.5)
    assert bounds.efficacy == pytest.approx((2.5, 2.5, 1.69191188), abs=1e-8)
    with pytest.raises(AnalysisError, match="ANAL-014"):
        eq.boundaries("HP", 3, alpha=0.001)


def test_equal_looks_by_their_number_and_designs_by_name() -> None:
    assert eq.boundaries("OF", 4) == eq.boundaries("OF", [0.25, 0.5, 0.75, 1])
    for wrong in (0, -1):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            eq.boundaries("OF", wrong)
    with pytest.raises(AnalysisError, match="LDPocock"):
        eq.boundaries("obrien_fleming", 2)
    with pytest.raises(AnalysisError, match="KimDeMets"):
        eq.exact_boundaries([5, 10], [5, 10], spending="OF")


# getDesignGroupSequential(kMax=10, alpha=0.1, beta=0.2, sided=2): the last critical value, and the inflation factor.
TWO_SIDED = {
    "Pocock": (2.269888103, 1.3370042), "OF": (1.801210687, 1.0527669), "LDOF": (1.794944219, 1.0499833),
    "LDPocock": (2.157568477, 1.2590667),
}  # fmt: skip


@pytest.mark.parametrize("design", TWO_SIDED)
def test_two_sided_designs_agree_with_rpact(design: str) -> None:
    """Neither side counts what the other has stopped; Jennison and Turnbull print 2.270 and 1.337 for Pocock's."""
    last, ratio = TWO_SIDED[design]
    bounds = eq.boundaries(design, 10, alpha=0.05, two_sided=True)
    assert bounds.efficacy[-1] == pytest.approx(last, abs=1e-7)
    assert eq.inflation(bounds, 0.8) == pytest.approx(ratio, abs=2e-7)
    looks = eq.sequential_operating(bounds, 0.0)
    assert looks[-1].cumulative == pytest.approx(0.05, abs=1e-9)
    assert [look.efficacy for look in looks[:-1]] == pytest.approx(
        [look.futility for look in looks[:-1]], abs=1e-12
    )
    seen = [*bounds.information[:-1], 0.95]
    ended, on = eq.monitored(bounds, seen), eq.monitored(bounds, bounds.information[:3], final=False)
    assert eq.sequential_operating(ended, 0.0)[-1].cumulative == pytest.approx(0.05, abs=1e-9)
    assert on.efficacy == pytest.approx(bounds.efficacy[:3], abs=1e-9) and on.futility[2] == -on.efficacy[2]
    few = eq.boundaries(design, 2, alpha=0.05, two_sided=True)
    assert eq.repeated_p(few, few.efficacy) == pytest.approx((0.05, 0.05), abs=1e-8)
    with pytest.raises(AnalysisError, match="ANAL-014"):
        eq.boundaries(design, 2, futility=[0.0], two_sided=True)


def test_the_default_design_of_gsdesign() -> None:
    """gsDesign(): Hwang-Shih-DeCani -4 and -2, not binding, 90% power: n.I of 1 is 0.3566, 0.7132, 1.0699."""
    bounds, drift = eq.futility_spent("HSD", 3, beta=0.1, parameter=-4, beta_design="HSD", beta_parameter=-2)
    assert bounds.efficacy == pytest.approx((3.01073949, 2.54653055, 1.99922635), abs=1e-7)
    assert bounds.futility[:2] == pytest.approx((-0.238724031, 0.941067241), abs=1e-6)
    fixed = 1.959963985 + 1.281551566
    assert (drift / fixed) ** 2 == pytest.approx(1.0699, abs=5.1e-5)


def test_conditional_power_over_the_looks_that_are_left() -> None:
    """gsCP(gsDesign(k=3, test.type=1, n.fix=800), i=1): from East, 4.289818e-21 at theta = -0.1977636, and 0.01858668
    for the sum over the drift seen, none, and the one planned, at Z = -3.255599."""
    bounds = eq.boundaries("HSD", 3, parameter=-4)
    most = 800 * eq.inflation(bounds, 0.9)
    seen = eq.conditional_operating(bounds, 1, -3.25558989896551, drift=-0.1977636 * math.sqrt(most))
    assert seen[-1].cumulative == pytest.approx(4.289818e-21, rel=1e-5)
    drifts = (None, 0.0, eq.drift_for(bounds, 0.9))
    chances = [eq.conditional_operating(bounds, 1, -3.255599, drift=each)[-1].cumulative for each in drifts]
    assert sum(chances) == pytest.approx(0.01858668, abs=1e-6)


# getRepeatedPValues, getConditionalRejectionProbabilities and getConditionalPower(nPlanned=c(20, 20), thetaH1=4,
# assumedStDev=10) of getDataset(n=c(20, 20, 20), means=c(3, 4, 5), stDevs=c(10, 10, 10)), normalApproximation=TRUE.
REPEATED = {
    "LDOF": ((0.327443468, 0.0418815238, 0.000856444), (0.0723614636, 0.3878964669), (0.336804653, 0.853602615)),
    "LDPocock": ((0.198430664, 0.0285777937, 0.002405208), (0.0491935377, 0.2091338380), (0.454222843, 0.772091715)),
    "OF": ((0.286757896, 0.0381049811, 0.000864074), (0.0721877126, 0.3806257584), (0.366703767, 0.851619239)),
    "Pocock": ((0.170491878, 0.0282516378, 0.002132458), (0.0500264807, 0.2123658178), (0.457269021, 0.774539729)),
}  # fmt: skip


@pytest.mark.parametrize("design", REPEATED)
def test_p_values_and_chances_underway_agree_with_rpact(design: str) -> None:
    """rpact's search for the p-values ends within 1e-6 of them."""
    values, rejection, power = REPEATED[design]
    z, bounds = (1.341640786, 2.239587, 3.141273), eq.boundaries(design, 3)
    assert eq.repeated_p(bounds, z) == pytest.approx(values, abs=1e-6)
    assert eq.sequential_p(bounds, z[:2]) == eq.repeated_p(bounds, z)[1]
    for look, expected in enumerate(rejection, 1):
        found = eq.conditional_operating(bounds, look, z[look - 1], drift=0.0)
        assert found[-1].cumulative == pytest.approx(expected, abs=2e-6)
    found = eq.conditional_operating(bounds, 1, z[0], drift=0.4 * math.sqrt(60))
    assert [each.cumulative for each in found] == pytest.approx(power, abs=1e-7)


@pytest.mark.parametrize(
    ("design", "parameter"), [("LDOF", 0.0), ("HSD", -2.0), ("WT", 0.25), ("Pocock", 0.0)]
)
def test_the_sequential_p_value_is_the_level_at_which_the_trial_just_rejects(
    design: str, parameter: float
) -> None:
    bounds = eq.boundaries(design, [0.4, 0.7, 1], parameter=parameter)
    z = [1.2, 2.0, 1.7]
    p = eq.sequential_p(bounds, z)
    for alpha, rejects in ((p * 1.001, True), (p * 0.999, False)):
        other = eq.boundaries(design, [0.4, 0.7, 1], alpha=alpha, parameter=parameter)
        assert any(each >= bound for each, bound in zip(z, other.efficacy, strict=True)) is rejects
    assert eq.repeated_p(bounds, bounds.efficacy) == pytest.approx((0.025,) * 3, abs=1e-9)
    assert eq.repeated_p(bounds, [-3.0]) == (0.5,)
    assert eq.repeated_p(bounds, [30.0]) == pytest.approx((1e-12,))


def test_p_values_and_looks_that_are_none_are_refused() -> None:
    spent = eq.boundaries("user", [0.5, 1], user=[0.01, 0.025])
    for bounds, z in (
        (spent, [1.0]),
        (eq.boundaries("HP", 2), [1.0]),
        (eq.boundaries("OF", 2), [1.0, 2.0, 3.0]),
    ):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            eq.repeated_p(bounds, z)
    for look, z in ((0, 1.0), (2, 1.0), (1, math.nan)):
        with pytest.raises(AnalysisError, match="ANAL-014"):
            eq.conditional_operating(eq.boundaries("OF", 2), look, z)
    with pytest.raises(AnalysisError, match="ANAL-014"):
        eq.predictive_power(1.0, 0.5, 1.96, prior=(0.0, 0.0))


def test_predictive_power_is_the_mean_of_the_conditional_power() -> None:
    """Over the posterior of the drift, by a fine sum; a flat prior is a wide one."""
    z, t, critical = 1.4, 0.5, 1.97
    for mean, spread in ((2.0, 1.5), (0.0, 3.0)):
        known = 1 / spread**2 + t
        centre, width = (mean / spread**2 + z * math.sqrt(t)) / known, known**-0.5
        drifts = np.linspace(centre - 9 * width, centre + 9 * width, 4001)
        weight = np.exp(-0.5 * ((drifts - centre) / width) ** 2)
        power = [eq.conditional_power(z, t, critical, drift=float(each)) for each in drifts]
        expected = float(weight @ power / weight.sum())
        assert eq.predictive_power(z, t, critical, prior=(mean, spread)) == pytest.approx(expected, abs=1e-9)
    flat = eq.predictive_power(z, t, critical)
    assert eq.predictive_power(z, t, critical, prior=(0.0, 1e6)) == pytest.approx(flat, abs=1e-9)


def test_harm_spends_its_error_when_nothing_differs() -> None:
    plan = eq.boundaries("LDOF", [0.3, 0.6, 1])
    harm = eq.harm_spent(plan, 0.1, design="LDPocock")
    assert harm.efficacy == plan.efficacy and not harm.binding and harm.futility[-1] is None
    stops = np.cumsum([look.futility for look in eq.sequential_operating(harm, 0.0)])[:2]
    expected = [0.1 * math.log1p((math.e - 1) * t) for t in (0.3, 0.6)]
    assert stops == pytest.approx(expected, abs=1e-9)
    mirror = eq.harm_spent(plan, 0.025)  # the same error on the other side: Z is symmetric at the first look
    assert mirror.futility[0] == pytest.approx(-plan.efficacy[0], abs=1e-9)
    assert mirror.futility[1] == pytest.approx(-plan.efficacy[1], abs=1e-4)
    none = eq.harm_spent(plan, 0.025, design="KimDeMets", parameter=60.0)
    assert none.futility[0] is None
    with pytest.raises(AnalysisError, match="ANAL-014"):
        eq.harm_spent(plan, 0.0)


def test_lachin_and_foulkes_agree_with_gsdesign() -> None:
    """nSurv(lambdaC=log(2)/20, hr=0.5, R=20, T=30, minfup=10) prints N=227.6, D=88.7; Schoenfeld's events of the same
    are SAS's 87.4793."""
    window = eq.Window(accrual=20, follow_up=10)
    found = eq.survival_size(math.log(2) / 20, 0.5, window, power=0.9, method="lachin_foulkes")
    events = sum(n * chance for n, chance in zip(found.size.exact, found.chances, strict=True))
    assert (sum(found.size.exact), events) == pytest.approx((227.6, 88.7), abs=0.051)
    power = eq.survival_power(
        math.log(2) / 40, math.log(2) / 20, *found.size.exact, window, method="lachin_foulkes"
    )
    assert power == pytest.approx(0.9, abs=1e-9)
    plain = eq.survival_size(math.log(2) / 20, 0.5, window, power=0.9)
    events = sum(n * chance for n, chance in zip(plain.size.exact, plain.chances, strict=True))
    assert events == pytest.approx(87.4793, abs=1e-4)
    with pytest.raises(AnalysisError, match="DSGN-002"):
        eq.survival_size(0.1, 0.9, window, goal="noninferiority", margin=1.3, method="lachin_foulkes")


def test_schoenfelds_power_agrees_with_east() -> None:
    """48 participants in 12 months, followed for 30 more, medians of 20 and 10 months: 39.02121789 events,
    0.58120457."""
    first, second, window = math.log(2) / 20, math.log(2) / 10, eq.Window(accrual=12, follow_up=30)
    assert eq.expected_events(first, second, 24, 24, window) == pytest.approx(39.02121789, abs=1e-7)
    power = eq.survival_power(first, second, 24, 24, window, method="schoenfeld")
    assert power == pytest.approx(0.58120457, abs=2e-8)


def test_events_of_looks() -> None:
    """rpact, getSampleSizeSurvival with "asOF" at 0.5 and 1: 169.810865939 events, 287.678573084 participants."""
    window, lost = eq.Window(accrual=18, follow_up=12), eq.hazard_from_share(0.05, 12)
    fixed = eq.survival_size(eq.hazard_from_median(12), 0.65, window, dropout=(lost, lost))
    found = eq.sequential_size(fixed, eq.boundaries("LDOF", 2))
    assert found.events == pytest.approx((84.905432970, 169.810865939), abs=1e-4)
    assert found.groups == (144, 144) and found.looks == ()
    assert found.expected[0] < found.expected[1] < found.expected[2] < 169.9


def test_unpooled_sizes_are_those_of_chow_and_others() -> None:
    """Chow, Shao and Wang, Sample Size Calculations in Clinical Research, section 4.2: 0.85 against 0.65 with the
    margin -0.10 needs 25 a group (24.4), with 0.05 to be passed 98; the closed forms for the two ratios."""
    asked = {"alpha": 0.05, "method": "unpooled"}
    assert eq.proportions_size(0.85, 0.65, goal="noninferiority", margin=-0.1, **asked).groups == (25, 25)
    assert eq.proportions_size(0.85, 0.65, margin=0.05, **asked).groups == (98, 98)
    z = 1.959963985 + 0.841621234
    for measure, variance in (
        ("risk_ratio", 0.75 / 0.25 + 0.6 / 0.4), ("odds_ratio", 1 / (0.25 * 0.75) + 1 / (0.4 * 0.6)),
    ):  # fmt: skip
        effect = math.log(0.25 / 0.4) if measure == "risk_ratio" else math.log((0.25 / 0.75) / (0.4 / 0.6))
        found = eq.proportions_size(0.25, 0.4, measure=measure, method="unpooled")
        assert found.exact[0] == pytest.approx(z * z * variance / effect**2, rel=1e-8)
    both = eq.proportions_size(0.75, 0.75, goal="equivalence", margin=(-0.2, 0.2), **asked)
    exact = (
        (1.644853627 + 1.281551566) ** 2 * 2 * 0.1875 / 0.04
    )  # equal arms: half of the second error on each side
    assert both.exact[0] == pytest.approx(exact, rel=1e-6)
    same = eq.proportions_size(0.6, 0.35, method="unpooled")
    assert same.exact[0] == pytest.approx(eq.formula_size(0.6, 0.35, method="unpooled"), rel=1e-9)
    with pytest.raises(AnalysisError, match="DSGN-001"):
        eq.proportions_size(0.6, 0.35, method="pooled")  # type: ignore[arg-type]


def test_unequal_groups_and_a_margin_agree_with_gsdesign() -> None:
    """nBinomial(p1=0.677, p2=0.677, delta0=0.07, ratio=2, outtype=2): 685.5569 and 1371.114; nBinomial(p1=0.2, p2=0.1,
    ratio=0.5, beta=0.15): the difference and the ratio have the same size at no effect."""
    found = eq.proportions_size(0.677, 0.677, goal="noninferiority", margin=0.07, ratio=2, power=0.9)
    assert found.exact == pytest.approx((685.5569, 1371.114), abs=6e-4)


TABLE = (74, 117, 31, 63)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_exact_p_values_agree_with_scipy(alternative: str) -> None:
    """The example of scipy's documentation, 74 of 117 against 31 of 63; scipy doubles Boschloo's two-sided one."""
    counts = [[74, 31], [43, 32]]
    settings = {"alternative": alternative}
    assert eq.exact_p(*TABLE, **settings) == pytest.approx(fisher_exact(counts, **settings)[1], abs=1e-10)
    barnard = barnard_exact(counts, n=64, **settings).pvalue
    assert eq.exact_p(*TABLE, test="unconditional_z", **settings) == pytest.approx(barnard, abs=1e-6)
    if alternative != "two-sided":
        boschloo = boschloo_exact(counts, n=64, **settings).pvalue
        assert eq.exact_p(*TABLE, test="boschloo", **settings) == pytest.approx(boschloo, abs=1e-6)


def test_corrected_and_mid_p_values() -> None:
    """Yates's is scipy's chi-squared test; half of the chance of the table itself is taken from Fisher's."""
    counts = [[74, 31], [43, 32]]
    assert eq.exact_p(*TABLE, test="corrected_z") == pytest.approx(chi2_contingency(counts)[1], abs=1e-12)
    chance = math.comb(117, 74) * math.comb(63, 31) / math.comb(180, 105)
    assert eq.exact_p(*TABLE) - eq.exact_p(*TABLE, test="fisher_mid_p") == pytest.approx(chance / 2, rel=1e-9)
    assert eq.exact_p(3, 5, 3, 5, test="corrected_z") == 1.0


@pytest.mark.parametrize(
    "test", ["pooled_z", "unpooled_z", "corrected_z", "fisher", "fisher_mid_p", "boschloo"]
)
def test_one_sided_power_is_the_sum_over_the_tables_that_reject(test: str) -> None:
    n1, n2, p1, p2 = 9, 7, 0.7, 0.3
    one, two = binomial(n1, np.array([p1]))[0], binomial(n2, np.array([p2]))[0]
    asked = {"test": test, "alternative": "greater"}
    rejected = sum(
        one[x1] * two[x2]
        for x1 in range(n1 + 1)
        for x2 in range(n2 + 1)
        if eq.exact_p(x1, n1, x2, n2, **asked) <= 0.05
    )
    assert eq.exact_power(p1, p2, n1, n2, alpha=0.05, **asked) == pytest.approx(rejected, abs=1e-12)
    mirrored = eq.exact_power(p2, p1, n2, n1, alpha=0.05, test=test, alternative="less")
    assert mirrored == pytest.approx(rejected, abs=1e-12)
    if test in ("fisher", "boschloo"):
        assert eq.largest_size(n1, n2, **asked)[0] <= 0.05


# Boschloo, Stat Neerl 1970;24:1-35: 15 against 15 participants, one-sided at 1% and 5%, his test; and Fisher's at 1%.
BOSCHLOO = {
    (0.3, 0.1): (0.1493, 0.3531, 0.0755), (0.6, 0.1): (0.7394, 0.9189, 0.6087), (0.7, 0.2): (0.6796, 0.8962, 0.5268),
    (0.8, 0.2): (0.8723, 0.9744, 0.7647),
}  # fmt: skip


@pytest.mark.parametrize("pair", BOSCHLOO)
def test_the_powers_that_boschloo_printed(pair: tuple[float, float]) -> None:
    found = [
        eq.exact_power(*pair, 15, 15, test=test, alternative="greater", alpha=alpha)
        for test, alpha in (("boschloo", 0.01), ("boschloo", 0.05), ("fisher", 0.01))
    ]
    assert found == pytest.approx(BOSCHLOO[pair], abs=5.1e-5)


def test_the_exact_sizes_of_kieser() -> None:
    """Kieser 2020: Boschloo's test, one-sided at 2.5%, 80%: 0.1 against 0.3 needs 126, and 147 in the ratio 2, where a
    size that the next one does not follow is passed over."""
    asked = {"test": "boschloo", "alpha": 0.025, "alternative": "less"}
    assert eq.exact_size(0.1, 0.3, **asked).total == 126
    assert eq.exact_power(0.1, 0.3, 62, 62, **asked) < 0.8
    assert eq.exact_size(0.1, 0.3, ratio=2, lasting=1, **asked).total == 147


def test_an_exact_size_is_the_least_and_may_be_asked_to_last() -> None:
    asked = {"test": "fisher", "alpha": 0.05}
    powers = {n: eq.exact_power(0.7, 0.3, n, n, **asked) for n in range(20, 70)}
    least = eq.exact_size(0.7, 0.3, power=0.8, loss=0.1, **asked)
    assert least.groups[0] == min(n for n, power in powers.items() if power >= 0.8)
    assert least.randomised[0] == math.ceil(least.groups[0] / 0.9)
    after = eq.exact_size(0.7, 0.3, power=0.8, lasting=4, **asked).groups[0]
    assert all(powers[n] >= 0.8 for n in range(after, after + 5))
    assert any(powers[n] < 0.8 for n in range(after - 1, after)) or after == least.groups[0]
    two = eq.exact_size(0.7, 0.3, ratio=0.5, alternative="greater", alpha=0.025).groups
    assert two[1] == math.ceil(two[0] / 2)
    with pytest.raises(AnalysisError, match="DSGN-002"):
        eq.exact_size(0.7, 0.3, alternative="less")
    with pytest.raises(AnalysisError, match="DSGN-003"):
        eq.exact_size(0.95, 0.05, test="fisher", alpha=0.001, lasting=60)


def test_exact_tests_refuse_what_they_cannot_enumerate() -> None:
    for call in (
        lambda: eq.exact_power(0.5, 0.4, 100_000, 100_000),
        lambda: eq.exact_power(0.5, 0.4, 10, 10, alternative="both"),  # type: ignore[arg-type]
        lambda: eq.exact_p(11, 10, 3, 10),
    ):
        with pytest.raises(AnalysisError, match="ANAL-013"):
            call()
    with pytest.raises(EquipoiseError, match="FRAM-008"):
        eq.exact_p(1.5, 10, 3, 10)  # type: ignore[arg-type]
    assert eq.exact_power(0.9, 0.1, 1000, 1000) == 1.0


def paths(design, p1: float, p2: float) -> tuple[float, float]:
    """The chance to reject and to stop for futility at the first of two looks, path by path."""
    tables = [design.statistic_at(look) for look in (0, 1)]
    starts = [binomial(n[0], np.array([p]))[0] for n, p in ((design.n1, p1), (design.n2, p2))]
    rest = [binomial(n[1] - n[0], np.array([p]))[0] for n, p in ((design.n1, p1), (design.n2, p2))]
    later = tables[1] >= design.efficacy[1] - 1e-9
    rejected = stopped = 0.0
    for x1, x2 in np.ndindex(tables[0].shape):
        weight = starts[0][x1] * starts[1][x2]
        if tables[0][x1, x2] >= design.efficacy[0] - 1e-9:
            rejected += weight
        elif design.futility[0] is not None and tables[0][x1, x2] <= design.futility[0] + 1e-9:
            stopped += weight
        else:
            part = later[x1 : x1 + len(rest[0]), x2 : x2 + len(rest[1])]
            rejected += weight * float(rest[0] @ part @ rest[1])
    return rejected, stopped


@pytest.mark.parametrize(
    ("measure", "margin"),
    [("risk_difference", -0.2), ("risk_ratio", 0.7), ("odds_ratio", 2.5), ("risk_difference", 0.2)],
)
def test_exact_looks_with_a_margin(measure: str, margin: float) -> None:
    """Every path of a small trial; the error at every pair that has the margin stays below 5%."""
    design = eq.exact_boundaries(
        [7, 13], [6, 12], alpha=0.05, sided=1, statistic="score", measure=measure, margin=margin,
        spending="LDPocock", futility=[-0.5],
    )  # fmt: skip
    found = eq.exact_operating(design, 0.6, 0.55)
    rejected, stopped = paths(design, 0.6, 0.55)
    assert found.power == pytest.approx(rejected, abs=1e-12)
    assert found.futility[0] == pytest.approx(stopped, abs=1e-12)
    ignoring = replace(design, futility=(None, None))
    worst = 0.0
    for second in np.linspace(0.01, 0.99, 50):
        odds = margin * second / (1 + second * (margin - 1))
        first = {"risk_difference": second + margin, "risk_ratio": second * margin, "odds_ratio": odds}[
            measure
        ]
        if 0 <= first <= 1:
            worst = max(worst, paths(ignoring, float(first), float(second))[0])
    largest, where = eq.exact_sequential_size(design)
    assert (
        worst <= largest + 1e-12 and largest <= 0.05 and largest == pytest.approx(design.sizes[-1], abs=1e-12)
    )
    assert worst == pytest.approx(largest, abs=2e-3) and 0 <= where <= 1
    simulated = eq.simulate_sequential(design, 0.6, 0.55, trials=50_000, seed=3)
    assert simulated.power == pytest.approx(rejected, abs=0.012)


def test_margins_that_make_no_test_are_refused() -> None:
    for settings in (
        {"statistic": "score"}, {"margin": -0.1, "sided": 1}, {"statistic": "score", "margin": -0.1},
        {"statistic": "score", "margin": 0.0, "sided": 1}, {"statistic": "score", "margin": -1.5, "sided": 1},
        {"statistic": "score", "margin": 0.8, "sided": 1, "measure": "hazard_ratio"},
    ):  # fmt: skip
        with pytest.raises(AnalysisError, match="DSGN-004"):
            eq.exact_boundaries([5, 10], [5, 10], **settings)


def test_an_infinite_bound_rejects_no_table() -> None:
    """Two of two against none of two has no variance, unpooled: still an early look that may spend nothing rejects
    nothing."""
    design = eq.exact_boundaries([2, 20], [2, 20], statistic="unpooled_z")
    assert design.efficacy[0] == math.inf
    assert eq.exact_operating(design, 1.0, 0.0).efficacy[0] == 0


def test_more_designs_agree_with_rpact() -> None:
    """getSampleSizeMeans(thetaH0=-1, alternative=0, stDev=2.5, beta=0.1, allocationRatioPlanned=2)$nFixed and
    getSampleSizeRates with allocationRatioPlanned=3, thetaH0=0.15 at 0.5, and riskRatio=TRUE with thetaH0=1.4; "asKD"
    with gammaA=1.5 and "asHSD" with 1 and 0 at 0.2, 0.5, 0.7, 1; "OF" with binding futility at -0.5 and 0.2."""
    means = eq.means_size(0, sd=2.5, goal="noninferiority", margin=-1, power=0.9, ratio=0.5)
    assert sum(means.exact) == pytest.approx(297.455175, abs=1e-4)
    sizes = (
        (eq.proportions_size(0.4, 0.25, power=0.9, ratio=1 / 3), 544.9300067),
        (eq.proportions_size(0.3, 0.3, goal="noninferiority", margin=0.15, power=0.9, ratio=2), 459.8422004),
        (
            eq.proportions_size(0.3, 0.3, measure="risk_ratio", goal="noninferiority", margin=1.4),
            654.1305307,
        ),
    )
    for found, expected in sizes:
        assert sum(found.exact) == pytest.approx(expected, abs=1e-6)
    times = [0.2, 0.5, 0.7, 1]
    bounds = {
        ("KimDeMets", 0.01, 1.5): (3.123217603, 2.766219400, 2.690490820, 2.501659907),
        ("HSD", 0.05, 1.0): (2.187907064, 2.032923080, 2.074102543, 2.018853284),
        ("HSD", 0.05, 0.0): (2.326347874, 2.096378140, 2.062586926, 1.906460397),
    }
    for (design, alpha, parameter), expected in bounds.items():
        found = eq.boundaries(design, times, alpha=alpha, parameter=parameter)
        assert found.efficacy == pytest.approx(expected, abs=2e-8)
    bound = eq.boundaries("OF", 3, futility=[-0.5, 0.2], binding=True)
    assert bound.efficacy == pytest.approx((3.46187192, 2.44791311, 1.99871268), abs=1e-8)


@pytest.mark.parametrize(
    ("table", "doubled", "ordered"),
    [  # scipy 1.17.1 boschloo_exact (two-sided, n=512) doubles; the second is ordered by the two-sided Fisher p-value
        ((7, 12, 2, 13), 0.030916703, 0.029773283),
        ((9, 17, 3, 15), 0.061205803, 0.058115951),
        ((38, 61, 27, 61), 0.051716410, 0.051716410),
    ],
)
def test_both_two_sided_tests_of_boschloo(table: tuple, doubled: float, ordered: float) -> None:
    x1, n1, x2, n2 = table
    assert eq.exact_p(*table, test="boschloo_doubled") == pytest.approx(doubled, abs=1e-7)
    assert eq.exact_p(*table, test="boschloo") == pytest.approx(ordered, abs=1e-7)
    scipys = boschloo_exact([[x1, x2], [n1 - x1, n2 - x2]], n=128).pvalue
    assert eq.exact_p(*table, test="boschloo_doubled") == pytest.approx(scipys, abs=1e-4)
    for side in ("greater", "less"):
        assert eq.exact_p(*table, test="boschloo_doubled", alternative=side) == eq.exact_p(
            *table, test="boschloo", alternative=side
        )


def test_the_doubled_test_rejects_where_its_p_value_is_small_and_keeps_the_level() -> None:
    table = eq.exact_rejections(9, 7, test="boschloo_doubled", alpha=0.1)
    for x1 in range(10):
        for x2 in range(8):
            assert table[x1, x2] == (eq.exact_p(x1, 9, x2, 7, test="boschloo_doubled") <= 0.1)
    assert eq.largest_size(9, 7, test="boschloo_doubled", alpha=0.1)[0] <= 0.1
