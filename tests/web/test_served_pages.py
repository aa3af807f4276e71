"""The served pages answer what was asked, in both languages, and say it plainly when they cannot."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from equipoise.registry.errors_index import index_error
from equipoise.registry.page.pages import Live, Shelf
from equipoise.registry.record import read_record
from equipoise.web.application import application, serving
from equipoise.web.errors import web_error
from equipoise.web.guard import POLICY
from equipoise.web.server import listening, serve
from tests.copying import copied
from tests.web.site import EVIL, FIRST, SECOND, TODAY, Client, study
from tests.web.test_page_sections import Page

PAGES = (
    "/",
    "/search/?q=pain",
    f"/studies/{FIRST}/",
    f"/studies/{FIRST}/related/",
    f"/studies/{FIRST}/findings/",
    f"/studies/{FIRST}/history/",
    "/match/",
    "/about/",
)
DESCRIPTION = "A 45 year old woman with low back pain for two years. She is not pregnant."


@pytest.mark.parametrize("path", [*PAGES, *(f"/fr{path}" for path in PAGES)])
def test_every_page_is_whole_in_its_language_and_keeps_the_policy(client: Client, path: str) -> None:
    answer = client.get(path)
    page = Page(answer.text)
    assert answer.status == 200 and page.faults == [] and page.open == []
    assert page.all("html") == [{"lang": "fr" if path.startswith("/fr") else "en"}]
    assert answer.headers["Content-Security-Policy"] == POLICY and "unsafe" not in POLICY
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert not page.all("style") and all("style" not in found for _, found in page.elements)
    for script in page.all("script"):
        assert script.get("type") == "application/ld+json" or script.get("src")
    for one in [*page.all("link"), *page.all("a"), *page.all("form"), *page.all("script")]:
        target = one.get("href") or one.get("action") or one.get("src") or ""
        assert "//" not in target or target.startswith("https://example.org/"), target


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_to_a_page(client: Client, path: str) -> None:
    base = path.partition("?")[0]
    for one in [*Page(client.get(path).text).all("a"), *Page(client.get(path).text).all("link")]:
        target = one["href"] or ""
        if target.startswith(("#", "mailto:", "tel:", "https:")):
            continue
        parts = base.strip("/").split("/") if base != "/" else []
        rest = target
        while rest.startswith("../"):
            parts, rest = parts[:-1], rest[3:]
        where = "/" + "".join(f"{part}/" for part in parts) + rest.removeprefix("./")
        assert client.get(where).status == 200, (path, target, where)


def test_a_search_shows_hits_reasons_facets_and_pages(client: Client) -> None:
    answer = client.get("/search/?q=walking")
    assert FIRST in answer.text and "<mark>Walking</mark>" in answer.text
    paged = Page(client.get("/search/?status=COMPLETED&size=5&page=2").text)
    assert "37 studies" in paged.words()
    assert [one for one in paged.all("span") if one.get("aria-current") == "page"]
    assert any(
        "page=3" in (one["href"] or "") and "status=COMPLETED" in (one["href"] or "")
        for one in paged.all("a")
    )
    ticked = [one for one in paged.all("input") if "checked" in one]
    assert [(one["name"], one["value"]) for one in ticked] == [("status", "COMPLETED")]
    assert "Headache" in paged.words() and "Completed" in paged.words()


def test_a_search_without_hits_and_a_value_without_studies_are_said(client: Client) -> None:
    page = Page(client.get("/search/?q=zzzzqqqq&country=Atlantis9").text)
    assert "No study matches." in page.words()
    assert [one["value"] for one in page.all("input") if "checked" in one] == ["Atlantis9"]


@pytest.mark.parametrize(
    "query", ["q=%00%ff%3Cscript%3E", "q=((((", "page=-1&size=x", "q=" + "a%20" * 900, "%"]
)
def test_no_search_is_too_strange(client: Client, query: str) -> None:
    answer = client.get(f"/search/?{query}")
    assert answer.status == 200 and "<script>" not in answer.text


def test_french_readers_arrive_at_the_french_page_and_may_leave_it(client: Client) -> None:
    there = client.get("/", HTTP_ACCEPT_LANGUAGE="fr-CH, fr;q=0.9, en;q=0.8")
    assert (there.status, there.headers["Location"]) == (302, "fr/")
    assert client.get("/", HTTP_ACCEPT_LANGUAGE="fr", HTTP_REFERER="http://x/fr/").status == 200
    assert client.get("/?lang=en", HTTP_ACCEPT_LANGUAGE="fr").status == 200
    assert client.get("/", HTTP_ACCEPT_LANGUAGE="en;q=1, fr;q=x").status == 200
    assert client.get("/", HTTP_ACCEPT_LANGUAGE="de").status == 200


def test_a_study_has_its_map_references_sharing_and_history(client: Client) -> None:
    page = Page(client.get(f"/studies/{FIRST}/").text)
    words = page.words()
    said_so = (
        "Doe J. Walking. 2025.",
        "PMID 1",
        "Old.",
        "On request.",
        "Statistical analysis plan",
        "Protocol",
    )
    for said in (*said_so, "First submitted", "2 November 2023", "Versions kept here: 2.", "Atlantis"):
        assert said in words, said
    assert len(page.all("circle")) == 2 and any(
        "here" in (one.get("class") or "") for one in page.all("path")
    )
    assert [one["href"] for one in page.all("a") if "example.org" in (one["href"] or "")] == [
        "https://example.org/a"
    ]


def test_related_trials_say_why(client: Client) -> None:
    page = Page(client.get(f"/studies/{FIRST}/related/").text)
    assert SECOND in page.words() and "Same condition: " in page.words()


def test_versions_show_what_changed_word_by_word(client: Client) -> None:
    page = Page(client.get(f"/studies/{FIRST}/history/").text)
    assert [text for tag, text in page.text if tag == "time"][:2] == ["3 February 2025", "6 May 2024"]
    assert ("ins", "RECRUITING") in page.text and ("del", "NOT_YET_RECRUITING") in page.text
    assert "low" in [text for tag, text in page.text if tag == "ins"]


def test_findings_stand_beside_the_words_that_they_quote(client: Client) -> None:
    page = Page(client.get(f"/studies/{FIRST}/findings/").text)
    numbers = [one["id"] for one in page.all("li") if (one.get("id") or "").startswith("finding-")]
    assert numbers == [f"finding-{n}" for n in range(1, len(numbers) + 1)] and numbers
    assert "LINT-" in page.words() and "Ask" in page.words()


def test_the_twin_is_the_record(client: Client) -> None:
    answer = client.get(f"/studies/{FIRST}/record.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == client.get(f"/api/studies/{FIRST}").json
    assert answer.json["protocolSection"]["identificationModule"]["nctId"] == FIRST


def test_a_patient_sees_each_criterion_as_met_not_met_or_not_known(client: Client) -> None:
    answer = client.post("/match/", urlencode({"text": DESCRIPTION}).encode())
    words = Page(answer.text).words()
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    for said in ("This is no medical advice.", FIRST, "met", "not known", "Age 45 years", "Exclusion"):
        assert said in words, said
    child = client.post("/fr/match/", urlencode({"text": "A boy aged 7 with low back pain."}).encode())
    assert "Écartés, et pourquoi" in child.text and "non rempli" in child.text


@pytest.mark.parametrize("text", ["", "  ", "x" * 20_001])
def test_a_description_that_cannot_be_used_is_said_on_its_page(client: Client, text: str) -> None:
    answer = client.post("/match/", urlencode({"text": text}).encode())
    assert answer.status == 400 and "WEBA-002" in answer.text


def test_hostile_text_is_shown_and_never_run(client: Client) -> None:
    for view in ("", "related/", "findings/", "history/"):
        page = Page(client.get(f"/studies/NCT10000003/{view}").text)
        assert page.faults == [] and not page.all("img"), view
        assert all(one == {"type": "application/ld+json"} for one in page.all("script")), view
        assert not [name for _, found in page.elements for name in found if name.startswith("on")], view
    answer = client.get(f"/search/?{urlencode({'q': EVIL, 'condition': EVIL})}")
    page = Page(answer.text)
    assert not page.all("img") and [one.get("src") for one in page.all("script")] == ["../static/htmx.min.js"]
    matched = Page(client.post("/match/", urlencode({"text": f"pain poison {EVIL}"}).encode()).text)
    assert not matched.all("img") and not matched.all("script")


def test_linked_data_cannot_leave_its_element(client: Client) -> None:
    html = client.get("/studies/NCT10000003/").text
    data = html.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert "<" not in data and EVIL in json.loads(data)["name"]
    assert json.loads(client.get(f"/studies/{FIRST}/").text.split('ld+json">')[1].split("</script>")[0])[
        "status"
    ] == ("https://schema.org/Recruiting")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere/", 404, "WEBA-001"),
        ("/fr/nowhere/at/all", 404, "WEBA-001"),
        ("/static/none.css", 404, "WEBA-001"),
        ("/studies/NCT99999999/", 404, "REGI-035"),
        ("/fr/studies/NCT99999999/history/", 404, "REGI-035"),
        ("/api/studies/NCT99999999", 404, "REGI-035"),
        ("/api/match", 400, "WEBA-003"),
    ],
)
def test_what_cannot_be_answered_has_a_code(client: Client, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert answer.status == status and code in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    if path.startswith("/api/"):
        assert answer.json["error"]["code"] == code


def test_small_letters_lead_to_the_studys_address(client: Client) -> None:
    assert client.get(f"/studies/{FIRST.lower()}/").headers["Location"] == f"../{FIRST}/"
    assert client.get(f"/studies/{FIRST.lower()}/history/").headers["Location"] == f"../../{FIRST}/history/"
    assert (
        client.get(f"/studies/{FIRST.lower()}/record.json").headers["Location"] == f"../{FIRST}/record.json"
    )


def test_programs_get_the_same_answers(client: Client) -> None:
    found = client.get("/api/search?q=walking&count=status").json
    assert found["hits"][0]["nct_id"] == FIRST and found["total"] >= 1 and found["facets"]["status"]
    assert client.get(f"/api/related/{FIRST}?top=1").json["related"][0]["nct_id"] == SECOND
    body = json.dumps({"text": DESCRIPTION, "top": 3}).encode()
    matched = client.post("/api/match", body, "application/json").json
    assert "no medical advice" in matched["notice"] and matched["trials"][0]["findings"]


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"text": 5}', b"\xff", b"[" * 100_000])
def test_a_program_that_asks_badly_is_told_so(client: Client, body: bytes) -> None:
    answer = client.post("/api/match", body, "application/json")
    assert answer.status == 400 and answer.json["error"]["code"].startswith("WEBA-00")


def test_a_request_that_is_too_large_is_refused(client: Client) -> None:
    assert client.post("/match/", b"text=" + b"x" * 200_000).status == 400


PAGES = (
    "/",
    "/fr/search/?q=walking",
    f"/studies/{FIRST}/",
    "/static/style.css",
    "/about/",
    f"/api/studies/{FIRST}",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_request_for_the_head_gets_no_body(client: Client, path: str) -> None:
    """A body behind the head of such an answer would be read as the beginning of the next one."""
    whole, head = client.get(path), client.ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.body))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS", "SEARCH"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_no_other_method(client: Client, path: str, method: str) -> None:
    answer = client.ask(method, path)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert b"WEBA-008" in answer.body
    assert client.ask("PUT", "/match/").headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 300]
)
def test_a_form_in_parts_that_cannot_be_read_is_refused(client: Client, kind: str) -> None:
    answer = client.post("/match/", b'--x\r\nContent-Disposition: form-data; name="text', kind)
    assert answer.status == 400
    assert b"WEBA-003" in answer.body


def test_many_silent_connections_keep_nobody_out(client: Client) -> None:
    with listening("127.0.0.1", 0) as listener:
        threading.Thread(target=serve, args=(client.application, listener), daemon=True).start()
        place = listener.getsockname()
        silent = [socket.create_connection(place) for _ in range(120)]
        for one in silent:
            one.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with closing(HTTPConnection(*place, timeout=20)) as asked:
            asked.request("GET", "/about/")
            assert asked.getresponse().status == 200
        for one in silent:
            one.close()


def test_answers_are_revalidated_and_packed(client: Client) -> None:
    answer = client.get(f"/studies/{FIRST}/", HTTP_ACCEPT_ENCODING="gzip")
    assert answer.headers["Content-Encoding"] == "gzip" and len(answer.body) < 20_000
    again = client.get(
        "/static/style.css", HTTP_IF_NONE_MATCH=client.get("/static/style.css").headers["ETag"]
    )
    assert again.status == 304


def test_a_trial_that_runs_here_stands_before_the_index(client: Client, index) -> None:
    banner = "PRACTICE – not a real trial"
    live = Live(record=read_record(study("NCT77777777", "Live trial")), banner=banner)
    served = Client(application(index, trials=[Given(live)], today=lambda: TODAY))
    page = served.get("/studies/NCT77777777/")
    assert page.status == 200 and banner in page.text and "ld+json" not in page.text
    assert client.get("/studies/NCT77777777/").status == 404


class Given:
    """A trial that runs here and does not move."""

    number = "NCT77777777"

    def __init__(self, live: Live) -> None:
        self.live = live

    def now(self) -> Live:
        return self.live


class Broken:
    """A shelf whose index fails as it is told to."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self) -> Shelf:
        raise self.error


