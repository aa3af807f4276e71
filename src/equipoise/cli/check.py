"""Loads a study definition and says what it holds, or all that is wrong with it, by file, line and column.

Every rule is parsed, its types and units are checked, and the principles are held: no gate may open, and no
exclusion may be ruled out, while its facts are unknown. Decisions that are still open are listed. Then every
case of the study is run: the definition must give each patient the verdict that the case expects.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from equipoise.cli import exits
from equipoise.conduct.cases import CaseResult, run_cases
from equipoise.study.load import load
from equipoise.study.study import Study

EXAMPLE = "equipoise check studies/NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")


def run(arguments: argparse.Namespace) -> int:
    """Prints the study's summary and its cases' results. Raises DefinitionError where it cannot be loaded."""
    study = load(arguments.study)
    print(summary(study))
    cases = arguments.study / "cases"
    results = run_cases(study, cases) if cases.is_dir() else ()
    print(f"\n{verdict(results)}")
    return exits.FINDINGS if any(result.failures for result in results) else exits.OK


def verdict(results: tuple[CaseResult, ...]) -> str:
    """Each case that did not come out as expected, and the count of all."""
    failed = [result for result in results if result.failures]
    lines = [f"{one.place} {one.case}: {fault}" for one in failed for fault in one.failures]
    return "\n".join([*lines, f"{len(results)} cases, {len(failed)} of them not as expected."])


def summary(study: Study) -> str:
    """What a study holds, and what is left to decide."""
    definition = study.definition
    items = sum(len(form.items) for form in definition.forms.values())
    arms = ", ".join(f"{name} ({arm.ratio})" for name, arm in definition.arms.items())
    lines = [
        f"{definition.study.id}: {definition.study.title}",
        f"version {definition.study.version}, digest {study.digest}",
        "",
        f"arms (share)  {arms}",
        f"encounters    {len(definition.encounters)}",
        f"forms         {len(definition.forms)}, with {items} items",
        f"criteria      {len(definition.criteria)}",
        f"rules         {len(study.expressions)}",
        f"decisions     {_decisions(study)}",
    ]
    waiting = study.open_decisions("randomise", "live")
    if waiting:
        lines += ["", "A live ledger refuses to randomise until these are decided:"]
        lines += [f"  {name} ({decision.status}): {decision.question}" for name, decision in waiting]
    return "\n".join(lines)


def _decisions(study: Study) -> str:
    statuses = [decision.status for decision in study.definition.decisions.values()]
    counts = [f"{statuses.count(status)} {status}" for status in ("open", "assumption", "decided")]
    return f"{len(statuses)}: {', '.join(counts)}"
