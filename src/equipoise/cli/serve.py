"""Serves the pages of an index of registry records: search, every study's page, related trials, patient matching.

It stops when it is interrupted. The index may be updated meanwhile: readers see the old one or the new one. With
`--trial`, the page of a trial that runs here follows its ledger: recruitment, and results once they are opened.
Put a server that speaks TLS before it when others than you can reach it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from equipoise.cli import exits
from equipoise.cli.trials import add_trials, trials_of

EXAMPLE = "equipoise serve --index registry --trial studies/NAME out/NAME/ledger.sqlite"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: this machine alone)"
    )
    add_trials(parser)
    parser.add_argument("--port", type=int, default=8000, help="the port (default: 8000; 0: any free one)")


def run(arguments: argparse.Namespace) -> int:
    """Serves until interrupted. Raises the codes of opening the index, and WEBA-005."""
    from equipoise.registry.index import open_index
    from equipoise.web.application import application
    from equipoise.web.server import listening, serve

    index = open_index(arguments.index)
    trials = trials_of(arguments, index)
    studies = index.store.count()
    listener = listening(arguments.host, arguments.port)
    host, port = listener.getsockname()[:2]
    running = f", {len(trials)} of them running here," if trials else ""
    print(f"{studies} studies{running} at http://{host}:{port}/ (Ctrl-C stops)", flush=True)
    try:
        serve(application(arguments.index, trials=trials), listener)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return exits.OK
