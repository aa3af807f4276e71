"""Serves the pages of an index of registry records: search, every study's page, related trials, patient matching.

It stops when it is interrupted. The index may be updated meanwhile: readers see the old one or the new one.
Put a server that speaks TLS before it when others than you can reach it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from equipoise.cli import exits

EXAMPLE = "equipoise serve --index registry --port 8000"


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--index", type=Path, required=True, metavar="DIR", help="the folder of the index")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=8000, help="the port (default: 8000; 0: any free one)")


def run(arguments: argparse.Namespace) -> int:
    """Serves until interrupted. Raises the codes of opening the index, and WEBA-005."""
    from equipoise.registry.index import open_index
    from equipoise.web.application import application
    from equipoise.web.server import listening, serve

    studies = open_index(arguments.index).store.count()
    listener = listening(arguments.host, arguments.port)
    host, port = listener.getsockname()[:2]
    print(f"{studies} studies at http://{host}:{port}/ (Ctrl-C stops)", flush=True)
    try:
        serve(application(arguments.index), listener)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return exits.OK
