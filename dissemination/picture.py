"""The picture of who learned from whom: givers left, takers right, a ribbon for each pair; numbers for an SVG template."""

from dataclasses import dataclass
from typing import Any

from clusters.models import Cluster
from dissemination.flows import Flow

LINE = 14  # units of height for one lesson, less where there are very many
TALLEST = 2800  # units for all lessons together
NAME = 14  # what a name needs
GAP = 26
LEFT, RIGHT = 150, 570


@dataclass
class Bar:
    """One region on one side."""

    cluster: Cluster
    accent: int
    y: float
    height: float
    number: int
    at: float = 0  # where the next ribbon leaves


@dataclass
class Ribbon:
    """The lessons of one pair, as a closed path."""

    flow: Flow
    accent: int
    path: str
    number: int


def flow_picture(flows: list[Flow]) -> dict[str, Any]:
    """Bars and ribbons with their coordinates; empty when there is nothing to draw."""
    if not flows:
        return {}
    line = min(LINE, TALLEST / sum(flow.count for flow in flows))
    givers, takers = _bars(flows, "giver", line), _bars(flows, "taker", line)
    ribbons = []
    for flow in flows:
        start, end = givers[flow.giver.pk], takers[flow.taker.pk]
        thick = flow.count * line
        ribbons.append(Ribbon(flow, start.accent, _path(start.at, end.at, thick), flow.count))
        start.at += thick
        end.at += thick
    height = max(bar.y + bar.height for bar in (*givers.values(), *takers.values())) + 8
    return {"givers": list(givers.values()), "takers": list(takers.values()), "ribbons": ribbons, "height": height}


def _bars(flows: list[Flow], side: str, line: float) -> dict[int, Bar]:
    counts: dict[int, tuple[Cluster, int]] = {}
    for flow in flows:
        cluster = getattr(flow, side)
        counts[cluster.pk] = (cluster, counts.get(cluster.pk, (cluster, 0))[1] + flow.count)
    bars: dict[int, Bar] = {}
    y = 34.0
    for cluster, number in sorted(counts.values(), key=lambda pair: pair[0].position):
        bars[cluster.pk] = Bar(cluster, (cluster.accent - 1) % 10 + 1, y, round(number * line, 1), number, y)
        y += max(number * line, NAME) + GAP
    return bars


def _path(y1: float, y2: float, thick: float) -> str:
    middle = (LEFT + RIGHT) / 2
    x1, x2 = LEFT + 12, RIGHT
    return (
        f"M{x1} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2} {y2:g}"
        f"V{y2 + thick:g}C{middle:g} {y2 + thick:g} {middle:g} {y1 + thick:g} {x1} {y1 + thick:g}Z"
    )
