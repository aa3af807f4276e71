"""Every rule of a definition, parsed and checked in the scope of the place where it stands.

Parameters come first, because they are literals; then derivations, each after those that it names; then all
others. A rule that names a derivation which is itself at fault is passed over, so that one mistake gives one
message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from equipoise.errors import EquipoiseError
from equipoise.rules.case import EmptyCase
from equipoise.rules.check import Expression, check
from equipoise.rules.evaluate import evaluate
from equipoise.rules.nodes import Literal, Name, Negate, Node
from equipoise.rules.parser import parse
from equipoise.rules.scope import Scope
from equipoise.rules.types import name_of
from equipoise.rules.units import same_dimension
from equipoise.rules.values import ABSENT, Missing, Value
from equipoise.study import references
from equipoise.study.errors import problem
from equipoise.study.model import Definition
from equipoise.study.order import ordered
from equipoise.study.scopes import named
from equipoise.study.sites import Leaf, Site, rules
from equipoise.study.source import Source

WORDS = {
    "Boolean": "true or false",
    "Number": "a number",
    "QuantityType": "a quantity",
    "TextType": "a text",
    "Code": "a code",
    "DateType": "a date",
    "DurationType": "a duration",
}


class NoFacts:
    """The case of a patient about whom nothing is known; the parameters of the study alone have values."""

    own = None

    def __init__(self, parameters: Mapping[str, Value], expressions: Mapping[str, Expression]) -> None:
        self.parameters = parameters
        self.expressions = expressions

    def record(self, form: str, encounter: str) -> None:
        return None

    def records(self, form: str) -> tuple[()]:
        return ()

    def log_closed(self, form: str) -> bool:
        return False

    def named(self, name: str) -> Value | Missing:
        if name in self.parameters:
            return self.parameters[name]
        rule = self.expressions.get(f"derivations.{name}.rule")
        return evaluate(rule, self).value if rule is not None else ABSENT


@dataclass(kw_only=True)
class Compiled:
    """What compiling gives: expressions by dotted path, the values of parameters, the final scope, faults."""

    scope: Scope
    expressions: dict[str, Expression] = field(default_factory=dict)
    parameters: dict[str, Value] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    problems: list[EquipoiseError] = field(default_factory=list)


def compile_rules(definition: Definition, source: Source, scope: Scope) -> Compiled:
    """All rules of the definition."""
    found = Compiled(scope=scope, sealed={"arm"})
    nodes: dict[str, tuple[Node, Leaf, Site]] = {}
    for leaf, site in rules(definition):
        try:
            text = source.texts.get(leaf.path, leaf.value)
            nodes[leaf.path] = (parse(text, place=source.place(leaf.path)), leaf, site)
        except EquipoiseError as error:
            _failed(found, leaf, error)
    for path in list(nodes):
        if nodes[path][2].literal:
            _parameter(definition, source, found, *nodes.pop(path))
    found.scope = replace(found.scope, parameters=dict(found.parameters))
    for path in _ordered(source, found, nodes):
        _derivation(definition, source, found, *nodes.pop(path))
    for node, leaf, site in nodes.values():
        _other(definition, source, found, node, leaf, site)
    for form in definition.forms:
        circle = ordered(computed_needs(definition, form, found.expressions))[1]
        if circle:
            place = source.place(f"forms.{form}.items.{circle[0]}.derive")
            found.problems.append(problem("STUD-021", place, names=", ".join(circle)))
    return found


def computed_needs(
    definition: Definition, form: str, expressions: Mapping[str, Expression]
) -> dict[str, frozenset[str]]:
    """For each computed item of a form, the items that it is computed from."""
    needs = {}
    for item in definition.forms[form].items:
        rule = expressions.get(f"forms.{form}.items.{item}.derive")
        if rule is not None:
            needs[item] = frozenset(part[2] for part in rule.depends if part[0] == "item")
    return needs


def _failed(found: Compiled, leaf: Leaf, error: EquipoiseError) -> None:
    found.problems.append(error)
    field_name, name = leaf.path.split(".")[:2]
    if field_name in ("parameters", "derivations"):
        found.failed.add(name)


def _parameter(
    definition: Definition, source: Source, found: Compiled, node: Node, leaf: Leaf, site: Site
) -> None:
    """A literal: its type, its value and its name."""
    inner = node.operand if isinstance(node, Negate) else node
    place = source.place(leaf.path)
    try:
        if not isinstance(inner, Literal):
            raise problem("STUD-023", place, found="a name or a computation")
        expression = check(node, found.scope)
        _fits(expression, site.gives, place)
    except EquipoiseError as error:
        _failed(found, leaf, error)
        return
    found.expressions[leaf.path] = expression
    if leaf.path.startswith("parameters."):
        name = leaf.path.split(".")[1]
        value = evaluate(expression, EmptyCase({})).value
        assert not isinstance(value, Missing), "a literal has a value"
        found.parameters[name] = value
        found.scope = named(found.scope, name, expression.type, definition.parameters[name].label)


def _ordered(source: Source, found: Compiled, nodes: Mapping[str, Any]) -> list[str]:
    """The paths of the derivations, each after those that it names; circles are faults."""
    paths = {path.split(".")[1]: path for path in nodes if path.startswith("derivations.")}
    order, circle = ordered({name: frozenset(names_in(nodes[path][0])) for name, path in paths.items()})
    if circle:
        place = source.place(paths[circle[0]])
        found.problems.append(problem("STUD-021", place, names=", ".join(circle)))
        found.failed.update(circle)
        for name in circle:
            nodes.pop(paths[name])  # type: ignore[attr-defined]
    return [paths[name] for name in order]


def _derivation(
    definition: Definition, source: Source, found: Compiled, node: Node, leaf: Leaf, site: Site
) -> None:
    """A derivation may name the arm when it is sealed; what it names of the sealed seals it too."""
    name = leaf.path.split(".")[1]
    part = definition.derivations[name]
    if names_in(node) & found.failed:
        found.failed.add(name)
        return
    hidden = frozenset() if part.sealed else frozenset(found.sealed)
    try:
        expression = check(node, replace(found.scope, sealed=hidden))
    except EquipoiseError as error:
        _failed(found, leaf, error)
        return
    found.expressions[leaf.path] = expression
    found.scope = named(found.scope, name, expression.type, part.label)
    if names_in(node) & found.sealed:
        found.sealed.add(name)


def _other(
    definition: Definition, source: Source, found: Compiled, node: Node, leaf: Leaf, site: Site
) -> None:
    """Any other rule: it must give what its place needs."""
    if names_in(node) & found.failed:
        return
    place = source.place(leaf.path)
    scope = scope_at(definition, found.scope, frozenset(found.sealed), leaf.path, site)
    try:
        expression = check(node, scope)
        _fits(expression, gives(definition, leaf.path, site), place)
        if leaf.pattern.endswith("items.*.derive"):
            _derived(definition, expression, leaf.path, scope, place)
    except EquipoiseError as error:
        found.problems.append(error)
        return
    found.expressions[leaf.path] = expression


def scope_at(definition: Definition, scope: Scope, sealed: frozenset[str], path: str, site: Site) -> Scope:
    """The scope of one place: its own form, and whether the arm may be named there."""
    parts = path.split(".")
    own = None
    if site.own:
        own = parts[1] if parts[0] == "forms" else references.adverse_events(definition)
    arm = site.arm or (parts[0] == "gates" and bool(definition.gates[parts[1]].regimens))
    hidden = frozenset() if arm else sealed
    if parts[0] == "encounters":
        hidden |= {name for name, part in definition.derivations.items() if part.sealed}
    return replace(scope, own=own, sealed=hidden)


def gives(definition: Definition, path: str, site: Site) -> tuple[str, ...]:
    """The kinds of type that a place needs, where the definition decides."""
    parts = path.split(".")
    if parts[0] == "estimands" and parts[2] == "measures":
        return ("Boolean", "Code") if parts[3] in definition.estimands[parts[1]].subgroups else site.gives
    if parts[0] == "estimands" and parts[-1] == "rule" and parts[2] == "variable":
        endpoint = definition.estimands[parts[1]].variable.endpoint
        return {
            "binary": ("Boolean",),
            "continuous": ("Number", "QuantityType"),
            "time_to_event": ("DateType",),
            "count": ("Number",),
            "ordinal": ("Number", "Code"),
        }[endpoint]
    return site.gives


def _fits(expression: Expression, kinds: tuple[str, ...], place: Any) -> None:
    if type(expression.type).__name__ not in kinds:
        expected = " or ".join(WORDS[kind] for kind in kinds)
        raise problem("STUD-022", place, found=name_of(expression.type), expected=expected)


def _derived(definition: Definition, expression: Expression, path: str, scope: Scope, place: Any) -> None:
    """A computed item reads its own record and parameters, so that its value is settled on entry."""
    form, item = path.split(".")[1], path.split(".")[3]
    for dependency in sorted(expression.depends):
        local = (
            dependency[0] == "item" and dependency[1] == form and dependency[2] not in ("date", "encounter")
        )
        if not local and not (dependency[0] == "name" and dependency[1] in scope.parameters):
            found = f"a computed item reads {'.'.join(dependency[1:])}, which is not in its own record"
            raise problem("STUD-028", place, found=found)
    wanted, kind = scope.forms[form].items[item].type, expression.type
    names = {type(wanted).__name__, type(kind).__name__}
    same = len(names) == 1 or names == {"TextType", "Code"}
    if not same or (hasattr(wanted, "unit") and not _convertible(wanted, kind)):
        raise problem("STUD-022", place, found=name_of(kind), expected=name_of(wanted))


def _convertible(wanted: Any, kind: Any) -> bool:
    if type(kind).__name__ == "DurationType":
        return bool(wanted.unit == kind.unit)
    return same_dimension(wanted.unit, kind.unit)


def names_in(node: Any) -> set[str]:
    """The bare names in a tree."""
    if isinstance(node, Name):
        return {node.name}
    if isinstance(node, tuple):
        return set().union(*map(names_in, node))
    if isinstance(node, Node) and is_dataclass(node):
        return set().union(*(names_in(getattr(node, part.name)) for part in fields(node)))
    return set()


def declared(node: Any) -> Iterator[Literal]:
    """The literals in a tree."""
    if isinstance(node, Literal):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from declared(part)
    elif isinstance(node, Node):
        for part in fields(node):
            yield from declared(getattr(node, part.name))
