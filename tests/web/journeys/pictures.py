"""Takes the pictures of the manual: `python -m tests.web.journeys.pictures INDEX STUDY LINTED WORDS [FOLDER LEDGER]`.

FOLDER and LEDGER are those of a trial that runs here; its record is in the index.
"""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from equipoise.cli.following import Followed
from equipoise.web.application import application
from equipoise.web.server import listening

IMAGES = Path(__file__).parents[3] / "docs" / "images"


def main(index: Path, study: str, linted: str, words: str, *running: str) -> None:
    """Writes the pictures into docs/images."""
    listener = listening("127.0.0.1", 0)
    trials = [Followed(Path(running[0]), Path(running[1]))] if running else []
    server = create_server(application(index, trials=trials), sockets=[listener], threads=2, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    shots = {
        "registry-search": f"/search/?q={words}",
        "registry-study": f"/studies/{study}/#locations",
        "registry-findings": f"/studies/{linted}/findings/#finding-22",
    }
    if trials:
        shots["registry-running"] = f"/studies/{trials[0].number}/#live"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
        for name, path in shots.items():
            page = context.new_page()
            page.goto(base + path)
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
