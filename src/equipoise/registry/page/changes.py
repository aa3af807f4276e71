"""What changed in a record from one kept version to the next, as its page of versions shows it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.registry.index import RegistryIndex
from equipoise.registry.interfaces import Change, Version
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.page.findings import section_title
from equipoise.registry.page.markup import plain
from equipoise.registry.page.render import render_template
from equipoise.registry.page.site import Place
from equipoise.registry.record import Record

MOST_WORDS = 1500  # compared word by word up to this length; longer texts are shown whole
Run = tuple[str, str]  # kind (`same`, `gone`, `new`) and text


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One field that changed: where, and both texts in runs."""

    title: str
    path: str
    before: tuple[Run, ...]
    after: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One version: since when, when and where it was read, and what changed since the one before."""

    day: str
    read: str
    source: str
    first: bool
    changes: tuple[ChangeView, ...]


def history_page(record: Record, index: RegistryIndex, place: Place) -> str:
    """The page of a study's versions."""
    say = catalogue(place.language).gettext
    shown = steps(record.nct_id, index, say)
    return render_template("history.html", place=place, view_name="history", record=record, steps=shown)


def versions_of(nct_id: str, index: RegistryIndex) -> tuple[Version, ...]:
    """The versions of a study that the index knows of; the store may have newer ones already."""
    head = index.sequence
    return tuple(one for one in index.store.versions(nct_id) if one.sequence <= head)


def steps(nct_id: str, index: RegistryIndex, say=str) -> tuple[Step, ...]:
    """The versions of a study, the latest first; of several with one date the last is the version in force."""
    versions = list({one.effective: one for one in versions_of(nct_id, index)}.values())
    made: list[Step] = []
    before: Version | None = None
    for version in sorted(versions, key=lambda one: one.effective):
        found = index.store.changes(nct_id, before.effective, version.effective) if before else ()
        made.append(
            Step(
                day=version.effective.isoformat(),
                read=version.read.isoformat(),
                source=version.source.rsplit("/", 1)[-1],
                first=before is None,
                changes=changed(found, say),
            )
        )
        before = version
    return tuple(reversed(made))


def changed(found: Sequence[Change], say=str) -> tuple[ChangeView, ...]:
    """The changes in the order of their paths, with the differing words of texts marked."""
    views = []
    for one in found:
        before, after = runs(as_text(one.before), as_text(one.after))
        views.append(
            ChangeView(
                title=say(section_title(one.path)),
                path=one.path.removeprefix("protocolSection."),
                before=before,
                after=after,
            )
        )
    return tuple(views)


def as_text(value: Any) -> str:
    """A value of a record as a reader can compare it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(map(plain, value))
    return json.dumps(value, ensure_ascii=False)


def runs(before: str, after: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Both texts cut into what they share and what differs, word by word."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    if not old or not new or len(old) + len(new) > MOST_WORDS:
        return _whole("gone", before), _whole("new", after)
    left: list[Run] = []
    right: list[Run] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left.append(("same" if kind == "equal" else "gone", "".join(old[a:b])))
        right.append(("same" if kind == "equal" else "new", "".join(new[c:d])))
    return tuple(one for one in left if one[1]), tuple(one for one in right if one[1])


def _whole(kind: str, text: str) -> tuple[Run, ...]:
    return ((kind, text),) if text else ()
