"""The files of a report: what people typed stays text, numbers lead back to the ledger, and bytes repeat."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as event_with
from pypdf import PdfReader

from equipoise.analysis.cut import PRACTICE, SIMULATED
from equipoise.analysis.reporting.document import cover
from equipoise.analysis.reporting.long import HEADINGS
from equipoise.analysis.reporting.package import package
from equipoise.analysis.reporting.render import figures, report_json, tables
from equipoise.analysis.reporting.report import Report, analyse
from equipoise.analysis.reporting.rtf import escaped, rtf
from equipoise.analysis.reporting.trace import resolve
from equipoise.analysis.tables import MINUS, Provenance, Row, Table, plain_cell, table_csv
from equipoise.cli.publishing import headlines, report_of
from equipoise.ledger import Draft, PlainStore
from equipoise.study.allocation import Recruitment

from .analysis_rows import SIMULATION as SOURCE
from .analysis_trial import Trial, small, whole

EVIL = '#eval("1 + 1") #panic("no") \\{x} $a$ ]] */ // <b> `code` @ref = _so_ "q" 中 𝛼'
FORMULA = '=HYPERLINK("http://x")'


@cache
def ledger(mode: str = "simulation") -> Trial:
    """The small trial in which a site's name is markup of every kind, and a deviation a formula."""
    trial = whole(mode)
    trial.close()
    trial.events = [named(each) for each in trial.events]
    return trial


def named(event):
    """The event with a nasty name or text."""
    if event.type == "SiteActivated":
        return event_with(event, data={**event.data, "name": EVIL})
    if event.type == "DeviationRecorded":
        return event_with(event, data={**event.data, "text": FORMULA})
    return event


@cache
def report(mode: str = "simulation") -> Report:
    return analyse(small(), ledger(mode).cut(), seed=7)


@cache
def files(mode: str = "simulation") -> dict[str, bytes]:
    return package(report(mode))


def printed(mode: str = "simulation") -> str:
    """The text of the PDF, in one line."""
    (name,) = [each for each in files(mode) if each.endswith(".pdf")]
    return " ".join(" ".join(page.extract_text() for page in reader(name, mode).pages).split())


def reader(name: str, mode: str = "simulation") -> PdfReader:
    return PdfReader(BytesIO(files(mode)[name]))


def test_a_report_has_every_table_and_figure_in_every_form() -> None:
    names = {each.replace("SIMULATED-", "") for each in files()}
    for key in tables(report()):
        assert {f"tables/{key}.csv", f"tables/{key}.rtf"} <= names
    assert {f"figures/{key}.svg" for key in figures(report())} <= names
    assert {"report.pdf", "report.json", "trace.json", "tables.rtf", "tables.csv"} <= names
    assert {
        f"listings/{key}.csv" for key in ("disposition", "outcomes", "deviations", "adverse-events")
    } <= names


def test_the_same_cut_gives_the_same_bytes() -> None:
    again = package(analyse(small(), ledger().cut(), seed=7))
    assert [name for name, content in files().items() if again[name] != content] == []


def test_what_people_typed_is_printed_and_never_run() -> None:
    shown = EVIL.replace("中", "[U+4E2D]")
    assert "".join(shown.split()) in "".join(printed().split())


def test_the_pages_are_tagged_a4_with_banner_hash_and_number() -> None:
    found = reader("SIMULATED-report.pdf")
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en" and found.metadata.title == report().title
    assert SIMULATED in found.metadata.subject and report().source.head in found.metadata.subject
    assert SIMULATED in found.metadata["/Keywords"] and found.metadata.author
    head = report().source.head
    for number, page in enumerate(found.pages, start=1):
        text = page.extract_text()
        assert SIMULATED in text and head in text and f"Page {number} / {len(found.pages)}" in text
        assert [round(float(each)) for each in page.mediabox[2:]] == [595, 842]
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            kinds = inner.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(kinds)


def test_the_report_has_its_chapters() -> None:
    text = printed()
    for words in (
        "Report by arm", "Estimands: the five attributes", "Decisions and assumptions", "Flow of participants",
        "Baseline characteristics", "Primary result", "Sensitivity and subgroups", "Course over time",
        "Adverse events", "Protocol deviations", "Files that", "Reproducibility", "Seed of the imputations 7",
        report().source.digest, "equipoise analyse LEDGER STUDY --out FOLDER --seed 7",
    ):  # fmt: skip
        assert words.replace("Files that", "Files beside this report").lower() in text.lower(), words


def test_a_ledger_of_practice_says_practice_and_a_live_one_nothing() -> None:
    assert PRACTICE in printed("practice") and all("PRACTICE-" in each for each in files("practice"))
    text = printed("live")
    assert "SIMULATED" not in text and "PRACTICE" not in text and "report.pdf" in files("live")


