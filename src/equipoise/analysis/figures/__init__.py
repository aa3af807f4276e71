"""Figures as data: own layout in SVG, by classes and never by styles, with words for those who do not see them."""

from equipoise.analysis.figures.axes import Scale as Scale
from equipoise.analysis.figures.axes import apart as apart
from equipoise.analysis.figures.axes import frame as frame
from equipoise.analysis.figures.axes import scale as scale
from equipoise.analysis.figures.axes import tick as tick
from equipoise.analysis.figures.responders import spoken as spoken
