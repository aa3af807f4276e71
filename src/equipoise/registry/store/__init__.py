"""Records and their history: every version of each one, kept in SQLite."""

from equipoise.registry.store.differences import differences
from equipoise.registry.store.sqlite import SQLiteRecords

__all__ = ["SQLiteRecords", "differences"]
