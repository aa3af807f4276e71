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
UNREADABLE_CHECKPOINT = "LEDG-014"
"""A text that was given with a ledger; it says nothing of the ledger itself."""


def exit_code(error: EquipoiseError) -> int:
    """The exit code for an error, by the package that raised it."""
    of_ledger = error.code[:4] in LEDGER_CODES and error.code != UNREADABLE_CHECKPOINT
    return LEDGER if of_ledger else INPUT
