"""What a person gives and gets: frames of several kinds, kind errors, and results that say no more than they know."""

from __future__ import annotations

import numpy as np
import polars
import pytest

import equipoise as eq
from equipoise.analysis.frames.comparison import said
from equipoise.analysis.shown import number

NAMED = {"outcome": "response", "arm": "arm", "reference": "old"}
ROWS = {"arm": ["new", "old"] * 20, "response": ([1, 0] * 7 + [0, 1] * 3) * 2}


class Foreign:
    """A frame of another library: names in `columns`, values with `to_list` or an array."""

    def __init__(self, data: dict[str, object]) -> None:
        self.data = data
        self.columns = list(data)

    def __getitem__(self, name: str) -> object:
        return self.data[name]


@pytest.mark.parametrize(
    "frame",
    [
        polars.DataFrame(ROWS),
        {name: np.array(values) for name, values in ROWS.items()},
        Foreign({name: polars.Series(values) for name, values in ROWS.items()}),
        Foreign({"arm": ROWS["arm"], "response": np.array(ROWS["response"], dtype=float)}),
    ],
    ids=["polars", "arrays", "series", "foreign"],
)
def test_frames_of_every_kind_give_the_same(frame: object) -> None:
    assert eq.compare_proportions(frame, **NAMED) == eq.compare_proportions(ROWS, **NAMED)


def test_missing_is_missing_however_it_is_written() -> None:
    gone = [None, float("nan"), np.nan]
    for each in gone:
        frame = {"arm": ["new", "old"] * 20, "response": [*ROWS["response"][:-1], each]}
        with pytest.raises(eq.EquipoiseError, match="FRAM-004 response: 1 of 40"):
            eq.compare_proportions(frame, **NAMED)


@pytest.mark.parametrize(
    ("code", "change", "words"),
    [
        (
            "FRAM-001",
            {"outcome": "respons"},
            r"no column 'respons' \(did you mean 'response'\? there are: arm",
        ),
        ("FRAM-002", {"outcome": "arm"}, "other values than true and false, 1 and 0: 'new', 'old'"),
        ("FRAM-003", {"reference": "control"}, r"no arm 'control' \(there are: new, old\)"),
        ("FRAM-005", {"method": "newcome"}, r"no method 'newcome' \(did you mean 'newcombe'\?"),
        ("FRAM-005", {"missing": "dropped"}, "no missing 'dropped'"),
        ("FRAM-005", {"measure": "ratio"}, r"did you mean 'risk_ratio'\?|no measure 'ratio'"),
    ],
)
def test_an_error_names_what_was_probably_meant(code: str, change: dict[str, str], words: str) -> None:
    with pytest.raises(eq.EquipoiseError, match=words) as caught:
        eq.compare_proportions(polars.DataFrame(ROWS), **{**NAMED, **change})
    assert caught.value.code == code and caught.value.why and caught.value.remedy


def test_what_is_no_frame_is_refused() -> None:
    for each in (3, [1, 2], polars.DataFrame(ROWS).lazy()):
        with pytest.raises(eq.EquipoiseError, match="FRAM-006"):
            eq.compare_proportions(each, **NAMED)
    with pytest.raises(eq.EquipoiseError, match=r"FRAM-006 .* different lengths \(arm 40, response 5\)"):
        eq.compare_proportions({"arm": ROWS["arm"], "response": [1, 0, 1, 0, 1]}, **NAMED)


def test_a_frame_without_rows_or_without_another_arm_says_so() -> None:
    with pytest.raises(
        eq.EquipoiseError, match="FRAM-003 arms: there is no arm at all: the frame has no rows"
    ):
        eq.compare_proportions({"arm": [], "response": []}, **NAMED)
    with pytest.raises(eq.EquipoiseError, match="FRAM-003 arms: there is no arm beside 'old'"):
        eq.compare_proportions({**ROWS, "arm": ["old"] * 40}, **NAMED)


def test_a_number_that_is_text_is_not_read_as_a_number() -> None:
    with pytest.raises(
        eq.EquipoiseError, match="FRAM-002 score: the column holds values that are no numbers: '1'"
    ):
        eq.compare_means({**ROWS, "score": ["1"] * 40}, outcome="score", arm="arm", reference="old")
    with pytest.raises(
        eq.EquipoiseError, match="FRAM-008 compare_proportions, confidence: '0.95' is not a num"
    ):
        eq.compare_proportions(ROWS, **NAMED, confidence="0.95")


def test_words_are_no_numbers_and_a_gap_is_no_arm() -> None:
    with pytest.raises(eq.EquipoiseError, match="FRAM-002 arm: the column holds values that are no numbers"):
        eq.compare_means(ROWS, outcome="arm", arm="arm", reference="old")
    holed = {**ROWS, "arm": [None, *ROWS["arm"][1:]]}
    with pytest.raises(eq.EquipoiseError, match="FRAM-004 arm: 1 of 40 values are missing"):
        eq.compare_proportions(holed, **NAMED)
    with pytest.raises(eq.EquipoiseError, match="FRAM-004 x: 1 of 40"):
        eq.compare_means({**ROWS, "x": [None] + [1.0] * 39}, covariates="x", **NAMED)


