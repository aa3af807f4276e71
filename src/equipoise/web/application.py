"""The WSGI application: Django set up for pages without state, around the index of one folder.

Settings are given in code, once for the process: there is nothing to configure but the folder. The index is
opened when it is first asked for and again when its folder points to other parts, so that an update shows
without a restart and a request never sees half of one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from equipoise.errors import EquipoiseError
from equipoise.registry.folder import POINTER
from equipoise.registry.index import RegistryIndex, open_index
from equipoise.registry.page.pages import Live, Shelf

KEY = "equipoise.shelf"  # where a request carries what its pages are made from
MOST_BYTES = 128 * 1024  # of a request; a description of a patient is far shorter

SETTINGS: Mapping[str, Any] = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["*"],  # no address is ever made from the host: every link is relative
    "ROOT_URLCONF": "equipoise.web.urls",
    "INSTALLED_APPS": [],
    "MIDDLEWARE": [
        "equipoise.web.guard.headers",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.common.CommonMiddleware",
        "equipoise.web.guard.Faults",
    ],
    "APPEND_SLASH": True,
    "USE_I18N": False,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": MOST_BYTES,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "LOGGING_CONFIG": None,  # Django's own log would hold addresses, and with them what people search for
}

LOG = logging.getLogger("equipoise.web")

Answer = Callable[[str, list[tuple[str, str]]], Any]


class Trial(Protocol):
    """A trial that runs here. `now` costs little while its ledger has not moved."""

    @property
    def number(self) -> str: ...

    def now(self) -> Live: ...


class Shelves:
    """Gives each request the shelf as it is now: the index of the folder, and the trials that run here."""

    def __init__(self, folder: Path, *, trials: Sequence[Trial], today: Callable[[], date]) -> None:
        self._folder = folder
        self._trials = trials
        self._today = today
        self._lock = threading.Lock()
        self._counted: dict[int, int] = {}
        self._opened: tuple[tuple[int, int], RegistryIndex] | None = None

    def shelf(self) -> Shelf:
        """The shelf for one request. Errors: those of `open_index`."""
        live, broken = standing(self._trials)
        return Shelf(
            index=self._index(), today=self._today(), live=live, broken=broken, counted=self._counted
        )

    def _index(self) -> RegistryIndex:
        mark = self._mark()
        with self._lock:
            if self._opened is None or self._opened[0] != mark:
                self._opened = (mark, open_index(self._folder))
            return self._opened[1]

    def _mark(self) -> tuple[int, int]:
        try:
            found = (self._folder / POINTER).stat()
        except OSError:
            return (0, 0)  # opening the index says what is wrong with it
        return (found.st_mtime_ns, found.st_ino)


def standing(trials: Iterable[Trial]) -> tuple[dict[str, Live], dict[str, EquipoiseError]]:
    """The trials that run here as they stand. One whose ledger cannot be read costs its own page and no other:
    the reason is noted, and in lists the study stands as it was registered."""
    live: dict[str, Live] = {}
    broken: dict[str, EquipoiseError] = {}
    for trial in trials:
        try:
            live[trial.number] = trial.now()
        except EquipoiseError as error:
            LOG.error("%s in the trial %s", error.code, trial.number)
            broken[trial.number] = error
    return live, broken


def today_utc() -> date:
    """The day, as the linter judges dates that have passed."""
    return datetime.now(UTC).date()


def application(
    folder: Path, *, trials: Sequence[Trial] = (), today: Callable[[], date] = today_utc
) -> Callable[[dict[str, Any], Answer], Iterable[bytes]]:
    """The WSGI application that serves the index in this folder, with the trials that run here."""
    shelves = Shelves(folder, trials=trials, today=today)
    return serving(shelves.shelf)


def serving(shelf: Callable[[], Shelf]) -> Callable[[dict[str, Any], Answer], Iterable[bytes]]:
    """The WSGI application that makes its pages from what `shelf` gives for each request."""
    if not settings.configured:
        settings.configure(**SETTINGS)
        django.setup(set_prefix=False)
        logging.getLogger("django").addHandler(logging.NullHandler())
        logging.getLogger("django").propagate = False
    handler = WSGIHandler()

    def answer(environ: dict[str, Any], start: Answer) -> Iterable[bytes]:
        environ[KEY] = shelf
        return handler(environ, start)

    return answer
