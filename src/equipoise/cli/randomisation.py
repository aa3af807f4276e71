"""Assesses a study's randomisation: its own scheme beside others, for the sites and strata of a scenario.

How often the next arm is guessed rightly, how far the arms come apart in all, within strata and within sites, and what
guessing and drifts of time would do to the error of the tests. The schemes are those that randomise participants.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli import exits
from equipoise.cli.showing import draw, headed, write_whole

if TYPE_CHECKING:
    from equipoise.simulation.randomisation.report import RandomisationReport

EXAMPLE = "equipoise randomisation studies/NAME --out out/NAME"
NARROWEST = 160
"""Columns of text that the tables need."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument("--scenario", default="base", help="the scenario of the study (default: base)")
    parser.add_argument("--trials", type=int, default=10_000, help="simulated trials (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the simulation (default: 1)")
    parser.add_argument(
        "--eta", type=float, help="what a guess moves the expected response by, in standard deviations"
    )
    parser.add_argument("--theta", type=float, help="the drift over the whole trial, in standard deviations")
    parser.add_argument("--response", type=float, help="the proportion of the binary test (default: 0.5)")
    parser.add_argument(
        "--limit", type=int, help="the difference of the arms that is asked about (default: 3)"
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument(
        "--out",
        type=Path,
        help="the folder to write randomisation.html, randomisation.json and the picture into",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the assessment. Raises the codes of the definition, the scenario and the schemes."""
    from equipoise.cli.simulating import practice_seal, progress_bar, scenario_of
    from equipoise.simulation.randomisation.assess import usual_assumptions
    from equipoise.simulation.randomisation.report import randomisation_report, report_json
    from equipoise.study.load import load

    study = load(arguments.study)
    scenario = scenario_of(arguments.study, arguments.scenario)
    usual = usual_assumptions(scenario.participants or study.definition.allocation.planned)
    given = {name: getattr(arguments, name) for name in ("eta", "theta", "response", "limit")}
    assumed = replace(usual, **{name: value for name, value in given.items() if value is not None})
    with progress_bar("schemes") as progress:
        report = randomisation_report(
            study,
            scenario,
            practice_seal(arguments.study, study),
            trials=arguments.trials,
            seed=arguments.seed,
            assumptions=assumed,
            progress=progress,
        )
    if arguments.out:
        write(report, arguments.out)
    if arguments.json:
        print(report_json(report))
    else:
        show(report)
        if arguments.out:
            print(f"\nrandomisation.html and the numbers are in {arguments.out}")
    return exits.OK


def write(report: RandomisationReport, folder: Path) -> None:
    """Writes the page, the numbers, the picture, and each table as a file of its own."""
    from equipoise.analysis.svg import svg
    from equipoise.analysis.tables import table_csv
    from equipoise.simulation.randomisation.report import report_json
    from equipoise.simulation.randomisation.report_figures import comparison
    from equipoise.simulation.randomisation.report_page import randomisation_page
    from equipoise.simulation.randomisation.report_tables import tables_of

    texts = {
        "randomisation.html": randomisation_page(report),
        "randomisation.json": report_json(report) + "\n",
        "randomisation-schemes.svg": str(svg(comparison(report), report.source, alone=True)),
    }
    for table in tables_of(report):
        texts[f"randomisation-{table.id}.csv"] = table_csv(table, report.source)
    for name, text in texts.items():
        write_whole(folder / name, text)


def show(report: RandomisationReport) -> None:
    """Prints sentences and tables for people."""
    from equipoise.simulation.randomisation.report import sentences
    from equipoise.simulation.randomisation.report_tables import tables_of

    console = headed(f"{report.study}: {report.title}", report.source, NARROWEST)
    for sentence in sentences(report):
        console.print(f"- {sentence}", markup=False)
    for table in tables_of(report):
        console.print()
        draw(console, table)
