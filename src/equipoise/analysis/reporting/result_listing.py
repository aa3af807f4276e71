"""The table of results: every analysis of an estimand with its method, on the scale of what it estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.analysis.estimands.scales import SCALES, shown, shown_interval
from equipoise.analysis.numbers import fixed, hundredfold, p_value, percent
from equipoise.analysis.results import Analysis, Contrast, Group
from equipoise.analysis.tables import Row, Table

ROLES = {"primary": "", "sensitivity": "Sensitivity: ", "supplementary": "Supplementary: "}


def result_table(
    title: str,
    analyses: Sequence[Analysis],
    labels: Mapping[str, str],
    arms: Sequence[str],
    ratio: bool = False,
) -> Table:
    """Every analysis: responders or means by arm, then estimate, interval, p-value, imputations, of each
    contrast.

    Where not all analyses estimate the same, each says what it estimates (`ratio` is not read: the analyses
    say it).
    """
    lines: list[Row] = []
    mixed = len({each.summary for each in analyses}) > 1
    imputed = any(each.imputations for each in analyses)
    for each in analyses:
        cells = [group_cell(one, bool(each.imputations)) for one in each.groups]
        first = each.contrasts[0] if each.contrasts else None
        name = f"{ROLES.get(each.role, '')}{each.label}"
        found = (*cells, *tail(first, each, mixed, imputed))
        lines.append(Row(head=name, cells=found, strong=each.role == "primary", key=each.id))
        for other in each.contrasts[1:]:
            head = f"{labels[other.arm]} against {labels[other.reference]}"
            found = (*[""] * len(cells), *tail(other, each, mixed, imputed))
            lines.append(Row(head=head, cells=found, level=1, key=each.id))
    return Table(
        id="results",
        title=title,
        corner="Analysis",
        columns=(
            *(labels[arm] for arm in arms),
            *(heading(analyses, mixed)),
            "p",
            *["Imputations"] * imputed,
        ),
        arms=(*range(1, len(arms) + 1), *[0] * (3 + imputed)),
        keys=(*arms, *[",".join(arms)] * (3 + imputed)),
        rows=tuple(lines),
        notes=result_notes(analyses, labels),
    )


def heading(analyses: Sequence[Analysis], mixed: bool) -> tuple[str, str]:
    """The headings of estimate and interval, with the confidence of the first contrast."""
    confidence = next((each.confidence for one in analyses for each in one.contrasts), 0.95)
    label = "Estimate" if mixed or not analyses else SCALES[analyses[0].summary].label
    return label, f"{percent(confidence, 1, 0)} interval"


def group_cell(one: Group, imputed: bool) -> str:
    """`30.4/61 (49.8%)`: responders of analysed; with imputation the mean number, so it has a decimal.
    `-4.21 (SE 0.52); 61`: the adjusted mean, its error, and the number analysed. `35; 0.12 per unit; 40`:
    events, rate, number."""
    if one.mean is not None:
        return f"{fixed(one.mean, 2)} (SE {fixed(one.mean_error, 2)}); {one.analysed}"
    if one.rate is not None:
        return f"{fixed(one.responders, 0)}; {fixed(one.rate, 3)} per unit; {one.analysed}"
    if one.proportion is None or one.responders is None:
        return str(one.analysed)
    return f"{fixed(one.responders, 1 if imputed else 0)}/{one.analysed} ({fixed(hundredfold(one.proportion), 1)}%)"


def tail(contrast: Contrast | None, each: Analysis, mixed: bool, imputed: bool) -> tuple[str, ...]:
    """Estimate, interval and p-value of one contrast; the imputations where any analysis has some."""
    count = [str(each.imputations) if each.imputations else "none"] * imputed
    if contrast is None:
        return ("not estimable", "–", "–", *count)
    scale = SCALES[each.summary]
    name = f"{scale.label} " if mixed else ""
    return (
        f"{name}{shown(scale, contrast.estimate)}",
        shown_interval(scale, contrast.lower, contrast.upper),
        p_value(contrast.p_value),
        *count,
    )


def result_notes(analyses: Sequence[Analysis], labels: Mapping[str, str]) -> tuple[str, ...]:
    """Method by analysis, direction, missing values and what else a reader must know."""
    notes = []
    for method in dict.fromkeys(each.method for each in analyses):
        names = "; ".join(each.label for each in analyses if each.method == method)
        notes.append(f"Method: {method} ({names}).")
    notes += direction(analyses, labels)
    main = analyses[0] if analyses else None
    if main is not None and any(one.missing or one.by_event for one in main.groups):
        parts = [f"{labels[one.arm]} {one.by_event} and {one.missing}" for one in main.groups]
        what = (
            "Non-response"
            if main.summary in ("risk_difference", "risk_ratio", "odds_ratio")
            else "Value given"
        )
        notes.append(
            f"{what} by an intercurrent event, and missing, in the primary analysis: {'; '.join(parts)}."
        )
    for each in analyses:
        notes += simulation_note(each)
    for text in dict.fromkeys(note for each in analyses for note in each.notes):
        names = [each.label for each in analyses if text in each.notes]
        notes.append(text if len(names) == len(analyses) else f"{text} ({'; '.join(names)})")
    return tuple(notes)


def direction(analyses: Sequence[Analysis], labels: Mapping[str, str]) -> list[str]:
    """What an estimate beyond no effect means, once for each kind."""
    found = {}
    for each in analyses:
        scale = SCALES[each.summary]
        for contrast in each.contrasts[:1]:
            side = "A ratio above 1" if scale.ratio else "A positive difference"
            text = f"{side} means {scale.more} in the arm named than in {labels[contrast.reference]}, the reference."
            found[text.replace("A ratio above 1 means more events", "Below 1 means fewer events")] = True
    return list(found)


def simulation_note(each: Analysis) -> list[str]:
    """The error that the number of imputations leaves, of the first analysis with imputations."""
    first = each.contrasts[0] if each.contrasts else None
    if first is None or first.simulation_error is None or each.role != "primary":
        return []
    scale = SCALES[each.summary]
    size = f"{fixed(hundredfold(first.simulation_error), 2)} percentage points" if scale.percent else fixed(
        first.simulation_error, 3
    )  # fmt: skip
    of = "the logarithm of the estimate" if scale.ratio else "the estimate"
    return [f"With {each.imputations} imputations, the simulation error of {of} is {size}."]


def grid_table(each: Analysis, labels: Mapping[str, str], name: str) -> Table:
    """A tipping-point analysis: a row for each assumption about the first arm, a column for each about the
    reference; estimate and p-value."""
    scale = SCALES[each.summary]
    contrast = each.contrasts[0] if each.contrasts else None
    one = labels[contrast.arm] if contrast else "the first arm"
    two = labels[contrast.reference] if contrast else "the reference"
    columns = sorted({point.second for point in each.grid})
    cells = {
        (point.first, point.second): f"{shown(scale, point.estimate)}; {p_value(point.p_value)}"
        for point in each.grid
    }
    rows = tuple(
        Row(head=format(first, "g"), cells=tuple(cells.get((first, column), "–") for column in columns))
        for first in sorted({point.first for point in each.grid})
    )
    unit = "values moved by" if each.summary == "mean_difference" else "probability of a response"
    return Table(
        id=f"tipping-{name}",
        title=f"{each.label}: {scale.label.lower()}; p",
        corner="Assumed",
        columns=tuple(f"{column:g}" for column in columns),
        rows=rows,
        notes=(
            f"Assumed of missing values ({unit}): in the rows for {one}, in the columns for {two}.",
            *each.notes,
        ),
    )
