"""The entry point: finds the command, imports its module alone, and turns errors into words and exit codes.

Each command is a module with `configure(parser)` and `run(arguments) -> exit code`, and an `EXAMPLE`. This
module imports none of them before it is asked to, so that help costs nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from importlib import import_module
from types import ModuleType

from equipoise import __version__
from equipoise.cli import exits
from equipoise.cli.errors import command_error
from equipoise.errors import EquipoiseError

# name: (module, what it does, in one line)
COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("equipoise.cli.check", "load a study definition, run its cases, and say all that is wrong"),
    "lint": ("equipoise.cli.lint", "say what a registry record leaves open, contradicts or gets wrong"),
    "design": (
        "equipoise.cli.design",
        "say what a study's planned number of participants can show, under its assumptions",
    ),
    "explain": ("equipoise.cli.explain", "say a study's rules in words"),
    "try": ("equipoise.cli.practise", "run a practice trial in memory, and say what happened"),
    "run": ("equipoise.cli.conduct", "run a whole trial in simulation, from its record to its results page"),
    "analyse": ("equipoise.cli.analyse", "analyse a ledger: tables, figures, numbers"),
    "match": (
        "equipoise.cli.match",
        "find the studies that a patient might enter, each criterion in three values",
    ),
    "page": ("equipoise.cli.page", "write the public page of a registry record"),
    "randomisation": (
        "equipoise.cli.randomisation",
        "assess a study's randomisation beside other schemes: guesses, balance, biases",
    ),
    "registry": ("equipoise.cli.registry", "keep an index of registry records"),
    "related": ("equipoise.cli.related", "list the studies related to one study in an index, and say why"),
    "search": (
        "equipoise.cli.search",
        "search an index of registry records, and say why each study was found",
    ),
    "serve": ("equipoise.cli.serve", "serve the pages of an index of registry records"),
    "simulate": (
        "equipoise.cli.simulate",
        "simulate whole trials by the thousand, and say what a design does in each scenario",
    ),
    "verify": ("equipoise.cli.verify", "verify the hash chain of a ledger"),
}


class Help(argparse.RawDescriptionHelpFormatter):
    """Help whose sentences fill the width of the terminal; lists and examples, which have spaces at the start of a line
    or two in a row, stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        parts = text.strip("\n").split("\n\n")
        return "\n\n".join(part if "  " in part else textwrap.fill(part, width, tabsize=2) for part in parts)


def overview() -> argparse.ArgumentParser:
    """The parser that knows the names of the commands and no more."""
    parser = argparse.ArgumentParser(
        prog="equipoise",
        usage="equipoise COMMAND ...",
        description="Runs a randomised trial from its protocol.",
        epilog=f"commands:\n{listed((name, line) for name, (_, line) in COMMANDS.items())}"
        "\n\n`equipoise COMMAND --help` explains one of them."
        f"\n\n{codes()}\n\nexample:\n  equipoise check studies/NAME",
        formatter_class=Help,
    )
    parser.add_argument("--version", action="version", version=f"equipoise {__version__}")
    parser.add_argument("command", metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


def listed(rows: Iterable[tuple[object, str]]) -> str:
    """Names with their meanings in two columns, as wide as the terminal."""
    from shutil import get_terminal_size

    gap = " " * (max(map(len, COMMANDS)) + 4)
    wide = max(get_terminal_size().columns - 2, 40)
    return "\n".join(
        textwrap.fill(meaning, wide, initial_indent=f"  {name}".ljust(len(gap)), subsequent_indent=gap)
        for name, meaning in rows
    )


def codes() -> str:
    """What the exit codes mean."""
    return f"exit codes:\n{listed(exits.MEANINGS.items())}"


def called(words: Sequence[str]) -> str:
    """The command that the first word names; ends as a fault of usage, with the nearest one, where there is none."""
    parser = overview()
    name = parser.parse_args(words[:1]).command
    if name not in COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        parser.error(f"there is no command {name!r}; {meant}there are: {', '.join(COMMANDS)}")
    return name


def command_parser(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """The parser of one command, from its module."""
    parser = argparse.ArgumentParser(
        prog=f"equipoise {name}",
        description=module.__doc__,
        epilog=f"example:\n  {module.EXAMPLE}\n\n{codes()}",
        formatter_class=Help,
    )
    module.configure(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code, as `exits` explains it."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        overview().print_help()
        return exits.USAGE
    name = called(words)
    module = import_module(COMMANDS[name][0])
    arguments = command_parser(name, module).parse_args(words[1:])
    try:
        code = module.run(arguments)
        sys.stdout.flush()
        return code
    except EquipoiseError as error:
        return _say(error)
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain about it again on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    except OSError as error:
        detail = error.strerror or str(error)
        return _say(command_error("COMM-001", str(error.filename or "file"), detail))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return exits.INTERRUPTED


def _say(error: EquipoiseError) -> int:
    print(error, file=sys.stderr)
    return exits.exit_code(error)
