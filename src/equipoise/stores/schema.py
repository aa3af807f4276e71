"""The tables and guards of a ledger in SQLite, as text that `faults` compares with what the file holds."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = 1
"""The version of the tables. A database with a higher one is refused."""

_TABLES: Final = (
    "CREATE TABLE ledger_about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE ledger_entry (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  previous BLOB NOT NULL CHECK (length(previous) = 32),
  commitment BLOB NOT NULL CHECK (length(commitment) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  salt BLOB,
  payload BLOB,
  type TEXT NOT NULL,
  participant TEXT,
  command TEXT NOT NULL
) STRICT""",
    "CREATE INDEX ledger_by_participant ON ledger_entry (participant)",
    "CREATE INDEX ledger_by_type ON ledger_entry (type)",
    "CREATE INDEX ledger_by_command ON ledger_entry (command)",
)

GUARDS: Final = {
    "ledger_about_insert": """CREATE TRIGGER ledger_about_insert BEFORE INSERT ON ledger_about
WHEN EXISTS (SELECT 1 FROM ledger_about WHERE key = 'schema')
BEGIN SELECT RAISE(ABORT, 'what a ledger is for is fixed'); END""",
    "ledger_about_update": """CREATE TRIGGER ledger_about_update BEFORE UPDATE ON ledger_about
BEGIN SELECT RAISE(ABORT, 'what a ledger is for is fixed'); END""",
    "ledger_about_delete": """CREATE TRIGGER ledger_about_delete BEFORE DELETE ON ledger_about
BEGIN SELECT RAISE(ABORT, 'what a ledger is for is fixed'); END""",
    "ledger_entry_insert": """CREATE TRIGGER ledger_entry_insert BEFORE INSERT ON ledger_entry
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM ledger_entry)
  OR NEW.previous IS NOT coalesce(
    (SELECT hash FROM ledger_entry ORDER BY sequence DESC LIMIT 1), zeroblob(32))
  OR NEW.salt IS NULL OR NEW.payload IS NULL
BEGIN SELECT RAISE(ABORT, 'an entry must follow the head'); END""",
    "ledger_entry_update": """CREATE TRIGGER ledger_entry_update BEFORE UPDATE ON ledger_entry
WHEN NEW.sequence IS NOT OLD.sequence OR NEW.previous IS NOT OLD.previous
  OR NEW.commitment IS NOT OLD.commitment OR NEW.hash IS NOT OLD.hash
  OR NEW.type IS NOT OLD.type OR NEW.participant IS NOT OLD.participant OR NEW.command IS NOT OLD.command
  OR NEW.salt IS NOT NULL OR NEW.payload IS NOT NULL
  OR NOT EXISTS (
    SELECT 1 FROM ledger_entry AS erasure,
      json_each(CAST(erasure.payload AS TEXT), '$.data.sequences') AS named
    WHERE erasure.type = 'PayloadErased' AND erasure.sequence > OLD.sequence
      AND named.value = CAST(OLD.sequence AS TEXT))
BEGIN SELECT RAISE(ABORT, 'an entry is never changed; a payload goes only after a recorded erasure'); END""",
    "ledger_entry_delete": """CREATE TRIGGER ledger_entry_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END""",
}
"""The triggers, by name: they stop accidents and careless tools."""


def statements() -> tuple[str, ...]:
    """All statements that make an empty ledger, in order."""
    return _TABLES + tuple(GUARDS.values())
