"""Finds the studies that a patient might enter, with each criterion met, not met, or not known.

Give a short description in words, or facts as JSON. Trials that run here are judged by their own rules. Studies that
something known excludes are listed apart, with the reason. It is no medical advice.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise.cli import exits

if TYPE_CHECKING:
    from equipoise.registry.match.criteria import Finding
    from equipoise.registry.match.facts import Facts
    from equipoise.registry.match.matching import Match, Matches

WIDTH = 100
EXAMPLE = 'equipoise match "62-year-old woman with type 2 diabetes, no history of stroke" --index registry'
SHOWN_EXCLUDED = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "text", nargs="?", default="", help="the patient in a few sentences (- reads standard input)"
    )
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument(
        "--facts", type=Path, metavar="FILE", help="facts as JSON, in place of the text or beside it"
    )
    parser.add_argument("--country", default="", help="the country in which the patient can take part")
    parser.add_argument("--top", type=int, default=10, help="how many studies to show (default: 10)")
    parser.add_argument(
        "--open", action="store_true", help="leave out studies that do not recruit, with the reason"
    )
    parser.add_argument(
        "--study", type=Path, action="append", default=[], metavar="FOLDER", help="a trial that runs here"
    )
    parser.add_argument(
        "--meaning",
        action="store_true",
        help="also find studies by meaning, embedding records first that are not yet (extra `embeddings`)",
    )
    parser.add_argument("--all", action="store_true", help="show criteria that are not known as well")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=None, help="the day of ages (default: today, UTC)"
    )
    parser.add_argument("--json", action="store_true", help="print the matches as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the matches. Raises MATC-001 to MATC-006, REGI-030, REGI-031, REGI-034, REGI-036."""
    from equipoise.cli.match_study import running_trials
    from equipoise.registry.index import open_index

    today = arguments.today or datetime.now(UTC).date()
    facts = facts_of(arguments, today)
    index = open_index(arguments.index)
    if arguments.meaning:
        index.embed()
    found = index.match_facts(
        facts,
        top=arguments.top,
        open_only=arguments.open,
        today=today,
        running=running_trials(arguments.study, today),
        meaning=arguments.meaning,
    )
    print(as_json(found) if arguments.json else said(found, every=arguments.all))
    return exits.OK


def facts_of(arguments: argparse.Namespace, today: date) -> Facts:
    """The facts of the patient: those of the file, else those read in the text."""
    from equipoise.registry.match.facts import load_facts
    from equipoise.registry.match.notes import read_note

    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    facts: Facts
    if arguments.facts is None:
        facts = read_note(text, today=today)
    else:
        given = load_facts(
            arguments.facts.read_text(encoding="utf-8", errors="replace"),
            today=today,
            place=arguments.facts.name,
        )
        facts = given if not (text or given.text) else given.over(read_note(text or given.text, today=today))
    return replace(facts, country=arguments.country) if arguments.country else facts


def as_json(found: Matches) -> str:
    """The matches as JSON."""
    content: dict[str, Any] = {
        "notice": found.notice,
        "notes": found.notes,
        "considered": found.considered,
        "trials": [_listed(each) for each in found.possible],
        "excluded": [_listed(each) for each in found.excluded],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _listed(match: Match) -> dict[str, Any]:
    return asdict(match)


def said(found: Matches, *, every: bool) -> str:
    """The matches in words."""
    lines = [textwrap.fill(found.notice, WIDTH), *(f"Note: {note}." for note in found.notes)]
    lines.append(
        f"{found.considered} studies considered: {len(found.possible)} shown, "
        f"{len(found.excluded)} excluded that would have stood among them."
    )
    lines += [match_said(each, every=every) for each in found.possible]
    lines += [f"Excluded, with the reason ({len(found.excluded)}):"] if found.excluded else []
    lines += [_excluded_said(each) for each in found.excluded[:SHOWN_EXCLUDED]]
    if len(found.excluded) > SHOWN_EXCLUDED:
        lines.append(f"and {len(found.excluded) - SHOWN_EXCLUDED} more: --json lists all of them.")
    return "\n\n".join(lines)


def match_said(match: Match, *, every: bool) -> str:
    """One study: its numbers of criteria by verdict, why it is here, and the criteria that something is known of."""
    counts = ", ".join(f"{match.count(verdict)} {verdict}" for verdict in ("met", "not met", "not known"))
    lines = [f"{match.nct_id}  {match.title}", f"  {match.status}; criteria: {counts}"]
    lines += [
        f"  {reason.text}" for reason in match.reasons if reason.kind not in ("criterion", "annotation")
    ]
    shown = (each for each in match.findings if every or each.mentioned)
    return "\n".join([*lines, *(line for each in shown for line in finding_said(each))])


def finding_said(finding: Finding) -> Iterator[str]:
    """One criterion: its verdict, the record's words, and what decided it."""
    side = "exclusion, " if finding.side == "exclusion" else ""
    kind = "" if finding.kind in ("criterion", "rule") else f"{finding.kind}: "
    words = textwrap.shorten(f"{side}{kind}{finding.words}", 400, placeholder=" ...")
    why = f" ({textwrap.shorten(finding.why, 200, placeholder=' ...')})" if finding.why else ""
    yield textwrap.fill(
        f"{finding.verdict}: {words}{why}", WIDTH, initial_indent="    ", subsequent_indent="      "
    )


def _excluded_said(match: Match) -> str:
    reasons = "; ".join(match.excluded)
    return textwrap.fill(f"{match.nct_id}  {match.title}: {reasons}", WIDTH, subsequent_indent="  ")
