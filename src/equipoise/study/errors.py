"""The catalogue of everything that can be wrong with a study folder, a record or a case file.

One code, one fault. The words in braces are filled in where the fault is found; the codes never change their
meaning, because tests, manuals and people name them. A load reports all the faults that it can find at once:
`DefinitionError` carries them as `problems`.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from equipoise.errors import EquipoiseError
from equipoise.rules.place import Place

ONCE = "A part that is written twice can disagree with itself."
CLOSED = "A field that nothing reads would look like a rule of the trial and be none."
WHOLE = "The engine runs exactly what is written; it cannot guess the rest."
LINKED = "A part that points at nothing would silently never apply."
UNKNOWN = "Unknown stays unknown: only a known fact may let somebody into the trial or keep somebody out."
DECIDE = (
    "What the record leaves open is decided by a named person in words that can be checked, or not at all."
)
DOSE = "Two doses, or none, for one patient cannot be prescribed; the engine never guesses."
MASK = "A masked person who reads one sealed fact is no longer masked."
ENTRY = "What is entered is stored as it is and acted on, so it must have one meaning."
CASES = "A case that cannot be read proves nothing."

# code: (fault, why, remedy)
CATALOGUE: dict[str, tuple[str, str, str]] = {
    "STUD-001": ("the definition has {count}", WHOLE, "Correct each of them:\n{list}"),
    "STUD-002": ("{found}", WHOLE, "Give a folder that holds a study: *.yaml files, and a folder forms/."),
    "STUD-003": ("this is not YAML: {found}", WHOLE, "Correct the layout at this place."),
    "STUD-004": ("{name!r} is written twice; it is also at {other}", ONCE, "Keep one of the two."),
    "STUD-005": (
        "{found} cannot be used here",
        ONCE,
        "Write the value out; a definition reads from top to end.",
    ),
    "STUD-006": (
        "the parts are nested deeper than {limit} levels",
        WHOLE,
        "Look for brackets that never close.",
    ),
    "STUD-007": (
        "a key must be a word, not a list or a mapping",
        WHOLE,
        "Quote it, if it was meant as text.",
    ),
    "STUD-010": (
        "there is no field {name!r} in {owner}{hint}",
        CLOSED,
        "Correct the name, or remove the field.",
    ),
    "STUD-011": ("{owner} has no {name!r}", WHOLE, "Add the field."),
    "STUD-012": ("{name}: {found}", WHOLE, "Write a value of the kind that is expected."),
    "STUD-013": (
        "{name!r} cannot be an identifier",
        "Rules name the parts of a study by their identifiers.",
        "Begin with a letter and use letters, digits and underscore.",
    ),
    "STUD-020": (
        "{owner} names {kind} {name!r}, which does not exist{hint}",
        LINKED,
        "Correct it, or add it.",
    ),
    "STUD-021": (
        "these name each other in a circle: {names}",
        "A value that depends on itself has no value.",
        "Break the circle.",
    ),
    "STUD-022": ("the rule gives {found}, where {expected} is needed", WHOLE, "Correct the rule."),
    "STUD-023": (
        "a literal is needed here, and not {found}",
        "Numbers stand apart from logic, so that a reader finds each with its reference.",
        "Write a literal here, and the rule as a derivation.",
    ),
    "STUD-024": ("the item of type {type} {found}", WHOLE, "Give each type what it needs and nothing else."),
    "STUD-025": ("the form {name!r} is collected nowhere", LINKED, "Name it in an encounter, or remove it."),
    "STUD-026": ("the encounter {name!r} {found}", WHOLE, "A planned encounter has an anchor and a day."),
    "STUD-027": ("the name {name!r} is already {other}", ONCE, "Choose another name."),
    "STUD-028": ("{found}", LINKED, "Make the parts agree."),
    "STUD-030": (
        "the criterion {name!r} is met when nothing is known about the patient",
        UNKNOWN,
        "Write the rule so that it needs a known fact: drop `is missing`, or ask the question.",
    ),
    "STUD-031": (
        "the exclusion {name!r} is ruled out when nothing is known about the patient",
        UNKNOWN,
        "Write the rule so that it needs a known fact: drop `is known`, or ask the question.",
    ),
    "STUD-033": (
        "the decision {name!r} is `decided` without {lacking}",
        DECIDE,
        "Add it, or use `assumption`.",
    ),
    "STUD-034": ("the decision {name!r} {found}", DECIDE, "Choose one of its options and say why."),
    "STUD-040": (
        "the exceptions {first!r} and {second!r} (at {other}) both apply when {when}",
        DOSE,
        "Make their conditions exclude each other.",
    ),
    "STUD-041": (
        "there is no dose when {when}, and no open decision says so",
        DOSE,
        "Add a base or an exception, or name a decision that is still `open`.",
    ),
    "STUD-042": (
        "the intercurrent events {first!r} and {second!r} (at {other}) have the same rule",
        ONCE,
        "One event has one strategy: keep one of them.",
    ),
    "STUD-043": ("the masked role {name!r} sees the category `sealed`", MASK, "Remove it from `sees`."),
    "STUD-044": (
        "the probability of the favoured arm is {found}",
        "At 1 (or more) the next arm can be foretold; at one half or less nothing is balanced.",
        "Give a number above 0.5 and below 1, such as 0.8.",
    ),
    "STUD-045": (
        "the allocation {found}",
        "Who gets which arm must be settled before the first patient.",
        "Correct the allocation.",
    ),
    "STUD-046": (
        "the estimand {name!r} {found}",
        "An estimand has five attributes that agree with each other.",
        "Correct the estimand.",
    ),
    "STUD-047": (
        "the form {name!r} is of kind {found}, and {expected} is needed",
        LINKED,
        "Name a form of that kind.",
    ),
    "STUD-048": (
        "the adverse event {name!r} is coded twice: {first}; {second}",
        "One reported term has one preferred term under one organ system, or tables count it twice.",
        "Keep one of the two.",
    ),
    "STUD-050": ("the form {form!r} has no item {name!r}{hint}", ENTRY, "Enter the items of the form."),
    "STUD-052": ("{name!r} is computed, and cannot be entered", ENTRY, "Leave it out; the form computes it."),
    "STUD-053": (
        "{found!r} is no reason why a value is missing",
        ENTRY,
        "Use not_done, not_asked, unknown or refused.",
    ),
    "STUD-054": ("{name!r}: {found}", ENTRY, "Enter it as the form asks."),
    "STUD-060": ("{found}", CASES, "See the manual, `Case files`."),
}


class StudyError(EquipoiseError):
    """One fault of a study folder, a record or a case file."""


class DefinitionError(StudyError):
    """All the faults that a load found; `problems` holds each, in the order of their places."""

    problems: tuple[EquipoiseError, ...]

    def __init__(self, problems: Iterable[EquipoiseError], folder: str) -> None:
        self.problems = tuple(problems)
        fault, why, remedy = CATALOGUE["STUD-001"]
        listed = "\n".join(f"{problem}" for problem in self.problems)
        super().__init__(
            code="STUD-001",
            place=folder,
            fault=fault.format(
                count="one fault" if len(self.problems) == 1 else f"{len(self.problems)} faults"
            ),
            why=why,
            remedy=remedy.format(list=listed),
        )


def problem(code: str, place: Place | str, **words: object) -> StudyError:
    """The error of this code at this place; `words` fill the braces of its fault and remedy."""
    fault, why, remedy = CATALOGUE[code]
    return StudyError(
        code=code, place=str(place), fault=fault.format(**words), why=why, remedy=remedy.format(**words)
    )


def hint(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` when something like `name` exists, else nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
