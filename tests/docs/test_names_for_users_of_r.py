"""Every name that the page for users of R gives is there, and the functions of the statistical chapters are named."""

from __future__ import annotations

import re
from pathlib import Path

import equipoise as eq

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "from-r.md").read_text(encoding="utf-8")


def test_every_name_of_the_table_is_exported() -> None:
    names = set(re.findall(r"`eq\.(\w+)`", PAGE)) - {"name"}
    assert len(names) > 30 and names <= eq.PLACES.keys()


def test_every_comparison_of_arms_is_in_the_table() -> None:
    compared = {
        name for name in eq.PLACES if name.startswith(("compare_", "adjusted_", "mmrm", "reference_"))
    }
    assert all(f"`eq.{name}`" in PAGE for name in compared)
