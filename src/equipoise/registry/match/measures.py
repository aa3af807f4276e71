"""Measurements that criteria set limits on: their names, their units as people write them, and comparisons.

Two amounts compare only when their units are of one dimension, exactly, through the units of `rules`. A mass
is never compared with an amount of substance, and a bare number only where one unit is in use all over
the world; everything else stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from equipoise.registry.match.truth import Truth
from equipoise.rules import units


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measurement: how texts name it (a pattern), and the unit that a bare number has, if there is one."""

    pattern: str
    unit: str | None = None


MEASURES: Mapping[str, Measure] = {
    "hemoglobin": Measure(pattern=r"ha?emoglobin|hgb|hb"),
    "hba1c": Measure(pattern=r"hba1c|hb ?a1c|a1c|glycated ha?emoglobin|glycosylated ha?emoglobin", unit="%"),
    "platelets": Measure(pattern=r"platelets?(?: counts?)?|plt|thrombocytes?"),
    "neutrophils": Measure(pattern=r"(?:absolute )?neutrophils?(?: counts?)?|anc|granulocytes?(?: counts?)?"),
    "leukocytes": Measure(pattern=r"wbc(?: counts?)?|white blood cells?(?: counts?)?|leu[kc]ocytes?(?: counts?)?"),
    "creatinine clearance": Measure(pattern=r"creatinine clearance|crcl|clcr"),
    "creatinine": Measure(pattern=r"(?:serum )?creatinine|scr"),
    "egfr": Measure(pattern=r"e?gfr|(?:estimated )?glomerular filtration rate"),
    "bilirubin": Measure(pattern=r"(?:(?:serum |total )+)?bilirubin"),
    "ast": Measure(pattern=r"ast|sgot|aspartate aminotransferase|aspartate transaminase"),
    "alt": Measure(pattern=r"alt|sgpt|alanine aminotransferase|alanine transaminase"),
    "albumin": Measure(pattern=r"(?:serum )?albumin"),
    "glucose": Measure(pattern=r"fasting (?:plasma |blood )?glucose|fasting blood sugar|fpg|fbs"),
    "bmi": Measure(pattern=r"bmi|body mass index", unit="kg/m2"),
    "weight": Measure(pattern=r"(?:body )?weight"),
    "systolic pressure": Measure(pattern=r"systolic(?: blood pressure| bp)?|sbp", unit="mm[Hg]"),
    "diastolic pressure": Measure(pattern=r"diastolic(?: blood pressure| bp)?|dbp", unit="mm[Hg]"),
    "ejection fraction": Measure(
        pattern=r"lvef|(?:left ventricular )?ejection fraction|ef", unit="%"
    ),
    "inr": Measure(pattern=r"inr|international normali[sz]ed ratio", unit="{INR}"),
    "temperature": Measure(pattern=r"temp(?:erature)?|fever|febrile|t(?=:? ?3\d)"),
    "oxygen saturation": Measure(pattern=r"spo2|sao2|o2 sat(?:uration)?|oxygen saturation", unit="%"),
    "potassium": Measure(pattern=r"(?:serum )?potassium"),
    "sodium": Measure(pattern=r"(?:serum )?sodium"),
    "cd4": Measure(pattern=r"cd4\+?(?: t)?(?: cells?| lymphocytes?)?(?: counts?)?"),
    "ldl": Measure(pattern=r"ldl(?:-c| cholesterol)?"),
    "triglycerides": Measure(pattern=r"(?:serum )?triglycerides?|tg"),
}  # fmt: skip
# From where to where a bare number can only be in one unit in use, for values of people who live.
BARE: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "platelets": (("20", "1500", "10*3/uL"), ("5000", "3000000", "/uL")),
    "leukocytes": (("1000", "500000", "/uL"),),
    "neutrophils": (("200", "100000", "/uL"),),
    "creatinine": (("0.2", "15", "mg/dL"), ("30", "2000", "umol/L")),
    "creatinine clearance": (("5", "200", "mL/min"),),
    "egfr": (("5", "200", "mL/min"),),
    "hba1c": (("3", "20", "%"), ("21", "200", "mmol/mol")),
    "glucose": (("2", "25", "mmol/L"), ("45", "1000", "mg/dL")),
    "temperature": (("30", "45", "Cel"), ("86", "113", "[degF]")),
}
COUNTS = ("platelets", "leukocytes", "neutrophils")
NAMES = {name: re.compile(measure.pattern, re.I) for name, measure in MEASURES.items()}
# The longest names first, so that "creatinine clearance" is not read as "creatinine".
ANY_NAME = "|".join(f"(?P<m{number}>{measure.pattern})" for number, measure in enumerate(MEASURES.values()))
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,9}(?:\.\d{1,6})?"
POWER = r"(?:x|×|\*)\s*10\s?(?:\^|\*|e)?\s?(?P<power>3|6|9|12)\s*(?:cells?\s*)?/\s*(?P<volume>l|ml|[uµμ]l|mm3|mm\^3)"
# How people write units, as patterns on small letters, with the UCUM code of each.
WRITTEN: tuple[tuple[str, str], ...] = (
    (r"(?:cells?\s*)?(?:/|per )\s*(?:mm\s?\^?3|mm³|cubic m\w+|[uµμ]l|mcl|microlit\w+)", "/uL"),
    (r"(?:cells?\s*)?/\s*mm(?![\w³^]|\s*\d|\s*h)", "/uL"),
    (r"(?:k|thou)\s*/\s*[uµμ]l", "10*3/uL"),
    (r"(?:cells?\s*)?/\s*ml\b", "/mL"),
    (r"g(?:m|ms|rams?)?\s*(?:/|per )\s*dl", "g/dL"),
    (r"g(?:rams?)?\s*/\s*l\b", "g/L"),
    (r"mg\s*(?:/|per )\s*dl", "mg/dL"),
    (r"mg\s*%", "mg/dL"),
    (r"mg\s*/\s*l\b", "mg/L"),
    (r"mmol\s*/\s*mol", "mmol/mol"),
    (r"mmol\s*/\s*l\b", "mmol/L"),
    (r"(?:[uµμ]|micro)mol\s*/\s*l\b", "umol/L"),
    (r"meq\s*/\s*l\b", "meq/L"),
    (r"(?:i?u|units?)\s*/\s*l\b", "U/L"),
    (r"ng\s*/\s*ml", "ng/mL"),
    (r"kg\s*/\s*(?:m|sq)\s?(?:\^?2|²|\^\s?2)?", "kg/m2"),
    (r"ml\s*/\s*min(?:ute)?\s*(?:/|per )\s*1[.,]73\s*m\^?\s?[2²]?", "mL/min/{1.73_m2}"),
    (r"(?:ml|cc)\s*(?:/|per )\s*min(?:ute)?", "mL/min"),
    (r"mm\s?hg", "mm[Hg]"),
    (r"(?:(?:°|º|degrees?)?\s*(?:c|celsius)\b|℃)(?:\s*(?:celsius|degrees?)\b)*", "Cel"),
    (r"(?:°|º|degrees?)?\s*(?:f|fahrenheit)\b|℉", "[degF]"),
    (r"kgs?\b|kilograms?", "kg"),
    (r"lbs?\b|pounds?", "[lb_av]"),
    (r"%|percent", "%"),
)
UNIT = re.compile("|".join(f"(?P<u{number}>{pattern})" for number, (pattern, _) in enumerate(WRITTEN)), re.I)
POWERED = re.compile(POWER, re.I)
VOLUMES = {"l": "L", "ml": "mL", "ul": "uL", "µl": "uL", "μl": "uL", "mm3": "uL", "mm^3": "uL"}
LIMIT_OF_NORMAL = re.compile(
    r"(?:x|×|times|-?fold)?\s*(?:the\s*)?(?:institutional\s*)?(?:uln\b|upper\s*(?:limit|normal|range))", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured value. unit: a UCUM code, None when it is not known. upper_limit: of normal, in the same unit."""

    name: str
    value: Decimal
    unit: str | None
    upper_limit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One limit: an operator (`<`, `<=`, `>`, `>=`), a number, its unit; `of_normal`: times that limit.

    bare: no unit is written at all.
    """

    operator: str
    value: Decimal
    unit: str | None
    of_normal: bool = False
    bare: bool = False


def named_measure(text: str) -> str | None:
    """The measurement of this name; None when it is none that is known."""
    plain = text.strip()
    return next((name for name in NAMES if name == plain.lower() or NAMES[name].fullmatch(plain)), None)


def unit_at(text: str, start: int) -> tuple[str | None, int]:
    """The unit written at a place and where it ends; None and the place itself when there is none."""
    place = start
    while place < len(text) and text[place] in " \t":
        place += 1
    powered = POWERED.match(text, place)
    if powered:
        return f"10*{powered['power']}/{VOLUMES[powered['volume'].lower()]}", powered.end()
    found = UNIT.match(text, place)
    if found is None:
        return None, start
    number = int(str(found.lastgroup)[1:])
    return WRITTEN[number][1], found.end()


def read_unit(text: str) -> str | None:
    """The UCUM code of a unit as written: the code itself when it is one, else what people mean by it."""
    if units.known(text):
        return text
    code, end = unit_at(text, 0)
    return code if code and end == len(text) else None


def number(text: str) -> Decimal:
    """A number with commas between thousands."""
    return Decimal(text.replace(",", ""))


def within(measurements: tuple[Measurement, ...], name: str, bound: Bound) -> Truth:
    """Whether what was measured keeps a bound; unknown without a value, or when the units do not compare.

    Several values of one measurement must agree.
    """
    found = {_keeps(each, bound) for each in measurements if each.name == name} - {None}
    return found.pop() if len(found) == 1 else None


def _keeps(measured: Measurement, bound: Bound) -> Truth:
    if bound.of_normal:
        if measured.upper_limit is None:
            return None
        return compare(measured.value, bound.operator, bound.value * measured.upper_limit)
    one = measured.unit or plain_unit(measured.name, measured.value)
    other = bound.unit or (
        plain_unit(measured.name, bound.value) if bound.bare else MEASURES[measured.name].unit
    )
    if one == "/mL" and measured.name in COUNTS:
        return None  # a slip of the pen for a thousandth of it, more often than not
    if one is None or other is None or not units.same_dimension(one, other):
        return None
    if measured.name == "hba1c":
        return compare(_in_percent(measured.value, one), bound.operator, _in_percent(bound.value, other))
    return compare(units.in_base(measured.value, one), bound.operator, units.in_base(bound.value, other))


def plain_unit(name: str, value: Decimal) -> str | None:
    """The unit of a number without one: where only one in use makes it a value that a person can have."""
    if name not in BARE:
        return MEASURES[name].unit
    return next((unit for low, high, unit in BARE[name] if Decimal(low) <= value <= Decimal(high)), None)


def _in_percent(value: Decimal, unit: str) -> Decimal:
    """Glycated haemoglobin in the percents of the NGSP: the IFCC's mmol/mol are another scale, not another unit."""
    return value if unit == "%" else value * Decimal("0.09148") + Decimal("2.152")


def compare(value: object, operator: str, limit: object) -> bool:
    """One exact comparison of two numbers."""
    if operator == "<":
        return value < limit  # type: ignore[operator]
    if operator == "<=":
        return value <= limit  # type: ignore[operator]
    return value > limit if operator == ">" else value >= limit  # type: ignore[operator]
