"""The engine holds nothing of any trial: no name that a study under `studies/` brings occurs in `src/`.

The names are gathered from the studies: their ids, the ids and labels of their arms, their sponsors and
identifiers, and the products of their regimens. Names that every trial may use are left out, and listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from .sources import PACKAGE, ROOT

STUDIES = tuple(sorted(path.parent for path in (ROOT / "studies").glob("*/study.yaml")))
TEXT = {".py", ".html", ".css", ".json", ".po", ".sql", ".jinja", ".j2", ".yaml"}
# Words of trials in general; a study may use them for its arms or products.
GENERAL = frozenset(
    {"active", "control", "placebo", "standard", "standard of care", "treatment", "usual care"}
)


def names_of(study: dict, regimens: dict) -> Iterator[str]:
    """The names that a study brings with it."""
    yield study["study"]["id"]
    yield study["study"]["sponsor"]
    yield from study["study"].get("identifiers", {}).values()
    for arm_id, arm in study["arms"].items():
        yield from (arm_id, arm["label"])
    for regimen in (regimens.get("regimens") or regimens).values():
        yield regimen["product"]


def names(folder) -> set[str]:
    """The names of the study in a folder that the engine may not know."""
    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    file = folder / "regimens.yaml"
    regimens = (
        yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else study.get("regimens", {})
    )
    return {str(name) for name in names_of(study, regimens) if str(name).casefold() not in GENERAL}


def pattern(found: set[str]) -> re.Pattern[str]:
    """Any of the names as a whole word, with spaces or underscores, in any case."""
    words = (re.escape(name.replace("_", " ")).replace(r"\ ", "[ _-]") for name in sorted(found))
    return re.compile(rf"(?<![A-Za-z]){'|'.join(f'(?:{word})' for word in words)}(?![A-Za-z])", re.IGNORECASE)


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_no_name_of_a_study_occurs_in_the_engine(folder) -> None:
    search = pattern(names(folder))
    found = [
        f"{path.relative_to(PACKAGE)}:{number} {match.group()}"
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := search.search(line))
    ]
    assert found == []


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_the_search_would_find_every_name(folder) -> None:
    found = names(folder)
    assert len(found) >= 4
    assert all(pattern(found).search(f"if arm == '{name.replace(' ', '_').upper()}':") for name in found)
