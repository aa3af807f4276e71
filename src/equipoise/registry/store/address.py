"""The address of a database of records: `postgresql://user@host:port/database`, without the password.

An address stands in a file that is copied and shown in messages; the password comes from `PGPASSWORD`, as with
PostgreSQL's own programs. `?host=/folder` names the folder of a local socket, `?sslmode=verify-full` (or
`require`) asks for an encrypted way.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from equipoise.registry.errors_index import index_error

PORT = 5432
MODES = ("disable", "require", "verify-full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a database is and as whom it is reached. `socket` is the folder of its socket, or empty."""

    user: str
    host: str
    port: int
    database: str
    socket: str = ""
    mode: str = "disable"

    def __str__(self) -> str:
        where = self.socket or f"{self.host}:{self.port}"
        return f"postgresql://{self.user}@{where}/{self.database}"

    def arguments(self) -> dict[str, Any]:
        """What the driver is given."""
        found: dict[str, Any] = {"user": self.user, "database": self.database, "password": _password()}
        if self.socket:
            return found | {"unix_sock": f"{self.socket}/.s.PGSQL.{self.port}"}
        context: Any = False if self.mode == "disable" else ssl.create_default_context()
        if self.mode == "require":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return found | {"host": self.host, "port": self.port, "ssl_context": context}


def read_address(text: str, place: str) -> Address:
    """The address that this text is. Errors: REGI-045 (not one, or one that holds a password)."""
    parts = urlsplit(text.strip())
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port or PORT
    except ValueError as error:
        raise index_error("REGI-045", place, "its port is no number") from error
    fault = ""
    if parts.scheme not in ("postgresql", "postgres"):
        fault = "it does not begin with postgresql://"
    elif parts.password:
        fault = "it holds a password"
    elif not parts.username or not parts.path.strip("/"):
        fault = "it names no user or no database"
    elif options.keys() - {"host", "sslmode"} or options.get("sslmode", "disable") not in MODES:
        fault = "it has options other than host and sslmode (disable, require, verify-full)"
    if fault:
        raise index_error("REGI-045", place, fault)
    host = options.get("host", "")
    return Address(
        user=unquote(parts.username or ""),
        host=parts.hostname or host or "localhost",
        port=port,
        database=unquote(parts.path.strip("/")),
        socket=host if host.startswith("/") else "",
        mode=options.get("sslmode", "disable"),
    )


def _password() -> str | None:
    return os.environ.get("PGPASSWORD")
