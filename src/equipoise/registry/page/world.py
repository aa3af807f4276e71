"""The map of a study's places: drawn here, from outlines kept in this package, so that no reader is told on.

The outlines are Natural Earth's (public domain), simplified by `requirements/draw_world.py`. A place stands
where the record's own coordinates say; without them it counts for its country, whose centre is marked. The
view is cut to the places, and only the outlines that it shows are written into the page.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from equipoise.registry.record import Location

TOP = 84.0
WHOLE = (0, 0, 3600, 1580)
SMALLEST = (
    440  # width of the closest view, in tenths of a degree: a continent's part, so that one knows where
)
SHAPE = 2.1  # width of a view for its height

# Names in records, and the outlines' names for them.
NAMES = {
    "United States": "United States of America",
    "Russian Federation": "Russia",
    "Korea, Republic of": "South Korea",
    "Korea, Democratic People's Republic of": "North Korea",
    "Czech Republic": "Czechia",
    "Iran, Islamic Republic of": "Iran",
    "Côte D'Ivoire": "Côte d'Ivoire",
    "Bosnia and Herzegovina": "Bosnia and Herz.",
    "Dominican Republic": "Dominican Rep.",
    "Congo, The Democratic Republic of the": "Dem. Rep. Congo",
    "Democratic Republic of the Congo": "Dem. Rep. Congo",
    "Moldova, Republic of": "Moldova",
    "Macedonia, The Former Yugoslav Republic of": "Macedonia",
    "North Macedonia": "Macedonia",
    "Lao People's Democratic Republic": "Laos",
    "Syrian Arab Republic": "Syria",
    "Tanzania, United Republic of": "Tanzania",
    "Viet Nam": "Vietnam",
    "Türkiye": "Turkey",
    "Turkey (Türkiye)": "Turkey",
    "Eswatini": "eSwatini",
    "Swaziland": "eSwatini",
    "Cape Verde": "Cabo Verde",
    "Central African Republic": "Central African Rep.",
    "Equatorial Guinea": "Eq. Guinea",
    "Palestinian Territory, Occupied": "Palestine",
    "Palestinian Territories, Occupied": "Palestine",
    "Libyan Arab Jamahiriya": "Libya",
    "Brunei Darussalam": "Brunei",
    "South Sudan": "S. Sudan",
    "The Gambia": "Gambia",
    "Burma": "Myanmar",
    "Virgin Islands (U.S.)": "U.S. Virgin Is.",
    "Solomon Islands": "Solomon Is.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A country's outline, or a part of it, as the `d` of an SVG path; `here`: the study has a place there."""

    path: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A dot on the map: its centre, radius, and how many places it stands for."""

    x: int
    y: int
    radius: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMap:
    """A map to draw: the view box, outlines, dots, and places counted by country, most first."""

    view: tuple[int, int, int, int]
    outlines: tuple[Outline, ...]
    marks: tuple[Mark, ...]
    countries: tuple[tuple[str, int], ...]
    places: int


def place_map(locations: Sequence[Location]) -> PlaceMap | None:
    """The map of these places; None when no place can be put on it."""
    spots = Counter(spot for one in locations if (spot := _spot(one)))
    if not spots:
        return None
    view = _view(spots)
    scale = view[2] / 900
    marks = tuple(
        Mark(x=x, y=y, radius=round(scale * min(16, 5.5 + 2 * math.log2(count)), 1), count=count)
        for (x, y), count in sorted(spots.items(), key=lambda one: (-one[1], one[0]))
    )
    here = {NAMES.get(one.country, one.country) for one in locations}
    outlines = tuple(
        Outline(path=path, here=name in here) for name, path, box in _world()["shapes"] if _meets(box, view)
    )
    countries = Counter(one.country for one in locations if one.country).most_common()
    return PlaceMap(
        view=view, outlines=outlines, marks=marks, countries=tuple(countries), places=len(locations)
    )


def point(longitude: float, latitude: float) -> tuple[int, int]:
    """Where a place is on the map, in tenths of a degree (Miller projection)."""
    bounded = max(-85.0, min(TOP, latitude))
    return round((longitude + 180) * 10), round((_miller(TOP) - _miller(bounded)) * 10)


def _miller(latitude: float) -> float:
    return math.degrees(1.25 * math.log(math.tan(math.pi / 4 + 0.4 * math.radians(latitude))))


def _spot(one: Location) -> tuple[int, int] | None:
    geo = one.geo_point
    if geo and geo.lat is not None and geo.lon is not None and abs(geo.lat) <= 90 and abs(geo.lon) <= 180:
        return point(geo.lon, geo.lat)
    centre = _world()["centres"].get(NAMES.get(one.country, one.country))
    return (centre[0], centre[1]) if centre else None


def _view(spots: Iterable[tuple[int, int]]) -> tuple[int, int, int, int]:
    """The part of the world to show: around the dots, no closer than a region, never past the edge."""
    xs, ys = zip(*spots, strict=True)
    width = max(SMALLEST, 1.35 * (max(xs) - min(xs)), SHAPE * 1.5 * (max(ys) - min(ys)))
    if width > 0.55 * WHOLE[2]:
        return WHOLE
    height = width / SHAPE
    left = (min(xs) + max(xs) - width) / 2
    top = (min(ys) + max(ys) - height) / 2
    left = min(max(left, WHOLE[0]), WHOLE[2] - width)
    top = min(max(top, WHOLE[1]), WHOLE[3] - height)
    return round(left), round(top), round(width), round(height)


def _meets(box: Sequence[int], view: tuple[int, int, int, int]) -> bool:
    left, top, width, height = view
    return box[0] <= left + width and box[2] >= left and box[1] <= top + height and box[3] >= top


@lru_cache(maxsize=1)
def _world() -> dict:
    source = files("equipoise.registry.page").joinpath("data", "world.json")
    return json.loads(source.read_text(encoding="utf-8"))
