"""The ledger on disk. Plain DB-API, no framework; each store passes the one contract suite of `Store`."""

from __future__ import annotations

from equipoise.stores.errors import StoreError
from equipoise.stores.sqlite import SQLiteStore

__all__ = ["SQLiteStore", "StoreError"]
