"""Draws the outline of the world that study pages show, from Natural Earth (public domain) by way of `world-atlas`.

Run it once, by hand, in a folder where `npm pack world-atlas@2` was unpacked: `python draw_world.py package out.json`.
Arcs are simplified before they are joined, so that neighbours keep one border. Coordinates are tenths of a degree
in the Miller projection, x from 0 at 180 degrees west, y downwards from 84 degrees north.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

TOP = 84.0
SOUTH = -57.0
TOLERANCE = 0.22
# Places that Natural Earth counts as part of another country; longitude and latitude.
PARTS = {
    "French Guiana": (-53.1, 4.0), "Guadeloupe": (-61.55, 16.25), "Martinique": (-61.02, 14.64),
    "Réunion": (55.53, -21.12), "Mayotte": (45.16, -12.83), "Gibraltar": (-5.35, 36.14),
}  # fmt: skip


def miller(latitude: float) -> float:
    """The height of a latitude in the Miller projection, in degrees of the equator."""
    return math.degrees(1.25 * math.log(math.tan(math.pi / 4 + 0.4 * math.radians(latitude))))


def decoded(atlas: dict) -> list[list[tuple[float, float]]]:
    """The arcs of a topology as longitudes and latitudes."""
    scale, shift = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for arc in atlas["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(points)
    return arcs


def simplified(points: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """Fewer points, none of those left out farther than the tolerance from the line (Douglas and Peucker)."""
    if len(points) < 3:
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.hypot(x1 - x0, y1 - y0)

    def far(point: tuple[float, float]) -> float:
        x, y = point
        if not length:
            return math.hypot(x - x0, y - y0)
        return abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length

    index = max(range(1, len(points) - 1), key=lambda n: far(points[n]))
    if far(points[index]) <= tolerance:
        return [points[0], points[-1]]
    return simplified(points[: index + 1], tolerance)[:-1] + simplified(points[index:], tolerance)


def rings(geometry: dict, arcs: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """The outer rings of a country; a country inside another is drawn over it."""
    shapes = {"Polygon": [geometry.get("arcs")], "MultiPolygon": geometry.get("arcs")}.get(
        geometry["type"], []
    )
    found = []
    for ring in (shape[0] for shape in shapes):
        points: list[tuple[float, float]] = []
        for number in ring:
            piece = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += piece[1:] if points else piece
        found.append(points)
    return found


def area_and_centre(ring: list[tuple[float, float]]) -> tuple[float, float, float]:
    """The area of a ring and its centre of mass."""
    area = cx = cy = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        area, cx, cy = area + cross, cx + (x0 + x1) * cross, cy + (y0 + y1) * cross
    if not area:
        return 0.0, *ring[0]
    return abs(area / 2), cx / (3 * area), cy / (3 * area)


def placed(point: tuple[float, float]) -> tuple[int, int]:
    """A point of the map."""
    longitude, latitude = point
    return round((longitude + 180) * 10), round((miller(TOP) - miller(latitude)) * 10)


def whole(ring: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A ring that crosses the edge of the map as two that hang over it, one at each side; any other as it is."""
    if max(x for x, _ in ring) - min(x for x, _ in ring) < 300:
        return [ring]
    east = [(x + 360 if x < 0 else x, y) for x, y in ring]
    return [east, [(x - 360, y) for x, y in east]]


def path(ring: list[tuple[float, float]]) -> tuple[str, list[int]] | None:
    """The path of a ring and its box; nothing for one that has shrunk to a line."""
    points = [placed(point) for point in ring]
    points = [one for n, one in enumerate(points) if n == 0 or one != points[n - 1]]
    if len(points) < 4:
        return None
    steps = [f"M{points[0][0]} {points[0][1]}l"]
    moves = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:-1], strict=False)]
    steps.append(" ".join(f"{x} {y}" for x, y in moves).replace(" -", "-"))
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return "".join(steps) + "z", [min(xs), min(ys), max(xs), max(ys)]


def main(folder: Path, out: Path) -> None:
    """Writes the outlines and the centres."""
    coarse = json.loads((folder / "countries-110m.json").read_text())
    fine = json.loads((folder / "countries-50m.json").read_text())
    arcs = [simplified(arc, TOLERANCE) for arc in decoded(coarse)]
    shapes = []
    for geometry in coarse["objects"]["countries"]["geometries"]:
        for ring in (one for found in rings(geometry, arcs) for one in whole(found)):
            drawn = path(ring) if max(y for _, y in ring) > SOUTH else None
            if drawn and drawn[1][2] > 0 and drawn[1][0] < 3600:
                shapes.append([geometry["properties"]["name"], *drawn])
    shapes.sort(key=lambda one: (one[2][0] - one[2][2]) * (one[2][3] - one[2][1]))  # the largest first
    exact = decoded(fine)
    centres = {name: placed(point) for name, point in PARTS.items()}
    for geometry in fine["objects"]["countries"]["geometries"]:
        found = rings(geometry, exact)
        if found:
            _, *centre = max(area_and_centre(ring) for ring in found)
            centres[geometry["properties"]["name"]] = placed((centre[0], centre[1]))
    content = {"shapes": shapes, "centres": dict(sorted(centres.items()))}
    out.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
