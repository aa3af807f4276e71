"""What programs may ask: every parameter of `/api/` with its limits, written once.

Requests are checked against these tables and the description of the interface is printed from them, so the two
cannot disagree. A page that a person opens makes the best of a mistyped address; a program is told what is wrong,
because nobody looks at what it would get instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from equipoise.registry.match.facts import LONGEST
from equipoise.registry.page import facts_form
from equipoise.registry.search.query import FACETS, MOST_ON_A_PAGE, MOST_PAGES, MOST_TEXT, MOST_VALUES, ORDERS
from equipoise.web.errors import web_error

MOST_FIELDS = 400
MATCHED = 50
MOST = 200
YES_NO = ("yes", "no")
Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of an address: whole numbers lie between `least` and `most`, texts have at most `most` letters.

    choices: the only values it can have. many: how often it may be given. blank: whether it may be empty.
    """

    name: str
    about: str
    example: str = ""
    whole: bool = False
    least: int = 1
    most: int = MOST_TEXT
    usual: int | str | None = None
    choices: tuple[str, ...] = ()
    many: int = 1
    blank: bool = False

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.whole:
            return f"a whole number from {self.least} to {self.most}"
        return f"a text of 1 to {self.most:,} letters"

    def fits(self, value: str) -> bool:
        """Whether a value is as expected."""
        if not value.strip():
            return self.blank
        if self.choices:
            return value in self.choices
        if self.whole:
            digits = value.isascii() and value.isdigit() and len(value) < 10
            return digits and self.least <= int(value) <= self.most
        return len(value) <= self.most


def top(usual: int) -> Parameter:
    """How many studies are wanted."""
    return Parameter(name="top", about="how many studies", example="5", whole=True, most=MOST, usual=usual)


def listed(name: str, about: str, example: str = "") -> Parameter:
    """Things of which several can be given at once."""
    return Parameter(name=name, about=about, example=example, most=facts_form.LONGEST, many=facts_form.MOST)


def column(name: str, about: str) -> Parameter:
    """A column of the table of measurements."""
    return Parameter(name=name, about=about, most=100, many=facts_form.MOST)


PAGE = Parameter(name="page", about="which page of studies", whole=True, most=MOST_PAGES, usual=1)
SIZE = Parameter(
    name="size", about="studies on a page", example="10", whole=True, most=MOST_ON_A_PAGE, usual=20
)
TOP = top(MATCHED)
SEARCH = (
    Parameter(name="q", about="words in the query language of the search box", example="asthma", blank=True),
    *(
        Parameter(
            name=name,
            about=f"only this {meaning}; values of one facet are alternatives, facets must all hold",
            most=300,
            many=MOST_VALUES,
            choices=YES_NO if name == "results" else (),
        )
        for name, meaning in FACETS.items()
    ),
    Parameter(name="order", about="the order of the studies", choices=tuple(ORDERS), usual="relevance"),
    PAGE,
    SIZE,
    Parameter(
        name="count",
        about="a facet whose values are counted",
        example="phase",
        choices=tuple(FACETS),
        many=len(FACETS),
    ),
)
RELATED = (top(10),)
FACTS = tuple(
    replace(one, blank=True)  # a form sends what was not filled as well
    for one in (
        Parameter(name="age", about="the age, a whole number", example="45", most=5),
        Parameter(
            name="age_unit", about="its unit", choices=("years", "months", "weeks", "days"), usual="years"
        ),
        Parameter(name="sex", about="the sex", choices=("female", "male")),
        Parameter(name="country", about="a name or the code of ISO 3166", example="FR", most=100),
        Parameter(name="pregnant", about="whether the person is pregnant", choices=YES_NO),
        Parameter(name="breastfeeding", about="whether the person is breastfeeding", choices=YES_NO),
        Parameter(name="healthy", about="whether the person is a healthy volunteer", choices=YES_NO),
        Parameter(name="ecog", about="performance status after ECOG", whole=True, least=0, most=5),
        Parameter(
            name="karnofsky", about="performance status after Karnofsky", whole=True, least=0, most=100
        ),
        listed("conditions", "what the person has: one a line, or apart by semicolons", "asthma"),
        listed("without", "what the person has not"),
        listed("drugs", "what is taken now"),
        listed("tried", "what was ever taken"),
        listed("never", "what was never taken"),
        column("lab", "a measurement; given again for each, an empty field keeps its place"),
        column("value", "its value"),
        column("unit", "its unit"),
        column("limit", "its upper limit of normal"),
    )
)
MATCH = (*FACTS, TOP)
BODY = (
    Parameter(name="text", about="a description of the patient in words", most=LONGEST),
    Parameter(name="facts", about="facts as docs/explanation/patient-matching.md lists them"),
    TOP,
)


def read(parameters: str, known: Sequence[Parameter], place: str) -> Given:
    """The values given in the parameters of an address, by name.

    Errors: WEBA-003 (too many, or not to be read), WEBA-006 (no such parameter), WEBA-007 (a value that is wrong).
    """
    try:
        pairs = parse_qsl(parameters, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise web_error("WEBA-003", place) from error
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    check_names(given, known, place)
    for one in known:
        values = given.get(one.name, [])
        if len(values) > one.many:
            most = "once" if one.many == 1 else f"{one.many} times"
            raise web_error("WEBA-007", f"{place}?{one.name}", f"{one.name} is given more than {most}")
        for value in values:
            check(one, value, f"{place}?{one.name}")
    return given


def check_names(given: Mapping[str, object], known: Sequence[Parameter], place: str) -> None:
    """Errors: WEBA-006 for a name that is none of these."""
    names = [one.name for one in known]
    for name in given:
        if name not in names:
            there = f"those here are {', '.join(names)}" if names else "there are none here"
            raise web_error("WEBA-006", place, f"{name[:40]!r}; {there}")


def check(one: Parameter, value: str, place: str) -> None:
    """Errors: WEBA-007 for a value that is not as expected."""
    if not one.fits(value):
        raise web_error("WEBA-007", place, f"{one.name} must be {one.expected}, not {_short(value)}")


def number(given: Given, one: Parameter) -> int:
    """The checked number of a parameter, or its usual one."""
    assert isinstance(one.usual, int)
    return int(given[one.name][0]) if one.name in given else one.usual


def number_in(body: Mapping[str, object], one: Parameter, place: str) -> int:
    """The number under this name in a body. Errors: WEBA-007."""
    value = body.get(one.name)
    if value is None:
        assert isinstance(one.usual, int)
        return one.usual
    check(one, "" if isinstance(value, bool) else str(value), f"{place} {one.name}")
    return int(str(value))


def _short(value: str) -> str:
    return repr(value) if len(value) <= 40 else f"{value[:40]!r} and {len(value) - 40:,} letters more"
