"""Copies of studies and of whatever else a test changes."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path


def copied(folder: Path, target: Path, *, ignore: Callable[..., set[str]] | None = None) -> Path:
    """A copy of a folder that may be changed, also where the folder itself is for reading only."""
    shutil.copytree(folder, target, ignore=ignore)
    for each in (target, *target.rglob("*")):
        each.chmod(each.stat().st_mode | stat.S_IWUSR)
    return target
