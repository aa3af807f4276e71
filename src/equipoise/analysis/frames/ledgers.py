"""From a ledger to frames: the datasets of a cut as Polars frames, each row with the event that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from equipoise.analysis.cut import Cut, can_by_arm, check_by_arm
from equipoise.analysis.cut import cut as cut_events
from equipoise.analysis.data import datasets, facts
from equipoise.analysis.data.consort import POOLED
from equipoise.analysis.data.endpoint import endpoint
from equipoise.analysis.data.estimand import Outcome, Reading
from equipoise.analysis.data.taken import Reader, Taken, taken
from equipoise.analysis.frames.documents import Document
from equipoise.analysis.frames.errors import frame_error, unlike
from equipoise.analysis.reporting.pooled import readable
from equipoise.analysis.reporting.report import analyse as analysed
from equipoise.analysis.reporting.report import dataset, main_endpoint
from equipoise.analysis.tables import Provenance, provenance
from equipoise.ledger.store import Store
from equipoise.study.study import Study

if TYPE_CHECKING:
    import polars


def cut(ledger: Store, number: int = 1) -> Cut:
    """The slice of a ledger up to its head, with a number of your own; it is named by the head's hash.

    Raises ANAL-003 for an empty ledger.
    """
    return cut_events(ledger.events(), number, ledger.head())


def cut_source(ledger: Store) -> Provenance:
    """Where what is made from a ledger comes from, with its warning."""
    return provenance(cut(ledger), "", 0)


def tables_of(study: Study, slice_: Cut) -> dict[str, polars.DataFrame]:
    """The datasets of a cut: `screenings`, `participants`, `scores`, `adverse_events`, `deviations`.

    One row a record, days as dates, `sequence` the ledger's number of the event that the row comes from. Arms are
    there once the analysis was frozen, the trial locked and unblinded; before that, what a masked person may read.
    """
    by_arm = can_by_arm(slice_)
    ready = readable(study, slice_, by_arm)
    data = dataset(study, ready, facts.folded(study, ready), main_endpoint(study), by_arm)
    arm_of = {row.subject: row.arm for row in data.participants}
    return {
        "screenings": _frame(data.screenings),
        "participants": _frame(data.participants),
        "scores": _frame([each for rows in data.scores.values() for each in rows], arm_of),
        "adverse_events": _frame(data.adverse_events, arm_of),
        "deviations": _frame(data.deviations, arm_of),
    }


def outcomes_of(study: Study, slice_: Cut, estimand: str | None = None) -> polars.DataFrame:
    """The outcomes of a cut under an estimand (default: the first), intercurrent events handled as it declares.

    One row a participant: `subject`, `arm`, `stratum`, `kind` (`value`, `event` or `missing`), `reason`, `value` and
    `baseline` of the score, and `response`, which is missing where the outcome is. Raises FRAM-005 for an estimand that
    the study has not or that is no score, ANAL-001 before the arms may be read.
    """
    import polars

    given, rows, reading = _outcomes(study, slice_, estimand)
    return polars.DataFrame(
        [
            {
                "subject": row.subject, "arm": row.arm, "stratum": row.stratum, "kind": row.kind,
                "reason": row.reason, "value": _number(row.value), "baseline": _number(row.baseline),
                "response": _response(given, row, reading),
            }
            for row in rows
        ],
        infer_schema_length=None,
    )  # fmt: skip


def visits_of(study: Study, slice_: Cut, estimand: str | None = None) -> polars.DataFrame:
    """The scores of a cut by planned encounter under an estimand: what a model for repeated measures takes.

    One row for a participant at an encounter up to the time point: `subject`, `arm`, `stratum`, `encounter`, `day`,
    `baseline`, `score` (missing where there is none that counts). Raises as `outcomes_of`.
    """
    import polars

    given, rows, _ = _outcomes(study, slice_, estimand)
    name = estimand or next(iter(study.definition.estimands))
    visits = endpoint(study, name, study.definition.estimands[name]).visits
    day = {each: study.definition.encounters[each].day for each in visits}
    return polars.DataFrame(
        [
            {
                "subject": row.subject, "arm": row.arm, "stratum": row.stratum, "encounter": visit,
                "day": day[visit], "baseline": _number(row.baseline), "score": _number(value),
            }
            for row in rows
            for visit, value in zip(visits, row.visits, strict=False)
        ],
        infer_schema_length=None,
    )  # fmt: skip


def _outcomes(study: Study, slice_: Cut, name: str | None) -> tuple[Taken, Sequence[Outcome], bool]:
    """What an estimand takes from a cut: its readings and its rows by arm; whether its endpoint is a response."""
    estimands = study.definition.estimands
    scored = [key for key, each in estimands.items() if each.variable.score is not None]
    key = name or next(iter(scored), None)
    if key not in scored:
        raise frame_error("FRAM-005", "estimand", f"estimand by a score {unlike(key, scored)}")
    check_by_arm(slice_)
    states = facts.folded(study, slice_)
    found = datasets.attempts(slice_)
    data = dataset(study, slice_, states, main_endpoint(study), True)
    reader = Reader(
        study=study, states=states, scores_of=lambda form, item: datasets.scores(study, found, form, item)
    )
    estimand = estimands[key]
    given = taken(key, estimand, data, reader, estimand.treatment)
    return given, given.outcomes(estimand, Reading()), estimand.variable.endpoint == "binary"


def _response(given: Taken, row: Outcome, binary: bool) -> bool | None:
    if not binary or row.kind == "missing":
        return None
    return False if row.kind == "event" or row.value is None else bool(given.respond(row, row.value))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _frame(rows: Sequence[Any], arm_of: dict[str, str | None] | None = None) -> polars.DataFrame:
    """Rows of plain values; nested ones (factors, measures, reasons) become columns or lists."""
    import polars

    found = []
    for row in rows:
        line: dict[str, Any] = {}
        for name in row.__slots__:
            value = getattr(row, name)
            if name in ("factors", "measures"):
                line |= {key: _plain(getattr(each, "value", each)) for key, each in value.items()}
            else:
                line[name] = _plain(value)
        if arm_of is not None:
            line["arm"] = arm_of.get(row.subject)
        found.append(line)
    return polars.DataFrame(found, infer_schema_length=None)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return float(value) if type(value).__name__ == "Decimal" else value


def analyse(
    study: Study, ledger: Store, *, number: int = 1, seed: int = 1, by_arm: bool | None = None
) -> Document:
    """The statistical report of a ledger: tables, pictures, and files with the trace of every number.

    seed: of the imputations. by_arm: blind before the analysis is frozen, the trial locked and unblinded, by arm after,
    unless you say. `content` is the whole report as data. Raises ANAL-001, ANAL-012.
    """
    from equipoise.analysis.reporting.document import headline
    from equipoise.analysis.reporting.package import package
    from equipoise.analysis.reporting.render import figures, tables

    made = cut(ledger, number)
    report = analysed(study, made, seed, by_arm=can_by_arm(made) if by_arm is None else by_arm)
    said = tuple(
        f"{each.variable}. {headline(each.analyses[0], each.ratio, report)}"
        for each in report.estimates
        if each.analyses
    )
    whose = ", ".join(arm for arm in report.arms if arm != POOLED) or "all arms together, blind"
    return Document(
        title=f"{report.title}: {whose}. {report.source.words}", sentences=said, tables=tables(report),
        figures=figures(report), source=report.source, content=report, files=lambda: package(report),
    )  # fmt: skip
