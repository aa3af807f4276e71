"""Effects from a frame: columns by name, missing values said and never dropped in silence.

The numbers are those of the estimators, which have tests of their own; here it is that the right rows reach them.
"""

from __future__ import annotations

import math

import numpy as np
import polars
import pytest

import equipoise as eq
from equipoise.analysis.estimators import stratified, stratified_ratios
from equipoise.analysis.estimators.ancova import ancova, mean_difference
from equipoise.analysis.estimators.count_models import fit_categories, fit_counts
from equipoise.analysis.estimators.marginal import marginal_effect, standardise
from equipoise.analysis.estimators.proportions import Table2x2, miettinen_nurminen, newcombe
from equipoise.analysis.estimators.ratios import odds_ratio_score, risk_ratio
from equipoise.analysis.estimators.stratified_scores import common_effect

PEOPLE = 120


def people(gaps: int = 0) -> polars.DataFrame:
    """A trial of two arms with three sites; the first `gaps` responses are missing."""
    random = np.random.default_rng(11)
    arm = ["new" if place % 2 else "old" for place in range(PEOPLE)]
    chance = np.where(np.array(arm) == "new", 0.6, 0.4)
    response: list[bool | None] = (random.random(PEOPLE) < chance).tolist()
    response[:gaps] = [None] * gaps
    return polars.DataFrame(
        {
            "arm": arm,
            "site": random.choice(["a", "b", "c"], PEOPLE),
            "response": response,
            "base": random.normal(10, 3, PEOPLE).round(2),
            "count": random.poisson(2, PEOPLE),
            "days": random.exponential(100, PEOPLE).round() + 1,
            "event": random.random(PEOPLE) < 0.7,
        }
    )


def tables(frame: polars.DataFrame) -> list[Table2x2]:
    """The tables of the sites, counted by another way."""
    found = []
    for site in sorted(set(frame["site"])):
        cells = []
        for arm in ("new", "old"):
            mine = frame.filter((polars.col("site") == site) & (polars.col("arm") == arm))
            cells += [int(mine["response"].sum()), len(mine)]
        found.append(Table2x2(x1=cells[0], n1=cells[1], x2=cells[2], n2=cells[3]))
    return found


def test_counts_give_the_interval_that_is_named() -> None:
    table = Table2x2(x1=37, n1=61, x2=21, n2=61)
    for method, expected in (("miettinen_nurminen", miettinen_nurminen), ("newcombe", newcombe)):
        found, interval = eq.risk_difference(37, 61, 21, 61, method=method), expected(table)
        assert (found.estimate, found.lower, found.upper) == (
            table.difference,
            interval.lower,
            interval.upper,
        )
    assert eq.odds_ratio(37, 61, 21, 61).upper == odds_ratio_score(table).interval.upper
    assert eq.risk_ratio(37, 61, 21, 61, method="wald").lower == risk_ratio(table).interval.lower
    assert eq.risk_difference(37, 61, 21, 61).standard_error > 0


def test_counts_that_make_no_table_are_refused() -> None:
    with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
        eq.risk_difference(7, 6, 1, 6)


def test_strata_are_those_of_the_named_columns() -> None:
    frame = people()
    named = {"outcome": "response", "arm": "arm", "reference": "old"}
    found = eq.compare_proportions(frame, strata="site", **named)
    expected = common_effect(tables(frame), "risk_difference")
    assert (found.estimate, found.lower) == (expected.estimate, expected.interval.lower)
    assert found.p_value == stratified.cochran_mantel_haenszel(tables(frame))[1]
    sato = eq.compare_proportions(frame, strata=["site"], method="mantel_haenszel", **named)
    assert sato.upper == stratified.mantel_haenszel(tables(frame)).interval.upper
    weighed = eq.compare_proportions(frame, strata=["site"], method="inverse_variance", **named)
    assert weighed.estimate == stratified.inverse_variance(tables(frame)).estimate
    odds = eq.compare_proportions(frame, strata=["site"], measure="odds_ratio", **named)
    assert odds.estimate == stratified_ratios.mantel_haenszel_odds_ratio(tables(frame)).estimate
    same = eq.breslow_day(frame, strata="site", **named)
    assert same.p == stratified_ratios.breslow_day(tables(frame)).p


