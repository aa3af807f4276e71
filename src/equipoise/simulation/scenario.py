"""A scenario: the assumed truth of a simulated trial, as data.

A scenario says who arrives where, what each patient is like (`latents`), how forms are filled in, how a disease
runs its course, what goes wrong, and which incidents must happen. It knows items, arms and encounters by the names
of the study's definition and nothing of what they mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta

from equipoise.simulation.errors import scenario_error

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""All values as text; by libyaml where it is there, which takes a seventh of the time."""
Share = Annotated[float, Meta(ge=0, le=1)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every part: frozen, keyword-only, closed."""


class Generator(Part):
    """How one value comes about. The first of these that is given decides, in this order:

    at: another generator at an encounter.  by_arm: one for each arm.  when: latents that must have these values,
    else `otherwise` (nothing, if there is none).  missing: a reason, with `probability`.
    value: a constant.  latent: the text of a latent.  choose: weights.  normal: mean and standard deviation, kept
    within `low` and `high`.  between: lowest and highest, all equally likely.  days: lowest and highest number of
    days from `anchor` (today, consented_on, randomised_on, birth_date or a latent that is a date), giving a date.
    thin: each unit of the item's value at the first encounter stays with the share that the named curve leaves.
    `decimals` rounds; `plus` adds another generator's number; `scale` multiplies.
    """

    at: dict[str, Generator] = {}
    by_arm: dict[str, Generator] = {}
    when: dict[str, str] = {}
    then: Generator | None = None
    otherwise: Generator | None = None
    missing: str | None = None
    probability: Share = 1.0
    value: str | None = None
    latent: str | None = None
    choose: dict[str, float] = {}
    normal: tuple[float, float] | None = None
    between: tuple[float, float] | None = None
    days: tuple[int, int] | None = None
    anchor: str = "today"
    thin: str | None = None
    low: float | None = None
    high: float | None = None
    decimals: int | None = None
    plus: Generator | None = None
    scale: float = 1.0
    source: str = ""


class Curve(Part):
    """What is left of a disease `t` days after randomisation: 1 - depth x (1 - 2^(-t / half_time)).

    depth: the latent with the final share that goes away (negative: it grows). noise: standard deviation of a
    rater's error, as a share of what is left.
    """

    depth: str
    half_time: float
    noise: float = 0.0
    source: str = ""


class SiteSpec(Part):
    """A site: opening day counted from the start, and mean number of arrivals in 30 days; ramp: days until full."""

    site: str
    name: str
    country: str
    per_month: float
    opens: int = 0
    ramp: int = 0


class LogRow(Part):
    """One possible row of a log: present with `probability`, if `when` holds."""

    values: dict[str, Generator]
    when: dict[str, str] = {}
    probability: Share = 1.0


class Happening(Part):
    """An adverse event that may happen: mean number in 30 days by arm, and how it is."""

    term: str
    per_month: dict[str, float]
    grade: dict[str, float] = msgspec.field(default_factory=lambda: {"1": 0.6, "2": 0.4})
    serious: Share = 0.0
    criteria: tuple[str, ...] = ("hospitalisation",)
    related: Share = 0.5
    stops: Share = 0.0
    days: tuple[int, int] = (3, 30)
    outcome: str = "recovered"
    source: str = ""


class Exits(Part):
    """What ends treatment, visits or data, as mean numbers in 30 days; stops by cause and arm.

    `lack_of_effect_when`: latents that a participant must have for the cause `inefficacy`.
    """

    stops: dict[str, dict[str, float]] = {}
    stop_when: dict[str, dict[str, str]] = {}
    loss: float = 0.0
    visits_withdrawn: float = 0.0
    data_withdrawn: float = 0.0
    death: float = 0.0
    never_started: Share = 0.0
    source: str = ""


class Conduct(Part):
    """How people at the sites behave."""

    declines: Share = 0.0
    screening_days: tuple[int, int] = (7, 21)
    missed_visit: Share = 0.0
    outside_window: Share = 0.0
    late_entry_days: int = 3
    substitute_assessor: Share = 0.0
    entry_error: Share = 0.0
    recorded_intakes: tuple[str, ...] = ()
    skipped_intake: Share = 0.0
    compliance: Share = 0.95
    rescreened: Share = 0.0
    guess_right: Share = 0.5
    follow_up_months: float = 8.0


class Incident(Part):
    """A command that must be sent: to the n-th randomised participant for whom `where` holds, on a day after
    randomisation. In `data`, `@today`, `@now` and `@user:ROLE` are filled in; `repeat` days apart, `times` times."""

    kind: str
    nth: int = 1
    day: int = 1
    where: dict[str, str] = {}
    role: str | None = None
    encounter: str | None = None
    data: dict[str, Any] = {}
    reason: str | None = None
    label: str = ""


class Looks(Part):
    """Interim looks at the primary estimand: the design and the shares of the planned participants, the last is 1.

    A look analyses the first so many randomised, once the window of their time point has passed; crossing its bound
    ends recruitment. design: OF, Pocock, WT, LDOF, LDPocock, HSD or KimDeMets, with its `parameter`; `alpha` is
    one-sided. `futility`: lower bounds of Z at the looks before the last, none where it is left empty.
    """

    design: str
    shares: tuple[Share, ...]
    alpha: Annotated[float, Meta(gt=0, lt=0.5)] = 0.025
    parameter: float = 0.0
    futility: tuple[float | None, ...] = ()
    binding: bool = False
    source: str = ""


class Kit(Part):
    """One kind of kit at the sites: `units` in a kit; `initial` kits at opening; `minimum` and `maximum` buffers.

    A batch keeps `shelf_days`, and a new one is made every `batch_days`; kits of the newest batch are sent.
    """

    units: Annotated[int, Meta(ge=1)]
    initial: Annotated[int, Meta(ge=0)]
    minimum: Annotated[int, Meta(ge=0)]
    maximum: Annotated[int, Meta(ge=0)]
    shelf_days: Annotated[int, Meta(ge=1)] = 730
    batch_days: Annotated[int, Meta(ge=1)] = 365


class Supply(Part):
    """Kits at the sites, by regimen, and when more are sent.

    Every `review_days` a site that has, with what is on its way, less than the minimum plus what its participants
    need in the next `trigger_weeks` is sent as much as the maximum and their need in the next `resupply_weeks` ask
    for; it comes after `lead_days`. The kit that expires first is used first, and none after its last day.
    """

    kits: dict[str, Kit]
    review_days: Annotated[int, Meta(ge=1)] = 7
    trigger_weeks: Annotated[int, Meta(ge=0)] = 4
    resupply_weeks: Annotated[int, Meta(ge=0)] = 8
    lead_days: Annotated[int, Meta(ge=0)] = 5
    source: str = ""


class Scenario(Part, eq=False):
    """A whole scenario, known by its identity. `treatment_days`: how long the drug is given; `supply_days`: one
    supply.

    `looks` and `supply` are read by the operating characteristics alone: the engine records what a committee decides
    and what a pharmacist dispenses.
    """

    scenario: str
    label: str
    study: str
    start: str
    sites: tuple[SiteSpec, ...]
    latents: dict[str, Generator]
    forms: dict[str, dict[str, Generator]]
    logs: dict[str, tuple[LogRow, ...]] = {}
    curves: dict[str, Curve] = {}
    adverse_events: tuple[Happening, ...] = ()
    exits: Exits = Exits()
    conduct: Conduct = Conduct()
    incidents: tuple[Incident, ...] = ()
    participants: int | None = None
    treatment_days: int = 0
    supply_days: int = 28
    consent_version: str = "1.0"
    looks: Looks | None = None
    supply: Supply | None = None


def load_scenario(path: Path) -> Scenario:
    """Reads a scenario file; with `like`, over the scenario of that name beside it, mapping by mapping.

    Raises SIMU-001 (unreadable), SIMU-002 (not of the shape above), with its place.
    """
    try:
        return msgspec.convert(_tree(path), Scenario, strict=False)
    except msgspec.ValidationError as error:
        raise scenario_error("SIMU-002", path.name, str(error)) from error


def _tree(path: Path, above: tuple[str, ...] = ()) -> Any:
    """The tree of a file as text, on top of what it is like."""
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise scenario_error("SIMU-001", path.name, str(error)) from error
    like = tree.pop("like", None) if isinstance(tree, dict) else None
    if like is None:
        return tree
    if path.stem in above:
        raise scenario_error("SIMU-002", path.name, f"`like: {like}` leads back to the same file")
    return _over(_tree(path.with_name(f"{like}.yaml"), (*above, path.stem)), tree)


def _over(base: Any, change: Any) -> Any:
    """The base with the change on top: mappings are merged, everything else is replaced."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    return {**base, **{name: _over(base.get(name), part) for name, part in change.items()}}
