"""What changed in a record from one kept version to the next, as its page of versions shows it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from equipoise.registry.errors_index import index_error
from equipoise.registry.escapes import plain
from equipoise.registry.index import RegistryIndex
from equipoise.registry.interfaces import Change, Version
from equipoise.registry.page.catalogue import catalogue
from equipoise.registry.page.findings import section_title
from equipoise.registry.page.render import render_template
from equipoise.registry.page.site import Place
from equipoise.registry.record import Record
from equipoise.registry.store.differences import differences

MOST_WORDS = 1500  # compared word by word up to this length; longer texts are shown whole
AROUND = 15  # words that are shown before and behind what differs
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
    """One version: its number in the order of the versions, since when, when and where it was read, and what changed
    since the one before."""

    number: int
    day: str
    read: str
    source: str
    first: bool
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions side by side: the number of the earlier and of the later, and what differs."""

    before: int
    after: int
    changes: tuple[ChangeView, ...]


def history_page(record: Record, index: RegistryIndex, place: Place, banner: str | None = None) -> str:
    """The page of a study's versions."""
    say = catalogue(place.language).gettext
    shown = steps(record.nct_id, index, say)
    return render_template(
        "history.html", place=place, banner=banner, view_name="history", record=record, steps=shown
    )


def compare_page(
    record: Record, index: RegistryIndex, asked: str, place: Place, banner: str | None = None
) -> str:
    """The page that compares two versions of a study. asked: the parameters of the address, `before` and `after` as
    numbers of versions; without them the first and the last. Errors: REGI-039 (there is no such version)."""
    say = catalogue(place.language).gettext
    listed = versions_of(record.nct_id, index)
    given = _given(asked)
    before = _chosen(record.nct_id, given.get("before"), len(listed), 1)
    after = _chosen(record.nct_id, given.get("after"), len(listed), len(listed))
    return render_template(
        "compare.html",
        place=place,
        banner=banner,
        view_name="history",
        record=record,
        versions=listed,
        served=True,
        found=compared(record.nct_id, index, before, after, say) if len(listed) > 1 else None,
    )


def compare_stub(record: Record, place: Place, banner: str | None = None) -> str:
    """What stands in files in place of the page that compares versions, because that needs a server."""
    return render_template(
        "compare.html",
        place=place,
        banner=banner,
        view_name="history",
        record=record,
        versions=(),
        served=False,
        found=None,
    )


def compared(nct_id: str, index: RegistryIndex, before: int, after: int, say=str) -> Comparison:
    """What differs between two versions, by their numbers from 1 in the order of `versions_of`."""
    listed = versions_of(nct_id, index)
    found = differences(*(_data(nct_id, index, listed[number - 1]) for number in (before, after)))
    return Comparison(before=before, after=after, changes=changed(found, say))


def versions_of(nct_id: str, index: RegistryIndex) -> tuple[Version, ...]:
    """The versions of a study that the index knows of, the oldest first and those of one day in the order in which
    they were read; the store may have newer ones already."""
    head = index.sequence
    known = (one for one in index.store.versions(nct_id) if one.sequence <= head)
    return tuple(sorted(known, key=lambda one: (one.effective, one.sequence)))


def steps(nct_id: str, index: RegistryIndex, say=str) -> tuple[Step, ...]:
    """The versions of a study, the latest first."""
    made: list[Step] = []
    before: Any = None
    for number, version in enumerate(versions_of(nct_id, index), 1):
        data = _data(nct_id, index, version)
        made.append(
            Step(
                number=number,
                day=version.effective.isoformat(),
                read=version.read.isoformat(),
                source=version.source.rsplit("/", 1)[-1],
                first=before is None,
                changes=changed(differences(before, data), say) if before is not None else (),
            )
        )
        before = data
    return tuple(reversed(made))


def _data(nct_id: str, index: RegistryIndex, version: Version) -> Any:
    kept = index.store.version(nct_id, version.sequence)
    return kept.data if kept else {}


def _given(asked: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(asked.removeprefix("?"), max_num_fields=20))
    except ValueError:
        return {}


def _chosen(nct_id: str, text: str | None, most: int, usual: int) -> int:
    """The number of a version that was asked for; the usual one when none was. Errors: REGI-039."""
    if text is None:
        return usual
    if text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most:
        return int(text)
    kept = f"{most} are kept" if most > 1 else "one is kept"
    raise index_error("REGI-039", f"studies/{nct_id}/compare", f"{text[:20]!r}, and {kept}")


def changed(found: Sequence[Change], say=str) -> tuple[ChangeView, ...]:
    """The changes in the order of their paths, with the differing words of texts marked."""
    views = []
    for one in found:
        before, after = map(shortened, runs(as_text(one.before), as_text(one.after)))
        views.append(
            ChangeView(
                title=say(section_title(one.path)),
                path=one.path.removeprefix("protocolSection."),
                before=before,
                after=after,
            )
        )
    return tuple(views)


def shortened(found: Sequence[Run]) -> tuple[Run, ...]:
    """The runs with long stretches that are the same cut to the words around what differs."""
    cut: list[Run] = []
    for place, (kind, text) in enumerate(found):
        words = text.split()
        if kind == "same" and len(words) > 3 * AROUND and len(found) > 1:
            head = " ".join(words[:AROUND]) if place else ""
            tail = " ".join(words[-AROUND:]) if place < len(found) - 1 else ""
            text = f"{head} … {tail}{' ' if tail else ''}".lstrip() if head or tail else text
        cut.append((kind, text))
    return tuple(cut)


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
