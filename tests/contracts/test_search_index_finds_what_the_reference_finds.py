"""The search index finds the same studies and counts the same values as the naive reference, on real records."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from equipoise.registry.interfaces import SearchIndex
from equipoise.registry.search.document import FIELDS
from equipoise.registry.search.query import FACETS, MOST_ON_A_PAGE, query
from equipoise.registry.search.synonyms import parse_synonyms
from equipoise.registry.search.text import words

from .registry_samples import both, some_records

SYNONYMS = parse_synonyms("heart attack, myocardial infarction, MI\nneoplasm, tumour, cancer\n")
QUERIES = [
    "",
    "cancer",
    "breast cancer",
    "breast OR lung",
    "cancer -breast",
    "NOT cancer",
    "-(breast OR lung)",
    '"quality of life"',
    '-"quality of life"',
    "title:cancer",
    'title:"breast cancer"',
    "condition:(breast OR lung) -phase:2",
    "chemo*",
    "title:chemo*",
    "inter* thera*",
    '"stem cell" trans*',
    "stem-cell-trans*",
    "canser",
    "chemotherpay",
    "title:canser",
    "cancre~",
    "randomised",
    "tumours",
    "heart attack",
    '"heart attack"',
    "tumour surgery",
    "status:completed",
    "status:completed phase:3",
    "phase:1 OR phase:4",
    'country:"united states" -country:france',
    "type:observational",
    "results:yes",
    "results:no cancer",
    "start:2004..2006",
    "start:2005",
    "start:2005-03",
    "posted:..2005",
    "updated:2015..",
    "enrolment:100..200",
    "enrolment:50",
    "age:10",
    "enrolment:200..100",
    "age:..5",
    "age:80..",
    "sponsor:university",
    "place:hospital france",
    "outcome:survival criteria:pregnant",
    "covid-19",
    "IL-2 interferon",
    "the",
    "vitamin the of",
    "zzzzqqq",
    "zzzzqqq OR cancer",
    "nct00000102",
    "lipid start:2000..2010 (phase:3 OR phase:4) -children",
]
FILTERS = [
    [("status", "COMPLETED")],
    [("status", "completed"), ("status", "Recruiting")],
    [("phase", "2"), ("type", "interventional")],
    [("country", "united states"), ("results", "no")],
    [("condition", "breast cancer")],
    [("start", "2005"), ("phase", "PHASE3")],
    [("intervention", "PLACEBO")],
]


@pytest.fixture(scope="session")
def indexes(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchIndex, SearchIndex]:
    folder = tmp_path_factory.mktemp("search")
    return both(some_records(shared, folder), folder / "index", SYNONYMS)


def numbers(index: SearchIndex, text: str, **parts) -> tuple[int, set[str], dict]:
    """The number of hits, all of their numbers, and the counts."""
    results = index.search(query(text, size=MOST_ON_A_PAGE, **parts))
    found = {hit.nct_id for hit in results}
    rest = {name: value for name, value in parts.items() if name != "counts"}
    for page in range(2, -(-results.total // MOST_ON_A_PAGE) + 1):
        found |= {hit.nct_id for hit in index.search(query(text, size=MOST_ON_A_PAGE, page=page, **rest))}
    return results.total, found, dict(results.facets)


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_finds_the_same_studies_and_counts(
    indexes: tuple[SearchIndex, SearchIndex], text: str
) -> None:
    kept, naive = (numbers(index, text, counts=FACETS) for index in indexes)
    assert kept == naive
    assert kept[0] == len(kept[1])


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("text", ["", "cancer", "infect* -child"])
def test_chosen_facets_narrow_and_count_alike(indexes, text: str, filters: list[tuple[str, str]]) -> None:
    kept, naive = (numbers(index, text, filters=filters, counts=FACETS) for index in indexes)
    assert kept == naive


def test_queries_made_of_the_records_own_words_find_alike(indexes) -> None:
    """Words, pairs, phrases and fields drawn from the records themselves, with a fixed seed."""
    kept, naive = indexes
    documents = [each[0] for each in naive._documents.values()]
    draw = random.Random(7)
    for _ in range(40):
        made = draw.choice(documents)
        name = draw.choice([name for name in FIELDS if any(map(words, made.texts[name]))])
        found = words(draw.choice([text for text in made.texts[name] if words(text)]))
        start = draw.randrange(len(found))
        run = found[start : start + draw.randint(1, 3)]
        text = draw.choice(["{0}", '"{0}"', name + ':"{0}"', "{0} " + draw.choice(documents).title])
        asked = text.format(" ".join(run))
        assert numbers(kept, asked)[:2] == numbers(naive, asked)[:2], asked


def test_the_notes_are_the_same(indexes) -> None:
    asked = query('canser ("open')
    kept, naive = (index.search(asked).notes for index in indexes)
    assert kept == naive
    assert len(kept) == 3


@pytest.mark.parametrize("order", ["updated", "posted", "start", "enrolment"])
def test_an_order_by_date_or_number_is_the_same(indexes, order: str) -> None:
    kept, naive = (
        [hit.score for hit in index.search(query("cancer", order=order, size=100))] for index in indexes
    )
    assert kept == naive
    assert kept == sorted(kept, reverse=True)


def test_a_number_or_an_acronym_puts_its_study_first(indexes) -> None:
    kept, naive = indexes
    documents = [each[0] for each in naive._documents.values()]
    acronyms = [made for made in documents if made.texts["acronym"] and made.texts["acronym"][0].isalpha()]
    for made in [*documents[:10], *acronyms[:10]]:
        asked = made.texts["acronym"][0] if made in acronyms else made.nct_id
        for index in indexes:
            first = index.search(query(asked.lower())).hits[0]
            assert asked.casefold() in next(each for each in documents if each.nct_id == first.nct_id).exact


def test_every_hit_says_why_and_marks_the_words(indexes) -> None:
    for asked in ["breast cancer", "chemo*", '"quality of life"', "canser"]:
        for hit in indexes[0].search(query(asked)):
            assert hit.reasons, (asked, hit.nct_id)
            for reason in hit.reasons:
                assert [reason.text[start:end].casefold() for start, end in reason.marks]
                assert {reason.text[start:end].casefold() for start, end in reason.marks} <= set(reason.words)
