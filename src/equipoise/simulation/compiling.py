"""Compiled loops that are kept on disk between processes, and only as long as no line of the package's loops changes.

numba keeps compiled code by the file of the function alone, so that code which calls a function of another, changed
file would be used stale. Here the folder is named after all sources of `equipoise.simulation`. Where no folder can be
written (an installation for reading only, no home), nothing is kept and each process compiles for itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import config, njit


def kept(function: Callable[..., Any]) -> Any:
    """`njit(nogil=True)` of an outermost loop, kept on disk where that is possible."""
    before = config.CACHE_DIR
    try:
        config.CACHE_DIR = str(folder())
        return njit(nogil=True, cache=True)(function)
    except (OSError, RuntimeError):
        # numba says so when it finds no place that it may write to; compiling anew is slower and as right.
        return njit(nogil=True)(function)
    finally:
        config.CACHE_DIR = before


@cache
def folder() -> Path:
    """The folder of this version's compiled loops, below the user's cache. Raises RuntimeError without a home."""
    sources = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*.py")):
        digest.update(f"{path.relative_to(sources)}\n".encode())
        digest.update(path.read_bytes())
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "equipoise" / digest.hexdigest()[:16]
