"""Says a study's rules in words: one rule by its path, or all rules under the beginning of a path.

Without a path it lists the eligibility criteria. With each rule stands what happens while it is unknown.
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.errors import command_error
from equipoise.rules.explain import explain
from equipoise.study.load import load
from equipoise.study.study import Study

WIDTH = 100
EXAMPLE = "equipoise explain studies/NAME criteria"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument(
        "path",
        nargs="?",
        default="criteria",
        help="a rule (`criteria.NAME.rule`) or the beginning of its path (default: criteria)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the rules. Raises COMM-002 where no rule has such a path."""
    study = load(arguments.study)
    found = [key for key in study.expressions if f"{key}.".startswith(f"{arguments.path}.")]
    if not found:
        raise command_error("COMM-002", str(arguments.study), repr(arguments.path))
    print("\n\n".join(said(study, key) for key in found))
    return exits.OK


def said(study: Study, key: str) -> str:
    """One rule: its path and place, its words, and what unknown means there."""
    words = explain(study.expressions[key], study.scope_of(key))
    body = f"{words}\nWhile unknown: {study.site(key).unknown}."
    filled = (
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in body.splitlines()
    )
    return "\n".join([f"{key} ({study.place(key)})", *filled])
