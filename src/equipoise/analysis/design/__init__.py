"""Before the first patient: sample size, power, exact size, and group-sequential boundaries.

Functions over plain numbers, without a study: whoever plans a trial asks here what its assumptions give.
"""

from equipoise.analysis.design.exact import ExactTest, exact_power, largest_size
from equipoise.analysis.design.inverse import Assumption, assumptions_for
from equipoise.analysis.design.sequential import Boundaries, Look, boundaries, inflation, operating
from equipoise.analysis.design.stagewise import Stagewise, conditional_power, predictive_power, stagewise
from equipoise.analysis.design.two_proportions import (
    Method,
    farrington_manning_n,
    farrington_manning_power,
    inflated,
    power,
    sample_size,
)

__all__ = [
    "Assumption",
    "Boundaries",
    "ExactTest",
    "Look",
    "Method",
    "Stagewise",
    "assumptions_for",
    "boundaries",
    "conditional_power",
    "exact_power",
    "farrington_manning_n",
    "farrington_manning_power",
    "inflated",
    "inflation",
    "largest_size",
    "operating",
    "power",
    "predictive_power",
    "sample_size",
    "stagewise",
]
