"""Invented studies, mixed from real ones, for timing and memory only: streamed to a packed file of lines.

Study number n is a function of (seed, n, version) alone. So a file that was cut off goes on where its last
whole member ended, and a later version of any study can be made without reading the file. A packed file may
have several members, one after the other; each member here holds MEMBER studies.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from benchmarks.registry_scale.pools import Json, Parts, load_pools

SEED = 20_261_122
MEMBER = 5_000
SOURCES = 5  # real records that one study is mixed from
RARE = 400_000  # how many rare words there are
FIRST = 90_000_000  # no study of the registry has such a number yet
LETTERS = "bcdfghjklmnpqrstvwxz"


def number_of(place: int) -> str:
    """The number of the study at this place, from 0."""
    return f"NCT{FIRST + place}"


def rare_word(place: int) -> str:
    """A word that few studies have."""
    digits, letters = divmod(place, 400)
    return f"{LETTERS[letters // 20]}{LETTERS[letters % 20]}u{digits:04d}".upper()


def study(pools: Sequence[Parts], place: int, *, seed: int = SEED, version: int = 0) -> Json:
    """The study at this place in its version: version 2 JSON of about 500 words."""
    draw = Random(f"{seed}:{place}:{version}")
    sources = [pools[int(draw.random() * len(pools))] for _ in range(SOURCES)]
    first = sources[0]
    rare = [rare_word(int(RARE * draw.random() ** 2)) for _ in range(4)]
    summary = [*_mixed(draw, sources, "summary", 4), f"Code {rare[0]} and {rare[1]}."]
    protocol: dict[str, Any] = {
        "identificationModule": _names(draw, sources, place, rare),
        "statusModule": first.status | {"lastUpdatePostDateStruct": {"date": _day(draw, version)}},
        "sponsorCollaboratorsModule": first.sponsors,
        "descriptionModule": {
            "briefSummary": " ".join(summary),
            "detailedDescription": " ".join(_mixed(draw, sources, "description", 6)),
        },
        "conditionsModule": {
            "conditions": _some(draw, sources[:2], "conditions", 2) or ["Healthy"],
            "keywords": [*_some(draw, sources, "keywords", 3), rare[2]],
        },
        "designModule": first.design,
        "armsInterventionsModule": {
            "armGroups": _some(draw, sources[:3], "arms", 3),
            "interventions": _some(draw, sources[:3], "interventions", 3),
        },
        "outcomesModule": {
            "primaryOutcomes": _some(draw, sources, "primary", 2),
            "secondaryOutcomes": _some(draw, sources, "secondary", 4),
        },
        "eligibilityModule": sources[1].eligibility | {"eligibilityCriteria": _criteria(draw, sources)},
        "contactsLocationsModule": {"locations": _some(draw, sources[:2], "places", 6)},
    }
    derived = {"conditionBrowseModule": {"meshes": [*first.meshes]}}
    return {"protocolSection": protocol, "derivedSection": derived, "hasResults": draw.random() < 0.12}


def _names(draw: Random, sources: Sequence[Parts], place: int, rare: Sequence[str]) -> dict[str, Any]:
    front, back = sources[0].title, sources[1].title
    title = [*front[: max(4, len(front) // 2)], *back[len(back) // 2 :]]
    number = number_of(place)
    return {
        "nctId": number,
        "orgStudyIdInfo": {"id": f"{rare[3]}-{place}"},
        "organization": {"fullName": sources[0].sponsors.get("leadSponsor", {}).get("name", "None")},
        "briefTitle": " ".join(title) or number,
        "officialTitle": " ".join([*title, *sources[2].title]) or number,
    }


def _criteria(draw: Random, sources: Sequence[Parts]) -> str:
    lines = ["Inclusion Criteria:", ""]
    lines += [f"* {line}" for line in _mixed(draw, sources, "inclusion", 5)]
    lines += ["", "Exclusion Criteria:", ""]
    lines += [f"* {line}" for line in _mixed(draw, sources, "exclusion", 6)]
    return "\n".join(lines)


def _mixed(draw: Random, sources: Sequence[Parts], name: str, count: int) -> list[str]:
    """So many sentences, each of a source drawn anew; a source without any gives none."""
    found = []
    for _ in range(count):
        pool = getattr(sources[int(draw.random() * len(sources))], name)
        if pool:
            found.append(pool[int(draw.random() * len(pool))])
    return found


def _some(draw: Random, sources: Iterable[Parts], name: str, most: int) -> list[Any]:
    """Up to so many different items of the sources together."""
    pool = [item for source in sources for item in getattr(source, name)]
    wanted = min(len(pool), 1 + int(draw.random() * most))
    return list({repr(item): item for item in draw.sample(pool, wanted)}.values())


def _day(draw: Random, version: int) -> str:
    year, month, day = (int(draw.random() * size) for size in (20, 12, 28))
    return f"{2005 + year}-{month + 1:02}-{day + 1:02}" if not version else f"2026-{version:02}-{day + 1:02}"


def write_corpus(
    path: Path, pools: Sequence[Parts], count: int, *, seed: int = SEED, told: Callable[[int], None] = print
) -> None:
    """The studies 0 to count - 1 into a packed file of lines; goes on with a file that was cut off."""
    progress = path.with_suffix(".progress.json")
    done, size = _progress(progress, path, [seed, len(pools)])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b" if done else "wb") as file:
        file.truncate(size)
        file.seek(size)
        while done < count:
            places = range(done, min(done + MEMBER, count))
            lines = (msgspec.json.encode(study(pools, place, seed=seed)) for place in places)
            file.write(gzip.compress(b"\n".join(lines) + b"\n", 1, mtime=0))
            file.flush()
            os.fsync(file.fileno())
            done = places.stop
            state = {"of": [seed, len(pools)], "studies": done, "bytes": file.tell()}
            aside = progress.with_suffix(".new")
            aside.write_text(json.dumps(state))
            aside.replace(progress)
            told(done)


def _progress(progress: Path, path: Path, of: list[int]) -> tuple[int, int]:
    """How many studies stand in the file and in how many bytes; none of another seed or of other records."""
    if not progress.is_file() or not path.is_file():
        return 0, 0
    state = json.loads(progress.read_text())
    known = state["of"] == of and path.stat().st_size >= state["bytes"]
    return (state["studies"], state["bytes"]) if known else (0, 0)


def main(words: Sequence[str] | None = None) -> None:
    """Writes a corpus: `python -m benchmarks.registry_scale.corpus RECORDS COUNT OUT`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registry_scale.corpus", description=__doc__)
    parser.add_argument("records", type=Path, help="the real records, a packed file of lines")
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args(words)
    pools = load_pools(arguments.records)
    write_corpus(arguments.out, pools, arguments.count, told=lambda done: print(done, end="\r", flush=True))


if __name__ == "__main__":
    main()
