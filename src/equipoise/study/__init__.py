"""The definition of a study: read, checked, compiled, named by its digest, compared."""

from equipoise.study.load import load
from equipoise.study.study import Study

__all__ = ["Study", "load"]
