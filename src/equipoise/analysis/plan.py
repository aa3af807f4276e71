"""The plan of analysis as one digest: what is frozen before the lock, and checked before results by arm."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from equipoise.analysis.errors import analysis_error
from equipoise.ledger.events import ANALYSIS_FROZEN
from equipoise.study.parts import written

if TYPE_CHECKING:
    from equipoise.analysis.cut import Cut
    from equipoise.study.study import Study


def plan_digest(study: Study) -> str:
    """SHA-256, in hexadecimal, of the estimands as written, as JSON with sorted keys in ASCII. Fields with
    their default are left out, so that a field which a later version adds does not change a plan that was
    frozen before."""
    tree = written(study.definition.estimands)
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()


def check_plan(study: Study, slice_: Cut) -> None:
    """Raises ANAL-012 unless the frozen plan is that of the definition."""
    frozen = [event.data["plan"] for event in slice_.events if event.type == ANALYSIS_FROZEN]
    own = plan_digest(study)
    if frozen and frozen[-1] != own:
        detail = f"frozen {frozen[-1][:16]}, of this definition {own[:16]}"
        raise analysis_error("ANAL-012", slice_.name, detail)
