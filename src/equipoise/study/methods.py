"""Which estimator, interval and handling of missing values goes with which endpoint and summary.

One table and its rules, read by the loader (which refuses what makes no sense, before the first
participant) and by the analysis (which then finds a method for all that was loaded). Every analysis beside
the main one is an estimand of its own here: the main one with what it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from equipoise.study.estimand import Estimand, Sensitivity

SCORES = ("newcombe", "newcombe_corrected", "mee", "miettinen_nurminen", "skewness_corrected")
MARGINAL = ("ge", "ge_robust", "ye", "ye_strata", "bannick", "bannick_strata")

METHODS: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("binary", "risk_difference"): {
        "crude": ("wald", "wald_corrected", "agresti_caffo", *SCORES),
        "mantel_haenszel": (
            "mantel_haenszel",
            "greenland_robins",
            "newcombe",
            "mee",
            "miettinen_nurminen",
            "skewness_corrected",
            "rubin",
        ),
        "inverse_variance": ("wald",),
        "g_computation": MARGINAL,
    },
    ("binary", "risk_ratio"): {
        "crude": ("wald", *SCORES),
        "mantel_haenszel": ("wald", "mee", "miettinen_nurminen", "skewness_corrected"),
        "inverse_variance": ("wald",),
        "g_computation": MARGINAL,
    },
    ("binary", "odds_ratio"): {
        "crude": ("wald", *SCORES),
        "mantel_haenszel": ("wald", "mee", "miettinen_nurminen", "skewness_corrected"),
        "inverse_variance": ("wald",),
        "g_computation": MARGINAL,
    },
    ("continuous", "mean_difference"): {
        "ancova": ("student", "hc2", "hc3", "jackknife"),
        "mmrm": ("satterthwaite", "kenward_roger"),
    },
    ("time_to_event", "hazard_ratio"): {"cox": ("wald",)},
    ("time_to_event", "restricted_mean_difference"): {"kaplan_meier": ("wald",)},
    ("count", "rate_ratio"): {"negative_binomial": ("wald",), "poisson": ("wald",)},
    ("ordinal", "common_odds_ratio"): {"proportional_odds": ("wald",)},
    ("ordinal", "win_odds"): {"mann_whitney": ("wald",)},
}
"""By endpoint and summary, the estimators, and for each its intervals. The first of an interval is the
default."""

POOLED = ("wald", "mantel_haenszel", "greenland_robins", "rubin", *MARGINAL, "student", "hc2", "hc3")
"""The intervals that come from a variance, so that imputed data sets can be pooled."""

UNADJUSTED = ("crude", "mantel_haenszel", "inverse_variance", "kaplan_meier", "mann_whitney")
"""The estimators that adjust for no covariate but strata."""

OWN = ("baseline", "strata")
"""The covariates that every estimand may name."""

SCORED = ("with_substitute_scores", "without_flagged_scores")


def estimator_of(estimand: Estimand) -> str | None:
    """The estimator that is declared, or that summary, interval and strata call for; None when none does."""
    if estimand.estimator is not None:
        return estimand.estimator
    choices = METHODS.get((estimand.variable.endpoint, estimand.summary), {})
    fitting = [name for name, intervals in choices.items() if estimand.interval in intervals]
    if "mantel_haenszel" in fitting and estimand.strata:
        return "mantel_haenszel"
    return fitting[0] if fitting else None


def derived(estimand: Estimand, change: Sensitivity) -> Estimand:
    """The estimand that an analysis beside the main one estimates: the main one with what the analysis
    changes."""
    given = {
        name: value
        for name in ("summary", "estimator", "interval", "strata", "model", "missing")
        if (value := getattr(change, name)) is not None
    }
    if {"summary", "interval"} & given.keys() and "estimator" not in given:
        given["estimator"] = None
    if change.change == "non_response":
        given["missing"] = replace(estimand.missing, method="non_response", assumption="mar", delta="0")
    events = {
        name: replace(each, strategy=change.strategies.get(name, each.strategy))
        for name, each in estimand.intercurrent_events.items()
    }
    return replace(estimand, intercurrent_events=events, sensitivity={}, **given)


def unfit(estimand: Estimand) -> Iterator[str]:
    """What in an estimand makes no sense together, each as the end of a sentence that begins with its name."""
    found = next(_method(estimand), None)
    if found is not None:
        yield found
        return
    yield from _numbers(estimand)
    yield from _missing(estimand)
    yield from _events(estimand)
    yield from _model(estimand)


def _method(estimand: Estimand) -> Iterator[str]:
    """Endpoint, summary, estimator and interval."""
    kind, summary, interval = estimand.variable.endpoint, estimand.summary, estimand.interval
    choices, name = METHODS.get((kind, summary), {}), estimator_of(estimand)
    if not choices:
        yield f"summarises a {kind} endpoint by a {summary}"
    elif name is None:
        yield f"has no estimator of a {summary} with the interval {interval}"
    elif name not in choices:
        yield f"estimates a {summary} by {name}; it can be estimated by {' or '.join(choices)}"
    elif interval not in choices[name]:
        yield f"has the interval {interval}; {name} of a {summary} has {' or '.join(choices[name])}"
    elif name == "crude" and estimand.strata:
        yield f"has strata, which the interval {interval} cannot use"
    elif interval.endswith("_strata") and not estimand.strata:
        yield f"has no strata, which the interval {interval} needs"


def _numbers(estimand: Estimand) -> Iterator[str]:
    """Confidence, delta and the numbers of composite events."""
    confidence = _decimal(estimand.confidence)
    if confidence is None or not Decimal("0.5") <= confidence < 1:
        yield f"has the confidence {estimand.confidence!r}, which is no number from 0.5 to below 1"
    if _decimal(estimand.missing.delta) is None:
        yield f"has the delta {estimand.missing.delta!r}, which is no number"
    for name, event in estimand.intercurrent_events.items():
        if event.value not in (None, "baseline") and _decimal(event.value or "") is None:
            yield f"gives the event {name} the value {event.value!r}, which is neither a number nor `baseline`"


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _missing(estimand: Estimand) -> Iterator[str]:
    """The handling of missing values, and what it needs."""
    missing, kind, interval = estimand.missing, estimand.variable.endpoint, estimand.interval
    multiple = missing.method == "multiple_imputation"
    if multiple and (kind not in ("binary", "continuous") or interval not in POOLED):
        yield f"imputes several times, and the interval {interval} of a {kind} endpoint has no variance to pool"
    if multiple and missing.imputations < 2:
        yield "imputes several times with fewer than 2 imputations"
    if interval == "rubin" and not multiple and missing.method != "non_response":
        yield "pools by Rubin's rules without imputing several times"
    if (missing.method == "conditional_mean") != (interval == "jackknife"):
        yield "needs the interval jackknife with conditional_mean, and only with it"
    if missing.method == "conditional_mean" and any(
        each.strategy == "composite" for each in estimand.intercurrent_events.values()
    ):
        yield "imputes the conditional mean beside values that composite events give"
    if missing.method == "non_response" and kind != "binary":
        yield f"counts missing values of a {kind} endpoint as non-response"
    if missing.assumption != "mar" and missing.method not in ("multiple_imputation", "conditional_mean"):
        yield f"assumes {missing.assumption} of missing values without imputing them"
    if missing.assumption != "mar" and estimand.variable.score is None:
        yield f"assumes {missing.assumption} of missing values without a score that is followed over visits"
    if missing.like is not None and missing.like not in estimand.treatment:
        yield f"takes missing values to be like the arm {missing.like!r}, which it does not compare"
    delta = _decimal(missing.delta)
    if delta and not (multiple and estimand.variable.score is not None):
        yield "adds a delta to scores that are not imputed several times"


def _events(estimand: Estimand) -> Iterator[str]:
    """The strategies of the intercurrent events, and what each needs."""
    kind = estimand.variable.endpoint
    for name, event in estimand.intercurrent_events.items():
        strategy = event.strategy
        if strategy == "principal_stratum":
            yield (
                f"handles {name} by a principal stratum: who would have the event in the other arm is not seen, "
                "and no estimator here assumes it"
            )
        elif strategy == "composite" and kind == "count":
            yield f"handles {name} by a composite, which a count has no value for"
        elif strategy == "composite" and kind in ("continuous", "ordinal") and event.value is None:
            yield f"handles {name} by a composite without the `value` that stands for it"
        elif strategy in ("composite", "hypothetical") and kind == "time_to_event" and event.since is None:
            yield f"handles {name} by {strategy} without the day on which it happened (`since`)"
        elif strategy == "while_on_treatment" and kind in ("binary", "continuous", "ordinal"):
            if event.since is None or estimand.variable.score is None:
                yield f"handles {name} while on treatment without a score and the event's day (`since`)"
        elif strategy == "hypothetical" and estimator_of(estimand) == "mmrm" and event.since is None:
            yield f"handles {name} as hypothetical over visits without the day on which it happened (`since`)"


def _model(estimand: Estimand) -> Iterator[str]:
    """What the regression holds, and what the estimator can use."""
    model, name = estimand.model, estimator_of(estimand)
    if name == "mmrm" and estimand.missing.method != "none":
        yield "imputes values for a model of repeated measures, which uses the visits that were seen"
    if model.covariates and name in UNADJUSTED:
        yield f"has covariates, which {name} cannot use"
    if estimand.strata and name == "kaplan_meier":
        yield f"has strata, which {name} cannot use"
    if name == "kaplan_meier" and not estimand.variable.horizons:
        yield "restricts a mean time without the day up to which it goes (`horizons`)"
    if estimand.variable.horizons and estimand.variable.endpoint != "time_to_event":
        yield "has horizons, which only a time to an event has"
    yield from _measures(estimand)
    if model.interactions and name != "g_computation":
        yield "has interactions, which only g_computation can use"
    if (model.covariance != "us" or model.fallback) and name != "mmrm":
        yield "has a covariance of visits without repeated measures (mmrm)"
    if model.baseline_by_visit and (name not in ("mmrm", "ancova") or "baseline" not in model.covariates):
        yield "has a slope of the baseline for each visit without visits or without the covariate baseline"
    if "baseline" in model.covariates and estimand.variable.score is None:
        yield "has the covariate baseline without a score"
    if "strata" in model.covariates and not estimand.strata:
        yield "has the covariate strata without strata"
    if "strata" in model.covariates and name == "cox":
        yield "has the covariate strata, and cox has a baseline hazard for each stratum"
    if name in ("mmrm", "ancova") and estimand.variable.score is None:
        yield f"has no score, which {name} needs"


def _measures(estimand: Estimand) -> Iterator[str]:
    """Covariates and subgroups name what the estimand measures."""
    for name in estimand.model.covariates:
        if name not in (*OWN, *estimand.measures):
            yield f"has the covariate {name!r}, which is none of {', '.join((*OWN, *estimand.measures))}"
    for name in estimand.subgroups:
        if name not in estimand.measures:
            yield f"has the subgroup {name!r}, which is none of its measures"
    for name in OWN:
        if name in estimand.measures:
            yield f"calls a measure {name!r}, which stands for the estimand's own"


def unfit_change(estimand: Estimand, change: Sensitivity) -> Iterator[str]:
    """What in an analysis beside the main one makes no sense, as `unfit` does."""
    kind, scored = estimand.variable.endpoint, estimand.variable.score is not None
    what = change.change
    needed = {"missing": change.missing is not None, "strategies": bool(change.strategies)}
    replaced = (change.summary, change.estimator, change.interval, change.strata, change.model)
    needed["estimator"] = any(each is not None for each in replaced)
    if not needed.get(what, True):
        yield f"changes the {what} and gives none"
    for other, field in (("missing", change.missing is not None), ("strategies", bool(change.strategies))):
        if field and what not in (other, "tipping_point"):
            yield f"gives {other} and changes the {what}"
    for event in change.strategies:
        if event not in estimand.intercurrent_events:
            yield f"changes the strategy of {event!r}, which is no event of the estimand"
    if what in SCORED and not scored:
        yield "is about scores, and the endpoint has none"
    if what in ("non_response", "per_arm_missing") and kind != "binary":
        yield f"counts missing values of a {kind} endpoint as responses"
    if what == "tipping_point":
        yield from _tipping(estimand, change)
    yield from unfit(derived(estimand, change))


def _tipping(estimand: Estimand, change: Sensitivity) -> Iterator[str]:
    """A grid of deltas for imputed scores; none for responses, whose probabilities go from 0 to 1."""
    kind = estimand.variable.endpoint
    if derived(estimand, change).interval not in POOLED:
        yield f"pools over imputations, and the interval {derived(estimand, change).interval} has no variance to pool"
    if kind == "continuous":
        if derived(estimand, change).missing.method != "multiple_imputation":
            yield "moves imputed scores, and none are imputed"
        if not change.deltas or any(_decimal(each) is None for each in change.deltas):
            yield "needs the numbers by which it moves the imputed scores (`deltas`)"
    elif kind != "binary":
        yield f"has no tipping point of a {kind} endpoint"
    elif change.deltas:
        yield "moves responses by deltas; their probabilities go from 0 to 1"
