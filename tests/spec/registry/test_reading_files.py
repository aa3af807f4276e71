"""Files of records: what a file is follows from its bytes, and one bad record costs that record alone."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from equipoise.registry.errors import RegistryError
from equipoise.registry.reading import Reading, Unread, paths_of, read_records
from equipoise.registry.reading.model import MOST_BYTES
from equipoise.registry.record import load_record

from .records import lines, number, packed, squeezed, study, written

THREE = [study(1), study(2), study(3)]


def outcome(path: Path) -> tuple[list[str], list[str]]:
    """The numbers that were read, and the codes of what was not."""
    found = list(read_records(path))
    read = [each.nct_id for each in found if isinstance(each, Reading)]
    return read, [each.error.code for each in found if isinstance(each, Unread)]


ALL = ([number(1), number(2), number(3)], [])


def test_json_lines_are_read(tmp_path: Path) -> None:
    assert outcome(written(tmp_path / "a", lines(*THREE))) == ALL
    assert outcome(written(tmp_path / "b", b"\xef\xbb\xbf" + lines(*THREE).rstrip())) == ALL


def test_one_study_in_a_file_is_read_however_it_is_laid_out(tmp_path: Path) -> None:
    for indent in (None, 2):
        path = written(tmp_path / f"{indent}", json.dumps(study(1), indent=indent).encode())
        assert outcome(path) == ([number(1)], [])


def test_a_list_and_a_page_of_studies_are_read(tmp_path: Path) -> None:
    for indent in (None, 2):
        assert outcome(written(tmp_path / "list", json.dumps(THREE, indent=indent).encode())) == ALL
        page = {"totalCount": 3, "studies": THREE, "nextPageToken": "x"}
        assert outcome(written(tmp_path / "page", json.dumps(page, indent=indent).encode())) == ALL


def test_a_study_that_has_a_list_named_studies_is_no_page(tmp_path: Path) -> None:
    record = study(1) | {"more": {"studies": [1]}}
    assert outcome(written(tmp_path / "a", json.dumps(record).encode())) == ([number(1)], [])


def test_gzip_and_zip_are_opened(tmp_path: Path) -> None:
    assert outcome(squeezed(tmp_path / "a.json", *THREE)) == ALL
    assert outcome(packed(tmp_path / "b.bin", *THREE)) == ALL
    written(tmp_path / "c.gz", gzip.compress((tmp_path / "b.bin").read_bytes()))
    assert outcome(tmp_path / "c.gz")[1] == ["REGI-020"], "a zip needs its end, which a stream has not"


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.json", "a/c.json", "a/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        written(tmp_path / name, lines(study(1)))
    assert [path.name for path in paths_of([tmp_path, tmp_path / "x"])] == ["c.json", "b.json", "x"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ('{"protocolSection": {"identificationModule"', "REGI-002"),
        ("[1, 2", "REGI-002"),
        ("nonsense", "REGI-002"),
        (lines(study(2) | {"hasResults": "perhaps"}).decode().strip(), "REGI-003"),
        ('{"protocolSection": {"statusModule": {}}}', "REGI-004"),
        ('{"protocolSection": []}', "REGI-003"),
        ('{"name": "no record"}', "REGI-025"),
        ("7", "REGI-025"),
        ('{"ctNumber": "2022-500244-37-00"}', "REGI-003"),
        (json.dumps(study(1) | {"extra": 1}), "REGI-022"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "REGI-002"),
        (json.dumps(study(2)).replace("Study", "\\ud800"), "REGI-002"),
        (json.dumps(study(2)).replace("NCT00000002", "../../etc/passwd"), "REGI-023"),
    ],
)
def test_a_bad_record_costs_itself_alone(tmp_path: Path, bad: str, code: str) -> None:
    path = written(tmp_path / "a", lines(study(1), bad, study(3)))
    assert outcome(path) == ([number(1), number(3)], [code])
    assert outcome(squeezed(tmp_path / "b", study(1), bad, study(3))) == ([number(1), number(3)], [code])


def test_a_bad_record_may_be_the_first_one(tmp_path: Path) -> None:
    path = written(tmp_path / "a", lines('{"protocolSection": {', study(1), study(3)))
    assert outcome(path) == ([number(1), number(3)], ["REGI-002"])


def test_a_bad_member_of_a_zip_costs_itself_alone(tmp_path: Path) -> None:
    assert outcome(packed(tmp_path / "a", study(1), "{torn", study(3))) == (
        [number(1), number(3)],
        ["REGI-002"],
    )


def test_a_bad_item_of_a_list_costs_itself_alone(tmp_path: Path) -> None:
    text = json.dumps(THREE).replace('"COMPLETED"', "COMPLETED", 1)
    assert outcome(written(tmp_path / "a", text.encode())) == ([number(2), number(3)], ["REGI-002"])


def test_a_list_without_its_end_gives_what_it_has(tmp_path: Path) -> None:
    whole = json.dumps(THREE)
    assert outcome(written(tmp_path / "a", whole[:-1].encode())) == (ALL[0], ["REGI-020"])
    cut = written(tmp_path / "b", whole[:-20].encode())
    assert outcome(cut) == ([number(1), number(2)], ["REGI-002", "REGI-020"])


def test_gzip_that_is_cut_off_gives_what_it_has(tmp_path: Path) -> None:
    records = [study(place, f"{place * 7919 % 1000003}") for place in range(1, 400)]
    whole = gzip.compress(lines(*records))
    read, codes = outcome(written(tmp_path / "a.gz", whole[: len(whole) // 2]))
    assert codes == ["REGI-020"]
    assert 10 < len(read) < 399
    whole = gzip.compress(json.dumps(records).encode())
    read, codes = outcome(written(tmp_path / "list.gz", whole[: len(whole) // 2]))
    assert codes == ["REGI-020"]
    assert 10 < len(read) < 399
    read, codes = outcome(written(tmp_path / "b.gz", whole[:-6] + b"xxxxxx"))
    assert (len(read), codes) == (399, ["REGI-020"])


def test_a_damaged_zip_gives_what_it_has(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", *THREE)
    whole = path.read_bytes()
    middle = whole.index(b"PK\x03\x04", 4) + 60
    read, codes = outcome(written(tmp_path / "b.zip", whole[:middle] + b"xxxx" + whole[middle + 4 :]))
    assert (len(read), codes) == (2, ["REGI-020"])
    assert outcome(written(tmp_path / "c.zip", whole[:-30])) == ([], ["REGI-020"])


def test_a_zip_is_read_for_what_could_be_records_and_never_beyond_its_password(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Contents.txt", "no record")
        archive.mkdir("folder.json")
        archive.writestr("one.json", json.dumps(study(1)))
        archive.writestr("two.xml", "<clinical_study>")
        archive.writestr("three.json", json.dumps(study(3)))
    assert outcome(path) == ([number(1), number(3)], ["REGI-024"])
    # Bit 0 of a member's flags, in its own header and in the list at the end, says that it has a password.
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x03\x04", content.index(b"two.xml")) + 6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert outcome(written(tmp_path / "b.zip", bytes(content))) == ([number(1)], ["REGI-024", "REGI-020"])


def test_an_xml_file_that_is_far_too_large_is_named(tmp_path: Path) -> None:
    assert outcome(written(tmp_path / "a.xml", b"<clinical_study>" + b" " * MOST_BYTES)) == ([], ["REGI-021"])


def test_a_list_of_anything_is_read_in_time_that_grows_with_its_length(tmp_path: Path) -> None:
    read, codes = outcome(written(tmp_path / "a", b"[" + b"1," * 20_000 + b"1]"))
    assert (read, len(codes), set(codes)) == ([], 20_001, {"REGI-025"})
    assert outcome(written(tmp_path / "b", b'[{"a":' * 9999)) == ([], ["REGI-002", "REGI-020"])
    assert outcome(written(tmp_path / "c", b"[]")) == ([], [])


def test_a_record_that_is_far_too_large_costs_itself_alone(tmp_path: Path) -> None:
    giant = json.dumps(study(2, "x" * (50 * 1024 * 1024)))
    assert len(giant) > MOST_BYTES
    both = ([number(1), number(3)], ["REGI-021"])
    assert outcome(written(tmp_path / "a", lines(study(1), giant, study(3)))) == both
    assert (
        outcome(written(tmp_path / "b", f"[{json.dumps(study(1))},{giant},{json.dumps(study(3))}]".encode()))
        == both
    )
    assert outcome(packed(tmp_path / "c", study(1), giant, study(3))) == both
    assert outcome(written(tmp_path / "d", giant.encode())) == ([], ["REGI-021"])


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"hello", b"%PDF-1.7"])
def test_a_file_that_is_something_else_is_named(tmp_path: Path, content: bytes) -> None:
    assert outcome(written(tmp_path / "a.json", content)) == ([], ["REGI-025"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert outcome(tmp_path / "nothing.json") == ([], ["REGI-026"])


def test_every_reason_names_its_place(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", lines(study(1), "{", study(3)))
    [bad] = [each for each in read_records(path) if isinstance(each, Unread)]
    assert bad.error.place == bad.place == f"{path}:2"


def test_the_reference_records_are_all_read(shared: Path) -> None:
    folder = shared / "standards"
    for path in paths_of([folder / "ctgov" / "records", folder / "ctis"]):
        read, codes = outcome(path)
        assert (len(read), codes) == (1, []), path
    read, codes = outcome(shared / "registry" / "native_v2.jsonl")
    assert (len(read), codes) == (17, ["REGI-022"]), "one study stands there in two versions"


def test_a_first_line_that_is_bad_costs_that_line_alone(tmp_path: Path) -> None:
    read, codes = outcome(written(tmp_path / "a", lines("no record", *THREE)))
    assert (read, codes) == (ALL[0], ["REGI-002"])


def test_files_that_were_put_together_keep_their_marks(tmp_path: Path) -> None:
    """A mark of UTF-8 before the lines of a second file."""
    content = lines(*THREE[:2]) + b"\xef\xbb\xbf" + lines(*THREE[2:])
    assert outcome(written(tmp_path / "a", content)) == ALL


def test_other_encodings_and_ends_of_lines(tmp_path: Path) -> None:
    assert outcome(written(tmp_path / "a", lines(*THREE).replace(b"\n", b"\r\n"))) == ALL
    latin = json.dumps(study(1, "Caf\xe9"), ensure_ascii=False).encode("cp1252")
    assert outcome(written(tmp_path / "b", latin + b"\n" + lines(*THREE[1:]))) == (ALL[0][1:], ["REGI-002"])


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
)
def test_every_encoding_of_unicode_is_read_however_the_records_are_laid_out(
    tmp_path: Path, encoding: str
) -> None:
    title = "\u00c9tude \u2014 \u03b2\u2082, \u6d25, \U0001d6fd"
    records = [study(1, title), *THREE[1:]]
    layouts = {
        "lines": "\n".join(json.dumps(one, ensure_ascii=False) for one in records),
        "list": json.dumps(records, ensure_ascii=False, indent=1),
        "page": json.dumps({"studies": records}, ensure_ascii=False),
    }
    for name, text in layouts.items():
        path = written(tmp_path / name, text.encode(encoding))
        assert outcome(path) == ALL, name
        first = next(iter(read_records(path)))
        assert isinstance(first, Reading)
        assert json.loads(first.content)["protocolSection"]["identificationModule"]["briefTitle"] == title
    assert outcome(written(tmp_path / "gz", gzip.compress(layouts["lines"].encode(encoding)))) == ALL
    assert load_record(written(tmp_path / "one", json.dumps(study(1)).encode(encoding))).nct_id == number(1)


def test_a_file_that_ends_within_a_letter_or_has_half_a_pair_is_not_read_as_another(tmp_path: Path) -> None:
    cut = json.dumps(study(1)).encode("utf-16")[:-1]
    assert outcome(written(tmp_path / "cut", cut)) == ([], ["REGI-020"])
    half = json.dumps([study(1, "\ud800"), *THREE[1:]], ensure_ascii=False)
    path = written(tmp_path / "half", half.encode("utf-16", "surrogatepass"))
    assert outcome(path) == (ALL[0][1:], ["REGI-002"])


@pytest.mark.parametrize("layout", ["lines", "list", "page"])
def test_a_record_in_an_older_encoding_is_refused_by_its_first_wrong_byte(
    tmp_path: Path, layout: str
) -> None:
    """In a list as well, where a replaced letter would stand in the record for ever."""
    first, others = (
        json.dumps(study(1, "Caf\xe9"), ensure_ascii=False),
        [json.dumps(one) for one in THREE[1:]],
    )
    text = {
        "lines": "\n".join([first, *others]),
        "list": f"[{', '.join([first, *others])}]",
        "page": f'{{"studies": [{", ".join([first, *others])}]}}',
    }[layout]
    path = written(tmp_path / layout, text.encode("cp1252"))
    assert outcome(path) == (ALL[0][1:], ["REGI-002"])
    unread = next(each for each in read_records(path) if isinstance(each, Unread))
    assert "byte 0xe9" in unread.error.fault
    assert "Windows-1252 it would be \xe9" in unread.error.fault
    with pytest.raises(RegistryError, match="byte 0xe9"):
        load_record(written(tmp_path / "one", first.encode("cp1252")))
