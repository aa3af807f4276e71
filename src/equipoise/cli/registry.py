"""Keeps an index of registry records: read files of records into it.

Records of ClinicalTrials.gov (version 2 JSON, one or many, gzip or zip, or the older XML) and of CTIS are read.
What is in the index already is skipped; a run that was cut off goes on where it was. Each record that cannot be
read is named with the reason, and the others are read; any such record makes the exit code 1.
"""

from __future__ import annotations

import argparse
from importlib import import_module

EXAMPLE = "equipoise registry ingest studies.zip --index registry"
# name of the sub-command: (module, what it does, in one line)
SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "ingest": ("equipoise.cli.registry_ingest", "read files of records into an index"),
    "build": ("equipoise.cli.registry_build", "write the pages of an index into a folder"),
    "publish": ("equipoise.cli.registry_publish", "put an index into use in the folders of a public site"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands, each configured by its module."""
    subparsers = parser.add_subparsers(dest="subcommand", required=True, metavar="COMMAND", help="what to do")
    for name, (module, line) in SUBCOMMANDS.items():
        loaded = import_module(module)
        loaded.configure(
            subparsers.add_parser(
                name, help=line, description=loaded.__doc__, formatter_class=parser.formatter_class
            )
        )


def run(arguments: argparse.Namespace) -> int:
    """Runs the sub-command. Raises the codes of its module."""
    return import_module(SUBCOMMANDS[arguments.subcommand][0]).run(arguments)
