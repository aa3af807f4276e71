"""Sample size, exact power and group-sequential boundaries against the collected vectors, each with its source."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from equipoise.analysis.design import boundaries, exact_power, inflation, power, sample_size
from equipoise.analysis.design.sequential import drift_for, expected_information, operating

NAMES = {"OF": ("OF", 0.0), "Pocock": ("Pocock", 0.0), "LDOF": ("LDOF", 0.0), "LDPocock": ("LDPocock", 0.0)}
PARAMETERS = {"HSD-4": ("HSD", -4.0), "KimDeMets3": ("KimDeMets", 3.0), "WT.25": ("WT", 0.25), **NAMES}


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "vectors" / "statistics.json").read_text())
    return {each["id"]: each for each in found}


@pytest.mark.parametrize("name", ["n_060_035", "n_040_020"])
@pytest.mark.parametrize("method", ["pooled", "unpooled", "fleiss_cc", "arcsine"])
def test_sizes(vectors: dict[str, Any], name: str, method: str) -> None:
    """rpact, gsDesign and statsmodels; of the two arcsine sizes, the first counts both tails and the second one."""
    given = vectors[name]["input"]
    both = method == "arcsine" and name == "n_060_035"
    found = sample_size(
        given["p1"], given["p2"], alpha=given["alpha"], power=given["power"], ratio=given["ratio"],
        method="continuity" if method == "fleiss_cc" else method, both_tails=both,
    )  # fmt: skip
    assert found == pytest.approx(vectors[name]["expected"][method], abs=vectors[name]["tolerance"])


def test_one_sided_size_and_power(vectors: dict[str, Any]) -> None:
    """rpact's vignette on binary endpoints, and gsDesign."""
    given = vectors["n_040_025"]["input"]
    found = sample_size(given["p1"], given["p2"], alpha=given["alpha"], sided=1, power=given["power"])
    assert found == pytest.approx(vectors["n_040_025"]["expected"]["per_arm"], abs=1e-4)
    expected = vectors["power61"]["expected"]["power"]
    assert power(0.6, 0.35, 61, 61, alpha=0.025, sided=1) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("name", ["exact_61_0.6_0.35", "exact_61_0.35_0.35"])
@pytest.mark.parametrize("test", ["pooled_z", "unpooled_z", "fisher"])
def test_exact_rejection(vectors: dict[str, Any], name: str, test: Any) -> None:
    """Enumeration."""
    given = vectors[name]["input"]
    found = exact_power(given["p1"], given["p2"], given["n1"], given["n2"], test=test)
    assert found == pytest.approx(vectors[name]["expected"][test], abs=1e-7)


def test_equal_looks(vectors: dict[str, Any]) -> None:
    """gsDesign 3.11 and rpact 3.3.4 and 4.5 agree on each of these."""
    found = [each for each in vectors.values() if each["id"].startswith("gs_")]
    assert len(found) == 21
    for each in found:
        given, expected = each["input"], each["expected"]
        design, parameter = PARAMETERS[given["design"]]
        times = [(look + 1) / given["K"] for look in range(given["K"])]
        bounds = boundaries(design, times, alpha=given["alpha"], parameter=parameter)
        assert bounds.efficacy == pytest.approx(expected["z"], abs=1e-5), each["id"]
        if "inflation" in expected:
            assert inflation(bounds, 0.8) == pytest.approx(expected["inflation"], abs=1e-5), each["id"]


def test_a_public_analysis_plan(vectors: dict[str, Any]) -> None:
    """NCT05638204: one interim look at 60% of the information, Lan-DeMets."""
    expected = vectors["sap_nct05638204"]["expected"]
    bounds = boundaries("LDOF", [0.6, 1.0])
    assert bounds.efficacy == pytest.approx(expected["z"], abs=1e-5)
    assert expected["n_fixed"] * inflation(bounds, 0.8) == pytest.approx(expected["n_max"], abs=1e-4)


def test_a_binary_design_with_futility(vectors: dict[str, Any]) -> None:
    """rpact: O'Brien-Fleming at 50, 75 and 100%, futility at Z = 0 and 0.5, not binding."""
    expected = vectors["rpact_binary_planning"]["expected"]
    given = vectors["rpact_binary_planning"]["input"]
    bounds = boundaries("OF", given["info"], alpha=given["alpha"], futility=given["futility"])
    assert bounds.efficacy == pytest.approx(expected["z"], abs=1e-5)
    drift = drift_for(bounds, given["power"])
    looks = operating(bounds, drift)
    assert [look.cumulative for look in looks] == pytest.approx(expected["cum_power"], abs=2e-4)
    share = expected_information(bounds, drift)
    assert share == pytest.approx(expected["EN_H1"] / expected["n"][-1], abs=1e-4)
