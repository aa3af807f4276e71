"""Who may see what: one pure function on the read path, and the masked assessor's work list."""

from equipoise.blinding.categories import WAY, category, reads_sealed, sealed_record
from equipoise.blinding.viewer import Viewer
from equipoise.blinding.visible import Shown, visible
from equipoise.blinding.worklist import Assignment, worklist

__all__ = [
    "WAY",
    "Assignment",
    "Shown",
    "Viewer",
    "category",
    "reads_sealed",
    "sealed_record",
    "visible",
    "worklist",
]
