"""Both paths on a Dask cluster of processes, with looks and kits: the bytes of one process, though a worker is killed
in mid-run; and a clear end where nobody is left to work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars
import pytest

from equipoise.errors import EquipoiseError
from equipoise.simulation.cluster import connected

ENDLESS = 1200.0
"""Seconds after which nothing is waited for any more; some 60 on a quiet machine."""
SCRIPT = Path(__file__).with_name("cluster_run.py")


def test_a_killed_worker_changes_no_number_and_faults_have_codes(tmp_path: Path) -> None:
    """A process of its own, since Dask starts threads and processes that outlive a test."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=ENDLESS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads((tmp_path / "found.json").read_text()) == {
        "whole": {"killed": 1},
        "fast": {"killed": 1},
        "deadly": "SIMU-012",
        "command": 0,
        "another version": "SIMU-013",
        "no worker": "SIMU-011",
        "no scheduler": "SIMU-011",
        "no address": "SIMU-011",
        "no worker any more": {"code": "SIMU-015", "some were done": True},
        "no scheduler any more": {"code": "SIMU-015", "some were done": True},
    }
    for name in ("whole", "fast"):
        frames = [(tmp_path / f"{name}-{who}.parquet").read_bytes() for who in ("cluster", "here")]
        assert frames[0] == frames[1]
    # The command adds the truth to the rows, and says in the metadata of its file what it is.
    by_command = polars.read_parquet(tmp_path / "command/trials-looks.parquet")
    assert by_command.drop("truth", "covered").equals(polars.read_parquet(tmp_path / "whole-here.parquet"))


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EquipoiseError) as caught, connected("tcp://127.0.0.1:8786"):
        pass
    assert caught.value.code == "SIMU-010"
    assert "equipoise[cluster]" in caught.value.remedy