def test_a_stratum_without_the_other_arm_is_told() -> None:
    frame = people().with_columns(
        site=polars.when(polars.col("arm") == "new").then(polars.lit("a")).otherwise(polars.col("site"))
    )
    found = eq.compare_proportions(frame, outcome="response", arm="arm", reference="old", strata="site")
    lost = int(((frame["arm"] == "old") & (frame["site"] != "a")).sum())
    assert found.notes == (
        f"{lost} participants are in strata without new or without old: they do not count.",
    )


def test_a_missing_response_is_refused_until_it_is_said_what_it_means() -> None:
    frame, named = people(gaps=5), {"outcome": "response", "arm": "arm", "reference": "old"}
    with pytest.raises(eq.EquipoiseError, match="FRAM-004 response: 5 of 120 values are missing"):
        eq.compare_proportions(frame, **named)
    failed = eq.compare_proportions(frame, missing="non_response", **named)
    assert [(each.analysed, each.missing) for each in failed.groups] == [(60, 2), (60, 3)]
    left = eq.compare_proportions(frame, missing="left_out", **named)
    assert [(each.analysed, each.missing) for each in left.groups] == [(58, 2), (57, 3)]
    assert left.notes == ("5 of 120 values are missing. Participants whose value is missing are left out.",)
    drawn = eq.compare_proportions(frame, missing="imputed", method="wald", imputations=20, **named)
    again = eq.compare_proportions(frame, missing="imputed", method="wald", imputations=20, **named)
    assert drawn == again != left
    assert abs(drawn.estimate - left.estimate) < 0.05
    assert drawn.groups[0].analysed == 60 and drawn.only().missing_information > 0
    with pytest.raises(eq.EquipoiseError, match="FRAM-005"):
        eq.compare_proportions(frame, missing="imputed", **named)


def test_an_adjusted_effect_is_the_standardised_one() -> None:
    frame = people()
    found = eq.adjusted_proportions(frame, outcome="response", arm="arm", reference="old", covariates="base")
    fit = standardise(
        frame["response"].to_numpy(), frame["arm"].to_list(), {"base": frame["base"].to_numpy()}
    )
    expected = marginal_effect(fit, "new", "old")
    assert (found.estimate, found.upper, found.p_value) == (
        expected.estimate,
        expected.interval.upper,
        expected.p,
    )


def test_means_are_those_of_the_analysis_of_covariance() -> None:
    frame = people()
    found = eq.compare_means(frame, outcome="count", arm="arm", reference="old", covariates=["base"])
    fit = ancova(frame["count"].to_numpy(), frame["arm"].to_list(), {"base": frame["base"].to_numpy()})
    expected = mean_difference(fit, "new", "old")
    assert (found.estimate, found.lower, found.only().df) == (
        expected.estimate,
        expected.interval.lower,
        expected.df,
    )
    holed = frame.with_columns(
        count=polars.when(polars.col("base") > 12).then(None).otherwise(polars.col("count"))
    )
    with pytest.raises(eq.EquipoiseError, match="FRAM-004"):
        eq.compare_means(holed, outcome="count", arm="arm", reference="old")
    kept = eq.compare_means(holed, outcome="count", arm="arm", reference="old", missing="left_out")
    assert sum(each.missing for each in kept.groups) == holed["count"].null_count()


