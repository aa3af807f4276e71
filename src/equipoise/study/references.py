"""Whether the parts of a definition point at parts that exist, and agree with each other.

`LINKS` says for each field which holds an identifier what it must name. The other checks are small functions,
each of which yields the faults that it finds; nothing here reads a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from equipoise.errors import EquipoiseError
from equipoise.study.commands import KINDS
from equipoise.study.errors import hint, problem
from equipoise.study.methods import unfit, unfit_change
from equipoise.study.model import Definition, Estimand, Item
from equipoise.study.organs import ORGAN_SYSTEMS, codes, folded
from equipoise.study.schemes import allocation
from equipoise.study.sites import walk
from equipoise.study.source import Source

# pattern of the field: (what it names, in words; the top field that holds it)
LINKS: dict[str, tuple[str, str]] = {
    "arms.*.regimens": ("the regimen", "regimens"),
    "encounters.*.forms": ("the form", "forms"),
    "encounters.*.epoch": ("the epoch", "epochs"),
    "forms.*.items.*.codelist": ("the codelist", "codelists"),
    "gates.*.regimens": ("the regimen", "regimens"),
    "regimens.*.companions": ("the regimen", "regimens"),
    "regimens.*.after.regimen": ("the regimen", "regimens"),
    "assessment.form": ("the form", "forms"),
    "assessment.encounters": ("the encounter", "encounters"),
    "assessment.baseline": ("the encounter", "encounters"),
    "assessment.guess": ("the form", "forms"),
    "safety.pregnancy_blocks": ("the regimen", "regimens"),
    "estimands.*.treatment": ("the arm", "arms"),
    "estimands.*.variable.timepoint.encounter": ("the encounter", "encounters"),
}
DECISION = ("decision", "decisions")
CONTEXT = (
    "today",
    "consented_on",
    "randomised_on",
    "first_dose_on",
    "last_dose_on",
    "treatment_stopped_on",
    "arm",
)


def faults(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Every part that points at nothing, or disagrees with another."""
    for check in CHECKS:
        yield from check(definition, source)


