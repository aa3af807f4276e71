"""Says a study's rules in words: one rule by its path, or all rules under the beginning of a path.

Without a path it lists the eligibility criteria. With each rule stands what happens while it is unknown; with
`--patient`, what it comes to for a patient of the study's cases, and why.
"""

from __future__ import annotations

import argparse
import textwrap
from difflib import get_close_matches
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.errors import command_error
from equipoise.conduct.cases import case_files, facts_of
from equipoise.conduct.judgement import explained
from equipoise.rules.explain import explain
from equipoise.study.casefile import read_cases
from equipoise.study.facts import Facts
from equipoise.study.load import load
from equipoise.study.study import Study

WIDTH = 100
EXAMPLE = (
    "equipoise explain studies/NAME criteria --patient 'a case of the study, or the beginning of its name'"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", type=Path, help="the folder of the study")
    parser.add_argument(
        "path",
        nargs="?",
        default="criteria",
        help="a rule (`criteria.NAME.rule`), the beginning of its path, or a name in it (default: criteria)",
    )
    parser.add_argument(
        "--patient", metavar="CASE", help="a patient of the cases, by the beginning of the name"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the rules. Raises COMM-002 where no rule has such a path, or no case such a name."""
    study = load(arguments.study)
    found = named(study, arguments.study, arguments.path)
    facts = patient(study, arguments.study, arguments.patient) if arguments.patient else None
    print("\n\n".join(said(study, key, facts) for key in found))
    return exits.OK


def named(study: Study, folder: Path, path: str) -> list[str]:
    """The rules under the beginning of a path, or with a part of their path of this name. Raises COMM-002."""
    keys = list(study.expressions)
    under = [key for key in keys if f"{key}.".startswith(f"{path}.")]
    under = under or [key for key in keys if path in key.split(".")]
    if not under:
        parts = {part for key in keys for part in key.split(".")}
        near = get_close_matches(path, [*keys, *parts], n=3)
        meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise command_error("COMM-002", str(folder), f"{path!r}{meant}")
    return under


def patient(study: Study, folder: Path, name: str) -> Facts:
    """What is known of the first case whose name begins so."""
    for file in case_files(folder):
        content, _ = read_cases(file)
        for case in content.cases:
            if case.case.startswith(name):
                return facts_of(study, content, case)
    raise command_error("COMM-002", str(folder), repr(name))


def said(study: Study, key: str, facts: Facts | None = None) -> str:
    """One rule: its path and place, its words, what unknown means there, and the verdict for a patient."""
    plain = facts is None
    words = explain(study.rule(key), study.scope_of(key)) if plain else explained(study, facts, key)
    body = f"{words}\nWhile unknown: {study.site(key).unknown}."
    filled = (
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in body.splitlines()
    )
    return "\n".join([f"{key} ({study.place(key)})", *filled])
