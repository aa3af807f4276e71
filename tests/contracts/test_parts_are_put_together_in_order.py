"""Parts of trials by processes of one machine: the frame of one process, and a code when a process is ended."""

from __future__ import annotations

import os
from dataclasses import dataclass

import polars as pl
import pytest

from equipoise.errors import EquipoiseError
from equipoise.simulation.parts import here, in_processes, parts_of


@dataclass(frozen=True, slots=True)
class Numbers:
    """Rows that are the numbers of their trials; the process ends itself at trial `deadly`."""

    size: int = 3
    deadly: int = -1

    def __call__(self, first: int, trials: int, seed: int) -> pl.DataFrame:
        if first <= self.deadly < first + trials:
            os._exit(9)
        return pl.DataFrame({"trial": range(first, first + trials), "seed": [seed] * trials})


def test_parts_cover_every_trial_once() -> None:
    assert parts_of(7, 3) == [(0, 3), (3, 3), (6, 1)]
    assert here(Numbers(), 7, 1, lambda rows: None)["trial"].to_list() == list(range(7))


def test_two_processes_give_what_one_gives_and_report_each_part() -> None:
    seen: list[int] = []
    many = in_processes(Numbers(), 10, 4, seen.append, 2)
    assert many.equals(here(Numbers(), 10, 4, lambda rows: None))
    assert sorted(seen) == [1, 3, 3, 3]


def test_a_process_that_ends_is_named_by_a_code() -> None:
    with pytest.raises(EquipoiseError) as caught:
        in_processes(Numbers(deadly=4), 9, 1, lambda rows: None, 2)
    assert caught.value.code == "SIMU-012"
