"""The catalogue of the command line's own errors; all others come from the packages below."""

from __future__ import annotations

from collections.abc import Iterable

from equipoise.errors import EquipoiseError


class CommandError(EquipoiseError):
    """Something that the command line was given and cannot use, with a code of `CATALOGUE`."""


CATALOGUE: dict[str, tuple[str, str, str]] = {
    "COMM-001": (
        "the file or folder cannot be used: {detail}",
        "Nothing was read from it and nothing was changed in it.",
        "Check the path and the permissions, and that the disk has room.",
    ),
    "COMM-002": (
        "nothing here has the name {detail}",
        "A name that is not in the definition explains nothing.",
        "Name a rule that `equipoise explain STUDY` lists, or a case of the folder `cases`.",
    ),
    "COMM-003": (
        "there is no scenario {detail}",
        "A simulation needs the truths that it assumes, each with its source.",
        "Name a scenario of the study's folder `scenarios`, without `.yaml`.",
    ),
    "COMM-004": (
        "a {detail} ledger is there already",
        "What was recorded is never removed; only an earlier simulation is.",
        "Choose another folder.",
    ),
    "COMM-005": (
        "the mapping from facts to items is not valid: {detail}",
        "A fact in the wrong item would judge a criterion of the trial wrongly.",
        'Write `"form.item": "fact"`, with sex, birth_date, pregnant, breastfeeding or `measured NAME`.',
    ),
    "COMM-006": (
        "the ledger is of the study {detail}",
        "The page of one trial would show the participants of another.",
        "Name the study's folder and its own ledger together.",
    ),
    "COMM-007": (
        "the index {detail}",
        "A trial that runs here is found, related and matched through its registered record, once.",
        "Read the record in first: `equipoise registry ingest STUDY/record.json --index DIR`.",
    ),
    "COMM-008": (
        "the study has no estimand {detail}",
        "An estimand says by which endpoint, analysis and level a trial is decided.",
        "Name an estimand of the definition.",
    ),
}


def unlike(name: str, known: Iterable[str]) -> str:
    """`'bse' (did you mean 'base'? there are: base, null)`."""
    from difflib import get_close_matches

    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"{name!r} ({meant}there are: {', '.join(names) or 'none'})"


def command_error(code: str, place: str, detail: str = "") -> CommandError:
    """The error of this code at this place; `detail` completes its sentence."""
    fault, why, remedy = CATALOGUE[code]
    return CommandError(code=code, place=place, fault=fault.format(detail=detail), why=why, remedy=remedy)
