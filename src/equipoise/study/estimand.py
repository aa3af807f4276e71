"""The shape of an estimand: the five attributes of ICH E9(R1), and how the estimate is made."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from equipoise.study.parts import Identifier, Part, Rule, Window, Words

Strategy = Literal["treatment_policy", "composite", "hypothetical", "while_on_treatment", "principal_stratum"]
Kind = Literal["binary", "continuous", "time_to_event", "count", "ordinal"]
Summary = Literal[
    "risk_difference",
    "risk_ratio",
    "odds_ratio",
    "mean_difference",
    "hazard_ratio",
    "rate_ratio",
    "common_odds_ratio",
    "restricted_mean_difference",
    "win_odds",
]
Estimator = Literal[
    "crude",
    "mantel_haenszel",
    "inverse_variance",
    "g_computation",
    "ancova",
    "mmrm",
    "cox",
    "poisson",
    "negative_binomial",
    "proportional_odds",
    "kaplan_meier",
    "mann_whitney",
]
Interval = Literal[
    "wald",
    "wald_corrected",
    "agresti_caffo",
    "newcombe",
    "newcombe_corrected",
    "mee",
    "miettinen_nurminen",
    "skewness_corrected",
    "mantel_haenszel",
    "greenland_robins",
    "rubin",
    "ge",
    "ge_robust",
    "ye",
    "ye_strata",
    "bannick",
    "bannick_strata",
    "student",
    "hc2",
    "hc3",
    "satterthwaite",
    "kenward_roger",
    "jackknife",
]
Covariance = Literal["us", "cs", "csh", "ar1", "ar1h", "toep", "toeph", "ad", "adh"]


class Timepoint(Part):
    """The analysis time: planned day from an anchor and the window in which a value counts."""

    encounter: Identifier
    anchor: Literal["randomised_on", "first_dose_on"]
    day: int
    window: Window


class Intercurrent(Part):
    """An intercurrent event: what it is (a rule over the participant's facts) and its one strategy.

    `since` gives the day on which it happened: a score counts while on treatment up to that day, a
    hypothetical event takes away the scores after it, and a time to an event ends there. `value` is what a
    composite strategy puts in place of a score: a number, or `baseline` for that of the participant.
    """

    label: Words
    rule: Rule
    strategy: Strategy
    since: Rule | None = None
    value: str | None = None
    reference: str = ""
    decision: Identifier | None = None


class Variable(Part):
    """What is estimated. The rule gives true or false for a binary endpoint, a number for a continuous one
    or a count, a number or a code for an ordinal one (its codes in their order), and for time_to_event the
    date of the event, missing when there was none; then `censor` gives the last date on which the
    participant was known to be free of it, and time counts from `origin`. `score` names the item
    (form.item) from which an endpoint is made, and which is imputed. `exposure` gives the time over which a
    count was made, as a number or a duration. `horizons`: of a time to an event, the days at which the share
    without it is told; a restricted mean goes up to the last."""

    label: Words
    endpoint: Kind
    rule: Rule
    score: str | None = None
    timepoint: Timepoint | None = None
    censor: Rule | None = None
    exposure: Rule | None = None
    origin: Literal["randomised_on", "first_dose_on"] = "randomised_on"
    horizons: tuple[Annotated[int, Meta(ge=1)], ...] = ()


class Measure(Part):
    """Something known of each participant on the day of randomisation: a number, a truth or a code. A model
    may adjust for it, a subgroup be made of its values. Where it is missing, a model takes the mean of the
    others (a number) or a level of its own."""

    label: Words
    rule: Rule


class Missing(Part):
    """How a missing value is handled: method, number of imputations, and what is assumed of those who left.

    `assumption`: missing at random within the arm (`mar`); or, after the last score, like the arm `like`
    (the last of `treatment` when not given): jump to reference (`j2r`), copy reference (`cr`), copy
    increments in reference (`cir`); or at the arm's own last mean (`lmcf`). `delta` is added to the imputed
    scores of every arm but that reference. `conditional_mean` imputes once, the expected value, and takes
    its error by the jackknife.
    """

    method: Literal["multiple_imputation", "conditional_mean", "non_response", "none"]
    imputations: Annotated[int, Meta(ge=1)] = 1
    assumption: Literal["mar", "j2r", "cr", "cir", "lmcf"] = "mar"
    like: Identifier | None = None
    delta: str = "0"
    reference: str = ""


class Model(Part):
    """What a regression holds beside the arms: `baseline` (the score at baseline), `strata` (those of the
    estimand), and any of the estimand's `measures`. `interactions`: in g-computation, each arm has its own
    slopes. `covariance` is that of repeated measures; those of `fallback` are tried in their order when it
    has no maximum. `baseline_by_visit`: the slope of the baseline differs between visits."""

    covariates: tuple[Identifier, ...] = ()
    interactions: bool = False
    covariance: Covariance = "us"
    fallback: tuple[Covariance, ...] = ()
    baseline_by_visit: bool = False


class Sensitivity(Part):
    """One analysis beside the main one, and what it changes; all else is as in the main one.

    With `change: estimator`, `missing` or `strategies`, the fields of that name (and summary, interval,
    strata, model) say what replaces the estimand's own. `tipping_point` moves the imputed values by
    `deltas` (scores) or gives the missing responses of each arm a probability (binary), until the
    conclusion changes. `role`: a sensitivity analysis doubts an assumption of the same estimand, a
    supplementary one answers another question.
    """

    label: Words
    change: Literal[
        "treatment_policy",
        "non_response",
        "with_substitute_scores",
        "without_flagged_scores",
        "per_arm_missing",
        "estimator",
        "missing",
        "strategies",
        "tipping_point",
    ]
    role: Literal["sensitivity", "supplementary"] = "sensitivity"
    summary: Summary | None = None
    estimator: Estimator | None = None
    interval: Interval | None = None
    strata: tuple[Identifier, ...] | None = None
    model: Model | None = None
    missing: Missing | None = None
    strategies: dict[Identifier, Strategy] = {}
    deltas: tuple[str, ...] = ()
    reference: str = ""
    decision: Identifier | None = None


class Estimand(Part):
    """The five attributes of ICH E9(R1), and how the estimate is made.

    `population_rule` says who of the randomised is analysed (all, when there is none). `confidence` is 1
    minus the two-sided alpha. `estimator` follows from summary, interval and strata where it is not given.
    `registered` is the title of the outcome measure that the registry record has for it. `subgroups` are
    `measures` whose values divide the participants, beside the factors of the allocation.
    """

    label: Words
    objective: Words
    population: Words
    treatment: tuple[Identifier, ...]
    variable: Variable
    intercurrent_events: dict[Identifier, Intercurrent]
    summary: Summary
    interval: Interval
    estimator: Estimator | None = None
    registered: Words | None = None
    population_rule: Rule | None = None
    confidence: str = "0.95"
    strata: tuple[Identifier, ...] = ()
    measures: dict[Identifier, Measure] = {}
    subgroups: tuple[Identifier, ...] = ()
    model: Model = Model()
    missing: Missing = Missing(method="none")
    sensitivity: dict[Identifier, Sensitivity] = {}
    decisions: tuple[Identifier, ...] = ()
