"""What the estimand says of one participant: every way to a response, a non-response, and a missing value."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from equipoise.analysis.data.estimand import DIED, Outcome, Reading, outcome
from equipoise.analysis.data.populations import NO_BASELINE, for_endpoint, safety
from equipoise.analysis.data.rows import Dataset, Occurrence, Participant, Score
from equipoise.analysis.errors import AnalysisError

from .analysis_rows import START, WHERE, happened, participant, score

BASELINE = score("1", "start", 0, "20")


def judged(
    *scores: Score,
    events: tuple[Occurrence, ...] = (),
    reading: Reading | None = None,
    row: Participant | None = None,
) -> Outcome:
    row = row or participant("1")
    data = Dataset(participants=(row,), scores={"1": (BASELINE, *scores)}, occurrences={"1": events})
    return outcome(data, WHERE, reading or Reading(), row, ("factor",))


def test_a_score_in_the_window_is_the_value_and_names_its_event() -> None:
    found = judged(score("1", "week_4", 28, "15"), score("1", "week_16", 112, "9"))
    assert (found.kind, found.value, found.source, found.stratum) == ("value", Decimal(9), 212, "factor=yes")
    assert (found.baseline, found.visits) == (Decimal(20), (Decimal(15), Decimal(9)))


@pytest.mark.parametrize(
    ("day", "kind"), [(104, "missing"), (105, "value"), (119, "value"), (120, "missing")]
)
def test_the_window_is_inclusive_and_counts_when_it_happened(day: int, kind: str) -> None:
    found = judged(score("1", "week_16", day, "9"))
    assert (found.kind, found.reason) == (kind, "" if kind == "value" else "outside the window")


def test_a_score_of_another_encounter_counts_when_it_falls_into_the_window() -> None:
    assert judged(score("1", "week_24", 118, "8")).value == Decimal(8)


def test_of_two_scores_in_the_window_the_nearer_counts_then_the_earlier() -> None:
    assert judged(score("1", "week_16", 107, "5"), score("1", "week_24", 113, "8")).value == Decimal(8)
    assert judged(score("1", "week_16", 111, "5"), score("1", "week_24", 113, "8")).value == Decimal(5)


def test_a_composite_event_is_non_response_whatever_the_score() -> None:
    found = judged(score("1", "week_16", 112, "0"), events=(happened("rescue"),))
    assert (found.kind, found.reason, found.value) == ("event", "rescue", None)


def test_treatment_policy_takes_the_score_whatever_happened() -> None:
    found = judged(score("1", "week_16", 112, "9"), events=(happened("pregnancy", "treatment_policy"),))
    assert (found.kind, found.value) == ("value", Decimal(9))


def test_a_hypothetical_event_makes_the_value_missing() -> None:
    found = judged(score("1", "week_16", 112, "9"), events=(happened("shortage", "hypothetical"),))
    assert (found.kind, found.reason, found.value) == ("missing", "shortage", None)


def test_composite_goes_before_hypothetical_and_before_treatment_policy() -> None:
    events = (happened("p", "treatment_policy"), happened("h", "hypothetical"), happened("c"))
    assert judged(score("1", "week_16", 112, "9"), events=events).reason == "c"


def test_an_event_that_did_not_happen_or_is_unknown_changes_nothing_but_is_told() -> None:
    events = (happened("rescue", verdict="false"), happened("stop", verdict="unknown"))
    found = judged(score("1", "week_16", 112, "9"), events=events)
    assert (found.kind, found.undetermined) == ("value", ("stop",))


@pytest.mark.parametrize(("day", "kind"), [(111, "event"), (112, "value")])
def test_death_before_the_time_point_is_non_response_in_every_reading(day: int, kind: str) -> None:
    row = participant("1", died_on=START + timedelta(days=day))
    for reading in (Reading(), Reading(policy=True)):
        assert judged(score("1", "week_16", 110, "9"), row=row, reading=reading).kind == kind


def test_the_treatment_policy_reading_ignores_events() -> None:
    found = judged(
        score("1", "week_16", 112, "9"), events=(happened("rescue"),), reading=Reading(policy=True)
    )
    assert found.kind == "value"


def test_an_unblinded_score_is_missing_in_the_primary_analysis_and_used_with_substitutes() -> None:
    unblinded = score("1", "week_16", 112, "9", blinded=False)
    assert (judged(unblinded).kind, judged(unblinded).reason) == ("missing", "not assessed blind")
    assert judged(unblinded, reading=Reading(substitutes=True)).value == Decimal(9)


def test_a_flagged_score_counts_unless_the_analysis_leaves_it_out() -> None:
    flagged = score("1", "week_16", 112, "9", flagged=True)
    assert judged(flagged).kind == "value"
    assert judged(flagged, reading=Reading(flagged=False)).kind == "missing"


def test_nothing_assessed_is_missing() -> None:
    assert (judged().kind, judged().reason) == ("missing", "not assessed")


def test_scores_after_the_use_of_data_was_withdrawn_are_not_used() -> None:
    row = participant("1", withdrew_data_on=START + timedelta(days=60))
    found = judged(score("1", "week_4", 28, "15"), score("1", "week_16", 112, "9"), row=row)
    assert (found.kind, found.visits) == ("missing", (Decimal(15), None))


def test_a_strategy_without_an_implementation_is_refused() -> None:
    with pytest.raises(AnalysisError, match="ANAL-006"):
        judged(events=(happened("x", "principal_stratum", "false"),))


def since(strategy: str, day: int | None, **given: str) -> Occurrence:
    on = None if day is None else START + timedelta(days=day)
    return replace(happened("stop", strategy), on=on, **given)


SCORES = (score("1", "week_4", 28, "15"), score("1", "week_16", 112, "9"))


def test_while_on_treatment_takes_the_last_score_before_the_event() -> None:
    found = judged(*SCORES, events=(since("while_on_treatment", 60),))
    assert (found.kind, found.value, found.visits) == ("value", Decimal(15), (Decimal(15), Decimal(15)))
    assert judged(*SCORES, events=(since("while_on_treatment", 28),)).value == Decimal(15)


def dated(event: str, strategy: str, day: int | None) -> Occurrence:
    return replace(happened(event, strategy), on=None if day is None else START + timedelta(days=day))


@pytest.mark.parametrize(
    ("stop", "rescue", "kind", "reason"),
    [
        (60, 90, "value", ""),  # the stop ended what counts: what was done a month later is no non-response
        (60, 60, "event", "rescue"),  # of two on one day the composite one counts
        (60, 30, "event", "rescue"),
        (60, None, "event", "rescue"),  # not known to have come later
        (None, 90, "event", "rescue"),
    ],
)
def test_a_composite_event_after_the_end_of_treatment_is_not_while_on_treatment(
    stop: int | None, rescue: int | None, kind: str, reason: str
) -> None:
    events = (dated("rescue", "composite", rescue), dated("stop", "while_on_treatment", stop))
    found = judged(*SCORES, events=events)
    assert (found.kind, found.reason) == (kind, reason)
    assert found.value == (Decimal(15) if kind == "value" else None)


def test_what_a_hypothetical_event_led_to_would_not_have_been() -> None:
    after = (dated("shortage", "hypothetical", 40), dated("rescue", "composite", 70))
    found = judged(*SCORES, events=after)
    assert (found.kind, found.reason, found.visits) == ("missing", "shortage", (Decimal(15), None))
    before = (dated("shortage", "hypothetical", 40), dated("rescue", "composite", 20))
    assert judged(*SCORES, events=before).reason == "rescue"


def test_of_two_events_that_end_what_counts_the_first_says_how() -> None:
    first = (dated("stop", "while_on_treatment", 90), dated("shortage", "hypothetical", 40))
    assert (judged(*SCORES, events=first).kind, judged(*SCORES, events=first).reason) == (
        "missing",
        "shortage",
    )
    then = (dated("shortage", "hypothetical", 90), dated("stop", "while_on_treatment", 40))
    assert (judged(*SCORES, events=then).kind, judged(*SCORES, events=then).value) == ("value", Decimal(15))


@pytest.mark.parametrize("day", [10, None])
def test_on_treatment_without_a_score_or_a_day_the_value_is_missing(day: int | None) -> None:
    found = judged(*SCORES, events=(since("while_on_treatment", day),))
    assert (found.kind, found.reason) == ("missing", "stop")


def test_a_hypothetical_event_takes_away_what_comes_after_its_day() -> None:
    found = judged(*SCORES, events=(since("hypothetical", 20),))
    assert (found.kind, found.reason, found.visits) == ("missing", "stop", (None, None))
    found = judged(*SCORES, events=(since("hypothetical", 60),))
    assert found.visits == (Decimal(15), None)


def test_a_score_at_the_time_point_before_the_hypothetical_event_counts() -> None:
    early = (score("1", "week_4", 28, "15"), score("1", "week_16", 106, "9"))
    assert judged(*early, events=(since("hypothetical", 110),)).value == Decimal(9)


@pytest.mark.parametrize(("given", "value"), [("baseline", 20), ("36", 36)])
def test_a_composite_event_can_give_the_value_that_stands_for_it(given: str, value: int) -> None:
    found = judged(*SCORES, events=(since("composite", None, value=given),))
    assert (found.kind, found.value, found.visits) == ("event", value, (Decimal(15), Decimal(value)))


def test_death_makes_a_continuous_value_missing_unless_an_event_stands_for_it() -> None:
    row = participant("1", died_on=START + timedelta(days=60))
    where = replace(WHERE, binary=False)
    data = Dataset(participants=(row,), scores={"1": (BASELINE, *SCORES[:1])})
    found = outcome(data, where, Reading(), row)
    assert (found.kind, found.reason, found.visits) == ("missing", DIED, (Decimal(15), None))
    worst = replace(data, occurrences={"1": (since("composite", 60, value="40"),)})
    assert outcome(worst, where, Reading(), row).value == Decimal(40)


def test_a_participant_without_a_masked_baseline_is_not_analysed() -> None:
    rows = (participant("1"), participant("2"), participant("3", arm="old"))
    unblinded = score("2", "start", 0, "20", blinded=False)
    data = Dataset(participants=rows, scores={"1": (BASELINE,), "2": (unblinded,), "3": (BASELINE,)})
    found = for_endpoint(data, WHERE, ("new",))
    assert ([each.subject for each in found.members], found.excluded) == (["1"], {"2": NO_BASELINE})


def test_the_safety_population_took_a_dose_and_is_everybody_where_no_dose_exists() -> None:
    one, two = participant("1"), participant("2", first_dose_on=None)
    assert safety(Dataset(participants=(one, two))).members == (one,)
    assert safety(Dataset(participants=(two,))).members == (two,)
