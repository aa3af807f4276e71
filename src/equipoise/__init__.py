"""Equipoise runs a randomised trial from its protocol.

`import equipoise as eq` gives a statistician everything by one name: design, randomisation, estimators over numbers and
frames, and whole studies. Each name is imported when it is first used, so that the import itself costs nothing.
"""

# What is imported for type checkers alone is exported by name at run time, which the linter cannot see.
# ruff: noqa: F401

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from equipoise.allocation import BiasedCoin as BiasedCoin
    from equipoise.allocation import Complete as Complete
    from equipoise.allocation import Maximal as Maximal
    from equipoise.allocation import Minimisation as Minimisation
    from equipoise.allocation import PermutedBlocks as PermutedBlocks
    from equipoise.allocation import RandomAllocationRule as RandomAllocationRule
    from equipoise.allocation import Urn as Urn
    from equipoise.analysis.cut import Cut as Cut
    from equipoise.analysis.design.combination import fisher_combination as fisher_combination
    from equipoise.analysis.design.combination import inverse_normal as inverse_normal
    from equipoise.analysis.design.combination import inverse_normal_effect as inverse_normal_effect
    from equipoise.analysis.design.exact import exact_p as exact_p
    from equipoise.analysis.design.exact import exact_power as exact_power
    from equipoise.analysis.design.exact import exact_rejections as exact_rejections
    from equipoise.analysis.design.exact import largest_size as largest_size
    from equipoise.analysis.design.exact_one_sample import one_sample_boundaries as one_sample_boundaries
    from equipoise.analysis.design.exact_one_sample import one_sample_operating as one_sample_operating
    from equipoise.analysis.design.exact_score import exact_score_power as exact_score_power
    from equipoise.analysis.design.exact_score import largest_score_size as largest_score_size
    from equipoise.analysis.design.exact_sequential import BinarySequential as BinarySequential
    from equipoise.analysis.design.exact_sequential import exact_boundaries as exact_boundaries
    from equipoise.analysis.design.exact_sequential import exact_operating as exact_operating
    from equipoise.analysis.design.exact_sequential import exact_sequential_size as exact_sequential_size
    from equipoise.analysis.design.exact_size import exact_size as exact_size
    from equipoise.analysis.design.follow_up import Window as Window
    from equipoise.analysis.design.follow_up import expected_events as expected_events
    from equipoise.analysis.design.follow_up import hazard_from_median as hazard_from_median
    from equipoise.analysis.design.follow_up import hazard_from_share as hazard_from_share
    from equipoise.analysis.design.follow_up import time_of_events as time_of_events
    from equipoise.analysis.design.inverse import assumptions_for as assumptions_for
    from equipoise.analysis.design.means import mean_power as mean_power
    from equipoise.analysis.design.means import mean_size as mean_size
    from equipoise.analysis.design.means import means_power as means_power
    from equipoise.analysis.design.means import means_size as means_size
    from equipoise.analysis.design.monitoring import futility_spent as futility_spent
    from equipoise.analysis.design.monitoring import harm_spent as harm_spent
    from equipoise.analysis.design.monitoring import monitored as monitored
    from equipoise.analysis.design.proportions import proportions_power as proportions_power
    from equipoise.analysis.design.proportions import proportions_size as proportions_size
    from equipoise.analysis.design.recalculated import blinded_means as blinded_means
    from equipoise.analysis.design.recalculated import blinded_proportions as blinded_proportions
    from equipoise.analysis.design.recalculated import second_stage as second_stage
    from equipoise.analysis.design.recruitment import RecruitingSite as RecruitingSite
    from equipoise.analysis.design.recruitment import recruitment_time as recruitment_time
    from equipoise.analysis.design.sequential import Boundaries as Boundaries
    from equipoise.analysis.design.sequential import boundaries as boundaries
    from equipoise.analysis.design.sequential import drift_for as drift_for
    from equipoise.analysis.design.sequential import expected_information as expected_information
    from equipoise.analysis.design.sequential import inflation as inflation
    from equipoise.analysis.design.sequential import operating as sequential_operating
    from equipoise.analysis.design.sequential import power_of as sequential_power
    from equipoise.analysis.design.sequential_size import sequential_size as sequential_size
    from equipoise.analysis.design.size import Size as Size
    from equipoise.analysis.design.stagewise import conditional_power as conditional_power
    from equipoise.analysis.design.stagewise import predictive_power as predictive_power
    from equipoise.analysis.design.stagewise import repeated_interval as repeated_interval
    from equipoise.analysis.design.stagewise import stagewise as stagewise
    from equipoise.analysis.design.time_to_event import events_power as events_power
    from equipoise.analysis.design.time_to_event import events_size as events_size
    from equipoise.analysis.design.time_to_event import survival_power as survival_power
    from equipoise.analysis.design.time_to_event import survival_size as survival_size
    from equipoise.analysis.design.two_proportions import detectable as detectable
    from equipoise.analysis.design.two_proportions import inflated as inflated
    from equipoise.analysis.design.two_proportions import power as formula_power
    from equipoise.analysis.design.two_proportions import sample_size as formula_size
    from equipoise.analysis.design.underway import conditional_operating as conditional_operating
    from equipoise.analysis.design.underway import repeated_p as repeated_p
    from equipoise.analysis.design.underway import sequential_p as sequential_p
    from equipoise.analysis.estimators.blinding_index import Guesses as Guesses
    from equipoise.analysis.estimators.blinding_index import SureGuesses as SureGuesses
    from equipoise.analysis.estimators.blinding_index import bang as bang_index
    from equipoise.analysis.estimators.blinding_index import james as james_index
    from equipoise.analysis.estimators.proportions import Interval as Interval
    from equipoise.analysis.estimators.proportions import wilson as wilson
    from equipoise.analysis.estimators.rate_scores import rate_difference as rate_difference
    from equipoise.analysis.estimators.rate_scores import rate_ratio as rate_ratio
    from equipoise.analysis.estimators.rates import clopper_pearson as clopper_pearson
    from equipoise.analysis.estimators.rates import poisson_rate as poisson_rate
    from equipoise.analysis.estimators.rates import poisson_rate_ratio as poisson_rate_ratio
    from equipoise.analysis.frames.comparison import Comparison as Comparison
    from equipoise.analysis.frames.counted import Blinding as Blinding
    from equipoise.analysis.frames.counted import blinding_indices as blinding_indices
    from equipoise.analysis.frames.counted import compare_categories as compare_categories
    from equipoise.analysis.frames.counted import compare_counts as compare_counts
    from equipoise.analysis.frames.counted import compare_wins as compare_wins
    from equipoise.analysis.frames.curves import PowerCurve as PowerCurve
    from equipoise.analysis.frames.curves import power_curve as power_curve
    from equipoise.analysis.frames.documents import Document as Document
    from equipoise.analysis.frames.incomplete import Pooled as Pooled
    from equipoise.analysis.frames.incomplete import TippingPoint as TippingPoint
    from equipoise.analysis.frames.incomplete import pool_imputations as pool_imputations
    from equipoise.analysis.frames.incomplete import reference_based as reference_based
    from equipoise.analysis.frames.incomplete import tipping_point as tipping_point
    from equipoise.analysis.frames.lists import randomisation_list as randomisation_list
    from equipoise.analysis.frames.means import RepeatedMeasures as RepeatedMeasures
    from equipoise.analysis.frames.means import compare_means as compare_means
    from equipoise.analysis.frames.means import mmrm as mmrm
    from equipoise.analysis.frames.proportions import adjusted_proportions as adjusted_proportions
    from equipoise.analysis.frames.proportions import compare_proportions as compare_proportions
    from equipoise.analysis.frames.proportions import odds_ratio as odds_ratio
    from equipoise.analysis.frames.proportions import risk_difference as risk_difference
    from equipoise.analysis.frames.proportions import risk_ratio as risk_ratio
    from equipoise.analysis.frames.strata import Association as Association
    from equipoise.analysis.frames.strata import breslow_day as breslow_day
    from equipoise.analysis.frames.strata import cochran_mantel_haenszel as cochran_mantel_haenszel
    from equipoise.analysis.frames.times import Survival as Survival
    from equipoise.analysis.frames.times import compare_survival as compare_survival
    from equipoise.errors import EquipoiseError as EquipoiseError
    from equipoise.registry.index import open_index as open_index
    from equipoise.simulation.asked import Findings as Findings
    from equipoise.simulation.asked import OpenedStudy as OpenedStudy
    from equipoise.simulation.asked import PracticeTrial as PracticeTrial
    from equipoise.simulation.asked import Simulation as Simulation
    from equipoise.simulation.asked import analyse as analyse
    from equipoise.simulation.asked import assess_randomisation as assess_randomisation
    from equipoise.simulation.asked import cut as cut
    from equipoise.simulation.asked import datasets as datasets
    from equipoise.simulation.asked import design_report as design_report
    from equipoise.simulation.asked import lint as lint
    from equipoise.simulation.asked import load_study as load_study
    from equipoise.simulation.asked import open_ledger as open_ledger
    from equipoise.simulation.asked import outcomes as outcomes
    from equipoise.simulation.asked import practice_trial as practice_trial
    from equipoise.simulation.asked import simulate as simulate
    from equipoise.simulation.asked import visits as visits
    from equipoise.simulation.randomisation.exact import list_properties as list_properties
    from equipoise.simulation.sufficient import simulate_power as simulate_power
    from equipoise.simulation.sufficient import simulate_sequential as simulate_sequential

