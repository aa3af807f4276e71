"""The page of a study shows every section of a record, each under its heading with its purpose."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import Markup

from equipoise.exchange.ctgov import fill_results
from equipoise.exchange.results import OutcomeAnalysis
from equipoise.registry.errors import RegistryError
from equipoise.registry.page import NamedSection, RelatedTrial, render_page, write_site
from equipoise.registry.page.sections import STANDARD
from equipoise.registry.record import Record, load_record, parse_record, read_record
from tests.spec.registry import example

RECORD = Path(__file__).parents[2] / "studies" / "NCT06965244" / "record.json"
BANNER = "SIMULATED – not results of this trial"
VOID = {"meta", "link", "br", "hr", "img", "input"}
RELATED = RelatedTrial(
    nct_id="NCT00000001",
    title="Another trial",
    status="TERMINATED",
    phases=("PHASE1",),
    reasons=("same drug",),
)
FACTS = (
    "NCT06965244",
    "11 May 2025",
    "Results pending.",
    "Not yet recruiting",
    "Phase 3",
    "122",
    "Interventional",
    "1 October 2025",
    "1 April 2029",
    "Randomised",
    "Parallel groups",
    "Treatment",
    "Double",
    "Investigator, Outcomes assessor",
    "Experimental",
    "Active comparator",
    "individuals < 80 kg",
    "18 Years",
    "Not accepted",
    "Assistance Publique - Hôpitaux de Paris",
    "Sponsor",
    "François CHASSET",
    "+33156017225",
    "Olivier CHOSIDOW",
    "0142163131",
    "2024-520089-70-00",
    "EU CTIS",
    "APHP240920",
    "The record gives no detailed description.",
    "Another trial",
    "NCT00000001",
    "Terminated",
    "Phase 1",
    "same drug",
)


class Page(HTMLParser):
    """The elements of a page in order, with a check that each one is closed in turn."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.parents: list[tuple[str, ...]] = []
        self.text: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.parents.append(tuple(self.open))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.parents.append(tuple(self.open))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append((self.open[-1] if self.open else "", " ".join(data.split())))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def words(self) -> str:
        return " ".join(text for _, text in self.text)


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(RECORD)


@pytest.fixture(scope="module")
def native(shared: Path) -> list[Record]:
    lines = (shared / "registry" / "native_v2.jsonl").read_text(encoding="utf-8").splitlines()
    return [parse_record(line) for line in lines]


def headings(page: Page) -> list[str]:
    return [text for tag, text in page.text if tag == "h2"]


def test_every_section_stands_in_order_with_one_sentence_of_purpose(record: Record) -> None:
    page = Page(render_page(record, banner=None))
    assert headings(page) == [section.title for section in STANDARD]
    for section in STANDARD:
        assert section.purpose in page.words()
        assert section.purpose.endswith(".") and section.purpose.count(". ") == 0


def test_each_fact_of_the_reference_record_is_on_its_page(record: Record) -> None:
    words = Page(render_page(record, banner=None, related=[RELATED])).words()
    for fact in FACTS:
        assert fact in words, fact


def test_the_lists_of_criteria_stay_lists(record: Record) -> None:
    page = Page(render_page(record, banner=None))
    numbers = [int(one["value"]) for one in page.all("li") if one.get("value")]
    assert numbers == [*range(1, 8), *range(1, 10)]
    nested = [
        p for (tag, _), p in zip(page.elements, page.parents, strict=True) if tag == "li" and "ol" in p[:-1]
    ]
    assert (
        sum(parents[-1] == "ul" for parents in nested) == 6
    )  # three under inclusion 6, three under exclusion 5


