"""The design report in a real browser: one file, readable at every width, without faults of access."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from equipoise.analysis.design.report import design_report
from equipoise.analysis.design.report_page import design_page
from equipoise.study.load import load

STUDIES = Path(__file__).resolve().parents[3] / "studies"


@pytest.mark.parametrize("study", ["NCT06965244", "DEMO-TTE"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_is_whole_at_every_width(
    browser: Browser, tmp_path: Path, study: str, width: int, scheme
) -> None:
    path = tmp_path / "design.html"
    path.write_text(design_page(design_report(load(STUDIES / study), STUDIES / study)), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [each["id"] for each in found.response["violations"]] == []
    context.close()
