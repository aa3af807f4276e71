"""The catalogue of everything that can be wrong with an expression or an entered value.

One code, one fault; the words in braces are filled in where the fault is found. Codes never change their
meaning: definitions, tests and manuals name them.
"""

from __future__ import annotations

from equipoise.errors import EquipoiseError
from equipoise.rules.place import Place

LOGIC = "A rule that cannot be read with certainty is not run."
TYPES = "Values of different kinds have no common scale, so the verdict would be arbitrary."
NAMES = "A rule may only read what the study collects."
ENTRY = "What is entered is stored as it is and acted on, so it must have one meaning."

# code: (fault, why, remedy)
CATALOGUE: dict[str, tuple[str, str, str]] = {
    "RULE-001": ("the character {found!r} means nothing here", LOGIC, "Remove it, or quote it inside '...'."),
    "RULE-002": ("a text begins here and is never closed", LOGIC, "Close it with a single quote."),
    "RULE-003": ("expected {expected}, found {found}", LOGIC, "Correct the expression at this place."),
    "RULE-004": ("the expression ends where {expected} was expected", LOGIC, "Complete the expression."),
    "RULE-005": (
        "{found} follows a complete expression",
        LOGIC,
        "Join them with and, or, or an operator.",
    ),
    "RULE-006": (
        "{found} is not a date of the calendar",
        "A date that does not exist cannot be compared.",
        "Write YYYY-MM-DD, @YYYY-MM or @YYYY.",
    ),
    "RULE-007": (
        "{unit!r} is not a known unit{hint}",
        "A quantity without a defined unit cannot be compared or converted.",
        "Use a UCUM code without spaces (mg/wk, 10*9/L), and put spaces around operators.",
    ),
    "RULE-008": (
        "{unit!r} as a length of time is written as a word",
        "Days, weeks and calendar months follow different rules, which a UCUM code hides.",
        "Write hours, days, weeks, months or years.",
    ),
    "RULE-009": (
        "{found} is not a whole number of {unit}",
        "A part of a calendar month has no defined length.",
        "Write a whole number, or use days or weeks.",
    ),
    "RULE-010": (
        "{found!r} is not a function{hint}",
        "The table of functions is closed.",
        "Use min, max, sum, abs, round, age, any, all, count, latest or earliest.",
    ),
    "RULE-011": ("there is no form {found!r}{hint}", NAMES, "Correct the name, or add the form."),
    "RULE-012": (
        "the form {form!r} has no item {found!r}{hint}",
        NAMES,
        "Correct the name, or add the item.",
    ),
    "RULE-013": (
        "the name {found!r} is not known here{hint}",
        NAMES,
        "Define a parameter or derivation of that name, or write form.item.",
    ),
    "RULE-014": (
        "the name {found!r} is sealed here",
        "A rule read by blinded people must come out the same in every arm.",
        "Move the rule to a place that may know it, or do not use it.",
    ),
    "RULE-015": ("there is no encounter {found!r}{hint}", NAMES, "Correct the name, or add the encounter."),
    "RULE-016": (
        "the form {form!r} is not collected at {found!r}",
        "The rule would wait for ever for a record that nobody enters.",
        "Name one of its encounters, or add the form to that encounter.",
    ),
    "RULE-017": (
        "the form {form!r} is a log of many records, so {form}.{item} has no single value",
        "Which record is meant decides the verdict.",
        "Use any, all, count, latest or earliest.",
    ),
    "RULE-018": (
        "the form {form!r} is collected at several encounters, so {form}.{item} has no single value",
        "Which encounter is meant decides the verdict.",
        "Write {form}.{item} at ENCOUNTER, or use latest(...).",
    ),
    "RULE-019": ("{left} cannot be compared or joined with {right}", TYPES, "Bring both to the same kind."),
    "RULE-020": (
        "{left} and {right} are units of different dimensions",
        TYPES,
        "Use units of one dimension; mass and amount of substance need a molar mass, which you must state.",
    ),
    "RULE-021": (
        "days or weeks cannot be compared or added with months or years",
        "A month is a calendar month and has no fixed number of days.",
        "Write both in days and weeks, or both in months and years.",
    ),
    "RULE-022": (
        "a number without a unit stands against {right}",
        "80 may be kilograms or pounds.",
        "Write the unit after the number.",
    ),
    "RULE-023": (
        "{left} has no order, so {operator} has no meaning",
        TYPES,
        "Use =, != or in {{'...'}}.",
    ),
    "RULE-024": ("{found} stands where true or false is needed", LOGIC, "Compare it with something."),
    "RULE-025": ("{operator} is not defined for {left} and {right}", TYPES, "Correct the kinds of the two."),
    "RULE-026": (
        "{found!r} is not one of the codes of {codes}: {values}",
        "The comparison could never be true.",
        "Correct the code, or add it to the list.",
    ),
    "RULE-027": ("{function} takes {expected}, and {found} given", LOGIC, "Correct the arguments."),
    "RULE-028": (
        "the places to round to must be a whole number from 0 to 12",
        "Rounding is part of the rule and must be visible in it.",
        "Write round(x, 1).",
    ),
    "RULE-029": (
        "the variable {found!r} already names something else",
        "One word must have one meaning inside a rule.",
        "Choose another variable.",
    ),
    "RULE-030": (
        "{found!r} is not a reason for a missing value{hint}",
        "Reasons are a closed list, so that they can be counted.",
        "Use one of: {values}.",
    ),
    "RULE-031": (
        "{found} is not a whole number of days, and dates have no time of day",
        "The result would not be a date.",
        "Use whole days.",
    ),
    "RULE-032": ("the expression is empty", LOGIC, "Write an expression, or leave the rule out."),
    "RULE-033": (
        "comparisons cannot be chained",
        "a < b < c has two readings.",
        "Write a < b and b < c, or X in LOW..HIGH.",
    ),
    "RULE-034": (
        "the expression is nested or chained more than {limit} deep",
        "Nobody can review such a rule.",
        "Split it into derivations with names.",
    ),
    "RULE-035": (
        "the item name {found!r} is built into every record",
        "Two meanings of one name would decide verdicts by accident.",
        "Rename the item.",
    ),
    "RULE-036": (
        "{function} is not defined for {found}",
        TYPES,
        "See the table of functions.",
    ),
    "RULE-037": (
        "{left} is a scale with an offset, so it cannot be multiplied, divided or added",
        "20 Cel is not twice 10 Cel.",
        "Compare temperatures, or subtract with both in K.",
    ),
    "RULE-038": (
        "expected an expression, found {found}",
        LOGIC,
        "Correct the expression at this place.",
    ),
    "RULE-048": (
        "the number has more than {limit} digits",
        "No measurement is that precise; it is a slip of the keyboard.",
        "Write a shorter number.",
    ),
    "RULE-041": ("{text!r} is not a number", ENTRY, "Write digits with a point, such as 80.5."),
    "RULE-042": (
        "{text!r} has more than {decimals} decimals",
        ENTRY,
        "Enter it with the precision of the form.",
    ),
    "RULE-043": ("{text!r} is neither true nor false", ENTRY, "Enter true or false."),
    "RULE-044": ("{text!r} is not a date of the calendar", ENTRY, "Enter YYYY-MM-DD."),
    "RULE-045": (
        "{text!r} is an incomplete date, which this item does not accept",
        "What follows needs the exact day.",
        "Enter YYYY-MM-DD, or record why it is missing.",
    ),
    "RULE-046": ("{text!r} is not one of: {values}", ENTRY, "Choose one of the list."),
    "RULE-047": (
        "nothing was entered",
        "An empty value hides whether it was not done, refused or forgotten.",
        "Enter a value, or record why it is missing.",
    ),
}


class RuleError(EquipoiseError):
    """A fault in an expression or an entered value; `code` is one of CATALOGUE."""


def fault(code: str, place: Place | str, **words: object) -> RuleError:
    """The error of the catalogue with this code, its braces filled from `words`."""
    what, why, remedy = CATALOGUE[code]
    return RuleError(
        code=code, place=str(place), fault=what.format(**words), why=why, remedy=remedy.format(**words)
    )
