"""What a person gives at a prompt, held to the kinds that a function declares.

A number may be an int, a float, a Decimal or a scalar of NumPy, a whole number also a float such as 61.0; the function
gets Python's own. Anything else is a coded error that names the argument and the kind, not a failure somewhere inside.
Which numbers, words and columns serve is judged by the function.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np

from equipoise.analysis.frames.errors import frame_error

SHOWN = 60


class Unfit(Exception):
    """A value of another kind; holds what kind it should be."""


def number(value: Any) -> float | int:
    """A number, of Python's own kinds."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        raise Unfit("a number")
    return int(value) if isinstance(value, Integral) else float(value)


def whole(value: Any) -> int:
    """A whole number, also one that is written as a float."""
    try:
        found = number(value)
    except Unfit:
        raise Unfit("a whole number") from None
    if not math.isfinite(found) or found != int(found):
        raise Unfit("a whole number")
    return int(found)


def text(value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise Unfit("a text")
    return value


def truth(value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise Unfit("True or False")
    return bool(value)


def array(value: Any) -> Any:
    """A number, or an array of numbers."""
    given = np.asarray(value)
    try:
        if given.ndim == 0:
            return number(value)
        if given.dtype.kind in "iufO" and given.size:
            return given.astype(float)
    except (Unfit, TypeError, ValueError):
        raise Unfit("a number or an array of numbers") from None
    raise Unfit("a number or an array of numbers")


def listed(kind: Callable[[Any], Any], words: str) -> Callable[[Any], list[Any]]:
    """A sequence whose members are of a kind."""

    def judged(value: Any) -> list[Any]:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise Unfit(f"a sequence of {words}")
        try:
            return [kind(each) for each in value]
        except Unfit:
            raise Unfit(f"a sequence of {words}") from None

    return judged


def pair(value: Any) -> tuple[float, ...]:
    """Two numbers."""
    return two(number, "numbers")(value)


def two(kind: Callable[[Any], Any], words: str) -> Callable[[Any], tuple[Any, ...]]:
    """A pair whose members are of a kind."""

    def judged(value: Any) -> tuple[Any, ...]:
        found = tuple(listed(kind, words)(value))
        if len(found) != 2:
            raise Unfit(f"a pair of {words}")
        return found

    return judged


def nothing(value: Any) -> None:
    """None."""
    if value is not None:
        raise Unfit("None")


def either(*kinds: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The first of the kinds that fits."""

    def judged(value: Any) -> Any:
        wanted = []
        for kind in kinds:
            try:
                return kind(value)
            except Unfit as unfit:
                wanted.append(str(unfit))
        raise Unfit(" or ".join(wanted))

    return judged


def made_by(maker: str, *names: str) -> Callable[[Any], Any]:
    """An object of one of these classes, which `maker` returns."""

    def judged(value: Any) -> Any:
        if not any(each.__name__ in names for each in type(value).__mro__):
            raise Unfit(f"what `{maker}` returns")
        return value

    return judged


def spending(value: Any) -> Any:
    """A function of the error and the information."""
    if not callable(value):
        raise Unfit("a function")
    return value


def ledger(value: Any) -> Any:
    """A ledger, or a practice trial that has one."""
    if not hasattr(value, "head"):
        raise Unfit("what `eq.open_ledger` or `eq.practice_trial` returns")
    return value


HAZARD = either(number, listed(pair, "pairs (from when, hazard)"))
SCHEME = made_by("eq.PermutedBlocks` or another scheme, such as `eq.Urn", "ListScheme", "PermutedBlocks")
WORDS = (
    "Goal", "Measure", "ExactTest", "Alternative", "Distribution", "Method", "Variance", "Statistic", "EventMethod",
    "SurvivalMethod", "Weights", "Handling", "Imputing", "RatioMethod", "Bands",
)  # fmt: skip
"""Names of the lists of words of which a function takes one."""
KINDS: dict[str, Callable[[Any], Any]] = {
    "float": number,
    "float | None": either(number, nothing),
    "float | tuple[float, float]": either(number, pair),
    "tuple[float, float] | None": either(pair, nothing),
    "Margin": either(number, pair, nothing),
    "int": whole,
    "int | None": either(whole, nothing),
    "Counts": either(whole, listed(whole, "whole numbers")),
    "Sequence[int]": listed(whole, "whole numbers"),
    "Sequence[int | None] | None": either(listed(either(whole, nothing), "whole numbers and None"), nothing),
    "Sequence[float]": listed(number, "numbers"),
    "Sequence[float] | None": either(listed(number, "numbers"), nothing),
    "Sequence[float | None] | None": either(listed(either(number, nothing), "numbers and None"), nothing),
    "Sequence[float] | int": either(whole, listed(number, "numbers")),
    "ArrayLike": array,
    "bool": truth,
    "bool | None": either(truth, nothing),
    "str": text,
    "str | None": either(text, nothing),
    "Sequence[str]": listed(text, "texts"),
    "str | Sequence[str]": either(text, listed(text, "texts")),
    **dict.fromkeys(WORDS, text),
    "Hazard": HAZARD,
    "tuple[Hazard, Hazard]": two(HAZARD, "hazards"),
    "UserSpending | None": either(spending, listed(number, "numbers"), nothing),
    "Sequence[object] | None": either(listed(lambda each: each, "visits"), nothing),
    "Scheme": SCHEME,
    "ListScheme | PermutedBlocks": SCHEME,
    "OpenedStudy": made_by("eq.load_study", "OpenedStudy"),
    "Cut": made_by("eq.cut", "Cut"),
    "Store | PracticeTrial": ledger,
    "Boundaries": made_by("eq.boundaries", "Boundaries"),
    "BinarySequential": made_by("eq.exact_boundaries", "BinarySequential"),
    "OneSample": made_by("eq.one_sample_boundaries", "OneSample"),
    "Size | SurvivalSize": made_by("eq.proportions_size` or `eq.survival_size", "Size", "SurvivalSize"),
    "Sequence[RecruitingSite]": listed(
        made_by("eq.RecruitingSite", "RecruitingSite"), "what `eq.RecruitingSite` returns"
    ),
    "Window": made_by("eq.Window", "Window"),
    "Guesses": made_by("eq.Guesses", "Guesses"),
    "Guesses | SureGuesses": made_by("eq.Guesses` or `eq.SureGuesses", "Guesses", "SureGuesses"),
}
"""The kinds by the annotation that says them; what is not here is left to the function."""


def held(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as `import equipoise` gives it by this name: its arguments are of the kinds that it declares. Raises
    FRAM-008 for one of another kind."""
    signature = inspect.signature(function)
    kinds = {
        each.name: text if each.annotation.startswith("Literal") else KINDS[each.annotation]
        for each in signature.parameters.values()
        if each.annotation in KINDS or each.annotation.startswith("Literal")
    }

    @functools.wraps(function)
    def asked(*arguments: Any, **named: Any) -> Any:
        bound = signature.bind(*arguments, **named)
        for key, value in bound.arguments.items():
            if key in kinds:
                bound.arguments[key] = _judged(f"{name}, {key}", kinds[key], value)
        return function(*bound.args, **bound.kwargs)

    asked.__module__, asked.__name__, asked.__qualname__ = "equipoise", name, name
    return asked


def _judged(place: str, kind: Callable[[Any], Any], value: Any) -> Any:
    try:
        return kind(value)
    except Unfit as unfit:
        shown = repr(value) if len(repr(value)) <= SHOWN else f"a {type(value).__name__}"
        raise frame_error("FRAM-008", place, f"{shown} is not {unfit}") from None
