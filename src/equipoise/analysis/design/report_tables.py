"""The tables of a design report; the terminal, the page and the CSV files are made of the same ones."""

from __future__ import annotations

from equipoise.analysis.design.report import NAMES, Compared, brief, percent
from equipoise.analysis.design.report_binary import BinaryReport, Detectable, Reading
from equipoise.analysis.design.report_means import MeansReport
from equipoise.analysis.design.report_times import TimesReport
from equipoise.analysis.tables import Row, Table

METHODS = {
    "pooled": "pooled z",
    "unpooled": "unpooled z",
    "continuity": "continuity-corrected",
    "arcsine": "arcsine",
}
WAYS = {"divided": "divided by {0:g}", "multiplied": "times {1:g}"}


def tables_of(each: Compared) -> tuple[Table, ...]:
    """The tables of one comparison, in the order of reading."""
    if isinstance(each, MeansReport):
        return means_table(each), means_detectable_table(each)
    if isinstance(each, TimesReport):
        return times_table(each), times_detectable_table(each)
    made = [power_table(each), detectable_table(each), size_table(each)]
    made += [looks_table(each)] if each.looked else []
    made += [readings_table(each)] if each.readings else []
    return tuple(made)


def power_table(each: BinaryReport) -> Table:
    """Each set of assumptions and the power under it."""
    rows = [
        Row(
            head=one.label,
            cells=(
                f"{percent(one.assumed[0])} v {percent(one.assumed[1])}",
                percent(one.loss),
                f"{brief(one.proportions[0])} v {brief(one.proportions[1])}",
                percent(one.formula),
                percent(one.exact),
                percent(one.handled),
                f"{100 * one.half_width:.1f}",
            ),
            strong=place == 0,
        )
        for place, one in enumerate(each.shown)
    ]
    counted = {one.loss_counts for one in each.shown}
    ways = {
        "non_response": "the lost count as non-response",
        "left_out": "the lost are left out of the analysis",
    }
    return Table(
        id=f"power-{each.estimand}",
        title=f"{each.label}: power of {each.groups[0]} against {each.groups[1]} participants",
        corner="Assumptions",
        columns=(
            "Assumed",
            "Loss",
            "Compared",
            "Formula",
            "Exact",
            "Exact, with loss",
            "Half-width",
        ),
        rows=tuple(rows),
        notes=(
            f"{NAMES[each.test].capitalize()}, two-sided at {percent(each.alpha)}; formula: pooled normal "
            f"approximation; both without loss. Compared: {' or '.join(ways[one] for one in sorted(counted))}. "
            f"Half-width: of the expected {percent(1 - each.alpha, 0)} interval of the difference, in points, after "
            "the loss.",
            *(f"{one.label}: {one.source}" for one in each.shown),
        ),
    )


def detectable_table(each: BinaryReport) -> Table:
    """Minimum detectable differences."""

    def points(gap: float | None) -> str:
        return "none" if gap is None else f"+{100 * gap:.1f}"

    def row(one: Detectable) -> Row:
        head = f"From {percent(one.reference)}, power {percent(one.power, 0)}"
        return Row(head=head, cells=(points(one.formula), points(one.exact), points(one.handled)))

    return Table(
        id=f"detectable-{each.estimand}",
        title=f"{each.label}: smallest difference that is found, in percentage points",
        corner="Reference and power",
        columns=("Formula, no loss", "Exact, no loss", "Exact, with loss"),
        rows=tuple(row(one) for one in each.detectable),
        notes=(
            "With loss: the difference between the assumed proportions, the loss as in the first assumptions.",
        ),
    )


def size_table(each: BinaryReport) -> Table:
    """The tests side by side."""
    rows = [
        Row(
            head=NAMES[one.test].capitalize(),
            cells=(
                percent(one.largest, 2),
                percent(one.at),
                percent(one.half, 2),
                percent(one.power),
                percent(one.handled),
            ),
            strong=one.test == each.test,
        )
        for one in each.sizes
    ]
    return Table(
        id=f"size-{each.estimand}",
        title=f"{each.label}: how often each test rejects when nothing differs, and its power",
        corner="Test",
        columns=("Largest size", "At a common", "Size at 50%", "Power, no loss", "Power, with loss"),
        rows=tuple(rows),
        notes=(
            f"Exact, by enumerating all tables of {each.groups[0]} and {each.groups[1]}; two-sided at "
            f"{percent(each.alpha)}. The primary test is in bold. Power under the first assumptions.",
        ),
    )


def readings_table(each: BinaryReport) -> Table:
    """Assumptions that lead to the planned number."""

    def row(found: Reading) -> Row:
        one = found.assumption
        way = WAYS[one.way].format(1 - one.loss, 1 + one.loss) if one.loss else "none"
        cells = (
            percent(one.power, 0),
            METHODS[one.method],
            str(one.per_arm),
            way,
            str(one.total),
            percent(found.exact),
            percent(found.handled),
        )
        return Row(head=f"{percent(one.p2)} v {percent(one.p1)}", cells=cells)

    return Table(
        id=f"readings-{each.estimand}",
        title=f"{each.label}: assumptions that lead to {sum(each.groups)} participants",
        corner="Reference v new",
        columns=("Wanted", "Formula", "Each arm", "Made up for loss", "Total", "Exact power", "With loss"),
        rows=tuple(row(one) for one in each.readings),
        notes=(
            "Nearest totals first. A loss is made up for by dividing by 1 minus its share; many multiply instead. "
            "The record cannot tell these readings apart.",
        ),
    )


