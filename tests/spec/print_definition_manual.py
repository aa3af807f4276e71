"""Prints the reference manual of a study definition from the model, the table of places for rules and the codes.

`python -m tests.spec.print_definition_manual > docs/reference/definition.md`; a test fails when they differ.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from equipoise.study import casefile, model
from equipoise.study.convert import fields_of, required, without_none
from equipoise.study.errors import CATALOGUE
from equipoise.study.parts import Identifier, Rule, Words
from equipoise.study.sites import SITES

HEAD = """# The definition of a study

This page is printed from the model; a test fails when the two differ.

A study is a folder. All `*.yaml` files at its top and in `forms/` together are the definition: each top key of a
file is a field of the table `Definition` below, and the parts that several files give are merged. `cases/`,
`scenarios/`, `annotations.yaml` and `design.yaml` stand beside the definition and are not part of it.

YAML is only the carrier. Every scalar is kept as the text that was written, and the field says what it means, so
`NO`, `1.10` and `08:30` stay what they are. Anchors, aliases and tags are refused, and so is the same key twice.
A text that holds a colon and a blank, such as a rule with `any(h in history: ...)`, is quoted or stands in a
block after `|`. For completion in an editor, put this line at the head of a file:

```yaml
# yaml-language-server: $schema=../../docs/reference/definition.schema.json
```

`equipoise check` loads a study and says all faults that it can find at once, each with file, line and column.

## The smallest study

```yaml
{smallest}```

## Principles that the loader holds

- A criterion that comes out true, or an exclusion that comes out false, when nothing is known is refused.
- Two exceptions of one dose that apply at once are refused at both places; a patient for whom none applies, where
  there is no base, is refused unless a decision that is still `open` is named there.
- An intercurrent event has one strategy, and no event stands twice in an estimand.
- A decision that is `decided` has a signatory, a citation and a date; `assumption` and `decided` have a choice and
  its reason; an open one has no choice.
- A rule that blinded people depend on may name neither the arm nor anything that is derived from it.
- A masked role does not see what is sealed. A minimisation is never deterministic.

## The digest

Each version of a study has a digest: SHA-256 over canonical JSON of the definition, in which each rule stands as
its tree and fields with their default value are left out. Comments, layout, the order of keys, cases, scenarios
and annotations do not change it; decisions do. Every event of a ledger names the digest under which it was made.
"""
CASES = """## Case files

Files in `cases/` hold patients with the verdict that the protocol gives them; `equipoise check` and the tests run
them. A case takes a patient, changes what is different, and expects verdicts. A criterion is `met` when it stands
in nobody's way: for an inclusion its rule is true, for an exclusion it is false.

```yaml
patients:
  ready:
    today: 2026-03-02
    names: {consented_on: 2026-02-20}
    records:
      - {form: pain, encounter: screening, date: 2026-02-20, values: {worst: "2"}}
    logs: {events: none}
cases:
  - case: pain of 3 at screening
    patient: ready
    change: [{form: pain, encounter: screening, values: {worst: "3"}}]
    expect: {eligible: no, criteria: {I3: not_met}}
    reference: protocol section 4.1
```
"""
CASE_PARTS = [casefile.CaseFile, casefile.Patient, casefile.RecordedForm, casefile.Case, casefile.Expectation]


def kind(shape: Any) -> str:
    """A type in words."""
    if shape == Rule:
        return "rule"
    if shape == Identifier:
        return "identifier"
    if shape in (str, Words):
        return "text"
    if shape is bool:
        return "true or false"
    if isinstance(shape, type):
        return (
            f"[{shape.__name__}](#{shape.__name__.lower()})"
            if issubclass(shape, msgspec.Struct)
            else "number"
        )
    origin, parts = get_origin(shape), get_args(shape)
    if origin is typing.Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is typing.Annotated:
        return kind(parts[0])
    if origin is dict:
        return f"{kind(parts[1])} by {kind(parts[0])}".replace("text by text by", "mapping of codes by")
    if origin is tuple:
        return f"list of {kind(parts[0])}"
    assert origin is types.UnionType or origin is typing.Union
    plain = without_none(shape)
    return kind(plain) if plain is not shape else " or ".join(kind(part) for part in parts)


def table(part: type) -> Iterator[str]:
    """One part of the model: what it says of itself, and its fields."""
    yield from (f"### {part.__name__}", "", inspect.cleandoc(part.__doc__ or ""), "")
    yield from ("| Field | Holds | Needed |", "| --- | --- | --- |")
    for name, shape in fields_of(part).items():
        need = "yes" if name in required(part) else ""
        yield f"| `{name}` | {kind(shape)} | {need} |"
    yield ""


def reachable(part: type, seen: list[type]) -> list[type]:
    """A part and all parts within it, each once, in the order in which they are met."""
    if part not in seen:
        seen.append(part)
        for shape in fields_of(part).values():
            for inner in structures(shape):
                reachable(inner, seen)
    return seen


def structures(shape: Any) -> Iterator[type]:
    """The structures that a type holds."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield shape
    for part in get_args(shape):
        yield from structures(part)


def sites() -> Iterator[str]:
    """The table of places for rules."""
    words = {
        "Boolean": "true or false",
        "QuantityType": "a quantity",
        "Number": "a number",
        "DurationType": "a duration",
        "DateType": "a date",
        "Code": "a code",
        "TextType": "a text",
    }
    yield from ("| Place | Gives | When it is unknown |", "| --- | --- | --- |")
    for pattern, site in SITES.items():
        gives = (
            "anything" if len(site.gives) == len(words) else " or ".join(words[name] for name in site.gives)
        )
        yield f"| `{pattern}` | {gives} | {site.unknown} |"
    yield ""


def codes() -> Iterator[str]:
    """The table of errors."""
    yield from ("| Code | Fault | Remedy |", "| --- | --- | --- |")
    for code, (fault, _, remedy) in CATALOGUE.items():
        row = f"| {code} | {fault} | {remedy.partition(chr(10))[0]} |"
        yield re.sub(r"\{(\w+)(!r)?\}", r"*\1*", row)
    yield ""


def manual(smallest: str) -> str:
    """The whole page."""
    lines = [HEAD.replace("{smallest}", smallest), "## Parts", ""]
    for part in reachable(model.Definition, []):
        lines += table(part)
    lines += ["## Places for rules", "", *sites(), CASES]
    for part in CASE_PARTS:
        lines += table(part)
    lines += ["## Errors", "", *codes()]
    return "\n".join(lines)


def text() -> str:
    """The page with the smallest definition of the tests in it."""
    from tests.spec.study_samples import FOLDER

    return manual((FOLDER.parent / "smallest" / "study.yaml").read_text(encoding="utf-8"))


if __name__ == "__main__":
    print(text(), end="")
