"""The site as files: each file has the bytes that the server sends for its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.cli.building import write_all
from equipoise.cli.main import main
from equipoise.registry.errors import RegistryError
from equipoise.registry.index import open_index
from equipoise.registry.page.pages import ASSETS, VIEWS, Shelf
from equipoise.registry.page.static_site import begun, ended, write_frame, write_study
from tests.web.site import FIRST, SECOND, TODAY, Client
from tests.web.test_page_sections import Page

BUILD = ["--study", FIRST, "--study", SECOND, "--today", TODAY.isoformat()]


@pytest.fixture(scope="module")
def site(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two studies."""
    out = tmp_path_factory.mktemp("site")
    assert main(["registry", "build", "--index", str(index), "--out", str(out), *BUILD]) == 0
    return out


@pytest.mark.parametrize("prefix", ["", "fr/"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_file_and_a_served_page_are_the_same_bytes(
    client: Client, site: Path, prefix: str, view: str
) -> None:
    address = f"{prefix}studies/{FIRST}/{view}"
    file = site / address / "index.html" if view != "record.json" else site / address
    slash = "/" if view and view != "record.json" else ""
    assert client.get(f"/{address}{slash}").body == file.read_bytes()


def test_what_pages_ask_for_is_there_and_the_same(client: Client, site: Path) -> None:
    for name in ASSETS:
        assert (site / "static" / name).read_bytes() == client.get(f"/static/{name}").body
    assert (site / "about" / "index.html").read_bytes() == client.get("/about/").body


def test_the_files_can_be_walked_from_the_start(site: Path) -> None:
    lists = [one["href"] for one in Page((site / "index.html").read_text("utf-8")).all("a")]
    assert "./list/1/" in lists
    first = Page((site / "list" / "1" / "index.html").read_text("utf-8"))
    assert f"../../studies/{FIRST}/" in [one["href"] for one in first.all("a")]
    assert (
        "use a registry that is served" in Page((site / "search" / "index.html").read_text("utf-8")).words()
    )
    assert '<html lang="fr">' in (site / "fr" / "index.html").read_text("utf-8")


def test_a_second_build_writes_nothing_that_is_right_already(index: Path, site: Path) -> None:
    page = site / "studies" / FIRST / "index.html"
    before = page.stat()
    (site / "about" / "index.html").write_text("torn", encoding="utf-8")
    assert main(["registry", "build", "--index", str(index), "--out", str(site), *BUILD]) == 0
    assert page.stat().st_ino == before.st_ino
    assert "torn" not in (site / "about" / "index.html").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_a_coded_error(index: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    shelf = Shelf(index=open_index(index), today=TODAY)
    for write in (
        lambda: write_study(shelf, tmp_path / "out", FIRST),
        lambda: write_frame(shelf, tmp_path / "out", []),
    ):
        with pytest.raises(RegistryError) as caught:
            write()
        assert caught.value.code == "REGI-005"
    with pytest.raises(RegistryError) as caught:
        write_study(shelf, tmp_path, "NCT99999999")
    assert caught.value.code == "REGI-035"


def test_pages_of_studies_that_are_gone_are_removed_and_nothing_else(tmp_path: Path) -> None:
    out, kept = tmp_path / "site", tmp_path / "site" / "studies" / "OTHER"
    kept.mkdir(parents=True)
    (kept / "index.html").write_text("by hand", encoding="utf-8")
    numbers = ["NCT1", "NCT2"]
    assert begun(out, numbers) == ()
    for number in numbers:
        for language in ("", "fr/"):
            page = out / f"{language}studies" / number / "history"
            page.mkdir(parents=True)
            (page / "index.html").write_text("x", encoding="utf-8")
    ended(out, numbers)
    assert begun(out, ["NCT2"]) == ("NCT1", "NCT2")
    ended(out, ["NCT2"], gone=["NCT1"])
    assert [one.name for one in sorted((out / "studies").iterdir())] == ["NCT2", "OTHER"]
    assert not (out / "fr" / "studies" / "NCT1").exists()
    assert (kept / "index.html").read_text(encoding="utf-8") == "by hand"
    assert begun(out, []) == ("NCT2",)


def test_a_build_removes_what_has_left_the_index(index: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build = ["registry", "build", "--index", str(index), "--out", str(out), "--today", TODAY.isoformat()]
    assert main([*build, "--study", FIRST]) == 0
    (out / ".site.json").write_text('{"studies": ["NCT99999999", "../x"], "lists": 9}', encoding="utf-8")
    gone = [out / "studies" / "NCT99999999" / "index.html", out / "fr" / "list" / "9" / "index.html"]
    for path in gone:
        path.parent.mkdir(parents=True)
        path.write_text("old", encoding="utf-8")
    assert main([*build, "--workers", "2"]) == 0
    assert [path for path in gone if path.exists() or path.parent.exists()] == []
    assert len(list((out / "studies").iterdir())) == 39 and (out / "studies" / FIRST / "compare").is_dir()
    assert (out / "index.html").is_file() and not (out / "studies" / SECOND / "compare").exists()


def test_a_damaged_list_of_what_was_written_removes_nothing(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"studies": [5], "lists": 1}', '{"studies": ["a"]}'):
        (tmp_path / ".site.json").write_text(text, encoding="utf-8")
        assert begun(tmp_path, []) == ()


def test_what_goes_wrong_in_another_process_keeps_its_code(index: Path, tmp_path: Path) -> None:
    (tmp_path / "studies").write_text("a file", encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        list(write_all(index, tmp_path, [FIRST] * 60, {}, TODAY, 2))
    assert caught.value.code == "REGI-005" and "studies" in str(caught.value)
