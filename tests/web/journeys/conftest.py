"""A real Chromium, and the small registry on a port of its own.

The browser is the system's (Debian's `chromium`), driven by Playwright. Without it these tests skip, and say so;
where CI is set that is a failure.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from waitress.server import create_server

from equipoise.web.application import application
from equipoise.web.server import listening
from tests.web.site import TODAY

PATIENCE = 120_000
"""Milliseconds that anything in the browser may take; a busy machine is no fault."""
expect.set_options(timeout=PATIENCE)
ABSENT = "there is no Chromium (install Debian's package `chromium`)"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser; skips without one, and fails without one where CI is set."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found and os.environ.get("CI"):
        pytest.fail(ABSENT)
    if not found:
        pytest.skip(ABSENT)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"], timeout=PATIENCE)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(index: Path) -> Iterator[str]:
    """Where the small registry is served."""
    listener = listening("127.0.0.1", 0)
    server = create_server(application(index, today=lambda: TODAY), sockets=[listener], threads=2, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.close()
    thread.join(timeout=5)


class Visit:
    """A page in a browser that keeps a list of what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on(
            "console", lambda message: self.faults.append(message.text) if message.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: object) -> None:
        if not request.url.startswith(self.address):  # type: ignore[attr-defined]
            self.faults.append(f"asked elsewhere: {request.url}")  # type: ignore[attr-defined]

    def go(self, path: str) -> Page:
        """The page at this path."""
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A visit with a desktop's window."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    made = Visit(context, address)
    yield made
    context.close()
    assert made.faults == []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud how many tests did not run because there is no browser."""
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if ABSENT in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"NOT RUN: {len(skipped)} tests, because {ABSENT}", yellow=True, bold=True
        )