def test_every_cell_leads_back_to_events_of_its_own_arm() -> None:
    trace = json.loads(files()["SIMULATED-trace.json"])
    arm_of = {row.subject: row.arm for row in report().data.participants}
    events = {each.sequence: each for each in ledger().events}
    by_table = {each["number"]: each["id"] for each in trace["tables"]}
    assert list(by_table.values()) and trace["cut"]["head"] == report().source.head
    for number, key in by_table.items():
        table = tables(report())[key]
        for place, row in enumerate(table.rows, start=1):
            for column, text in enumerate(row.cells, start=1):
                if not text:
                    continue
                (found,) = [each for each in trace["numbers"] if each["id"] == f"T{number}.{place}.{column}"]
                assert (found["text"], found["table"]) == (text, key) and found["estimator"]
                numbers = resolve(trace, found["id"])
                assert numbers or key in ("estimands", "decisions") or text in ("0; 0", "0", "–", "– to –")
                arm = table.keys[column - 1] if column <= len(table.keys) else ""
                if arm in ("new", "old"):
                    assert {arm_of[events[each].participant] for each in numbers} <= {arm}
    with pytest.raises(KeyError):
        resolve(trace, "T99.1.1")


def test_the_primary_number_rests_on_the_scores_that_count() -> None:
    trace = json.loads(files()["SIMULATED-trace.json"])
    found = next(each for each in trace["numbers"] if each["table"] == "results")
    numbers = set(resolve(trace, found["id"]))
    values = {row.source for row in report().estimates[0].population if row.arm == "new" and row.source}
    assert values and values <= numbers


def test_the_counts_of_the_flow_lead_to_the_persons() -> None:
    trace = json.loads(files()["SIMULATED-trace.json"])
    found = {each["id"]: each for each in trace["numbers"] if each["table"] == "flow"}
    assert found["flow.assessed"]["text"] == "13" and len(resolve(trace, "flow.assessed")) == 14
    assert len(resolve(trace, "flow.new.allocated")) == 5


# --- Rich Text ---


def decoded(text: str) -> list[list[str]]:
    """The rows of cells of a document, read back by its own small reader: groups, control words, units of UTF-16."""
    rows: list[list[str]] = [[]]
    units, depth, place = bytearray(), 0, 0

    def flush() -> str:
        found = units.decode("utf-16-le", "surrogatepass")
        units.clear()
        return found

    while place < len(text):
        each = text[place]
        if each in "{}":
            depth += 1 if each == "{" else -1
            assert depth >= 0
            place += 1
        elif each == "\\" and text[place + 1] in "{}\\":
            units.extend(text[place + 1].encode("utf-16-le"))
            place += 2
        elif each == "\\":
            word = re.compile(r"\\(\*|[a-z]+)(-?\d+)? ?").match(text, place)
            assert word is not None, text[place : place + 20]
            place = word.end()
            if word[1] == "u":
                units.extend(int(word[2]).to_bytes(2, "little", signed=True))
                assert text[place] == "?"
                place += 1
            elif word[1] == "cell":
                rows[-1].append(flush().strip("\n"))
            elif word[1] == "row":
                rows.append([])
            elif word[1] == "line":
                units.extend("\n".encode("utf-16-le"))
            elif word[1] in ("trowd", "par"):
                flush()
        else:
            if each != "\n":
                units.extend(each.encode("utf-16-le"))
            place += 1
    assert depth == 0
    return [[cell.strip() for cell in row] for row in rows if row]


def table_of(*cells: str) -> Table:
    return Table(
        id="t",
        title="Title",
        corner="Corner",
        columns=("A", "B")[: len(cells)],
        rows=(Row(head="Head", cells=cells),),
    )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_comes_back_from_rich_text(one: str, two: str) -> None:
    text = rtf([table_of(one, two)], SOURCE, "x")
    text.encode("ascii")
    kept = [
        "".join(c for c in MINUS.sub("−", each) if c == "\n" or (c >= " " and c != "\x7f")).strip()
        for each in (one, two)
    ]
    assert decoded(text)[1][1:] == kept


def test_rich_text_repeats_headings_and_names_its_source() -> None:
    text = files()["SIMULATED-tables.rtf"].decode("ascii")
    rows = decoded(text)
    assert text.startswith("{\\rtf1") and text.count("\\trhdr") == len(tables(report()))
    assert (
        text.count(report().source.head) == len(tables(report())) + 1
        and SIMULATED.replace("–", "\\u8211?") in text
    )
    heads = [row for row in rows if row[0] == "Characteristic"]
    assert heads == [
        [
            "Characteristic",
            "New ointment (n\u00a0=\u00a05)",
            "Old ointment (n\u00a0=\u00a05)",
            "All participants (n\u00a0=\u00a010)",
        ]
    ]
    assert "\\qc" in text and escaped("a{b}\\c\n–") == "a\\{b\\}\\\\c\\line \\u8211?"
    assert any(row[0] == f"01 {EVIL}" for row in rows)


