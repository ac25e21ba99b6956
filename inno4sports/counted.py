"""What the portal counts of a region, as far as a reader sees it."""

from typing import Any

from django.db.models import OuterRef, Q

from actionplans.models import ActionPlan, Ambition
from clusters.models import Cluster
from dissemination.models import Finding
from inno4sports.core.models import number_of
from learning.models import GoodPractice, Lesson, Session


def counted_facts(cluster: Cluster, user: Any) -> dict[str, int]:
    """name -> how many, all in one query; each is the length of the list of that name."""
    of_cluster = {"cluster": OuterRef("pk")}
    rows = {
        "practices": GoodPractice.objects.visible_to(user).current().filter(**of_cluster),
        "sessions": Session.objects.visible_to(user).filter(**of_cluster),
        "lessons": Lesson.objects.visible_to(user).filter(Q(**of_cluster) | Q(from_cluster=OuterRef("pk"))),
        "ambitions": Ambition.objects.visible_to(user).filter(**of_cluster),
        "plans": ActionPlan.objects.visible_to(user).filter(**of_cluster),
        "findings": Finding.objects.visible_to(user).filter(cited_clusters=OuterRef("pk")),
    }
    numbers = {f"n_{name}": number_of(part) for name, part in rows.items()}
    found = Cluster.objects.filter(pk=cluster.pk).annotate(**numbers).values(*numbers).get()
    return {name: found[f"n_{name}"] for name in rows}
