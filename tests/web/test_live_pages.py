"""The page of a trial that runs here follows its ledger: recruitment, then results, and nothing by arm before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from equipoise.cli.errors import CommandError
from equipoise.cli.following import Followed, check_known
from equipoise.cli.main import main
from equipoise.exchange.live import LEAST
from equipoise.registry.index import open_index
from equipoise.web.application import application
from equipoise.web.statuses import status_of
from tests.web.running import PARTICIPANTS, STUDY, Growing, index_with_study
from tests.web.site import FIRST, TODAY, Client
from tests.worlds.simulating import REFERENCE, STUDIES

PAGE = f"/studies/{REFERENCE}/"
BANNER = "SIMULATED – not results of this trial"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index that has the record of the trial."""
    return index_with_study(tmp_path_factory.mktemp("live"))


@pytest.fixture
def ledger(tmp_path: Path) -> Growing:
    """A ledger that recruits."""
    return Growing(tmp_path / "ledger.sqlite").to("recruiting")


@pytest.fixture
def served(registry: Path, ledger: Growing) -> Client:
    """A client of the site on which the trial runs."""
    return Client(application(registry, trials=[Followed(STUDY, ledger.path)], today=lambda: TODAY))


def arms() -> list[str]:
    """What would name an arm of the trial beyond what its record says of the groups."""
    return ['id="flow"', 'id="primary-result"', "results-flow", "Hazard Ratio", "Risk Difference"]


def test_while_it_recruits_the_page_says_how_far_it_is_and_nothing_by_arm(served: Client) -> None:
    page = served.get(PAGE).text
    assert "Recruiting" in page and 'id="live"' in page
    assert f'{PARTICIPANTS // 2} <span class="quiet">of 122 planned' in page
    assert BANNER in page and 'name="robots" content="noindex"' in page
    assert [name for name in arms() if name in page] == []
    assert "resultsSection" not in served.get(f"{PAGE}record.json").json
    assert served.get(f"{PAGE}record.json").json["notice"] == BANNER


def test_the_page_follows_the_ledger_to_the_lock_and_to_the_results(served: Client, ledger: Growing) -> None:
    before = served.get(PAGE).text
    ledger.to("locked")
    locked = served.get(PAGE).text
    assert locked != before and "Completed" in locked and "The data were locked on" in locked
    assert [name for name in arms() if name in locked] == []
    assert "resultsSection" not in served.get(f"/api/studies/{REFERENCE}").json
    ledger.to("unblinded")
    opened = served.get(PAGE).text
    assert 'id="flow"' in opened and 'id="primary-result"' in opened and "the groups were opened on" in opened
    assert served.get(f"/api/studies/{REFERENCE}").json["hasResults"]
    assert opened.index('id="flow"') < opened.index('id="live"') > locked.index('id="live"')
    french = served.get(f"/fr{PAGE}").text
    assert french.count('lang="en"') > 5 and "Parcours des participants" in french


def test_every_page_of_a_simulated_trial_says_so(served: Client) -> None:
    for view in ("", "related/", "findings/", "history/", "compare/"):
        for prefix in ("", "/fr"):
            assert BANNER in served.get(f"{prefix}{PAGE}{view}").text, view
    found = served.get(f"/search/?q={REFERENCE}").text
    assert BANNER in found and "Runs here" in found


def test_a_practice_ledger_is_called_practice_and_not_simulated(tmp_path: Path) -> None:
    ledger = Growing(tmp_path / "practice.sqlite", mode="practice").to("recruiting")
    assert Followed(STUDY, ledger.path).now().banner == "PRACTICE – not results of this trial"


def test_a_search_finds_the_trial_as_it_stands(served: Client, ledger: Growing, registry: Path) -> None:
    registered = open_index(registry).find
    assert registered is not None
    recruiting = served.get("/api/search?status=RECRUITING&count=status&count=country").json
    standing = {hit["nct_id"]: hit["status"] for hit in recruiting["hits"]}
    assert standing[REFERENCE] == "RECRUITING"
    ledger.to("locked")
    after = served.get("/api/search?status=RECRUITING&count=status&count=country").json
    assert after["total"] == recruiting["total"] - 1
    assert REFERENCE not in [hit["nct_id"] for hit in after["hits"]]
    counts = [
        {one["value"]: one["count"] for one in answer["facets"]["status"]} for answer in (recruiting, after)
    ]
    assert counts[1]["COMPLETED"] == counts[0]["COMPLETED"] + 1
    assert counts[1]["RECRUITING"] == counts[0]["RECRUITING"] - 1
    assert sum(counts[0].values()) == sum(counts[1].values())
    second = served.get("/api/search?status=COMPLETED&page=2").json["hits"]
    assert REFERENCE not in [hit["nct_id"] for hit in second]


def test_a_search_keeps_the_rank_and_score_of_the_index(served: Client, registry: Path) -> None:
    for text in ("cutaneous lupus", "pregnancy", "back pain or lupus"):
        ranked = [(hit.nct_id, round(hit.score, 6)) for hit in open_index(registry).search(text).hits]
        shown = served.get(f"/api/search?q={text.replace(chr(32), chr(43))}").json["hits"]
        assert [(hit["nct_id"], round(hit["score"], 6)) for hit in shown] == ranked


def test_a_search_that_does_not_ask_for_the_trial_does_not_show_it(served: Client) -> None:
    assert REFERENCE not in served.get("/search/?q=swimming").text
    assert served.get("/api/search?q=title:back").json["total"] == 2


