"""Says what a study's planned number of participants can show, from its definition and its `design.yaml`.

Power by the formula and exactly, under the loss as the estimand handles it; the smallest effects that are found; the
assumptions that lead to the planned number; the exact size of the primary test, and the decision that covers it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli import exits

if TYPE_CHECKING:
    from rich.console import Console

    from equipoise.analysis.design.report import DesignReport
    from equipoise.analysis.tables import Table

EXAMPLE = "equipoise design studies/NAME --out out/NAME"
NARROWEST, FIRST = 124, 30
"""Columns of text that tables need, and those of their first column."""


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
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        beside = folder / f".{name}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(folder / name)


def show(report: DesignReport) -> None:
    """Prints sentences and tables for people."""
    from rich.console import Console

    from equipoise.analysis.design.report import sentences
    from equipoise.analysis.design.report_tables import tables_of

    console = Console(highlight=False)
    if console.width < NARROWEST:
        console.width = NARROWEST
    console.print(f"{report.study}: {report.title}", markup=False, soft_wrap=True)
    console.print(f"{report.source.banner}\n{report.source.words}\n", markup=False, soft_wrap=True)
    for each in report.comparisons:
        console.print(f"{each.label}: {each.labels[0]} against {each.labels[1]}", markup=False, style="bold")
        for sentence in sentences(report, each):
            console.print(f"- {sentence}", markup=False)
        for table in tables_of(each):
            console.print()
            draw(console, table)
        console.print()


def draw(console: Console, table: Table) -> None:
    """One table with its notes."""
    from rich import box
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=Text(table.title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    longest = max(len(row.head) for row in table.rows)
    drawn.add_column(table.corner, min_width=min(longest, FIRST))
    for name in table.columns:
        drawn.add_column(name, justify="right")
    for row in table.rows:
        drawn.add_row(*map(Text, (row.head, *row.cells)), style="bold" if row.strong else None)
    console.print(drawn)
    for note in table.notes:
        console.print(f"  {note}", markup=False, style="dim")
