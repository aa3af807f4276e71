"""Before the first patient: sample size, power, exact size, and group-sequential boundaries.

Functions over plain numbers, without a study: whoever plans a trial asks here what its assumptions give. Each goal
(superiority, non-inferiority, equivalence) and each kind of endpoint (two proportions, means, time to event) has a size
and a power; two proportions also have exact answers, with and without interim looks.
"""

from equipoise.analysis.design.combination import (
    Combined,
    CombinedEffect,
    FisherCombined,
    fisher_combination,
    inverse_normal,
    inverse_normal_effect,
)
from equipoise.analysis.design.constrained import Measure
from equipoise.analysis.design.exact import (
    Alternative,
    ExactTest,
    exact_p,
    exact_power,
    exact_rejections,
    largest_size,
)
from equipoise.analysis.design.exact_one_sample import (
    OneSample,
    OneSampleOperating,
    one_sample_boundaries,
    one_sample_operating,
)
from equipoise.analysis.design.exact_score import exact_score_power, largest_score_size
from equipoise.analysis.design.exact_sequential import (
    BinaryOperating,
    BinarySequential,
    exact_boundaries,
    exact_operating,
    exact_sequential_size,
)
from equipoise.analysis.design.exact_size import exact_size
from equipoise.analysis.design.follow_up import (
    Hazard,
    Window,
    event_probability,
    expected_events,
    expected_logrank,
    hazard_from_median,
    hazard_from_share,
    time_of_events,
)
from equipoise.analysis.design.hypotheses import Goal, Margin
from equipoise.analysis.design.inverse import Assumption, assumptions_for
from equipoise.analysis.design.means import mean_power, mean_size, means_power, means_size
from equipoise.analysis.design.monitoring import futility_spent, harm_spent, monitored
from equipoise.analysis.design.proportions import proportions_power, proportions_size
from equipoise.analysis.design.recalculated import (
    SecondStage,
    blinded_means,
    blinded_proportions,
    second_stage,
)
from equipoise.analysis.design.recruitment import RecruitingSite, RecruitmentTime, recruitment_time
from equipoise.analysis.design.sequential import (
    Boundaries,
    Look,
    boundaries,
    drift_for,
    expected_information,
    inflation,
    operating,
    power_of,
)
from equipoise.analysis.design.sequential_size import SequentialSize, sequential_size
from equipoise.analysis.design.size import Size
from equipoise.analysis.design.stagewise import (
    Stagewise,
    conditional_power,
    predictive_power,
    repeated_interval,
    stagewise,
)
from equipoise.analysis.design.time_to_event import (
    SurvivalSize,
    events_power,
    events_size,
    survival_power,
    survival_size,
)
from equipoise.analysis.design.two_proportions import (
    Method,
    detectable,
    farrington_manning_n,
    farrington_manning_power,
    inflated,
    power,
    sample_size,
)
from equipoise.analysis.design.underway import conditional_operating, repeated_p, sequential_p

__all__ = [
    "Alternative",
    "Assumption",
    "BinaryOperating",
    "BinarySequential",
    "Boundaries",
    "Combined",
    "CombinedEffect",
    "ExactTest",
    "FisherCombined",
    "Goal",
    "Hazard",
    "Look",
    "Margin",
    "Measure",
    "Method",
    "OneSample",
    "OneSampleOperating",
    "RecruitingSite",
    "RecruitmentTime",
    "SecondStage",
    "SequentialSize",
    "Size",
    "Stagewise",
    "SurvivalSize",
    "Window",
    "assumptions_for",
    "blinded_means",
    "blinded_proportions",
    "boundaries",
    "conditional_operating",
    "conditional_power",
    "detectable",
    "drift_for",
    "event_probability",
    "events_power",
    "events_size",
    "exact_boundaries",
    "exact_operating",
    "exact_p",
    "exact_power",
    "exact_rejections",
    "exact_score_power",
    "exact_sequential_size",
    "exact_size",
    "expected_events",
    "expected_information",
    "expected_logrank",
    "farrington_manning_n",
    "farrington_manning_power",
    "fisher_combination",
    "futility_spent",
    "harm_spent",
    "hazard_from_median",
    "hazard_from_share",
    "inflated",
    "inflation",
    "inverse_normal",
    "inverse_normal_effect",
    "largest_score_size",
    "largest_size",
    "mean_power",
    "mean_size",
    "means_power",
    "means_size",
    "monitored",
    "one_sample_boundaries",
    "one_sample_operating",
    "operating",
    "power",
    "power_of",
    "predictive_power",
    "proportions_power",
    "proportions_size",
    "recruitment_time",
    "repeated_interval",
    "repeated_p",
    "sample_size",
    "second_stage",
    "sequential_p",
    "sequential_size",
    "stagewise",
    "survival_power",
    "survival_size",
    "time_of_events",
]
