"""What each scheme of allocation needs and what it cannot use, checked before anybody is randomised.

The schemes themselves (`equipoise.allocation`) refuse the same; here the fault has its line in the definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import gcd

from equipoise.errors import EquipoiseError
from equipoise.study.errors import hint, problem
from equipoise.study.model import Allocation, Definition
from equipoise.study.source import Source

# scheme: (fields that it needs, fields that it may have besides, for two equal arms only)
SCHEMES: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "permuted_blocks": ((), ("maximum",), False),
    "complete": ((), ("maximum",), False),
    "random_allocation_rule": (("maximum",), (), False),
    "biased_coin": (("probability",), ("maximum",), True),
    "big_stick": (("tolerance",), ("maximum",), True),
    "chen": (("probability", "tolerance"), ("maximum",), True),
    "maximal": (("maximum", "tolerance"), (), True),
    "urn": (("urn",), ("maximum",), False),
    "minimisation": (("probability",), ("weights",), False),
}
FIELDS = ("maximum", "probability", "tolerance", "urn", "weights")
WHOLE_LISTS = ("random_allocation_rule", "maximal")


def allocation(definition: Definition, source: Source) -> Iterator[EquipoiseError]:
    """The scheme has what it needs, and nothing that it would not use; none is deterministic."""
    part = definition.allocation
    if len(definition.arms) < 2:
        yield problem("STUD-045", source.place("arms"), found="needs at least two arms")
    yield from _fields(part, source)
    for found in _arms(part, [arm.ratio for arm in definition.arms.values()]):
        yield problem("STUD-045", source.place("allocation"), found=found)
    yield from _weights(part, source)
    for name, stratum in part.strata.items():
        if len(set(stratum.levels)) < max(2, len(stratum.levels)):
            found = f"has the stratum {name!r} with fewer than two different levels"
            yield problem("STUD-045", source.place(f"allocation.strata.{name}.levels"), found=found)


def _fields(part: Allocation, source: Source) -> Iterator[EquipoiseError]:
    needed, possible, _ = SCHEMES[part.scheme]
    for field in FIELDS:
        given = getattr(part, field) not in (None, {})
        if field == "probability" and field in needed:
            if not _is_probability(part.probability):
                where = source.place("allocation.probability")
                yield problem("STUD-044", where, found=part.probability or "not given")
        elif field in needed and not given:
            yield problem("STUD-045", source.place("allocation"), found=f"by {part.scheme} needs `{field}`")
        elif given and field not in (*needed, *possible):
            where = source.place(f"allocation.{field}")
            yield problem("STUD-045", where, found=f"by {part.scheme} cannot use `{field}`")


def _arms(part: Allocation, ratio: list[int]) -> Iterator[str]:
    """What does not fit the arms and their shares."""
    equal = len(set(ratio)) == 1
    if SCHEMES[part.scheme][2] and not (equal and len(ratio) == 2):
        yield f"by {part.scheme} is defined for two arms of the same ratio"
    if part.scheme == "urn" and not equal:
        yield "by urn is defined for arms of the same ratio"
    unit = sum(ratio) // gcd(*ratio)
    if part.scheme in WHOLE_LISTS and part.maximum is not None and part.maximum % unit:
        yield f"by {part.scheme} needs a `maximum` that is a multiple of {unit}"
    if part.scheme == "minimisation" and not part.strata and not part.by_site:
        yield "minimises over no factor"


def _weights(part: Allocation, source: Source) -> Iterator[EquipoiseError]:
    factors = {*part.strata, "site"} if part.by_site else set(part.strata)
    for name in sorted(set(part.weights) - factors):
        where = source.key(f"allocation.weights.{name}")
        yield problem(
            "STUD-020", where, owner="'allocation.weights'", kind="the stratum", name=name,
            hint=hint(name, factors),
        )  # fmt: skip


def _is_probability(text: str | None) -> bool:
    try:
        return text is not None and Fraction(1, 2) < Fraction(text) < 1
    except (ValueError, ZeroDivisionError):
        return False
