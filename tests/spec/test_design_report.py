"""The design report: what the planned number can show, who decided about the test, and what has no report."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from equipoise.analysis.design import means_power
from equipoise.analysis.design.assumptions import (
    Assumptions,
    Course,
    check_assumptions,
    load_assumptions,
    planned_groups,
)
from equipoise.analysis.design.report import brief, covering, design_data, design_report, percent, sentences
from equipoise.analysis.design.report_binary import binary_report, handled
from equipoise.analysis.design.report_page import design_page
from equipoise.analysis.design.report_times import events_over_time
from equipoise.analysis.errors import AnalysisError
from equipoise.cli import exits
from equipoise.cli.main import main
from equipoise.study.load import load

STUDIES = Path(__file__).resolve().parents[2] / "studies"


@pytest.fixture(scope="module")
def study():
    return load(STUDIES / "NCT06965244")


@pytest.fixture(scope="module")
def report(study):
    return design_report(study, STUDIES / "NCT06965244")


@pytest.fixture(scope="module")
def timed():
    return design_report(load(STUDIES / "DEMO-TTE"), STUDIES / "DEMO-TTE")


def test_what_122_participants_can_show(report) -> None:
    """The reference numbers: 82.4% without loss, 72.9% with one tenth of non-response, the pooled z at 5.7%."""
    primary = report.comparisons[0]
    main = primary.shown[0]
    assert report.planned == 122 and primary.groups == (61, 61) and primary.alpha == 0.05
    assert main.exact == pytest.approx(0.824, abs=5e-4)
    assert main.handled == pytest.approx(0.729, abs=5e-4)
    assert main.proportions == pytest.approx((0.675, 0.45))
    assert 0.16 < main.half_width < 0.175
    assert primary.primary.largest == pytest.approx(0.0568, abs=5e-5)
    assert primary.primary.at == pytest.approx(0.5, abs=1e-3)
    tests = {each.test: each for each in primary.sizes}
    assert tests["fisher"].power == pytest.approx(0.772, abs=5e-4)
    assert tests["boschloo"].largest <= 0.05 and tests["unconditional_z"].largest <= 0.05
    gaps = {(each.reference, each.power): each for each in primary.detectable}
    assert gaps[0.5, 0.8].formula == pytest.approx(0.244, abs=5e-4)
    assert gaps[0.5, 0.9].formula == pytest.approx(0.278, abs=2e-3)
    assert gaps[0.5, 0.8].handled > gaps[0.5, 0.8].exact


def test_each_handling_of_the_loss_compares_what_it_says(report) -> None:
    out = report.comparisons[0].shown[1]
    assert out.loss_counts == "left_out" and out.groups == (54, 54) and out.proportions == out.assumed
    assert out.exact > out.handled > report.comparisons[0].shown[0].handled
    assert handled((0.5, 0.4), (20, 10), 0.5, "left_out") == ((0.5, 0.4), (10, 5))


def test_the_readings_of_the_published_number_are_found(report) -> None:
    """Each line of the known table leads to 122, or to within one participant an arm of it."""
    found = {
        (
            one.assumption.p2,
            round(one.assumption.p1, 2),
            one.assumption.power,
            one.assumption.method,
            one.assumption.loss,
        )
        for one in report.comparisons[0].readings
    }
    for reading in (
        (0.5, 0.75, 0.8, "unpooled", 0.1),
        (0.5, 0.75, 0.8, "pooled", 0.05),
        (0.5, 0.75, 0.8, "arcsine", 0.05),
        (0.5, 0.76, 0.8, "continuity", 0.0),
        (0.45, 0.7, 0.8, "pooled", 0.0),
        (0.5, 0.8, 0.9, "pooled", 0.15),
        (0.5, 0.8, 0.9, "continuity", 0.05),
        (0.45, 0.75, 0.9, "continuity", 0.0),
    ):
        assert reading in found
    exact = [one for one in report.comparisons[0].readings if one.assumption.total == 122]
    assert {(one.assumption.per_arm, one.assumption.loss, one.assumption.way) for one in exact} >= {
        (55, 0.1, "multiplied"),
        (58, 0.05, "multiplied"),
        (61, 0.0, "divided"),
    }


def test_the_decision_about_the_test_is_in_the_report_and_states_its_true_numbers(study, report) -> None:
    covered = report.covered["primary"]
    assert (covered.name, covered.status, covered.choice) == ("primary_test", "assumption", "pooled_z")
    primary = report.comparisons[0]
    tests = {each.test: each for each in primary.sizes}
    for name, says in study.definition.decisions["primary_test"].options.items():
        size, power = re.findall(r"(\d+\.\d+) %", says)[0], re.findall(r"(\d+\.\d+) %", says)[-1]
        assert f"{100 * tests[name].largest:.2f}" == size, name
        assert f"{100 * tests[name].power:.1f}" == power, name
    said = " ".join(sentences(report, primary))
    assert "72.9%, not 82.4%" in said and "5.68%" in said and "primary_test" in said


def test_interim_looks_keep_the_level(report) -> None:
    one, flat, *_ = report.comparisons[0].looked
    assert one.spending == "one look" and one.early == 0 and one.expected == 122
    for each in report.comparisons[0].looked:
        assert each.size <= 0.05
    assert flat.looks == (60, 122) and flat.expected < 122 and 0 < flat.early < 1


def test_the_price_of_a_test_that_keeps_the_level_is_said_with_the_loss(report) -> None:
    said = " ".join(sentences(report, report.comparisons[0]))
    assert "the unconditional exact z test, finds the first assumptions with 82% instead of 82.4%" in said
    assert "after the loss with 70% instead of 72.9%" in said


def test_a_test_beyond_its_level_needs_a_decision_with_a_choice(study, report) -> None:
    given = load_assumptions(STUDIES / "NCT06965244" / "design.yaml").comparisons["primary"]
    primary = report.comparisons[0]
    undecided = msgspec.structs.replace(given, test=msgspec.structs.replace(given.test, decision=None))
    with pytest.raises(AnalysisError, match="DSGN-007"):
        covering(study, undecided, primary)
    for change in ({"status": "open", "choice": None}, {"choice": "fisher"}):
        own = msgspec.structs.replace(study.definition.decisions["primary_test"], **change)
        decisions = {**study.definition.decisions, "primary_test": own}
        other = replace(study, definition=msgspec.structs.replace(study.definition, decisions=decisions))
        with pytest.raises(AnalysisError, match="DSGN-007"):
            covering(other, given, primary)


def test_a_test_within_its_level_needs_none(study) -> None:
    given = load_assumptions(STUDIES / "NCT06965244" / "design.yaml").comparisons["primary"]
    exact = msgspec.structs.replace(
        given,
        test=msgspec.structs.replace(given.test, method="boschloo", decision=None),
        readings=None,
        looks=None,
    )
    found = binary_report("primary", study.definition.estimands["primary"], exact, (41, 20), ("A", "B"))
    assert found.primary.largest <= found.alpha and found.readings == () and found.looked == ()
    empty = replace(found, shown=(replace(found.shown[0], loss=0.0),))
    said = sentences(design_report(study, STUDIES / "NCT06965244"), empty)
    assert "within its level" in " ".join(said) and "lost" not in said[1]


def test_hazards_and_events(timed) -> None:
    first, second = timed.comparisons
    assert timed.groups == {"back_school": 40, "exercise": 20, "usual_care": 20}
    assert first.groups == (40, 20) and second.arms == ("back_school", "exercise")
    main = first.shown[0]
    assert main.events == pytest.approx(40 * main.chances[0] + 20 * main.chances[1])
    assert main.needed_events == pytest.approx(
        (1.959963984540054 + 0.8416212335729143) ** 2 * 1.5**2 / 0.5 / np.log(0.45) ** 2, rel=1e-6
    )
    assert main.needed[0] + main.needed[1] > 80
    times = np.array([0.0, 20.0, 40.0, 92.0])
    for arm in (0, 1):
        curve = events_over_time(first, main, arm, times)
        assert curve[0] == 0 and curve == sorted(curve)
        assert curve[-1] == pytest.approx(first.groups[arm] * main.chances[arm], rel=1e-9)


def test_means_of_a_score(report) -> None:
    """The powers are those of the design functions, and the smallest differences have the power that they are for."""
    means = report.comparisons[1]
    adjusted, plain = means.shown
    assert means.estimand == "activity_over_time" and adjusted.left == (54, 54)
    assert adjusted.power == pytest.approx(means_power(-4, 61, 61, sd=8, correlation=0.5), abs=1e-12)
    assert adjusted.power > adjusted.handled > plain.handled
    for each in means.detectable:
        sd = 8 * np.sqrt(0.75) if each.assumptions == adjusted.label else 8
        shown = means_power(each.difference, 61, 61, sd=sd)
        assert shown == pytest.approx(each.power, abs=2e-3) and each.handled > each.difference
    said = " ".join(sentences(report, means))
    assert "54 against 54 are left" in said and "difference of −4" in said


def test_the_data_are_plain_and_whole(report, timed) -> None:
    endless = replace(report.comparisons[0].looked[0], bounds=(float("inf"),))
    open_ended = replace(report, comparisons=(replace(report.comparisons[0], looked=(endless,)),))
    assert design_data(open_ended)["comparisons"]["primary"]["looked"][0]["bounds"] == [None]
    for each in (report, timed):
        again = json.loads(json.dumps(design_data(each)))
        assert again["planned"] == each.planned and again["note"].startswith("ASSUMPTIONS")
        assert set(again["comparisons"]) == {one.estimand for one in each.comparisons}


def test_the_page_needs_no_other_file_and_says_what_it_is(report, timed) -> None:
    for each, words in ((report, "72.9%"), (timed, "Schoenfeld")):
        page = design_page(each)
        assert words in page and page.count("<svg") == (3 if each is report else 2 * len(each.comparisons))
        assert "ASSUMPTIONS" in page and each.source.head[:16] in page
        assert not re.search(r'(src|href)="(?!#)[^"]+\.(css|js|png)"', page)
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))


def test_numbers_in_words() -> None:
    assert (percent(0.7286), percent(0.5), percent(0.05681, 2)) == ("72.9%", "50%", "5.68%")
    assert (brief(0.675), brief(0.792), brief(0.45)) == ("67.5%", "79.2%", "45%")


def test_the_command_prints_the_report_and_writes_its_files(tmp_path: Path, capsys) -> None:
    assert main(["design", str(STUDIES / "NCT06965244"), "--out", str(tmp_path)]) == exits.OK
    out = capsys.readouterr().out
    for words in (
        "72.9%",
        "82.4%",
        "5.68%",
        "primary_test",
        "times 1.1",
        "Fisher's exact test",
        "Mean if equal",
    ):
        assert words in out
    names = {path.name for path in tmp_path.iterdir()}
    assert {"design.html", "design.json", "design-power-primary.svg", "design-size-primary.csv"} <= names
    assert main(["design", str(STUDIES / "DEMO-TTE"), "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)["study"] == "DEMO-TTE"
    assert main(["design", str(STUDIES / "DEMO-TTE")]) == exits.OK
    assert "highest hazard ratio" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("comparisons: {primary: {test: {method: pooled_z}, assumptions: {}, powr: [0.8]}}", "powr"),
        ("comparisons: {primary: {test: {method: magic}, assumptions: {}}}", "method"),
        ("comparisons: [", "flow"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "design.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(AnalysisError, match="DSGN-005") as error:
        load_assumptions(tmp_path / "design.yaml")
    assert words in error.value.fault


def test_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="DSGN-005"):
        load_assumptions(tmp_path / "design.yaml")


def test_a_course_is_given_in_one_way() -> None:
    assert Course(median=10).hazard == pytest.approx(np.log(2) / 10)
    for course in (Course(), Course(median=1, rates=((0, 1),)), Course(share=0.5)):
        with pytest.raises(AnalysisError, match="DSGN-005"):
            _ = course.hazard


BINARY = {"label": "x", "source": "y", "proportions": {"lenalidomide": 0.7, "methotrexate": 0.5}}


@pytest.mark.parametrize(
    "comparisons",
    [
        {"secondary": {"test": {"method": "pooled_z"}, "assumptions": {"a": BINARY}}},
        {"primary": {"test": {"method": "pooled_z"}, "assumptions": {}}},
        {"primary": {"test": {"method": "pooled_z", "decision": "none"}, "assumptions": {"a": BINARY}}},
        {"primary": {"test": {"method": "pooled_z"}, "assumptions": {"a": {"label": "x", "source": "y"}}}},
        {"primary": {"test": {"method": "logrank"}, "assumptions": {"a": BINARY}}},
        {"primary": {"test": {"method": "t"}, "assumptions": {"a": BINARY}}},
        {"activity_over_time": {"test": {"method": "t"}, "assumptions": {"a": BINARY}}},
        {"activity_over_time": {"test": {"method": "t"}, "assumptions": {"a": {**BINARY, "loss": 0.1}}}},
    ],
)
def test_assumptions_of_another_trial_are_refused(study, comparisons: dict) -> None:
    given = msgspec.convert({"comparisons": comparisons}, Assumptions, strict=False)
    with pytest.raises(AnalysisError, match="DSGN-006"):
        check_assumptions(study, given)


def test_hazards_need_their_numbers() -> None:
    timed = {"primary": {"test": {"method": "logrank"}, "assumptions": {"a": {"label": "x", "source": "y"}}}}
    given = msgspec.convert({"comparisons": timed}, Assumptions, strict=False)
    with pytest.raises(AnalysisError, match="DSGN-006"):
        check_assumptions(load(STUDIES / "DEMO-TTE"), given)


def test_groups_add_up_to_what_is_planned(study) -> None:
    odd = msgspec.structs.replace(study.definition.allocation, planned=123)
    other = replace(study, definition=msgspec.structs.replace(study.definition, allocation=odd))
    assert sum(planned_groups(other, tuple(study.definition.arms))) == 123