def test_every_page_is_well_formed_and_needs_nothing_inline(native: list[Record], record: Record) -> None:
    for one in [record, *native]:
        page = Page(render_page(one, banner=BANNER, related=[RELATED]))
        assert page.faults == [] and page.open == [], one.nct_id
        assert not page.all("script") and not page.all("style")
        data = Page(render_page(one, banner=None)).all("script")
        assert data == [{"type": "application/ld+json"}]  # data, which no browser runs
        attributes = [name for _, found in page.elements for name in found]
        assert "style" not in attributes and not [name for name in attributes if name.startswith("on")]
        ids = [found["id"] for _, found in page.elements if "id" in found]
        assert len(ids) == len(set(ids)), one.nct_id
        assert [found["href"] for found in page.all("link")] == ["style.css"]
        targets = {found["href"][1:] for found in page.all("a") if (found.get("href") or "").startswith("#")}
        assert targets <= set(ids)


def test_text_of_a_record_is_shown_as_text_never_run() -> None:
    evil = '<script>alert(1)</script><img src=x onerror="y">'
    hostile = json.loads(RECORD.read_text(encoding="utf-8"))

    def poison(value: object) -> object:
        if isinstance(value, dict):
            return {key: poison(item) for key, item in value.items()}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return value + evil if isinstance(value, str) else value

    page = Page(render_page(read_record(poison(hostile)), banner=evil, related=[RELATED]))
    assert not page.all("script") and not page.all("img")
    assert "alert(1)" in page.words()


def test_simulated_results_say_so_in_body_and_metadata(native: list[Record]) -> None:
    with_results = next(one for one in native if one.results)
    page = Page(render_page(with_results, banner=BANNER))
    metas = page.all("meta")
    assert {"name": "robots", "content": "noindex"} in metas
    assert {"name": "status", "content": BANNER} in metas
    assert next(text for tag, text in page.text if tag == "title").startswith(BANNER)
    assert ("strong", BANNER) in page.text[:4]  # before the number and the title of the study
    marked = [found for found in page.all("span") if found.get("class") == "table-banner"]
    captions = len(page.all("caption")) - 1  # the table of identifiers is a fact
    analyses = [text for tag, text in page.text if tag == "h5"]
    assert len(marked) == captions + len(analyses) > 4


def test_a_page_of_facts_is_open_to_search_engines(record: Record) -> None:
    html = render_page(record, banner=None)
    assert "noindex" not in html and "SIMULATED" not in html


def test_results_become_tables_with_heads_of_columns_and_rows(native: list[Record]) -> None:
    for one in (record for record in native if record.results):
        page = Page(render_page(one, banner=None))
        tables = page.all("table")
        assert len(tables) >= 4
        scopes = [found.get("scope") for found in page.all("th")]
        assert set(scopes) <= {"col", "row", "rowgroup"}
        boxes = [found for found in page.all("div") if found.get("class") == "scroll"]
        assert len(boxes) == len(tables)
        assert all(box["tabindex"] == "0" and box["role"] == "region" for box in boxes)


def test_named_sections_stand_where_they_are_placed(record: Record) -> None:
    flow = NamedSection(
        id="flow",
        title="Flow",
        purpose="Who went where.",
        html=Markup("<p class='x'>drawn</p>"),
        position="results",
    )
    text = NamedSection(
        id="text", title="Text", purpose="Why 95% and %s.", html="<b>raw</b>", position="history"
    )  # type: ignore[arg-type]
    html = render_page(record, banner=BANNER, sections=[flow, text])
    titles = headings(Page(html))
    assert titles[:3] == ["Study results", "Flow", "Basic information"] and titles[-1] == "Text"
    assert "<p class='x'>drawn</p>" in html
    assert "&lt;b&gt;raw&lt;/b&gt;" in html and "Why 95% and %s." in html


