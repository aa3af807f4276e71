"""From a printed number back to the ledger: number, table and cell, estimator, rows of data, event sequence numbers.

Every cell of every table has an identifier (`T4.2.1`: table 4, row 2, column 1) that the report prints by row. The
trace lists for each the set of data rows that the cell was computed from, and for each row the numbers of the events
that it came from. In a blind report these are the reader's own dense numbers, since those of the ledger would count
what is under seal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from equipoise.analysis.data.consort import POOLED, Branch, Reason
from equipoise.analysis.tables import Row, Table

if TYPE_CHECKING:
    from equipoise.analysis.reporting.report import Report

FORMAT = "equipoise-trace-1"
ESTIMATORS = {
    "baseline": "counts; means, standard deviations and quartiles (type 7) of the values known at randomisation",
    "observed": "values as observed, counted",
    "checks": "tests of what the models assume",
    "means": "means of the observed masked scores, standard deviations, 95% t intervals",
    "harms": "participants with at least one event, and events, of the safety population",
    "harm-rates": "risks with Clopper-Pearson intervals, rates with Garwood's, Miettinen-Nurminen differences",
    "masking": "Bang's and James's indices of the last guesses",
    "deviations": "participants and deviations counted",
    "sites": "events counted by site",
    "quality": "events counted by type",
    "estimands": "the definition, by its digest",
    "decisions": "the definition, by its digest",
    "flow": "persons counted, each once",
}


@dataclass(slots=True, kw_only=True)
class Rows:
    """The rows of data by identifier with their event numbers, and the sets of rows that cells share."""

    events: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sets: dict[tuple[str, ...], str] = field(default_factory=dict)

    def named(self, members: Iterable[str]) -> str | None:
        """The name of the set of these rows; None of no row."""
        kept = tuple(dict.fromkeys(each for each in members if each in self.events))
        return self.sets.setdefault(kept, f"S{len(self.sets) + 1}") if kept else None


def rows_of(report: Report) -> Rows:
    """Every row of data of a report with the numbers of its events."""
    data, made = report.data, Rows()
    for row in data.screenings:
        made.events[f"screening/{row.subject}"] = (row.sequence,)
    for row in data.participants:
        made.events[f"participant/{row.subject}"] = (row.sequence,)
        for name, each in row.measures.items():
            if each.sequence is not None:
                made.events[f"measure/{row.subject}/{name}"] = (each.sequence,)
    for subject, scores in data.scores.items():
        for each in scores:
            made.events[f"score/{subject}/{each.encounter}/{each.sequence}"] = (each.sequence,)
    for each in data.adverse_events:
        made.events[f"event/{each.subject}/{each.event}"] = (each.sequence,)
    for each in data.deviations:
        made.events[f"deviation/{each.subject}/{each.sequence}"] = (each.sequence,)
    for name, numbers in report.quality.sources.items():
        made.events[f"count/{name}"] = numbers
    for estimate in report.estimates:
        for row in estimate.population:
            rests = {row.source, *row.sources, *made.events[f"participant/{row.subject}"]}
            made.events[f"outcome/{estimate.name}/{row.subject}"] = tuple(
                sorted(each for each in rests if each)
            )
    return made


def members(report: Report, column: str) -> list[str]:
    """The subjects of a column: of an arm, of several, or everybody."""
    arms = set(column.split(",")) if column and column != POOLED else None
    return [row.subject for row in report.data.participants if arms is None or row.arm in arms]


def behind(report: Report, rows: Rows, table: str, row: str, column: str) -> list[str]:
    """The identifiers of the rows of data behind a cell, by the keys of its row and column."""
    subjects = members(report, column)
    kind = table.partition("-")[0]
    if kind == "results":
        name = table.removeprefix("results").removeprefix("-") or report.estimates[0].name
        return [f"outcome/{name}/{each}" for each in subjects]
    if kind == "times":
        name = table.removeprefix("times").removeprefix("-") or report.estimates[0].name
        return [f"outcome/{name}/{each}" for each in subjects]
    if kind == "checks":
        return [f"outcome/{row}/{each}" for each in subjects]
    if kind == "observed":
        return [f"outcome/{row}/{each}" for each in subjects]
    if kind == "baseline":
        return of_baseline(rows, row.partition(":")[0], subjects)
    if kind == "subgroups":
        name = table.removeprefix("subgroups").removeprefix("-") or report.estimates[0].name
        factor, _, level = row.partition(":")
        people = {
            person
            for each in report.subgroups_of(name)
            if each.id == factor
            for one in each.levels
            if level in ("", one.id)
            for person in one.people
        }
        return [f"outcome/{name}/{each}" for each in subjects if each in people]
    if kind == "means":
        encounter, _, arm = row.partition(":")
        kept = set(members(report, arm))
        return [each for each in rows.events if is_score(each, encounter, kept)]
    if kind in ("sites", "quality"):
        return of_counts(kind, row, column)
    if kind == "tipping":
        named = [each.name for each in report.estimates if table.startswith(f"tipping-{each.name}-")]
        return [f"outcome/{name}/{each}" for name in named for each in subjects]
    if table == "masking":
        return [f"count/ArmGuessed/{each}" for each in members(report, row)]
    if table in ("harms", "harm-rates"):
        return of_harms(report, row, subjects)
    if kind == "deviations":
        return of_deviations(report, row, subjects)
    return [] if kind in ("estimands", "decisions") else [f"participant/{each}" for each in subjects]


def of_baseline(rows: Rows, name: str, subjects: Sequence[str]) -> list[str]:
    """The measures of a characteristic; the randomisation for a stratum, the scores for the score."""
    if name == "SCORE":
        wanted = set(subjects)
        return [each for each in rows.events if each.startswith("score/") and each.split("/")[1] in wanted]
    if name.startswith("stratum-"):
        return [f"participant/{each}" for each in subjects]
    return [f"measure/{each}/{name}" for each in subjects]


def is_score(row: str, encounter: str, subjects: set[str]) -> bool:
    """Whether a row is a score of one of the subjects at an encounter."""
    parts = row.split("/")
    return parts[0] == "score" and parts[1] in subjects and parts[2] == encounter


def of_counts(kind: str, row: str, column: str) -> list[str]:
    """The events that were counted: of a type, or of a column's type at a row's site or at all."""
    if kind == "quality":
        return [f"count/{row}"]
    return [f"count/{column}/{row}" if row else f"count/{column}"]


def of_harms(report: Report, key: str, subjects: Sequence[str]) -> list[str]:
    """The participants at risk and their events of one term, of the serious ones, or of all."""
    kind, _, term = key.partition(":")
    wanted = set(subjects)
    chosen = [
        f"event/{each.subject}/{each.event}"
        for each in report.emergent
        if each.subject in wanted
        and (kind != "serious" or each.serious)
        and term in ("", f"{each.system}:", f"{each.system}:{each.term}")
    ]
    return [f"participant/{each}" for each in subjects] + (chosen if kind != "deaths" else [])


def of_deviations(report: Report, key: str, subjects: Sequence[str]) -> list[str]:
    """The deviations of a category and code."""
    wanted = set(subjects)
    return [
        f"deviation/{each.subject}/{each.sequence}"
        for each in report.data.deviations
        if each.subject in wanted and key in ("", f"{each.category}:{each.code}")
    ]


def estimator_of(report: Report, table: str, row: Row) -> str:
    """How the numbers of a row were made: the method of its analysis, or what the table counts."""
    for place, estimate in enumerate(report.estimates):
        if table == ("results" if place == 0 else f"results-{estimate.name}"):
            return next((each.method for each in estimate.analyses if each.id == row.key), "")
        if table == ("subgroups" if place == 0 else f"subgroups-{estimate.name}"):
            return estimate.analyses[0].method
    for estimate in report.estimates:
        for each in estimate.analyses:
            if table == f"tipping-{estimate.name}-{each.id}":
                return each.method
    return ESTIMATORS.get(table, "participants counted, or as the notes of the table say")


def cell_id(table: int, row: int, column: int | None = None) -> str:
    """`T4.2.1`; of a whole row `T4.2`."""
    return f"T{table}.{row}" if column is None else f"T{table}.{row}.{column}"


def traced(report: Report, tables: Mapping[int, Table]) -> dict[str, Any]:
    """The trace of a report as plain data; `tables` by the number under which they are printed."""
    rows = rows_of(report)
    numbers = [
        each for number, table in tables.items() for each in table_numbers(report, rows, number, table)
    ]
    numbers += flow_numbers(report, rows)
    source = report.source
    used = {each for kept in rows.sets for each in kept}
    return {
        "format": FORMAT,
        "notice": source.banner,
        "mode": source.mode,
        "blind": source.blind,
        "study": source.study,
        "definition": source.digest,
        "seed": source.seed,
        "cut": {"number": source.cut, "sequence": source.sequence, "head": source.head},
        "tables": [{"number": n, "id": each.id, "title": each.title} for n, each in tables.items()],
        "numbers": numbers,
        "sets": {name: list(kept) for kept, name in rows.sets.items()},
        "rows": {key: list(found) for key, found in rows.events.items() if key in used},
    }


def table_numbers(report: Report, rows: Rows, number: int, table: Table) -> list[dict[str, Any]]:
    """An entry for each cell that says something."""
    made = []
    for place, row in enumerate(table.rows, start=1):
        estimator = estimator_of(report, table.id, row)
        for column, text in enumerate(row.cells, start=1):
            if not text:
                continue
            key = table.keys[column - 1] if column <= len(table.keys) else ""
            made.append(
                {
                    "id": cell_id(number, place, column),
                    "text": text,
                    "table": table.id,
                    "row": row.head,
                    "column": table.columns[column - 1],
                    "estimator": estimator,
                    "rows": rows.named(behind(report, rows, table.id, row.key, key)),
                }
            )
    return made


def flow_numbers(report: Report, rows: Rows) -> list[dict[str, Any]]:
    """An entry for each count of the flow of participants."""
    flow = report.flow
    screened: dict[str, list[str]] = {}
    for row in report.data.screenings:
        screened.setdefault(row.person, []).append(f"screening/{row.subject}")

    def entry(name: str, text: str, count: int, found: Iterable[str]) -> dict[str, Any]:
        return {
            "id": f"flow.{name}", "text": str(count), "table": "flow", "row": text, "column": "n",
            "estimator": ESTIMATORS["flow"], "rows": rows.named(found),
        }  # fmt: skip

    def people(found: Reason) -> list[str]:
        return [each for person in found.people for each in screened.get(person, ())]

    everybody = [each for found in screened.values() for each in found]
    made = [entry("assessed", "Assessed for eligibility", flow.assessed, everybody)]
    for place, reason in enumerate(flow.excluded, start=1):
        made.append(entry(f"excluded.{place}", reason.text, reason.count, people(reason)))
    for branch in flow.branches:
        made += [entry(f"{branch.arm}.{name}", *rest) for name, *rest in branch_counts(report, branch)]
    return made


def branch_counts(report: Report, branch: Branch) -> list[tuple[str, str, int, list[str]]]:
    """The counts of one arm: name, words, count, rows."""
    subjects = members(report, branch.arm)
    made = [("allocated", "Allocated", branch.allocated, [f"participant/{each}" for each in subjects])]
    for name in ("not_received", "stopped", "left", "excluded"):
        for place, reason in enumerate(getattr(branch, name), start=1):
            rows = [f"participant/{each}" for each in reason.people]
            made.append((f"{name}.{place}", reason.text, reason.count, rows))
    analysed = [f"outcome/{each.name}/{subject}" for each in report.estimates for subject in subjects]
    made.append(("analysed", "Analysed for the primary outcome", branch.analysed, analysed))
    return made


def resolve(trace: Mapping[str, Any], number: str) -> tuple[int, ...]:
    """The event numbers behind a printed number, in order. Raises KeyError for an identifier that is not there."""
    found = next((each for each in trace["numbers"] if each["id"] == number), None)
    if found is None:
        raise KeyError(number)
    rows = trace["sets"].get(found["rows"], ())
    return tuple(sorted({sequence for row in rows for sequence in trace["rows"][row]}))