CHAPTERS: dict[str, dict[str, str]] = {
    "Before the first patient: sizes and power, by formula and exactly": {
        "proportions_size": "equipoise.analysis.design.proportions",
        "proportions_power": "equipoise.analysis.design.proportions",
        "formula_size": "equipoise.analysis.design.two_proportions:sample_size",
        "formula_power": "equipoise.analysis.design.two_proportions:power",
        "detectable": "equipoise.analysis.design.two_proportions",
        "inflated": "equipoise.analysis.design.two_proportions",
        "means_size": "equipoise.analysis.design.means",
        "means_power": "equipoise.analysis.design.means",
        "mean_size": "equipoise.analysis.design.means",
        "mean_power": "equipoise.analysis.design.means",
        "events_size": "equipoise.analysis.design.time_to_event",
        "events_power": "equipoise.analysis.design.time_to_event",
        "survival_size": "equipoise.analysis.design.time_to_event",
        "survival_power": "equipoise.analysis.design.time_to_event",
        "Window": "equipoise.analysis.design.follow_up",
        "hazard_from_median": "equipoise.analysis.design.follow_up",
        "hazard_from_share": "equipoise.analysis.design.follow_up",
        "expected_events": "equipoise.analysis.design.follow_up",
        "time_of_events": "equipoise.analysis.design.follow_up",
        "RecruitingSite": "equipoise.analysis.design.recruitment",
        "recruitment_time": "equipoise.analysis.design.recruitment",
        "exact_power": "equipoise.analysis.design.exact",
        "exact_rejections": "equipoise.analysis.design.exact",
        "largest_size": "equipoise.analysis.design.exact",
        "exact_score_power": "equipoise.analysis.design.exact_score",
        "largest_score_size": "equipoise.analysis.design.exact_score",
        "power_curve": "equipoise.analysis.frames.curves",
        "assumptions_for": "equipoise.analysis.design.inverse",
        "simulate_power": "equipoise.simulation.sufficient",
        "simulate_sequential": "equipoise.simulation.sufficient",
        "design_report": "equipoise.simulation.asked",
        "exact_p": "equipoise.analysis.design.exact",
        "exact_size": "equipoise.analysis.design.exact_size",
    },
    "Interim looks": {
        "boundaries": "equipoise.analysis.design.sequential",
        "sequential_operating": "equipoise.analysis.design.sequential:operating",
        "sequential_power": "equipoise.analysis.design.sequential:power_of",
        "drift_for": "equipoise.analysis.design.sequential",
        "inflation": "equipoise.analysis.design.sequential",
        "expected_information": "equipoise.analysis.design.sequential",
        "monitored": "equipoise.analysis.design.monitoring",
        "futility_spent": "equipoise.analysis.design.monitoring",
        "sequential_size": "equipoise.analysis.design.sequential_size",
        "stagewise": "equipoise.analysis.design.stagewise",
        "repeated_interval": "equipoise.analysis.design.stagewise",
        "conditional_power": "equipoise.analysis.design.stagewise",
        "predictive_power": "equipoise.analysis.design.stagewise",
        "exact_boundaries": "equipoise.analysis.design.exact_sequential",
        "exact_operating": "equipoise.analysis.design.exact_sequential",
        "exact_sequential_size": "equipoise.analysis.design.exact_sequential",
        "one_sample_boundaries": "equipoise.analysis.design.exact_one_sample",
        "one_sample_operating": "equipoise.analysis.design.exact_one_sample",
        "harm_spent": "equipoise.analysis.design.monitoring",
        "conditional_operating": "equipoise.analysis.design.underway",
        "repeated_p": "equipoise.analysis.design.underway",
        "sequential_p": "equipoise.analysis.design.underway",
        "inverse_normal": "equipoise.analysis.design.combination",
        "inverse_normal_effect": "equipoise.analysis.design.combination",
        "fisher_combination": "equipoise.analysis.design.combination",
        "blinded_proportions": "equipoise.analysis.design.recalculated",
        "blinded_means": "equipoise.analysis.design.recalculated",
        "second_stage": "equipoise.analysis.design.recalculated",
    },
    "Randomisation": {
        "randomisation_list": "equipoise.analysis.frames.lists",
        "assess_randomisation": "equipoise.simulation.asked",
        "list_properties": "equipoise.simulation.randomisation.exact",
        "BiasedCoin": "equipoise.allocation",
        "Complete": "equipoise.allocation",
        "Maximal": "equipoise.allocation",
        "Minimisation": "equipoise.allocation",
        "PermutedBlocks": "equipoise.allocation",
        "RandomAllocationRule": "equipoise.allocation",
        "Urn": "equipoise.allocation",
    },
    "Proportions": {
        "risk_difference": "equipoise.analysis.frames.proportions",
        "risk_ratio": "equipoise.analysis.frames.proportions",
        "odds_ratio": "equipoise.analysis.frames.proportions",
        "compare_proportions": "equipoise.analysis.frames.proportions",
        "adjusted_proportions": "equipoise.analysis.frames.proportions",
        "cochran_mantel_haenszel": "equipoise.analysis.frames.strata",
        "breslow_day": "equipoise.analysis.frames.strata",
        "wilson": "equipoise.analysis.estimators.proportions",
        "clopper_pearson": "equipoise.analysis.estimators.rates",
        "poisson_rate": "equipoise.analysis.estimators.rates",
        "poisson_rate_ratio": "equipoise.analysis.estimators.rates",
        "rate_difference": "equipoise.analysis.estimators.rate_scores",
        "rate_ratio": "equipoise.analysis.estimators.rate_scores",
    },
    "Means, repeated measures, missing values": {
        "compare_means": "equipoise.analysis.frames.means",
        "mmrm": "equipoise.analysis.frames.means",
        "reference_based": "equipoise.analysis.frames.incomplete",
        "tipping_point": "equipoise.analysis.frames.incomplete",
        "pool_imputations": "equipoise.analysis.frames.incomplete",
    },
    "Times, counts, categories, masks": {
        "compare_survival": "equipoise.analysis.frames.times",
        "compare_counts": "equipoise.analysis.frames.counted",
        "compare_categories": "equipoise.analysis.frames.counted",
        "compare_wins": "equipoise.analysis.frames.counted",
        "blinding_indices": "equipoise.analysis.frames.counted",
        "bang_index": "equipoise.analysis.estimators.blinding_index:bang",
        "james_index": "equipoise.analysis.estimators.blinding_index:james",
        "Guesses": "equipoise.analysis.estimators.blinding_index",
        "SureGuesses": "equipoise.analysis.estimators.blinding_index",
    },
    "A study, from its folder to its report": {
        "load_study": "equipoise.simulation.asked",
        "simulate": "equipoise.simulation.asked",
        "practice_trial": "equipoise.simulation.asked",
        "open_ledger": "equipoise.simulation.asked",
        "cut": "equipoise.simulation.asked",
        "datasets": "equipoise.simulation.asked",
        "outcomes": "equipoise.simulation.asked",
        "visits": "equipoise.simulation.asked",
        "analyse": "equipoise.simulation.asked",
    },
    "Registry records": {
        "lint": "equipoise.simulation.asked",
        "open_index": "equipoise.registry.index",
    },
    "What comes back": {
        "Comparison": "equipoise.analysis.frames.comparison",
        "RepeatedMeasures": "equipoise.analysis.frames.means",
        "Survival": "equipoise.analysis.frames.times",
        "TippingPoint": "equipoise.analysis.frames.incomplete",
        "Pooled": "equipoise.analysis.frames.incomplete",
        "Blinding": "equipoise.analysis.frames.counted",
        "PowerCurve": "equipoise.analysis.frames.curves",
        "Document": "equipoise.analysis.frames.documents",
        "OpenedStudy": "equipoise.simulation.asked",
        "PracticeTrial": "equipoise.simulation.asked",
        "Simulation": "equipoise.simulation.asked",
        "Findings": "equipoise.simulation.asked",
        "Cut": "equipoise.analysis.cut",
        "Interval": "equipoise.analysis.estimators.proportions",
        "Size": "equipoise.analysis.design.size",
        "Boundaries": "equipoise.analysis.design.sequential",
        "BinarySequential": "equipoise.analysis.design.exact_sequential",
        "EquipoiseError": "equipoise.errors",
        "Association": "equipoise.analysis.frames.strata",
    },
}
"""The names by chapter, each with its module, and the name that it has there where that is another."""

PLACES = {name: place for chapter in CHAPTERS.values() for name, place in chapter.items()}

__all__ = sorted(PLACES)


def __getattr__(name: str) -> object:
    """The object of this name, imported now and kept (PEP 562)."""
    if name not in PLACES:
        from difflib import get_close_matches

        near = get_close_matches(name, PLACES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise AttributeError(f"module 'equipoise' has no {name!r}{meant}")
    from importlib import import_module

    place, _, other = PLACES[name].partition(":")
    found = getattr(import_module(place), other or name)
    if type(found).__name__ == "function":
        from equipoise.analysis.frames.given import held

        found = held(name, found)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Every name, also those that were not imported yet."""
    return sorted({*globals(), *PLACES})