def test_a_long_table_in_rich_text_has_its_headings_on_every_page() -> None:
    rows = [
        Row(head=f"Group {n // 7}") if n % 7 == 0 else Row(head=f"Row {n}", cells=("-1",)) for n in range(150)
    ]
    rows[40] = Row(head="Many words", cells=("word " * 200,))
    table = Table(id="t", title="Long", corner="Corner", columns=("Column",), rows=tuple(rows))
    text = rtf([table], SOURCE, "x")
    pages = text.split("\\pagebb")
    heads = [row[0] for row in decoded(text) if row]
    assert len(pages) > 3 and heads.count("Corner") == len(pages)
    assert [head for head in heads if head != "Corner"] == [row.head for row in rows]
    assert not any(one.startswith("Group") and after == "Corner" for one, after in pairwise(heads))
    assert [f"Long ({n} of {len(pages)})" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
    assert SIMULATED.replace("–", "\\u8211?") in pages[2] and "\\u8722?1\\cell" in text


# --- CSV ---


def test_the_long_file_has_stable_headings_and_one_line_a_cell() -> None:
    lines = list(csv.DictReader(io.StringIO(files()["SIMULATED-tables.csv"].decode("utf-8"), newline="")))
    assert tuple(lines[0]) == HEADINGS
    assert {line["head"] for line in lines} == {report().source.head}
    trace = json.loads(files()["SIMULATED-trace.json"])
    shown = {each["id"]: each["text"] for each in trace["numbers"]}
    assert all(plain_cell(shown[line["cell"]]) == line["value"] for line in lines if line["value"])


def test_no_cell_of_a_csv_is_a_formula() -> None:
    for name, content in files().items():
        if name.endswith(".csv"):
            for line in csv.reader(io.StringIO(content.decode("utf-8"), newline="")):
                assert not any(re.match(r"[=+@\t\r]|-(?!\d)", cell) for cell in line), name
    listing = files()["listings/SIMULATED-deviations.csv"].decode()
    assert f"'{FORMULA}".replace('"', '""') in listing
    made = table_csv(replace(table_of("+1"), columns=("=A",), corner="@B"), SOURCE)
    assert "'=A" in made and "'@B" in made and "'+1" in made


# --- Figures ---


def test_every_figure_says_what_it_shows_and_of_which_cut() -> None:
    for key, figure in figures(report()).items():
        text = files()[f"figures/SIMULATED-{key}.svg"].decode()
        root = ElementTree.fromstring(text)
        parts = {each.tag.rpartition("}")[2]: each for each in root}
        assert parts["title"].text and parts["desc"].text and report().source.head in parts["metadata"].text
        shown = "".join("".join(each.itertext()) for each in root if each.tag.endswith("text"))
        assert report().source.head in shown and SIMULATED in shown
        assert re.search(r"\d", figure.caption) or key == "responders", key
        assert " style=" not in text and "prefers-color-scheme: dark" in text


def test_an_empty_trial_has_all_its_files() -> None:
    trial = Trial()
    trial.close()
    made = package(analyse(small(), trial.cut(), seed=1))
    assert made["SIMULATED-report.pdf"].startswith(b"%PDF")


def test_a_provenance_marks_the_names_of_files() -> None:
    assert Provenance.mark.fget(replace(SOURCE, banner="")) == ""
    assert replace(SOURCE, banner=PRACTICE).mark == "PRACTICE-"


def test_recruitment_is_shown_against_its_plan() -> None:
    """The small trial plans 40; with a plan in time, the axis reaches its end, and the numbers say both."""
    bare = figures(report())["recruitment"]
    assert "10 of 40 planned" in bare.caption and "gives no dates of recruitment" in bare.caption
    allocation = small().definition.allocation
    plan = Recruitment(opens="2025-12", months=14)
    changed = event_with(small().definition, allocation=event_with(allocation, recruitment=plan))
    found = analyse(replace(small(), definition=changed), ledger().cut(), seed=7)
    assert found.quality.plan == (date(2025, 12, 1), date(2027, 2, 1))
    shown = figures(found)["recruitment"]
    assert "Planned from 2025-12-01 to 2027-02-01." in shown.caption and "2025-12" in shown.body
    assert json.loads(report_json(found))["quality"]["plan"] == ["2025-12-01", "2027-02-01"]


def stored(trial: Trial) -> PlainStore:
    """The events of a trial in a store."""
    store = PlainStore("simulation")
    for each in trial.events:
        draft = Draft(**{name: getattr(each, name) for name in Draft.__struct_fields__})
        with store.writing() as writer:
            writer.append([draft], after=writer.head, salts=())
    return store


def test_the_same_command_is_blind_before_the_opening_and_by_arm_after() -> None:
    trial = whole()
    before = report_of(small(), stored(trial), 7)
    assert before.source.blind and not before.by_arm and before.arms == ("all",)
    assert "Blind report" in str(cover(before)) and "All arms together: 8 with a value" in headlines(before)
    trial.close()
    after = report_of(small(), stored(trial), 7)
    assert after.by_arm and not after.source.blind and "difference" in headlines(after)
    assert report_of(small(), stored(trial), 7, by_arm=False).source.blind
