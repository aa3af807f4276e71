"""Facts about a patient as a form asks for them and as a web address carries them.

Every field is text as it was typed, so that a form that was filled wrongly comes back as it was. An empty field says
nothing: what is not given is not known. The facts themselves are read and checked by `match.facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

SINGLE = (
    "age", "age_unit", "sex", "country", "pregnant", "breastfeeding", "healthy", "ecog", "karnofsky",
)  # fmt: skip
WHOLE = frozenset({"age", "ecog", "karnofsky"})
TRUTHS = {"yes": True, "no": False}
LISTS = ("conditions", "without", "drugs", "tried", "never")
LAB = ("lab", "value", "unit", "limit")
SPARE = 2  # empty rows for measurements below the filled ones
MOST = 40  # rows and lines; more are left out
LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One row of a measurement: its name, value, unit, and the upper limit of normal."""

    lab: str = ""
    value: str = ""
    unit: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsForm:
    """The form as it was filled.

    conditions: what the person has; without: what not. drugs: taken now; tried: ever taken; never: never taken. Each
    of these is one thing a line.
    """

    age: str = ""
    age_unit: str = ""
    sex: str = ""
    country: str = ""
    pregnant: str = ""
    breastfeeding: str = ""
    healthy: str = ""
    ecog: str = ""
    karnofsky: str = ""
    conditions: str = ""
    without: str = ""
    drugs: str = ""
    tried: str = ""
    never: str = ""
    labs: tuple[Lab, ...] = ()

    @property
    def rows(self) -> tuple[Lab, ...]:
        """The rows that the form shows: the filled ones and some empty ones."""
        return (*self.labs, *(Lab() for _ in range(SPARE)))

    def to_url(self) -> str:
        """The parameters of the address that holds these facts."""
        pairs = [(name, getattr(self, name)) for name in (*SINGLE, *LISTS) if getattr(self, name)]
        pairs += [(name, getattr(row, name)) for row in self.labs for name in LAB]
        return urlencode(pairs)

    def data(self) -> dict[str, Any]:
        """The facts as `match.facts.read_facts` takes them. A number that is none stays text, and is refused there."""
        found: dict[str, Any] = {
            name: _typed(name, getattr(self, name)) for name in SINGLE if getattr(self, name)
        }
        found["conditions"] = [
            *_lines(self.conditions),
            *({"name": one, "present": False} for one in _lines(self.without)),
        ]
        found["drugs"] = [
            *({"name": one, "current": True} for one in _lines(self.drugs)),
            *({"name": one, "ever": True} for one in _lines(self.tried)),
            *({"name": one, "ever": False} for one in _lines(self.never)),
        ]
        found["labs"] = [_lab(row) for row in self.labs]
        return {name: value for name, value in found.items() if value != []}


def form_of(parameters: str) -> FactsForm | None:
    """The form in the parameters of a web address; None where they hold no fact. What is not understood is left out,
    and of a field that is given twice the lists keep both."""
    try:
        pairs = parse_qsl(parameters.removeprefix("?"), keep_blank_values=True, max_num_fields=400)
    except ValueError:
        return None
    cleaned = [(name, _clean(value)) for name, value in pairs]
    single = {name: value for name, value in cleaned if name in SINGLE}
    lists = {name: "\n".join(value for key, value in cleaned if key == name and value) for name in LISTS}
    form = FactsForm(**single, **lists, labs=_labs(cleaned))
    return form if form.data().keys() - {"age_unit"} else None


def _labs(pairs: Sequence[tuple[str, str]]) -> tuple[Lab, ...]:
    """The rows in which anything besides the name of the measurement is filled, or that name itself."""
    columns = {name: [value for key, value in pairs if key == name] for name in LAB}
    rows = [
        Lab(**{name: column[at] if at < len(column) else "" for name, column in columns.items()})
        for at in range(min(max(map(len, columns.values())), MOST))
    ]
    return tuple(row for row in rows if row != Lab())


def _lab(row: Lab) -> dict[str, str]:
    given = {"name": row.lab, "value": row.value, "unit": row.unit, "upper_limit": row.limit}
    return {name: value for name, value in given.items() if value or name in ("name", "value")}


def _typed(name: str, text: str) -> Any:
    if name in WHOLE and text.isascii() and text.isdigit() and len(text) < 6:
        return int(text)
    return TRUTHS.get(text, text) if name in ("pregnant", "breastfeeding", "healthy") else text


def _lines(text: str) -> list[str]:
    """One thing a line; also apart by semicolons."""
    parts = (part.strip() for line in text.splitlines() for part in line.split(";"))
    return [part for part in parts if part][:MOST]


def _clean(text: str) -> str:
    """Text that every encoding accepts, without control characters but line ends."""
    whole = text.encode("utf-8", "replace").decode("utf-8")[:LONGEST]
    return "".join(char if char.isprintable() or char == "\n" else " " for char in whole).strip()
