"""The linter: what a record leaves open, contradicts or gets wrong, for those who must carry it out.

Rules read any record and know none. What only a person can see in free text is a reviewed annotation
that stands in the study's folder and is merged in by `lint`.
"""

from __future__ import annotations

from equipoise.registry.lint.annotations import Annotation, Annotations, load_annotations
from equipoise.registry.lint.engine import lint
from equipoise.registry.lint.model import RULES, Finding, Rule

__all__ = ["RULES", "Annotation", "Annotations", "Finding", "Rule", "lint", "load_annotations"]
