"""The server: waitress around the application, on one address, until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import waitress

from equipoise.web.errors import web_error

THREADS = 4
# A connection that says nothing costs memory alone, so that many slow ones keep nobody out; and no request is large.
CONNECTIONS, SILENT, LARGEST = 2000, 30, 1 << 20


def listening(host: str, port: int) -> socket.socket:
    """A socket on this address; port 0 takes a free one. Errors: WEBA-005."""
    try:
        return socket.create_server((host, port), reuse_port=False, backlog=128)
    except (OSError, OverflowError) as error:
        raise web_error("WEBA-005", f"{host}:{port}", str(error)) from error


def serve(application: Callable[..., Any], listener: socket.socket) -> None:
    """Serves until interrupted."""
    waitress.serve(
        application,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # the other way of waiting ends at 1,024 connections
        channel_timeout=SILENT,
        cleanup_interval=SILENT // 3,
        max_request_body_size=LARGEST,
    )
