"""What the exit codes mean, in one place: the help prints this table and `main` obeys it."""

from __future__ import annotations

from equipoise.errors import EquipoiseError

OK = 0
FINDINGS = 1
USAGE = 2
INPUT = 3
LEDGER = 4
INTERRUPTED = 130

MEANINGS = {
    OK: "done, and nothing was found wrong",
    FINDINGS: "done, and something was found: read what was printed",
    USAGE: "the command line was not understood",
    INPUT: "a definition, a record or another input is wrong, or a file cannot be read or written",
    LEDGER: "a ledger is damaged, tampered with or not usable",
    INTERRUPTED: "interrupted; what had been recorded is kept",
}

LEDGER_CODES = frozenset({"LEDG", "STOR"})


def exit_code(error: EquipoiseError) -> int:
    """The exit code for an error, by the package that raised it."""
    return LEDGER if error.code[:4] in LEDGER_CODES else INPUT
