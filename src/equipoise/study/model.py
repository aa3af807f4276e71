"""The shape of a study definition: what an author may write, and nothing else.

Each structure is frozen, takes keywords only, and refuses a field that it does not know. A scalar that
holds an expression of `rules/` has the type `Rule`; the loader parses and checks it, with its place.
Collections that an author names are mappings from identifier to structure, so that every part has a stable
dotted path (`criteria.I05.rule`) by which rules, positions, messages and versions refer to it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from equipoise.study.allocation import Allocation as Allocation
from equipoise.study.allocation import Stratum as Stratum
from equipoise.study.estimand import Estimand as Estimand
from equipoise.study.parts import Identifier as Identifier
from equipoise.study.parts import Part as Part
from equipoise.study.parts import Rule as Rule
from equipoise.study.parts import Window as Window
from equipoise.study.parts import Words as Words

Category = Literal["trial", "person", "form", "query", "assessment", "sealed"]


class Protocol(Part):
    """The document that the definition renders."""

    identifier: Words
    version: Words
    date: Words | None = None


class Header(Part):
    """What the study is called and who answers for it."""

    id: Words
    title: Words
    version: Words
    protocol: Protocol
    sponsor: Words
    language: str = "en"
    acronym: str | None = None
    phase: str | None = None
    conditions: tuple[Words, ...] = ()
    identifiers: dict[str, str] = {}
    description: str = ""


class Arm(Part):
    """A study arm. `ratio` is its share of the allocation."""

    label: Words
    type: Literal["experimental", "active_comparator", "placebo_comparator", "no_intervention", "other"]
    ratio: Annotated[int, Meta(ge=1)]
    regimens: tuple[Identifier, ...] = ()
    description: str = ""


class Epoch(Part):
    """A period of the trial, such as screening, treatment or follow-up."""

    label: Words
    description: str = ""


class Encounter(Part):
    """A planned contact. `day` counts from `anchor`; an encounter without an anchor is unscheduled."""

    label: Words
    epoch: Identifier
    forms: tuple[Identifier, ...] = ()
    anchor: Literal["consented_on", "randomised_on", "first_dose_on", "treatment_stopped_on"] | None = None
    day: int | None = None
    window: Window = Window()
    when: Rule | None = None
    after_stop: Literal["kept", "dropped"] = "kept"
    reference: str = ""
    decision: Identifier | None = None


class Parameter(Part):
    """A number, date, duration or list that rules name. `value` is a literal of the rule language."""

    value: Rule
    label: Words
    reference: Words
    decision: Identifier | None = None


class Derivation(Part):
    """A named rule over one participant's facts. A sealed one is not shown to masked roles."""

    label: Words
    rule: Rule
    reference: str = ""
    sealed: bool = False


class Item(Part):
    """One question of a form.

    `decimals` is the number of decimals that a number or quantity is kept with. `must` refuses the
    impossible, `expect` opens a query, `derive` computes the value, `when` says when the item applies.
    """

    label: Words
    type: Literal["number", "quantity", "text", "code", "date", "boolean"]
    unit: str | None = None
    decimals: Annotated[int, Meta(ge=0, le=9)] = 0
    codes: dict[str, str] | None = None
    codelist: Identifier | None = None
    required: bool = True
    partial: bool = False
    must: Rule | None = None
    expect: Rule | None = None
    derive: Rule | None = None
    when: Rule | None = None
    hidden: bool = False
    sdtm: str | None = None
    reference: str = ""


class Check(Part):
    """A rule over several items of one form. `severity`: must refuses, expect opens a query."""

    rule: Rule
    message: Words
    severity: Literal["must", "expect"] = "expect"
    reference: str = ""


class Form(Part):
    """A set of items. kind `encounter`: one record an encounter; `log`: repeating, open until closed;
    `assessment`: signed by a masked assessor; `act`: written by the engine when an act is recorded
    (prescription, dispensing, return, intake), its items readable by rules.

    `act` names the engine's act whose events fill a form of kind `act`, and of the adverse-event log.
    """

    label: Words
    kind: Literal["encounter", "log", "assessment", "act"]
    items: dict[Identifier, Item]
    sealed: bool = False
    checks: dict[Identifier, Check] = {}
    act: (
        Literal["prescription", "dispensing", "return", "intake", "adverse_event", "guess", "pregnancy"]
        | None
    ) = None
    licence: str = ""
    domain: str | None = None
    reference: str = ""


class Criterion(Part):
    """An eligibility criterion. For an inclusion the rule must be true, for an exclusion it must be false;
    unknown is neither. `moments` says when it is judged."""

    category: Literal["inclusion", "exclusion"]
    number: Words
    text: Words
    rule: Rule
    moments: tuple[Literal["screening", "randomisation"], ...] = ("screening", "randomisation")
    reference: str = ""
    decisions: tuple[Identifier, ...] = ()


class Gate(Part):
    """A condition that must be true before an act. Without `regimens` it holds whatever the arm."""

    act: Literal["randomise", "prescribe", "dispense"]
    label: Words
    rule: Rule
    message: Words
    reference: Words
    regimens: tuple[Identifier, ...] = ()
    decisions: tuple[Identifier, ...] = ()


class Exceptional(Part):
    """A named exception to a base value; two that apply at once are an error that names both."""

    when: Rule
    give: Rule
    reference: Words
    decision: Identifier | None = None


