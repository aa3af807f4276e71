"""How numbers, tables and figures are written: no noise, nothing unescaped, provenance and warning everywhere."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from equipoise.analysis.figures import apart, scale
from equipoise.analysis.figures.axes import fitted
from equipoise.analysis.numbers import count_percent, fixed, hundredfold, interval, p_value, percent, plain
from equipoise.analysis.svg import Figure, coordinate, figure_html, path, svg, text_width, wrapped
from equipoise.analysis.tables import Row, Table, table_csv, table_html

from .analysis_rows import LIVE, SIMULATION

TABLE = Table(
    id="t",
    title="A <table>",
    corner="Item & more",
    columns=("One", "<Two>"),
    arms=(1, 2),
    rows=(
        Row(head="Heading"),
        Row(head="Row", cells=("-1.5", "=2+2"), level=1),
        Row(head="Total", cells=("3", "4"), strong=True),
    ),
    notes=("From -2 to 3.",),
)
FIGURE = Figure(
    id="f",
    title="A figure",
    description="It shows.",
    width=100,
    height=50,
    body=Markup("<g></g>"),
    caption="Caption.",
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.1 + 0.2, 1, "0.3"),
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (-0.04, 1, "0.0"),
        (Decimal("1.25"), 1, "1.3"),
        (12, 1, "12.0"),
        (1e-7, 3, "0.000"),
        (float("nan"), 1, "–"),
        (float("inf"), 1, "–"),
        (None, 1, "–"),
    ],
)
def test_numbers_have_their_decimals_rounded_half_up(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


def test_the_other_ways_to_write_a_number() -> None:
    assert (percent(1, 3), percent(1, 0), count_percent(28, 61)) == ("33.3%", "–", "28 (45.9%)")
    assert interval(-1.25, 3, 1, "%") == "-1.3% to 3.0%"
    assert (p_value(0.0004), p_value(0.001), p_value(0.04999), p_value(None)) == (
        "<0.001",
        "0.001",
        "0.050",
        "–",
    )
    assert (plain(0.1 + 0.2), plain(-0.0), plain(float("nan")), plain(None)) == (0.3, 0.0, None, None)


def test_a_share_rounds_to_the_same_digit_however_it_is_asked_for() -> None:
    assert 100 * (23 / 80) < 28.75 and fixed(hundredfold(23 / 80)) == percent(23, 80)[:-1] == "28.8"
    assert (hundredfold(None), fixed(hundredfold(float("inf"))), hundredfold(0)) == (None, "–", 0)
    shares = [(x, n) for n in range(1, 81) for x in range(n + 1)]
    assert [fixed(hundredfold(x / n)) + "%" for x, n in shares] == [percent(x, n) for x, n in shares]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9), st.integers(0, 4))
def test_a_printed_number_is_within_half_a_last_place(value: float, decimals: int) -> None:
    text = fixed(value, decimals)
    assert abs(Decimal(text) - Decimal(repr(value))) <= Decimal("0.5").scaleb(-decimals)
    assert text.partition(".")[2].__len__() == decimals and text not in ("-0", "-0.0")


def test_a_table_escapes_what_it_is_given_and_carries_its_provenance() -> None:
    html = table_html(TABLE, SIMULATION)
    assert isinstance(html, Markup)
    assert "A &lt;table&gt;" in html and "Item &amp; more" in html and "<table>\n<caption" in html
    assert SIMULATION.banner in html and 'data-mode="simulation"' in html and SIMULATION.head in html
    assert (
        '<th scope="col" class="value arm-1">One</th>' in html and "−1.5" in html and "From −2 to 3." in html
    )
    assert "style=" not in html and "<script" not in html and "&lt;Two&gt;" in html
    ElementTree.fromstring(f"<div>{html}</div>")


def test_a_live_table_has_no_warning_but_keeps_its_provenance() -> None:
    html = table_html(TABLE, LIVE)
    assert "SIMULATED" not in html and "table-banner" not in html and LIVE.head[:16] in html


def test_a_table_of_words_is_not_aligned_as_numbers() -> None:
    html = table_html(replace(TABLE, prose=True, arms=()), LIVE)
    assert 'class="value"' not in html and '<th scope="col">One</th>' in html


def test_csv_is_rectangular_says_what_it_is_and_holds_no_formula() -> None:
    text = table_csv(TABLE, SIMULATION)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["Item & more", "One", "<Two>", "notice", "source", "notes"]
    assert {len(row) for row in rows} == {6} and rows[2][:3] == ["Row", "-1.5", "'=2+2"]
    assert all(row[3] == SIMULATION.banner and SIMULATION.head in row[4] for row in rows[1:])
    assert [row[5] for row in rows[1:]] == ["From -2 to 3.", *[""] * (len(rows) - 2)]
    assert "SIMULATED" not in table_csv(TABLE, LIVE) and text.count("\r\n") == text.count("\n") == len(rows)
    assert table_csv(replace(TABLE, corner=""), LIVE).startswith("Row,")
    assert table_csv(replace(TABLE, rows=()), SIMULATION).count(SIMULATION.banner) == 1


def test_rows_of_a_table_stand_in_the_group_of_their_heading() -> None:
    html = table_html(TABLE, SIMULATION)
    groups = [each.count("<tr") for each in html.split("<tbody>")[1:]]
    assert sum(groups) == len(TABLE.rows) and html.count("<tbody>") == html.count("</tbody>")
    assert all(each.lstrip().startswith('<tr class="spans') for each in html.split("<tbody>")[2:])
    wide = replace(TABLE, columns=tuple("abcdef"), arms=(), rows=())
    assert '<table class="dense">' in table_html(wide, LIVE)
    assert '<table class="words">' in table_html(replace(wide, prose=True), LIVE)


def test_a_figure_is_an_image_with_words_and_provenance() -> None:
    drawn = ElementTree.fromstring(str(svg(FIGURE, SIMULATION)))
    space = "{http://www.w3.org/2000/svg}"
    assert drawn.get("role") == "img" and drawn.get("aria-labelledby") == "figure-f-title figure-f-desc"
    assert drawn.find(f"{space}title").text == "A figure"
    assert SIMULATION.banner in drawn.find(f"{space}desc").text
    assert SIMULATION.head in drawn.find(f"{space}metadata").text and drawn.get("data-mode") == "simulation"
    assert any(SIMULATION.banner == each.text for each in drawn.iter(f"{space}text"))
    assert "style" not in drawn.attrib and SIMULATION.banner in figure_html(FIGURE, SIMULATION)


def test_a_figure_on_a_page_has_no_style_and_as_a_file_carries_its_own() -> None:
    space = "{http://www.w3.org/2000/svg}"
    assert ElementTree.fromstring(str(svg(FIGURE, LIVE))).find(f"{space}style") is None
    looks = ElementTree.fromstring(str(svg(FIGURE, LIVE, alone=True))).find(f"{space}style").text
    assert all(
        f".{kind}" in looks for kind in ("box", "axis", "grid", "line", "whisker", "mark", "label", "quiet")
    )


def test_a_picture_alone_has_a_ground_of_its_own_and_no_line_beyond_it() -> None:
    alone = str(svg(FIGURE, SIMULATION, alone=True))
    assert '<rect class="paper" width="100"' in alone and ".paper { fill: #ffffff; }" in alone
    assert "paper" not in str(svg(FIGURE, SIMULATION))
    lines = wrapped("one " + "x" * 90, 120, 13)
    assert "".join(lines) == "one" + "x" * 90 and all(text_width(line, 13) <= 120 for line in lines)


def test_many_labels_beside_lines_stay_short_and_above_the_floor() -> None:
    names = [f"Dose level {n} of the new medicine, twice a day" for n in range(12)]
    assert fitted(names[:6]) == names[:6] and all(each.endswith("…") for each in fitted(names))
    heights = apart([300.0] * 12, 19, 320)
    assert max(heights) == 320 and all(b - a >= 19 for a, b in pairwise(sorted(heights)))
    assert apart([10.0, 12.0], 19) == [10.0, 29.0]


def test_a_live_figure_has_no_warning() -> None:
    assert "SIMULATED" not in figure_html(FIGURE, LIVE)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (1.25, "1.2"), (-0.04, "0"), (0.04, "0"), (7, "7"), ("x", "x"), (-3.0, "-3")],
)
def test_coordinates_are_short(value: object, text: str) -> None:
    assert coordinate(value) == text


def test_lines_are_straight_or_stepped() -> None:
    assert path([(0, 1), (2, 3.5)]) == "M0 1L2 3.5"
    assert path([(0, 1), (2, 3.5)], step=True) == "M0 1H2V3.5"


@given(
    st.lists(
        st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8),
        min_size=1,
        max_size=20,
    )
)
def test_broken_lines_fit_and_lose_no_word(words: list[str]) -> None:
    lines = wrapped(" ".join(words), 120, 13)
    assert " ".join(lines).split() == words
    assert all(text_width(line, 13) <= 120 or " " not in line for line in lines)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 70, (0, 20, 40, 60, 80)), (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)), (-3, 4, (-4, -2, 0, 2, 4))],
)
def test_axes_have_round_steps(low: float, high: float, ticks: tuple) -> None:
    assert scale(low, high, 0, 100).ticks == ticks


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    assert apart([10, 12, 50], 18) == [10, 28, 50]
    assert apart([12, 10], 18) == [28, 10]