def test_an_unexpected_fault_is_noted_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="equipoise.web"):
        answer = Client(serving(Broken(RuntimeError("the patient is called Ada")))).get(f"/studies/{FIRST}/")
    assert answer.status == 500 and "WEBA-004" in answer.text and "Ada" not in answer.text
    assert "RuntimeError" in caplog.text and "Ada" not in caplog.text


def test_a_damaged_index_is_said_with_its_code_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="equipoise.web"):
        answer = Client(serving(Broken(index_error("REGI-034", "index", "torn")))).get(f"/studies/{FIRST}/")
    assert answer.status == 500 and "REGI-034" in answer.text and "RegistryError" in caplog.text


def test_an_index_without_a_part_still_shows_its_records(client: Client, index, monkeypatch) -> None:
    def without(self: object, *_: object) -> None:
        raise index_error("REGI-036", "index", "related")

    monkeypatch.setattr("equipoise.registry.index.RegistryIndex.related", without)
    page = client.get(f"/studies/{FIRST}/")
    assert page.status == 200 and "No related trials are listed here." in page.text
    assert client.get(f"/api/related/{FIRST}").status == 503


def test_a_search_that_the_index_refuses_keeps_its_box(client: Client, monkeypatch) -> None:
    def refused(self: object, *_: object) -> None:
        raise index_error("REGI-038", "search", "colour")

    monkeypatch.setattr("equipoise.registry.index.RegistryIndex.find", refused)
    answer = client.get("/search/?q=walking")
    assert answer.status == 400 and "REGI-038" in answer.text and 'value="walking"' in answer.text


