"""What readers do, in a real browser: search and filter, read a study, follow it, match a patient, without scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.web.journeys.conftest import Visit
from tests.web.site import FIRST, SECOND

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = {
    "start": "/",
    "search": "/search/?q=pain&status=RECRUITING",
    "nothing": "/search/?q=zzzqqq",
    "study": f"/studies/{FIRST}/",
    "related": f"/studies/{FIRST}/related/",
    "findings": f"/studies/{FIRST}/findings/",
    "versions": f"/studies/{FIRST}/history/",
    "two versions": f"/studies/{FIRST}/compare/",
    "patient": "/match/",
    "about": "/about/",
    "french": f"/fr/studies/{FIRST}/",
}


def test_from_a_search_to_a_study_and_on(visit: Visit) -> None:
    page = visit.go("/")
    page.fill("#q", "title:back")
    page.press("#q", "Enter")
    expect(page.locator(".total")).to_have_text("2 studies")
    page.get_by_role("checkbox", name="Completed").check()  # htmx answers a tick at once
    expect(page.locator(".total")).to_have_text("1 study")
    assert "status=COMPLETED" in page.url
    page.go_back()
    expect(page.locator(".total")).to_have_text("2 studies")
    page.get_by_role("link", name="Walking for low back pain").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Walking for low back pain")
    assert page.locator("svg .place").count() == 2
    page.get_by_role("navigation", name="Views of this study").get_by_role(
        "link", name="Related trials"
    ).click()
    page.get_by_role("link", name="Swimming for low back pain").click()
    assert page.url.endswith(f"/studies/{SECOND}/")
    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_a_patient_is_matched_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/match/")
    page.get_by_label("The patient, in your own words").fill("A man of 30 with low back pain.")
    page.get_by_role("button", name="Find trials").click()
    expect(page.locator(".matches").first).to_contain_text("Walking for low back pain")
    page.goto(f"{address}/search/?q=title:back")
    page.locator(".filter-box > summary").click()
    page.get_by_role("checkbox", name="Completed").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator(".total")).to_contain_text("1 study")
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_every_page_is_accessible_and_fits_its_window(
    browser: Browser, address: str, scheme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"  # type: ignore[arg-type]
    )  # fmt: skip
    visit, found = Visit(context, address), []
    for name, path in PAGES.items():
        page = visit.go(path)
        if name == "patient":
            page.fill("#text", "A boy aged 7 with low back pain.")
            page.click(".patient button")
            page.wait_for_selector(".matches .verdict")
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [(name, "wider than its window", wide)] if wide > width else []
        faults = Axe().run(page, options=RULES).response["violations"]
        found += [(name, one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in faults]
    context.close()
    assert not found, "\n".join(map(str, found))
    assert visit.faults == []