def looks_table(each: BinaryReport) -> Table:
    """What interim looks would do."""
    names = {"one look": "One look", "LDOF": "Lan-DeMets, O'Brien-Fleming", "LDPocock": "Lan-DeMets, Pocock"}
    rows = [
        Row(
            head=names[one.spending],
            cells=(
                ", ".join(map(str, one.looks)),
                ", ".join("–" if bound == float("inf") else f"{bound:.3f}" for bound in one.bounds),
                percent(one.size, 2),
                percent(one.power),
                percent(one.early),
                f"{one.expected:.1f}",
                f"{one.expected_null:.1f}",
            ),
        )
        for one in each.looked
    ]
    return Table(
        id=f"looks-{each.estimand}",
        title=f"{each.label}: what interim looks would do, with exact bounds",
        corner="Spending of the error",
        columns=(
            "Looks at",
            "Bounds of z",
            "Largest size",
            "Power",
            "Ends early",
            "Mean size",
            "Mean if equal",
        ),
        rows=tuple(rows),
        notes=(
            "Two-sided, first assumptions after the loss; bounds keep the level at every common proportion. Mean if "
            "equal: participants when both arms have the reference proportion.",
        ),
    )


def means_table(each: MeansReport) -> Table:
    """Each set of assumptions about means, and the power under it."""
    rows = [
        Row(
            head=one.label,
            cells=(
                f"{one.difference:g}",
                f"{one.sd:g}",
                f"{one.correlation:g}",
                percent(one.loss),
                percent(one.power),
                percent(one.handled),
                f"{one.needed[0]} + {one.needed[1]}",
                f"{one.half_width:.2f}",
            ),
            strong=place == 0,
        )
        for place, one in enumerate(each.shown)
    ]
    return Table(
        id=f"power-{each.estimand}",
        title=f"{each.label}: power of {each.groups[0]} against {each.groups[1]} participants",
        corner="Assumptions",
        columns=("Difference", "SD", "Correlation", "Loss", "Power", "With loss", "Needed", "Half-width"),
        rows=tuple(rows),
        notes=(
            f"T test, two-sided at {percent(each.alpha)}, adjusted for a baseline with this correlation; the lost are "
            f"left out. Needed: participants for the wanted power. Half-width: of the expected "
            f"{percent(1 - each.alpha, 0)} interval, after the loss.",
            *(f"{one.label}: {one.source}" for one in each.shown),
        ),
    )


def means_detectable_table(each: MeansReport) -> Table:
    """Differences that are found."""
    rows = [
        Row(
            head=f"{one.assumptions}, power {percent(one.power, 0)}",
            cells=(f"{one.difference:.2f}", f"{one.handled:.2f}"),
        )
        for one in each.detectable
    ]
    return Table(
        id=f"detectable-{each.estimand}",
        title=f"{each.label}: smallest difference that is found",
        corner="Assumptions and power",
        columns=("Nobody lost", "With loss"),
        rows=tuple(rows),
    )


def times_table(each: TimesReport) -> Table:
    """Each set of assumptions about hazards, and the power under it."""
    rows = [
        Row(
            head=one.label,
            cells=(
                f"{one.hazard_ratio:g}",
                f"{percent(one.chances[0])} v {percent(one.chances[1])}",
                f"{one.events:.1f}",
                percent(one.powers["schoenfeld"]),
                percent(one.powers["freedman"]),
                percent(one.powers["lakatos"]),
                f"{one.needed[0]} + {one.needed[1]}",
            ),
            strong=place == 0,
        )
        for place, one in enumerate(each.shown)
    ]
    return Table(
        id=f"power-{each.estimand}",
        title=f"{each.label}: power of {each.groups[0]} against {each.groups[1]} participants",
        corner="Assumptions",
        columns=(
            "Hazard ratio",
            "Event seen",
            "Events",
            "Schoenfeld",
            "Freedman",
            "Expected statistic",
            "Needed",
        ),
        rows=tuple(rows),
        notes=(
            f"Log-rank test, two-sided at {percent(each.alpha)}; arrivals over {each.window.periods[-1][0]:g} "
            f"{each.unit}, the study ends {each.window.follow_up:g} {each.unit} later. Needed: participants for "
            "the wanted power.",
            *(f"{one.label}: {one.source}" for one in each.shown),
        ),
    )


def times_detectable_table(each: TimesReport) -> Table:
    """Hazard ratios that are found."""
    rows = [
        Row(
            head=f"{one.assumptions}, power {percent(one.power, 0)}",
            cells=("none" if one.hazard_ratio is None else f"{one.hazard_ratio:.3f}",),
        )
        for one in each.detectable
    ]
    return Table(
        id=f"detectable-{each.estimand}",
        title=f"{each.label}: highest hazard ratio below 1 that is found",
        corner="Assumptions and power",
        columns=("Hazard ratio",),
        rows=tuple(rows),
        notes=("By the expected log-rank statistic, with the planned participants.",),
    )
