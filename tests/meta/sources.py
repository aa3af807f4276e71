"""What the meta tests read: the tracked files, the modules of the package, and their syntax trees."""

from __future__ import annotations

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "equipoise"
CORE = ("rules", "study", "ledger", "allocation", "blinding", "conduct")


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks or would track, relative paths resolved, deleted ones left out."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def modules(folder: Path = PACKAGE) -> tuple[Path, ...]:
    """Every Python file under a folder, in order."""
    return tuple(sorted(folder.rglob("*.py")))


def core_modules() -> tuple[Path, ...]:
    """Every Python file of the six core packages."""
    return tuple(path for name in CORE for path in modules(PACKAGE / name))


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def short(path: Path) -> str:
    """A path as a message shows it: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()
