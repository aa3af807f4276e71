"""A trial that runs here, as a reader sees it: recruiting, locked, with its results; and a patient, fact by fact."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from waitress.server import create_server

from equipoise.cli.following import Followed
from equipoise.web.application import application
from equipoise.web.server import listening
from tests.web.journeys.conftest import Visit
from tests.web.journeys.test_readers import RULES
from tests.web.running import PARTICIPANTS, STUDY, Growing, index_with_study
from tests.web.site import TODAY
from tests.worlds.simulating import REFERENCE

PAGE = f"/studies/{REFERENCE}/"


@pytest.fixture
def ledger(tmp_path: Path) -> Growing:
    """A ledger that recruits."""
    return Growing(tmp_path / "ledger.sqlite").to("recruiting")


@pytest.fixture
def running(tmp_path: Path, ledger: Growing) -> Iterator[str]:
    """Where the registry with the trial is served."""
    listener = listening("127.0.0.1", 0)
    made = application(index_with_study(tmp_path), trials=[Followed(STUDY, ledger.path)], today=lambda: TODAY)
    server = create_server(made, sockets=[listener], threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.close()
    thread.join(timeout=5)


def test_from_recruitment_to_results(browser: Browser, running: str, ledger: Growing) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    visit = Visit(context, running)
    page = visit.go("/search/?status=RECRUITING")
    running_here = page.locator(".results > li", has_text=REFERENCE)
    expect(running_here).to_contain_text("Runs here")
    running_here.get_by_role("link").click()
    expect(page.locator("#live")).to_contain_text(f"{PARTICIPANTS // 2} of 122 planned")
    expect(page.locator(".banner")).to_contain_text("SIMULATED")
    expect(page.locator("#live svg polyline")).to_have_count(1)
    ledger.to("locked")
    page.reload()
    expect(page.locator(".masthead .status")).to_have_text("Completed")
    expect(page.locator("#live")).to_contain_text("Results by group appear here once")
    assert page.locator("#flow").count() == 0
    ledger.to("unblinded")
    page.reload()
    expect(page.locator("#flow svg").first).to_be_visible()
    expect(page.locator("#primary-result")).to_be_visible()
    context.close()
    assert visit.faults == []


def test_a_patient_is_matched_fact_by_fact_and_the_address_keeps_it(browser: Browser, running: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = Visit(context, running).go("/match/")
    page.get_by_text("Fact by fact").click()
    page.get_by_label("Age", exact=True).fill("45")
    page.get_by_label("Sex").select_option("female")
    page.get_by_label("Has", exact=True).fill("cutaneous lupus")
    page.get_by_label("Measurement 1").select_option("hemoglobin")
    page.get_by_label("Value").first.fill("12")
    page.get_by_label("Unit", exact=True).first.fill("g/dL")
    page.locator(".facts-form button").click()
    expect(page.locator(".note").first).to_contain_text("hemoglobin 12 g/dL")
    trial = page.locator(".matches > li", has_text=REFERENCE)
    expect(trial).to_contain_text("Runs here")
    kept = page.url
    page.goto(kept)
    expect(page.locator(".matches > li", has_text=REFERENCE)).to_be_visible()
    context.close()


@pytest.mark.parametrize(("scheme", "width", "tongue"), [("light", 1280, ""), ("dark", 390, "/fr")])
def test_the_pages_of_the_trial_are_accessible_and_fit(
    browser: Browser, running: str, ledger: Growing, scheme: str, width: int, tongue: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"  # type: ignore[arg-type]
    )  # fmt: skip
    visit, found = Visit(context, running), []
    paths = [PAGE, f"{PAGE}related/", f"{PAGE}findings/", f"{PAGE}history/", f"{PAGE}compare/"]
    paths += [
        "/search/?q=lupus",
        "/match/",
        "/match/?age=45&conditions=lupus",
        "/match/?age=x&conditions=lupus",
    ]
    for step in ("recruiting", "unblinded"):
        ledger.to(step)
        for path in paths if step == "recruiting" else paths[:1]:
            page = visit.go(tongue + path)
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [(step, path, "wider than its window", wide)] if wide > width else []
            faults = Axe().run(page, options=RULES).response["violations"]
            found += [
                (step, path, one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in faults
            ]
    context.close()
    assert not found, "\n".join(map(str, found))
    visit.faults = [one for one in visit.faults if "400" not in one]  # the refused form is one of the pages
    assert visit.faults == []
