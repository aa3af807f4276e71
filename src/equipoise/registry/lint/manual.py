"""Prints the manual of the rules from the rules themselves: `python -m equipoise.registry.lint.manual`."""

from __future__ import annotations

from equipoise.registry.lint.model import RULES

SEVERITIES = {
    "E": "Error: blocks carrying out",
    "W": "Warning: needs a decision",
    "I": "Information: hygiene",
}
HEAD = """# What the linter finds

Written by `python -m equipoise.registry.lint.manual`; do not edit by hand.

`equipoise lint RECORD` reads a registry record (version 2 JSON) and lists what its readers could not carry
out as written. Each finding has a code, a severity, the record's exact words with their place, why it
matters, and a question for the sponsor. Rules know no trial. What only a person sees in free text is a
reviewed annotation in the study's folder (`annotations.yaml`), shown with the reader's role and the date.

| Severity | Meaning |
| --- | --- |
"""

LEVELS = """
## How a rule gets its level

The level says how certain the linter is, not how bad it would be.

An error is what every careful reader accepts as one.

- **Error** only for what the record's own words or fields contradict (one field against another, a title against
  a field, a limit in the text against its field), or leave impossible to carry out (no dose at a border, no unit
  where laboratories use two, no primary outcome). A rule that reads coded fields, counts and dates alone may be one
  from the start. A rule that reads prose is one only when at least three of its findings were judged, on records
  that it was not written on, and four in five of them were right; where two readers judged a finding, it is right
  only when both say so. A rule that is narrowed after its findings were read does not rise by that: it must be read
  again on other records. `benchmarks/lint_precision` keeps every judgement, `docs/benchmarks.md` prints them rule by
  rule, with the share to expect on new records, and a test holds every error to this.
- **Warning** for a likely gap: a careful reader could still find the answer, or the words allow two readings. Rules
  that were errors and were found wrong, too seldom right or by one reader only, and rules that nobody has judged,
  stand here.
- **Information** for the rest: forms, copies, spelling.

A reviewed annotation may raise what a rule only warns of: a reader who is certain says so for this one record,
with role and date.

"""


def manual() -> str:
    """The manual as Markdown: severities, then every rule in the order of its code."""
    parts = [HEAD, *(f"| {key} | {text} |\n" for key, text in SEVERITIES.items()), LEVELS]
    for rule in sorted(RULES, key=lambda one: one.code):
        note = " ".join((rule.check.__doc__ or "").split())
        parts.append(f"## {rule.code} ({rule.severity}) {rule.title}\n\n")
        parts.append(f"Fires on: {note}\n\nWhy it matters: {rule.why}\n\nQuestion: {rule.question}\n\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    import equipoise.registry.lint  # noqa: F401  the rules enter the catalogue when they are imported

    print(manual(), end="")
