"""The tables of a randomisation assessed: what can be guessed, how close the arms are, what biases do, one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from equipoise.analysis.design.report import percent
from equipoise.analysis.numbers import fixed, hundredfold
from equipoise.analysis.tables import Row, Table
from equipoise.simulation.randomisation.assess import Assessed, Mean
from equipoise.simulation.randomisation.exact import mean_of, quantile_of
from equipoise.simulation.randomisation.report import RandomisationReport, number

Column = tuple[str, Callable[[Assessed], str]]


def tables_of(report: RandomisationReport) -> tuple[Table, ...]:
    """All tables, in the order of the page."""
    shown = (guesses(report), balance(report), errors(report))
    return (*shown, one_list(report)) if report.lists else shown


def share(value: float, decimals: int = 1) -> str:
    """`69.0%`: a column of shares keeps its decimals."""
    return f"{fixed(hundredfold(value), decimals)}%"


def name_of(each: Assessed) -> str:
    """A scheme's row; the trial's own is marked."""
    return f"{each.candidate.label} (this trial)" if each.candidate.own else each.candidate.label


def table(
    report: RandomisationReport, key: str, title: str, columns: Sequence[Column], notes: tuple[str, ...]
) -> Table:
    """A table with a row for each scheme."""
    rows = tuple(
        Row(
            head=name_of(each),
            cells=tuple(cell(each) for _, cell in columns),
            strong=each.candidate.own,
            key=each.candidate.id,
        )
        for each in report.assessed
    )
    names = tuple(name for name, _ in columns)
    return Table(id=key, title=title, corner="Scheme", columns=names, rows=rows, notes=notes)


def guesses(report: RandomisationReport) -> Table:
    """Right guesses, by what the guesser knows."""
    columns: list[Column] = [
        ("One site known", lambda each: share(each.guess_site.value)),
        ("One list known", lambda each: share(each.guess_list.value)),
        ("All but the draws", lambda each: share(each.best.value)),
        ("No choice left", lambda each: share(each.certain.value)),
    ]
    largest = max(
        one.error for each in report.assessed for one in (each.guess_site, each.guess_list, each.best)
    )
    notes = (
        "The first two guess the arm that is furthest behind in what they know (the converging strategy), by a coin "
        "where none is. The third also knows the scheme, its settings and the size of the current block.",
        f"Means of {report.trials:,} simulated trials; standard errors up to {percent(largest, 2)}.",
        *_undefined(report),
    )
    return table(report, "guesses", "How often the next arm is guessed rightly", columns, notes)


def _undefined(report: RandomisationReport) -> tuple[str, ...]:
    if not report.undefined:
        return ()
    names = ", ".join(report.undefined)
    return (f"Left out, since they are not defined for these arms and shares: {names}.",)


def balance(report: RandomisationReport) -> Table:
    """Differences of the arms, in all and within the stratum and the site that differ most."""
    limit = report.assumptions.limit
    columns: list[Column] = [
        ("In all, at the end", lambda each: f"{number(each.trial.end95)} ({each.trial.end.value:.1f})"),
        (
            "In all, on the way",
            lambda each: f"{number(each.trial.greatest95)} ({each.trial.greatest.value:.1f})",
        ),
        (f"Beyond {limit} at the end", lambda each: share(each.trial.beyond.value)),
        ("Worst stratum", lambda each: f"{number(each.strata.end95)} ({each.strata.end.value:.1f})"),
        ("Worst site", lambda each: f"{number(each.sites.end95)} ({each.sites.end.value:.1f})"),
        (f"A site beyond {limit}", lambda each: share(each.sites.beyond.value)),
    ]
    notes = (
        "Participants by which the arms differ: what 95% of trials do not exceed, and the mean. With unequal shares "
        "the counts are first divided by the shares.",
        f"Standard errors up to {_largest(report, lambda each: (each.trial.end, each.sites.end)):.2f} participants.",
    )
    return table(report, "balance", "How far the arms come apart", columns, notes)


def errors(report: RandomisationReport) -> Table:
    """Type I error of both tests under each bias."""
    assumed = report.assumptions

    def cell(bias: str, test: str) -> Callable[[Assessed], str]:
        return lambda each: share(each.errors[bias][test].value)

    columns: list[Column] = [
        ("t, no bias", cell("none", "t")),
        ("t, guess by site", cell("selection_site", "t")),
        ("t, guess by list", cell("selection_list", "t")),
        ("t, drift", cell("linear", "t")),
        ("t, step", cell("step", "t")),
        ("z, no bias", cell("none", "binary")),
        ("z, guess by list", cell("selection_list", "binary")),
        ("z, drift", cell("linear", "binary")),
    ]
    compared = f"{report.arms[0]} against {report.arms[-1]}"
    notes = (
        f"{compared}. t: two-sample t-test. z: pooled z-test of two proportions of {percent(assumed.response)}, which "
        "exceeds its level already without any bias.",
        f"Guess: whoever enrols expects the arm that is behind in what is known, and moves the expected response by "
        f"{assumed.eta:.2f} standard deviations in its favour. Drift: the response rises evenly by {assumed.theta:.2f} "
        "standard deviations over the trial; step: by the same at half of it.",
        f"Exact for each of {min(assumed.tested, report.trials):,} lists; standard errors of the means up to "
        f"{percent(_largest(report, _every_error), 2)}.",
    )
    title = f"How often tests at {percent(assumed.alpha)} reject when nothing differs"
    return table(report, "errors", title, columns, notes)


def _largest(report: RandomisationReport, parts: Callable[[Assessed], Sequence[Mean]]) -> float:
    return max(one.error for each in report.assessed for one in parts(each))


def _every_error(each: Assessed) -> list[Mean]:
    return [one for tests in each.errors.values() for one in tests.values()]


def one_list(report: RandomisationReport) -> Table:
    """One list for the whole trial, exactly."""
    rows = []
    for each in report.assessed:
        known = report.lists.get(each.candidate.id)
        if known is not None:
            cells = (
                share(known.converging, 2),
                share(known.best, 2),
                share(known.certain, 2),
                f"{mean_of(known.differences):.2f}",
                number(quantile_of(known.differences, 0.95)),
                f"{mean_of(known.greatest):.2f}",
            )
            rows.append(
                Row(head=name_of(each), cells=cells, strong=each.candidate.own, key=each.candidate.id)
            )
    return Table(
        id="one-list",
        title=f"One list of {report.planned} places, exactly",
        corner="Scheme",
        columns=(
            "Right guesses",
            "All but the draws",
            "No choice left",
            "Mean difference",
            "95% within",
            "Mean greatest",
        ),
        rows=tuple(rows),
        notes=(
            "Computed from the schemes' own probabilities, without simulation; as if nobody were stratified.",
        ),
    )
