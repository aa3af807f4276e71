"""Which kinds of value may stand together, and what they give: the tables that the checker applies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from equipoise.rules import nodes as n
from equipoise.rules.arithmetic import HOURS, SCALE
from equipoise.rules.errors import fault
from equipoise.rules.place import Place
from equipoise.rules.types import (
    DURATION_UNITS,
    EXACT,
    Boolean,
    Code,
    DateType,
    DurationType,
    Number,
    QuantityType,
    TextType,
    Type,
    name_of,
)
from equipoise.rules.units import compound, is_offset, same_dimension
from equipoise.rules.values import Duration, Quantity, Value

AMOUNTS = (Number, QuantityType, DurationType)


def type_of_value(value: Value) -> Type:
    """The type of a value that is written in an expression."""
    if isinstance(value, bool):
        return Boolean()
    if isinstance(value, Decimal):
        return Number()
    if isinstance(value, Quantity):
        return QuantityType(value.unit)
    if isinstance(value, Duration):
        return DurationType(DURATION_UNITS[value.unit], value.unit)
    return TextType() if isinstance(value, str) else DateType(partial=not isinstance(value, date))


def comparable(left: n.Node, left_type: Type, right: n.Node, right_type: Type, place: Place) -> None:
    """Raises RULE-019 to 022 or RULE-026 unless the two have one scale."""
    for code, other, kind in ((left_type, right, right_type), (right_type, left, left_type)):
        if isinstance(code, Code) and isinstance(kind, TextType) and isinstance(other, n.Literal):
            if other.value not in code.values:
                values = ", ".join(code.values)
                raise fault("RULE-026", other.place, found=other.value, codes=code.name, values=values)
            return
    if type(left_type) is not type(right_type):
        for number, other_type in ((left_type, right_type), (right_type, left_type)):
            if isinstance(number, Number) and isinstance(other_type, QuantityType | DurationType):
                raise fault("RULE-022", place, right=name_of(other_type))
        raise fault("RULE-019", place, left=name_of(left_type), right=name_of(right_type))
    _one_scale(left_type, right_type, place)


def _one_scale(left: Type, right: Type, place: Place) -> None:
    match left, right:
        case QuantityType(), QuantityType() if not same_dimension(left.unit, right.unit):
            raise fault("RULE-020", place, left=left.unit, right=right.unit)
        case DurationType(), DurationType() if left.kind != right.kind:
            raise fault("RULE-021", place)
        case Code(), Code() if set(left.values) != set(right.values):
            raise fault("RULE-019", place, left=name_of(left), right=name_of(right))


def ordered(kind: Type, operator: str, place: Place) -> None:
    """Raises RULE-023 unless values of this kind have an order."""
    if not isinstance(kind, AMOUNTS + (DateType,)):
        raise fault("RULE-023", place, left=name_of(kind), operator=operator)


def amount(function: str, kind: Type, place: Place) -> Type:
    """The kind itself, without its precision, when it can be added. Raises RULE-036 or RULE-037."""
    if not isinstance(kind, AMOUNTS):
        raise fault("RULE-036", place, function=function, found=name_of(kind))
    return _without_decimals(kind, place)


def _without_decimals(kind: Type, place: Place) -> Type:
    if isinstance(kind, QuantityType):
        if is_offset(kind.unit):
            raise fault("RULE-037", place, left=kind.unit)
        return QuantityType(kind.unit)
    return DurationType(kind.kind, kind.unit) if isinstance(kind, DurationType) else Number()


def joined(left: n.Node, left_type: Type, right: n.Node, right_type: Type, place: Place) -> Type:
    """The kind of a value that is either of the two. Raises as `comparable` does."""
    comparable(left, left_type, right, right_type, place)
    if isinstance(left_type, TextType) or isinstance(right_type, TextType):
        return right_type if isinstance(left_type, TextType) else left_type
    if isinstance(left_type, DateType) and isinstance(right_type, DateType):
        return DateType(partial=left_type.partial or right_type.partial)
    return left_type if left_type == right_type else _plain(left_type)


def _plain(kind: Type) -> Type:
    if isinstance(kind, QuantityType):
        return QuantityType(kind.unit)
    if isinstance(kind, DurationType):
        return DurationType(kind.kind, kind.unit)
    return Number() if isinstance(kind, Number) else kind


def arithmetic(operator: str, left: Type, right: Type, place: Place) -> Type:
    """What LEFT operator RIGHT gives. Raises RULE-020 to 022, RULE-025 or RULE-037."""
    if isinstance(left, DateType) and operator in "+-":
        if isinstance(right, DurationType):
            return left
        if isinstance(right, DateType) and operator == "-":
            return DurationType(EXACT, "days")
    if isinstance(left, AMOUNTS) and isinstance(right, AMOUNTS):
        left, right = _without_decimals(left, place), _without_decimals(right, place)
        found = _sum(left, right, place) if operator in "+-" else _product(operator, left, right)
        if found is not None:
            return found
    raise fault("RULE-025", place, operator=operator, left=name_of(left), right=name_of(right))


def _sum(left: Type, right: Type, place: Place) -> Type | None:
    if type(left) is not type(right):
        for number, other in ((left, right), (right, left)):
            if isinstance(number, Number):
                raise fault("RULE-022", place, right=name_of(other))
        return None
    _one_scale(left, right, place)
    if isinstance(left, DurationType) and isinstance(right, DurationType):
        return min(left, right, key=lambda kind: SCALE[kind.unit])
    return left


def _product(operator: str, left: Type, right: Type) -> Type | None:
    if isinstance(right, Number):
        return left
    if isinstance(left, Number):
        return right if operator == "*" else None
    if isinstance(left, QuantityType) and isinstance(right, QuantityType):
        unit, _ = compound(left.unit, right.unit, 1 if operator == "*" else -1)
        return QuantityType(unit) if unit else Number()
    if operator == "/" and isinstance(left, DurationType) and isinstance(right, DurationType):
        return Number() if left.kind == right.kind else None
    return None


def whole_days(length: n.Node) -> None:
    """Raises RULE-031 for a written duration that is not a whole number of days."""
    value = length.value if isinstance(length, n.Literal) else None
    if isinstance(value, Duration) and value.unit in HOURS and value.count * HOURS[value.unit] % 24:
        raise fault("RULE-031", length.place, found=f"{value.count} {value.unit}")


def count_of_arguments(node: n.Call, expected: int) -> None:
    """Raises RULE-027 unless the function has this many arguments."""
    found = len(node.arguments)
    if found != expected:
        words = f"{expected} argument{'s' if expected > 1 else ''}"
        raise fault("RULE-027", node.place, function=node.function, expected=words, found=found)
