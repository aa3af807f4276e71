"""Writes the public page of a registry record: one HTML file and one stylesheet, which need nothing else.

The record is a version 2 JSON file, or a study folder that holds one as `record.json`.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from equipoise.cli import exits
from equipoise.registry.page import write_site
from equipoise.registry.record import Record, load_record

EXAMPLE = "equipoise page studies/NAME --out out/NAME"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("record", type=Path, help="the record, or a study folder that has one")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write the page into")


def run(arguments: argparse.Namespace) -> int:
    """Writes the page and prints its path. Raises the codes of reading a record and of writing a page."""
    today = datetime.now(UTC).date()
    print(write_site(arguments.out, record_at(arguments.record), banner=None, today=today))
    return exits.OK


def record_at(path: Path) -> Record:
    """The record in a file, or in a study folder."""
    return load_record(path / "record.json" if path.is_dir() else path)
