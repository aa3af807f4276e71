"""Plans are kept between calls: the same rows, whole or not at all, and never from a file that is not to be trusted."""

from __future__ import annotations

import dataclasses
import json
import os
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numba import typeof

from equipoise.analysis.data.estimand import Outcome
from equipoise.simulation import compiling
from equipoise.simulation.characteristics import kept
from equipoise.simulation.characteristics.compiling import Compiled, compile_plan
from equipoise.simulation.characteristics.kept import kept_plan, name_of, packed, unpacked
from equipoise.simulation.characteristics.trials import run_trials
from tests.spec.simulation import thousands


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(compiling.CACHE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "plans"


def asked(made: list[str], **changes: int) -> Compiled:
    """The plan of the base scenario, with changes of it; notes when it had to be made."""
    scenario = msgspec.structs.replace(thousands.scenario(), **changes)

    def make() -> Compiled:
        made.append("base")
        whole = thousands.compiled()
        recruitment = whole.plan.recruitment._replace(
            planned=changes.get("participants", whole.plan.recruitment.planned)
        )
        return dataclasses.replace(whole, plan=whole.plan._replace(recruitment=recruitment))

    return kept_plan(thousands.study(), scenario, thousands.seal(), make, size=thousands.SIZE)


def test_the_second_call_asks_nobody_and_gives_the_same_rows(cache: Path) -> None:
    made: list[str] = []
    first, second = asked(made), asked(made)
    assert made == ["base"] and len(list(cache.iterdir())) == 1
    assert run_trials(first, 20, 1).equals(run_trials(second, 20, 1))
    assert run_trials(thousands.compiled(), 20, 1).equals(run_trials(second, 20, 1))
    assert typeof(first.plan) == typeof(second.plan), "else the loop would be compiled twice"


def test_every_part_of_a_plan_comes_back() -> None:
    whole = thousands.compiled("interim")
    found = unpacked(packed(whole), whole.scenario)
    for name in (
        "estimand",
        "sites",
        "arms",
        "compared",
        "events",
        "regimens",
        "kits",
        "confidence",
        "attempts",
    ):
        assert getattr(found, name) == getattr(whole, name)
    for mine, part in zip(found.plan, whole.plan, strict=True):
        assert type(mine) is type(part)
        for one, other in zip(mine, part, strict=True):
            assert np.array_equal(one, other) and np.asarray(one).dtype == np.asarray(other).dtype


def test_a_plan_of_followed_participants_comes_back() -> None:
    from equipoise.cli.simulating import practice_seal, scenario_of
    from equipoise.study import load

    folder = thousands.STUDIES / "DEMO-TTE"
    whole = compile_plan(load(folder), scenario_of(folder, "base"), practice_seal(folder), size=60)
    found = unpacked(packed(whole), whole.scenario)
    assert found.plan.estimand == whole.plan.estimand and found.binary is False
    assert found.plan.outcomes.whole.tolist() == whole.plan.outcomes.whole.tolist()
    assert run_trials(found, 10, 1).equals(run_trials(whole, 10, 1))


def test_outcomes_of_the_analysis_come_back_with_their_kinds() -> None:
    each = Outcome(
        subject="", arm="a", stratum="", kind="value", value=Decimal("1.50"), visits=(None, Decimal(2)), sources=(3, 4),
        measures={"age": Decimal("61"), "sex": "61", "none": None},
    )  # fmt: skip
    several = np.array([None, each], object)
    (none, found) = kept._made(json.loads(json.dumps(kept._described(several, "", {}))), {})
    assert none is None and found == each
    assert isinstance(found.measures["age"], Decimal) and isinstance(found.measures["sex"], str)


def test_whatever_a_plan_follows_from_is_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    study, seal, base = thousands.study(), thousands.seal(), thousands.scenario()
    other = msgspec.structs.replace(base, participants=60)
    names = [
        name_of(study, base, seal, size=100), name_of(study, other, seal, size=100),
        name_of(study, base, seal, size=101), name_of(study, base, seal, size=100, seed=1),
        name_of(study, base, seal, size=100, estimand="primary"),
    ]  # fmt: skip
    monkeypatch.setattr(kept, "sources", lambda: "other sources")
    names.append(name_of(study, base, seal, size=100))
    names.append(name_of(dataclasses.replace(study, digest="other"), base, seal, size=100))
    assert len(set(names)) == len(names)


def test_a_fresh_call_asks_again(cache: Path) -> None:
    made: list[str] = []
    asked(made)
    kept_plan(
        thousands.study(), thousands.scenario(), thousands.seal(),
        lambda: made.append("again") or thousands.compiled(), size=thousands.SIZE, fresh=True,
    )  # fmt: skip
    assert made == ["base", "again"]


def test_a_damaged_or_renamed_file_is_passed_over(cache: Path) -> None:
    made: list[str] = []
    asked(made)
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    for bad in (
        whole[:-1],
        b"",
        whole[:40],
        bytes([whole[0] ^ 1]) + whole[1:],
        whole[:-9] + b"x" + whole[-8:],
    ):
        path.write_bytes(bad)
        asked(made)
        assert path.read_bytes() == whole
    assert made == ["base"] * 6
    asked(made, participants=60)
    (other,) = set(cache.iterdir()) - {path}
    other.write_bytes(whole)
    assert asked(made, participants=60).plan.recruitment.planned == 60


def test_a_folder_that_others_may_write_to_is_neither_read_nor_written(cache: Path) -> None:
    made: list[str] = []
    asked(made)
    cache.chmod(0o777)
    asked(made)
    cache.chmod(0o700)
    asked(made)
    assert made == ["base", "base"]


def test_nothing_is_kept_where_nothing_may_or_can_be(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setenv(compiling.CACHE, "")
    asked(made)
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setenv(compiling.CACHE, str(file))
    asked(made)
    assert made == ["base", "base"] and not cache.exists()


def test_what_was_unused_for_longest_goes_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    asked(made)
    (first,) = cache.iterdir()
    monkeypatch.setattr(kept, "ROOM", int(2.5 * first.stat().st_size))
    for participants in (60, 70):
        os.utime(first, (1, 1)) if participants == 60 else asked(made)
        asked(made, participants=participants)
    assert first.exists(), "it was read after the plan of 60 was kept"
    assert len(list(cache.iterdir())) == 2


def test_the_cache_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    assert compiling.cache_root() == tmp_path / "cache"
    monkeypatch.delenv(compiling.CACHE)
    assert compiling.cache_root() == tmp_path / "shared" / "equipoise"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert compiling.cache_root() == tmp_path / ".cache" / "equipoise"
