"""The counts of the flow diagram: persons once, exits by reason, each box equal to the next plus the exits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.analysis.data.consort import (
    DECLINED,
    INELIGIBLE,
    OTHER,
    PENDING,
    POOLED,
    Flow,
    check_flow,
    flow,
    total,
)
from equipoise.analysis.data.estimand import Outcome
from equipoise.analysis.data.rows import Screening
from equipoise.analysis.errors import AnalysisError
from equipoise.analysis.figures.flow import flow_figure
from equipoise.analysis.svg import svg

from .analysis_rows import LIVE, START, participant


def screened(subject: str, *reasons: str, person: str | None = None, attempt: int = 1) -> Screening:
    return Screening(
        subject=subject,
        person=person or subject,
        attempt=attempt,
        site="01",
        on=START,
        failed=bool(reasons),
        reasons=reasons,
        sequence=attempt,
    )


def analysed(subject: str, arm: str = "new", kind: str = "value") -> Outcome:
    return Outcome(subject=subject, arm=arm, stratum="", kind=kind)


def counts(found: Flow) -> dict[str, int]:
    return {each.text: each.count for each in found.excluded}


def test_a_person_screened_twice_is_counted_once_and_by_the_last_attempt() -> None:
    rows = [
        screened("1", "I1"),
        screened("2", person="1", attempt=2),
        screened("3", "E1"),
        screened("4", "declined", person="3", attempt=2),
    ]
    found = flow(rows, [participant("2", person="1")], [analysed("2")], {})
    assert (found.assessed, found.attempts, found.randomised) == (2, 4, 1)
    assert counts(found) == {DECLINED: 1}


def test_exclusions_are_by_criterion_then_refusal_then_other_then_still_in_screening() -> None:
    rows = [
        screened("1", "declined", "E7"),
        screened("2", "other: moved", "declined"),
        screened("3", "other: moved"),
        screened("4"),
    ]
    found = flow(rows, [], [], {})
    assert counts(found) == {INELIGIBLE: 1, DECLINED: 1, OTHER: 1, PENDING: 1}
    assert {each.text: each.count for each in found.criteria} == {"E7": 1, "declined": 2, "moved": 2}


def test_each_arm_counts_received_left_stopped_and_analysed_with_reasons() -> None:
    later = START + timedelta(days=30)
    people = [
        participant("1"),
        participant("2", first_dose_on=None, stop_cause="withdrew before the start", stopped_on=later),
        participant("3", stopped_on=later, stop_cause="adverse_event", ended="lost"),
        participant("4", stopped_on=later, stop_cause="completed", ended="completed"),
        participant("5", arm="old", ended="withdrawn", ended_cause="moved away"),
    ]
    rows = [screened(each.subject) for each in people]
    outcomes = [
        analysed("1"),
        analysed("2", kind="missing"),
        analysed("3", kind="event"),
        analysed("5", "old"),
    ]
    found = flow(rows, people, outcomes, {"4": "no baseline"}, ("new", "old"))
    new, old = found.branches
    assert (new.allocated, new.received, new.analysed, new.imputed, new.by_event) == (4, 3, 3, 1, 1)
    assert [(each.text, each.count) for each in new.not_received] == [("withdrew before the start", 1)]
    assert [(each.text, each.people) for each in new.stopped] == [("adverse_event", ("3",))]
    assert [each.text for each in new.left] == ["lost to follow-up"] and new.excluded[0].text == "no baseline"
    assert [each.text for each in old.left] == ["withdrew: moved away"]


def test_a_trial_without_a_drug_has_nobody_who_did_not_receive_it() -> None:
    people = [
        participant("1", first_dose_on=None, stopped_on=START, stop_cause="wish"),
        participant("2", first_dose_on=None),
    ]
    found = flow(
        [screened("1"), screened("2")], people, [analysed("1"), analysed("2")], {}, ("new",)
    ).branches[0]
    assert (found.received, found.not_received, found.stopped[0].text) == (2, (), "wish")


def test_the_pooled_flow_names_no_arm() -> None:
    people = [replace(participant("1"), arm=None), replace(participant("2"), arm=None)]
    found = flow([screened("1"), screened("2")], people, [analysed("1", None), analysed("2", None)], {})
    assert [(each.arm, each.allocated) for each in found.branches] == [(POOLED, 2)]


@pytest.mark.parametrize(
    "broken",
    [
        {"assessed": 3},
        {"randomised": 2, "assessed": 2},
        {"branch": {"received": 0}},
        {"branch": {"analysed": 0}},
        {"branch": {"allocated": 2}},
    ],
)
def test_counts_that_do_not_add_up_are_refused(broken: dict) -> None:
    found = flow([screened("1")], [participant("1")], [analysed("1")], {}, ("new",))
    changes = {key: value for key, value in broken.items() if key != "branch"}
    branches = (replace(found.branches[0], **broken.get("branch", {})),)
    with pytest.raises(AnalysisError, match="ANAL-007"):
        check_flow(replace(found, branches=branches, **changes))


def test_a_participant_who_is_neither_analysed_nor_excluded_is_noticed() -> None:
    with pytest.raises(AnalysisError, match="ANAL-007"):
        flow([screened("1")], [participant("1")], [], {}, ("new",))


@given(
    st.lists(
        st.tuples(st.sampled_from([(), ("I1",), ("declined",), ("other: x",)]), st.booleans(), st.booleans()),
        max_size=30,
    )
)
def test_every_person_is_in_exactly_one_place(people: list) -> None:
    """Whoever is screened, once or twice, is either excluded for one reason or in one arm."""
    rows, members = [], []
    for place, (reasons, twice, randomised) in enumerate(people):
        if twice:
            rows.append(screened(f"{place}a", "I1", person=str(place)))
        rows.append(
            screened(
                f"{place}b", *(() if randomised else reasons), person=str(place), attempt=2 if twice else 1
            )
        )
        if randomised:
            members.append(participant(f"{place}b", person=str(place), arm="new" if place % 2 else "old"))
    found = flow(rows, members, [analysed(each.subject, each.arm) for each in members], {}, ("new", "old"))
    assert (
        found.assessed
        == len(people)
        == total(found.excluded) + sum(each.allocated for each in found.branches)
    )
    assert sum(total(each.not_received) + each.received for each in found.branches) == found.randomised


def test_the_figure_says_every_number_in_words_and_uses_classes_alone() -> None:
    found = flow([screened("1"), screened("2", "E1")], [participant("1")], [analysed("1")], {}, ("new",))
    figure = flow_figure(found, {"new": "New <ointment>"}, {"E1": "Exclusion 1: pain"})
    drawn = str(svg(figure, LIVE))
    assert "Assessed for eligibility (n\u00a0=\u00a02)" in drawn and "Exclusion 1: pain: 1" in drawn
    assert "2 persons were assessed for eligibility, 1 were excluded and 1 were randomised." in drawn
    assert "New &lt;ointment&gt;" in drawn and "<ointment>" not in drawn
    assert 'role="img"' in drawn and "<title" in drawn and "<desc" in drawn
    assert "style=" not in drawn and 'class="box flow-box"' in drawn and 'class="arm-1"' in drawn


@pytest.mark.parametrize("arms", [1, 2, 3, 4])
def test_no_box_of_the_figure_leaves_it_or_covers_another(arms: int) -> None:
    names = [f"arm{place}" for place in range(arms)]
    people = [
        participant(
            str(place),
            arm=name,
            stopped_on=START,
            stop_cause="a rather long reason for stopping the treatment",
        )
        for place, name in enumerate(names)
    ]
    rows = [screened(each.subject) for each in people]
    found = flow(rows, people, [analysed(each.subject, each.arm) for each in people], {}, names)
    figure = flow_figure(found, {name: f"The arm with a long label number {name}" for name in names}, {})
    boxes = rectangles(str(figure.body))
    assert len(boxes) == 3 + 3 * arms
    for x, y, width, height in boxes:
        assert x >= 0 and y >= 0 and x + width <= figure.width and y + height <= figure.height
    for place, one in enumerate(boxes):
        for two in boxes[place + 1 :]:
            assert not overlap(one, two), (one, two)


def rectangles(drawn: str) -> list[tuple[float, float, float, float]]:
    import re

    found = re.findall(r'<rect[^>]* x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn)
    return [tuple(float(each) for each in one) for one in found]


def overlap(one: tuple, two: tuple) -> bool:
    across = one[0] < two[0] + two[2] and two[0] < one[0] + one[2]
    return across and one[1] < two[1] + two[3] and two[1] < one[1] + one[3]
