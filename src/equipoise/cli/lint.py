"""Lints a registry record: what it leaves open, contradicts or gets wrong, with the words and the question to ask.

Findings come from rules that know no trial, and from reviewed annotations of a person's reading. `E` blocks
carrying the trial out as written, `W` needs a decision, `I` is hygiene. A finding that blocks makes the exit
code 1; the others do not, because hardly a record in any registry is without them.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.page import record_at
from equipoise.registry.escapes import plain
from equipoise.registry.lint import Finding, lint, load_annotations
from equipoise.registry.record import Record

WIDTH = 100
ANNOTATIONS = "annotations.yaml"
EXAMPLE = "equipoise lint studies/NAME"
ORDER = "EWI"
SEVERITIES = {"E": "block carrying it out as written", "W": "need a decision", "I": "are hygiene"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("record", type=Path, help="the record, or a study folder that has one")
    parser.add_argument(
        "--annotations", type=Path, help="reviewed findings (default: annotations.yaml of a study folder)"
    )
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=None,
        help="the day for which dates that have passed are judged (default: today, UTC)",
    )
    parser.add_argument(
        "--severity",
        choices=tuple(ORDER),
        default="I",
        help="print only findings of this severity or above: E contradicts itself or cannot be carried out, "
        "W likely gap, I form and spelling (default)",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the findings. Raises the codes of reading a record and its annotations."""
    record = record_at(arguments.record)
    findings = findings_of(record, arguments.record, arguments.annotations, arguments.today)
    findings = tuple(one for one in findings if ORDER.index(one.severity) <= ORDER.index(arguments.severity))
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join([*map(said, findings), summary(findings)]))
    return exits.FINDINGS if any(one.severity == "E" for one in findings) else exits.OK


def findings_of(
    record: Record, folder: Path, annotations: Path | None = None, today: date | None = None
) -> tuple[Finding, ...]:
    """The findings on a record, with the annotations given or those of its study's folder."""
    path = annotations or folder / ANNOTATIONS
    read = load_annotations(path) if annotations or path.is_file() else None
    return lint(record, read, today=today or datetime.now(UTC).date())


def said(finding: Finding) -> str:
    """One finding in words: where, which words, what is wrong, why it matters, what to ask."""
    lines = [f"{finding.severity} {finding.code} {finding.path} {finding.start}:{finding.end}"]
    lines += [f'"{plain(finding.words)}"'] if finding.words else []
    lines += [f"{finding.message}.", f"Why: {finding.why}", f"Ask: {finding.question}"]
    if finding.source == "annotation":
        lines.append(f"Read by: {finding.reviewed_by}, {finding.reviewed_on}")
    filled = [lines[0]]
    for line in lines[1:]:
        filled.append(textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  "))
    return "\n".join(filled)


def summary(findings: tuple[Finding, ...]) -> str:
    """How many findings there are, by severity."""
    counts = Counter(finding.severity for finding in findings)
    parts = [f"{counts[severity]} {meaning}" for severity, meaning in SEVERITIES.items()]
    return f"{len(findings)} findings: {', '.join(parts)}."