def test_a_named_section_may_stand_at_the_start_and_says_the_banner_once(record: Record) -> None:
    said = Markup("<p>{}</p>").format(BANNER)
    first = NamedSection(id="first", title="First", purpose="P.", html=said, position="start")
    second = NamedSection(
        id="second", title="Second", purpose="P.", html=Markup("<p>x</p>"), position="start"
    )
    html = render_page(record, banner=BANNER, sections=[first, second])
    assert headings(Page(html))[:3] == ["First", "Second", "Study results"]
    one, two = html.split('<section id="first"')[1].split('<section id="second"')
    assert one.count(BANNER) == 1 and two.split("</section>")[0].count(BANNER) == 1


def test_analyses_after_the_first_are_rows_of_a_table() -> None:
    outcome = example.results().outcomes[0]
    one_sided = OutcomeAnalysis(
        method="Exact", kind="NON_INFERIORITY", margin="Margin 5 points", estimate_name="Odds Ratio (OR)",
        estimate="1.5", level="97.5", lower="0.9", p_value="0.03", groups=(1, 0), description="Sensitivity",
    )  # fmt: skip
    bare = OutcomeAnalysis(method="Counting")
    analyses = (*outcome.analyses, one_sided, bare)
    filled = example.results(outcomes=(replace(outcome, analyses=analyses),))
    page = Page(render_page(fill_results(read_record(example.record()), filled), banner=None))
    said = page.words()
    assert "Further analyses" in said
    assert "Sensitivity Swimming · Walking. Non-inferiority. Exact. Margin 5 points" in said
    assert "1.5 (Odds Ratio (OR)) 0.9 to – (97.5%) 0.03" in said
    assert "Walking · Swimming Counting – – –" in said


@pytest.mark.parametrize(
    ("id", "position"),
    [("results", "results"), ("two words", "results"), ("fine", "nowhere"), ("Ümlaut", "results")],
)
def test_a_section_that_cannot_be_placed_is_refused(record: Record, id: str, position: str) -> None:
    bad = NamedSection(id=id, title="T", purpose="P.", html=Markup(), position=position)
    with pytest.raises(RegistryError) as caught:
        render_page(record, banner=None, sections=[bad])
    assert caught.value.code == "REGI-006"


def test_the_site_is_written_whole(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "site"
    page = write_site(folder, record, banner=None)
    first = page.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "style.css"]
    write_site(folder, record, banner=None)
    assert page.read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "style.css"]


def test_a_folder_that_cannot_be_written_is_a_coded_error(record: Record, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        write_site(tmp_path / "site", record, banner=None)
    assert caught.value.code == "REGI-005"


def test_a_write_that_fails_leaves_the_earlier_page(record: Record, tmp_path: Path) -> None:
    page = write_site(tmp_path, record, banner=None)
    before = page.read_bytes()
    (tmp_path / "style.css").unlink()
    (tmp_path / "style.css").mkdir()  # the move over it fails
    with pytest.raises(RegistryError) as caught:
        write_site(tmp_path, record, banner=BANNER)
    assert caught.value.code == "REGI-005"
    assert page.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "style.css"]


def test_a_language_without_catalogue_is_refused(record: Record) -> None:
    for language in ("xx", "../en"):
        with pytest.raises(RegistryError) as caught:
            render_page(record, banner=None, language=language)
        assert caught.value.code == "REGI-009"


def test_a_head_of_rows_stands_first_in_its_own_group_of_rows() -> None:
    filled = fill_results(read_record(example.record()), example.results())
    html = render_page(filled, banner=None)
    baseline = html.split('id="results-table-baseline"')[1].split("</table>")[0]
    groups = baseline.split("<tbody>")[1:]
    assert ["Participants" in groups[0], "Female" in groups[1], "Age, Continuous" in groups[2]] == [True] * 3
    assert len(groups) == 3 and groups[1].strip().startswith('<tr class="spans')


def test_a_withdrawn_study_promises_no_results() -> None:
    data = {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000001", "briefTitle": "Rest"},
            "statusModule": {"overallStatus": "WITHDRAWN"},
        }
    }
    text = render_page(read_record(data), banner=None)
    assert "withdrawn before anybody joined it" in text and "Results pending" not in text