def test_an_updated_index_shows_without_a_restart(index, tmp_path) -> None:

    from equipoise.registry.ingest import ingest

    copy = tmp_path / "index"
    copied(index, copy)
    served = Client(application(copy, today=lambda: TODAY))
    assert served.get("/studies/NCT10000555/").status == 404
    path = tmp_path / "new.json"
    path.write_text(json.dumps(study("NCT10000555", "A new arrival")), encoding="utf-8")
    ingest([path], copy, today=TODAY)
    assert served.get("/studies/NCT10000555/").status == 200
    assert "NCT10000555" in served.get("/search/?q=arrival").text


def test_an_address_in_use_is_a_coded_error() -> None:
    with listening("127.0.0.1", 0) as first, pytest.raises(type(web_error("WEBA-005", "x"))) as caught:
        listening("127.0.0.1", first.getsockname()[1])
    assert caught.value.code == "WEBA-005"


def test_any_two_versions_are_compared_and_those_of_one_day_stand_apart(
    client: Client, index, tmp_path
) -> None:

    from equipoise.registry.ingest import ingest

    copy = tmp_path / "index"
    copied(index, copy)
    for n, words in enumerate(("One remark.", "Another remark.")):
        path = tmp_path / f"{n}.json"
        path.write_text(json.dumps(study(FIRST, "Walking again", summary=words)), encoding="utf-8")
        assert ingest([path], copy, today=TODAY).unread == 0
    served = Client(application(copy, today=lambda: TODAY))
    history = Page(served.get(f"/studies/{FIRST}/history/").text).words()
    assert [f"version {n}" in history for n in (1, 2, 3, 4, 5)] == [True, True, True, True, False]
    twins = served.get(f"/studies/{FIRST}/compare/?before=3&after=4").text
    assert "<del>One </del>" in twins and "<ins>Another </ins>" in twins and "briefTitle" not in twins
    ends = Page(served.get(f"/studies/{FIRST}/compare/").text).words()
    assert "Walking again" in ends and "NOT_YET_RECRUITING" in ends
    for strange in ("?other=x&after=", "?" + "before=1&" * 300):
        assert served.get(f"/studies/{FIRST}/compare/{strange}").status == 200
    same = served.get(f"/fr/studies/{FIRST}/compare/?before=2&after=2").text
    assert "Rien ne distingue ces deux versions." in same
    assert served.get(f"/studies/{FIRST.lower()}/compare/").status == 302
    assert served.get("/studies/NCT99999999/compare/").status == 404


def test_an_empty_answer_offers_no_filters_to_apply(client: Client) -> None:
    assert "Apply filters" in client.get("/search/?q=pain").text
    answer = client.get("/search/?q=xyzzyqwv")
    assert "No study matches." in answer.text and "Apply filters" not in answer.text


def test_the_first_page_shows_what_changed_last(client: Client) -> None:
    assert client.get("/").text.index(FIRST) > 0
    assert '<option value="updated" selected>' in client.get("/").text
    assert '<option value="relevance" selected>' in client.get("/search/").text
    assert '<option value="start" selected>' in client.get("/?order=start").text
