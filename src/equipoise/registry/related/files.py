"""Arrays in files: written whole or in pieces, read by mapping them, so that they cost no memory of one's own.

A file is given all its room before anything is written into it, because a mapped file on a full disk does not
fail, it ends the process.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.registry.errors_index import index_error


def room(path: Path, kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A new array in a file, to fill in. Raises OSError when the disk cannot hold it."""
    if 0 in shape:
        empty = np.zeros(shape, kind)
        np.save(path, empty)
        return empty
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.dtype(kind), shape=shape)
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def mapped(path: Path, kind: Any, *, length: int | None = None) -> NDArray[Any]:
    """The array in a file, to read. Errors: REGI-034 (damaged: not there, cut off, of another kind or length)."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise index_error("REGI-034", str(path), str(error)) from error
    if not np.issubdtype(array.dtype, kind) or (length is not None and array.shape[0] != length):
        raise index_error("REGI-034", str(path), f"{array.dtype} {array.shape} is not what was written")
    return np.asarray(array)
