"""What every test shares: the reference files beside the repository, how hard Hypothesis works, and what is kept.

The reference files (registry records, published standards, vectors) are not in the repository. Without
them the tests that need them skip, and the run says aloud how many; where CI is set that is a failure.

No test reads or writes what the user's own runs keep, nor what another test asked: plans are made anew each time.
Compiled loops stay in a folder of the repository from run to run, as Python's bytecode does.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".pytest_cache" / "equipoise"
ABSENT = "the reference files are absent (set EQUIPOISE_SHARED)"

settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile(
    "deep", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def pytest_configure(config: pytest.Config) -> None:
    """Before any worker or program is started: all of them inherit the environment."""
    os.environ["EQUIPOISE_CACHE"] = str(KEPT)
    if not hasattr(config, "workerinput") and os.access(ROOT, os.W_OK):
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / "plans").write_text("A file, so that no folder can be made here: tests keep no plan.\n")


def shared_folder() -> Path:
    """Where the reference files are, or would be."""
    return Path(os.environ.get("EQUIPOISE_SHARED") or ROOT.parent / "shared")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files; skips without it, and fails without it where CI is set."""
    folder = shared_folder()
    if folder.is_dir():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"{ABSENT}: {folder} is no folder")
    pytest.skip(ABSENT)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says aloud how many tests did not run because the reference files are absent."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if ABSENT in str(report.longrepr)
    ]
    if skipped:
        text = f"NOT RUN: {len(skipped)} tests, because {ABSENT}"
        terminalreporter.write_line(text, yellow=True, bold=True)
