"""A study as the engine uses it: the definition, its rules compiled, and indexes that make live conduct fast.

A `Study` never changes. Its digest names the version on every event: SHA-256 over the canonical JSON of the
definition, in which each rule stands as its tree. Comments, cases, scenarios, layout and the order of keys
are not part of it; decisions are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from equipoise.rules.case import Case
from equipoise.rules.check import Expression
from equipoise.rules.explain import explain
from equipoise.rules.printer import to_data
from equipoise.rules.quick import false_function
from equipoise.rules.scope import Scope
from equipoise.rules.types import Type
from equipoise.rules.values import Missing, Value
from equipoise.study import scopes
from equipoise.study.compiling import Compiled, computed_needs, scope_at
from equipoise.study.facts import TODAY, Record
from equipoise.study.model import Decision, Definition, Encounter, Form
from equipoise.study.order import ordered
from equipoise.study.parsing import FormParser, Texts
from equipoise.study.parts import written
from equipoise.study.sites import SITES, Site, pattern_of
from equipoise.study.source import Source

FORMAT = "equipoise-definition-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledCheck:
    """An edit check: `must` refuses when it is false, otherwise a query is opened; unknown is silent."""

    key: str
    form: str
    item: str | None
    must: bool
    rule: Expression
    message: str
    reference: str


@dataclass(frozen=True, kw_only=True, eq=False)
class FormChecks:
    """The edit checks of a form: those of its items, then its own."""

    checks: tuple[CompiledCheck, ...]
    parameters: Mapping[str, Value]

    @cached_property
    def _places(self) -> Callable[[Case], list[int]]:
        return false_function([check.rule.node for check in self.checks], self.parameters)

    @cached_property
    def alone(self) -> bool:
        """Whether they read nothing but the record that is being entered, the day and parameters."""
        rules = [check.rule for check in self.checks]
        names = {part[1] for rule in rules for part in rule.depends if part[0] == "name"}
        return all(rule.alone for rule in rules) and names <= {TODAY, *self.parameters}

    @cached_property
    def musts(self) -> FormChecks:
        """Those of them that say what is impossible."""
        return replace(self, checks=tuple(check for check in self.checks if check.must))

    def false(self, case: Case) -> list[CompiledCheck]:
        """The checks that are false of the record that is being entered, all asked in one function that is written
        when they are first asked. Unknown is silent."""
        return [self.checks[place] for place in self._places(case)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """One version of a study.

    expressions: by dotted path.  parameters: their values.  derivations: their rules by name.
    dependents: for ("item", form, item), ("form", form) or ("name", name), the paths of all rules that read
    it, also through derivations.  touched: for ("form", form) or ("name", name), the derivations that do.
    """

    definition: Definition
    digest: str
    expressions: Mapping[str, Expression]
    parameters: Mapping[str, Value]
    derivations: Mapping[str, Expression]
    dependents: Mapping[tuple[str, ...], frozenset[str]]
    touched: Mapping[tuple[str, ...], frozenset[str]]
    base: Scope
    sealed: frozenset[str]
    source: Source = field(repr=False)
    parsers: Mapping[str, FormParser] = field(repr=False)
    checks: Mapping[str, FormChecks] = field(repr=False)
    written_by_acts: frozenset[str]
    acts: Mapping[str, str]

    def rule(self, key: str) -> Expression:
        """The compiled rule at a dotted path. Raises KeyError."""
        return self.expressions[key]

    def has_rule(self, key: str) -> bool:
        """Whether the optional rule at a dotted path was written."""
        return key in self.expressions

    def encounter(self, encounter_id: str) -> Encounter:
        """The encounter of this identifier. Raises KeyError."""
        return self.definition.encounters[encounter_id]

    def form(self, form_id: str) -> Form:
        """The form of this identifier. Raises KeyError."""
        return self.definition.forms[form_id]

    def scope(self, form: str | None = None) -> Scope:
        """What a rule may read; with a form, what a check of that form may read."""
        return replace(self.base, own=form)

    def scope_of(self, key: str) -> Scope:
        """The scope of the rule at a dotted path."""
        return scope_at(self.definition, self.base, self.sealed, key, self.site(key))

    def site(self, key: str) -> Site:
        """What the place of a rule needs, and what unknown means there."""
        return SITES[pattern_of(self.definition, key)]

    def place(self, path: str) -> str:
        """`file:line:column` of a part of the definition."""
        return str(self.source.place(path))

    def item_type(self, form: str, item: str) -> Type:
        """The type of an item."""
        return self.base.forms[form].items[item].type

    def codes(self, form: str, item: str) -> Mapping[str, str]:
        """The codes of an item with their labels, in the order in which they were written."""
        return scopes.codes_of(self.definition, self.definition.forms[form].items[item])

    def checks_on(self, form: str) -> tuple[CompiledCheck, ...]:
        """The edit checks of a form."""
        return self.checks[form].checks

    def parse_record(
        self, form: str, given: Mapping[str, Any], earlier: Record | None = None
    ) -> Mapping[str, Value | Missing]:
        """The values of a record from what was entered: text, or {"missing": reason}, for each item.

        Items that `given` leaves out keep the value of the earlier record. Computed items are computed.
        Raises EquipoiseError (STUD-050 to 054, RULE-041 to 047) with the item in its place.
        """
        return self.parsers[form].parse(given, earlier.values if earlier is not None else None)

    def open_decisions(self, act: str, mode: str) -> tuple[tuple[str, Decision], ...]:
        """The decisions that stop an act (`randomise`, `dose`, `analyse`) in a ledger of this mode.

        A live ledger needs each one decided; practice and simulation run on assumptions too.
        """
        return _open_decisions(self, act, mode)


@lru_cache(maxsize=64)
def _open_decisions(study: Study, act: str, mode: str) -> tuple[tuple[str, Decision], ...]:
    """Asked for before each dose, and the same as long as the version is."""
    enough = ("decided",) if mode == "live" else ("decided", "assumption")
    return tuple(
        (name, decision)
        for name, decision in study.definition.decisions.items()
        if act in decision.blocks and decision.status not in enough
    )


def build(definition: Definition, source: Source, compiled: Compiled) -> Study:
    """The study of a definition that was found sound."""
    expressions = compiled.expressions
    derivations = {name: expressions[f"derivations.{name}.rule"] for name in definition.derivations}
    roots = {key: roots_of(rule, derivations) for key, rule in expressions.items()}
    acts = {form.act: name for name, form in definition.forms.items() if form.act is not None}
    scope = compiled.scope
    return Study(
        definition=definition,
        digest=digest(definition, expressions),
        expressions=expressions,
        parameters=compiled.parameters,
        derivations=derivations,
        dependents=_inverted(roots),
        touched=_inverted(
            {name: _by_form(roots[f"derivations.{name}.rule"]) for name in derivations},
        ),
        base=scope,
        sealed=frozenset(compiled.sealed),
        source=source,
        parsers=_parsers(definition, compiled),
        checks={
            name: FormChecks(
                checks=tuple(_checks(definition, compiled, name)), parameters=compiled.parameters
            )
            for name in definition.forms
        },
        written_by_acts=frozenset(name for name, form in definition.forms.items() if form.kind == "act"),
        acts=acts,
    )


def roots_of(rule: Expression, derivations: Mapping[str, Expression]) -> frozenset[tuple[str, ...]]:
    """All that a rule reads, also through the derivations that it names."""
    found = set(rule.depends)
    for dependency in rule.depends:
        if dependency[0] == "name" and dependency[1] in derivations:
            found |= roots_of(derivations[dependency[1]], derivations)
    return frozenset(found)


def _by_form(roots: frozenset[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    return frozenset(("form", root[1]) if root[0] == "item" else root for root in roots)


def _inverted(reads: Mapping[str, frozenset[tuple[str, ...]]]) -> dict[tuple[str, ...], frozenset[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for key, roots in reads.items():
        for root in roots:
            found.setdefault(root, set()).add(key)
    return {root: frozenset(keys) for root, keys in found.items()}


def _parsers(definition: Definition, compiled: Compiled) -> dict[str, FormParser]:
    parsers = {}
    for name, form in definition.forms.items():
        types = {item: part.type for item, part in compiled.scope.forms[name].items.items()}
        order, _ = ordered(computed_needs(definition, name, compiled.expressions))
        derived = {item: compiled.expressions[f"forms.{name}.items.{item}.derive"] for item in order}
        texts = {item: Texts(kind, f"{name}.{item}") for item, kind in types.items() if item not in derived}
        parsers[name] = FormParser(
            form=name,
            types=types,
            texts=texts,
            derived=derived,
            items=form.items,
            parameters=compiled.parameters,
        )
    return parsers


def _checks(definition: Definition, compiled: Compiled, name: str) -> list[CompiledCheck]:
    """The checks of the items, then those of the form."""
    form = definition.forms[name]
    scope = replace(compiled.scope, own=name)
    found = []
    for item_id, item in form.items.items():
        for severity in ("must", "expect"):
            key = f"forms.{name}.items.{item_id}.{severity}"
            rule = compiled.expressions.get(key)
            if rule is not None:
                found.append(
                    CompiledCheck(
                        key=key, form=name, item=item_id, must=severity == "must", rule=rule,
                        message=f"{item.label}: {explain(rule, scope)}", reference=item.reference,
                    )
                )  # fmt: skip
    for check_id, check in form.checks.items():
        key = f"forms.{name}.checks.{check_id}.rule"
        found.append(
            CompiledCheck(
                key=key, form=name, item=None, must=check.severity == "must",
                rule=compiled.expressions[key], message=check.message, reference=check.reference,
            )
        )  # fmt: skip
    return found


def canonical(definition: Definition, expressions: Mapping[str, Expression]) -> bytes:
    """The bytes that the digest covers: JSON with sorted keys, each rule as its tree."""
    tree = written(definition)
    for path, expression in expressions.items():
        part, _, name = path.rpartition(".")
        _at(tree, part)[name] = to_data(expression.node)
    body = {"format": FORMAT, "definition": tree}
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _at(tree: Any, path: str) -> Any:
    for name in path.split("."):
        tree = tree[name]
    return tree


def digest(definition: Definition, expressions: Mapping[str, Expression]) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(definition, expressions)).hexdigest()