class Ruling(Part):
    """A base value and its named exceptions. Without a base, no exception true means no instruction."""

    base: Rule | None = None
    exceptions: dict[Identifier, Exceptional] = {}
    reference: str = ""
    decision: Identifier | None = None


class Schedule(Part):
    """How often a dose is taken: `every` 1 day or 7 days, the least interval that raises no alarm, whether
    one weekday is fixed by the prescription."""

    every: Rule
    minimum_interval: Rule | None = None
    fixed_weekday: bool = False
    late_by: Rule | None = None
    decision: Identifier | None = None


class After(Part):
    """A companion taken a fixed time after the actual intake of another regimen."""

    regimen: Identifier
    interval: Rule
    tolerance: Rule
    decision: Identifier | None = None


class Instruction(Part):
    """A hold or stop rule: when true the engine raises an alarm with these words."""

    when: Rule
    message: Words
    reference: Words
    decision: Identifier | None = None


class Regimen(Part):
    """A drug as the protocol gives it. `needed` false (a companion) means it is not prescribed;
    a change of the facts that `needed` names re-judges it."""

    label: Words
    product: Words
    role: Literal["investigational", "auxiliary"]
    route: Words
    strength: Rule
    schedule: Schedule
    dose: Ruling
    form: str = ""
    companions: tuple[Identifier, ...] = ()
    needed: Rule | None = None
    after: After | None = None
    supply_limit: Rule | None = None
    dispense_within: Rule | None = None
    duration: Rule | None = None
    holds: dict[Identifier, Instruction] = {}
    stops: dict[Identifier, Instruction] = {}
    reference: str = ""
    decision: Identifier | None = None


class Role(Part):
    """What a person of this role sees and may do. `assigned` scope: only own assessments."""

    label: Words
    masked: bool
    scope: Literal["trial", "site", "assigned"]
    sees: tuple[Category, ...]
    may: tuple[str, ...] = ()


class Masking(Part):
    """Who is masked, and why one can believe it."""

    model: Literal["open_label", "single", "double", "triple", "quadruple"]
    design: Words
    description: Words
    decision: Identifier | None = None


class Assessment(Part):
    """The masked assessment of an endpoint: its form, encounters, the baseline that alone is the denominator,
    and the form that asks the assessor's guess after the signature."""

    form: Identifier
    encounters: tuple[Identifier, ...]
    baseline: Identifier
    guess: Identifier | None = None
    reference: str = ""


class Clock(Part):
    """A reporting clock. `when` is a rule over the adverse-event record; it starts at an awareness time."""

    label: Words
    when: Rule
    starts: Literal["site_aware", "sponsor_aware", "upgrade_aware", "reported"]
    within: Rule
    to: Words
    reference: Words


class SafetyInformation(Part):
    """The pinned reference safety information of one product: the terms that are expected."""

    document: Words
    version: Words
    expected: tuple[str, ...]
    reference: str = ""


class Coding(Part):
    """How reported terms of adverse events are coded. `systems`: by organ system, as registries list them, each
    reported term with its preferred term; case and spaces do not matter. `dictionary` and `version` name where
    the terms come from."""

    dictionary: Words
    version: Words
    systems: dict[str, dict[str, Words]]
    reference: str = ""
    decision: Identifier | None = None


class Safety(Part):
    """What is reported to whom by when, what is expected of each product (by product), the regimens whose
    dispensing a pregnancy blocks, and how adverse events are coded. `threshold`: in a registry's results, events
    that are not serious are listed where more than this percentage of an arm had them."""

    clocks: dict[Identifier, Clock] = {}
    reference_information: dict[str, SafetyInformation] = {}
    pregnancy_blocks: tuple[Identifier, ...] = ()
    coding: Coding | None = None
    threshold: Annotated[int, Meta(ge=0, le=5)] = 0


class Signatory(Part):
    """Who answers for a decision."""

    name: Words
    role: Words
    organisation: Words


class Decision(Part):
    """What the record leaves open, the options, and what was chosen, by whom, when and why.

    `assumption` serves practice and simulation only. `decided` needs a signatory, a citation and a date.
    `blocks` names the acts that a live ledger refuses until it is decided.
    """

    findings: tuple[int, ...]
    quote: str
    question: Words
    options: dict[Identifier, str]
    status: Literal["open", "assumption", "decided"]
    choice: Identifier | None = None
    reason: str = ""
    blocks: tuple[Literal["randomise", "dose", "analyse"], ...] = ()
    decided_by: Signatory | None = None
    cites: str | None = None
    on: str | None = None


class Definition(Part):
    """A whole study, as written."""

    study: Header
    arms: dict[Identifier, Arm]
    epochs: dict[Identifier, Epoch]
    encounters: dict[Identifier, Encounter]
    masking: Masking
    roles: dict[Identifier, Role]
    allocation: Allocation
    forms: dict[Identifier, Form]
    criteria: dict[Identifier, Criterion]
    estimands: dict[Identifier, Estimand]
    decisions: dict[Identifier, Decision] = {}
    parameters: dict[Identifier, Parameter] = {}
    derivations: dict[Identifier, Derivation] = {}
    codelists: dict[Identifier, dict[str, str]] = {}
    gates: dict[Identifier, Gate] = {}
    regimens: dict[Identifier, Regimen] = {}
    assessment: Assessment | None = None
    safety: Safety = Safety()
