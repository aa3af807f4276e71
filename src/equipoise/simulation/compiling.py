"""What is kept on disk between processes: where, and the compiled loops among it.

numba keeps compiled code by the file of the function alone, so that code which calls a function of another, changed
file would be used stale. Here the folder is named after all sources of `equipoise.simulation`, so a loop is kept only
as long as no line of them changes. Where no folder can be written (an installation for reading only, no home),
nothing is kept and each process compiles for itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from numba import config, njit

CACHE = "EQUIPOISE_CACHE"
"""The variable that names the folder of all that is kept; empty: nothing is kept."""
UNUSED = 30 * 86_400
"""Seconds after which the loops of other sources go."""


def kept(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`njit(nogil=True)` of an outermost loop, with further options, kept on disk where that is possible."""
    if function is None:
        return partial(kept, **options)
    before, room = config.CACHE_DIR, folder()
    if room is None:
        return njit(nogil=True, **options)(function)
    try:
        config.CACHE_DIR = str(room)
        return njit(nogil=True, cache=True, **options)(function)
    except (OSError, RuntimeError):
        # numba says so when it finds no place that it can write to, as on a full disk; compiling anew is as right.
        return njit(nogil=True, **options)(function)
    finally:
        config.CACHE_DIR = before


@cache
def folder() -> Path | None:
    """The folder of this version's compiled loops; None where nothing may or can be kept."""
    root = cache_root()
    room = private(root / "loops") if root is not None else None
    if room is None:
        return None
    sources = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(sources.rglob("*.py")):
        digest.update(f"{path.relative_to(sources)}\n".encode())
        digest.update(path.read_bytes())
    own = private(room / digest.hexdigest()[:16])
    if own is not None:
        os.utime(own)
        _forget(room)
    return own


def cache_root() -> Path | None:
    """The user's folder of what is kept, by `EQUIPOISE_CACHE`, else below `XDG_CACHE_HOME` or the home; it need not be
    there. None where nothing is to be kept, or there is no home."""
    named, shared = os.environ.get(CACHE), os.environ.get("XDG_CACHE_HOME")
    if named is not None:
        return Path(named) if named else None
    try:
        return (Path(shared) if shared else Path.home() / ".cache") / "equipoise"
    except RuntimeError:
        return None  # the user has no home; what cannot be kept is made anew, which is slower and as right


def private(room: Path) -> Path | None:
    """A folder that this user alone writes to, made where it is not there; None where that cannot be.

    What others could write is never read: compiled code and arrays are taken as they are.
    """
    try:
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = room.stat()
    except OSError:
        return None  # as without a home
    others = stat.S_IWGRP | stat.S_IWOTH
    if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & others):
        return None
    return room if os.access(room, os.W_OK) else None


def _forget(room: Path) -> None:
    """Removes the loops of sources that no process has used for long."""
    for each in room.iterdir():
        if time.time() - each.stat().st_mtime > UNUSED:
            shutil.rmtree(each, ignore_errors=True)