def links(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Identifiers that name nothing."""
    known = {pattern: (kind, set(getattr(definition, field))) for pattern, (kind, field) in LINKS.items()} | {
        "estimands.*.strata": ("the stratum", set(definition.allocation.strata)),
        "estimands.*.sensitivity.*.strata": ("the stratum", set(definition.allocation.strata)),
        "allocation.weights": ("the stratum", set(definition.allocation.strata)),
        "roles.*.may": ("the kind of command", set(KINDS)),
        "estimands.*.variable.score": ("the item", set(_items(definition))),
    }
    decisions = set(definition.decisions)
    for leaf in walk(definition):
        kind, names = known.get(leaf.pattern, ("", None))
        if leaf.pattern.rpartition(".")[2] in DECISION:
            kind, names = "the decision", decisions
        if names is not None and leaf.value not in names:
            owner = repr(leaf.path.rpartition(".")[0] if leaf.path[-1].isdigit() else leaf.path)
            place = source.place(leaf.path)
            close = hint(str(leaf.value), names)
            yield problem("STUD-020", place, owner=owner, kind=kind, name=leaf.value, hint=close)


def _items(definition: Definition) -> Iterator[str]:
    for form_id, form in definition.forms.items():
        for item_id in form.items:
            yield f"{form_id}.{item_id}"


def names(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Parameters and derivations share one space of names with each other and the engine's names."""
    for field in ("parameters", "derivations"):
        for name in getattr(definition, field):
            other = None
            if name in CONTEXT:
                other = "given by the engine"
            elif field == "derivations" and name in definition.parameters:
                other = f"a parameter, at {source.key(f'parameters.{name}')}"
            if other:
                yield problem("STUD-027", source.key(f"{field}.{name}"), name=name, other=other)


def items(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Each type of item has what it needs, and nothing that means nothing."""
    for form_id, form in definition.forms.items():
        for item_id, item in form.items.items():
            found = _item_fault(item)
            if found:
                place = source.key(f"forms.{form_id}.items.{item_id}")
                yield problem("STUD-024", place, type=repr(item.type), found=found)


def _item_fault(item: Item) -> str:
    lists = (item.codes is not None) + (item.codelist is not None)
    if item.type == "code" and lists != 1:
        return "needs either `codes` or `codelist`"
    if item.type != "code" and lists:
        return "has a list of codes"
    if (item.type == "quantity") != (item.unit is not None):
        return "needs a unit" if item.type == "quantity" else "has a unit"
    if item.decimals and item.type not in ("number", "quantity"):
        return "has decimals"
    if item.partial and item.type != "date":
        return "is marked `partial`"
    if item.codes is not None and not item.codes:
        return "has an empty list of codes"
    return ""


def forms(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Forms that somebody can fill: collected at an encounter, a log, or written by one act."""
    collected = {form for encounter in definition.encounters.values() for form in encounter.forms}
    acts: dict[str, str] = {}
    for form_id, form in definition.forms.items():
        place = source.key(f"forms.{form_id}")
        if form.kind == "encounter" and form_id not in collected:
            yield problem("STUD-025", place, name=form_id)
        if (form.kind == "act") and form.act is None:
            yield problem("STUD-011", place, owner=f"the form {form_id!r} of kind act", name="act")
        if form.act in acts:
            found = f"the forms {acts[form.act]!r} and {form_id!r} are both written by the act {form.act!r}"
            yield problem("STUD-028", place, found=found)
        if form.act is not None:
            acts.setdefault(form.act, form_id)


def encounters(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """A planned encounter has an anchor and a day, an unscheduled one neither."""
    for name, encounter in definition.encounters.items():
        if (encounter.anchor is None) != (encounter.day is None):
            found = "has a day, but no anchor" if encounter.anchor is None else "has an anchor, but no day"
            yield problem("STUD-026", source.key(f"encounters.{name}"), name=name, found=found)


def assessment(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """The masked assessment: a form of that kind, at encounters that collect it, the baseline among them."""
    part = definition.assessment
    if part is None or part.form not in definition.forms:
        return
    if definition.forms[part.form].kind != "assessment":
        place = source.place("assessment.form")
        kind = definition.forms[part.form].kind
        yield problem("STUD-047", place, name=part.form, found=kind, expected="assessment")
    for name in (*part.encounters, part.baseline):
        encounter = definition.encounters.get(name)
        if encounter is not None and part.form not in encounter.forms:
            found = f"the encounter {name!r} is assessed, but does not collect the form {part.form!r}"
            yield problem("STUD-028", source.place("assessment.encounters"), found=found)
    if part.baseline not in part.encounters:
        found = f"the baseline {part.baseline!r} is not one of the assessed encounters"
        yield problem("STUD-028", source.place("assessment.baseline"), found=found)


def roles(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """A masked role never sees what is sealed."""
    for name, role in definition.roles.items():
        if role.masked and "sealed" in role.sees:
            yield problem("STUD-043", source.place(f"roles.{name}.sees"), name=name)


def estimands(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Endpoint, summary, estimator, time point and censoring belong together, in every analysis."""
    for name, estimand in definition.estimands.items():
        place = source.key(f"estimands.{name}")
        wrong = (*_attributes(estimand), *_scored(estimand, definition)) or tuple(unfit(estimand))
        for found in wrong:
            yield problem("STUD-046", place, name=name, found=found)
        if not wrong:
            for key, change in estimand.sensitivity.items():
                where = source.key(f"estimands.{name}.sensitivity.{key}")
                for found in dict.fromkeys(unfit_change(estimand, change)):
                    yield problem("STUD-046", where, name=f"{name}.{key}", found=found)


def _attributes(estimand: Estimand) -> Iterator[str]:
    """What the variable needs beside its rule, and at least two arms."""
    variable = estimand.variable
    timed = variable.endpoint == "time_to_event"
    if timed != (variable.censor is not None):
        yield "needs `censor`" if variable.censor is None else "censors what is no time to an event"
    elif variable.timepoint is None and not timed and variable.endpoint != "count":
        yield "has no time point"
    if variable.exposure is not None and variable.endpoint != "count":
        yield "has an exposure, which only a count needs"
    if len(set(estimand.treatment)) < 2:
        yield "compares fewer than two arms"


def _scored(estimand: Estimand, definition: Definition) -> Iterator[str]:
    """What an endpoint that is made of a score needs: the assessment says where it is scored, and its baseline."""
    variable, plan = estimand.variable, definition.assessment
    if variable.score is None:
        return
    if plan is None:
        yield f"reads the score {variable.score!r}, and no `assessment` says its form, encounters and baseline"
    elif plan.form not in definition.forms:
        return
    elif variable.score.partition(".")[0] != plan.form:
        yield f"reads the score {variable.score!r}, and the assessment is of the form {plan.form!r}"
    elif variable.timepoint is not None and variable.timepoint.encounter not in plan.encounters:
        yield f"reads its score at {variable.timepoint.encounter!r}, where nothing is assessed"


def safety(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Reference information is about products that are given; clocks need a log of adverse events."""
    products = {regimen.product for regimen in definition.regimens.values()}
    for name in definition.safety.reference_information:
        if name not in products:
            path = f"safety.reference_information.{name}"
            yield problem(
                "STUD-020", source.key(path), owner="'safety.reference_information'", kind="the product",
                name=name, hint=hint(name, products),
            )  # fmt: skip
    if definition.safety.clocks and adverse_events(definition) is None:
        found = "there are reporting clocks, but no form has the act `adverse_event`"
        yield problem("STUD-028", source.place("safety.clocks"), found=found)


def coding(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """Terms are coded under organ systems that registries know, each term once."""
    if definition.safety.coding is None:
        return
    systems = definition.safety.coding.systems
    for name in systems:
        if name not in ORGAN_SYSTEMS:
            path = f"safety.coding.systems.{name}"
            yield problem(
                "STUD-020", source.key(path), owner="'safety.coding'", kind="the organ system",
                name=name, hint=hint(name, ORGAN_SYSTEMS),
            )  # fmt: skip
    seen: dict[str, tuple[str, str]] = {}
    for term, preferred, system in codes(systems):
        before = seen.setdefault(folded(term), (preferred, system))
        if before != (preferred, system):
            yield problem(
                "STUD-048", source.key(f"safety.coding.systems.{system}"), name=term,
                first=f"{before[0]}, {before[1]}", second=f"{preferred}, {system}",
            )  # fmt: skip


def adverse_events(definition: Definition) -> str | None:
    """The form that holds adverse events, if any."""
    return next((name for name, form in definition.forms.items() if form.act == "adverse_event"), None)


CHECKS: tuple[Callable[[Definition, Source], Iterator[EquipoiseError]], ...] = (
    links,
    names,
    items,
    forms,
    encounters,
    assessment,
    roles,
    allocation,
    estimands,
    safety,
    coding,
)
