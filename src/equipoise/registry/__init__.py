"""Public records: read them, check them, and show them as a page.

The package knows records only, whatever trial they describe; results, figures and decisions reach the
page as parts of a record or as named sections that the caller passes in.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.registry.index import RegistryIndex


def open_index(path: str | Path) -> RegistryIndex:
    """The index in this folder: `search(text, **facets)`, `related(nct_id, top=)`, `match(text, top=)`, each result
    with `nct_id`, `score` and `reasons`. Errors: REGI-030 (none), REGI-031 (other version), REGI-034."""
    from equipoise.registry import index  # only now, because few who import the package open an index

    return index.open_index(path)
