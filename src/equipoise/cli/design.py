"""Says what a study's planned number of participants can show, from its definition and its `design.yaml`.

Power by the formula and exactly, under the loss as the estimand handles it; the smallest effects that are found; the
assumptions that lead to the planned number; the exact size of the primary test, and the decision that covers it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli import exits
from equipoise.cli.showing import draw, headed, write_whole

if TYPE_CHECKING:
    from equipoise.analysis.design.report import DesignReport

EXAMPLE = "equipoise design studies/NAME --out out/NAME"
NARROWEST = 124
"""Columns of text that tables need."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument(
        "--out", type=Path, help="the folder to write design.html, design.json and the pictures into"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the report. Raises the codes of the definition, of the assumptions and of the calculations."""
    from equipoise.analysis.design.report import design_json, design_report
    from equipoise.study.load import load

    report = design_report(load(arguments.study), arguments.study)
    if arguments.out:
        write(report, arguments.out)
    if arguments.json:
        print(design_json(report))
    else:
        show(report)
        if arguments.out:
            print(f"\ndesign.html and the numbers are in {arguments.out}")
    return exits.OK


def write(report: DesignReport, folder: Path) -> None:
    """Writes the page, the numbers, and each picture and table as a file of its own."""
    from equipoise.analysis.design.report import design_json
    from equipoise.analysis.design.report_figures import figures_of
    from equipoise.analysis.design.report_page import design_page
    from equipoise.analysis.design.report_tables import tables_of
    from equipoise.analysis.svg import svg
    from equipoise.analysis.tables import table_csv

    texts = {"design.html": design_page(report), "design.json": design_json(report) + "\n"}
    for each in report.comparisons:
        for figure in figures_of(each):
            texts[f"design-{figure.id}.svg"] = str(svg(figure, report.source, alone=True))
        for table in tables_of(each):
            texts[f"design-{table.id}.csv"] = table_csv(table, report.source)
    for name, text in texts.items():
        write_whole(folder / name, text)


def show(report: DesignReport) -> None:
    """Prints sentences and tables for people."""
    from equipoise.analysis.design.report import sentences
    from equipoise.analysis.design.report_tables import tables_of

    console = headed(f"{report.study}: {report.title}", report.source, NARROWEST)
    for each in report.comparisons:
        console.print(f"{each.label}: {each.labels[0]} against {each.labels[1]}", markup=False, style="bold")
        for sentence in sentences(report, each):
            console.print(f"- {sentence}", markup=False)
        for table in tables_of(each):
            console.print()
            draw(console, table)
        console.print()
