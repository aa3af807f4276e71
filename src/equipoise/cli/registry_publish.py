"""Puts an index into use in other folders, for the web processes of a public site, without a pause.

The records must be in PostgreSQL (see docs/how-to/public-site.md). Servers that run take up the new index with
their next request; those that answer one meanwhile finish it with the old.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from equipoise.cli import exits


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "--index", type=Path, required=True, metavar="DIR", help="the folder that is ingested into"
    )
    parser.add_argument(
        "--to",
        type=Path,
        required=True,
        nargs="+",
        metavar="DIR",
        help="the folders that are served, one after another",
    )


def run(arguments: argparse.Namespace) -> int:
    """Publishes into each folder in turn. Raises REGI-030 to REGI-034, REGI-045, REGI-049."""
    from equipoise.registry.publish import publish

    for target in arguments.to:
        files = publish(arguments.index, target)
        print(f"{target}: {files} files, in use")
    return exits.OK
