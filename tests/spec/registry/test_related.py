"""Related trials: the right neighbours with true reasons, programmes grouped, updates whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equipoise.cli.main import main
from equipoise.registry.errors import RegistryError
from equipoise.registry.folder import Folder
from equipoise.registry.index import RegistryIndex, open_index
from equipoise.registry.related import disk, part, scheme
from equipoise.registry.related.segment import best
from equipoise.registry.related.terms import terms, words

from .records import index_of, ingested, lines, number, study, written

TOPICS = (
    "asthma inhaler",
    "knee surgery",
    "malaria vaccine",
    "insomnia therapy",
    "skin cream",
    "heart pacemaker",
)


def full(place: int, title: str, **modules: Any) -> dict[str, Any]:
    """A record with a sponsor of its own."""
    sponsor = {"sponsorCollaboratorsModule": {"leadSponsor": {"name": f"Hospital {place}"}}}
    return study(place, title, **(sponsor | modules))


def others(count: int = 60, first: int = 100) -> list[dict[str, Any]]:
    """Studies of other things, so that a word can be rare."""
    return [
        full(
            first + place,
            f"{TOPICS[place % 6]} number {place} word{place % 7} thing{place % 11} part{place % 13}",
            conditionsModule={"conditions": [TOPICS[place % 6].split()[0].title()]},
        )
        for place in range(count)
    ]


def later(index: RegistryIndex, name: str, *records: dict[str, Any]) -> None:
    """Ingests more records into an index."""
    folder = index.folder.path
    ingested(folder, written(folder.parent / f"{name}.jsonl", lines(*records)))


def related(index: RegistryIndex, place: int, top: int = 10) -> list[str]:
    """The numbers of the related studies."""
    return [found.nct_id for found in index.related(number(place), top)]


def texts(index: RegistryIndex, place: int, other: int) -> list[str]:
    """The reasons why one study stands beside another."""
    [found] = [each for each in index.related(number(place), 20) if each.nct_id == number(other)]
    return [reason.text for reason in found.reasons]


def officials(*names: str) -> dict[str, Any]:
    """A module that names investigators."""
    return {"overallOfficials": [{"name": name, "affiliation": "University of Somewhere"} for name in names]}


PAIR = (
    full(
        1,
        "Zolimumab in pemphigus",
        conditionsModule={"conditions": ["Pemphigus Vulgaris", "Blisters"]},
        armsInterventionsModule={"interventions": [{"name": "Zolimumab"}, {"name": "Placebo"}]},
        contactsLocationsModule=officials("Anna B. Lindqvist, MD", "Tor Berg"),
        descriptionModule={"briefSummary": "Desmoglein antibodies and remission after zolimumab."},
    ),
    full(
        2,
        "Remission of pemphigus with zolimumab",
        conditionsModule={"conditions": ["pemphigus vulgaris"]},
        armsInterventionsModule={"interventions": [{"name": "ZLM-7", "otherNames": ["zolimumab"]}]},
        contactsLocationsModule=officials("Anna Lindqvist"),
        sponsorCollaboratorsModule={"leadSponsor": {"name": "Hospital 1"}},
        statusModule={"overallStatus": "WITHDRAWN", "lastUpdatePostDateStruct": {"date": "2020-01-01"}},
        descriptionModule={"briefSummary": "Titres of desmoglein antibodies in those with remission."},
    ),
)


def test_the_reasons_are_what_the_two_records_share(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR, *others())
    first = index.related(number(1))[0]
    assert (first.nct_id, first.status, first.phases, first.sponsor) == (
        number(2),
        "WITHDRAWN",
        ("PHASE2",),
        "Hospital 1",
    )
    assert first.title == "Remission of pemphigus with zolimumab"
    assert [reason.text for reason in first.reasons] == [
        "same condition: pemphigus vulgaris",
        "same intervention: zolimumab",
        "words in common: remission, antibodies, desmoglein",
        "same investigator: Anna Lindqvist",
        "same sponsor: Hospital 1",
        "same phase: phase 2",
    ]
    assert [reason.kind for reason in first.reasons] == [
        "condition",
        "intervention",
        "terms",
        "investigator",
        "sponsor",
        "phase",
    ]
    assert first.score > index.related(number(1))[1].score


def test_names_that_differ_share_a_heading_one_above_it_or_some_words(tmp_path: Path) -> None:
    def derived(own: str, above: str) -> dict[str, Any]:
        return {"conditionBrowseModule": {"meshes": [{"term": own}], "ancestors": [{"term": above}]}}

    records = [
        full(place, f"Pemphigus trial {place}", conditionsModule={"conditions": [name]})
        for place, name in enumerate(("Pemphigus", "Pemphigus Foliaceus", "Blistering", "Bullae"), 1)
    ]
    records[0]["derivedSection"] = derived("Pemphigus", "Skin Diseases, Vesiculobullous")
    records[2]["derivedSection"] = derived("Pemphigus", "Skin Diseases, Vesiculobullous")
    records[3]["derivedSection"] = derived("Pemphigoid", "Skin Diseases, Vesiculobullous")
    index = index_of(tmp_path, *records, *others())
    assert "conditions share: pemphigus" in texts(index, 1, 2)
    assert "both under the heading Pemphigus" in texts(index, 1, 3)
    assert "both within Skin Diseases, Vesiculobullous" in texts(index, 1, 4)


def test_a_long_list_of_shared_names_is_cut_and_counted(tmp_path: Path) -> None:
    names = [f"Condition {letter}" for letter in "ABCDE"]
    records = [full(place, "Same", conditionsModule={"conditions": names}) for place in (1, 2)]
    index = index_of(tmp_path, *records, *others())
    assert texts(index, 1, 2)[0] == "same conditions: Condition A, Condition B, Condition C and 2 more"


def test_citations_study_numbers_and_sites_make_no_relation(tmp_path: Path) -> None:
    shared = {
        "referencesModule": {"references": [{"pmid": "777", "citation": "Quux Q. Zyzzyva journal."}]},
        "contactsLocationsModule": {"locations": [{"facility": "Xylophone Clinic", "city": "Qaqortoq"}]},
    }
    one = full(1, "Walking zymurgy NCT09999999 https://example.org/qwerty", **shared)
    other = full(2, "Swimming axolotl NCT09999999 https://example.org/qwerty", **shared)
    del one["protocolSection"]["conditionsModule"], other["protocolSection"]["conditionsModule"]
    index = index_of(tmp_path, one, other, *others())
    found = {each.nct_id: each for each in index.related(number(1), 80)}
    alike = found.get(number(2))
    assert alike is None or {reason.kind for reason in alike.reasons} == {"phase"}
    assert words("see NCT01234567, PMID: 1234 and 2020-001234-12 at www.example.org/a, doi:10.1/x") == [
        "see",
        "and",
        "at",
    ]


def test_near_duplicates_of_one_programme_are_grouped_and_do_not_fill_the_list(tmp_path: Path) -> None:
    def dose(place: int, sponsor: str) -> dict[str, Any]:
        lead = {"sponsorCollaboratorsModule": {"leadSponsor": {"name": sponsor}}}
        return full(place, "Zolimumab pharmacokinetics in healthy adults after food and fasting", **lead)

    family = [dose(place, "Maker, Inc.") for place in (2, 3, 4, 5)]
    rival = dose(6, "Other Maker")
    index = index_of(tmp_path, full(1, "Zolimumab after food"), *family, rival, *others())
    found = index.related(number(1), 5)
    group = [each for each in found if each.programme == number(2)]
    assert [each.nct_id for each in group] == [number(2), number(3)]
    assert group[0].also == (number(4), number(5))
    assert group[1].also == ()
    [other] = [each for each in found if each.nct_id == number(6)]
    assert other.programme == number(6), "another sponsor's study is another programme"
    assert len(found) == 5


def test_words_of_any_script_and_accents_are_compared(tmp_path: Path) -> None:
    one, other = (
        full(1, "Étude de la fièvre méditerranéenne"),
        full(2, "FIEVRE MEDITERRANEENNE chez l'enfant"),
    )
    assert related(index_of(tmp_path, one, other, *others()), 1)[0] == number(2)
    assert words("Fièvre β-thalassémie 研究") == ["fievre", "β", "thalassemie", "研究"]


def test_a_changed_record_is_seen_at_once_by_an_index_that_is_open(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR, *others(120))
    assert related(index, 1)[0] == number(2)
    moved = full(
        2, "Knee surgery number 7", statusModule={"lastUpdatePostDateStruct": {"date": "2025-01-01"}}
    )
    fresh = full(3, "Zolimumab desmoglein remission in pemphigus, a new study", conditionsModule={})
    later(index, "second", moved, fresh)
    assert len(pieces(index)) == 2, "a small change is a segment of its own"
    assert related(index, 1)[0] == number(3)
    assert texts(index, 1, 2) == ["same phase: phase 2"], "its old words are gone"
    assert related(index, 3)[0] == number(1), "and a new record finds old ones"
    assert related(index, 1, 300).count(number(2)) <= 1, "the version that it replaces is gone"
    assert index.related(number(2))[0].reasons


def pieces(index: RegistryIndex) -> tuple[disk.Piece, ...]:
    """The segments in use."""
    return disk.read_pointer(index.folder.part("related")).pieces


def test_many_small_changes_are_put_together_and_many_changes_make_all_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "MOST_SEGMENTS", 3)
    index = index_of(tmp_path, *PAIR, *others(150))
    for place in range(3, 7):
        later(index, f"more{place}", full(place, f"Zolimumab in pemphigus, extension {place}"))
    assert [piece.studies for piece in pieces(index)] == [152, 3, 1]
    assert set(related(index, 1)[:5]) == {number(place) for place in range(2, 7)}
    later(index, "much", *others(40, first=500))
    assert [piece.studies for piece in pieces(index)] == [196]
    folder = index.folder.part("related")
    named = {piece.folder for piece in pieces(index)} | {disk.POINTER}
    assert {each.name for each in folder.iterdir()} == named, "nothing that is replaced is left"
    assert set(related(index, 1)[:5]) == {number(place) for place in range(2, 7)}


def test_an_index_without_text_or_without_a_neighbour_answers_with_nothing(tmp_path: Path) -> None:
    alone = {"protocolSection": {"identificationModule": {"nctId": number(1)}}}
    index = index_of(tmp_path, alone)
    assert index.related(number(1)) == []
    assert index.related(number(1), 0) == []


def test_an_unknown_number_is_a_coded_error(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR)
    for asked in (number(9), "", "NCT" + "0" * 60, "é"):
        with pytest.raises(RegistryError) as caught:
            index.related(asked)
        assert caught.value.code == "REGI-035"


def test_an_index_of_another_version_says_so(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR)
    pointer = index.folder.part("related") / disk.POINTER
    pointer.write_text(json.dumps({"format": 0}))
    with pytest.raises(RegistryError) as caught:
        open_index(index.folder.path).related(number(1))
    assert caught.value.code == "REGI-031"


@pytest.mark.parametrize(
    "name", ["slots.npy", "starts.npy", "coarse.npy", "numbers.npy", "rarity.npy", disk.POINTER]
)
def test_a_file_that_is_cut_off_is_a_coded_error_and_is_made_anew(tmp_path: Path, name: str) -> None:
    index = index_of(tmp_path, *PAIR, *others(120))
    folder = index.folder.part("related")
    path = folder / name if name == disk.POINTER else folder / pieces(index)[0].folder / name
    path.write_bytes(path.read_bytes()[:-20])
    if name != "rarity.npy":
        with pytest.raises(RegistryError) as caught:
            open_index(index.folder.path).related(number(1))
        assert caught.value.code == "REGI-034"
    ingested(index.folder.path, rebuild=True)
    assert related(open_index(index.folder.path), 1)[0] == number(2)


def test_parts_that_do_not_belong_together_are_a_coded_error(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR, *others(120))
    folder = index.folder.part("related")
    pointer = json.loads((folder / disk.POINTER).read_text())
    (folder / disk.POINTER).write_text(json.dumps(pointer | {"pieces": "all"}))
    with pytest.raises(RegistryError) as caught:
        disk.open_all(folder)
    assert caught.value.code == "REGI-034"


def test_a_disk_that_fills_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(tmp_path, *PAIR, *others(120))
    before = related(index, 1)

    def fills(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", fills)
    with pytest.raises(RegistryError) as caught:
        later(index, "more", full(3, "Zolimumab desmoglein remission in pemphigus"))
    assert caught.value.code == "REGI-032"
    assert related(open_index(index.folder.path), 1) == before
    monkeypatch.undo()
    ingested(index.folder.path)
    assert number(3) in related(open_index(index.folder.path), 1)[:2]


def test_a_folder_that_cannot_be_written_is_a_coded_error(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as caught:
        part.make(written(tmp_path / "file", b""))
    assert caught.value.code == "REGI-032"


def test_a_reader_that_is_overtaken_by_a_writer_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = index_of(tmp_path, *PAIR, *others(120))
    folder = index.folder.part("related")
    new = disk.read_pointer(folder)
    old = disk.Pointer(pieces=(disk.Piece(folder="segment-0", studies=3),))
    answers = iter((old, new))
    monkeypatch.setattr(disk, "read_pointer", lambda path: next(answers))
    assert disk.open_all(folder).pointer == new
    assert Folder(index.folder.path).part("related") == folder
    shutil.rmtree(folder / new.pieces[0].folder)


def test_the_best_scores_are_the_greatest() -> None:
    scores = np.arange(10_000, dtype=np.float32)[::-1] ** 2
    assert set(best(scores, 50)) == set(range(50))
    assert set(best(np.array([0, 3, 0, 1], np.float32), 50)) == {1, 3}


def test_the_command_says_the_studies_in_words_and_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead = {"sponsorCollaboratorsModule": {"leadSponsor": {"name": "Maker"}}}
    family = [full(place, "Zolimumab pharmacokinetics after food", **lead) for place in (3, 4, 5)]
    index = index_of(tmp_path, *PAIR, *family, *others())
    folder = str(index.folder.path)
    assert main(["related", number(1).lower(), "--index", folder]) == 0
    said = capsys.readouterr().out
    assert f"{number(2)}  Remission of pemphigus with zolimumab" in said
    assert "why: same condition: pemphigus vulgaris" in said
    assert "near-duplicate of the study above" in said
    assert f"and of the same programme: {number(5)}" in said
    assert main(["related", number(1), "--index", folder, "--json", "--top", "3"]) == 0
    listed = json.loads(capsys.readouterr().out)["related"]
    assert len(listed) == 3
    assert listed[0]["nct_id"] == number(2)
    assert listed[0]["reasons"][0]["words"] == ["pemphigus vulgaris"]
    assert main(["related", number(9), "--index", folder]) == 3
    assert "REGI-035" in capsys.readouterr().err


def test_the_command_says_that_nothing_resembles_a_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = index_of(tmp_path, {"protocolSection": {"identificationModule": {"nctId": number(1)}}})
    assert main(["related", number(1), "--index", str(index.folder.path)]) == 0
    assert capsys.readouterr().out == f"No study in this index resembles {number(1)}.\n"


def test_a_part_of_a_strange_type_gives_no_terms() -> None:
    strange = {
        "protocolSection": {
            "identificationModule": {"briefTitle": 7, "acronym": ["A", None]},
            "conditionsModule": [1],
            "armsInterventionsModule": {"interventions": {"name": "x"}, "armGroups": ["y"]},
        },
        "derivedSection": 3,
    }
    assert dict(terms(strange).body) == {"a": 1}


def test_a_file_of_another_length_or_a_missing_pointer_is_a_coded_error(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR)
    folder = index.folder.part("related")
    np.save(folder / pieces(index)[0].folder / "ratio.npy", np.ones(7, np.float32))
    with pytest.raises(RegistryError) as caught:
        open_index(index.folder.path).related(number(1))
    assert caught.value.code == "REGI-034"
    (folder / disk.POINTER).unlink()
    with pytest.raises(RegistryError) as caught:
        index.related(number(1))
    assert caught.value.code == "REGI-034"


def test_a_study_that_the_store_has_lost_is_a_coded_error(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR)
    with sqlite3.connect(index.folder.records) as connection:
        connection.execute("DELETE FROM versions WHERE nct_id = ?", (number(2),))
    connection.close()
    with pytest.raises(RegistryError) as caught:
        index.related(number(1))
    assert caught.value.code == "REGI-034"


def test_an_update_without_records_moves_the_sequence_alone(tmp_path: Path) -> None:
    index = index_of(tmp_path, *PAIR)
    folder = index.folder.part("related")
    before = disk.read_pointer(folder)
    disk.update(folder, index.store, iter(()), head=9)
    after = disk.read_pointer(folder)
    assert (after.sequence, after.pieces) == (9, before.pieces)
    assert {each.name for each in folder.iterdir()} == {before.pieces[0].folder, disk.POINTER}


def test_a_word_has_its_slot_however_many_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheme, "MOST_KNOWN", 2)
    slots = scheme.Slots()
    texts = ["one", "two", "three", "four", "five"]
    assert slots.of("body", texts) == slots.of("body", texts) == scheme.Slots().of("body", texts)


def test_what_a_placebo_is_called_is_no_reason(tmp_path: Path) -> None:
    arms = {"armsInterventionsModule": {"interventions": [{"name": "Placebo"}]}}
    records = [full(place, f"Zolimumab, part {place}", **arms) for place in (1, 2)]
    assert not [text for text in texts(index_of(tmp_path, *records, *others()), 1, 2) if "lacebo" in text]


def test_words_that_many_studies_have_and_function_words_are_not_told(tmp_path: Path) -> None:
    def said(place: int) -> dict[str, Any]:
        return full(
            place,
            f"Ward {place}",
            descriptionModule={
                "briefSummary": "Its desmoglein, which we meet in salient everyday wards itself."
            },
        )

    common = [
        full(900 + place, f"Ward {place}", descriptionModule={"briefSummary": f"Everyday matter{place % 9}."})
        for place in range(30)
    ]
    index = index_of(tmp_path, said(1), said(2), *common, *others(400))
    [shared] = [each for each in texts(index, 1, 2) if each.startswith("words in common")]
    told = shared.partition(": ")[2].split(", ")
    assert {"desmoglein", "salient"} <= set(told)
    assert not {"everyday", "its", "itself", "we", "meet", "which"} & set(told)
