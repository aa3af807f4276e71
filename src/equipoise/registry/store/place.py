"""Where the records of an index are: in its folder, or in the PostgreSQL database that its `records.url` names.

Every command and page opens records here, so that an index made for one reader and one made for a site of
several machines are used alike. The driver of PostgreSQL is loaded only where it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.registry.errors_index import index_error
from equipoise.registry.folder import Folder
from equipoise.registry.store.address import Address, read_address
from equipoise.registry.store.sqlite import SQLiteRecords

if TYPE_CHECKING:
    from equipoise.registry.store.postgres import PostgreSQLRecords

    Records = SQLiteRecords | PostgreSQLRecords

ELSEWHERE = "records.url"


def open_records(folder: Folder) -> Records:
    """The records of an index, to read. Errors: REGI-030, REGI-031, REGI-034; REGI-045 to 047 of a database."""
    address = address_in(folder.path)
    return SQLiteRecords.open(folder.records) if address is None else _postgres(folder.path).open(address)


def create_records(folder: Folder) -> Records:
    """The records of an index, to read and write; made when absent. Errors: REGI-031, REGI-032, REGI-045 to 047."""
    address = address_in(folder.path)
    return SQLiteRecords.create(folder.records) if address is None else _postgres(folder.path).create(address)


def address_in(folder: Path) -> Address | None:
    """The database that the folder names; None when the records are in the folder itself."""
    path = folder / ELSEWHERE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        raise index_error("REGI-045", str(path), str(error)) from error
    return read_address(text, str(path))


def _postgres(folder: Path) -> type[PostgreSQLRecords]:
    try:
        from equipoise.registry.store.postgres import PostgreSQLRecords
    except ModuleNotFoundError as error:
        raise index_error("REGI-047", str(folder / ELSEWHERE), str(error.name)) from error
    return PostgreSQLRecords