def test_counts_and_categories_are_those_of_their_models() -> None:
    frame, named = people(), {"outcome": "count", "arm": "arm", "reference": "old"}
    rates = eq.compare_counts(frame, exposure="days", covariates="base", model="poisson", **named)
    fit = fit_counts(
        frame["count"].to_numpy(), frame["arm"].to_list(), frame["days"].to_numpy(),
        {"base": frame["base"].to_numpy()}, reference="old", model="poisson",
    )  # fmt: skip
    assert np.log(rates.estimate) == pytest.approx(fit.logarithms["new"], rel=1e-12)
    ordered = eq.compare_categories(frame, **named)
    found = fit_categories(frame["count"].to_numpy(), frame["arm"].to_list(), reference="old")
    assert np.log(ordered.estimate) == pytest.approx(found.logarithms["new"], rel=1e-12)
    assert ordered.groups[0].median == frame.filter(polars.col("arm") == "new")["count"].median()
    with pytest.raises(eq.EquipoiseError, match="FRAM-004"):
        eq.compare_counts(frame.with_columns(count=polars.lit(None, polars.Int64)), **named)


def test_times_are_compared_by_log_rank_and_hazard_ratio() -> None:
    frame = people()
    named = {"time": "days", "event": "event", "arm": "arm", "reference": "old"}
    found = eq.compare_survival(frame, strata="site", **named)
    assert [each.participants for each in found.arms] == [60, 60]
    assert sum(each.events for each in found.arms) == frame["event"].sum()
    assert found.versus("new").lower < found.versus("new").estimate < found.versus("new").upper
    assert found.arms[0].survival_at(0) == 1.0
    assert set(found.to_frame().columns) == {"arm", "time", "at_risk", "events", "survival", "standard_error"}
    assert "number at risk" in str(found.figure().body).lower()
    with pytest.raises(eq.EquipoiseError, match="FRAM-004"):
        eq.compare_survival(frame.with_columns(event=polars.lit(None, polars.Boolean)), **named)
    with pytest.raises(
        eq.EquipoiseError, match="FRAM-002 days: the column holds a time before its start: -5"
    ):
        eq.compare_survival(frame.with_columns(days=polars.lit(-5)), **named)


def test_times_are_adjusted_checked_and_averaged() -> None:
    """Covariates give Wald's test; a horizon gives mean times; whether hazards are proportional is always told."""
    frame = people()
    named = {"time": "days", "event": "event", "arm": "arm", "reference": "old"}
    plain, found = (
        eq.compare_survival(frame, **named),
        eq.compare_survival(frame, covariates=["base", "site"], horizon=20.0, **named),
    )
    assert found.method == "Wald test, Cox's hazard ratio, adjusted for base, site"
    assert found.versus("new").estimate != plain.versus("new").estimate
    assert [each.subject for each in plain.checks] == ["new against old"]
    assert [each.subject for each in found.checks][-1] == "all together" and len(found.checks) >= 4
    (mean,) = found.restricted
    assert mean.estimate == pytest.approx(found.arms[0].restricted.mean - found.arms[1].restricted.mean)
    assert plain.restricted == () and plain.arms[0].restricted is None
    lower, upper = found.arms[0].median_interval
    assert lower is None or upper is None or lower <= found.arms[0].median <= upper
    at = found.arms[0].curve[3].time
    band = found.arms[0].interval_at(at)
    assert band.lower < found.arms[0].survival_at(at) < band.upper
    assert found.arms[0].interval_at(-1) is None
    assert "Proportional hazards (new against old)" in repr(found) and "restricted mean time" in repr(found)
    with pytest.raises(eq.EquipoiseError, match="ANAL-020"):
        eq.compare_survival(frame, horizon=-1.0, **named)


