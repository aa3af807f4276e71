"""A study at a prompt: opened once, then designed, simulated, practised and analysed by one function each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.allocation import Seal
from equipoise.analysis.cut import Cut
from equipoise.analysis.frames import ledgers
from equipoise.analysis.frames.documents import Document, texts_of
from equipoise.analysis.frames.errors import frame_error, unlike
from equipoise.analysis.shown import Shown
from equipoise.ledger import MemoryStore, Store
from equipoise.registry.lint import Finding
from equipoise.simulation.practice import practice_seal
from equipoise.simulation.scenario import Scenario, load_scenario
from equipoise.study.load import load
from equipoise.study.study import Study

if TYPE_CHECKING:
    import polars

    from equipoise.analysis.svg import Figure
    from equipoise.analysis.tables import Provenance, Table
    from equipoise.simulation.characteristics.simulated import Answer

ENGINES = ("fast", "whole")
"""Who runs the trials that `simulate` answers from."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OpenedStudy(Shown):
    """A study and the folder that it was read from. `study` is the definition with its rules compiled."""

    folder: Path
    study: Study = field(repr=False)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The names of its scenarios."""
        return tuple(sorted(each.stem for each in (self.folder / "scenarios").glob("*.yaml")))

    def scenario(self, name: str) -> Scenario:
        """A scenario of its folder. Raises FRAM-005 for another name, SIMU-001 and SIMU-002 for a faulty file."""
        if name not in self.scenarios:
            raise frame_error("FRAM-005", "scenario", f"scenario {unlike(name, self.scenarios)}")
        return load_scenario(self.folder / "scenarios" / f"{name}.yaml")

    def table(self) -> Table:
        """What the definition says first, and what it leaves open."""
        from equipoise.analysis.tables import Row, Table

        of = self.study.definition
        undecided = [each for each in of.decisions.values() if each.status != "decided"]
        lines = {
            "title": of.study.title,
            "arms": ", ".join(f"{key} ({arm.label})" for key, arm in of.arms.items()),
            "planned": str(of.allocation.planned),
            "estimands": ", ".join(of.estimands),
            "decisions": f"{len(of.decisions)}, of which {len(undecided)} rest on an assumption or are open",
            "scenarios": ", ".join(self.scenarios) or "none",
            "definition": self.study.digest[:16],
        }
        rows = tuple(Row(head=name, cells=(text,)) for name, text in lines.items())
        return Table(
            id="study", title=f"Study {of.study.id}", corner="", columns=("",), rows=rows, prose=True
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PracticeTrial(Shown):
    """A whole trial that virtual people ran through the engine, and its ledger."""

    study: str
    scenario: str
    seed: int
    screened: int
    randomised: int
    commands: int
    items: int
    refusals: int
    head: str
    ledger: Store = field(repr=False)

    def origin(self) -> Provenance:
        """Nobody real."""
        return ledgers.cut_source(self.ledger)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Simulation(Shown):
    """Operating characteristics of scenarios side by side; `frames[scenario]` has one row a simulated trial."""

    answer: Answer

    @property
    def frames(self) -> Mapping[str, polars.DataFrame]:
        """The trials of each scenario."""
        return self.answer.frames

    def table(self) -> Table:
        """One column a scenario."""
        return self.answer.table

    def figure(self) -> Figure | None:
        """The estimates of each scenario."""
        return self.answer.figure

    def origin(self) -> Provenance:
        """The definition, the seed, and that it is simulated."""
        return self.answer.source

    def to_frame(self) -> polars.DataFrame:
        """One row a scenario: each characteristic with its Monte Carlo standard error."""
        import polars

        names = ("rejected", "favours", "truth", "bias", "coverage", "spread", "analysed")
        rows = []
        for each in self.answer.characteristics:
            row: dict[str, float | str | int] = {"scenario": each.scenario, "trials": each.trials}
            for name in names:
                found = getattr(each, name)
                row |= {name: found.value, f"{name}_error": found.error} if found else {}
            rows.append(row)
        return polars.DataFrame(rows)


def load_study(folder: str | Path) -> OpenedStudy:
    """Opens the study in a folder. Raises STUD-001, which carries every fault of the definition.

    >>> study = eq.load_study("studies/NAME")
    >>> study.scenarios
    """
    return OpenedStudy(folder=Path(folder), study=load(folder))


def design_report(study: OpenedStudy) -> Document:
    """What the planned number can show, from the definition and its `design.yaml`; exact where it can be.

    Raises DSGN-005 to DSGN-007 and the codes of the calculations.

    >>> report = eq.design_report(eq.load_study("studies/NAME"))
    >>> report.names  # `report["size-primary"]` is one table, `report.write("out/design")` writes all
    """
    from equipoise.analysis.design import report as made
    from equipoise.analysis.design.report_figures import figures_of
    from equipoise.analysis.design.report_tables import tables_of

    report = made.design_report(study.study, study.folder)
    said = tuple(one for each in report.comparisons for one in made.sentences(report, each))
    tables = {one.id: one for each in report.comparisons for one in tables_of(each)}
    figures = {one.id: one for each in report.comparisons for one in figures_of(each)}
    return Document(
        title=f"{report.study}: design report", sentences=said, tables=tables, figures=figures,
        source=report.source, content=report, files=lambda: texts_of(tables, figures, report.source),
    )  # fmt: skip


def assess_randomisation(
    study: OpenedStudy, scenario: str = "base", *, trials: int = 2000, seed: int = 1, workers: int = 2
) -> Document:
    """The study's scheme beside others, for a scenario's sites and strata: guessing, imbalance, error rates.

    Raises FRAM-005, LIST-003, and the codes of schemes and scenario.

    >>> eq.assess_randomisation(eq.load_study("studies/NAME"), "base", trials=2000)["schemes"]
    """
    from equipoise.simulation.randomisation import report as made
    from equipoise.simulation.randomisation.report_figures import comparison
    from equipoise.simulation.randomisation.report_tables import tables_of

    given, seal = study.scenario(scenario), practice_seal(study.folder, study.study)
    report = made.randomisation_report(study.study, given, seal, trials=trials, seed=seed, workers=workers)
    tables = {one.id: one for one in tables_of(report)}
    picture = comparison(report)
    figures = {picture.id: picture}
    return Document(
        title=f"{report.study}: randomisation assessed", sentences=tuple(made.sentences(report)), tables=tables,
        figures=figures, source=report.source, content=report,
        files=lambda: texts_of(tables, figures, report.source),
    )  # fmt: skip


def simulate(
    study: OpenedStudy,
    scenarios: str | Sequence[str] = "base",
    *,
    trials: int = 1000,
    seed: int = 1,
    sample: int = 2000,
    estimand: str | None = None,
    engine: str = "fast",
    workers: int | None = None,
    fresh: bool = False,
) -> Simulation:
    """Whole trials by the thousand: power or error rate, bias, coverage, duration, supply, scenarios side by side.

    trials: of each scenario; trial i has the same draws in all of them, whatever the number of workers. engine: `fast`,
    a compiled loop over virtual patients whom the engine met (some seconds for 10,000 trials), or `whole`, every form
    and check of every trial (a second or more for each). sample: patients whom the engine meets first, for `fast` and
    for the truth. estimand: which one decides (default: the first). workers: threads; processes for `whole`, and
    for `fast` where Python analyses each trial. fresh: those patients are met anew; else what was kept of the same
    scenario in the user's cache serves. Raises FRAM-005, and the SIMU codes. Source of
    the estimates: Morris and others, Stat Med 2019;38:2074-2102.

    >>> found = eq.simulate(eq.load_study("studies/NAME"), ["base", "null"], trials=10_000)
    >>> found.frames["base"]["months_last"].mean()  # months to the last randomisation
    """
    names = (scenarios,) if isinstance(scenarios, str) else tuple(scenarios)
    given, seal = [study.scenario(name) for name in names], practice_seal(study.folder, study.study)
    if engine not in ENGINES:
        raise frame_error("FRAM-005", "engine", f"engine {unlike(engine, ENGINES)}")
    if engine == "whole":
        asked = {"trials": trials, "seed": seed, "size": sample, "estimand": estimand, "fresh": fresh}
        return Simulation(answer=_whole(study, given, seal, workers or 1, **asked))
    from equipoise.simulation.characteristics.simulated import simulate_scenarios

    return Simulation(
        answer=simulate_scenarios(
            study.study,
            given,
            seal,
            trials=trials,
            seed=seed,
            size=sample,
            estimand=estimand,
            workers=workers,
            fresh=fresh,
        )
    )


def _whole(
    study: OpenedStudy,
    scenarios: Sequence[Scenario],
    seal: Seal,
    workers: int,
    **asked: Any,
) -> Answer:
    """The answer of the whole engine, in this process or by several."""
    from equipoise.simulation.parts import here, in_processes, parcel_of
    from equipoise.simulation.whole.side_by_side import whole_scenarios

    runner = here if workers == 1 else partial(in_processes, workers=workers)
    parcel = parcel_of(study.folder, study.study.digest)
    return whole_scenarios(study.study, parcel, scenarios, seal, runner=runner, **asked)


def practice_trial(study: OpenedStudy, scenario: str = "base", *, seed: int = 1) -> PracticeTrial:
    """One whole practice trial in memory, through the engine that runs live trials: every form, check and rule.

    The same study, scenario and seed give the same head hash. Raises FRAM-005, SIMU-003, SIMU-004.

    >>> trial = eq.practice_trial(eq.load_study("studies/NAME"), seed=7)
    """
    from equipoise.simulation.trial import simulate as run

    store = MemoryStore("practice")
    seal = practice_seal(study.folder, study.study)
    made = run(study.study, study.scenario(scenario), seed, seal, store=store, mode="practice")
    return PracticeTrial(
        study=study.study.definition.study.id, scenario=scenario, seed=seed, screened=made.screened,
        randomised=made.randomised, commands=sum(made.commands.values()), items=made.items,
        refusals=len(made.refusals), head=store.head().hash.hex()[:16], ledger=store,
    )  # fmt: skip


def cut(ledger: Store | PracticeTrial, number: int = 1) -> Cut:
    """The slice of a ledger up to its head, with a number of your own; it is named by the head's hash.

    Raises ANAL-003 for an empty ledger.

    >>> slice_ = eq.cut(eq.open_ledger("out/NAME/ledger.sqlite"))
    """
    return ledgers.cut(_store(ledger), number)


def datasets(study: OpenedStudy, slice_: Cut) -> dict[str, polars.DataFrame]:
    """The datasets of a cut as frames: `screenings`, `participants`, `scores`, `adverse_events`, `deviations`.

    One row a record; `sequence` is the ledger's number of the event that the row comes from. Arms are there once the
    analysis was frozen, the trial locked and unblinded.

    >>> eq.datasets(eq.load_study("studies/NAME"), eq.cut(eq.open_ledger("ledger.sqlite")))["scores"]
    """
    return ledgers.tables_of(study.study, slice_)


def outcomes(study: OpenedStudy, slice_: Cut, estimand: str | None = None) -> polars.DataFrame:
    """One row a participant: the outcome under an estimand (default: the first by a score), events handled as declared.

    Columns `subject`, `arm`, `stratum`, `kind`, `reason`, `value`, `baseline`, `response`. Raises FRAM-005, ANAL-001.

    >>> rows = eq.outcomes(eq.load_study("studies/NAME"), eq.cut(eq.open_ledger("ledger.sqlite")))
    """
    return ledgers.outcomes_of(study.study, slice_, estimand)


def visits(study: OpenedStudy, slice_: Cut, estimand: str | None = None) -> polars.DataFrame:
    """One row for a participant at an encounter: the scores that count under an estimand, for `mmrm`.

    Columns `subject`, `arm`, `stratum`, `encounter`, `day`, `baseline`, `score`. Raises FRAM-005, ANAL-001.

    >>> rows = eq.visits(eq.load_study("studies/NAME"), eq.cut(eq.open_ledger("ledger.sqlite")), "change")
    """
    return ledgers.visits_of(study.study, slice_, estimand)


def analyse(
    study: OpenedStudy,
    ledger: Store | PracticeTrial,
    *,
    number: int = 1,
    seed: int = 1,
    by_arm: bool | None = None,
) -> Document:
    """The statistical report of a ledger: tables, pictures, and files with the trace of every number.

    seed: of the imputations. by_arm: blind before the analysis is frozen, the trial locked and unblinded, by arm after,
    unless you say. Raises ANAL-001, ANAL-012.

    >>> report = eq.analyse(eq.load_study("studies/NAME"), eq.open_ledger("out/NAME/ledger.sqlite"))
    >>> paths = report.write("out/report")
    """
    return ledgers.analyse(study.study, _store(ledger), number=number, seed=seed, by_arm=by_arm)


def _store(ledger: Store | PracticeTrial) -> Store:
    return ledger.ledger if isinstance(ledger, PracticeTrial) else ledger


def open_ledger(path: str | Path) -> Store:
    """The ledger in a SQLite file. Raises STOR-001 to STOR-006, LEDG-001.

    >>> ledger = eq.open_ledger("out/NAME/ledger.sqlite")
    """
    from equipoise.stores.sqlite import SQLiteStore

    return SQLiteStore.open(path)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Findings(Shown):
    """What the linter finds in a registry record, the blocking findings first."""

    record: str
    findings: tuple[Finding, ...]

    def table(self) -> Table:
        """A line for each: code, where, what is wrong."""
        from equipoise.analysis.tables import Row, Table

        rows = tuple(
            Row(head=f"{each.severity} {each.code}", cells=(each.message,)) for each in self.findings
        )
        kinds = ", ".join(f"{sum(f.severity == k for f in self.findings)} {k}" for k in "EWI")
        return Table(
            id="lint", title=f"{self.record}: {len(self.findings)} findings ({kinds})", corner="",
            columns=("",), rows=rows, prose=True,
            notes=("E blocks carrying out as written, W leaves a decision, I is hygiene.",),
        )  # fmt: skip

    def to_frame(self) -> polars.DataFrame:
        """One row a finding, with the words, why it matters and what to ask."""
        import polars

        names = ("code", "severity", "path", "start", "end", "words", "message", "why", "question", "source")
        return polars.DataFrame([{name: getattr(each, name) for name in names} for each in self.findings])


def lint(record: str | Path, *, today: date | None = None) -> Findings:
    """The findings of the linter on a registry record, by its file or by a study's folder.

    today: for rules on dates that have passed; without it they are silent. Raises REGI-001 to REGI-004.

    >>> eq.lint("studies/NAME").to_frame()
    """
    from equipoise.registry.lint import lint as linted
    from equipoise.registry.record import load_record

    path = Path(record)
    read = load_record(path / "record.json" if path.is_dir() else path)
    return Findings(record=read.nct_id, findings=linted(read, today=today))
