"""Lists the studies that are related to one study in an index, and says of each why.

Near-duplicates of one programme stand under the first of them. The status is shown and never filters.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli import exits
from equipoise.cli.numbers import between

if TYPE_CHECKING:
    from equipoise.registry.related.part import RelatedStudy

MOST = 1000
EXAMPLE = "equipoise related NCT00000102 --index registry"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("study", help="the number of the study")
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument("--top", type=between(1, MOST), default=10, help="how many studies (default: 10)")
    parser.add_argument("--json", action="store_true", help="print the studies as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the related studies. Raises REGI-030, REGI-031, REGI-034, REGI-035, REGI-036."""
    from equipoise.registry.index import open_index

    number = arguments.study.strip().upper()
    found: Sequence[RelatedStudy] = open_index(arguments.index).related(number, arguments.top)
    print(as_json(number, found) if arguments.json else said(number, found))
    return exits.OK


def as_json(number: str, found: Sequence[RelatedStudy]) -> str:
    """The studies as JSON."""
    content = {"nct_id": number, "related": [asdict(each) for each in found]}
    return json.dumps(content, ensure_ascii=False, indent=2)


def said(number: str, found: Sequence[RelatedStudy]) -> str:
    """The studies in words, those of one programme under its first."""
    if not found:
        return f"No study in this index resembles {number}."
    firsts = [each for each in found if each.programme == each.nct_id]
    lines = [f"Studies related to {number}, the most alike first:"]
    for first in firsts:
        lines.append(one(first, ""))
        lines += [one(each, "    ") for each in found if each.programme == first.nct_id and each is not first]
        if first.also:
            lines.append(f"    and of the same programme: {', '.join(first.also)}")
    return "\n\n".join(lines)


def one(study: RelatedStudy, indent: str) -> str:
    """One study: number, title, status and phase, and why it is shown."""
    facts = ", ".join(filter(None, [study.status, *study.phases, study.sponsor]))
    alike = ["near-duplicate of the study above"] if indent else []
    why = "; ".join([*alike, *(reason.text for reason in study.reasons)])
    return f"{indent}{study.nct_id}  {study.title}\n{indent}  {facts}\n{indent}  why: {why}"