def test_win_odds_are_compared_over_strata_and_say_the_probability() -> None:
    frame, named = people(), {"outcome": "count", "arm": "arm", "reference": "old"}
    found = eq.compare_wins(frame, **named)
    sides = [frame.filter(polars.col("arm") == arm)["count"].to_numpy() for arm in ("new", "old")]
    wins = np.mean([(one > sides[1]).mean() + (one == sides[1]).mean() / 2 for one in sides[0]])
    assert found.estimate / (1 + found.estimate) == pytest.approx(wins)
    assert "Win probability of new against old: " in repr(found)
    over = eq.compare_wins(frame, strata="site", **named)
    assert over.estimate != found.estimate and "over strata of site" in over.method
    holed = frame.with_columns(
        count=polars.when(polars.int_range(polars.len()) % 9 == 0).then(None).otherwise("count")
    )
    with pytest.raises(eq.EquipoiseError, match="FRAM-004"):
        eq.compare_wins(holed, **named)
    kept = eq.compare_wins(holed, missing="left_out", **named)
    assert sum(each.missing for each in kept.groups) == holed["count"].null_count()


def test_what_a_model_assumes_is_tested_and_said() -> None:
    frame, named = people(), {"outcome": "count", "arm": "arm", "reference": "old"}
    assert "No over-dispersion (counts given the model): score test" in repr(
        eq.compare_counts(frame, **named)
    )
    ordered = eq.compare_categories(frame, **named)
    assert [each.assumption for each in ordered.checks] == ["Proportional odds"]


def test_guesses_are_counted_by_arm() -> None:
    frame = {"arm": ["new"] * 4 + ["old"] * 4, "said": ["new", "new", "old", "?", "old", "new", "old", None]}
    found = eq.blinding_indices(frame, guess="said", arm="arm")
    assert (found.asked, found.missing) == (7, 1)
    assert found.to_frame().select("right", "wrong", "unknown").rows() == [(2, 1, 1), (2, 1, 0)]
    assert found.to_frame()["bang"].to_list() == pytest.approx([0.25, 1 / 3])
    assert "James" in repr(found)
    with pytest.raises(eq.EquipoiseError, match="FRAM-004"):
        eq.blinding_indices({"arm": ["a", "b"], "said": [None, None]}, guess="said", arm="arm")


def test_how_sure_a_guess_is_counts_in_bangs_index() -> None:
    frame = {
        "arm": [1, 1, 1, 1, 2, 2, 2, 2], "said": [1.0, 1.0, 2.0, 0.0, 2.0, 1.0, 2.0, math.nan],
        "sure": [True, False, False, None, True, True, False, None],
    }  # fmt: skip
    found = eq.blinding_indices(frame, guess="said", arm="arm", sure="sure")
    assert found.to_frame().select("right", "wrong", "unknown").rows() == [(2, 1, 1), (2, 1, 0)]
    assert found.to_frame()["bang"].to_list() == pytest.approx([(1 + 0.5 - 0.5) / 4, (1 - 1 + 0.5) / 3])
    assert found.found.james == eq.blinding_indices(frame, guess="said", arm="arm").found.james
    assert "counts half" in repr(found)
    with pytest.raises(eq.EquipoiseError, match="FRAM-004"):
        eq.blinding_indices({**frame, "sure": [None] * 8}, guess="said", arm="arm", sure="sure")


def test_a_list_is_what_the_randomiser_would_give() -> None:
    scheme = eq.PermutedBlocks(arms=("a", "b"), ratio=(1, 1), block_sizes=(4, 6))
    frame = eq.randomisation_list(scheme, 24, strata=["x=1", "x=2"], seed=5)
    assert frame.equals(eq.randomisation_list(scheme, 24, strata=["x=1", "x=2"], seed=5))
    assert not frame.equals(eq.randomisation_list(scheme, 24, strata=["x=1", "x=2"], seed=bytes(32)))
    whole = frame.group_by("stratum", "block").agg(polars.len(), (polars.col("arm") == "a").sum().alias("a"))
    ended = whole.filter(polars.col("block") < polars.col("block").max().over("stratum"))
    assert len(ended) >= 6 and (ended["a"] * 2 == ended["len"]).all()
