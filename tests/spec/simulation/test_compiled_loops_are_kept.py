"""Compiled loops are kept on disk where one may write, and give the same results where one may not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from numba import config

from equipoise.simulation import compiling


def twice(number):
    """A loop for the test."""
    return number * 2


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(compiling.CACHE, raising=False)
    compiling.folder.cache_clear()
    yield
    compiling.folder.cache_clear()


def test_a_loop_is_kept_in_the_folder_of_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = config.CACHE_DIR
    assert compiling.kept(twice)(21) == 42
    assert list(compiling.folder().rglob("*.nbi")) and before == config.CACHE_DIR
    assert compiling.folder().parent == tmp_path / "equipoise" / "loops"
    assert compiling.folder().stat().st_mode & 0o777 == 0o700


def test_loops_of_sources_that_nobody_uses_any_more_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiling.CACHE, str(tmp_path))
    for name, seconds in (("old", compiling.UNUSED + 60), ("new", 60)):
        (tmp_path / "loops" / name).mkdir(parents=True, mode=0o700)
        (tmp_path / "loops" / name / "loop.nbi").write_bytes(b"")
        moment = time.time() - seconds
        os.utime(tmp_path / "loops" / name, (moment, moment))
    (tmp_path / "loops").chmod(0o700)
    own = compiling.folder()
    assert {each.name for each in (tmp_path / "loops").iterdir()} == {"new", own.name}


def test_a_folder_that_others_may_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiling.CACHE, str(tmp_path))
    (tmp_path / "loops").mkdir()
    (tmp_path / "loops").chmod(0o777)
    assert compiling.folder() is None and compiling.kept(twice)(21) == 42


def test_without_a_folder_each_process_compiles_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(compiling, "njit", _refusing(compiling.njit))
        assert compiling.kept(twice)(21) == 42
    (tmp_path / "file").write_text("a file is no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    compiling.folder.cache_clear()
    assert compiling.folder() is None and compiling.kept(twice)(21) == 42


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
