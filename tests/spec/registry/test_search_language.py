"""What a query means, and that a stranger's query means something too."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from equipoise.registry.errors import RegistryError
from equipoise.registry.index import RegistryIndex
from equipoise.registry.search.expand import expand
from equipoise.registry.search.forms import distance, forms
from equipoise.registry.search.language import help_text, parse
from equipoise.registry.search.query import FACETS, ORDERS, Query, query
from equipoise.registry.search.synonyms import MOST_LINES, load_synonyms, parse_synonyms
from equipoise.registry.search.text import aligned, words
from equipoise.registry.search.tree import (
    All,
    Any,
    Everything,
    Facet,
    Loose,
    Near,
    Not,
    Phrase,
    Prefix,
    Range,
    Term,
)

from .records import index_of, study

A, B, C = Loose("aa"), Loose("bb"), Loose("cc")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        ("aa", A),
        ("AA bb", All((A, B))),
        ("aa AND bb", All((A, B))),
        ("aa OR bb cc", Any((A, All((B, C))))),
        ("(aa OR bb) cc", All((Any((A, B)), C))),
        ("aa -bb", All((A, Not(B)))),
        ("aa NOT (bb OR cc)", All((A, Not(Any((B, C)))))),
        ("-(aa bb)", Not(All((A, B)))),
        ('-"aa bb"', Not(Phrase(("aa", "bb")))),
        ("NOT NOT aa", Not(Not(A))),
        ('"Aa, BB"', Phrase(("aa", "bb"))),
        ('"aa"', Term("aa")),
        ("aa-bb", Phrase(("aa", "bb"))),
        ("abc*", Prefix("abc")),
        ("aa-bcd*", Phrase(("aa", "bcd"), "", True)),
        ("abcd~", Near("abcd", 1)),
        ("abcdefgh~", Near("abcdefgh", 2)),
        ("title:aa", Loose("aa", "title")),
        ('title:"aa bb"', Phrase(("aa", "bb"), "title")),
        ("title:(aa OR bb)", Any((Loose("aa", "title"), Loose("bb", "title")))),
        ("-title:aa", Not(Loose("aa", "title"))),
        ("status:recruiting", Facet("status", "recruiting")),
        ('country:"united states"', Facet("country", "united states")),
        ("start:2015..2020", Range("start", 20150000, 20201231)),
        ("start:2015-02", Range("start", 20150200, 20150228)),
        ("updated:..2020-02-03", Range("updated", None, 20200203)),
        ("enrolment:100..", Range("enrolment", 100, None)),
        ("age:45", Range("age", 45, 45)),
        ("1:2", Phrase(("1", "2"))),
        ("the aa of", A),
        ("the", Loose("the")),
        ("a\u0301a Übung", All((Loose("aa"), Loose("ubung")))),
        ("IL-6", Any((Phrase(("il", "6")), Term("il6")))),
        ("T-cell", Phrase(("t", "cell"))),
        ("2015-03", Phrase(("2015", "03"))),
        ("\u201caa bb\u201d", Phrase(("aa", "bb"))),
        ("\u00abaa bb\u00bb", Phrase(("aa", "bb"))),
        ("\u80ba\u764c", Phrase(("\u80ba", "\u764c"))),
        ("hyper\u00adtension di\u200babetes", All((Loose("hypertension"), Loose("diabetes")))),
        ("NCT 01234567", Loose("nct01234567")),
        ("nct-01234567.", Loose("nct01234567")),
        ("https://clinicaltrials.gov/study/NCT01234567?tab=results", Loose("nct01234567")),
        ("www.clinicaltrials.gov/ct2/show/NCT01234567 aa", All((Loose("nct01234567"), Loose("aa")))),
        ("NCT01234567, NCT01234568", Any((Loose("nct01234567"), Loose("nct01234568")))),
        ("nct01234567 et nct01234568", Any((Loose("nct01234567"), Loose("nct01234568")))),
        ("01234567", Any((Loose("01234567"), Loose("nct01234567")))),
        ("ISRCTN 12345678", Loose("isrctn12345678")),
    ],
)
def test_a_text_means_this(text: str, tree: object) -> None:
    assert parse(text) == (tree, ())


@pytest.mark.parametrize(
    ("text", "tree", "note"),
    [
        ('"aa bb', Phrase(("aa", "bb")), "a quote has no end"),
        ("(aa", A, "an opening bracket has no partner"),
        ("aa)", A, "a closing bracket has no partner"),
        ("ab*", Term("ab"), "ab* is too short for a beginning, and was read as a word"),
        ("aa !!!", A, "there is no word in !!!"),
        ("aa start:soon", A, "start: needs a value that it can have, and was left out"),
        ("aa status:", A, "status: needs a value that it can have, and was left out"),
        ("aa start:2015-13", A, "start: needs a value that it can have, and was left out"),
        ("aa " + "bb " * 80, None, "only the first 64 words were searched"),
        ("aa " + "x" * 3000, None, "only the first 2000 letters were read"),
        ("(" * 40 + "aa", None, "brackets deeper than 16 were left out"),
    ],
)
def test_what_is_not_plain_is_understood_with_a_note(text: str, tree: object, note: str) -> None:
    found, notes = parse(text)
    assert note in notes
    assert tree in (None, found)


def test_operators_without_operands_ask_for_nothing() -> None:
    for text in ("OR", "AND", "NOT", "-", "()", "OR OR", "NOT )", "( OR )", "title:()", "title:"):
        tree, _ = parse(text)
        assert tree in (Everything(), All(())), text


def test_the_help_explains_every_facet_field_and_span() -> None:
    text = help_text()
    assert all(name in text for name in FACETS)
    assert "start:2015..2020" in text
    assert "{" not in text


def test_a_word_is_found_in_its_other_forms() -> None:
    for one, other in [
        ("tumours", "tumor"),
        ("biopsies", "biopsy"),
        ("metastases", "metastasis"),
        ("anaemia", "anemia"),
        ("randomized", "randomised"),
        ("rashes", "rash"),
        ("therapy", "therapies"),
    ]:
        assert other in forms(one)
        assert one in forms(other)
    assert forms("HIV".lower()) == ("hiv",)
    assert forms("il2a") == ("il2a",)
    assert "thi" not in forms("this")


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("cancer", "cancer", 0),
        ("cancer", "canser", 1),
        ("cancer", "cnacer", 1),
        ("cancer", "cance", 1),
        ("ab", "ba", 1),
    ],
)
def test_the_distance_of_words_counts_letters(one: str, other: str, apart: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == apart
    assert distance(one, "entirely", 2) == 3


@given(some.text(max_size=9), some.text(max_size=9))
def test_distance_is_symmetric_and_zero_for_equals(one: str, other: str) -> None:
    assert distance(one, other, 3) == distance(other, one, 3)
    assert (distance(one, other, 3) == 0) == (one == other)


def test_synonyms_are_found_for_the_longest_run_of_words() -> None:
    known = parse_synonyms("heart attack, myocardial infarction # a remark\nattack, fit\n\n# only a remark")
    tree, notes = expand(parse("acute heart attack")[0], lambda field, word: word != "hearts", known)
    acute, attack = tree.parts
    assert acute.parts[0] == Term("acute")
    assert attack.parts[1] == Phrase(("myocardial", "infarction"))
    assert notes == ()
    fit, _ = expand(parse("title:fit")[0], lambda field, word: True, known)
    assert Term("attack", "title") in fit.parts
    phrase, _ = expand(parse('"heart attack"')[0], lambda field, word: True, known)
    assert phrase.parts == (Phrase(("heart", "attack")), Phrase(("myocardial", "infarction")))


@pytest.mark.parametrize("text", ["alone", "a, ", "one two three four five six seven eight nine, x", "?, !"])
def test_a_line_that_is_no_group_of_names_is_refused(text: str) -> None:
    with pytest.raises(RegistryError, match="REGI-037") as error:
        parse_synonyms(f"fine, good\n{text}", "list")
    assert error.value.place == "list:2"


def test_a_list_that_cannot_be_read_or_is_endless_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="REGI-037"):
        load_synonyms(tmp_path / "absent.txt")
    with pytest.raises(RegistryError, match="REGI-037"):
        parse_synonyms("\n" * (MOST_LINES + 1))


def test_an_address_with_too_many_parts_asks_for_nothing() -> None:
    assert Query.from_url("&".join(["phase=2"] * 300)) == query()


def test_words_are_small_letters_without_accents() -> None:
    assert words("Sjögren's COVID-19, β-blocker; Straße_2 ﬁve ½ x²") == [
        *["sjogren", "s", "covid", "19", "beta", "blocker", "strasse", "2", "five", "1", "2", "x2"]
    ]
    assert words("x" * 200) == []
    assert aligned("Ärzte İß") == "arzte iß"


@given(some.text(max_size=60))
def test_aligned_text_keeps_every_place(text: str) -> None:
    assert len(aligned(text)) == len(text)


SIGNS = some.sampled_from(
    [
        "(",
        ")",
        '"',
        "-",
        "NOT ",
        "OR ",
        "AND ",
        "*",
        "~",
        ":",
        "..",
        " ",
        "title:",
        "start:",
        "status:",
        "age:",
    ]
)
PIECES = some.one_of(
    SIGNS, some.text(max_size=6), some.sampled_from(["walking", "wal*", "2020", "\x00", "\ud800", "NCT"])
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> RegistryIndex:
    return index_of(tmp_path_factory.mktemp("small"), study(1, "walking"), study(2, "swimming"))


@given(text=some.lists(PIECES, max_size=30).map("".join))
def test_no_text_is_an_error(small: RegistryIndex, text: str) -> None:
    results = small.search(text, counts=FACETS)
    assert 0 <= results.total <= 2
    assert len(results) == results.total


@given(
    parameters=some.one_of(
        some.text(), some.lists(PIECES).map("".join).map(lambda text: f"q={text}&page=9&x")
    )
)
def test_no_address_is_an_error(small: RegistryIndex, parameters: str) -> None:
    asked = Query.from_url(parameters)
    assert Query.from_url(asked.to_url()) == asked
    assert small.find(asked).total >= 0


@pytest.mark.parametrize(
    "text", ["(" * 2000, "-" * 2000, "NOT " * 500, '"' * 1999, "a*" * 900, "~" * 500, "a OR " * 400]
)
def test_a_hostile_text_is_answered(small: RegistryIndex, text: str) -> None:
    assert small.search(text).total <= 2


@given(
    text=some.text(max_size=40),
    filters=some.lists(some.tuples(some.sampled_from([*FACETS]), some.text(max_size=9)), max_size=5),
    order=some.sampled_from([*ORDERS, "other"]),
    page=some.integers(-5, 10**12),
    size=some.integers(-5, 10**12),
    counts=some.lists(some.sampled_from([*FACETS])),
)
def test_a_query_survives_its_address(text, filters, order, page, size, counts) -> None:
    asked = query(text, filters=filters, order=order, page=page, size=size, counts=counts)
    assert Query.from_url(asked.to_url()) == asked
    assert Query.from_url("?" + asked.to_url()) == asked


def test_a_query_that_is_as_usual_has_a_short_address() -> None:
    assert query().to_url() == ""
    assert (
        query("heart failure", filters=[("phase", "3")], page=2).to_url() == "q=heart+failure&phase=3&page=2"
    )


def test_a_facet_that_does_not_exist_is_refused_in_python(small: RegistryIndex, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="REGI-038"):
        small.search("walking", colour="red")
