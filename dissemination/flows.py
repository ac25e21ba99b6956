"""Who learned from whom: how many lessons went from one region to another, and the newest of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from clusters.models import Cluster, Topic
from dissemination.evidence import regions_of
from inno4sports.core.models import whose
from learning.models import Lesson


@dataclass
class Flow:
    """How many lessons one region took from another, and the newest of them."""

    giver: Cluster
    taker: Cluster
    count: int
    lessons: list[Lesson] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many are not among `lessons`."""
        return self.count - len(self.lessons)


LISTED, TOLD = 1000, 20  # of all lessons, and of one pair


def between_regions(user: Any, *, cluster: str = "", topic: str = "") -> Any:
    """Lessons between two regions that `user` may see."""
    rows = Lesson.objects.shared_with(user).exclude(cluster=None).exclude(from_cluster=None)
    if cluster:
        chosen = Cluster.objects.order_by().filter(slug=cluster).values("pk")[:1]
        rows = rows.filter(Q(cluster=chosen) | Q(from_cluster=chosen))
    return rows.filter(**whose(Lesson, "topics", Topic.objects.order_by().filter(slug=topic).values("pk")[:1])) if topic else rows


def flows(user: Any, known: Iterable[Cluster] = (), **chosen: str) -> list[Flow]:
    """Every pair with its number, in the order of joining; nobody is ranked, and no lesson is read."""
    counted = between_regions(user, **chosen).order_by().values_list("from_cluster_id", "cluster_id").annotate(number=Count("*"))
    pairs = list(counted)
    regions = regions_of((pk for giver, taker, _count in pairs for pk in (giver, taker)), known)
    found = [Flow(regions[giver], regions[taker], count) for giver, taker, count in pairs]
    return sorted(found, key=lambda f: (f.giver.position, f.taker.position))


def flows_with_lessons(user: Any, known: Iterable[Cluster] = (), **chosen: str) -> list[Flow]:
    """The same, each with its newest lessons: at most TOLD of the newest LISTED of all."""
    found = flows(user, known, **chosen)
    by_pair = {(f.giver.pk, f.taker.pk): f for f in found}
    rows = between_regions(user, **chosen).only("public_id", "slug", "title", "language", "origin", "status", "cluster", "from_cluster")
    for lesson in rows.order_by("-created_at", "-id")[:LISTED]:
        flow = by_pair.get((lesson.from_cluster_id, lesson.cluster_id))
        if flow is not None and len(flow.lessons) < TOLD:
            flow.lessons.append(lesson)
    return found
