"""The front page's drawing of who learned from whom: places by projection, arcs from true lessons. No queries here."""

import math
from dataclasses import dataclass
from typing import Any

from django import template

from clusters.models import Cluster
from dissemination.flows import Flow

register = template.Library()

# ETRS89-LAEA on the sphere (centre 52° N, 10° E), scaled to the outline in `_map_land.html`: fitted to five towns, residuals under 0.1.
RADIUS_KM = 6371.0
SCALE = 0.1506627
LEFT, TOP = 281.7475, 332.8168
WIDTH = 500
RING, TAG = 16, 46


def place(latitude: float, longitude: float) -> tuple[float, float]:
    """Where a town lies in the drawing's coordinates."""
    lat0, lat, lon = math.radians(52), math.radians(latitude), math.radians(longitude - 10)
    k = math.sqrt(2 / (1 + math.sin(lat0) * math.sin(lat) + math.cos(lat0) * math.cos(lat) * math.cos(lon)))
    x = RADIUS_KM * k * math.cos(lat) * math.sin(lon)
    y = RADIUS_KM * k * (math.cos(lat0) * math.sin(lat) - math.sin(lat0) * math.cos(lat) * math.cos(lon))
    return round(LEFT + SCALE * x, 1), round(TOP - SCALE * y, 1)


@dataclass
class Town:
    """A region on the map: a ring, with bib and city beside it, on the left where the drawing ends."""

    cluster: Cluster
    accent: int
    x: float
    y: float

    @property
    def tag_x(self) -> float:
        return round(self.x + 20 if self.x + 20 + TAG <= WIDTH else self.x - 20 - TAG, 1)

    @property
    def tag_y(self) -> float:
        return round(self.y + 2, 1)

    @property
    def code_x(self) -> float:
        return round(self.tag_x + TAG / 2, 1)

    @property
    def code_y(self) -> float:
        return round(self.y + 17.5, 1)

    @property
    def city_y(self) -> float:
        return round(self.y + 38, 1)


@dataclass
class Arc:
    """The lessons of one pair: an arc whose width is their number, with a tip at the taker."""

    flow: Flow
    width: float
    path: str
    tip: str
    number: int


@register.inclusion_tag("inno4sports/_map.html")
def learning_map(clusters: list[Cluster], flows: list[Flow]) -> dict[str, Any]:
    """Rings for regions whose place is known, arcs for the lessons between them."""
    towns = [
        Town(c, (c.accent - 1) % 10 + 1, *place(c.latitude, c.longitude)) for c in clusters if c.latitude is not None and c.longitude is not None
    ]
    at = {town.cluster.pk: (town.x, town.y) for town in towns}
    arcs = [arc_of(flow, at[flow.giver.pk], at[flow.taker.pk]) for flow in flows if flow.giver.pk in at and flow.taker.pk in at]
    return {"towns": towns, "arcs": arcs}


def arc_of(flow: Flow, start: tuple[float, float], end: tuple[float, float]) -> Arc:
    """A quadratic curve that bends to its own left, so that two ways between a pair do not cover each other."""
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1) or 1
    bend = min(60, length * 0.18)
    cx, cy = (x1 + x2) / 2 + (y1 - y2) / length * bend, (y1 + y2) / 2 + (x2 - x1) / length * bend
    sx, sy = toward(start, (cx, cy), RING)
    ex, ey = toward(end, (cx, cy), RING + 8)
    number = flow.count
    width = 1.2 + 1.3 * min(number, 6)
    tx, ty = toward(end, (cx, cy), RING)
    angle = math.atan2(ty - ey, tx - ex)
    half = 4.5 + width / 2
    points = [(tx, ty), (ex - half * math.sin(angle), ey + half * math.cos(angle)), (ex + half * math.sin(angle), ey - half * math.cos(angle))]
    tip = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points) + "Z"
    return Arc(flow, round(width, 1), f"M{sx:.1f} {sy:.1f}Q{cx:.1f} {cy:.1f} {ex:.1f} {ey:.1f}", tip, number)


def toward(point: tuple[float, float], other: tuple[float, float], by: float) -> tuple[float, float]:
    """`point`, moved `by` towards `other`."""
    dx, dy = other[0] - point[0], other[1] - point[1]
    length = math.hypot(dx, dy) or 1
    return point[0] + dx / length * by, point[1] + dy / length * by
