"""What only a database elsewhere can do: be away, come back, refuse, be named in a file that is copied."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pg8000.native import Connection

from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import open_index
from equipoise.registry.ingest import ingest
from equipoise.registry.store import place
from equipoise.registry.store.address import Address, read_address
from equipoise.registry.store.postgres import PostgreSQLRecords

from .test_every_record_store_keeps_versions import TODAY, reading

DAY = date(2026, 1, 1)


def connected(address: Address) -> Connection:
    return Connection(**address.arguments())


@pytest.fixture
def address(database: str) -> Address:
    return read_address(database, "test")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("mysql://reader@host/registry", "does not begin with"),
        ("postgresql://reader:secret@host/registry", "holds a password"),
        ("postgresql://host/registry", "no user"),
        ("postgresql://reader@host", "no user or no database"),
        ("postgresql://reader@host:many/registry", "port"),
        ("postgresql://reader@host/registry?sslmode=perhaps", "sslmode"),
        ("", "does not begin with"),
    ],
)
def test_what_is_no_address_is_refused(text: str, fault: str) -> None:
    with pytest.raises(RegistryError) as caught:
        read_address(text, "records.url")
    assert caught.value.code == "REGI-045" and fault in caught.value.fault
    assert "secret" not in str(caught.value)


def test_an_address_says_how_the_database_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "from the environment")
    far = read_address("postgresql://reader@db.example:6432/registry?sslmode=verify-full\n", "x").arguments()
    assert (far["host"], far["port"], far["user"], far["database"]) == (
        "db.example",
        6432,
        "reader",
        "registry",
    )
    assert far["password"] == "from the environment" and far["ssl_context"].check_hostname
    loose = read_address("postgresql://reader@db.example/registry?sslmode=require", "x").arguments()
    assert loose["ssl_context"].check_hostname is False
    near = read_address("postgresql://reader@/registry?host=/run/postgresql", "x")
    assert near.arguments()["unix_sock"] == "/run/postgresql/.s.PGSQL.5432"
    assert str(near) == "postgresql://reader@/run/postgresql/registry"


def test_a_reader_whose_connection_was_ended_goes_on(address: Address) -> None:
    store = PostgreSQLRecords.create(address)
    store.add([reading("NCT00000001", DAY)], read=TODAY)
    other = connected(address)
    other.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    assert store.head() == 1
    assert store.add([reading("NCT00000002", DAY)], read=TODAY) == 1
    store.close()
    other.close()


def test_a_database_that_is_away_is_named(tmp_path: Path, address: Address) -> None:
    away = read_address(f"postgresql://postgres@/registry?host={tmp_path}", "test")
    with pytest.raises(RegistryError) as caught:
        PostgreSQLRecords.open(away)
    assert caught.value.code == "REGI-046"
    unknown = read_address(f"postgresql://postgres@/none?host={address.socket}", "test")
    with pytest.raises(RegistryError) as caught:
        PostgreSQLRecords.create(unknown)
    assert caught.value.code == "REGI-046" and caught.value.place.endswith("/none")


def test_records_of_another_format_are_refused(address: Address) -> None:
    PostgreSQLRecords.create(address).close()
    other = connected(address)
    other.run("UPDATE registry_format SET format = 99")
    other.close()
    with pytest.raises(RegistryError) as caught:
        PostgreSQLRecords.open(address)
    assert caught.value.code == "REGI-031"


def test_damaged_content_is_named(address: Address) -> None:
    store = PostgreSQLRecords.create(address)
    store.add([reading("NCT00000001", DAY)], read=TODAY)
    other = connected(address)
    other.run("UPDATE registry_versions SET content = 'abc'")
    other.close()
    for ask in (lambda: store.record("NCT00000001"), lambda: list(store.records())):
        with pytest.raises(RegistryError) as caught:
            ask()
        assert caught.value.code == "REGI-034"
    store.close()


def test_a_user_who_may_only_read_reads_and_is_refused_to_write(address: Address) -> None:
    store = PostgreSQLRecords.create(address)
    store.add([reading("NCT00000001", DAY)], read=TODAY)
    other = connected(address)
    name = f"reader_{address.database}"
    other.run(f"CREATE ROLE {name} LOGIN")
    other.run(f"GRANT SELECT ON registry_versions, registry_format TO {name}")
    other.close()
    text = f"postgresql://{name}@/{address.database}?host={address.socket}"
    reader = PostgreSQLRecords.open(read_address(text, "test"))
    assert reader.count() == 1 and reader.record("NCT00000001") is not None
    reader.close()
    writer = PostgreSQLRecords.create(read_address(text, "test"))
    with pytest.raises(RegistryError) as caught:
        writer.add([reading("NCT00000002", DAY)], read=TODAY)
    assert caught.value.code == "REGI-032" and "permission" in caught.value.fault
    writer.close()
    assert store.head() == 1
    store.close()


def test_the_roles_of_the_manual_let_one_user_write_and_the_other_only_read(
    address: Address, root: Path
) -> None:
    (commands,) = re.findall(
        r"^```sql\n(.*?)^```$", (root / "docs/how-to/public-site.md").read_text(), re.M | re.S
    )
    other = connected(address)
    other.run(commands)
    other.close()
    writer, reader = (replace(address, user=f"registry_{kind}") for kind in ("writer", "reader"))
    store = PostgreSQLRecords.create(writer)
    assert store.add([reading("NCT00000001", DAY)], read=TODAY) == 1
    store.close()
    store = PostgreSQLRecords.open(reader)
    assert list(store.numbers()) == ["NCT00000001"]
    store.close()
    store = PostgreSQLRecords.create(reader)
    with pytest.raises(RegistryError) as caught:
        store.add([reading("NCT00000002", DAY)], read=TODAY)
    assert caught.value.code == "REGI-032"
    store.close()


def test_a_place_with_a_zero_character_is_kept_without_it(address: Address) -> None:
    store = PostgreSQLRecords.create(address)
    odd = reading("NCT00000001", DAY)
    store.add([type(odd)(place="a\0b", nct_id=odd.nct_id, content=odd.content, effective=DAY)], read=TODAY)
    assert store.versions("NCT00000001")[0].source == "ab"
    store.close()


def test_an_index_whose_folder_names_a_database_keeps_its_records_there(
    tmp_path: Path, database: str
) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / place.ELSEWHERE).write_text(f"{database}\n")
    file = tmp_path / "one.json"
    file.write_bytes(reading("NCT00000001", DAY, hasResults=False).content)
    assert ingest([file], folder, today=TODAY).kept == 1
    assert not Folder(folder).records.exists()
    index = open_index(folder)
    (hit,) = index.search("NCT00000001")
    assert hit.nct_id == "NCT00000001" and hit.reasons
    index.store.close()


def test_an_unreadable_address_is_named(tmp_path: Path) -> None:
    (tmp_path / place.ELSEWHERE).write_bytes(b"\xff\xfe")
    with pytest.raises(RegistryError) as caught:
        place.open_records(Folder(tmp_path))
    assert caught.value.code == "REGI-045"


def test_without_the_driver_what_to_install_is_said(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "equipoise.registry.store.postgres", None)
    (tmp_path / place.ELSEWHERE).write_text(database)
    with pytest.raises(RegistryError) as caught:
        place.open_records(Folder(tmp_path))
    assert caught.value.code == "REGI-047" and "equipoise[postgresql]" in caught.value.remedy