def test_several_arms_have_several_contrasts_and_no_single_number() -> None:
    frame = {"arm": ["a", "b", "c"] * 20, "response": [1, 0, 0, 1, 1, 0] * 10}
    found = eq.compare_proportions(frame, outcome="response", arm="arm", reference="c")
    assert [each.arm for each in found.contrasts] == ["a", "b"]
    assert found.versus("b").estimate == pytest.approx(0.5)
    with pytest.raises(eq.EquipoiseError, match="FRAM-007 result: the result holds 2 comparisons"):
        _ = found.estimate
    with pytest.raises(eq.EquipoiseError, match="FRAM-003"):
        found.versus("d")
    assert found.to_frame()["arm"].to_list() == ["a", "b"]


def test_a_result_prints_as_a_table_in_words() -> None:
    assert repr(eq.risk_difference(37, 61, 21, 61)).splitlines() == [
        "Difference: risk difference, Miettinen-Nurminen score interval",
        "                           analysed  missing  responders  estimate (95% interval)      p",
        "  group 1                        61        0  37 (60.7%)",
        "  group 2                        61        0  21 (34.4%)",
        "  group 1 against group 2                                   26.2% (8.5% to 42.4%)  0.004",
    ]


def test_a_notebook_gets_a_table_with_headings_and_a_picture_with_its_description() -> None:
    html = eq.risk_difference(37, 61, 21, 61)._repr_html_()
    assert '<th scope="row"' in html and "<caption>" in html
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'alt="group 1 against group 2: 26.2% (8.5% to 42.4%)."' in html
    assert "<style" not in html, "the picture keeps its styles to itself"
    assert "<img" not in eq.proportions_size(0.6, 0.35)._repr_html_()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.05, "0.05"),
        (0.049999996, "0.049999996"),
        (0.05000049, "0.0500005"),
        (0.81355, "0.8136"),
        (0.9999996, "0.9999996"),
        (61.44, "61.44"),
        (122.0, "122"),
        (18296.0, "18296"),
        (0.0, "0"),
        (3, "3"),
        (None, "–"),
        (float("inf"), "infinite"),
        (float("-inf"), "minus infinite"),
        (float("nan"), "not defined"),
    ],
)
def test_rounding_never_lies(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_a_p_value_stays_on_its_side_of_the_level() -> None:
    assert [said(each) for each in (0.0496, 0.0501, 0.04996, 0.05, 0.00999, 0.0004)] == [
        "0.0496", "0.050", "0.04996", "0.050", "0.00999", "<0.001",
    ]  # fmt: skip


def test_an_interval_that_excludes_no_effect_shows_it() -> None:
    frame = {"arm": ["new"] * 40 + ["old"] * 40, "x": [1.0, 2.0] * 20 + [0.0, 1.0] * 20}
    found = eq.compare_means(frame, outcome="x", arm="arm", reference="old", confidence=0.95)
    assert "1.00 (0.77 to 1.23)" in repr(found)
    from equipoise.analysis.estimands.scales import SCALES
    from equipoise.analysis.frames.comparison import clear

    assert clear(SCALES["mean_difference"], 0.0004) == "0.0004"
    assert clear(SCALES["risk_difference"], -0.0004) == "-0.04%"
    assert clear(SCALES["hazard_ratio"], 1.0) == "1.00"


def test_results_of_the_design_show_themselves() -> None:
    assert "The whole groups have a power of 0.8036; 0.8 was asked for." in repr(
        eq.proportions_size(0.6, 0.35)
    )
    bounds = eq.boundaries("LDOF", [0.5, 1.0], futility=[0.0])
    assert "look 1          0.5          2.963            0     0.001525" in repr(bounds)
    assert "futility is not binding" in repr(bounds) and bounds.figure() is not None
    curve = eq.power_curve([0.6, 0.7, 0.75], 0.5, 61, 61)
    assert curve.to_frame()["power"].to_list()[-1] == pytest.approx(eq.exact_power(0.75, 0.5, 61, 61))
    assert "82.4%" in repr(curve) and "<img" in curve._repr_html_()
    assert eq.simulate_power(0.6, 0.35, 61, 61).to_frame()["trials"].to_list() == [10_000]
    frame = eq.stagewise(bounds, 1, 3.1).to_frame()
    assert frame.columns[:3] == ["p_value", "estimate", "lower"]


def test_whole_numbers_name_arms_however_they_are_stored() -> None:
    """A column of numbers with a gap becomes one of floats: 2 and 2.0 are one arm."""
    wanted = eq.compare_means({"y": [1, 3, 2, 6], "arm": [1, 1, 2, 2]}, outcome="y", arm="arm", reference=2)
    for arm, reference in (([1.0, 1.0, 2.0, 2.0], 2), ([1, 1, 2, 2], 2.0), (["1", "1", "2", "2"], 2)):
        found = eq.compare_means({"y": [1, 3, 2, 6], "arm": arm}, outcome="y", arm="arm", reference=reference)
        assert found == wanted


def test_a_share_of_nobody_has_no_interval() -> None:
    for x, n in ((11, 10), (0, 0), (-1, 3)):
        with pytest.raises(eq.EquipoiseError, match="ANAL-004"):
            eq.wilson(x, n)