def test_a_patient_is_judged_by_the_rules_of_the_trial_on_the_day(served: Client) -> None:
    asked = "age=16&sex=female&conditions=cutaneous+lupus"
    found = served.get(f"/api/match?{asked}").json
    trial = next(one for one in found["excluded"] if one["nct_id"] == REFERENCE)
    rules = [one for one in trial["findings"] if one["kind"] == "rule"]
    assert rules and trial["status"] == "RECRUITING"
    page = served.get("/match/?age=40&sex=female&conditions=cutaneous+lupus").text
    assert f"/studies/{REFERENCE}/" in page and BANNER in page and "Runs here" in page


def test_counts_of_sites_are_said_for_whole_months_and_not_when_small(ledger: Growing) -> None:
    told = Followed(STUDY, ledger.to("locked").path).now().recruitment
    assert told is not None and told.randomised == PARTICIPANTS
    said = [site.randomised for site in told.sites if site.randomised is not None]
    assert all(count >= LEAST for count in said) and len(said) < len(told.sites)


def test_a_ledger_that_has_not_moved_is_not_read_again(ledger: Growing) -> None:
    trial = Followed(STUDY, ledger.path)
    first = trial.now()
    assert trial.now() is first
    ledger.to("locked")
    assert trial.now() is not first


def test_a_ledger_that_is_gone_costs_its_own_page_alone(
    served: Client, ledger: Growing, caplog: pytest.LogCaptureFixture
) -> None:
    assert served.get(PAGE).status == 200
    ledger.path.unlink()
    answer = served.get(PAGE)
    assert answer.status == 500 and "STOR-001" in answer.text and "STOR-001" in caplog.text
    assert served.get("/search/?q=walking").status == 200
    assert served.get(f"/studies/{FIRST}/").status == 200


def test_results_that_cannot_be_made_are_told_on_the_page(
    ledger: Growing, registry: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "study"
    shutil.copytree(STUDY, changed)
    plan = (changed / "estimands.yaml").read_text(encoding="utf-8")
    (changed / "estimands.yaml").write_text(plan.replace("after 16 weeks", "at week 16", 1), encoding="utf-8")
    ledger.to("unblinded")
    served = Client(application(registry, trials=[Followed(changed, ledger.path)], today=lambda: TODAY))
    page = served.get(PAGE)
    assert page.status == 200 and "The results cannot be shown just now." in page.text
    assert "ANAL-012" in page.text and 'id="flow"' not in page.text


def test_an_amended_definition_shows_without_a_restart(
    ledger: Growing, registry: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And one that cannot be read, or is of another study, leaves the one before in its place."""
    changed = tmp_path / "study"
    shutil.copytree(STUDY, changed)
    trial = Followed(changed, ledger.path)
    served = Client(application(registry, trials=[trial], today=lambda: TODAY))
    before, title = trial.now(), trial.now().record.protocol.identification_module.brief_title
    path = changed / "record.json"
    amended = path.read_text(encoding="utf-8").replace(json.dumps(title)[1:-1], "A title after the amendment")
    path.write_text(amended, encoding="utf-8")
    assert "A title after the amendment" in served.get(PAGE).text
    assert trial.now() is trial.now() is not before
    for torn in (amended[:-20], amended.replace(REFERENCE, "NCT09999999")):
        path.write_text(torn, encoding="utf-8")
        assert "A title after the amendment" in served.get(PAGE).text
    assert "REGI-002" in caplog.text
    assert "COMM-006" in caplog.text


def test_what_a_trial_needs_is_checked_before_anything_is_served(
    index: Path, registry: Path, ledger: Growing, tmp_path: Path
) -> None:
    other = tmp_path / "study"
    shutil.copytree(STUDIES / "DEMO-TTE", other)
    shutil.copy(STUDY / "record.json", other)
    with pytest.raises(CommandError) as caught:
        Followed(other, ledger.path)
    assert caught.value.code == "COMM-006"
    trial = Followed(STUDY, ledger.path)
    for folder, trials in ((index, [trial]), (registry, [trial, trial])):
        with pytest.raises(CommandError) as caught:
            check_known(trials, open_index(folder))
        assert caught.value.code == "COMM-007"


def test_files_and_served_pages_of_the_trial_are_the_same_bytes(
    served: Client, registry: Path, ledger: Growing, tmp_path: Path
) -> None:
    out, trial = tmp_path / "site", ["--trial", str(STUDY), str(ledger.path)]
    wanted = ["--study", REFERENCE, "--study", FIRST, "--today", TODAY.isoformat()]
    assert main(["registry", "build", "--index", str(registry), "--out", str(out), *trial, *wanted]) == 0
    for prefix in ("", "fr/"):
        for view in ("", "related/", "findings/", "history/"):
            address = f"{prefix}studies/{REFERENCE}/{view}"
            assert (out / address / "index.html").read_bytes() == served.get(f"/{address}").body
    record = json.loads((out / "studies" / REFERENCE / "record.json").read_text(encoding="utf-8"))
    assert record == served.get(f"{PAGE}record.json").json
    assert "Recruiting" in (out / "list" / "1" / "index.html").read_text(encoding="utf-8")


def test_a_visitors_error_has_its_status_by_its_catalogue() -> None:
    from equipoise.registry.match.errors import CATALOGUE as MATCHING
    from equipoise.registry.match.errors import match_error

    told = {code: status_of(match_error(code, "text", "x")) for code in MATCHING}
    assert told == {**dict.fromkeys(MATCHING, 400), "MATC-006": 503}
    assert status_of(CommandError(code="COMM-001", place="x", fault="y")) == 500
