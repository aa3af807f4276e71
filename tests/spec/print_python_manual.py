"""Prints the reference of `import equipoise as eq` from the exports: signature and docstring of each.

`make manual` writes `docs/reference/python.md`; a test fails when they differ.
"""

from __future__ import annotations

import inspect
from typing import Any

import equipoise as eq

HEAD = """# `import equipoise as eq`

This page is printed from the exports; a test fails when the two differ. The import itself loads nothing: each name is
imported when it is first used. [The tutorial](../tutorial/statistician.md) goes through a trial with them; [another
page](from-r.md) says what R calls them.

A frame is a Polars or pandas frame, or a mapping of names to lists or arrays; columns are given by name, one row a
participant unless the function says otherwise. Missing is null, NaN or NA, and is never dropped in silence: a function
refuses it until it is told what a missing value means, and the result says how many were analysed and how many were
missing. Numbers may be of Python, NumPy or Decimal; any other kind of argument is refused by name (`FRAM-008`). An
effect is that of each arm against the `reference`. A result prints as a short table, shows itself in a notebook with
its picture, and has `to_frame()`. The mathematics, sources and limits stand in [design](design.md),
[estimators](estimators.md) and [randomisation](randomisation.md).

`alpha` is one-sided (0.025) in sizes and powers of goals and in boundaries; it is two-sided (0.05) in the normal
formulas, in exact tests of two proportions and in exact boundaries. Each signature shows which.
"""
WIDE = 100


def page() -> str:
    """The page."""
    parts = [HEAD]
    for chapter, names in eq.CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        parts += [entry(name, getattr(eq, name)) for name in names]
    return "\n".join(parts)


def entry(name: str, made: Any) -> str:
    """One export: its signature, then its docstring."""
    words = with_example((inspect.getdoc(made) or "").strip())
    if inspect.isclass(made):
        return f"### `{name}`\n\n{words}\n{methods(made)}"
    return f"### `{name}`\n\n```text\n{signature(name, made)}\n```\n\n{words}\n"


def with_example(words: str) -> str:
    """The words, with the example that they end with as a block of its own."""
    said, mark, example = words.partition("\n\n>>> ")
    return f"{said}\n\n```pycon\n>>> {example}\n```" if mark else words


def signature(name: str, made: Any) -> str:
    """The signature on one line, or a line for each parameter; of the same text under every release of Python."""
    found = inspect.signature(made)
    parts = [parameter(each) for each in found.parameters.values()]
    first = next(
        (n for n, each in enumerate(found.parameters.values()) if each.kind is each.KEYWORD_ONLY), None
    )
    if first is not None:
        parts.insert(first, "*")
    back = str(found.return_annotation)
    line = f"{name}({', '.join(parts)}) -> {back}"
    if len(line) <= WIDE:
        return line
    inner = "".join(f"    {each},\n" for each in parts)
    return f"{name}(\n{inner}) -> {back}"


def parameter(given: inspect.Parameter) -> str:
    """`name: type = default`."""
    shown = f"{given.name}: {given.annotation}"
    return shown if given.default is given.empty else f"{shown} = {given.default!r}"


def methods(made: type) -> str:
    """What a result offers beside its fields, a line each."""
    lines = []
    for name, each in vars(made).items():
        words = inspect.getdoc(each) or ""
        if name.startswith("_") or not words or not (callable(each) or isinstance(each, property)):
            continue
        call = f"{name}" if isinstance(each, property) else f"{name}()"
        lines.append(f"- `{call}`: {' '.join(words.split())}")
    return "\n" + "\n".join(lines) + "\n" if lines else ""
