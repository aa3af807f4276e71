"""Compiled loops are kept on disk where one may write, and give the same results where one may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from numba import config

from equipoise.simulation import compiling


def twice(number):
    """A loop for the test."""
    return number * 2


@pytest.fixture(autouse=True)
def afresh():
    compiling.folder.cache_clear()
    yield
    compiling.folder.cache_clear()


def test_a_loop_is_kept_in_the_folder_of_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = config.CACHE_DIR
    assert compiling.kept(twice)(21) == 42
    assert list(compiling.folder().rglob("*.nbi")) and before == config.CACHE_DIR
    assert compiling.folder().parent == tmp_path / "equipoise"


def test_without_a_folder_each_process_compiles_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file is no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(compiling, "njit", _refusing(compiling.njit))
    assert compiling.kept(twice)(21) == 42


def _refusing(njit):
    """What numba does where no place for its files can be written."""

    def decorate(**options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    return decorate


def test_without_a_home_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", homeless)
    assert compiling.kept(twice)(21) == 42
