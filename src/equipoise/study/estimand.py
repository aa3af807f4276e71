"""The shape of an estimand: the five attributes of ICH E9(R1), and how the estimate is made."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from equipoise.study.parts import Identifier, Part, Rule, Window, Words

Strategy = Literal["treatment_policy", "composite", "hypothetical", "while_on_treatment", "principal_stratum"]


class Timepoint(Part):
    """The analysis time: planned day from an anchor and the window in which a value counts."""

    encounter: Identifier
    anchor: Literal["randomised_on", "first_dose_on"]
    day: int
    window: Window


class Intercurrent(Part):
    """An intercurrent event: what it is (a rule over the participant's facts) and its one strategy."""

    label: Words
    rule: Rule
    strategy: Strategy
    reference: str = ""
    decision: Identifier | None = None


class Variable(Part):
    """What is estimated. The rule gives true or false for a binary endpoint, a number for a continuous
    one, and for time_to_event the date of the event, missing when there was none; then `censor` gives the
    last date on which the participant was known to be free of it, and time counts from `origin`. `score`
    names the item (form.item) from which a binary endpoint is made, and which is imputed."""

    label: Words
    endpoint: Literal["binary", "continuous", "time_to_event"]
    rule: Rule
    score: str | None = None
    timepoint: Timepoint | None = None
    censor: Rule | None = None
    origin: Literal["randomised_on", "first_dose_on"] = "randomised_on"


class Missing(Part):
    """How a missing value is handled: method, number of imputations, the value imputed and its predictors."""

    method: Literal["multiple_imputation", "non_response", "none"]
    imputations: Annotated[int, Meta(ge=1)] = 1
    reference: str = ""


class Sensitivity(Part):
    """One analysis beside the main one, and what it changes."""

    label: Words
    change: Literal[
        "treatment_policy",
        "non_response",
        "with_substitute_scores",
        "without_flagged_scores",
        "per_arm_missing",
    ]


class Estimand(Part):
    """The five attributes of ICH E9(R1), and how the estimate is made."""

    label: Words
    objective: Words
    population: Words
    treatment: tuple[Identifier, ...]
    variable: Variable
    intercurrent_events: dict[Identifier, Intercurrent]
    summary: Literal["risk_difference", "mean_difference", "hazard_ratio"]
    interval: Literal["wald", "newcombe", "miettinen_nurminen", "mantel_haenszel", "rubin"]
    confidence: str = "0.95"
    strata: tuple[Identifier, ...] = ()
    missing: Missing = Missing(method="none")
    sensitivity: dict[Identifier, Sensitivity] = {}
    decisions: tuple[Identifier, ...] = ()
